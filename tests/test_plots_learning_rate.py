"""The drawings of chapter 08: they show the numbers that they are given, in the book's colours."""

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

from gdlib.plots import GRADIENT, MODEL, PATH
from gdlib.plots.learning_rate import (
    draw_arrow,
    draw_factor_axes,
    draw_factors,
    draw_mode_axes,
    draw_prediction,
    draw_prediction_legend,
    draw_ray,
    draw_tries,
    draw_turning,
)


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def legend(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_arrow_runs_from_tail_to_head_with_its_label_in_the_middle(ax: Axes) -> None:
    draw_arrow(ax, [1, 2], [5, 0], PATH, "along")
    arrow, label = ax.texts
    assert (arrow.xyann, arrow.xy) == ((1, 2), (5, 0))
    assert arrow.arrow_patch is not None
    assert (label.get_text(), label.xy, label.get_color()) == ("along", (3, 1), PATH)


def test_mode_axes_run_along_the_columns(ax: Axes) -> None:
    ax.set(xlim=(0, 1), ylim=(0, 1))
    draw_mode_axes(ax, [1, 1], [[0.6, 0.8], [0.8, -0.6]], 10)
    first, second = (line.get_xydata() for line in ax.lines)
    np.testing.assert_allclose(first, [[-5, -7], [7, 9]])
    np.testing.assert_allclose(second, [[-7, 7], [9, -5]])
    assert (ax.get_xlim(), ax.get_ylim()) == ((0, 1), (0, 1))


def test_prediction_is_a_line_and_measurement_dots_on_a_log_axis(ax: Axes) -> None:
    draw_prediction(
        ax,
        {"fast": [4.0, 2.0, 1.0], "slow": [4.0, 3.0]},
        {"slow": [4.1, 3.1], "fast": [4.2, 2.2, 1.2]},
        ylabel="error",
    )
    fast, fast_dots, slow, slow_dots = ax.lines
    assert fast.get_xydata().tolist() == [[0, 4], [1, 2], [2, 1]]
    assert list(fast_dots.get_ydata()) == [4.2, 2.2, 1.2]
    assert list(slow.get_ydata()) == [4.0, 3.0]
    assert list(slow_dots.get_ydata()) == [4.1, 3.1]
    assert (fast.get_color(), fast.get_marker()) == (MODEL, "None")
    assert (fast_dots.get_color(), fast_dots.get_linestyle()) == (PATH, "None")
    assert fast.get_linestyle() != slow.get_linestyle()
    assert [(text.get_text(), text.xy) for text in ax.texts] == [
        ("fast", (2, 1.0)),
        ("slow", (1, 3.0)),
    ]
    assert (ax.get_yscale(), ax.get_xlabel(), ax.get_ylabel()) == ("log", "iteration k", "error")


def test_prediction_needs_a_measurement_for_every_line(ax: Axes) -> None:
    with pytest.raises(KeyError, match="slow"):
        draw_prediction(ax, {"slow": [1.0]}, {"fast": [1.0]}, ylabel="error")


def test_prediction_legend_matches_what_is_drawn(ax: Axes) -> None:
    draw_prediction_legend(ax, "at most")
    line, dots = ax.lines
    draw_prediction(ax, {"a": [1.0]}, {"a": [1.0]}, ylabel="error")
    drawn_line, drawn_dots = ax.lines[2:]
    assert legend(ax) == ["at most", "measured"]
    assert line.get_color() == drawn_line.get_color()
    assert (dots.get_color(), dots.get_marker()) == (
        drawn_dots.get_color(),
        drawn_dots.get_marker(),
    )


def test_factor_axes_name_the_places_and_show_the_line_at_one(ax: Axes) -> None:
    draw_factor_axes(ax, ["along", "across"])
    assert [label.get_text() for label in ax.get_xticklabels()] == ["along", "across"]
    assert ax.get_xticks().tolist() == [0, 1]
    assert list(ax.lines[0].get_ydata()) == [1, 1]
    assert ax.get_xlim() == pytest.approx((-0.6, 1.6))
    assert ax.get_ylim() == (0, 1.6)
    assert ax.get_ylabel() == "|1 − αλ|"


def test_factors_are_bars_of_their_size_and_say_their_sign(ax: Axes) -> None:
    draw_factor_axes(ax, ["along", "across"])
    draw_factors(ax, [0.5, -1.25])
    along, across = ax.patches
    assert (along.get_height(), across.get_height()) == (0.5, 1.25)
    assert along.get_x() + along.get_width() / 2 == 0
    assert across.get_x() + across.get_width() / 2 == 1
    assert [to_hex(bar.get_facecolor()).upper() for bar in ax.patches] == [MODEL, PATH]
    assert texts(ax) == ["0.50", "−1.25"]


def test_factors_of_one_are_not_drawn_as_growing(ax: Axes) -> None:
    draw_factors(ax, [1.0, -1.0])
    assert {to_hex(bar.get_facecolor()).upper() for bar in ax.patches} == {MODEL}


def test_turning_numbers_the_arrows_and_shows_their_limit(ax: Axes) -> None:
    draw_turning(ax, [[1.0, 0.0], [0.6, 0.8]], [0.0, 1.0])
    np.testing.assert_allclose(ax.lines[0].get_xydata(), [[0, -1.1], [0, 1.1]])
    arrows = [text for text in ax.texts if not text.get_text()]
    assert [(arrow.xyann, arrow.xy) for arrow in arrows] == [((0, 0), (1, 0)), ((0, 0), (0.6, 0.8))]
    numbers = [text for text in ax.texts if text.get_text()]
    assert [number.get_text() for number in numbers] == ["0", "1"]
    assert numbers[1].get_position() == pytest.approx((0.654, 0.872))
    assert numbers[0].get_color() == GRADIENT
    assert ax.get_aspect() == 1


def test_ray_shows_the_losses_the_level_before_and_each_comparison(ax: Axes) -> None:
    draw_ray(ax, [0.0, 1.0, 2.0], [5.0, 3.0, 4.0], {"promise": [5.0, 4.0, 5.0], "half": [5, 4, 3]})
    level, losses, promise, half = ax.lines
    assert list(level.get_ydata()) == [5.0, 5.0]
    assert losses.get_xydata().tolist() == [[0, 5], [1, 3], [2, 4]]
    assert list(promise.get_ydata()) == [5.0, 4.0, 5.0]
    assert list(half.get_ydata()) == [5, 4, 3]
    assert len({line.get_color() for line in (losses, promise, half)}) == 3
    assert len({line.get_linestyle() for line in (losses, promise, half)}) == 3
    assert legend(ax) == ["loss after the step", "promise", "half"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("learning rate α", "loss")


def test_tries_are_hollow_but_for_the_last(ax: Axes) -> None:
    draw_tries(ax, [4.0, 2.0, 1.0], [9.0, 5.0, 3.0], ["4", "2", "1"])
    failed, taken = ax.lines
    assert failed.get_xydata().tolist() == [[4, 9], [2, 5]]
    assert taken.get_xydata().tolist() == [[1, 3]]
    assert failed.get_markerfacecolor() == "white"
    assert taken.get_markerfacecolor() == PATH
    assert [(text.get_text(), text.xy) for text in ax.texts] == [
        ("4", (4, 9)),
        ("2", (2, 5)),
        ("1", (1, 3)),
    ]


def test_a_first_try_that_is_taken_leaves_nothing_hollow(ax: Axes) -> None:
    draw_tries(ax, [1.0], [3.0], ["1"])
    (taken,) = ax.lines
    assert taken.get_xydata().tolist() == [[1, 3]]
