import matplotlib

matplotlib.use("agg")

import numpy as np
from matplotlib.colors import same_color

from gdlib.plots import DATA, MODEL, RESIDUAL
from gdlib.plots.data import (
    draw_differences,
    draw_rescaled,
    draw_rescaled_axes,
    draw_scales,
    draw_shapes,
)


def texts(ax):
    return [text.get_text() for text in ax.texts]


def cells(ax, color):
    """Return {(column, row from the bottom): number} of the cells with an edge of this colour."""
    found = {}
    for patch in ax.patches:
        if same_color(patch.get_edgecolor(), color) and patch.get_alpha() is None:
            center = patch.get_x() + 0.5, patch.get_y() + 0.5
            (label,) = (t for t in ax.texts if np.allclose(t.get_position(), center))
            found[patch.get_xy()] = float(label.get_text().replace("−", "-"))
    return found


def test_shapes_hold_every_number_and_name_every_shape(ax):
    draw_shapes(ax, [[1, 2, 3], [4, 5, 6]], [7, 8], [1, 0, -1], 20)
    data, model = cells(ax, DATA), cells(ax, MODEL)
    assert [data[j, 1] for j in range(3)] == [1, 2, 3]
    assert [data[j, 0] for j in range(3)] == [4, 5, 6]
    assert sorted(data.values())[-2:] == [7, 8]
    assert sorted(model.values()) == [-1, 0, 1, 18, 18, 20]
    for label in ("w  (3,)", "b  ()", "Xw + b\n(2,)", "y\n(2,)", "n = 3 columns: features"):
        assert label in texts(ax)
    assert any("X  (2, 3)" in text and "m = 2 rows" in text for text in texts(ax))


def test_shapes_put_each_prediction_beside_its_row_and_target(ax):
    draw_shapes(ax, [[1.0], [5.0]], [2, 9], [3], 1)
    predictions = {y: n for (x, y), n in cells(ax, MODEL).items() if y < 2}
    targets = {y: n for (x, y), n in cells(ax, DATA).items() if x > 1}
    assert predictions == {1: 4, 0: 16}
    assert targets == {1: 2, 0: 9}


def test_differences_of_equal_shapes_are_one_row(ax):
    draw_differences(ax, [1, 1, 1], np.array([4, 7, 10]))
    residuals = cells(ax, RESIDUAL)
    assert residuals == {(0, 0): -3, (1, 0): -6, (2, 0): -9}
    assert "residuals (3,)" in texts(ax)
    assert "y (3,)" in texts(ax)


def test_differences_from_a_column_are_a_square_with_the_own_residuals_shaded(ax):
    draw_differences(ax, [1, 2], np.array([[4], [7]]))
    residuals = cells(ax, RESIDUAL)
    assert residuals == {(0, 1): -3, (1, 1): -2, (0, 0): -6, (1, 0): -5}
    shaded = [patch.get_xy() for patch in ax.patches if patch.get_alpha() == 0.3]
    assert [residuals[xy] for xy in shaded] == [-3, -5]
    assert "residuals (2, 2)" in texts(ax)
    assert "y (2, 1)" in texts(ax)


def test_scales_are_drawn_on_a_logarithmic_axis_with_a_legend(ax):
    draw_scales(ax, ["a", "b"], [10, 200], [1, 50])
    std, mean = ax.lines
    assert ax.get_xscale() == "log"
    assert std.get_label() == "standard deviation"
    assert list(std.get_xdata()) == [1, 50]
    assert mean.get_label() == "mean"
    assert list(mean.get_xdata()) == [10, 200]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["a", "b"]
    assert ax.get_legend() is not None
    assert ax.yaxis_inverted()


def test_rescaled_draws_the_line_from_zero_and_the_first_residual(ax):
    draw_rescaled(ax, [[3.0], [5.0]], [10, 20], 2, 1, "note")
    data, line, residual, ring, bias = ax.lines
    assert list(data.get_xdata()) == [3, 5]
    assert list(data.get_ydata()) == [10, 20]
    assert list(line.get_xdata()) == [0, 5]
    assert list(line.get_ydata()) == [1, 11]
    assert list(residual.get_xdata()) == [3, 3]
    assert list(residual.get_ydata()) == [10, 7]
    assert list(ring.get_xydata()[0]) == [3, 10]
    assert list(bias.get_xydata()[0]) == [0, 1]
    assert "note" in texts(ax)


def test_rescaled_line_reaches_samples_left_of_zero(ax):
    draw_rescaled(ax, [-2.0, 2.0], [0, 0], 1, 0)
    assert list(ax.lines[1].get_xdata()) == [-2, 2]


def test_rescaled_axes_set_limits_and_mark_zero(ax):
    draw_rescaled_axes(ax, (-1, 4), (-5, 6))
    assert ax.get_xlim() == (-1, 4)
    assert ax.get_ylim() == (-5, 6)
    assert list(ax.lines[0].get_xdata()) == [0, 0]
    assert "model sees" in ax.get_xlabel()
    assert ax.get_ylabel() == "progression"


def test_rescaled_leaves_the_frame_alone(ax):
    draw_rescaled_axes(ax, (-1, 4), (-5, 6))
    before = ax.get_xlim(), ax.get_ylim(), ax.get_xlabel(), ax.get_ylabel()
    draw_rescaled(ax, [0.0, 9.0], [10, 20], 2, 1)
    assert (ax.get_xlim(), ax.get_ylim(), ax.get_xlabel(), ax.get_ylabel()) == before
