"""Loss, gradient and the objective made of both, against sums, differences and SciPy."""

from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import optimize, special, stats
from sklearn.datasets import load_breast_cancer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.metrics import log_loss, mean_squared_error

import gdlib

eighths = st.integers(-800, 800).map(lambda k: k / 8)


@st.composite
def problems(draw):
    """Data and parameters of small, exact numbers."""
    m, n = draw(st.integers(1, 7)), draw(st.integers(1, 4))
    shapes = (m, n), m, n
    return (*(draw(arrays(float, shape, elements=eighths)) for shape in shapes), draw(eighths))


def exact(X, y, w, b):
    """Loss and gradient in rational numbers, sum by sum."""
    m = len(y)
    rows = [[Fraction(x) for x in row] for row in X.tolist()]
    w, b = [Fraction(v) for v in w.tolist()], Fraction(b)
    r = [
        sum(map(Fraction.__mul__, row, w)) + b - Fraction(t)
        for row, t in zip(rows, y.tolist(), strict=True)
    ]
    dw = [sum(r[i] * rows[i][j] for i in range(m)) / m for j in range(len(w))]
    return float(sum(s * s for s in r) / (2 * m)), [float(d) for d in dw], float(sum(r) / m)


@given(problems())
def test_equal_the_formulas_in_exact_arithmetic(problem):
    loss, dw, db = exact(*problem)
    assert gdlib.loss_function(*problem) == pytest.approx(loss, rel=1e-13)
    ours = gdlib.gradient(*problem)
    np.testing.assert_allclose(ours[0], dw, rtol=1e-12, atol=1e-9)
    assert ours[1] == pytest.approx(db, rel=1e-12, abs=1e-10)
    assert type(ours[1]) is float


@given(problems())
def test_the_objective_is_the_loss_and_the_gradient(problem):
    X, y, w, b = problem
    loss, dw, db = gdlib.squared_error(X, y)(w, b)
    assert loss == pytest.approx(gdlib.loss_function(X, y, w, b), rel=1e-14)
    expected = gdlib.gradient(X, y, w, b)
    np.testing.assert_allclose(dw, expected[0], rtol=1e-12, atol=1e-9)
    assert db == pytest.approx(expected[1], rel=1e-12, abs=1e-10)
    assert type(loss) is type(db) is float
    assert dw.shape == w.shape


@given(problems())
def test_loss_is_not_negative_and_zero_where_every_prediction_is_exact(problem):
    X, y, w, b = problem
    assert gdlib.loss_function(X, y, w, b) >= 0
    assert gdlib.loss_function(X, X @ w + b, w, b) == pytest.approx(0, abs=1e-16)
    assert gdlib.loss_function(X, X @ w + b + 1, w, b) == pytest.approx(0.5)


@given(problems())
def test_gradient_is_the_difference_quotient_which_is_exact_for_a_parabola(problem):
    X, y, w, b = problem

    def loss(p):
        return gdlib.loss_function(X, y, p[:-1], float(p[-1]))

    p = np.append(w, b)
    slopes = [(loss(p + e) - loss(p - e)) / 2 for e in np.eye(len(p))]
    np.testing.assert_allclose(np.append(*gdlib.gradient(X, y, w, b)), slopes, atol=1e-6)


@given(problems(), st.randoms(use_true_random=False))
def test_order_and_repetition_of_the_rows_do_not_matter(problem, random):
    X, y, w, b = problem
    loss = gdlib.loss_function(X, y, w, b)
    order = list(range(len(y)))
    random.shuffle(order)
    assert gdlib.loss_function(X[order], y[order], w, b) == pytest.approx(loss)
    assert gdlib.loss_function(np.tile(X, (3, 1)), np.tile(y, 3), w, b) == pytest.approx(loss)


