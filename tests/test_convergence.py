"""What a run promises about the loss that is left, against least squares."""

import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import gdlib
from gdlib import ConvergenceWarning, descend, gradient_descent, squared_error

FLATS = (
    np.array([[50, 2], [65, 3], [80, 2], [95, 4], [120, 3]]),
    np.array([248, 321, 349, 437, 489]),
)


def least_loss(X, y):
    """Return the least squared error, by least squares on standardized columns."""
    X, y = np.asarray(X, float), np.asarray(y, float)
    A = np.column_stack([(X - X.mean(axis=0)) / np.maximum(X.std(axis=0), 1e-300), np.ones(len(y))])
    p = np.linalg.lstsq(A, y)[0]
    return float(np.sum((A @ p - y) ** 2)) / (2 * len(y))


def limit(X):
    """Return 2/λmax from the data's singular values."""
    A = np.column_stack([X, np.ones(len(X))])
    return 2 * len(X) / np.linalg.norm(A, 2) ** 2


def messages(X, y, learning_rate, num_iterations, **options):
    with warnings.catch_warnings(record=True, action="always") as caught:
        gradient_descent(X, y, learning_rate, num_iterations, **options)
    assert all(one.category is ConvergenceWarning for one in caught)
    assert all(one.filename == __file__ for one in caught)
    return [str(one.message) for one in caught]


@st.composite
def fits(draw):
    """Draw data of many shapes and scales, and a stable rate as a part of the limit."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    m, n = draw(st.integers(1, 12)), draw(st.integers(1, 4))
    X = rng.standard_normal((m, n)) * 10.0 ** rng.uniform(-2, 2, n)
    X += draw(st.sampled_from([0.0, 1.0, 100.0]))
    y = rng.standard_normal(m) * 10.0 ** draw(st.integers(-3, 3)) + draw(st.integers(-100, 100))
    return X, y, draw(st.floats(0.001, 0.999))


@given(fits(), st.integers(0, 3000))
@settings(max_examples=300, deadline=None)
def test_never_more_is_promised_than_is_left(fit, num_iterations):
    X, y, part = fit
    run = descend(squared_error(X, y), np.zeros(X.shape[1]), 0, part * limit(X), num_iterations)
    *_, step = run
    left = step.loss - least_loss(X, y)
    assert 0 <= run.still_to_gain <= left * (1 + 1e-6) + 1e-13 * float(y @ y) / len(y)


@given(fits(), st.integers(1, 3000))
@settings(max_examples=200, deadline=None)
def test_no_fit_that_is_finished_is_warned_of(fit, num_iterations):
    X, y, part = fit
    rate = part * limit(X)
    *_, step = descend(squared_error(X, y), np.zeros(X.shape[1]), 0, rate, num_iterations)
    left, mean = step.loss - least_loss(X, y), float(np.var(y)) / 2
    if left < 1e-5 * mean:
        assert messages(X, y, rate, num_iterations) == []


def test_the_promise_is_the_formula_on_the_last_three_losses():
    run = descend(squared_error(*FLATS), [0, 0], 0, 0.0002, 1000)
    losses = [step.loss for step in run]
    before, last = losses[-3] - losses[-2], losses[-2] - losses[-1]
    ratio = last / before
    assert run.still_to_gain == pytest.approx(last * ratio / (1 - ratio), rel=1e-5)
    assert 265 < run.still_to_gain < 267
    assert 309 < losses[-1] - least_loss(*FLATS) < 311


def test_one_mode_keeps_its_promise_exactly(article):
    """After 1000 steps one mode is left, and what it promises is all that is left."""
    run = descend(squared_error(*article), [0, 0, 0], 0, 0.01, 1000)
    *_, step = run
    assert run.still_to_gain == pytest.approx(step.loss, rel=1e-8)


def test_nothing_is_promised_before_two_decreases():
    run = descend(squared_error(*FLATS), [0, 0], 0, 0.0002, 10)
    promises = [run.still_to_gain]
    for _ in range(4):
        next(run)
        promises.append(run.still_to_gain)
    assert promises[:3] == [0, 0, 0]
    assert promises[3] > 0


class TestWarning:
    def test_says_what_is_left_and_what_to_do(self):
        (said,) = messages(*FLATS, 0.0002, 1000)
        assert said.startswith("after 1000 iterations the loss is 313.635 and can still fall by 2")
        for advice in (
            "gdlib.standardize",
            "more iterations",
            "gdlib.largest_stable_learning_rate",
        ):
            assert advice in said

    def test_advice_works_when_it_is_followed(self):
        X, y = FLATS
        Z, _, _ = gdlib.standardize(X)
        assert messages(Z, y, 0.5, 1000) == []
        assert messages(X, y, 0.00027, 200_000) == []

    @pytest.mark.parametrize("num_iterations", [*range(1, 60), 100, 300, 3000])
    def test_comes_after_few_steps_too(self, num_iterations):
        assert len(messages(*FLATS, 0.0002, num_iterations)) == 1

    @pytest.mark.parametrize("options", [{"loss_tolerance": 1e-4}, {"gradient_tolerance": 1.0}])
    def test_comes_where_a_tolerance_ended_the_run(self, article, options):
        assert len(messages(*article, 1e-6, 1000, **options)) == 1

    def test_does_not_come_for_the_article_s_call(self, article):
        assert messages(*article, 0.01, 1000) == []

    def test_does_not_come_without_a_step(self, article):
        assert messages(*article, 0.01, 0) == []

    @pytest.mark.parametrize("num_iterations", [100, 1000, 10_000])
    @pytest.mark.parametrize("height", [0.0, 1.0, 1e6, 1e12])
    def test_does_not_come_where_only_rounding_is_left(self, num_iterations, height):
        for seed in range(20):
            rng = np.random.default_rng(seed)
            Z, _, _ = gdlib.standardize(rng.standard_normal((30, 3)))
            y = Z @ [1.0, -2.0, 0.5] + height + 0.1 * rng.standard_normal(30)
            assert messages(Z, y, 0.9, num_iterations) == []

    def test_comes_where_the_loss_stands_still(self):
        """A rate of 2/λmax itself, to the last bit: the line hops from side to side for ever."""
        assert len(messages([[-1.0], [1.0]], [3.0, 5.0], 2.0, 1000)) == 1

    def test_comes_where_targets_are_all_the_same(self):
        assert len(messages([[1.0], [2.0]], [5.0, 5.0], 0.01, 10)) == 1
        assert messages([[1.0], [2.0]], [5.0, 5.0], 0.5, 10_000) == []


def test_a_loss_that_grows_at_the_end_is_a_divergence():
    """The bias is quickly found; meanwhile the part that is not stable grows from little."""
    X, y = [[-1.0], [1.0]], [9.99, 10.01]
    X = np.array(X) * 1.02
    losses = [step.loss for step in descend(squared_error(X, y), [0], 0, 1.95, 100)]
    assert losses[-2] < losses[-1] < losses[0]
    with pytest.raises(gdlib.DivergenceError):
        gradient_descent(X, y, 1.95, 100)
