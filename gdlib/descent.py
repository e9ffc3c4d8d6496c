"""Step 6, iteration: gradient, update, again, until a rule says stop."""

import math
from collections.abc import Callable, Generator, Iterator
from contextvars import copy_context
from itertools import chain
from typing import NamedTuple

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
from gdlib.curvature import largest_stable_learning_rate
from gdlib.initialization import initialize_parameters
from gdlib.losses import Objective, squared_error
from gdlib.updates import UpdateRule, plain_step


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
        Learning rate of the run.
    largest_stable_learning_rate : float
        2/λmax at the start of the run, see `largest_stable_learning_rate`.
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

    def __init__(
        self,
        iteration: int,
        loss: float,
        learning_rate: float,
        largest_stable_learning_rate: float,
        w: FloatArray,
        b: float,
    ) -> None:
        super().__init__(iteration, loss, learning_rate, largest_stable_learning_rate, w, b)
        self.iteration = iteration
        self.loss = loss
        self.learning_rate = learning_rate
        self.largest_stable_learning_rate = largest_stable_learning_rate
        self.w = w
        self.b = b

    def __str__(self) -> str:
        return (
            f"the loss is {self.loss:g} at iteration {self.iteration} with learning_rate "
            f"{self.learning_rate:g}; plain steps are stable below "
            f"{self.largest_stable_learning_rate:.6g}. The last parameters with a finite loss are "
            "in this error's w and b."
        )


class Descent(Iterator[Step]):
    """The iterator that `descend` returns.

    Attributes
    ----------
    stopped_by : str or None
        Name of the argument that ended the run: ``"num_iterations"``,
        ``"loss_tolerance"`` or ``"gradient_tolerance"``. None until the run has ended;
        it stays None where the caller stopped asking.

    Examples
    --------
    >>> from gdlib import article_example, squared_error
    >>> run = descend(squared_error(*article_example()), [0, 0, 0], 0, 0.01, 2)
    >>> [round(step.loss, 3) for step in run], run.stopped_by
    ([27.5, 0.363, 0.303], 'num_iterations')
    """

    def __init__(self, steps: Generator[Step, None, str]) -> None:
        self.stopped_by: str | None = None
        self._steps = steps
        # Overflow is DivergenceError's to report; a context of its own, so that the
        # caller's np.errstate stays as it was.
        self._context = copy_context()
        self._context.run(np.seterr, over="ignore", invalid="ignore")

    def __next__(self) -> Step:
        try:
            return self._context.run(next, self._steps)
        except StopIteration as end:
            self.stopped_by = end.value or self.stopped_by
            raise


def _check_shapes(loss: float, dw: FloatArray, db: float, w: FloatArray) -> None:
    """Refuse what a custom objective returned, unless it fits the parameters."""
    for name, value, expected in (("loss", loss, ()), ("dw", dw, w.shape), ("db", db, ())):
        if np.shape(value) != expected:
            what = f"shape {expected}, that of w" if expected else "a single number"
            raise ValueError(
                f"objective returned {name} of shape {np.shape(value)}; expected {what}"
            )
    if not isinstance(dw, np.ndarray):
        raise TypeError(f"objective returned dw as {type(dw).__name__}; expected a NumPy array")


def _steps(
    objective: Objective,
    w: FloatArray,
    b: float,
    learning_rate: float,
    num_iterations: int,
    update: UpdateRule,
    loss_tolerance: float,
    gradient_tolerance: float,
) -> Generator[Step, None, str]:
    """Yield the steps of a run and return the name of the argument that ended it."""
    start = last_finite = w, b
    shape = w.shape
    last_loss = math.inf
    for iteration in range(num_iterations + 1):
        try:
            loss, dw, db = objective(w, b)
        except OverflowError:  # Python's own floats raise where NumPy's become infinite
            loss = math.inf
        else:
            if iteration == 0:
                _check_shapes(loss, dw, db, w)
        if not math.isfinite(loss):
            stable = largest_stable_learning_rate(objective, *start)
            raise DivergenceError(iteration, loss, learning_rate, stable, *last_finite)
        w.setflags(write=False)  # steps that are kept must not change with the run
        yield Step(iteration, w, b, loss, dw, db)
        if abs(last_loss - loss) < loss_tolerance:
            return "loss_tolerance"
        if gradient_tolerance and math.sqrt(dw @ dw + db * db) < gradient_tolerance:
            return "gradient_tolerance"
        last_loss, last_finite = loss, (w, b)
        if iteration < num_iterations:
            w, b = update(w, b, dw, db, learning_rate)
            if type(w) is not np.ndarray:
                raise TypeError(f"update returned w as {type(w).__name__}; expected a NumPy array")
            if w.shape != shape:
                raise ValueError(
                    f"update returned w of shape {w.shape}; expected {shape}, as before"
                )
    return "num_iterations"


def descend(
    objective: Objective,
    w: ArrayLike,
    b: float,
    learning_rate: float,
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
        ``objective(w, b)`` returns ``(loss, dw, db)``; it is called once per step.
    w : array_like, shape (n,)
        Weights to start from.
    b : float
        Bias to start from.
    learning_rate : float
        α, above 0.
    num_iterations : int
        Largest number of updates, 0 or more.
    update : callable, default `plain_step`
        Update rule, ``update(w, b, dw, db, learning_rate)`` returns the new ``w, b``
        and leaves its arguments as they were.
    loss_tolerance : float, default 0
        Stop when an update changes the loss by less than this; 0 switches the rule off.
    gradient_tolerance : float, default 0
        Stop when the Euclidean norm of ``(dw, db)`` is below this; 0 switches the rule off.

    Returns
    -------
    Descent
        Iterator of `Step`; its attribute ``stopped_by`` names the rule that ended it.

    Raises
    ------
    TypeError
        If an argument is of the wrong type.
    ValueError
        If a number is out of range, or `w` is not a vector; at the first step, if the
        objective returns a gradient that has not the shape of `w`.
    DivergenceError
        While iterating, when the loss is no longer finite. It carries the last finite
        parameters and the largest stable learning rate.

    Notes
    -----
    A small change of the loss does not mean that the minimum is near: where the loss is
    flat, steps are short. The gradient's norm is the safer rule [1]_.

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
    w, b = check_weights(w).copy(), check_number("b", b)  # steps must not share the caller's w
    steps = _steps(
        objective,
        w,
        b,
        check_positive("learning_rate", learning_rate),
        check_count("num_iterations", num_iterations),
        update,
        check_not_negative("loss_tolerance", loss_tolerance),
        check_not_negative("gradient_tolerance", gradient_tolerance),
    )
    return Descent(steps)


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
        If the loss is no longer finite, or the run ends above the loss it began with
        because the learning rate is not stable.

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
    run = descend(
        objective,
        w,
        b,
        learning_rate,
        num_iterations,
        loss_tolerance=loss_tolerance,
        gradient_tolerance=gradient_tolerance,
    )
    start = step = next(run)
    for step in chain([start], run):
        if report_every and step.iteration % report_every == 0:
            report(f"iteration {step.iteration}: loss {step.loss:g}")
    if step.loss > start.loss:  # cannot happen at a stable rate, but for rounding
        stable = largest_stable_learning_rate(objective, start.w, start.b)
        if learning_rate > stable:
            raise DivergenceError(step.iteration, step.loss, learning_rate, stable, step.w, step.b)
    return step.w.copy(), step.b