@given(problems(), st.sampled_from([-4.0, 0.5, 2.0]))
def test_units(problem, c):
    X, y, w, b = problem
    loss, (dw, db) = gdlib.loss_function(X, y, w, b), gdlib.gradient(X, y, w, b)
    assert gdlib.loss_function(X, c * y, c * w, c * b) == pytest.approx(c**2 * loss)
    assert gdlib.loss_function(c * X, y, w / c, b) == pytest.approx(loss)
    assert gdlib.loss_function(X, y + c, w, b + c) == pytest.approx(loss)
    dw_scaled, db_scaled = gdlib.gradient(c * X, y, w / c, b)
    np.testing.assert_allclose(dw_scaled, c * dw, rtol=1e-9, atol=1e-9)
    assert db_scaled == pytest.approx(db)


def test_half_of_scikit_learn_s_mean_squared_error(regression):
    X, y = regression
    w, b = np.array([1.0, -1.0, 0.5]), 2.0
    expected = mean_squared_error(y, X @ w + b) / 2
    assert gdlib.loss_function(X, y, w, b) == pytest.approx(expected, rel=1e-14)


def test_scipy_s_differences_agree_with_the_gradient(regression):
    objective = gdlib.squared_error(*regression)
    p = np.array([0.3, -0.2, 0.9, 1.0])
    slopes = optimize.approx_fprime(p, lambda q: objective(q[:-1], float(q[-1]))[0])
    np.testing.assert_allclose(np.append(*objective(p[:-1], 1.0)[1:]), slopes, rtol=1e-5)


def test_scipy_s_minimizer_follows_our_gradient_to_least_squares(regression):
    X, y = regression
    objective = gdlib.squared_error(X, y)

    def fun(p):
        loss, dw, db = objective(p[:-1], float(p[-1]))
        return loss, np.append(dw, db)

    found = optimize.minimize(fun, np.zeros(4), jac=True, method="BFGS", options={"gtol": 1e-9})
    solution = np.linalg.lstsq(np.column_stack([X, np.ones(len(y))]), y)[0]
    np.testing.assert_allclose(found.x, solution, atol=1e-7)


def test_gradient_is_zero_at_the_least_squares_line():
    x, y = np.array([1.0, 2, 4, 7]), np.array([2.0, 3, 3, 9])
    line = stats.linregress(x, y)
    dw, db = gdlib.gradient(x.reshape(-1, 1), y, [line.slope], line.intercept)
    np.testing.assert_allclose([*dw, db], 0, atol=1e-13)


def test_points_uphill(article):
    dw, db = gdlib.gradient(*article, [0, 0, 0], 0)
    up = gdlib.loss_function(*article, 1e-3 * dw, 1e-3 * db)
    down = gdlib.loss_function(*article, -1e-3 * dw, -1e-3 * db)
    assert down < 27.5 < up


class TestSquaredError:
    @pytest.mark.parametrize("order", ["C", "F"])
    def test_keeps_its_own_data_column_by_column(self, regression, order):
        X, y = np.array(regression[0], order=order), np.array(regression[1])
        objective = gdlib.squared_error(X, y)
        before = objective(np.ones(3), 1.0)[0]
        X[:], y[:] = 0, 0
        assert objective(np.ones(3), 1.0)[0] == before
        held = vars(objective).values()
        [features] = [one for one in held if np.ndim(one) == 2]
        assert features.flags.f_contiguous

    def test_gives_the_same_whatever_the_order_of_the_data(self, regression):
        X, y = regression
        for order in "CF":
            loss, dw, db = gdlib.squared_error(np.array(X, order=order), y)(np.ones(3), 1.0)
            expected = exact(X, y, np.ones(3), 1.0)
            assert loss == pytest.approx(expected[0], rel=1e-14)
            np.testing.assert_allclose(dw, expected[1], rtol=1e-12)
            assert db == pytest.approx(expected[2], rel=1e-12)

    @pytest.mark.parametrize("b", [1, 1.0, np.float64(1), np.float32(1), np.array(1.0)])
    @pytest.mark.parametrize("w", [[1, 2, 3], np.array([1, 2, 3]), np.float32([1, 2, 3])])
    def test_takes_any_real_parameters(self, article, w, b):
        objective = gdlib.squared_error(*article)
        loss, dw, db = objective(w, b)
        expected = objective(np.array([1.0, 2.0, 3.0]), 1.0)
        assert (loss, dw.tolist(), db) == (expected[0], expected[1].tolist(), expected[2])

    @pytest.mark.parametrize(
        ("w", "b", "message"),
        [
            ([1.0, 2.0], 0.0, r"w has shape \(2,\); expected \(3,\), one weight per column of X"),
            (np.ones((3, 1)), 0.0, r"w has shape \(3, 1\).*use w\.ravel\(\)"),
            (np.ones(3), np.ones(3), r"b is array\(\[1., 1., 1.\]\); expected a real number"),
            (np.ones(3), None, r"b is None; expected a real number"),
        ],
    )
    def test_refuses_parameters_of_another_shape(self, article, w, b, message):
        with pytest.raises((TypeError, ValueError), match=message):
            gdlib.squared_error(*article)(w, b)

    def test_is_not_finite_where_the_parameters_are_not(self, article):
        """A run that overflows must meet DivergenceError, not a complaint about an argument."""
        objective = gdlib.squared_error(*article)
        for w, b in [([np.nan, 0, 0], 0.0), ([0, 0, 0], np.float64(np.inf))]:
            assert not np.isfinite(objective(np.array(w, float), b)[0])


