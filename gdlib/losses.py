"""Steps 3 and 4, loss and gradient: how wrong the model is, and which way is up.

An *objective* is a function of the parameters alone: ``loss, dw, db = objective(w, b)``.
`gdlib.descend` follows any of them downhill. A *maker* builds one from data, ``make(X, y)``:
`squared_error` and `cross_entropy` are makers. `ridge` builds one from another objective.

An objective may say more about itself, which whoever needs it looks for: ``part(X, y)`` is the
same objective on other rows, which it trusts; ``curvature_bound`` a number that no curvature of
the loss exceeds, anywhere; ``full``, where it sees other rows at each call, the one of all rows.
"""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import numpy as np
from numpy import ndarray
from numpy.typing import ArrayLike

from gdlib.arguments import (
    FloatArray,
    check_callable,
    check_classes,
    check_data,
    check_features,
    check_not_negative,
    check_parameters,
)

Evaluation = tuple[float, FloatArray, float]  # loss, dw, db: what an objective returns
Objective = Callable[[FloatArray, float], Evaluation]
Maker = Callable[[FloatArray, FloatArray], Objective]


def _evaluate(
    X: FloatArray, y: FloatArray, ones: FloatArray, w: FloatArray, b: float
) -> Evaluation:
    """Return loss, dw and db from one forward pass; `ones` is a vector of m ones."""
    m = float(len(y))
    r = X.dot(w)  # X @ w, with less to do per call
    r += b  # in place: no second array of length m
    r -= y
    dw: FloatArray = r.dot(X)
    dw /= m
    return float(r.dot(r)) / (2 * m), dw, float(r.dot(ones)) / m  # r · 1: faster than r.sum()


def loss_function(X: ArrayLike, y: ArrayLike, w: ArrayLike, b: float) -> float:
    """Return the loss: half the mean squared residual.

    ``J(w, b) = 1/(2m) · Σᵢ (xᵢ·w + b − yᵢ)²``

    Parameters
    ----------
    X, y : array_like, shape (m, n) and (m,)
        As for `squared_error`.
    w : array_like, shape (n,)
        Weights, in units of y per unit of the feature.
    b : float
        Bias, in units of y.

    Returns
    -------
    float
        The loss, in squared units of y; 0 if and only if every prediction is exact.

    Raises
    ------
    TypeError, ValueError
        As for `squared_error`, and if `w` is not of shape (n,) or `b` is not a number.

    Examples
    --------
    >>> X, y = [[1, 2, 3], [4, 5, 6], [7, 8, 9]], [4, 7, 10]
    >>> loss_function(X, y, w=[0, 0, 0], b=0)
    27.5
    """
    X, y = check_data(X, y)
    w, b = check_parameters(w, b, X.shape[1])
    loss, _, _ = _evaluate(X, y, np.ones(len(y)), w, b)
    return loss


def gradient(X: ArrayLike, y: ArrayLike, w: ArrayLike, b: float) -> tuple[FloatArray, float]:
    """Return the gradient of the loss with respect to the weights and the bias.

    ``r = X w + b − y``, ``dw = Xᵀ r / m``, ``db = Σᵢ rᵢ / m``

    Parameters
    ----------
    X, y : array_like, shape (m, n) and (m,)
        As for `squared_error`.
    w : array_like, shape (n,)
        Weights at which the gradient is taken.
    b : float
        Bias at which the gradient is taken.

    Returns
    -------
    dw : ndarray, shape (n,)
        Partial derivatives of the loss with respect to the weights.
    db : float
        Partial derivative of the loss with respect to the bias.

    Raises
    ------
    TypeError, ValueError
        As for `loss_function`.

    See Also
    --------
    numerical_gradient : The same numbers from differences of the loss alone.

    Notes
    -----
    The gradient points in the direction of steepest *increase*; a descent goes against
    it, an idea of Cauchy's [1]_.

    References
    ----------
    .. [1] A. Cauchy, "Méthode générale pour la résolution des systèmes d'équations
       simultanées", *Comptes rendus de l'Académie des sciences* 25, 1847, 536–538.

    Examples
    --------
    >>> X, y = [[1, 2, 3], [4, 5, 6], [7, 8, 9]], [4, 7, 10]
    >>> gradient(X, y, w=[0, 0, 0], b=0)
    (array([-34., -41., -48.]), -7.0)
    """
    X, y = check_data(X, y)
    w, b = check_parameters(w, b, X.shape[1])
    _, dw, db = _evaluate(X, y, np.ones(len(y)), w, b)
    return dw, db


