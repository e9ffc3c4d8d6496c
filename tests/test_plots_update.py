"""The drawings of chapter 05: they show the numbers that they are given, in the book's colours."""

import numpy as np
from matplotlib.axes import Axes

from gdlib.plots import (
    GRADIENT,
    MINIMUM,
    MODEL,
    PATH,
    draw_limit,
    draw_loss_curves,
    draw_rate_sweep,
)
from gdlib.plots.update import (
    draw_hops,
    draw_orders_legend,
    draw_parabola,
    draw_sequential_path,
    draw_step_length,
    draw_two_orders,
)


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def legend(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def test_step_length_shows_prediction_actual_and_the_level_before(ax: Axes) -> None:
    draw_step_length(ax, [0.0, 0.1, 0.2], [5.0, 1.0, 6.0], [5.0, 3.0, 1.0], edge=0.18)
    level, predicted, actual, edge = ax.lines
    assert list(level.get_ydata()) == [5.0, 5.0]
    assert list(predicted.get_ydata()) == [5.0, 3.0, 1.0]
    assert list(actual.get_ydata()) == [5.0, 1.0, 6.0]
    assert (predicted.get_color(), actual.get_color()) == (GRADIENT, PATH)
    assert edge.get_xydata().tolist() == [[0.18, 5.0]]
    assert legend(ax) == ["predicted", "actual"]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("learning rate α", "loss after one step")


def test_sequential_path_moves_w_first_then_b(ax: Axes) -> None:
    draw_sequential_path(ax, [0, 1, 3], [10, 20, 40])
    legs, corners = ax.lines
    assert legs.get_xydata().tolist() == [[0, 10], [1, 10], [1, 20], [3, 20], [3, 40]]
    assert corners.get_xydata().tolist() == [[0, 10], [1, 20], [3, 40]]
    assert legs.get_color() == MINIMUM


def test_sequential_path_may_be_a_single_point(ax: Axes) -> None:
    draw_sequential_path(ax, [2], [5])
    assert [line.get_xydata().tolist() for line in ax.lines] == [[[2, 5]], [[2, 5]]]


def test_two_orders_draws_each_path_in_its_own_way(ax: Axes) -> None:
    draw_two_orders(ax, together=([0, 2], [0, 3]), in_turn=([0, 4], [0, 5]))
    legs, _, path, _ = ax.lines
    assert legs.get_xydata().tolist() == [[0, 0], [4, 0], [4, 5]]
    assert path.get_xydata().tolist() == [[0, 0], [2, 3]]
    assert path.get_color() == PATH


def test_legend_of_the_orders_matches_what_is_drawn(ax: Axes) -> None:
    draw_orders_legend(ax)
    named = {line.get_label(): (line.get_color(), line.get_linestyle()) for line in ax.lines}
    draw_two_orders(ax, together=([0, 2], [0, 3]), in_turn=([0, 4], [0, 5]))
    legs, _, path, _ = ax.lines[2:]
    assert named["simultaneous"] == (path.get_color(), path.get_linestyle())
    assert named["sequential"] == (legs.get_color(), legs.get_linestyle())
    assert legend(ax) == ["simultaneous", "sequential"]


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


def test_parabola_marks_its_lowest_point(ax: Axes) -> None:
    parameter = np.linspace(-1, 3, 5)
    draw_parabola(ax, parameter, (parameter - 1) ** 2)
    curve, lowest = ax.lines
    assert curve.get_color() == MODEL
    assert lowest.get_xydata().tolist() == [[1.0, 0.0]]


def test_hops_are_arrows_from_each_point_to_the_next(ax: Axes) -> None:
    draw_hops(ax, [4.0, -2.0, 1.0], [16.0, 4.0, 1.0])
    arrows = [(arrow.xyann, arrow.xy) for arrow in ax.texts]
    assert arrows == [((4.0, 16.0), (-2.0, 4.0)), ((-2.0, 4.0), (1.0, 1.0))]
    points, start = ax.lines
    assert points.get_xydata().tolist() == [[4, 16], [-2, 4], [1, 1]]
    assert start.get_xydata().tolist() == [[4, 16]]
    assert start.get_markerfacecolor() == "white"
