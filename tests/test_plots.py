"""The drawings that several chapters share."""

import sys

import matplotlib.pyplot as plt
import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

import gdlib
from gdlib import plots


@pytest.fixture
def ax() -> Axes:
    return Figure().add_subplot()


def test_style_sets_the_look_and_svg(monkeypatch):
    from matplotlib_inline import backend_inline

    asked = []
    monkeypatch.setattr(backend_inline, "set_matplotlib_formats", asked.append)
    with plt.rc_context():
        plots.use_book_style()
        assert plt.rcParams["axes.spines.top"] is False
        assert plt.rcParams["svg.hashsalt"] == "gdlib"
    assert asked == ["svg"]


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


def test_every_thing_has_its_own_colour():
    names = ("DATA", "MODEL", "PATH", "GRADIENT", "RESIDUAL", "MINIMUM")
    colours = {name: to_hex(getattr(plots, name)) for name in names}
    assert len(set(colours.values())) == len(names)