def squared_error(X: ArrayLike, y: ArrayLike) -> Objective:
    """Return the objective that measures squared error on the given data.

    The data are checked and laid out once, here. Each call of the objective computes the
    residuals once and takes both the loss and the gradient from them.

    Parameters
    ----------
    X : array_like, shape (m, n)
        Features, one sample per row; m, n ≥ 1.
    y : array_like, shape (m,)
        Targets.

    Returns
    -------
    callable
        ``objective(w, b)`` returns ``(loss, dw, db)``, equal to `loss_function` and
        `gradient` at the same point. It refuses a `w` that is not of shape (n,) and a
        `b` that is not a single number.

    Raises
    ------
    TypeError
        If the data are not real numbers. Booleans count as 0 and 1.
    ValueError
        If a shape is wrong, a length differs, or a value is missing, NaN or infinite. A
        `y` of shape (m, 1) is refused, because NumPy would broadcast it to m × m residuals.

    Notes
    -----
    With the ½, the gradient carries no factor 2; with 1/m, the loss of ten times the
    data is no larger. Neither moves the minimum, both rescale the learning rate. The
    method of least squares was first published by Legendre [1]_.

    The features are kept column by column (Fortran order), which both products read
    faster than rows when m is much larger than n. The objective has its own copy of the
    data: what later becomes of `X` and `y` does not change it.

    References
    ----------
    .. [1] A.-M. Legendre, *Nouvelles méthodes pour la détermination des orbites des
       comètes*, Paris, 1805.

    Examples
    --------
    >>> objective = squared_error([[1, 2, 3], [4, 5, 6], [7, 8, 9]], [4, 7, 10])
    >>> objective(np.zeros(3), 0.0)
    (27.5, array([-34., -41., -48.]), -7.0)
    """
    X, y = check_data(X, y)
    return SquaredError(np.array(X, order="F"), y.copy())


class SquaredError:
    """The objective that `squared_error` returns; it trusts its data."""

    _evaluate = staticmethod(_evaluate)

    def __init__(self, X: FloatArray, y: FloatArray) -> None:
        self._X, self._y = X, y
        self._shape, self._ones = X.shape[1:], np.ones(len(y))

    def __call__(self, w: FloatArray, b: float) -> Evaluation:
        if type(w) is not ndarray or w.shape != self._shape or not isinstance(b, float):
            w, b = check_parameters(w, b, self._X.shape[1])
        return self._evaluate(self._X, self._y, self._ones, w, b)

    def part(self, X: FloatArray, y: FloatArray) -> Objective:
        return type(self)(X, y)


class CrossEntropy(SquaredError):
    """The objective that `cross_entropy` returns: the same, but for what it does with margins."""

    def __init__(self, X: FloatArray, y: FloatArray) -> None:
        super().__init__(X, 2 * y - 1)

    @cached_property
    def curvature_bound(self) -> float:
        A = np.column_stack([self._X, self._ones])
        largest = float(np.abs(A).max())  # whose square may overflow
        A /= largest
        return float(np.linalg.eigvalsh(A.T @ A / len(A))[-1]) / 4 * largest * largest

    @staticmethod
    def _evaluate(
        X: FloatArray, signs: FloatArray, ones: FloatArray, w: FloatArray, b: float
    ) -> Evaluation:
        """Return loss, dw and db from one exponential a row; `signs` are 1 and −1."""
        m = float(len(signs))
        margins = X.dot(w)
        margins += b
        margins *= signs
        losses = np.maximum(margins, -700.0)  # e^700 is a float, e^710 is not
        odds = np.exp(-losses)  # of the other class
        losses -= margins  # 0 above −700; below, log(1 + e^−margin) is −margin
        losses += np.log1p(odds)
        r = odds / (1 + odds)
        r *= signs
        dw: FloatArray = r.dot(X)
        dw /= -m
        return float(losses.dot(ones)) / m, dw, -float(r.dot(ones)) / m