@st.composite
def classes(draw):
    """Features, classes of which both occur, and parameters."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    m, n = draw(st.integers(2, 9)), draw(st.integers(1, 4))
    X, y = 3 * rng.standard_normal((m, n)), (rng.random(m) < 0.5).astype(float)
    y[:2] = 0, 1
    return X, y, rng.standard_normal(n), float(rng.standard_normal())


def binary(X, y):
    """SciPy's loss of logistic regression, of one vector p = (w, b)."""
    return lambda p: -np.mean(special.log_expit((2 * y - 1) * (X @ p[:-1] + p[-1])))


class TestCrossEntropy:
    @given(classes())
    def test_is_scipy_s_and_scikit_learn_s_loss(self, problem):
        X, y, w, b = problem
        loss, dw, db = gdlib.cross_entropy(X, y)(w, b)
        z = X @ w + b
        p = special.expit(z)
        assert loss == pytest.approx(binary(X, y)(np.append(w, b)), rel=1e-13)
        if np.abs(z).max() < 30:  # beyond, scikit-learn clips
            assert loss == pytest.approx(log_loss(y, np.column_stack([special.expit(-z), p])))
        np.testing.assert_allclose(dw, (p - y) @ X / len(y), rtol=1e-9, atol=1e-12)
        assert db == pytest.approx(float(np.mean(p - y)), rel=1e-9, abs=1e-13)
        assert type(loss) is type(db) is float

    @given(classes())
    def test_scipy_s_differences_agree_with_the_gradient(self, problem):
        X, y, w, b = problem
        slopes = optimize.approx_fprime(np.append(w, b), binary(X, y))
        _, dw, db = gdlib.cross_entropy(X, y)(w, b)
        np.testing.assert_allclose([*dw, db], slopes, atol=1e-6)

    @pytest.mark.parametrize(
        "z", [-1e300, -1000, -710, -700, -699, -40, -1e-9, 0, 1e-9, 1, 36.8, 40, 690, 700, 1000]
    )
    @pytest.mark.parametrize("label", [0, 1])
    def test_every_digit_of_far_margins(self, z, label):
        """Two rows, z and −z with the other class, against five hundred digits."""
        margin = Decimal(float(z)) * (2 * label - 1)
        with localcontext(prec=500):
            odds = (-max(margin, Decimal(-10_000))).exp()
            expected = float((1 + odds).ln() + max(-10_000 - margin, 0))
            part = float(odds / (1 + odds))
        objective = gdlib.cross_entropy([[1.0], [-1.0]], [label, 1 - label])
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            loss, dw, _ = objective(np.array([float(z)]), 0.0)
        tiny = 1e-300
        assert loss == pytest.approx(expected, rel=4e-16, abs=tiny)
        assert dw[0] == pytest.approx((1 - 2 * label) * part, rel=4e-16, abs=tiny)

    def test_is_not_finite_where_the_parameters_are_not(self):
        objective = gdlib.cross_entropy([[1.0], [2.0]], [0, 1])
        with np.errstate(all="ignore"):
            for w, b in [([np.nan], 0.0), ([1.0], np.inf), ([-np.inf], np.float64(np.inf))]:
                assert not np.isfinite(objective(np.array(w), b)[0])

    def test_takes_classes_of_any_kind_and_has_its_own_data(self):
        X, y = np.array([[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]]), np.array([0.0, 1.0, 1.0])
        objective = gdlib.cross_entropy(X, y)
        expected = objective(np.ones(2), 1.0)[0]
        for kind in (y.astype(bool), y.astype(np.int8), y.tolist(), [False, True, True]):
            assert gdlib.cross_entropy(X.tolist(), kind)([1, 1], 1)[0] == expected
        X[:], y[:] = 0, 0
        assert objective(np.ones(2), 1.0)[0] == expected

    @pytest.mark.parametrize("strength", [0.01, 0.1])
    def test_a_descent_ends_where_scikit_learn_s_newton_does(self, strength):
        X, y = load_breast_cancer(return_X_y=True)
        Z, _, _ = gdlib.standardize(X)
        objective = gdlib.ridge(gdlib.cross_entropy(Z, y), strength)
        rate = gdlib.largest_stable_learning_rate(objective, np.zeros(30), 0) / 2
        rule = gdlib.Momentum(0.97, nesterov=True, restart=True)
        run = gdlib.descend(
            objective, np.zeros(30), 0, rate, 20_000, update=rule, gradient_tolerance=1e-13
        )
        *_, last = run
        assert run.stopped_by == "gradient_tolerance"
        model = LogisticRegression(
            C=1 / (len(y) * strength), solver="newton-cholesky", tol=1e-12, max_iter=1000
        ).fit(Z, y)
        np.testing.assert_allclose(last.w, model.coef_[0], atol=1e-10)
        assert last.b == pytest.approx(float(model.intercept_[0]), abs=1e-10)

    @given(classes())
    def test_no_curvature_is_above_the_bound_which_is_reached_at_zero(self, problem):
        X, y, w, b = problem
        A = np.column_stack([X, np.ones(len(y))])
        bound = gdlib.cross_entropy(X, y).curvature_bound
        for scale in (0.0, 0.1, 1.0, 10.0):
            p = special.expit(scale * (X @ w + b))
            H = A.T @ ((p * (1 - p))[:, None] * A) / len(y)
            assert np.linalg.eigvalsh(H)[-1] <= bound * (1 + 1e-12)
        assert bound == pytest.approx(np.linalg.eigvalsh(A.T @ A / len(y))[-1] / 4, rel=1e-12)

    @pytest.mark.parametrize("size", [1e-150, 1.0, 1e150, 1e160])
    def test_the_bound_for_features_of_any_size(self, size):
        """AᵀA / m is diagonal here: 16 · size², and 1."""
        bound = gdlib.cross_entropy([[4 * size], [-4 * size]], [0, 1]).curvature_bound
        assert bound == pytest.approx(max(1.0, 16 * size * size) / 4, rel=1e-12)


