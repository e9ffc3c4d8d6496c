"""The drawings that several chapters share show the numbers that they are given."""

from matplotlib.axes import Axes

from gdlib.plots import (
    draw_limit,
    draw_loss_curves,
    draw_predictions,
    draw_rate_sweep,
    draw_targets,
    draw_weights,
)


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def legend(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_loss_curves_are_named_at_their_ends_on_a_log_axis(ax: Axes) -> None:
    draw_loss_curves(ax, {"slow": [100.0, 50.0], "fast": [100.0, 10.0, 1.0]}, ylabel="loss")
    slow, fast = ax.lines
    assert fast.get_xydata().tolist() == [[0, 100], [1, 10], [2, 1]]
    assert slow.get_linestyle() != fast.get_linestyle()
    assert texts(ax) == ["slow", "fast"]
    assert [text.xy for text in ax.texts] == [(1, 50.0), (2, 1.0)]
    assert ax.get_yscale() == "log"
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("iteration k", "loss")


def test_limit_is_a_vertical_line_with_its_name(ax: Axes) -> None:
    draw_limit(ax, 1.25)
    assert list(ax.lines[0].get_xdata()) == [1.25, 1.25]
    assert texts(ax)[0].strip() == "limit"
    assert ax.texts[0].xy[0] == 1.25


def test_rate_sweep_draws_one_curve_a_number_of_steps_and_the_limit(ax: Axes) -> None:
    draw_rate_sweep(ax, [0.1, 0.2], {"10 steps": [8.0, 4.0], "40 steps": [2.0, 1.0]}, limit=0.15)
    ten, forty, limit = ax.lines
    assert ten.get_xydata().tolist() == [[0.1, 8.0], [0.2, 4.0]]
    assert list(forty.get_ydata()) == [2.0, 1.0]
    assert ten.get_linestyle() != forty.get_linestyle()
    assert list(limit.get_xdata()) == [0.15, 0.15]
    assert legend(ax) == ["10 steps", "40 steps"]
    assert ax.get_yscale() == "log"


def test_targets_leave_a_place_for_what_has_none(ax: Axes) -> None:
    draw_targets(ax, ["a", "b", "c"], [5.0, 6.0])
    assert ax.lines[0].get_xydata().tolist() == [[0, 5], [1, 6]]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]


def test_predictions_stand_above_their_names(ax: Axes) -> None:
    draw_predictions(ax, [5.0, 6.0, 7.0])
    assert ax.lines[0].get_xydata().tolist() == [[0, 5], [1, 6], [2, 7]]


def test_weights_are_sorted_by_length_and_keep_their_sign(ax: Axes) -> None:
    draw_weights(ax, ["small", "large", "middle"], [1.0, -3.0, 2.0])
    assert [bar.get_width() for bar in ax.patches] == [1, 2, -3]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["small", "middle", "large"]
