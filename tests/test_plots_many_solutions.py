"""The drawings of chapter 10 show the numbers that they are given."""

import numpy as np
import pytest

from gdlib.plots import MODEL, PATH
from gdlib.plots.many_solutions import (
    draw_descent_onto_plane,
    draw_end,
    draw_failures,
    draw_held_out,
    draw_map,
    draw_place,
    draw_plane,
    draw_ridge_path,
    draw_strength,
)


def test_plane_is_a_grid_with_room_for_what_stands_on_its_corners(ax):
    draw_plane(ax, 2, 3, "one way", "the other")
    assert len(ax.lines) == 10
    assert [text.get_text() for text in ax.texts] == ["one way", "the other"]
    for s, t, up in [(-2, -2, 0), (2, 2, 3), (-2, 2, 3), (2, -2, 0)]:
        draw_descent_onto_plane(ax, [(s, t, up), (s, t, 0)])
        (x,), (y,) = ax.lines[-2].get_data()
        assert ax.get_xlim()[0] < x < ax.get_xlim()[1]
        assert ax.get_ylim()[0] < y < ax.get_ylim()[1]


def test_descent_onto_the_plane_is_upright_and_marks_both_ends(ax):
    draw_descent_onto_plane(ax, [(1.0, 2.0, 3.0), (1.0, 2.0, 1.0), (1.0, 2.0, 0.0)])
    path, start, end = ax.lines
    x, y = path.get_data()
    assert len(set(x)) == 1
    assert np.diff(y).tolist() == pytest.approx([-2, -1])
    assert start.get_xydata().tolist() == path.get_xydata()[:1].tolist()
    assert end.get_xydata().tolist() == path.get_xydata()[-1:].tolist()


def test_the_three_directions_look_different(ax):
    for step in np.eye(3):
        draw_descent_onto_plane(ax, [np.zeros(3), step])
    moves = np.array([np.diff(line.get_xydata(), axis=0)[0] for line in ax.lines[::3]])
    assert moves[0].tolist() == [1, 0]
    assert moves[2].tolist() == [0, 1]
    assert (moves[1] > 0.3).all()


def test_map_draws_the_levels_where_the_value_has_them(ax):
    draw_map(ax, lambda s, t: s + 10 * t, 2, [-5, 5])
    (contours,) = ax.collections
    assert contours.levels.tolist() == [-5, 5]
    points = contours.get_paths()[1].vertices
    assert np.allclose(points @ [1, 10], 5)
    assert ax.get_xlim() == ax.get_ylim() == (-2, 2)
    assert [text.get_text() for text in ax.texts] == ["−5", "5"]
    for text, level in zip(ax.texts, (-5, 5), strict=True):
        s, t = text.get_position()
        assert s + 10 * t == pytest.approx(level, rel=0.1)


def test_places_and_end(ax):
    draw_place(ax, 1.0, -0.5, "here")
    draw_end(ax, 0.25, 0.75)
    place, end = ax.lines
    assert place.get_xydata().tolist() == [[1, -0.5]]
    assert end.get_xydata().tolist() == [[0.25, 0.75]]
    assert not end.get_clip_on()  # in a corner of the map it is seen whole
    assert ax.texts[0].get_text() == "here"
    assert ax.texts[0].xy == (1.0, -0.5)


def test_failures_tell_the_solvers_apart(ax):
    draw_failures(ax, [1.0, 2.0], [10.0, np.nan], [1e-14, 1e-15])
    bad, good = ax.lines
    assert bad.get_ydata()[0] == 10
    assert good.get_ydata().tolist() == [1e-14, 1e-15]
    assert (bad.get_color(), good.get_color()) == (PATH, MODEL)
    assert ax.get_yscale() == "log"


@pytest.mark.parametrize("names", [(), ("w", "b")])
def test_ridge_path_has_a_line_for_every_parameter(ax, names):
    draw_ridge_path(ax, [0.1, 1, 10], [[3, 6], [2, 5], [1, 4]], names)
    first, second, _ = ax.lines
    assert first.get_xydata().tolist() == [[0.1, 3], [1, 2], [10, 1]]
    assert second.get_ydata().tolist() == [6, 5, 4]
    assert ax.get_xscale() == "log"
    assert (ax.get_legend() is not None) == bool(names)
    assert (first.get_linestyle() != second.get_linestyle()) == bool(names)
    if names:
        assert [text.get_text() for text in ax.get_legend().get_texts()] == ["w", "b"]


def test_strength_marks_all_parameters_at_one_place(ax):
    draw_strength(ax, 0.5, [1.0, 2.0, 3.0])
    upright, marks = ax.lines
    assert set(upright.get_xdata()) == {0.5}
    assert marks.get_xydata().tolist() == [[0.5, 1], [0.5, 2], [0.5, 3]]


def test_held_out_names_what_was_seen(ax):
    draw_held_out(ax, [1, 10], [0.0, 2.0], [9.0, 8.0], 7.5)
    data = {line.get_label(): list(line.get_ydata()) for line in ax.lines}
    assert data == {
        "patients not seen": [9, 8],
        "the seven of the fit": [0, 2],
        "mean of the seven": [7.5, 7.5],
    }
    assert ax.get_ylim()[0] == 0
