"""The drawings of chapter 07 show the numbers that they are given."""

import numpy as np

from gdlib.plots import draw_predictions, draw_targets, draw_weights
from gdlib.plots.complete_example import (
    draw_agreement,
    draw_descent_from_side,
    draw_side_view,
)


def test_side_view_has_one_level_of_solutions(ax):
    draw_side_view(ax, 1.5)
    (level,) = ax.lines
    assert np.allclose(level.get_ydata(), 1.5)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("along the floor", "across the trough")


def test_descent_marks_its_start_and_its_end(ax):
    draw_descent_from_side(ax, [2.0, 2.0, 2.0], [3.0, 2.0, 1.0])
    path, start, end = ax.lines
    assert path.get_xydata().tolist() == [[2, 3], [2, 2], [2, 1]]
    assert start.get_xydata().tolist() == [[2, 3]]
    assert end.get_xydata().tolist() == [[2, 1]]


def test_targets_leave_a_place_for_what_has_none(ax):
    draw_targets(ax, ["a", "b", "c"], [5.0, 6.0])
    assert ax.lines[0].get_xydata().tolist() == [[0, 5], [1, 6]]
    assert [label.get_text() for label in ax.get_xticklabels()] == ["a", "b", "c"]


def test_predictions_stand_above_their_names(ax):
    draw_predictions(ax, [5.0, 6.0, 7.0])
    assert ax.lines[0].get_xydata().tolist() == [[0, 5], [1, 6], [2, 7]]


def test_weights_are_sorted_by_length_and_keep_their_sign(ax):
    draw_weights(ax, ["small", "large", "middle"], [1.0, -3.0, 2.0])
    assert [bar.get_width() for bar in ax.patches] == [1, 2, -3]
    assert [label.get_text() for label in ax.get_yticklabels()] == ["small", "middle", "large"]


def test_agreement_draws_the_diagonal(ax):
    draw_agreement(ax, [1.0, 4.0], [2.0, 3.0])
    points, diagonal = ax.lines
    assert points.get_xydata().tolist() == [[1, 2], [4, 3]]
    assert diagonal.get_xydata().tolist() == [[1, 1], [4, 4]]
    assert ax.get_ylabel() == "predicted progression"
