"""Finite differences: which points they visit, and the error that theory predicts."""

import numpy as np
import pytest
from scipy import optimize

import gdlib


def cubic(w, b):
    """A loss whose central difference is wrong by h² times the third derivative / 6."""
    return float(w[0] ** 3 + 2 * w[1] ** 3 + 4 * b**3)


@pytest.mark.parametrize(("method", "others"), [("central", [-0.5] * 3), ("forward", [0.0])])
def test_visits_one_parameter_at_a_time(method, others):
    visited = []

    def loss(w, b):
        visited.append((*w.tolist(), b))
        assert type(b) is float
        return 0.0

    gdlib.numerical_gradient(loss, [10.0, 20.0], 30.0, h=0.5, method=method)
    here, directions = np.array([10.0, 20, 30]), np.eye(3)
    ahead = [tuple(here + 0.5 * e) for e in directions]
    behind = [tuple(here + step * e) for step, e in zip(others, directions, strict=False)]
    assert sorted(visited) == sorted(ahead + behind)


def test_an_objective_in_place_of_a_loss_is_refused(article):
    with pytest.raises(TypeError, match="loss returned a tuple"):
        gdlib.numerical_gradient(gdlib.squared_error(*article), [0, 0, 0], 0)


def test_central_error_is_h_squared():
    dw, db = gdlib.numerical_gradient(cubic, [1.0, 2.0], 3.0, h=0.01)
    np.testing.assert_allclose([*dw, db], [3 + 1e-4, 24 + 2e-4, 108 + 4e-4], rtol=1e-10)
    assert type(db) is float


def test_forward_error_is_h():
    # ((p + h)³ − p³)/h = 3p² + 3ph + h²
    dw, db = gdlib.numerical_gradient(cubic, [1.0, 2.0], 3.0, h=0.01, method="forward")
    expected = [c * (3 * p**2 + 3 * p * 0.01 + 1e-4) for c, p in [(1, 1), (2, 2), (4, 3)]]
    np.testing.assert_allclose([*dw, db], expected, rtol=1e-10)


def test_default_is_central_with_a_small_h():
    ours = gdlib.numerical_gradient(cubic, [1.0, 2.0], 3.0)
    central = gdlib.numerical_gradient(cubic, [1.0, 2.0], 3.0, h=1e-5, method="central")
    assert (ours[0].tolist(), ours[1]) == (central[0].tolist(), central[1])


@pytest.mark.parametrize("method", ["central", "forward"])
def test_agrees_with_scipy(method):
    def loss(w, b):
        return float(np.log(1 + np.exp(w @ w - b)) + np.sin(b))

    dw, db = gdlib.numerical_gradient(loss, [0.5, -0.3], 0.7, h=1e-6, method=method)
    expected = optimize.approx_fprime(np.array([0.5, -0.3, 0.7]), lambda p: loss(p[:-1], p[-1]))
    np.testing.assert_allclose([*dw, db], expected, rtol=1e-5)


def test_confirms_the_gradient_of_the_loss(regression):
    X, y = regression
    dw, db = gdlib.numerical_gradient(lambda w, b: gdlib.loss_function(X, y, w, b), [1, 2, 3], 4)
    expected = gdlib.gradient(X, y, [1, 2, 3], 4)
    np.testing.assert_allclose(dw, expected[0], rtol=1e-8)
    assert db == pytest.approx(expected[1], rel=1e-8)
