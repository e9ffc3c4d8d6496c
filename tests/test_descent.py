"""The loop: what it yields, what stops it, what it costs, how it fails."""

import contextvars
import copy
import inspect
import math
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator
from itertools import islice, pairwise

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from sklearn.linear_model import LinearRegression
from tqdm import tqdm

import gdlib
from gdlib import arguments, descend, gradient_descent, losses, squared_error

# Short runs, which are not finished; what is said of that has its own tests.
pytestmark = pytest.mark.filterwarnings("ignore::gdlib.ConvergenceWarning")


def plain_descent(X, y, learning_rate, num_iterations, start=None):
    """The same algorithm on one vector p = (w, b), with a column of ones: an oracle."""
    A = np.column_stack([X, np.ones(len(y))])
    p = np.zeros(A.shape[1]) if start is None else np.array(start, float)
    points = [p]
    for _ in range(num_iterations):
        p = p - learning_rate * A.T @ (A @ p - y) / len(y)
        points.append(p)
    return np.array(points)


def counted(function):
    """The same function, counting its calls."""

    def wrapper(*args):
        wrapper.calls += 1
        return function(*args)

    wrapper.calls = 0
    return wrapper


@pytest.fixture
def objective(article):
    return squared_error(*article)


@pytest.fixture
def run(objective):
    """Start a run of the article's example; keywords change the defaults."""

    def start(learning_rate=0.01, num_iterations=10, **keywords):
        return descend(objective, [0, 0, 0], 0, learning_rate, num_iterations, **keywords)

    return start


class TestSteps:
    def test_are_those_of_the_plain_algorithm(self, article, run):
        steps = list(run(num_iterations=40))
        expected = plain_descent(*article, 0.01, 40)
        assert [step.iteration for step in steps] == list(range(41))
        np.testing.assert_allclose([[*step.w, step.b] for step in steps], expected, rtol=1e-11)

    def test_carry_the_loss_and_gradient_at_their_own_point(self, article, run):
        for step in run(num_iterations=5):
            assert step.loss == pytest.approx(gdlib.loss_function(*article, step.w, step.b))
            dw, db = gdlib.gradient(*article, step.w, step.b)
            np.testing.assert_allclose(step.dw, dw)
            assert step.db == pytest.approx(db)

    def test_have_names_and_unpack(self, run):
        step = next(run())
        iteration, w, b, loss, dw, db = step
        assert (iteration, b, loss, db) == (0, 0.0, 27.5, -7.0)
        assert (w.tolist(), dw.tolist()) == ([0, 0, 0], [-34, -41, -48])
        assert step._fields == ("iteration", "w", "b", "loss", "dw", "db")
        assert [type(v) for v in (step.b, step.loss, step.db)] == [float] * 3

    def test_begin_where_asked(self, article, objective):
        first, last = descend(objective, [1, -2, 3], 4, 0.02, 1)
        assert (first.w.tolist(), first.b) == ([1, -2, 3], 4.0)
        expected = plain_descent(*article, 0.02, 1, start=[1, -2, 3, 4])
        np.testing.assert_allclose([*last.w, last.b], expected[-1])

    def test_are_apart_from_the_caller_s_array_and_from_each_other(self, objective):
        w = np.zeros(3)
        steps = list(descend(objective, w, 0, 0.01, 3))
        assert not any(np.shares_memory(step.w, w) for step in steps)
        assert not any(np.shares_memory(a.w, b.w) for a, b in pairwise(steps))
        run = descend(objective, w, 0, 0.01, 3)
        w[:] = 99  # the run is lazy, its start is not
        assert next(run).loss == 27.5

    def test_a_rule_cannot_overwrite_steps_that_are_kept(self, objective):
        def careless(w, b, dw, db, learning_rate):
            w -= learning_rate * dw
            return w, b - learning_rate * db

        with pytest.raises(ValueError, match="read-only"):
            list(descend(objective, np.zeros(3), 0, 0.01, 3, update=careless))

    def test_the_end_belongs_to_the_caller(self, article):
        w, _ = gradient_descent(*article, 0.01, 3)
        w += 1


