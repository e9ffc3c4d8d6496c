"""2/λmax and the modes, against NumPy's eigenvalues and against what runs do."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st
from scipy import special

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
    assert rate * largest_eigenvalue(X) == pytest.approx(2, rel=1e-10)


def counted(objective):
    def counting(w, b):
        counting.calls += 1
        return objective(w, b)

    counting.calls = 0
    return counting


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

    X, y = gdlib.load_diabetes()
    for data in (X, gdlib.standardize(X)[0]):
        for b in (0, 1e3, 1e17):  # rounding must not keep it from coming to an end
            objective = counted(gdlib.squared_error(data, y))
            largest_stable_learning_rate(objective, np.zeros(10), b)
            assert objective.calls < 40

    calls = 0

    def ever_steeper(w, b):
        nonlocal calls
        calls += 1
        return 1.0, calls * w, calls * b

    largest_stable_learning_rate(ever_steeper, [1, 2], 3)
    assert 1000 < calls < 1200


@pytest.mark.parametrize("curvatures", [(0, 0, 0), (-1, -1, -2)])
def test_infinite_where_no_step_is_too_long(curvatures):
    assert largest_stable_learning_rate(quadratic(curvatures), [1, 1], 1) == math.inf


def test_flat_losses_are_soon_known():
    for objective in (quadratic((0, 0, 0)), counted(lambda w, b: (-b, np.zeros(2), -1.0))):
        assert largest_stable_learning_rate(objective, [1, 1], 1) == math.inf
        assert objective.calls < 40


def test_not_a_number_where_the_gradient_overflows():
    objective = counted(gdlib.squared_error([[1e200], [2e200]], [1.0, 2.0]))
    assert math.isnan(largest_stable_learning_rate(objective, [1e200], 0))
    assert objective.calls < 4  # to go on would be no use


def test_opposite_curvatures_of_the_same_size():
    for curvatures in ((5, -5, 1), (-5, 5, 1), (1, 5, -5), (-5, 1, 5)):
        rate = largest_stable_learning_rate(quadratic(curvatures), [1, 2], 3)
        assert rate == pytest.approx(2 / 5, rel=1e-9)


@pytest.mark.parametrize("size", [1e-250, 1e-160, 1e160, 1e250])
def test_curvatures_whose_squares_overflow_or_underflow(size):
    rate = largest_stable_learning_rate(quadratic((size, size / 2, size / 3)), [1, 2], 3)
    assert rate * size == pytest.approx(2, rel=1e-9)


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


def largest_by_svd(X):
    """For features of any size; a large one may be scaled without harm."""
    A = np.column_stack([X, np.ones(len(X))])
    size = np.abs(A).max()
    return float(np.linalg.svd(A / size, compute_uv=False)[0] * size / math.sqrt(len(X))) ** 2


exponents = st.floats(-300, 300)


@example(0, 300, [0.0, 0.0], -300, 0.0)
@example(0, -300, [18.0, -9.0], 17, 1e17)
@given(
    st.integers(0, 10**6),
    exponents,
    st.lists(st.floats(-30, 30), min_size=2, max_size=2),
    exponents,
    st.sampled_from([0.0, 1.0, -1e9, 1e17, 1e100]),
)
def test_no_unit_and_no_point_matters_for_squared_error(seed, y_size, x_sizes, w_size, b):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((8, 2)) * 10.0 ** np.array(x_sizes)
    y = rng.uniform(-1, 1, 8) * 10.0 ** min(y_size, 305 - max(x_sizes))
    w = rng.uniform(-1, 1, 2) * 10.0 ** min(w_size, 300 - 2 * max(0, *x_sizes))
    rate = largest_stable_learning_rate(gdlib.squared_error(X, y), w, b)
    assert rate * largest_by_svd(X) == pytest.approx(2, rel=1e-6)


def test_time_stamps_in_nanoseconds():
    days = 1.7e18 + 86_400e9 * np.arange(30.0)[:, None]
    objective = gdlib.squared_error(days, np.sin(np.arange(30)))
    for w, b in (([0], 0), ([1e-18], -1.7), ([1e-18], 1e17), ([0.5], 0)):
        rate = largest_stable_learning_rate(objective, w, b)
        assert rate * largest_by_svd(days) == pytest.approx(2, rel=1e-9)


@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e-150, 1.0, 1e16, 1e160, 1e300])
def test_at_the_minimum_where_large_residuals_cancel(size):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((20, 3))
    A = np.column_stack([X, np.ones(20)])
    y = rng.standard_normal(20)
    y = y - A @ np.linalg.lstsq(A, y)[0]
    for p in (np.zeros(4), np.array([1.0, 2, 3, 0]), np.array([0.0, 0, 0, 4])):
        objective = gdlib.squared_error(X, (A @ p + y) * size)
        rate = largest_stable_learning_rate(objective, p[:3] * size, p[3] * size)
        assert rate * largest_by_svd(X) == pytest.approx(2, rel=1e-8)


def test_a_perfect_fit_by_a_large_bias_alone():
    X = np.array([[1e-8], [2e-8], [-1e-8]])
    objective = gdlib.squared_error(X, np.full(3, 1e17))
    rate = largest_stable_learning_rate(objective, [0.0], 1e17)
    assert rate == pytest.approx(2, rel=1e-9)


@given(st.integers(0, 10**6), st.sampled_from([1e-12, 1.0, 1e12]), st.sampled_from([0, 0.5]))
def test_curvature_that_changes_is_taken_near_the_point(seed, unit, away):
    """For the logistic loss, whose Hessian is known."""
    rng = np.random.default_rng(seed)
    X, labels = rng.standard_normal((30, 2)) * [unit, 1], rng.integers(0, 2, 30)
    A = np.column_stack([X, np.ones(30)])
    p = away * rng.standard_normal(3) / [unit, 1, 1]

    def objective(w, b):
        z = X @ w + b
        r = (special.expit(z) - labels) / 30
        loss = np.mean(np.logaddexp(0, z) - labels * z)
        return float(loss), r @ X, float(r.sum())

    chances = special.expit(A @ p)
    H = A.T * (chances * (1 - chances)) @ A / 30
    rate = largest_stable_learning_rate(objective, p[:2], p[2])
    assert rate * np.linalg.eigvalsh(H)[-1] == pytest.approx(2, rel=0.05)


@pytest.mark.parametrize("size", [1e6, 1e12, 1e17])
def test_large_parameters_do_not_swallow_the_difference(article, size):
    rate = largest_stable_learning_rate(gdlib.squared_error(*article), [size, 0, 0], 0)
    assert rate == pytest.approx(2 / (48 + 15 * math.sqrt(10)), rel=1e-10)


@given(
    st.integers(0, 10**6),
    st.sampled_from(
        [
            (1, 1, 1, 1),
            (1, 0, 0, 0),
            (0, 0, 0, 1),
            (1, -1, 0, 0),
            (0, 0, 1e-3, -1e9),
            (1e8, 0, 0, 1),
        ]
    ),
    st.sampled_from([1e-100, 1.0, 1e17, 1e150]),
)
def test_near_a_perfect_fit_where_only_rounding_is_left(seed, p, size):
    """Loss and gradient are small there; the numbers of which they are made are not."""
    x = np.random.default_rng(seed).uniform(-1, 1, (9, 2))
    X = np.column_stack([x[:, 0], x])  # two columns are the same
    first, second = np.linalg.svd(np.column_stack([X, np.ones(9)]), compute_uv=False)[:2]
    assume(second < 0.98 * first)  # else 1000 rounds do not tell them apart
    p = size * np.array(p) * (1 + 0.1 * np.random.default_rng(seed).random())
    y = np.array([math.fsum(row) for row in np.column_stack([X, np.ones(9)]) * p])
    rate = largest_stable_learning_rate(gdlib.squared_error(X, y), p[:3], p[3])
    assert rate * largest_by_svd(X) == pytest.approx(2, rel=1e-8)


@pytest.mark.parametrize("unit", [1.0, 1e9, 1e100])
def test_a_step_that_overflows_is_made_shorter(unit):
    x, counts = unit * np.array([-1.0, 0.5, 2.0]), np.array([0.0, 1, 5])

    def poisson(w, b):
        mean = np.exp(w[0] * x + b)
        r = (mean - counts) / 3
        return float(np.mean(mean - counts * (w[0] * x + b))), np.array([r @ x]), float(r.sum())

    rate = largest_stable_learning_rate(poisson, [0], 0)
    assert rate * largest_by_svd(x[:, None]) == pytest.approx(2, rel=0.05)


@given(st.integers(1, 12), st.integers(1, 6), st.integers(0, 10**6))
def test_modes_are_numpy_s_eigenvectors(m, n, seed):
    X, _ = gdlib.noisy_line(m, np.ones(n), b=1.0, noise=1.0, rng=seed)
    curvatures, directions = gdlib.modes(X)
    A = np.column_stack([X, np.ones(m)])
    H = A.T @ A / m
    assert curvatures == pytest.approx(np.linalg.eigvalsh(H), abs=1e-12 * curvatures[-1])
    assert H @ directions == pytest.approx(curvatures * directions, abs=1e-12 * curvatures[-1])
    assert directions.T @ directions == pytest.approx(np.eye(n + 1), abs=1e-12)
    assert np.all(np.diff(curvatures) >= 0)


@pytest.mark.parametrize("seed", range(20))
def test_small_curvatures_keep_their_digits(seed):
    """The determinant of H is that of the covariance: the product of all eigenvalues."""
    X = 1e5 + np.random.default_rng(seed).standard_normal((5, 1))
    flat, steep = gdlib.modes(X)[0]
    assert flat * steep == pytest.approx(X.var(), rel=1e-4)  # 1e-16 times 1e10, twice


def test_the_modes_of_the_article(article):
    curvatures, _ = gdlib.modes(article[0])
    assert curvatures[2:] == pytest.approx(48 + 15 * math.sqrt(10) * np.array([-1, 1]), rel=1e-13)
    assert np.all(curvatures[:2] < 1e-28)


def test_modes_of_many_rows_need_no_square_of_them():
    X = np.arange(40_000.0)[:, None]  # a matrix of 40,000 × 40,000 would take 12.8 GB
    assert gdlib.modes(X)[0].sum() == pytest.approx(np.mean(X**2) + 1, rel=1e-12)


@given(st.integers(0, 10**6), st.sampled_from([0.0, 0.3]), st.floats(0.5, 0.999))
def test_below_the_limit_of_cross_entropy_no_step_raises_the_loss(seed, strength, part):
    """From wherever it begins; the curvature at the start says more only there."""
    rng = np.random.default_rng(seed)
    X, y = 3 * rng.standard_normal((8, 2)) + 1, rng.permutation([0, 0, 0, 1, 1, 1, 1, 1])
    objective = gdlib.ridge(gdlib.cross_entropy(X, y), strength)
    w, b = 5 * rng.standard_normal(2), float(5 * rng.standard_normal())
    limit = largest_stable_learning_rate(objective, w, b)
    assert limit == pytest.approx(2 / (largest_eigenvalue(X) / 4 + strength), rel=1e-10)
    losses = [step.loss for step in gdlib.descend(objective, w, b, part * limit, 50)]
    assert all(after <= before + 1e-15 * before for before, after in pairwise(losses))


def test_the_limit_of_cross_entropy_is_the_same_at_every_point():
    X, y = gdlib.load_diabetes()
    Z, _, _ = gdlib.standardize(X)
    objective = gdlib.cross_entropy(Z, y > 140)
    limits = {largest_stable_learning_rate(objective, np.full(10, c), c) for c in (0, 1, -30)}
    [limit] = limits
    assert limit == pytest.approx(8 / largest_eigenvalue(Z), rel=1e-10)
    far = largest_stable_learning_rate(lambda w, b: objective(w, b), np.full(10, 5.0), 0)
    assert far > 1.5 * limit  # what differences find there would be too long elsewhere


def test_an_objective_may_state_its_own_bound():
    class Bowl:
        curvature_bound = 8.0

        def __call__(self, w, b):
            return b * b / 2, np.zeros(0), b

    assert largest_stable_learning_rate(Bowl(), [], 0) == 0.25
    assert largest_stable_learning_rate(gdlib.ridge(Bowl(), 2.0), [], 0) == 0.2
