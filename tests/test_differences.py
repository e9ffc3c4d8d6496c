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

    gdlib.numerical_gradient(loss, [10.0, -20.0], 0.25, h=0.5, method=method)
    here, directions = np.array([10.0, -20, 0.25]), np.diag([10.0, 20, 1])
    ahead = [tuple(here + 0.5 * e) for e in directions]
    behind = [tuple(here + step * e) for step, e in zip(others, directions, strict=False)]
    assert sorted(visited) == sorted(ahead + behind)


def test_an_objective_in_place_of_a_loss_is_refused(article):
    with pytest.raises(TypeError, match="loss returned a tuple"):
        gdlib.numerical_gradient(gdlib.squared_error(*article), [0, 0, 0], 0)


def test_central_error_is_h_squared():
    dw, db = gdlib.numerical_gradient(cubic, [1.0, 2.0], 0.5, h=0.01)
    # c (3p² + d²), where d = h · max(1, p)
    np.testing.assert_allclose(
        [*dw, db], [3 + 1e-4, 2 * (12 + 4e-4), 4 * (0.75 + 1e-4)], rtol=1e-10
    )
    assert type(db) is float


def test_forward_error_is_h():
    # ((p + d)³ − p³)/d = 3p² + 3pd + d²
    dw, db = gdlib.numerical_gradient(cubic, [1.0, 2.0], 0.5, h=0.01, method="forward")
    points = [(1, 1, 0.01), (2, 2, 0.02), (4, 0.5, 0.01)]
    expected = [c * (3 * p**2 + 3 * p * d + d**2) for c, p, d in points]
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


@pytest.mark.parametrize(("method", "digits"), [("central", 1e-9), ("forward", 1e-4)])
@pytest.mark.parametrize("size", [1e12, -1e12, 1e100, 1e-3])
def test_parameters_of_any_size(article, method, digits, size):
    """A width of 1e-5 would be rounded away beside 10¹²."""
    for w, b in (([size, 0, 0], 0), ([0, 0, 0], size), ([size, -3 * size, size], 2)):
        dw, db = gdlib.numerical_gradient(
            lambda w, b: gdlib.loss_function(*article, w, b), w, b, method=method
        )
        expected = np.append(*gdlib.gradient(*article, w, b))
        np.testing.assert_allclose([*dw, db], expected, atol=digits * np.abs(expected).max())


def test_the_width_that_was_taken_is_what_counts():
    """0.1 + 1e-14 is 0.1 + 1.0006e-14 to a computer, and a straight line is to stay straight."""
    for p in (0.1, 0.7, 3.3, 1234.5):
        for method in ("central", "forward"):
            _, db = gdlib.numerical_gradient(lambda w, b: b, [], p, h=1e-14, method=method)
            assert db == pytest.approx(1, abs=1e-12)


def test_an_h_that_is_rounded_away_is_refused():
    with pytest.raises(ValueError, match=r"h is 1e-17; expected more: beside 1.0 it"):
        gdlib.numerical_gradient(lambda w, b: b, [0.0], 1.0, h=1e-17)


def test_a_feature_in_nanoseconds_needs_a_small_h():
    X, y = 1.7e18 + 86_400e9 * np.arange(9.0)[:, None], np.sin(np.arange(9.0))

    def loss(w, b):
        return gdlib.loss_function(X, y, w, b)

    dw, _ = gdlib.numerical_gradient(loss, [1e-18], 0.0, h=1e-23)
    np.testing.assert_allclose(dw, gdlib.gradient(X, y, [1e-18], 0.0)[0], rtol=1e-8)