class TestIterator:
    def test_is_an_iterator(self, run):
        descent = run()
        assert isinstance(descent, Iterator)
        assert iter(descent) is descent
        assert len(list(descent)) == 11
        assert list(descent) == []

    def test_num_iterations_counts_updates(self, run):
        assert [step.iteration for step in run(num_iterations=0)] == [0]
        assert [step.iteration for step in run(num_iterations=2)] == [0, 1, 2]

    def test_slice_and_go_on(self, run):
        descent = run()
        assert [step.iteration for step in islice(descent, 3)] == [0, 1, 2]
        assert next(descent).iteration == 3
        assert [step.iteration for step in islice(descent, 0, None, 5)] == [4, 9]

    def test_progress_bar(self, run):
        bar = tqdm(run(), total=11, disable=True)
        assert [step.iteration for step in bar] == list(range(11))

    def test_nothing_is_computed_before_it_is_asked_for(self, objective):
        objective, update = counted(objective), counted(gdlib.plain_step)
        descent = descend(objective, [0, 0, 0], 0, 0.01, 10, update=update)
        assert (objective.calls, update.calls) == (0, 0)
        next(descent)
        assert (objective.calls, update.calls) == (1, 0)
        next(descent)
        assert (objective.calls, update.calls) == (2, 1)

    def test_one_call_of_the_objective_per_step_and_one_update_between_two(self, objective):
        objective, update = counted(objective), counted(gdlib.plain_step)
        steps = list(descend(objective, [0, 0, 0], 0, 0.01, 25, update=update))
        assert (len(steps), objective.calls, update.calls) == (26, 26, 25)

    def test_runs_do_not_disturb_each_other(self, run):
        alone = [step.loss for step in run()]
        both = list(zip(run(), run(0.02), strict=True))
        assert [step.loss for step, _ in both] == alone

    def test_a_run_within_a_run(self, objective, run):
        for _ in run(num_iterations=2):
            assert len(list(run(num_iterations=3))) == 4

    def test_another_thread_may_take_it_over(self, run):
        descent, seen = run(), []
        next(descent)
        thread = threading.Thread(target=lambda: seen.extend(descent))
        thread.start()
        thread.join()
        assert [step.iteration for step in seen] == list(range(1, 11))

    def test_each_step_runs_in_the_caller_s_context(self):
        """Where ipykernel keeps to which cell a print belongs; NumPy, its settings."""
        cell = contextvars.ContextVar("cell", default="first")
        seen = []

        def objective(w, b):
            seen.append((cell.get(), np.geterr()["divide"]))
            noted.set(len(seen))
            return 0.5 * b * b, np.zeros(0), b

        def rule(*arguments):
            seen.append(cell.get())
            return gdlib.plain_step(*arguments)

        noted = contextvars.ContextVar("noted", default=0)
        run = descend(objective, [], 1.0, 0.1, 10, update=rule)
        next(run)
        cell.set("second")
        with np.errstate(divide="raise"):
            next(run)
        assert seen == [("first", np.geterr()["divide"]), "second", ("second", "raise")]
        assert noted.get() == 3  # and what the objective sets stays set

    def test_goes_on_where_it_was_interrupted(self, objective):
        """And asks a rule with a memory only once for each point."""

        def impatient(w, b):
            if next(calls) in (0, 3, 4, 9):
                raise KeyboardInterrupt
            return objective(w, b)

        def rule(w, b, dw, db, learning_rate):
            rule.calls += 1
            return gdlib.plain_step(w, b, dw, db, learning_rate / rule.calls)

        rule.calls = 0
        expected = list(descend(objective, [0, 0, 0], 0, 0.01, 8, update=rule))
        rule.calls, calls = 0, iter(range(100))
        run = descend(impatient, [0, 0, 0], 0, 0.01, 8, update=rule)
        steps, interruptions = [], 0
        while run.stopped_by is None:
            try:
                steps.extend(islice(run, 1))
            except KeyboardInterrupt:
                interruptions += 1
        assert interruptions == 4
        assert [step.loss for step in steps] == [step.loss for step in expected]
        assert rule.calls == 8

    def test_goes_on_after_an_error_in_the_rule(self, run):
        def rule(w, b, dw, db, learning_rate):
            if broken:
                raise ZeroDivisionError
            return gdlib.plain_step(w, b, dw, db, learning_rate)

        broken, descent = False, run(update=rule)
        losses = [step.loss for step in islice(descent, 3)]
        broken = True
        for _ in range(2):
            with pytest.raises(ZeroDivisionError):
                next(descent)
        broken = False
        losses += [step.loss for step in descent]
        assert losses == [step.loss for step in run()]

    def test_an_iterator_that_ends_inside_the_objective_does_not_end_the_run(self, article):
        batches = iter([article] * 3)
        run = descend(lambda w, b: squared_error(*next(batches))(w, b), [0, 0, 0], 0, 0.01, 10)
        assert len(list(islice(run, 3))) == 3
        with pytest.raises(RuntimeError, match="raised StopIteration"):
            next(run)
        assert run.stopped_by is None