def normal_equations(X, y, strength):
    """The ridge solution (w, b) from one linear system; the bias has no price."""
    A = np.column_stack([X, np.ones(len(y))])
    price = strength * np.diag([*np.ones(X.shape[1]), 0.0])
    p = np.linalg.solve(A.T @ A / len(y) + price, A.T @ y / len(y))
    return p[:-1], p[-1]


class TestRidge:
    @given(problems(), st.sampled_from([0.0, 0.125, 3.0]))
    def test_adds_the_price_of_the_weights_and_of_nothing_else(self, problem, strength):
        X, y, w, b = problem
        plain = gdlib.squared_error(X, y)
        loss, dw, db = gdlib.ridge(plain, strength)(w, b)
        before = plain(w, b)
        assert loss == pytest.approx(before[0] + strength * sum(v * v for v in w) / 2, rel=1e-13)
        np.testing.assert_allclose(dw, before[1] + strength * w, rtol=1e-13)
        assert db == before[2]
        assert type(loss) is type(db) is float

    @given(problems(), st.sampled_from([0.125, 3.0]))
    def test_gradient_is_the_difference_quotient_of_the_loss(self, problem, strength):
        X, y, w, b = problem
        objective = gdlib.ridge(gdlib.squared_error(X, y), strength)
        slopes = [
            (objective(w + e[:-1], b + e[-1])[0] - objective(w - e[:-1], b - e[-1])[0]) / 2
            for e in np.eye(len(w) + 1)
        ]
        np.testing.assert_allclose(np.append(*objective(w, b)[1:]), slopes, atol=1e-6)

    @pytest.mark.parametrize("strength", [0.01, 1.0, 50.0])
    def test_gradient_is_zero_at_scikit_learn_s_answer(self, regression, strength):
        X, y = regression
        model = Ridge(alpha=len(y) * strength, solver="cholesky").fit(X, y)
        _, dw, db = gdlib.ridge(gdlib.squared_error(X, y), strength)(model.coef_, model.intercept_)
        np.testing.assert_allclose([*dw, db], 0, atol=1e-12)

    @pytest.mark.parametrize("strength", [0.1, 2.0])
    def test_a_descent_ends_where_the_normal_equations_do(self, article, strength):
        objective = gdlib.ridge(gdlib.squared_error(*article), strength)
        for start in ([0.0, 0.0, 0.0], [5.0, -3.0, 2.0]):
            run = gdlib.descend(objective, start, 1.0, 0.02, 100_000, gradient_tolerance=1e-12)
            *_, last = run
            w, b = normal_equations(*article, strength)
            np.testing.assert_allclose([*last.w, last.b], [*w, b], atol=1e-9)
            np.testing.assert_allclose(last.w, 6 / (18 + strength), atol=1e-9)

    def test_largest_stable_learning_rate_sees_the_price(self, article):
        X, y = article
        objective = gdlib.ridge(gdlib.squared_error(X, y), 3.0)
        A = np.column_stack([X, np.ones(3)])
        H = A.T @ A / 3 + np.diag([3.0, 3.0, 3.0, 0.0])
        rate = gdlib.largest_stable_learning_rate(objective, np.zeros(3), 0.0)
        assert rate == pytest.approx(2 / np.linalg.eigvalsh(H)[-1], rel=1e-10)

    def test_prices_add_up(self, article):
        plain = gdlib.squared_error(*article)
        twice = gdlib.ridge(gdlib.ridge(plain, 1.0), 2.0)([1.0, 2.0, 3.0], 4.0)
        once = gdlib.ridge(plain, 3.0)([1.0, 2.0, 3.0], 4.0)
        assert twice[0] == pytest.approx(once[0])
        np.testing.assert_allclose(twice[1], once[1])

    def test_takes_lists_and_leaves_what_it_is_given(self, article):
        w = np.array([1.0, 2.0, 3.0])
        objective = gdlib.ridge(gdlib.squared_error(*article), 2)
        assert objective([1, 2, 3], 0)[0] == objective(w, 0.0)[0]
        assert w.tolist() == [1, 2, 3]

    @pytest.mark.parametrize(
        ("objective", "strength", "error", "message"),
        [
            (None, 1.0, TypeError, "objective is of type NoneType; expected a function"),
            (np.zeros(3), 1.0, TypeError, "objective is of type ndarray; expected a function"),
            (max, "1", TypeError, "strength is '1'; expected a real number"),
            (max, True, TypeError, "strength is True; expected a real number"),
            (max, [1.0], TypeError, r"strength is \[1.0\]; expected a real number"),
            (max, -1e-9, ValueError, "strength is -1e-09; expected 0 or more"),
            (max, float("nan"), ValueError, "strength is nan; expected a finite number"),
            (max, float("inf"), ValueError, "strength is inf; expected a finite number"),
        ],
    )
    def test_bad_input_is_named(self, objective, strength, error, message):
        with pytest.raises(error, match=message):
            gdlib.ridge(objective, strength)

    def test_refuses_parameters_as_the_objective_does(self, article):
        objective = gdlib.ridge(gdlib.squared_error(*article), 1.0)
        with pytest.raises(ValueError, match=r"w has shape \(2,\); expected \(3,\)"):
            objective([1.0, 2.0], 0.0)
