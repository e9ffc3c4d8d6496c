"""The drawings of chapter 06 show the numbers that they are given."""

import numpy as np
import pytest

from gdlib.plots.iteration import draw_history, draw_rule, draw_stop, draw_stops


@pytest.mark.parametrize(("logarithmic", "scale"), [(False, "linear"), (True, "log")])
def test_history_draws_one_value_per_iteration(ax, logarithmic, scale):
    draw_history(ax, [4.0, 2.0, 1.0], logarithmic=logarithmic)
    (curve,) = ax.lines
    assert curve.get_xydata().tolist() == [[0, 4], [1, 2], [2, 1]]
    assert (ax.get_xlabel(), ax.get_ylabel(), ax.get_yscale()) == ("iteration k", "loss", scale)


def test_rule_is_logarithmic_and_named(ax):
    draw_rule(ax, [1.0, 0.1], "norm of the gradient")
    assert ax.get_yscale() == "log"
    assert ax.get_ylabel() == "norm of the gradient"


def test_stops_stand_at_their_iteration_and_distance(ax):
    draw_stops(ax, [1.0, 0.5, 0.25], {"early": (1, 0.5), "late": (2, 0.25)}, "distance")
    _, early, late = ax.lines
    assert early.get_xydata().tolist() == [[1, 0.5]]
    assert late.get_xydata().tolist() == [[2, 0.25]]
    assert [(text.get_text(), text.xy) for text in ax.texts] == [
        ("early", (1, 0.5)),
        ("late", (2, 0.25)),
    ]


@pytest.mark.parametrize(("tolerance", "lines"), [(0.0, 2), (1e-3, 3)])
def test_stop_draws_the_tolerance_only_where_there_is_one(ax, tolerance, lines):
    draw_stop(ax, 7, 0.5, "stops at 7", tolerance)
    assert len(ax.lines) == lines
    assert np.allclose(ax.lines[-2].get_xdata(), 7)
    assert ax.lines[-1].get_xydata().tolist() == [[7, 0.5]]
    if tolerance:
        assert np.allclose(ax.lines[0].get_ydata(), tolerance)
    assert ax.texts[0].get_text() == "stops at 7"