class TestStoppedBy:
    def test_none_before_and_while_it_runs(self, run):
        descent = run(num_iterations=2)
        assert descent.stopped_by is None
        for _ in descent:
            assert descent.stopped_by is None
        assert descent.stopped_by == "num_iterations"
        assert next(descent, None) is None
        assert descent.stopped_by == "num_iterations"

    def test_none_where_the_caller_leaves(self, run):
        descent = run()
        for step in descent:
            if step.iteration == 4:
                break
        assert descent.stopped_by is None

    def test_loss_tolerance(self, run):
        descent = run(num_iterations=1000, loss_tolerance=1e-4)
        losses = [step.loss for step in descent]
        changes = [before - after for before, after in pairwise(losses)]
        assert descent.stopped_by == "loss_tolerance"
        assert changes[-1] < 1e-4 <= min(changes[:-1])

    def test_gradient_tolerance(self, run):
        descent = run(num_iterations=1000, gradient_tolerance=0.1)
        norms = [math.hypot(*step.dw, step.db) for step in descent]
        assert descent.stopped_by == "gradient_tolerance"
        assert norms[-1] < 0.1 <= min(norms[:-1])

    def test_tolerances_are_strict_and_0_is_off(self, article, objective):
        # At the solution the loss does not change at all and the gradient is zero.
        solution = ([1.0, 0.0, 0.0], 3.0)
        stays = descend(objective, *solution, 0.01, 5)
        assert len(list(stays)) == 6
        assert stays.stopped_by == "num_iterations"
        by_loss = descend(objective, *solution, 0.01, 5, loss_tolerance=1e-300)
        assert len(list(by_loss)) == 2  # a change needs two points
        assert by_loss.stopped_by == "loss_tolerance"
        by_gradient = descend(objective, *solution, 0.01, 5, gradient_tolerance=1e-300)
        assert len(list(by_gradient)) == 1
        assert by_gradient.stopped_by == "gradient_tolerance"

    def test_a_tolerance_that_is_just_reached_does_not_stop(self):
        slope = counted(lambda w, b: (-b, np.zeros(1), -1.0))  # the loss falls by 1 a step
        exact = descend(slope, [0], 0, 1.0, 5, loss_tolerance=1.0, gradient_tolerance=1.0)
        assert len(list(exact)) == 6
        above = descend(slope, [0], 0, 1.0, 5, loss_tolerance=1.001)
        assert len(list(above)) == 2
        above = descend(slope, [0], 0, 1.0, 5, gradient_tolerance=1.001)
        assert len(list(above)) == 1

    def test_a_rule_that_is_done(self, run):
        def rule(w, b, dw, db, learning_rate):
            return None if b > 0.1 else gdlib.plain_step(w, b, dw, db, learning_rate)

        descent = run(num_iterations=1000, update=rule)
        *_, last = descent
        assert descent.stopped_by == "update"
        assert 0.1 < last.b < 0.105
        assert next(descent, None) is None

    def test_a_growing_loss_is_a_change_too(self, objective):
        run = descend(objective, [0, 0, 0], 0, 0.022, 30, loss_tolerance=1e-3)
        losses = [step.loss for step in run]
        assert losses[-1] > losses[0]
        assert run.stopped_by == "num_iterations"

    def test_the_bias_counts_in_the_gradient(self):
        run = descend(lambda w, b: (b, np.zeros(1), 1.0), [0], 0, 1.0, 5, gradient_tolerance=0.5)
        assert len(list(run)) == 6


