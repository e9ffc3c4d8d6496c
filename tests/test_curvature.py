"""2/λmax, against NumPy's eigenvalues and against what runs do."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import gdlib
from gdlib import largest_stable_learning_rate


def largest_eigenvalue(X):
    A = np.column_stack([X, np.ones(len(X))])
    return float(np.linalg.eigvalsh(A.T @ A / len(X))[-1])


@example(3, 2, 979164)  # two eigenvalues that are nearly equal
@given(st.integers(1, 20), st.integers(1, 5), st.integers(0, 10**6))
def test_equals_numpy_s_eigenvalue(m, n, seed):
    X, y = gdlib.noisy_line(m, np.ones(n), b=1.0, noise=1.0, rng=seed)
    rate = largest_stable_learning_rate(gdlib.squared_error(X, y), np.zeros(n), 0.0)
    assert rate == pytest.approx(2 / largest_eigenvalue(X), rel=1e-7)


def test_the_point_does_not_matter_for_squared_error(article):
    objective = gdlib.squared_error(*article)
    for w, b in [([0, 0, 0], 0), ([1, -2, 3], 40), ([100, 100, 100], -1)]:
        rate = largest_stable_learning_rate(objective, w, b)
        assert rate == pytest.approx(2 / (48 + 15 * math.sqrt(10)), rel=1e-10)


def test_equal_eigenvalues():
    Z, _, _ = gdlib.standardize([[1.0], [2.0], [4.0]])
    assert largest_stable_learning_rate(gdlib.squared_error(Z, [1, 2, 3]), [0], 0) == pytest.approx(
        2
    )


def test_real_data():
    X, y = gdlib.load_diabetes()
    rate = largest_stable_learning_rate(gdlib.squared_error(X, y), np.zeros(10), 0)
    assert rate == pytest.approx(2 / largest_eigenvalue(X), rel=1e-10)


def quadratic(curvatures):
    """A loss with these curvatures along w₁, w₂, …, b; it counts its calls."""

    def objective(w, b):
        objective.calls += 1
        p = np.append(w, b)
        g = np.asarray(curvatures) * p
        return float(p @ g) / 2, g[:-1], float(g[-1])

    objective.calls = 0
    return objective


@pytest.mark.parametrize("curvatures", [(5, 1, 1), (1, 5, 1), (1, 1, 5), (5, 5, 0), (5, -4, 1)])
def test_the_largest_curvature_wherever_it_lies(curvatures):
    rate = largest_stable_learning_rate(quadratic(curvatures), [1, 2], 3)
    assert rate == pytest.approx(2 / 5, rel=1e-10)


def test_close_eigenvalues_are_told_apart():
    rate = largest_stable_learning_rate(quadratic((1.0, 0.97, 0.98)), [0, 0], 0)
    assert rate == pytest.approx(2, rel=1e-10)


def test_work_is_bounded():
    objective = quadratic((1.0, 0.1, 0.1))
    largest_stable_learning_rate(objective, [0, 0], 0)
    assert objective.calls < 20

    calls = 0

    def restless(w, b):
        nonlocal calls
        calls += 1
        return 0.0, (1 + calls % 2) * w, b

    rate = largest_stable_learning_rate(restless, [0, 0], 0)
    assert calls == 1001
    assert 0.5 < rate < 4


@pytest.mark.parametrize("curvatures", [(0, 0, 0), (-1, -1, -2)])
def test_infinite_where_no_step_is_too_long(curvatures):
    assert largest_stable_learning_rate(quadratic(curvatures), [1, 1], 1) == math.inf


def test_flat_loss_asks_only_once():
    objective = quadratic((0, 0, 0))
    largest_stable_learning_rate(objective, [1, 1], 1)
    assert objective.calls == 2


def test_not_a_number_where_the_loss_overflows():
    objective = gdlib.squared_error([[1e200], [2e200]], [1.0, 2.0])
    calls = []

    def overflowing(w, b):
        calls.append(b)
        return objective(w, b)

    with np.errstate(over="ignore", invalid="ignore"):
        assert math.isnan(largest_stable_learning_rate(overflowing, [1e200], 0))
    assert len(calls) == 2  # to go on would be no use


def test_a_kink_that_is_seen_only_once():
    gradients = iter([0.0, 1.0, 0.0])
    rate = largest_stable_learning_rate(lambda w, b: (0.0, np.zeros(0), next(gradients)), [], 0)
    assert rate == math.inf


@given(st.integers(0, 10**6))
def test_runs_below_it_never_climb_and_runs_above_it_do(seed):
    X, y = gdlib.noisy_line(12, [1.0, -2.0], b=3.0, noise=1.0, rng=seed)
    objective = gdlib.squared_error(X, y)
    rate = 2 / largest_eigenvalue(X)
    below = [step.loss for step in gdlib.descend(objective, [0, 0], 0, 0.999 * rate, 50)]
    assert all(after <= before * (1 + 1e-12) for before, after in pairwise(below))
    above = [step.loss for step in gdlib.descend(objective, [0, 0], 0, 1.2 * rate, 120)]
    assert above[-1] > above[0]


@pytest.mark.parametrize("curvatures", [(-7, 5, 1), (5, -4, 1), (-1, -2, -3), (2, 1, 0)])
def test_the_largest_curvature_counts_not_the_largest_in_size(curvatures):
    d = np.array(curvatures, dtype=float)

    def saddle(w, b):
        p = np.append(w, b)
        return float(d @ p**2) / 2, d[:-1] * w, float(d[-1] * b)

    expected = 2 / d.max() if d.max() > 0 else math.inf
    assert largest_stable_learning_rate(saddle, [0.3, 0.2], 0.1) == pytest.approx(expected)


@pytest.mark.parametrize("size", [1e6, 1e12, 1e17])
def test_large_parameters_do_not_swallow_the_difference(article, size):
    rate = largest_stable_learning_rate(gdlib.squared_error(*article), [size, 0, 0], 0)
    assert rate == pytest.approx(2 / (48 + 15 * math.sqrt(10)), rel=1e-4)
