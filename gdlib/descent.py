"""Step 6, iteration: gradient, update, again, until a rule says stop."""

import math
import warnings
from collections.abc import Callable, Iterable, Iterator
from copy import deepcopy
from functools import partial
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import ArrayLike

from gdlib.arguments import (
    FloatArray,
    check_callable,
    check_count,
    check_not_negative,
    check_number,
    check_positive,
    check_weights,
)
from gdlib.initialization import initialize_parameters
from gdlib.losses import Evaluation, Objective, squared_error
from gdlib.updates import UpdateRule, plain_step

Schedule = Callable[[int], float]

EPSILON = float(np.finfo(float).eps)
FINISHED = 1e-4  # a gain below this part of the loss of the mean is not worth a warning
FLOAT64, ndarray = np.dtype(np.float64), np.ndarray  # found faster than through np


class Step(NamedTuple):
    """One point of a descent: the parameters, and the loss and gradient there.

    Attributes
    ----------
    iteration : int
        How many updates led here; 0 is the start.
    w : ndarray, shape (n,)
        Weights.
    b : float
        Bias.
    loss : float
        Loss at ``(w, b)``.
    dw : ndarray, shape (n,)
        Derivatives of the loss with respect to the weights.
    db : float
        Derivative of the loss with respect to the bias.

    Examples
    --------
    >>> from gdlib import article_example, squared_error
    >>> first, second = descend(squared_error(*article_example()), [0, 0, 0], 0, 0.01, 1)
    >>> first.iteration, first.w, first.loss
    (0, array([0., 0., 0.]), 27.5)
    >>> second.iteration, second.w, round(second.loss, 3)
    (1, array([0.34, 0.41, 0.48]), 0.363)
    """

    iteration: int
    w: FloatArray
    b: float
    loss: float
    dw: FloatArray
    db: float


class DivergenceError(ArithmeticError):
    """The loss grew instead of shrinking; the error says where and by which learning rate.

    Attributes
    ----------
    iteration : int
        Iteration at which the run was given up.
    loss : float
        Loss at that iteration: infinite, NaN, or larger than at the start.
    learning_rate : float
        Learning rate of the run, or of the last step where it follows a schedule.
    largest_stable_learning_rate : float
        2/λmax at the start of the run, see `largest_stable_learning_rate`; computed when it is
        first read. NaN where the objective does not let it be computed. On batches it is that of
        all rows; steps on fewer diverge earlier.
    w : ndarray, shape (n,)
        Last weights with a finite loss.
    b : float
        Last bias with a finite loss.

    Examples
    --------
    >>> from gdlib import article_example, squared_error
    >>> try:
    ...     for step in descend(squared_error(*article_example()), [0, 0, 0], 0, 0.03, 1000):
    ...         pass
    ... except DivergenceError as error:
    ...     print(f"{error.loss} at {error.iteration}, {error.largest_stable_learning_rate:.4f}")
    inf at 567, 0.0210
    """

    _where = ""  # on which rows the limit holds

    def __init__(
        self,
        iteration: int,
        loss: float,
        learning_rate: float,
        largest_stable_learning_rate: float | Callable[[], float],
        w: FloatArray,
        b: float,
    ) -> None:
        super().__init__(iteration, loss, learning_rate)
        self.iteration = iteration
        self.loss = loss
        self.learning_rate = learning_rate
        self._limit = largest_stable_learning_rate
        self.w = w
        self.b = b

    @property
    def largest_stable_learning_rate(self) -> float:
        if callable(self._limit):
            self._limit = self._limit()
        return self._limit

    def __str__(self) -> str:
        limit = self.largest_stable_learning_rate
        advice = f"; plain steps are stable below {limit:.6g}{self._where}"
        return (
            f"the loss is {self.loss:g} at iteration {self.iteration} with learning_rate "
            f"{self.learning_rate:g}{'' if math.isnan(limit) else advice}. The last parameters "
            "with a finite loss are in this error's w and b."
        )

    def __reduce__(self) -> tuple[Any, ...]:
        limit = self.largest_stable_learning_rate  # what computes it cannot be pickled
        arguments = (self.iteration, self.loss, self.learning_rate, limit, self.w, self.b)
        return type(self), arguments, vars(self)