class TestDivergence:
    def diverge(self, objective, learning_rate=0.03):
        seen = []
        with pytest.raises(gdlib.DivergenceError) as caught:
            seen.extend(descend(objective, [0, 0, 0], 0, learning_rate, 10_000))
        return caught.value, seen

    def test_says_where_and_why_and_keeps_the_last_finite_parameters(self, objective):
        error, steps = self.diverge(objective)
        assert error.iteration == len(steps)
        assert error.loss == math.inf
        assert error.learning_rate == 0.03
        assert error.largest_stable_learning_rate == pytest.approx(0.0209569, abs=1e-7)
        assert error.w.tolist() == steps[-1].w.tolist()
        assert error.b == steps[-1].b
        assert math.isfinite(steps[-1].loss)

    def test_message(self, objective):
        error, _ = self.diverge(objective)
        assert str(error) == (
            f"the loss is inf at iteration {error.iteration} with learning_rate 0.03; plain steps "
            "are stable below 0.0209569. The last parameters with a finite loss are in this "
            "error's w and b."
        )

    @pytest.mark.parametrize("again", [copy.copy, lambda e: pickle.loads(pickle.dumps(e))])
    def test_survives_copy_and_pickle(self, objective, again):
        error, _ = self.diverge(objective)
        error.add_note("in the third fold")
        other = again(error)
        assert type(other) is gdlib.DivergenceError
        assert (str(other), other.__notes__) == (str(error), ["in the third fold"])
        assert other.w.tolist() == error.w.tolist()
        for name in ("iteration", "loss", "learning_rate", "largest_stable_learning_rate", "b"):
            assert getattr(other, name) == getattr(error, name)

    def test_is_arithmetic(self):
        assert issubclass(gdlib.DivergenceError, ArithmeticError)

    def test_2_over_lambda_max_is_computed_when_it_is_read_and_once(self, objective):
        objective = counted(objective)
        error, steps = self.diverge(objective)
        assert objective.calls == len(steps) + 1
        rate = error.largest_stable_learning_rate
        calls = objective.calls
        assert calls > len(steps) + 1
        assert (str(error).count(f"{rate:.6g}"), objective.calls) == (1, calls)

    def test_it_is_the_limit_at_the_start(self):
        def steeper_and_steeper(w, b):  # its curvature is 1 + 3b²
            return b * b / 2 + b**4 / 4, np.zeros(0), b + b**3

        with pytest.raises(gdlib.DivergenceError) as caught:
            list(descend(steeper_and_steeper, [], 3.0, 1.0, 10_000))
        assert abs(caught.value.b) > 1e30
        assert caught.value.largest_stable_learning_rate == pytest.approx(2 / 28, rel=0.01)

    def test_an_objective_that_fails_meanwhile_does_not_hide_it(self):
        def exhausted(w, b):
            exhausted.calls += 1
            if exhausted.calls > 2:
                raise LookupError("no data left")
            return math.inf if exhausted.calls == 2 else 1.0, np.ones(1), 1.0

        exhausted.calls = 0
        with pytest.raises(gdlib.DivergenceError) as caught:
            list(descend(exhausted, [0], 0, 1.0, 5))
        assert math.isnan(caught.value.largest_stable_learning_rate)
        assert str(caught.value).startswith(
            "the loss is inf at iteration 1 with learning_rate 1. The last parameters"
        )

    def test_the_loop_does_without_the_later_chapter_on_curvature(self):
        program = """
import sys, gdlib.descent, gdlib
assert gdlib.descent.__dict__.keys().isdisjoint({"curvature", "largest_stable_learning_rate"})
"""
        subprocess.run([sys.executable, "-c", program], check=True)

    def test_at_the_start(self, objective):
        run = descend(objective, [1e200, 0, 0], 0, 0.01, 10)
        with pytest.raises(gdlib.DivergenceError, match="inf at iteration 0") as caught:
            next(run)
        assert caught.value.w.tolist() == [1e200, 0, 0]
        with pytest.raises(gdlib.DivergenceError, match="inf at iteration 0"):
            next(run)  # it does not pass for a run that is over
        assert run.stopped_by is None

    def test_a_loss_that_is_not_a_number(self):
        def objective(w, b):
            return (math.nan if b > 2 else -b), np.zeros(1), -1.0

        with pytest.raises(gdlib.DivergenceError) as caught:
            list(descend(objective, [0], 0, 1.0, 10))
        assert math.isnan(caught.value.loss)
        assert (caught.value.iteration, caught.value.b) == (3, 2.0)

    def test_python_s_own_floats_meet_it_too(self):
        def parabola(w, b):
            return (b - 3) ** 2 / 2, np.zeros(0), b - 3

        with pytest.raises(gdlib.DivergenceError, match=r"at iteration 511 .* stable below 2\."):
            list(descend(parabola, [], 0.0, 3.0, 10_000))

    def test_an_update_rule_that_overflows_meets_it_too(self, objective):
        def rule(w, b, dw, db, learning_rate):
            return w - np.float64(learning_rate) * dw, b - np.float64(learning_rate) * db

        with pytest.raises(gdlib.DivergenceError):
            list(descend(objective, [0, 0, 0], 0, 0.5, 10_000, update=rule))

    def test_warnings_stay_off_and_the_caller_s_settings_stay_on(self, objective):
        with np.errstate(over="raise", invalid="raise", divide="warn", under="ignore"):
            before = np.geterr()
            run = descend(objective, [0, 0, 0], 0, 0.03, 10_000)
            assert np.geterr() == before
            within = []
            with pytest.raises(gdlib.DivergenceError):
                within.extend(np.geterr() for _ in run)
            assert len(within) > 100
            assert all(settings == before for settings in (*within, np.geterr()))


