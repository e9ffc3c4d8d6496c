"""One step downhill."""

import math
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

import gdlib

numbers = st.floats(-1e6, 1e6)


@pytest.mark.parametrize("step", [gdlib.update_parameters, gdlib.plain_step])
def test_by_hand(step):
    w, b = step(np.array([1.0, 2.0]), 3.0, np.array([10.0, -20.0]), 30.0, 0.1)
    assert (w.tolist(), b, type(b)) == ([0.0, 4.0], 0.0, float)


@given(arrays(float, 3, elements=numbers), numbers, arrays(float, 3, elements=numbers), numbers)
def test_both_rules_agree_and_a_step_back_returns(w, b, dw, db):
    new = gdlib.update_parameters(w, b, dw, db, 0.25)
    plain = gdlib.plain_step(w, b, dw, db, 0.25)
    assert (new[0].tolist(), new[1]) == (plain[0].tolist(), plain[1])
    back = gdlib.update_parameters(new[0], new[1], -dw, -db, 0.25)
    np.testing.assert_allclose(back[0], w, atol=1e-9)
    assert back[1] == pytest.approx(b, abs=1e-9)


def test_arguments_are_left_as_they_were():
    w, dw = np.array([1.0, 2.0]), np.array([3.0, 4.0])
    new, _ = gdlib.update_parameters(w, 0.0, dw, 0.0, 1.0)
    assert (w.tolist(), dw.tolist(), new.tolist()) == ([1, 2], [3, 4], [-2, -2])
    assert not np.shares_memory(new, w)


def bowl(seed, num_features=2):
    """An objective on random data, a point away from its minimum, and its largest curvature."""
    X, y = gdlib.noisy_line(9, np.ones(num_features), b=1.0, noise=1.0, rng=seed)
    A = np.column_stack([X, np.ones(len(X))])
    w = np.random.default_rng(seed + 1).normal(3.0, 2.0, num_features)
    return gdlib.squared_error(X, y), w, 5.0, float(np.linalg.eigvalsh(A.T @ A / len(X))[-1])


def counted(objective):
    def counting(w, b):
        counting.calls += 1
        return objective(w, b)

    counting.calls = 0
    return counting


seeds = st.integers(0, 10**6)
first_tries = st.floats(-6, 6).map(lambda exponent: 10.0**exponent)


@given(seeds, first_tries, st.floats(0.01, 0.99))
def test_backtracking_takes_the_first_halving_that_lowers_the_loss_enough(seed, first, c):
    objective, w, b, _ = bowl(seed)
    loss, dw, db = objective(w, b)
    new_w, new_b = gdlib.backtracking(objective, c)(w, b, dw, db, first)

    tried = [first / 2**halvings for halvings in range(60)]
    slope = dw @ dw + db * db
    passes = [objective(w - a * dw, b - a * db)[0] <= loss - c * a * slope for a in tried]
    expected = tried[passes.index(True)]
    np.testing.assert_array_equal(new_w, w - expected * dw)
    assert new_b == b - expected * db


@given(seeds, first_tries, st.integers(1, 4))
def test_backtracking_never_raises_the_loss(seed, first, num_features):
    objective, w, b, _ = bowl(seed, num_features)
    rule = gdlib.backtracking(objective)
    losses = [step.loss for step in gdlib.descend(objective, w, b, first, 60, update=rule)]
    assert all(after <= before for before, after in pairwise(losses))
    assert losses[-1] < losses[0]


@given(seeds, st.floats(0.01, 0.999), st.sampled_from([0.5, 0.1, 1e-4]))
def test_backtracking_leaves_steps_below_its_limit_alone(seed, part, c):
    objective, w, b, largest = bowl(seed)
    _, dw, db = objective(w, b)
    rate = part * 2 * (1 - c) / largest
    new = gdlib.backtracking(objective, c)(w, b, dw, db, rate)
    plain = gdlib.plain_step(w, b, dw, db, rate)
    assert (new[0].tolist(), new[1]) == (plain[0].tolist(), plain[1])


@given(seeds, first_tries)
def test_backtracking_halves_no_further_than_it_must(seed, first):
    objective, w, b, largest = bowl(seed)
    _, dw, db = objective(w, b)
    assume(abs(db) > 1e-3)
    _, new_b = gdlib.backtracking(objective)(w, b, dw, db, first)
    assert (b - new_b) / db >= min(first, 0.5 / largest) * (1 - 1e-6)


def test_backtracking_costs_one_call_and_one_for_each_rate_tried(article):
    objective = counted(gdlib.squared_error(*article))
    _, dw, db = objective(np.zeros(3), 0.0)
    rule = gdlib.backtracking(objective)
    assert objective.calls == 1
    w, b = rule(np.zeros(3), 0.0, dw, db, 1.0)
    assert (objective.calls, b) == (1 + 1 + 8, 7 / 2**7)  # 1, 1/2, … 1/128 ≤ 0.01048 < 1/64
    np.testing.assert_array_equal(w, np.array([34, 41, 48]) / 2**7)


def test_backtracking_from_a_first_try_that_overflows(article):
    objective = gdlib.squared_error(*article)
    _, dw, db = objective(np.zeros(3), 0.0)
    w, b = gdlib.backtracking(objective)(np.zeros(3), 0.0, dw, db, 1e308)
    assert objective(w, b)[0] < 27.5


def no_number(w, b):
    return math.nan, np.ones(2), 1.0


def uphill(w, b):
    return float(w @ w) + b * b, -2 * w, -2 * b


def rising_away_from_the_start(w, b):
    return float(np.any(w != 1) or b != 1), np.ones(2), 1.0


@pytest.mark.parametrize("objective", [no_number, uphill, rising_away_from_the_start])
def test_backtracking_ends_where_no_step_helps(objective):
    objective = counted(objective)
    w, b = np.ones(2), 1.0
    _, dw, db = objective(w, b)
    new_w, new_b = gdlib.backtracking(objective)(w, b, dw, db, 1.0)
    assert (new_w.tolist(), new_b) == ([1.0, 1.0], 1.0)
    assert objective.calls < 1100


def test_backtracking_rests_at_the_minimum():
    objective = gdlib.squared_error([[1.0], [2.0]], [3.0, 5.0])
    w, b = gdlib.backtracking(objective)(np.array([2.0]), 1.0, np.zeros(1), 0.0, 1.0)
    assert (w.tolist(), b) == ([2.0], 1.0)


def test_backtracking_leaves_its_arguments_as_they_were():
    objective, w, b, _ = bowl(3)
    before = w.copy()
    _, dw, db = objective(w, b)
    gradient_before = dw.copy()
    gdlib.backtracking(objective)(w, b, dw, db, 8.0)
    np.testing.assert_array_equal(w, before)
    np.testing.assert_array_equal(dw, gradient_before)


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        (("loss",), TypeError, "objective is of type str; expected a function"),
        ((uphill, "half"), TypeError, "sufficient_decrease is 'half'; expected a real number"),
        ((uphill, True), TypeError, "sufficient_decrease is True; expected a real number"),
        ((uphill, 0), ValueError, "sufficient_decrease is 0; expected a number above 0"),
        ((uphill, -0.5), ValueError, "sufficient_decrease is -0.5; expected a number above 0"),
        ((uphill, 1), ValueError, "sufficient_decrease is 1; expected a number between 0 and 1"),
        ((uphill, math.nan), ValueError, "sufficient_decrease is nan; expected a finite number"),
    ],
)
def test_backtracking_refuses(arguments, error, message):
    with pytest.raises(error) as caught:
        gdlib.backtracking(*arguments)
    assert str(caught.value) == message
