"""Step 5, update: one step downhill.

An *update rule* has the arguments and results of `update_parameters`; it may return None, to
say that it knows no better point. The rules trust what they are given, so that a loop pays for
no checks; `gdlib.descend` takes any of them.
"""

import sys
from collections.abc import Callable
from contextlib import suppress

import numpy as np
from numpy.typing import ArrayLike

from gdlib.arguments import (
    FloatArray,
    check_callable,
    check_number,
    check_positive,
    check_vector,
    check_weights,
)
from gdlib.losses import Evaluation, Objective

UpdateRule = Callable[
    [FloatArray, float, FloatArray, float, float], tuple[FloatArray, float] | None
]

EPSILON = sys.float_info.epsilon


def plain_step(
    w: FloatArray, b: float, dw: FloatArray, db: float, learning_rate: float
) -> tuple[FloatArray, float]:
    """Return `update_parameters` of the same arguments, without its checks.

    This is the rule that `descend` follows unless it is given another.

    Parameters
    ----------
    w, dw : ndarray, shape (n,)
        Weights and the loss's derivatives with respect to them.
    b, db : float
        Bias and the loss's derivative with respect to it.
    learning_rate : float
        Length of the step in units of the gradient.

    Returns
    -------
    w : ndarray, shape (n,)
        New weights.
    b : float
        New bias.

    Examples
    --------
    >>> import numpy as np
    >>> plain_step(np.array([1.0, 2.0]), 3.0, np.array([10.0, 20.0]), 30.0, 0.1)
    (array([0., 0.]), 0.0)
    """
    return w - learning_rate * dw, b - learning_rate * db


def update_parameters(
    w: ArrayLike, b: float, dw: ArrayLike, db: float, learning_rate: float
) -> tuple[FloatArray, float]:
    """Take one step against the gradient.

    ``w ← w − α·dw``, ``b ← b − α·db``, both from the same gradient.

    Parameters
    ----------
    w : array_like, shape (n,)
        Weights.
    b : float
        Bias.
    dw : array_like, shape (n,)
        Derivatives of the loss with respect to the weights.
    db : float
        Derivative of the loss with respect to the bias.
    learning_rate : float
        α, above 0.

    Returns
    -------
    w : ndarray, shape (n,)
        New weights; the arrays passed in are left as they were.
    b : float
        New bias.

    Raises
    ------
    TypeError
        If an argument is not made of real numbers.
    ValueError
        If `w` is not a vector, `dw` differs from it in shape, the learning rate is not
        above 0, or a value is NaN or infinite.

    Notes
    -----
    The step is simultaneous: the bias moves by the gradient at the old weights. Moving
    `w` first and then recomputing `db` is another algorithm. Steps of this kind are
    Cauchy's [1]_.

    References
    ----------
    .. [1] A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations
       simultanées", *Comptes rendus de l'Académie des sciences* 25, 1847, 536–538.

    Examples
    --------
    >>> update_parameters([0, 0, 0], 0, [-34, -41, -48], -7, learning_rate=0.01)
    (array([0.34, 0.41, 0.48]), 0.07)
    """
    w = check_weights(w)
    dw = check_vector("dw", dw, len(w), "one derivative per weight in w")
    b, db = check_number("b", b), check_number("db", db)
    return plain_step(w, b, dw, db, check_positive("learning_rate", learning_rate))