class TestCustomPieces:
    def test_an_update_rule_with_a_memory(self, article, objective):
        class Momentum:
            def __init__(self):
                self.velocity = np.zeros(4)

            def __call__(self, w, b, dw, db, learning_rate):
                self.velocity = 0.9 * self.velocity + np.append(dw, db)
                step = learning_rate * self.velocity
                return w - step[:3], b - float(step[3])

        *_, last = descend(objective, [0, 0, 0], 0, 0.01, 300, update=Momentum())

        A = np.column_stack([article[0], np.ones(3)])
        p = v = np.zeros(4)
        for _ in range(300):
            v = 0.9 * v + A.T @ (A @ p - article[1]) / 3
            p = p - 0.01 * v
        np.testing.assert_allclose([*last.w, last.b], p, rtol=1e-9)
        *_, plain = descend(objective, [0, 0, 0], 0, 0.01, 300)
        assert last.loss < plain.loss

    def test_another_loss(self):
        x, y = np.array([0.0, 1, 2, 3, 4]), np.array([1.0, 3, 5, 7, 100])

        def absolute_error(w, b):
            r = w[0] * x + b - y
            s = np.sign(r)
            return float(np.abs(r).mean()), np.array([(s * x).mean()]), float(s.mean())

        best = min(descend(absolute_error, [0], 0, 0.01, 3000), key=lambda step: step.loss)
        assert best.w[0] == pytest.approx(2, abs=0.05)  # the outlier is ignored
        assert best.b == pytest.approx(1, abs=0.05)

    @pytest.mark.parametrize(
        ("returned", "error", "message"),
        [
            (
                (1.0, np.zeros(2), 0.0),
                ValueError,
                "dw of shape (2,); expected (3,), the shape of w",
            ),
            ((1.0, np.zeros((3, 1)), 0.0), ValueError, "dw of shape (3, 1); expected (3,)"),
            ((1.0, 0.0, 0.0), TypeError, "dw as float; expected a NumPy array"),
            ((1.0, [0.0, 0, 0], 0.0), TypeError, "dw as list; expected a NumPy array"),
            ((1.0, np.zeros(3, object), 0.0), TypeError, "dw of dtype object; expected real"),
            ((1.0, np.zeros(3, complex), 0.0), TypeError, "dw of dtype complex128; expected real"),
            ((1.0, np.zeros(3), np.zeros(1)), ValueError, "db of shape (1,); expected a single"),
            ((1.0, np.zeros(3), None), TypeError, "db as None; expected a real number"),
            ((np.zeros(3), np.zeros(3), 0.0), ValueError, "loss of shape (3,); expected a single"),
            (("1", np.zeros(3), 0.0), TypeError, "loss as '1'; expected a real number"),
            ((np.zeros(3), 0.0), TypeError, "(array([0., 0., 0.]), 0.0); expected loss, dw, db"),
            (27.5, TypeError, "27.5; expected loss, dw, db"),
        ],
    )
    def test_what_an_objective_returns_is_refused_at_any_step(self, returned, error, message):
        run = descend(lambda w, b: returned, [0, 0, 0], 0, 0.01, 10)
        with pytest.raises(error) as caught:
            next(run)
        assert str(caught.value).startswith("objective returned " + message)

        run = descend(lambda w, b: returned if b else (1.0, w, 1.0), [0, 0, 0], 0, 0.01, 10)
        next(run)
        with pytest.raises(error):
            next(run)

    @pytest.mark.parametrize(
        ("returned", "error", "message"),
        [
            (([0.0, 0, 0], 0.0), TypeError, "w as list; expected a NumPy array"),
            ((np.ma.zeros(3), 0.0), TypeError, "w as MaskedArray; expected a NumPy array"),
            ((np.zeros(3, object), 0.0), TypeError, "w of dtype object; expected real numbers"),
            ((np.zeros(3, bool), 0.0), TypeError, "w of dtype bool; expected real numbers"),
            ((np.zeros((3, 3)), 0.0), ValueError, "w of shape (3, 3); expected (3,), the shape"),
            ((np.zeros(3), np.zeros(1)), ValueError, "b of shape (1,); expected a single number"),
            ((np.zeros(3), [0.0]), ValueError, "b of shape (1,); expected a single number"),
            ((np.zeros(3), 1j), TypeError, "b as 1j; expected a real number"),
            ((np.zeros(3), None), TypeError, "b as None; expected a real number"),
            (np.zeros(4), TypeError, "array([0., 0., 0., 0.]); expected w, b"),
            (0.0, TypeError, "0.0; expected w, b"),
        ],
    )
    def test_what_a_rule_returns_is_refused_at_any_step(self, run, returned, error, message):
        for at in (0, 2):
            calls = iter(range(10))
            descent = run(
                update=lambda *p, at=at, calls=calls: (
                    returned if next(calls) == at else gdlib.plain_step(*p)
                )
            )
            assert len(list(islice(descent, at + 1))) == at + 1
            with pytest.raises(error) as caught:
                next(descent)
            assert str(caught.value).startswith("update returned " + message)

    @pytest.mark.parametrize("kind", [np.array, np.float32, int, np.int8, np.float64])
    def test_single_numbers_of_any_kind_become_floats(self, kind):
        def objective(w, b):
            assert isinstance(b, float)
            return kind(2), np.array([1, 2], np.float32), kind(3)

        def rule(w, b, dw, db, learning_rate):
            assert (dw.dtype, isinstance(db, float)) == (np.float64, True)
            return np.array([4, 5]), kind(6)

        *_, last = descend(objective, [0, 0], 0, 0.01, 2, update=rule)
        assert (last.w.dtype, last.w.tolist()) == (np.float64, [4, 5])
        assert all(isinstance(v, float) for v in (last.b, last.loss, last.db))
        assert (last.b, last.loss, last.db) == (6, 2, 3)

    def test_an_objective_of_no_weights(self):
        *_, last = descend(lambda w, b: (b * b / 2, np.zeros(0), b), [], 8, 0.5, 3)
        assert (last.w.shape, last.b) == ((0,), 1.0)


