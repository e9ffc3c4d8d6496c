"""The drawings of chapter 09: they show the numbers that they are given."""

import numpy as np
import pytest
from matplotlib.axes import Axes

from gdlib.plots import CONTOUR, DATA, MODEL, PATH
from gdlib.plots.scaling import (
    draw_descent,
    draw_error_frame,
    draw_kappa_curve,
    draw_kappas,
    draw_near_dependence,
    draw_on_curve,
)


def texts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.texts]


def test_error_frame_is_a_square_around_the_minimum(ax: Axes) -> None:
    draw_error_frame(ax, 5)
    assert ax.get_xlim() == ax.get_ylim() == (-5, 5)
    assert ax.get_aspect() == 1
    assert ax.lines[0].get_xydata().tolist() == [[0, 0]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("error of w₁", "error of w₂")


def test_descent_lies_on_level_lines_of_its_loss(ax: Axes) -> None:
    hessian = np.array([[2.0, 0.5], [0.5, 1.0]])
    errors = np.array([[-3.0, 1.0], [1.0, 0.5], [0.0, 0.1]])
    draw_descent(ax, hessian, errors)
    start = errors[0] @ hessian @ errors[0]
    levels = [line for line in ax.lines if line.get_color() == CONTOUR]
    for line, part in zip(levels, (1, 1 / 4, 1 / 16, 1 / 64), strict=True):
        points = line.get_xydata()
        assert np.allclose(np.einsum("ki,ij,kj->k", points, hessian, points), part * start)
        assert np.ptp(np.arctan2(*points.T)) > 6  # all around
    path = next(line for line in ax.lines if line.get_color() == PATH)
    assert path.get_xydata().tolist() == errors.tolist()


def test_descent_leaves_limits_and_labels_to_the_frame(ax: Axes) -> None:
    draw_error_frame(ax, 4)
    draw_descent(ax, np.eye(2), np.array([[30.0, 0.0], [0.0, 0.0]]))
    assert ax.get_xlim() == (-4, 4)
    assert ax.get_xlabel() == "error of w₁"


def test_kappa_curve_stands_on_log_axes(ax: Axes) -> None:
    draw_kappa_curve(ax, [0.1, 1.0, 10.0], [100.0, 1.0, 100.0])
    assert ax.lines[0].get_xydata().tolist() == [[0.1, 100], [1, 1], [10, 100]]
    assert ax.lines[0].get_color() == MODEL
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("ratio s of the scales", "κ")


@pytest.mark.parametrize("label", ["", "as measured"])
def test_mark_on_the_curve_has_a_label_if_one_is_given(ax: Axes, label: str) -> None:
    draw_on_curve(ax, 3.0, 14.0, label)
    assert ax.lines[0].get_xydata().tolist() == [[3, 14]]
    assert texts(ax) == ([label] if label else [])
    if label:
        assert ax.texts[0].xy == (3.0, 14.0)


def test_kappas_are_bars_with_values_from_top_to_bottom(ax: Axes) -> None:
    draw_kappas(ax, {"raw": 52365337.3, "both": 470.08})
    assert [bar.get_width() for bar in ax.patches] == [52365337.3, 470.08]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["raw", "both"]
    assert texts(ax) == ["52,365,337", "470"]
    assert ax.get_xscale() == "log"
    assert ax.yaxis_inverted()
    assert ax.get_xlim()[1] > 52365337.3


def test_near_dependence_shows_both_parts_and_where_they_agree(ax: Axes) -> None:
    draw_near_dependence(ax, [-1.0, 0.0, 2.0], [-0.9, 0.1, 1.8], ["one", "others"])
    line, dots = ax.lines
    assert line.get_xydata().tolist() == [[-1, -1], [2, 2]]
    assert dots.get_xydata().tolist() == [[-1, -0.9], [0, 0.1], [2, 1.8]]
    assert dots.get_color() == DATA
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("one", "others")
