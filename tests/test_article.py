"""The source article's example: every number that the book states about it.

The oracle is the closed form of gradient descent on a quadratic: along an eigenvector of
the Hessian with eigenvalue λ, each update multiplies the distance to the solution by 1 − αλ.
"""

import math

import numpy as np
import pytest

import gdlib
from gdlib import descend, gradient_descent, initialize_parameters, squared_error

ROOTS = (48 + 15 * math.sqrt(10), 48 - 15 * math.sqrt(10))
NEAREST = np.array([-1 / 3, 1 / 3, 1, 2 / 3])  # the solution nearest to zero, (w, b)


@pytest.fixture
def A(article):
    return np.column_stack([article[0], np.ones(3)])


@pytest.fixture
def closed_form(A):
    """Loss, gradient norm and distance to the end point after k updates, from zero."""
    eigenvalues, vectors = np.linalg.eigh(A.T @ A / 3)
    eigenvalues = np.where(eigenvalues > 1e-9, eigenvalues, 0)
    shares = vectors.T @ NEAREST

    def at(learning_rate, k):
        c = shares * (1 - learning_rate * eigenvalues) ** k
        loss, norm = eigenvalues @ c**2 / 2, math.hypot(*(eigenvalues * c))
        return float(loss), norm, math.hypot(*c)

    return at


def run(article, learning_rate, num_iterations=20_000, **rules):
    return descend(squared_error(*article), [0, 0, 0], 0, learning_rate, num_iterations, **rules)


def distance(step):
    return math.dist([*step.w, step.b], NEAREST)


class TestGradientPointsUphill:
    def test_at_zero(self, article):
        assert gdlib.loss_function(*article, [0, 0, 0], 0) == 27.5
        dw, db = gdlib.gradient(*article, [0, 0, 0], 0)
        assert (dw.tolist(), db) == ([-34, -41, -48], -7)

    def test_a_step_along_it_and_a_step_against_it(self, article):
        dw, db = np.array([-34.0, -41, -48]), -7.0
        assert gdlib.loss_function(*article, 1e-3 * dw, 1e-3 * db) == pytest.approx(32.94, abs=5e-3)
        assert gdlib.loss_function(*article, -1e-3 * dw, -1e-3 * db) == pytest.approx(
            22.56, abs=5e-3
        )


class TestManySolutions:
    def test_rank_is_2_of_4(self, A):
        assert np.linalg.matrix_rank(A) == 2

    def test_the_plane_of_solutions(self, article, A):
        X, y = article
        np.testing.assert_array_equal(y, X[:, 0] + 3)
        rng = np.random.default_rng(0)
        for w2, w3 in rng.standard_normal((5, 2)):
            w, b = [1 - w2 - w3, w2, w3], 3 - w2 - 2 * w3
            assert gdlib.loss_function(X, y, w, b) == pytest.approx(0, abs=1e-28)
        # Two equations in four unknowns, and no others: as many as the rank.
        equations = np.array([[1, 1, 1, 0], [0, 1, 2, 1]])
        assert np.linalg.matrix_rank(np.vstack([A, equations])) == 2

    def test_the_end_point_from_zero_is_the_nearest(self, article, A):
        np.testing.assert_allclose(np.linalg.pinv(A, rtol=1e-10) @ article[1], NEAREST, atol=1e-12)
        w, b = gradient_descent(*article, 0.02, 10_000, gradient_tolerance=1e-12)
        np.testing.assert_allclose([*w, b], NEAREST, atol=1e-11)
        assert math.hypot(*w, b) == pytest.approx(1.29099, abs=5e-6)
        assert math.hypot(*NEAREST) == pytest.approx(math.sqrt(5 / 3))

    def test_the_end_point_from_any_start_is_its_projection(self, article, A):
        onto_solutions = np.eye(4) - np.linalg.pinv(A, rtol=1e-10) @ A
        for seed in range(5):
            start, _ = initialize_parameters(3, rng=seed)
            w, b = gradient_descent(*article, 0.02, 10_000, rng=seed, gradient_tolerance=1e-12)
            expected = NEAREST + onto_solutions @ [*start, 0]
            np.testing.assert_allclose([*w, b], expected, atol=1e-11)

    def test_spread_of_the_end_points_over_random_starts(self, A):
        onto_solutions = np.eye(4) - np.linalg.pinv(A, rtol=1e-10) @ A
        spread = np.sqrt(np.diag(onto_solutions[:, :3] @ onto_solutions[:, :3].T))
        np.testing.assert_allclose(spread, [0.471, 0.816, 0.471, 0.471], atol=5e-4)
        rng = np.random.default_rng(0)
        starts = np.array([[*initialize_parameters(3, rng)[0], 0] for _ in range(4000)])
        np.testing.assert_allclose((starts @ onto_solutions).std(axis=0), spread, rtol=0.05)

    def test_two_perfect_fits_disagree_elsewhere(self, article):
        X, y = article
        w, b = gradient_descent(X, y, 0.02, 10_000, gradient_tolerance=1e-12)
        assert w[0] + b == pytest.approx(1 / 3)
        Z, mean, std = gdlib.standardize(X)
        v, c = gradient_descent(Z, y, 0.5, 10_000, gradient_tolerance=1e-13)
        w_scaled, b_scaled = gdlib.unstandardize(v, c, mean, std)
        assert w_scaled[0] + b_scaled == pytest.approx(7 / 3)
        for parameters in ((w, b), (w_scaled, b_scaled)):
            assert gdlib.loss_function(X, y, *parameters) < 1e-20