class TestSchedule:
    def test_gives_the_rate_of_each_update(self, article, objective):
        def schedule(k):
            return 0.02 / (1 + k / 10)

        steps = list(descend(objective, [0, 0, 0], 0, schedule, 40))
        A, p = np.column_stack([article[0], np.ones(3)]), np.zeros(4)
        for k, step in enumerate(steps):
            np.testing.assert_allclose([*step.w, step.b], p, rtol=1e-9)
            p = p - 0.02 / (1 + k / 10) * A.T @ (A @ p - article[1]) / 3

    @pytest.mark.parametrize("rule", [gdlib.plain_step, gdlib.Momentum(), gdlib.Adam()])
    def test_a_constant_one_is_the_constant(self, objective, rule):
        rates = 0.01, lambda k: 0.01
        runs = [descend(objective, [0, 0, 0], 0, rate, 30, update=rule) for rate in rates]
        assert [step.loss for step in runs[0]] == [step.loss for step in runs[1]]

    def test_is_the_first_try_of_a_search(self, objective):
        rule = gdlib.backtracking(objective)
        runs = [descend(objective, [0, 0, 0], 0, r, 9, update=rule) for r in (1.0, lambda k: 1)]
        assert [step.loss for step in runs[0]] == [step.loss for step in runs[1]]

    @pytest.mark.parametrize(
        ("value", "error", "message"),
        [
            (0.0, ValueError, "0.0; expected a number above 0"),
            (-1, ValueError, "-1; expected a number above 0"),
            (math.nan, ValueError, "nan; expected a finite number"),
            (None, TypeError, "None; expected a real number"),
            ("1", TypeError, "'1'; expected a real number"),
        ],
    )
    def test_values_are_checked_as_they_come(self, objective, value, error, message):
        with pytest.raises(error) as caught:
            descend(objective, [0, 0, 0], 0, lambda k: value, 10)  # the first, at the call
        assert str(caught.value) == f"learning_rate at iteration 0 is {message}"
        run = descend(objective, [0, 0, 0], 0, lambda k: value if k == 3 else 0.01, 10)
        assert len(list(islice(run, 4))) == 4
        with pytest.raises(error) as caught:
            next(run)
        assert str(caught.value) == f"learning_rate at iteration 3 is {message}"
        assert run.stopped_by is None

    def test_divergence_names_the_rate_of_the_last_update(self):
        def bowl(w, b):
            return b * b / 2, np.zeros(0), b

        with pytest.raises(gdlib.DivergenceError) as caught:
            list(descend(bowl, [], 1.0, lambda k: 3.0 + k, 10_000))
        assert caught.value.learning_rate == 3.0 + caught.value.iteration - 1
        with pytest.raises(gdlib.DivergenceError) as caught:
            list(descend(bowl, [], 1e200, lambda k: 3.0 + k, 10_000))
        assert (caught.value.iteration, caught.value.learning_rate) == (0, 3.0)

    def test_makes_no_promise(self, objective):
        run = descend(objective, [0, 0, 0], 0, lambda k: 0.001, 100)
        assert {run.still_to_gain for _ in run} == {0.0}

    def test_is_not_for_the_article_s_call(self, article):
        with pytest.raises(TypeError, match=r"^learning_rate is <function .*; expected a real num"):
            gradient_descent(*article, lambda k: 0.01, 10)


class TestRuleIsCopied:
    class Counting:
        """A rule that remembers, holds its objective, and overwrites its memory."""

        def __init__(self, objective):
            self.objective, self.memory = objective, np.zeros(1)

        def __call__(self, *arguments):
            self.memory += 1
            return gdlib.plain_step(*arguments[:4], arguments[4] / self.memory[0])

        def search(self, w, b, loss, dw, db, learning_rate):
            w, b = self(w, b, dw, db, learning_rate)
            return w, b, self.objective(w, b)

    def test_at_the_start_of_each_run(self, objective):
        rule = self.Counting(None)
        runs = [
            [s.loss for s in descend(objective, [0, 0, 0], 0, 0.01, 9, update=rule)]
            for _ in range(2)
        ]
        assert runs[0] == runs[1]
        assert rule.memory == 0

    def test_but_not_the_objective_in_it(self, objective):
        counting = counted(objective)
        for one in (counting, gdlib.ridge(objective, 0.0)):
            rule = self.Counting(one)
            run = descend(one, [0, 0, 0], 0, 0.01, 9, update=rule)
            assert run._search.__self__.objective is one
            list(run)
        assert counting.calls == 10

    def test_when_the_run_begins_and_not_later(self, objective):
        rule = self.Counting(None)
        run = descend(objective, [0, 0, 0], 0, 0.01, 9, update=rule)
        rule.memory += 5
        expected = descend(objective, [0, 0, 0], 0, 0.01, 9, update=self.Counting(None))
        assert [s.loss for s in run] == [s.loss for s in expected]

    def test_what_cannot_be_copied_is_named(self, objective):
        rule = self.Counting(None)
        rule.numbers = (k for k in range(3))
        with pytest.raises(TypeError) as caught:
            descend(objective, [0, 0, 0], 0, 0.01, 9, update=rule)
        message = str(caught.value)
        assert message.startswith("update is of type Counting, which cannot be copied (")
        assert message.endswith("; expected a function, or an object that copy.deepcopy copies")

    def test_no_promise_is_made_for_rules_that_are_not_plain(self, objective):
        for rule in (gdlib.Momentum(0.5), gdlib.Adam(), gdlib.backtracking(objective)):
            run = descend(objective, [0, 0, 0], 0, 0.001, 100, update=rule)
            assert {run.still_to_gain for _ in run} == {0.0}