class ConvergenceWarning(UserWarning):
    """The fit that `gradient_descent` returns is not finished: the loss can still fall.

    Examples
    --------
    >>> import warnings
    >>> X, y = [[50, 2], [65, 3], [80, 2], [95, 4], [120, 3]], [248, 321, 349, 437, 489]
    >>> with warnings.catch_warnings(record=True, action="always") as caught:
    ...     w, b = gradient_descent(X, y, learning_rate=0.0002, num_iterations=1000)
    >>> print(str(caught[0].message)[:75])
    after 1000 iterations the loss is 313.635 and can still fall by 266 or more
    """


def _limit(objective: Objective, w: FloatArray, b: float) -> float:
    """Return `largest_stable_learning_rate`, or NaN where the objective fails."""
    from gdlib.curvature import largest_stable_learning_rate  # a later chapter, seldom needed

    try:
        return largest_stable_learning_rate(objective, w, b)
    except Exception:  # must not stand in the place of the error that asks
        return math.nan


class Descent(Iterator[Step]):
    """The iterator that `descend` returns.

    What goes wrong inside the objective or the update rule, an interruption included, leaves
    a run where it was: ask again, and it goes on from there.

    Attributes
    ----------
    stopped_by : str or None
        What ended the run: ``"num_iterations"``, ``"loss_tolerance"``,
        ``"gradient_tolerance"``, or ``"update"``, a rule that knew no better point. None until
        the run has ended; it stays None where the caller stopped asking.
    still_to_gain : float
        By how much the loss can still fall at least, from the last decrease ``d`` and its
        ratio ``ρ`` to the one before: ``d ρ / (1 − ρ)``, less what rounding may have added.
        0 before two decreases, where rounding is all that is left, and where losses promise
        nothing: on batches, with a schedule, with another rule than `plain_step`.

    Notes
    -----
    `still_to_gain` is a promise for a squared error (or any quadratic loss with a minimum)
    and a stable rate: each decrease is then a sum ``Σᵢ aᵢ qᵢᵏ`` with all ``aᵢ ≥ 0`` and
    ``0 ≤ qᵢ < 1``, so that ρ never falls, and all decreases to come are at least
    ``d ρ, d ρ², …``. For other losses it is a guess. It is never an upper bound.

    Examples
    --------
    >>> from gdlib import article_example, squared_error
    >>> run = descend(squared_error(*article_example()), [0, 0, 0], 0, 0.01, 2)
    >>> [round(step.loss, 3) for step in run], run.stopped_by
    ([27.5, 0.363, 0.303], 'num_iterations')
    """

    def __init__(
        self,
        objective: Objective,
        start: tuple[FloatArray, float],
        learning_rate: float,
        schedule: Schedule | None,
        num_iterations: int,
        update: UpdateRule,
        tolerances: tuple[float, float],
    ) -> None:
        self.stopped_by: str | None = None
        self._objective = objective
        self._full: Objective | None = getattr(objective, "full", None)
        self._start = start
        self._shape = start[0].shape
        self._learning_rate, self._schedule = learning_rate, schedule
        self._num_iterations = num_iterations
        self._update = update
        self._loss_tolerance, self._gradient_tolerance = tolerances
        # The search of a rule that measures this very objective evaluates the point it returns.
        own = getattr(update, "objective", None) is objective
        self._search = getattr(update, "search", None) if own else None
        self._last: Step | None = None
        self._older = self._old = math.inf  # the losses at the two steps before the last
        self._loss_at_start = math.nan
        # The next point, and what is known there. It stays until the step is complete, so that
        # a rule with a memory is asked for it once.
        self._next: tuple[FloatArray, float, Evaluation | None] | None = (*start, None)

    def __next__(self) -> Step:
        try:
            with np.errstate(over="ignore", invalid="ignore"):  # DivergenceError's to report
                step = self._advance()
        except StopIteration as error:  # must not pass for the end of the run
            raise RuntimeError("objective or update raised StopIteration") from error
        if step is None:
            raise StopIteration
        return step

    @property
    def still_to_gain(self) -> float:
        alike = self._update is plain_step and self._schedule is None and self._full is None
        if not alike or self._last is None or math.isinf(self._older):
            return 0.0
        loss, start = abs(self._last.loss), abs(self._loss_at_start)
        # By how much rounding may change the difference of two losses.
        rounding = 16 * EPSILON * (loss + math.sqrt(loss) * math.sqrt(start))
        before, last = self._older - self._old, self._old - self._last.loss
        if not rounding < last <= before:
            return 0.0
        return (last - rounding) ** 2 / (before - last + 2 * rounding)

    def _advance(self) -> Step | None:
        """Return the next step, or None where the run has ended."""
        last = self._last
        if (pending := self._next) is None:
            assert last is not None
            if (pending := self._move(last)) is None:
                return None
            self._next = pending
        w, b, known = pending
        try:
            found = known or self._objective(w, b)
        except OverflowError:  # Python's own floats raise it where NumPy's become infinite
            found = math.inf, w, b
        try:
            loss, dw, db = found
        except (TypeError, ValueError):
            raise TypeError(f"objective returned {found!r}; expected loss, dw, db") from None
        if not (
            type(dw) is ndarray
            and dw.dtype is FLOAT64
            and dw.shape == self._shape
            and isinstance(db, float)
            and isinstance(loss, float)
        ):
            loss = _number("objective returned loss", loss)
            dw = _vector("objective returned dw", dw, self._shape)
            db = _number("objective returned db", db)
        if not math.isfinite(loss):
            raise self._divergence(loss)
        w.setflags(write=False)  # steps that are kept must not change with the run
        if last is None:
            iteration, self._loss_at_start = 0, loss
        else:
            iteration = last.iteration + 1
            self._older, self._old = self._old, last.loss
        self._last = step = Step(iteration, w, b, loss, dw, db)
        self._next = None
        return step

    def _move(self, last: Step) -> tuple[FloatArray, float, Evaluation | None] | None:
        """Return the next point and what is known there, or None where the run ends."""
        iteration, w, b, loss, dw, db = last
        if self.stopped_by is not None:
            return None
        if self._loss_tolerance and abs(self._old - loss) < self._loss_tolerance:
            self.stopped_by = "loss_tolerance"
            return None
        if self._gradient_tolerance and self._is_flat(last):
            self.stopped_by = "gradient_tolerance"
            return None
        if iteration == self._num_iterations:
            self.stopped_by = "num_iterations"
            return None
        if self._schedule is not None:
            self._learning_rate = _rate(self._schedule, iteration)
        known = None
        if self._search is None:
            found: Any = self._update(w, b, dw, db, self._learning_rate)
        else:
            found = self._search(w, b, loss, dw, db, self._learning_rate)
            if found is not None:
                *found, known = found
        if found is None:
            self.stopped_by = "update"
            return None
        try:
            new_w, new_b = found
        except (TypeError, ValueError):
            raise TypeError(f"update returned {found!r}; expected w, b") from None
        if not (
            type(new_w) is ndarray
            and new_w.dtype is FLOAT64
            and new_w.shape == self._shape
            and isinstance(new_b, float)
        ):
            new_w = _vector("update returned w", new_w, self._shape)
            new_b = _number("update returned b", new_b)
        return new_w, new_b, known

    def _is_flat(self, last: Step) -> bool:
        """Say whether the gradient is below its tolerance, that of all rows included."""
        _, w, b, _, dw, db = last
        if self._full is not None and _norm(dw, db) < self._gradient_tolerance:
            _, dw, db = self._full(w, b)
        return _norm(dw, db) < self._gradient_tolerance

    def _divergence(self, loss: float) -> DivergenceError:
        """Return the error for a loss that is not finite."""
        start, last = self._start, self._last
        iteration, finite = (0, start) if last is None else (last.iteration + 1, last[1:3])
        limit = partial(_limit, self._objective, *start)
        error = DivergenceError(iteration, loss, self._learning_rate, limit, *finite)
        if self._full is not None:
            error._where = " on all rows, below less on batches"
        return error