class TestCurvature:
    def test_eigenvalues(self, A):
        eigenvalues = np.linalg.eigvalsh(A.T @ A / 3)[::-1]
        np.testing.assert_allclose(eigenvalues, [*ROOTS, 0, 0], atol=1e-13)
        assert ROOTS[0] == pytest.approx(95.4342, abs=5e-5)
        assert ROOTS[1] == pytest.approx(0.565835, abs=5e-7)
        assert ROOTS[0] / ROOTS[1] == pytest.approx(168.66, abs=5e-3)

    def test_largest_stable_learning_rate(self, article):
        rate = gdlib.largest_stable_learning_rate(squared_error(*article), [0, 0, 0], 0)
        assert rate == pytest.approx(2 / ROOTS[0], rel=1e-12)
        assert rate == pytest.approx(0.0209569, abs=5e-8)

    def test_best_asymptotic_rate(self):
        assert 2 / sum(ROOTS) == pytest.approx(1 / 48)
        at_the_best = [abs(1 - root / 48) for root in ROOTS]
        assert at_the_best[0] == pytest.approx(at_the_best[1])

    @pytest.mark.parametrize(
        ("learning_rate", "iterations"),
        [
            (0.001, 11171),
            (0.01, 1115),
            (0.02, 556),
            (0.02075, 536),
            (1 / 48, 723),
            (0.02095, 13079),
        ],
    )
    def test_updates_to_a_loss_below_a_millionth(
        self, article, closed_form, learning_rate, iterations
    ):
        step = next(step for step in run(article, learning_rate) if step.loss < 1e-6)
        assert step.iteration == iterations
        assert closed_form(learning_rate, iterations)[0] < 1e-6
        assert closed_form(learning_rate, iterations - 1)[0] >= 1e-6

    def test_just_above_it_diverges_slowly(self, article, closed_form):
        *_, last = run(article, 0.021, 1000)
        assert last.loss == pytest.approx(1.0e5, rel=0.05)
        assert last.loss == pytest.approx(closed_form(0.021, 1000)[0], rel=1e-6)

    def test_far_above_it_overflows(self, article):
        with pytest.raises(gdlib.DivergenceError):
            list(run(article, 0.03, 1000))


class TestStopping:
    """From zero at α = 0.01; the distance left is to the end point, not to the last loss."""

    def test_loss_below_a_millionth(self, article, closed_form):
        step = next(step for step in run(article, 0.01) if step.loss < 1e-6)
        assert step.iteration == 1115
        assert distance(step) == pytest.approx(0.0019, abs=5e-5)
        assert distance(step) == pytest.approx(closed_form(0.01, 1115)[2], rel=1e-6)

    @pytest.mark.parametrize(
        ("rule", "iterations", "left", "digit"),
        [
            ({"loss_tolerance": 1e-6}, 721, 0.018, 5e-4),
            ({"loss_tolerance": 1e-4}, 315, 0.175, 5e-4),
            ({"gradient_tolerance": 1e-6}, 2343, 1.8e-6, 5e-8),
        ],
    )
    def test_rules(self, article, closed_form, rule, iterations, left, digit):
        descent = run(article, 0.01, **rule)
        *_, last = descent
        assert [descent.stopped_by] == list(rule)
        assert last.iteration == iterations
        assert distance(last) == pytest.approx(left, abs=digit)

        def stops(k):
            loss, norm, _ = closed_form(0.01, k)
            if "loss_tolerance" in rule:
                return closed_form(0.01, k - 1)[0] - loss < rule["loss_tolerance"]
            return norm < rule["gradient_tolerance"]

        assert stops(iterations)
        assert not stops(iterations - 1)
        assert distance(last) == pytest.approx(closed_form(0.01, iterations)[2], rel=1e-6)


class TestColumnOfTargets:
    def test_numpy_would_broadcast_it(self, article):
        X, y = article
        r = X @ np.zeros(3) + 0 - y.reshape(-1, 1)
        assert r.shape == (3, 3)
        assert np.sum(r**2) / (2 * 3) == 82.5
        assert (X.T @ r / 3).shape == (3, 3)

    def test_gdlib_refuses_it(self, article):
        X, y = article
        with pytest.raises(ValueError, match=r"y has shape \(3, 1\).*use y\.ravel\(\)"):
            gdlib.loss_function(X, y.reshape(-1, 1), [0, 0, 0], 0)


def test_the_article_s_program(article):
    """1000 iterations at 0.01, as it prints them, from zero instead of a random start."""
    w, b = gradient_descent(*article, learning_rate=0.01, num_iterations=1000)
    np.testing.assert_allclose([*w, b], NEAREST, atol=0.004)
