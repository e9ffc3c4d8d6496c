"""One step downhill."""

import copy
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


class Counted:
    """An objective that notes where it was asked."""

    def __init__(self, objective):
        self.objective, self.points = objective, []

    def __call__(self, w, b):
        self.points.append((*w.tolist(), b))
        return self.objective(w, b)

    @property
    def calls(self):
        return len(self.points)


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


def test_backtracking_takes_a_step_that_lowers_the_loss_just_enough():
    def parabola(w, b):
        return b * b / 2, np.zeros(0), b

    # A step of 1 leads to the lowest point and lowers the loss by exactly the ½ demanded.
    assert gdlib.backtracking(parabola)(np.zeros(0), 1.0, np.zeros(0), 1.0, 1.0)[1] == 0
    assert gdlib.backtracking(parabola)(np.zeros(0), 1.0, np.zeros(0), 1.0, 1.5)[1] == 0.25


def test_backtracking_by_hand_costs_one_call_and_one_for_each_rate_tried(article):
    objective = Counted(gdlib.squared_error(*article))
    _, dw, db = objective(np.zeros(3), 0.0)
    rule = gdlib.backtracking(objective)
    assert objective.calls == 1
    w, b = rule(np.zeros(3), 0.0, dw, db, 1.0)
    assert (objective.calls, b) == (1 + 1 + 8, 7 / 2**7)  # 1, 1/2, … 1/128 ≤ 0.01048 < 1/64
    np.testing.assert_array_equal(w, np.array([34, 41, 48]) / 2**7)


def by_hand(objective, w, b, rate, num_iterations):
    """The points of Armijo's rule, and how many rates were tried on the way."""
    points, tries = [(*w.tolist(), b)], 0
    for _ in range(num_iterations):
        loss, dw, db = objective(w, b)
        alpha = rate
        while True:
            tries += 1
            after, _, _ = objective(w - alpha * dw, b - alpha * db)
            if after <= loss - 0.5 * alpha * (dw @ dw + db * db):
                break
            alpha /= 2
        w, b = w - alpha * dw, b - alpha * db
        points.append((*w.tolist(), b))
    return points, tries


@given(seeds, first_tries, st.integers(1, 3))
def test_descend_evaluates_no_point_twice(seed, first, num_features):
    objective, w, b, _ = bowl(seed, num_features)
    expected, tries = by_hand(objective, w, b, first, 8)
    objective = Counted(objective)
    run = gdlib.descend(objective, w, b, first, 8, update=gdlib.backtracking(objective))
    steps = list(run)
    np.testing.assert_allclose([(*step.w, step.b) for step in steps], expected, rtol=1e-6)
    assert objective.calls == len(set(objective.points)) == 1 + tries
    for step in steps:
        loss, dw, db = objective.objective(step.w, step.b)
        assert (step.loss, step.dw.tolist(), step.db) == (loss, dw.tolist(), db)


def test_a_rule_for_another_objective_is_followed_on_the_run_s_own(article):
    """Such as one that sees all rows, on a run that sees some of them."""
    full, part = gdlib.squared_error(*article), gdlib.squared_error(*(a[:2] for a in article))
    steps = list(gdlib.descend(part, [0, 0, 0], 0, 1.0, 5, update=gdlib.backtracking(full)))
    for step in steps:
        assert step.loss == part(step.w, step.b)[0]
    losses = [full(step.w, step.b)[0] for step in steps]
    assert all(after <= before for before, after in pairwise(losses))


def test_a_copy_of_the_rule_measures_the_same_objective(article):
    objective = Counted(gdlib.squared_error(*article))
    rule = copy.deepcopy(gdlib.backtracking(objective))
    list(gdlib.descend(objective, [0, 0, 0], 0, 1.0, 5, update=rule))
    assert objective.calls == len(set(objective.points)) > 6


@pytest.mark.parametrize("size", [1e-100, 1.0, 1e100])
@pytest.mark.parametrize("noise", [0.0, 1.0])
@pytest.mark.parametrize("first", [1.0, 1e3])
@pytest.mark.parametrize(("w", "b"), [([1.0, -2.0], 0.0), ([0.0, 0.0], 5.0)])
def test_backtracking_ends_the_run_at_the_rounding_floor(size, noise, first, w, b):
    for seed in range(5):
        X, y = gdlib.noisy_line(12, w, b, noise=noise, rng=seed)
        A = np.column_stack([X, np.ones(12)])
        eigenvalues = np.linalg.eigvalsh(A.T @ A / 12)
        objective = Counted(gdlib.squared_error(X, size * y))
        rule = gdlib.backtracking(objective)
        run = gdlib.descend(objective, [0, 0], 0, first, 100_000, update=rule)
        calls = [objective.calls for step in run]
        assert run.stopped_by == "update"
        # Halving from the first try to 1/(2L), and a few more to be sure.
        halvings = math.log2(first * 2 * eigenvalues[-1])
        assert objective.calls - calls[-1] <= max(halvings, 0) + 6
        assert max(np.diff(calls)) <= max(halvings, 0) + 6


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
    objective = Counted(objective)
    w, b = np.ones(2), 1.0
    _, dw, db = objective(w, b)
    rule = gdlib.backtracking(objective)
    new_w, new_b = rule(w, b, dw, db, 1.0)
    assert (new_w.tolist(), new_b) == ([1.0, 1.0], 1.0)
    assert objective.calls < 60
    if not math.isnan(objective(w, b)[0]):
        run = gdlib.descend(objective, w, b, 1.0, 10, update=rule)
        assert (len(list(run)), run.stopped_by) == (1, "update")


def test_backtracking_from_python_s_own_floats_that_overflow():
    def parabola(w, b):
        return b**2 / 2, np.zeros(0), b

    run = gdlib.descend(parabola, [], 3.0, 1e200, 5, update=gdlib.backtracking(parabola))
    losses = [step.loss for step in run]
    assert all(after < before for before, after in pairwise(losses))


def test_backtracking_where_the_square_of_the_gradient_overflows():
    objective = gdlib.squared_error([[1e160], [-1e160]], [1.0, 2.0])
    _, dw, db = objective(np.zeros(1), 0.0)
    w, b = gdlib.backtracking(objective)(np.zeros(1), 0.0, dw, db, 1.0)
    assert objective(w, b)[0] < objective(np.zeros(1), 0.0)[0]


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