def cross_entropy(X: ArrayLike, y: ArrayLike, *, one_class: bool = False) -> Objective:
    """Return the objective of logistic regression on the given data.

    ``J(w, b) = −1/m · Σᵢ log(πᵢ if yᵢ = 1 else 1 − πᵢ)`` with the probability
    ``πᵢ = 1 / (1 + exp(−(xᵢ·w + b)))`` that row i is of class 1.

    Parameters
    ----------
    X : array_like, shape (m, n)
        Features, one sample per row; m, n ≥ 1.
    y : array_like, shape (m,)
        Classes, 0 or 1; both must occur.
    one_class : bool, default False
        Whether one of them will do, in rows that are a block of more.

    Returns
    -------
    callable
        ``objective(w, b)`` returns ``(loss, dw, db)`` with ``r = π − y``, ``dw = Xᵀ r / m`` and
        ``db = Σᵢ rᵢ / m``: the formula of `squared_error` with a probability in the place of the
        prediction. It refuses what that of `squared_error` refuses.

    Raises
    ------
    TypeError, ValueError
        As for `squared_error`, and if `y` holds anything but 0 and 1, or only one of them.

    Notes
    -----
    The loss of a row is computed from its margin, ``xᵢ·w + b`` with its sign turned where
    ``yᵢ = 0``, as ``log(1 + e^−margin)``, and ``|rᵢ|`` from the same exponential: nothing
    overflows, and nothing cancels where a probability rounds to 1.

    The loss is convex. It has a minimum unless a plane parts the classes (rows may lie on it,
    but not all); there it only falls as the weights grow, and a price (`ridge`) makes one. No
    curvature is above ``λmax(AᵀA / m) / 4`` with A = [X 1], and `largest_stable_learning_rate`
    answers 2 over this. The loss is a mean over m samples: scikit-learn's
    ``LogisticRegression``, which sums over them, calls ``1 / (m · strength)`` of the same model
    ``C``. Fitting it is described in [1]_.

    References
    ----------
    .. [1] T. Hastie, R. Tibshirani and J. Friedman, *The Elements of Statistical
       Learning*, 2nd ed., Springer, 2009, section 4.4.1.

    Examples
    --------
    >>> objective = cross_entropy([[1.0], [2.0], [3.0]], [0, 1, 1])
    >>> loss, dw, db = objective(np.zeros(1), 0.0)
    >>> round(loss, 6), dw.round(6), round(db, 6)
    (0.693147, array([-0.666667]), -0.166667)
    """
    X = check_features(X)
    return CrossEntropy(np.array(X, order="F"), check_classes(y, len(X), one_class))


def ridge(objective: Objective, strength: float) -> Objective:
    """Return the objective with a price on large weights.

    ``loss + strength/2 · ‖w‖²``, ``dw + strength · w``, ``db``

    Parameters
    ----------
    objective : callable
        ``objective(w, b)`` returns ``(loss, dw, db)``, such as `squared_error` returns, or
        `MiniBatches`, whose ``full`` then has the price, too.
    strength : float
        How much the weights cost, 0 or more; 0 leaves the objective as it is.

    Returns
    -------
    callable
        ``objective(w, b)``, which returns ``(loss, dw, db)`` with the price included.

    Raises
    ------
    TypeError
        If `objective` is not callable, or `strength` is not a real number.
    ValueError
        If `strength` is negative, NaN or infinite.

    Notes
    -----
    The bias costs nothing, so the answer does not depend on where the targets' zero is.
    With any strength above 0 a squared error has one minimum, whatever the rank of the
    data [1]_. The loss is a mean over m samples: scikit-learn's ``Ridge``, which sums
    over them, calls the same model ``alpha = m · strength``.

    References
    ----------
    .. [1] T. Hastie, R. Tibshirani and J. Friedman, *The Elements of Statistical
       Learning*, 2nd ed., Springer, 2009, section 3.4.1.

    Examples
    --------
    >>> from gdlib import article_example, descend
    >>> objective = ridge(squared_error(*article_example()), strength=2.0)
    >>> *_, last = descend(objective, [0, 0, 0], 0, 0.02, 10_000)
    >>> last.w.round(4), round(last.b, 4)
    (array([0.3, 0.3, 0.3]), 2.5)
    """
    check_callable("objective", objective)
    return Ridge(objective, check_not_negative("strength", strength))


class Ridge:
    """The objective that `ridge` returns; it says of itself what the one in it says."""

    def __init__(self, objective: Objective, strength: float) -> None:
        self._objective: Any = objective
        self._strength = strength

    def __call__(self, w: FloatArray, b: float) -> Evaluation:
        loss, dw, db = self._objective(w, b)
        w = np.asarray(w, dtype=np.float64)
        return loss + self._strength / 2 * float(w.dot(w)), dw + self._strength * w, db

    @cached_property
    def full(self) -> Objective:
        return Ridge(self._objective.full, self._strength)

    @property
    def part(self) -> Maker:
        part, strength = self._objective.part, self._strength
        return lambda X, y: Ridge(part(X, y), strength)

    @property
    def curvature_bound(self) -> float:
        bound: float = self._objective.curvature_bound
        return bound + self._strength