def _rate(schedule: Schedule, iteration: int) -> float:
    return check_positive(f"learning_rate at iteration {iteration}", schedule(iteration))


def _norm(dw: FloatArray, db: float) -> float:
    return math.sqrt(dw @ dw + db * db)


def _vector(what: str, value: Any, shape: tuple[int, ...]) -> FloatArray:
    """Return a vector as float64, or refuse it."""
    if type(value) is not ndarray:
        raise TypeError(f"{what} as {type(value).__name__}; expected a NumPy array")
    if value.dtype.kind not in "iuf":
        raise TypeError(f"{what} of dtype {value.dtype}; expected real numbers")
    if value.shape != shape:
        raise ValueError(f"{what} of shape {value.shape}; expected {shape}, the shape of w")
    return value.astype(np.float64)


def _number(what: str, value: Any) -> float:
    """Return a number as a float, or refuse it."""
    array = np.asarray(value)
    if array.shape != ():
        raise ValueError(f"{what} of shape {array.shape}; expected a single number")
    if array.dtype.kind not in "iuf":
        raise TypeError(f"{what} as {value!r}; expected a real number")
    return float(array)


def descend(
    objective: Objective,
    w: ArrayLike,
    b: float,
    learning_rate: float | Schedule,
    num_iterations: int,
    *,
    update: UpdateRule = plain_step,
    loss_tolerance: float = 0.0,
    gradient_tolerance: float = 0.0,
) -> Descent:
    """Follow an objective downhill, one step at a time.

    The result is an iterator: loop over it, slice it, wrap it in a progress bar, leave it
    early. It yields the start first, then one `Step` after each update, and computes
    nothing before it is asked.

    Parameters
    ----------
    objective : callable
        ``objective(w, b)`` returns ``(loss, dw, db)``; it is called once per step, unless the
        rule searches with it. It may see other rows at each call, see `MiniBatches`.
    w : array_like, shape (n,)
        Weights to start from.
    b : float
        Bias to start from.
    learning_rate : float or callable
        α, above 0; or a schedule, a function of the iteration: ``learning_rate(k)`` is the rate
        of the update that leads from iteration k to k + 1.
    num_iterations : int
        Largest number of updates, 0 or more.
    update : callable, default `plain_step`
        Update rule, ``update(w, b, dw, db, learning_rate)`` returns the new ``w, b``
        and leaves its arguments as they were, or returns None to end the run. A rule that
        evaluates the objective, as `backtracking` does, can spare the run that work: where its
        attribute ``objective`` is this one, ``update.search(w, b, loss, dw, db,
        learning_rate)`` is called instead and returns ``w, b, (loss, dw, db)`` or None. The
        run follows a copy (``copy.deepcopy``, which leaves functions as they are): a rule with a
        memory, such as `Momentum`, begins each run as it was handed in.
    loss_tolerance : float, default 0
        Stop when an update changes the loss by less than this; 0 switches the rule off. On
        batches it is refused: the losses of two batches are alike by chance alone.
    gradient_tolerance : float, default 0
        Stop when the Euclidean norm of ``(dw, db)`` is below this; 0 switches the rule off. On
        batches the norm for all rows must be below it, too; it is computed where that of the
        batch is. Unless one point fits all rows exactly, that may never happen.

    Returns
    -------
    Descent
        Iterator of `Step`; its attribute ``stopped_by`` names what ended it.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described, or, while iterating, if what the objective or the
        rule returns is not.
    DivergenceError
        While iterating, when the loss is no longer finite. It carries the last finite
        parameters and the largest stable learning rate.

    Notes
    -----
    A small change of the loss does not mean that the minimum is near: where the loss is
    flat, steps are short. The gradient's norm is the safer rule [1]_. On batches count epochs:
    ``num_iterations = epochs * (m // batch_size)``.

    References
    ----------
    .. [1] S. Boyd and L. Vandenberghe, *Convex Optimization*, Cambridge University
       Press, 2004, section 9.1.2.

    Examples
    --------
    >>> from gdlib import article_example, squared_error
    >>> objective = squared_error(*article_example())
    >>> run = descend(objective, [0, 0, 0], 0, 0.01, 1000, gradient_tolerance=0.01)
    >>> for step in run:
    ...     pass
    >>> step.iteration, run.stopped_by
    (720, 'gradient_tolerance')
    """
    check_callable("objective", objective)
    check_callable("update", update)
    loss_tolerance = check_not_negative("loss_tolerance", loss_tolerance)
    if loss_tolerance and hasattr(objective, "full"):
        raise ValueError(
            f"loss_tolerance is {loss_tolerance!r}; expected 0 on batches, since the losses of two "
            "are alike by chance alone: count epochs with num_iterations, or descend objective.full"
        )
    schedule = learning_rate if callable(learning_rate) else None
    if callable(learning_rate):
        learning_rate = _rate(learning_rate, 0)
    return Descent(
        objective,
        (check_weights(w).copy(), check_number("b", b)),  # steps must not share the caller's w
        check_positive("learning_rate", learning_rate),
        schedule,
        check_count("num_iterations", num_iterations),
        _copy_of_rule(update, objective),
        (loss_tolerance, check_not_negative("gradient_tolerance", gradient_tolerance)),
    )