class TestErrorsComeAtTheCall:
    def test_not_at_the_first_step(self, objective):
        for change in ({"learning_rate": 0}, {"num_iterations": -1}, {"w": [[0]]}, {"b": None}):
            good = {"w": [0, 0, 0], "b": 0, "learning_rate": 0.01, "num_iterations": 1}
            with pytest.raises((TypeError, ValueError)):
                descend(objective, **(good | change))


def calls_into(module, function):
    """How often `function` enters a function of `module`."""
    calls = 0

    def profile(frame, event, arg):
        nonlocal calls
        calls += event == "call" and frame.f_code.co_filename == module.__file__

    sys.setprofile(profile)
    try:
        function()
    finally:
        sys.setprofile(None)
    return calls


def test_checking_costs_once_per_run(article):
    def checks(num_iterations):
        def run():
            gradient_descent(*article, 0.01, num_iterations, loss_tolerance=1e-300)

        return calls_into(arguments, run)

    few, many = checks(1000), checks(2000)
    assert 0 < few == many


class TestGradientDescent:
    def test_is_the_plain_algorithm(self, regression):
        w, b = gradient_descent(*regression, 0.05, 200)
        np.testing.assert_allclose([*w, b], plain_descent(*regression, 0.05, 200)[-1], rtol=1e-10)
        assert type(b) is float

    def test_no_iteration_returns_the_start(self, article):
        w, b = gradient_descent(*article, 0.01, 0)
        assert (w.tolist(), b) == ([0, 0, 0], 0.0)

    def test_reaches_least_squares_and_scikit_learn(self, regression):
        X, y = regression
        w, b = gradient_descent(X, y, 0.05, 20_000, gradient_tolerance=1e-13)
        model = LinearRegression().fit(X, y)
        np.testing.assert_allclose(w, model.coef_, rtol=1e-11)
        assert b == pytest.approx(float(model.intercept_), rel=1e-11)

    def test_real_data_back_in_real_units(self):
        X, y = gdlib.load_diabetes()
        Z, mean, std = gdlib.standardize(X)
        w, b = gdlib.unstandardize(
            *gradient_descent(Z, y, 0.4, 20_000, gradient_tolerance=1e-11), mean, std
        )
        solution = np.linalg.lstsq(np.column_stack([X, np.ones(len(y))]), y)[0]
        np.testing.assert_allclose([*w, b], solution, rtol=1e-9)
        np.testing.assert_allclose(w, LinearRegression().fit(X, y).coef_, rtol=1e-9)

    @given(st.integers(0, 10**6))
    def test_ends_at_the_solution_nearest_to_the_start(self, seed):
        rng = np.random.default_rng(seed)
        X = rng.standard_normal((6, 2)) @ rng.standard_normal((2, 4))  # rank 2 of 4
        y = rng.standard_normal(6)
        A = np.column_stack([X, np.ones(6)])
        curvatures = np.linalg.eigvalsh(A.T @ A / 6)
        smallest = curvatures[curvatures > 1e-10 * curvatures[-1]][0]
        assume(smallest > 1e-3 * curvatures[-1])  # else it does not arrive in 300,000 steps
        start, _ = gdlib.initialize_parameters(4, rng=seed)
        rate = gdlib.largest_stable_learning_rate(squared_error(X, y), start, 0) / 2
        w, b = gradient_descent(X, y, rate, 300_000, rng=seed, gradient_tolerance=1e-9)
        p = np.append(start, 0)
        nearest = p + np.linalg.pinv(A, rtol=1e-10) @ (y - A @ p)
        assert math.dist([*w, b], nearest) < 1e-9 / smallest + 1e-9

    def test_a_seed_repeats_and_is_initialize_parameters_own(self, article, objective):
        first, second = (gradient_descent(*article, 0.01, 5, rng=3) for _ in range(2))
        *_, last = descend(objective, *gdlib.initialize_parameters(3, rng=3), 0.01, 5)
        for w, b in (first, second):
            assert (w.tolist(), b) == (last.w.tolist(), last.b)
        generator = np.random.default_rng(3)
        third, fourth = (gradient_descent(*article, 0.01, 5, rng=generator) for _ in range(2))
        assert third[0].tolist() == first[0].tolist() != fourth[0].tolist()

    def test_stopping_rules_are_passed_on(self, article):
        for rule in ({"loss_tolerance": 1e-4}, {"gradient_tolerance": 0.1}):
            *_, last = descend(squared_error(*article), [0, 0, 0], 0, 0.01, 1000, **rule)
            w, b = gradient_descent(*article, 0.01, 1000, **rule)
            assert (w.tolist(), b) == (last.w.tolist(), last.b)
            assert last.iteration < 1000

    def test_is_silent(self, article, capsys):
        gradient_descent(*article, 0.01, 10)
        assert capsys.readouterr() == ("", "")

    def test_reports_to_whoever_is_asked(self, article, objective, capsys):
        lines = []
        gradient_descent(*article, 0.01, 10, report_every=4, report=lines.append)
        losses = [step.loss for step in descend(objective, [0, 0, 0], 0, 0.01, 10)]
        assert lines == [f"iteration {k}: loss {losses[k]:g}" for k in (0, 4, 8)]
        assert capsys.readouterr() == ("", "")

    def test_reports_by_print_unless_told_otherwise(self, article, capsys):
        gradient_descent(*article, 0.01, 1, report_every=1)
        assert capsys.readouterr().out == "iteration 0: loss 27.5\niteration 1: loss 0.3635\n"

    def test_overflow(self, article):
        with pytest.raises(gdlib.DivergenceError, match=r"learning_rate 0\.03"):
            gradient_descent(*article, 0.03, 10_000)

    def test_a_run_that_ends_above_its_start_does_not_pass_for_a_fit(self, article):
        with pytest.raises(gdlib.DivergenceError) as caught:
            gradient_descent(*article, 0.021, 1000)
        error, last = caught.value, plain_descent(*article, 0.021, 1000)[-1]
        assert (error.iteration, error.learning_rate) == (1000, 0.021)
        assert error.loss == pytest.approx(gdlib.loss_function(*article, last[:3], last[3]))
        assert error.largest_stable_learning_rate == pytest.approx(0.0209569, abs=1e-7)
        np.testing.assert_allclose([*error.w, error.b], last, rtol=1e-9)

    def test_rounding_at_a_perfect_fit_is_no_divergence(self):
        climbed = 0
        for seed in range(20):
            X, y = gdlib.noisy_line(9, w=[0.0, 0.0], b=0.0, noise=1.0, rng=seed)
            A = np.column_stack([X, np.ones(9)])
            y = y - A @ np.linalg.lstsq(A, y)[0]  # zero, the start, is the solution
            w, b = gradient_descent(X, y, 0.1, 5)
            np.testing.assert_allclose([*w, b], 0, atol=1e-14)
            objective = squared_error(X, y)
            climbed += objective(w, b)[0] > objective(np.zeros(2), 0.0)[0]
        assert climbed  # by an ulp, in some of them

    def test_a_loss_that_ends_a_little_above_its_start_is_enough(self, regression):
        X, y = regression
        A = np.column_stack([X, np.ones(len(y))])
        rate = 2.02 / float(np.linalg.eigvalsh(A.T @ A / len(y))[-1])
        losses = [
            gdlib.loss_function(X, y, p[:-1], p[-1]) / gdlib.loss_function(X, y, [0, 0, 0], 0)
            for p in plain_descent(X, y, rate, 200)
        ]
        k = next(k for k, loss in enumerate(losses) if loss > 1)
        assert losses[k] < 1.2
        gradient_descent(X, y, rate, k - 1)
        with pytest.raises(gdlib.DivergenceError):
            gradient_descent(X, y, rate, k)

    @pytest.mark.parametrize("size", [1e-140, 1.0, 1e16, 1e140])
    def test_targets_of_any_size(self, size):
        X, y = gdlib.load_diabetes()
        Z, _, _ = gdlib.standardize(X)
        with pytest.raises(gdlib.DivergenceError) as caught:
            gradient_descent(Z, size * y, 2.0, 50)
        assert caught.value.largest_stable_learning_rate == pytest.approx(0.4969919, rel=1e-7)

    def test_reports_are_made_under_the_caller_s_settings(self, article):
        settings = []
        with np.errstate(over="raise", under="warn"):
            gradient_descent(
                *article, 0.01, 2, report_every=1, report=lambda _: settings.append(np.geterr())
            )
            assert settings == [np.geterr()] * 3

    def test_one_pass_over_the_data_a_step(self, article):
        def passes(num_iterations):
            return calls_into(losses, lambda: gradient_descent(*article, 0.01, num_iterations))

        objective = squared_error(*article)
        step = calls_into(losses, lambda: objective(np.ones(3), 1.0))
        assert passes(1030) - passes(1000) == 30 * step


def test_the_article_s_loop_of_four_calls_gives_the_same(article):
    X, y = article
    w, b = np.zeros(3), 0.0
    for _ in range(50):
        dw, db = gdlib.gradient(X, y, w, b)
        w, b = gdlib.update_parameters(w, b, dw, db, 0.01)
    expected = gradient_descent(X, y, 0.01, 50)
    np.testing.assert_allclose(w, expected[0], rtol=1e-13)
    assert b == pytest.approx(expected[1], rel=1e-13)


def test_positional_arguments_of_descend():
    names = list(inspect.signature(descend).parameters)
    assert names[:5] == ["objective", "w", "b", "learning_rate", "num_iterations"]
