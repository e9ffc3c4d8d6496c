"""The drawings that several chapters share."""

import sys
from itertools import combinations

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.colors import to_rgb

import gdlib
from gdlib import plots


def test_style_sets_the_look_and_svg(monkeypatch):
    from matplotlib_inline import backend_inline

    asked = []
    monkeypatch.setattr(
        backend_inline, "set_matplotlib_formats", lambda *kinds, **look: asked.append((kinds, look))
    )
    with plt.rc_context():
        plots.use_book_style()
        assert plt.rcParams["axes.spines.top"] is False
        assert plt.rcParams["svg.hashsalt"] == "gdlib"
    # Without a date the same figure is the same file, wherever and whenever it is drawn.
    assert asked == [(("svg",), {"metadata": {"Date": None}})]


def test_style_works_without_ipython(monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib_inline.backend_inline", None)
    with plt.rc_context():
        plots.use_book_style()
        assert plt.rcParams["font.size"] == 12


def test_data_are_drawn_as_they_are(ax):
    plots.draw_data(ax, [[1], [2]], [3, 4], "feature", "target")
    assert ax.lines[0].get_xydata().tolist() == [[1, 3], [2, 4]]
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("feature", "target")


def test_line_is_the_model(ax):
    plots.draw_line(ax, np.array([2.0]), 1.0, (0, 10), label="fit")
    assert ax.lines[0].get_xydata().tolist() == [[0, 1], [10, 21]]
    assert ax.lines[0].get_label() == "fit"


def test_contours_join_points_of_equal_loss(ax):
    objective = gdlib.squared_error([[1.0], [2.0], [4.0]], [1.0, 3.0, 2.0])
    plots.draw_contours(ax, objective, (-1, 2), (-1, 3), levels=5)
    contours = ax.collections[0]
    assert len(contours.levels) == 5
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        losses = [objective(np.array([w]), float(b))[0] for w, b in path.vertices]
        assert losses == pytest.approx([level] * len(losses), rel=2e-2)


def test_contours_take_levels_of_the_caller(ax):
    objective = gdlib.squared_error([[1.0], [2.0]], [1.0, 3.0])
    plots.draw_contours(ax, objective, (0, 2), (0, 2), levels=[0.5, 1.0])
    assert ax.collections[0].levels.tolist() == [0.5, 1.0]


def test_path_shows_its_start(ax):
    plots.draw_path(ax, [[0.0], [1.0]], [2.0, 3.0])
    path, start = ax.lines
    assert path.get_xydata().tolist() == [[0, 2], [1, 3]]
    assert start.get_xydata().tolist() == [[0, 2]]


def test_minimum_is_one_point(ax):
    plots.draw_minimum(ax, 1.0, 2.0)
    assert ax.lines[0].get_xydata().tolist() == [[1, 2]]


# How the colours look to a reader without one kind of cone, in linear RGB: G. M. Machado,
# M. M. Oliveira and L. A. F. Fernandes, IEEE Trans. Vis. Comput. Graph. 15(6), 2009, severity 1.
COLOUR_VISION = {
    "all three cones": np.eye(3),
    "protanopia": [
        [0.152286, 1.052583, -0.204868],
        [0.114503, 0.786281, 0.099216],
        [-0.003882, -0.048116, 1.051998],
    ],
    "deuteranopia": [
        [0.367322, 0.860646, -0.227968],
        [0.280085, 0.672501, 0.047413],
        [-0.011820, 0.042940, 0.968881],
    ],
    "tritanopia": [
        [1.255528, -0.076749, -0.178779],
        [-0.078411, 0.930809, 0.147602],
        [0.004733, 0.691367, 0.303900],
    ],
}


def in_dark_mode(rgb):
    """Return what the style sheet's invert(.92) hue-rotate(180deg) makes of a colour."""
    rotate = [[-0.574, 1.43, 0.144], [0.426, 0.43, 0.144], [0.426, 1.43, -0.856]]
    return np.clip(rotate @ (0.92 - 0.84 * np.asarray(rgb)), 0, 1)


def in_cielab(rgb, vision):
    rgb = np.asarray(rgb)
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    to_xyz = [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]
    x, y, z = np.cbrt(to_xyz @ np.clip(vision @ linear, 0, 1) / [0.9505, 1, 1.089])
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])


@pytest.mark.parametrize("vision", COLOUR_VISION.values(), ids=COLOUR_VISION)
@pytest.mark.parametrize("seen", [np.asarray, in_dark_mode], ids=["light", "dark"])
def test_colours_are_told_apart(vision, seen):
    names = ("DATA", "MODEL", "PATH", "GRADIENT", "RESIDUAL", "MINIMUM", "CONTOUR")
    places = {n: in_cielab(seen(to_rgb(getattr(plots, n))), np.array(vision)) for n in names}
    for one, other in combinations(names, 2):
        distance = np.linalg.norm(places[one] - places[other])
        assert distance > 14, f"{one} and {other} differ by {distance:.1f}; 2.3 is just noticeable"