def _copy_of_rule(update: UpdateRule, objective: Objective) -> UpdateRule:
    """Return a copy, with a memory of its own, of a rule; the objective in it stays the same."""
    try:
        return deepcopy(update, {id(objective): objective})
    except Exception as error:  # whatever an object raises when it is copied
        raise TypeError(
            f"update is of type {type(update).__name__}, which cannot be copied ({error}); "
            "expected a function, or an object that copy.deepcopy copies"
        ) from error


def gradient_descent(
    X: ArrayLike,
    y: ArrayLike,
    learning_rate: float,
    num_iterations: int,
    *,
    rng: np.random.Generator | int | None = None,
    loss_tolerance: float = 0.0,
    gradient_tolerance: float = 0.0,
    report_every: int = 0,
    report: Callable[[str], object] = print,
) -> tuple[FloatArray, float]:
    """Fit a linear model by gradient descent on the squared error.

    Parameters
    ----------
    X : array_like, shape (m, n)
        Features, one sample per row; m, n ≥ 1.
    y : array_like, shape (m,)
        Targets.
    learning_rate : float
        α, above 0.
    num_iterations : int
        Largest number of updates, 0 or more.
    rng : numpy.random.Generator or int, optional
        For a random start, see `initialize_parameters`; the start is zero without it.
    loss_tolerance, gradient_tolerance : float, default 0
        Stop early, see `descend`; 0 switches a rule off.
    report_every : int, default 0
        Report the loss at the start and after every so many updates; 0 reports nothing.
    report : callable, default `print`
        What a report is passed to, as a line of text.

    Returns
    -------
    w : ndarray, shape (n,)
        Fitted weights.
    b : float
        Fitted bias.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described; the message names it.
    DivergenceError
        If the loss is no longer finite, or the run ends while the loss grows because the
        learning rate is not stable.

    Warns
    -----
    ConvergenceWarning
        If the fit is not finished: the loss is sure to fall by more than a ten-thousandth of
        the loss of a model that always says the mean of `y`.

    See Also
    --------
    descend : The same run step by step, with its history and the reason why it stopped.

    Examples
    --------
    >>> X, y = [[1, 2, 3], [4, 5, 6], [7, 8, 9]], [4, 7, 10]
    >>> w, b = gradient_descent(X, y, learning_rate=0.01, num_iterations=1000, report_every=500)
    iteration 0: loss 27.5
    iteration 500: loss 0.00106522
    iteration 1000: loss 3.65655e-06
    >>> w.round(2), round(b, 2)
    (array([-0.33,  0.33,  1.  ]), 0.66)
    """
    check_callable("report", report)
    objective = squared_error(X, y)
    w, b = initialize_parameters(np.shape(X)[1], rng)
    report_every = check_count("report_every", report_every)
    learning_rate = check_positive("learning_rate", learning_rate)  # no schedule
    run = descend(
        objective,
        w,
        b,
        learning_rate,
        num_iterations,
        loss_tolerance=loss_tolerance,
        gradient_tolerance=gradient_tolerance,
    )
    settings = np.geterr()
    with np.errstate(over="ignore", invalid="ignore"):  # once for all steps, which is faster
        start = step = next(run)
        while True:
            if report_every and step.iteration % report_every == 0:
                with np.errstate(**settings):
                    report(f"iteration {step.iteration}: loss {step.loss:g}")
            following = run._advance()
            if following is None:
                break
            step = following
    lowest = min(start.loss, run._old)
    if step.loss > lowest:  # cannot happen at a stable rate, but for rounding
        stable = _limit(objective, start.w, start.b)
        if learning_rate > stable:
            raise DivergenceError(step.iteration, step.loss, learning_rate, stable, step.w, step.b)
    if step.iteration:
        _warn_unless_finished(run, step, learning_rate)
    return step.w.copy(), step.b


