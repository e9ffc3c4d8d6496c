"""The drawings of the chapter on the loss: what stands on the axes is what was asked for."""

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgba

import gdlib
from gdlib.plots import DATA, MINIMUM, MODEL, PATH, RESIDUAL
from gdlib.plots.loss import (
    draw_bowl,
    draw_chord,
    draw_ellipses,
    draw_lowest,
    draw_patients,
    draw_residuals,
    draw_squares,
)

x = np.array([0.0, 1.0, 2.0])
y = np.array([1.0, 5.0, 4.0])
w, b = 2.0, 1.0  # residuals 0, -2, 1


def test_patients_are_dots_and_their_squares_would_be_square(ax):
    draw_patients(ax, x[:, None], y, units=200)
    (dots,) = ax.lines
    np.testing.assert_array_equal(dots.get_xydata(), np.column_stack([x, y]))
    assert dots.get_color() == DATA
    assert dots.get_linestyle() == "None"
    assert ax.get_aspect() == 1 / 200
    assert "kg/m²" in ax.get_xlabel()
    assert "progression" in ax.get_ylabel()


def test_residuals_join_target_and_prediction(ax):
    draw_residuals(ax, x[:, None], y, w, b)
    (sticks,) = ax.collections
    expected = [[[0, 1], [0, 1]], [[1, 5], [1, 3]], [[2, 4], [2, 5]]]
    np.testing.assert_array_equal(sticks.get_segments(), expected)
    np.testing.assert_array_equal(sticks.get_color(), [to_rgba(RESIDUAL)])


def test_squares_have_the_residual_as_height_and_as_width_in_units(ax):
    draw_squares(ax, x[:, None], y, w, b, units=4)
    (squares,) = ax.collections
    _, second, third = (path.vertices[:4] for path in squares.get_paths())
    np.testing.assert_array_equal(second, [[1, 5], [0.5, 5], [0.5, 3], [1, 3]])  # too low: left
    np.testing.assert_array_equal(third, [[2, 4], [2.25, 4], [2.25, 5], [2, 5]])  # too high
    np.testing.assert_array_equal(squares.get_facecolor(), [to_rgba(RESIDUAL, 0.3)])


def test_squares_are_square_on_the_screen(ax):
    draw_squares(ax, x, y, w, b, units=4)
    draw_patients(ax, x, y, units=4)
    ax.autoscale_view()
    ax.figure.draw_without_rendering()
    for path in ax.collections[0].get_paths()[1:]:
        width, height = np.ptp(ax.transData.transform(path.vertices[:4]), axis=0)
        assert width == pytest.approx(height)
        assert height > 1


def test_bowl_stands_on_the_losses():
    objective = gdlib.squared_error(x[:, None], y)
    fig, ax = plt.subplots(subplot_kw={"projection": "3d"})
    draw_bowl(ax, objective, (0, 4), (-1, 3))
    points = np.concatenate([np.asarray(line) for line in ax.collections[0]._segments3d])
    for w0, b0, height in points[::37]:
        assert height == pytest.approx(gdlib.loss_function(x[:, None], y, [w0], b0))
    assert (points[:, 0].min(), points[:, 0].max()) == (0, 4)
    assert (points[:, 1].min(), points[:, 1].max()) == (-1, 3)
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_zlabel()) == ("w", "b", "loss J")
    assert ax.get_zlim() == pytest.approx((0, points[:, 2].max()), rel=0.1)
    plt.close(fig)


def test_ellipses_are_level_lines_of_the_loss(ax):
    X = x[:, None]
    A = np.column_stack([x, np.ones(3)])
    centre = np.linalg.lstsq(A, y)[0]
    lowest = gdlib.loss_function(X, y, centre[:1], centre[1])
    draw_ellipses(ax, A.T @ A / 3, tuple(centre), [1, 25])
    assert len(ax.lines) == 2
    for line, rise in zip(ax.lines, [1, 25], strict=True):
        losses = [gdlib.loss_function(X, y, [w0], b0) for w0, b0 in line.get_xydata()]
        np.testing.assert_allclose(losses, lowest + rise)
    np.testing.assert_allclose(ax.lines[0].get_xydata()[0], ax.lines[0].get_xydata()[-1])
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("w", "b")


def test_chord_joins_the_two_points_asked_for(ax):
    t, heights = np.array([0, 0.5, 1.0]), np.array([3.0, 1.0, 2.0])
    draw_chord(ax, t, heights)
    draw_chord(ax, t, heights, between=(0, 1))
    curve, chord, _, other = ax.lines
    np.testing.assert_array_equal(curve.get_xydata(), np.column_stack([t, heights]))
    np.testing.assert_array_equal(chord.get_xydata(), [[0, 3], [1, 2]])
    np.testing.assert_array_equal(other.get_xydata(), [[0, 3], [0.5, 1]])
    assert (curve.get_color(), chord.get_color()) == (MODEL, PATH)


def test_lowest_is_marked_and_labelled(ax):
    draw_lowest(ax, 141.6, 870.0, "mean 141.6")
    np.testing.assert_array_equal(ax.lines[0].get_xydata(), [[141.6, 870.0]])
    assert ax.lines[0].get_color() == MINIMUM
    assert ax.texts[0].get_text() == "mean 141.6"
    assert ax.texts[0].xy == (141.6, 870.0)
