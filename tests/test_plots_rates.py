"""The drawings of chapter 11 show the numbers that they are given."""

import numpy as np
import pytest
from matplotlib.colors import to_hex

from gdlib.plots import MINIMUM, MODEL, PATH
from gdlib.plots import rates as drawings


def points(line) -> list[list[float]]:
    return line.get_xydata().tolist()


@pytest.mark.parametrize("xscale", ["linear", "log"])
def test_loss_axes_are_logarithmic_and_labelled(ax, xscale):
    drawings.draw_loss_axes(ax, "loss", xscale)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("iteration k", "loss")
    assert (ax.get_xscale(), ax.get_yscale()) == (xscale, "log")


def test_predicted_is_a_line_and_measured_are_dots(ax):
    drawings.draw_predicted(ax, [0, 1], [4.0, 2.0])
    drawings.draw_measured(ax, [1, 2], [2.0, 1.0])
    line, dots = ax.lines
    assert points(line) == [[0, 4], [1, 2]]
    assert points(dots) == [[1, 2], [2, 1]]
    assert (line.get_color(), line.get_marker(), line.get_linestyle()) == (MODEL, "None", "-")
    assert (dots.get_color(), dots.get_marker(), dots.get_linestyle()) == (PATH, "o", "None")
    assert [one.get_label() for one in ax.lines] == ["predicted", "measured"]


def test_guide_has_the_style_and_label_asked_for(ax):
    drawings.draw_guide(ax, [1, 2], [3.0, 1.5], "bound", ":")
    (line,) = ax.lines
    assert points(line) == [[1, 3], [2, 1.5]]
    assert (line.get_label(), line.get_linestyle(), line.get_color()) == ("bound", ":", MINIMUM)


def test_tolerance_is_a_level_with_a_named_mark(ax):
    drawings.draw_tolerance(ax, 1e-6, 536)
    level, mark = ax.lines
    assert set(level.get_ydata()) == {1e-6}
    assert points(mark) == [[536, 1e-6]]
    assert [(text.get_text(), text.xy) for text in ax.texts] == [("k = 536", (536, 1e-6))]


def test_counts_show_prediction_measurement_and_limit(ax):
    drawings.draw_counts(ax, [0.01, 0.02], [1115, 556], {0.01: 1115, 0.02: 557}, limit=0.021)
    line, dots, limit = ax.lines
    assert points(line) == [[0.01, 1115], [0.02, 556]]
    assert points(dots) == [[0.01, 1115], [0.02, 557]]
    assert set(limit.get_xdata()) == {0.021}
    assert (line.get_label(), dots.get_label()) == ("predicted", "measured")
    assert (ax.get_yscale(), ax.get_ylabel()) == ("log", "iterations")


@pytest.mark.parametrize(
    ("rate", "corners", "level"),
    [
        (1.5, [[0, 1], [1 / 1.5, 0], [1, 0.5]], 0.7),
        (0.5, [[0, 1], [1, 0.5], [1, 0.5]], 0.9),
    ],
)
def test_factors_make_a_v_with_its_tip_at_the_inverse_rate(ax, rate, corners, level):
    drawings.draw_factors(ax, rate, [0.2, 1.0], 1.0)
    line, worst, dots = ax.lines
    assert np.allclose(points(line), corners)
    assert np.allclose(worst.get_ydata(), level)
    assert np.allclose(points(dots), [[0.2, abs(1 - 0.2 * rate)], [1, abs(1 - rate)]])


def test_rates_by_curvature_follow_the_largest_factor(ax):
    rates = np.array([0.0, 0.25, 0.5])
    drawings.draw_rates_by_curvature(ax, rates, {"flat": 1.0, "steep": 4.0}, 0.4, 0.6)
    band, flat, steep, best = ax.lines
    assert band.get_ydata().tolist() == [1, 0.75, 1]
    assert flat.get_ydata().tolist() == [1, 0.75, 0.5]
    assert steep.get_ydata().tolist() == [1, 0, 1]
    assert points(best) == [[0.4, 0.6]]
    assert (flat.get_label(), steep.get_label()) == ("flat", "steep")
    assert flat.get_linestyle() != steep.get_linestyle()
    assert ax.get_ylim()[0] == 0


def test_between_covers_both_bounds(ax):
    drawings.draw_between(ax, [1, 2], [0.1, 0.2], [3.0, 4.0])
    (area,) = ax.collections
    corners = {tuple(corner) for corner in area.get_paths()[0].vertices.tolist()}
    assert corners == {(1, 0.1), (1, 3), (2, 0.2), (2, 4)}
    assert to_hex(area.get_facecolor()[0]) == drawings.DATA