def _warn_unless_finished(run: Descent, step: Step, learning_rate: float) -> None:
    """Say by how much a fit by squared error can still gain, if that is worth saying."""
    # At the very limit of the rate the loss stands still; the curvature is at most
    # 2 / learning_rate, which gives a bound as well.
    slope = learning_rate * float(step.dw.dot(step.dw) + step.db * step.db)
    gain = max(run.still_to_gain, slope / 4)
    if step.iteration < 50:  # what is quick hides what is slow: look ahead
        more = min(step.iteration, 20)
        ahead = descend(run._objective, step.w, step.b, learning_rate, more)
        *_, last = ahead
        gain = max(gain, step.loss - last.loss + ahead.still_to_gain)
    nothing = np.zeros_like(step.w)
    mean = -run._objective(nothing, 0.0)[2]
    if gain > FINISHED * (run._objective(nothing, mean)[0] or run._loss_at_start):
        warnings.warn(
            f"after {step.iteration} iterations the loss is {step.loss:g} and can still fall by "
            f"{gain:.3g} or more: the fit is not finished. Standardize the features "
            "(gdlib.standardize), take more iterations, or a larger learning rate "
            "(gdlib.largest_stable_learning_rate says how large)",
            ConvergenceWarning,
            stacklevel=3,
        )


