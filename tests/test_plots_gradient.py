"""The drawings of chapter 04 show the numbers that they are given."""

import numpy as np
import pytest
from matplotlib.colors import same_color

from gdlib.plots import DATA, GRADIENT, PATH, RESIDUAL
from gdlib.plots.gradient import (
    CENTRAL,
    FORWARD,
    draw_arrow,
    draw_chain,
    draw_curve,
    draw_errors,
    draw_points,
    draw_product,
    draw_reference,
    draw_shadow,
    draw_slope,
    draw_slope_at,
    draw_slopes,
)


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def test_curve_shows_the_losses_and_names_the_axes(ax):
    draw_curve(ax, [0, 1, 2], [27.5, 4.5, 3.5], xlabel="w₁")
    (curve,) = ax.lines
    assert curve.get_xydata().tolist() == [[0, 27.5], [1, 4.5], [2, 3.5]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("w₁", "loss")


def test_slope_goes_through_its_point(ax):
    draw_slope(ax, (1.0, 5.0), -2.0, (0.0, 4.0), FORWARD)
    (line,) = ax.lines
    assert line.get_xydata().tolist() == [[0, 7], [4, -1]]
    assert line.get_color() == FORWARD


@pytest.mark.parametrize(("label", "named"), [("", []), ("h = 2", ["h = 2"])])
def test_points_are_marked_and_the_last_is_named(ax, label, named):
    draw_points(ax, [0, 2], [27.5, 3.5], CENTRAL, label, (1, 2))
    (points,) = ax.lines
    assert points.get_xydata().tolist() == [[0, 27.5], [2, 3.5]]
    assert points.get_linestyle() == "None"
    assert texts(ax) == named
    assert [(text.xy, text.xyann) for text in ax.texts] == [((2, 3.5), (1, 2))] * len(named)


def test_chain_has_a_slope_between_neighbours(ax):
    draw_chain(ax, ["w", "r", "J"], ["weight", "residual", "loss"], ["x", "r·"])
    at = {text.get_text(): text.get_position()[0] for text in ax.texts if text.get_text()}
    assert at["w"] < at["x"] < at["r"] < at["r·"] < at["J"]
    assert at["residual"] == at["r"]
    arrows = [text for text in ax.texts if not text.get_text()]
    assert [arrow.xy[0] > arrow.xyann[0] for arrow in arrows] == [True, True]


def test_product_writes_every_entry_in_its_cell(ax):
    draw_product(ax, [[1, 4], [2, 5], [3, 6]], [-1, 2], [7, 8, 9], ("Xᵀ", "r", "dw"))
    numbers = [text for text in ax.texts if text.get_text() not in ("Xᵀ", "r", "dw", "·", "=")]
    written = [text.get_text() for text in numbers if text.get_text()]
    assert written == ["1", "4", "2", "5", "3", "6", "−1", "2", "7", "8", "9"]
    assert len(ax.patches) == 6 + 2 + 3
    colors = [patch.get_edgecolor() for patch in ax.patches]
    for color, expected in zip(
        (colors[0], colors[6], colors[8]), (DATA, RESIDUAL, GRADIENT), strict=True
    ):
        assert same_color(color, expected)
    for patch, text in zip(ax.patches, (t for t in numbers if t.get_text()), strict=True):
        x, y = text.get_position()
        assert patch.get_x() < x < patch.get_x() + 1
        assert patch.get_y() - 1 < y < patch.get_y()


@pytest.mark.parametrize("label", ["", "g"])
def test_arrow_goes_from_its_point_and_is_named_beyond_the_tip(ax, label):
    draw_arrow(ax, [40, 80], [-3, -4], GRADIENT, label)
    arrow, *names = ax.texts
    assert tuple(arrow.xyann) == (40, 80)
    assert tuple(arrow.xy) == (37, 76)
    assert same_color(arrow.arrow_patch.get_edgecolor(), GRADIENT)
    assert [name.get_text() for name in names] == [label] * bool(label)
    for name in names:
        assert tuple(name.xy) == (37, 76)
        assert np.allclose(np.divide(name.xyann, np.hypot(*name.xyann)), [-0.6, -0.8])


def test_shadow_ends_where_the_dotted_line_does(ax):
    draw_shadow(ax, [1, 1], [3, 4], [3, 0])
    dotted, shadow = ax.lines
    assert dotted.get_xydata().tolist() == [[4, 5], [4, 1]]
    assert shadow.get_xydata().tolist() == [[1, 1], [4, 1]]
    assert shadow.get_color() == PATH


def test_slopes_cover_the_circle(ax):
    draw_slopes(ax, [0, 180, 360], [1.0, -1.0, 1.0])
    _, curve = ax.lines
    assert curve.get_xydata().tolist() == [[0, 1], [180, -1], [360, 1]]
    assert ax.get_xlim() == (0, 360)
    assert ax.get_xticks().tolist() == [0, 90, 180, 270, 360]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("direction φ in degrees", "slope of the loss")


@pytest.mark.parametrize(("slope", "side"), [(62.7, 1), (-62.7, -1)])
def test_slope_is_a_stem_from_zero_named_beyond_its_end(ax, slope, side):
    draw_slope_at(ax, 228, slope, GRADIENT, "along g")
    stem, head = ax.lines
    assert stem.get_xydata().tolist() == [[228, 0], [228, slope]]
    assert head.get_xydata().tolist() == [[228, slope]]
    (name,) = ax.texts
    assert name.get_text() == "along g"
    assert name.xy == (228, slope)
    assert np.sign(name.xyann[1]) == side


def test_a_slope_without_a_name_has_no_text(ax):
    draw_slope_at(ax, 0, 1.0, PATH)
    assert not ax.texts


def test_errors_are_drawn_on_logarithmic_axes_with_their_names(ax):
    draw_errors(ax, [1, 0.1], [0.5, 0.05], [0.3, 0.003])
    forward, central = ax.lines
    assert forward.get_xydata().tolist() == [[1, 0.5], [0.1, 0.05]]
    assert central.get_xydata().tolist() == [[1, 0.3], [0.1, 0.003]]
    assert (forward.get_color(), central.get_color()) == (FORWARD, CENTRAL)
    assert [text.get_text() for text in ax.get_legend().get_texts()] == ["forward", "central"]
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("h", "relative error")


def test_reference_is_dashed_and_named_at_its_middle(ax):
    draw_reference(ax, [1, 0.1, 0.01], [1, 0.01, 0.0001], "slope 2")
    (line,) = ax.lines
    assert line.get_xydata().tolist() == [[1, 1], [0.1, 0.01], [0.01, 0.0001]]
    assert line.get_linestyle() == "--"
    (name,) = ax.texts
    assert (name.get_text(), name.xy) == ("slope 2", (0.1, 0.01))