class Backtracking:
    """The rule that `backtracking` returns.

    `descend` follows its `search` where `objective` is the one that the run follows, so that
    no point is evaluated twice. Any rule that evaluates the objective may have the two.
    """

    def __init__(self, objective: Objective, sufficient_decrease: float) -> None:
        self.objective = objective
        self._eta = sufficient_decrease

    def __deepcopy__(self, memo: object) -> "Backtracking":
        return self  # it remembers nothing, and its objective may hold much data

    def __call__(
        self, w: FloatArray, b: float, dw: FloatArray, db: float, learning_rate: float
    ) -> tuple[FloatArray, float]:
        """Return the next point, or the same one if no step lowers the loss."""
        loss, _, _ = self.objective(w, b)
        found = self.search(w, b, loss, dw, db, learning_rate)
        return (w, b) if found is None else found[:2]

    def search(
        self, w: FloatArray, b: float, loss: float, dw: FloatArray, db: float, learning_rate: float
    ) -> tuple[FloatArray, float, Evaluation] | None:
        """Return the next point and what the objective returned there, or None."""
        # What rounding w and b alone does to the loss; a smaller decrease cannot be told.
        noise = EPSILON * (abs(loss) + float(np.abs(dw) @ np.abs(w)) + abs(db * b))
        with np.errstate(over="ignore", invalid="ignore"):  # a first try may be far too long
            while True:
                # In this order, because the square of a large gradient would overflow.
                decrease = self._eta * (float((learning_rate * dw) @ dw) + learning_rate * db * db)
                if not decrease > noise:  # or NaN
                    return None
                new_w, new_b = plain_step(w, b, dw, db, learning_rate)
                with suppress(OverflowError):  # which Python's own floats raise
                    there = self.objective(new_w, new_b)
                    if there[0] <= loss - decrease:
                        return new_w, new_b, there
                learning_rate /= 2


def backtracking(objective: Objective, sufficient_decrease: float = 0.5) -> Backtracking:
    """Return an update rule that halves the learning rate until the loss falls enough.

    With g = (dw, db), a step of rate α is taken if ``J(p − αg) ≤ J(p) − η·α‖g‖²``;
    otherwise α/2 is tried, and so on. The rule's `learning_rate` is the first try of
    every step.

    Parameters
    ----------
    objective : callable
        ``objective(w, b)`` returns ``(loss, dw, db)``; the one that the run follows.
    sufficient_decrease : float, default 0.5
        η, the part of the decrease α‖g‖² along the tangent that a step must keep;
        between 0 and 1, both excluded.

    Returns
    -------
    callable
        Update rule ``rule(w, b, dw, db, learning_rate)``. The loss at what it returns is
        never above the loss at ``(w, b)``. Where no step lowers it by more than rounding,
        the parameters come back unchanged, and `descend` ends with ``stopped_by`` set to
        ``"update"``.

    Raises
    ------
    TypeError
        If `objective` is not callable, or `sufficient_decrease` is not a real number.
    ValueError
        If `sufficient_decrease` does not lie between 0 and 1, or `objective` sees other rows at
        each call, as `MiniBatches` does: the search compares values of one and the same loss.

    Notes
    -----
    The condition and its ½ are Armijo's [1]_; 10⁻⁴ is common too [2]_ and lets longer
    steps pass. Where no curvature is above L, every rate up to 2(1 − η)/L passes, so
    halving stops above (1 − η)/L. In `descend` a step costs one call of the objective for
    every rate tried; called by hand, the rule needs one more, for the loss at ``(w, b)``.

    References
    ----------
    .. [1] L. Armijo, "Minimization of functions having Lipschitz continuous first partial
       derivatives", *Pacific Journal of Mathematics* 16(1), 1966, 1–3.
    .. [2] J. Nocedal and S. J. Wright, *Numerical Optimization*, 2nd ed., Springer,
       2006, section 3.1.

    Examples
    --------
    >>> from gdlib import article_example, descend, squared_error
    >>> objective = squared_error(*article_example())
    >>> run = descend(objective, [0, 0, 0], 0, 1.0, 1000, update=backtracking(objective))
    >>> next(step.iteration for step in run if step.loss < 1e-6)
    476
    """
    check_callable("objective", objective)
    if hasattr(objective, "full"):
        raise ValueError(
            "objective sees other rows at each call; expected one and the same loss; use "
            "objective.full, here and in descend"
        )
    eta = check_positive("sufficient_decrease", sufficient_decrease)
    if eta >= 1:
        raise ValueError(
            f"sufficient_decrease is {sufficient_decrease!r}; expected a number between 0 and 1"
        )
    return Backtracking(objective, eta)