def average(steps: Iterable[Step], skip: int = 0) -> tuple[FloatArray, float]:
    """Return the mean of the points of a run, read from its iterator.

    Parameters
    ----------
    steps : iterable of Step
        What `descend` returns, a slice of it, or a list of steps.
    skip : int, default 0
        How many of the first steps to leave out.

    Returns
    -------
    w : ndarray, shape (n,)
        Mean weights.
    b : float
        Mean bias.

    Raises
    ------
    TypeError
        If `steps` holds no steps, or `skip` is not a whole number.
    ValueError
        If `skip` is negative, or leaves no step.

    Notes
    -----
    Steps of a constant rate on batches scatter about the minimum for ever; the mean of many of
    them is much nearer to it [1]_. Leave out the way there.

    References
    ----------
    .. [1] B. T. Polyak and A. B. Juditsky, "Acceleration of stochastic approximation by
       averaging", *SIAM Journal on Control and Optimization* 30(4), 1992, 838–855.

    Examples
    --------
    The least squares line through these three points is 2x + 3⅓.

    >>> from gdlib import MiniBatches, squared_error
    >>> X, y = [[-1.0], [0.0], [1.0]], [1.0, 4.0, 5.0]
    >>> batches = MiniBatches(squared_error, X, y, batch_size=1, rng=0)
    >>> w, b = average(descend(batches, [0], 0, 0.1, 3000), skip=1000)
    >>> w.round(1), round(b, 1)
    (array([2.]), 3.3)
    """
    skip = check_count("skip", skip)
    if not isinstance(steps, Iterable):
        raise TypeError(f"steps is of type {type(steps).__name__}; expected what descend returns")
    count, w, b = 0, np.zeros(()), 0.0
    for step in islice(steps, skip, None):
        if not isinstance(step, Step):
            raise TypeError(f"steps holds {step!r}; expected steps, as descend returns them")
        count, w, b = count + 1, w + step.w, b + step.b
    if not count:
        raise ValueError(f"skip is {skip}; expected less than the number of steps")
    return w / count, b / count
