"""The curvature of a loss: its modes, and how large a learning rate may be."""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from gdlib.arguments import (
    FloatArray,
    check_callable,
    check_features,
    check_number,
    check_weights,
)
from gdlib.losses import Objective


def modes(X: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return the curvatures of the squared error and the directions in which it has them.

    They are the eigenvalues and eigenvectors of its Hessian, H = AᵀA / m with A = [X 1]. Each
    step of plain gradient descent multiplies the error along direction i by 1 − α λᵢ.

    Parameters
    ----------
    X : array_like, shape (m, n)
        Features, one sample per row.

    Returns
    -------
    curvatures : ndarray, shape (n + 1,)
        λᵢ, from the smallest to the largest; 0 or nearly so along flat directions.
    directions : ndarray, shape (n + 1, n + 1)
        Eigenvectors of length 1 in the columns; the last entry of each is its part in the bias.

    Raises
    ------
    TypeError, ValueError
        If `X` is not a table of real, finite numbers.

    Notes
    -----
    H is not formed, since that would round away the smaller half of the digits: the singular
    values of A are computed and squared [1]_.

    References
    ----------
    .. [1] G. H. Golub and C. F. Van Loan, *Matrix Computations*, 4th ed., Johns Hopkins
       University Press, 2013, section 8.6.

    Examples
    --------
    >>> from gdlib import article_example
    >>> curvatures, directions = modes(article_example()[0])
    >>> curvatures.round(4) + 0
    array([ 0.    ,  0.    ,  0.5658, 95.4342])
    """
    X = check_features(X)
    A = np.column_stack([X, np.ones(len(X))])
    triangle = np.linalg.qr(A, mode="r")  # AᵀA is the same with it, however many rows A has
    _, singular, directions = np.linalg.svd(triangle)
    curvatures = np.zeros(A.shape[1])
    curvatures[: len(singular)] = singular**2 / len(A)
    return curvatures[::-1], directions[::-1].T


def largest_stable_learning_rate(objective: Objective, w: ArrayLike, b: float) -> float:
    """Return 2/λmax, above which plain steps on a quadratic loss diverge.

    λmax is the largest eigenvalue of the loss's Hessian H. Power iteration finds it from
    differences of gradients, ``H v = (∇J(p + h v) − ∇J(p)) / h``; H itself is never formed.

    Parameters
    ----------
    objective : callable
        ``objective(w, b)`` returns ``(loss, dw, db)``. Of `MiniBatches` that of all rows counts.
    w : array_like, shape (n,)
        Weights at which the curvature is taken.
    b : float
        Bias at which the curvature is taken.

    Returns
    -------
    float
        The largest stable learning rate; infinity where the loss is flat, NaN where the
        gradient overflows.

    Raises
    ------
    TypeError
        If `objective` is not callable, or `w` or `b` is not made of real numbers.
    ValueError
        If `w` is not a vector, or a value is NaN or infinite.

    Notes
    -----
    For squared error the Hessian is the same everywhere, and the difference is exact up to
    rounding, whatever the units of the data are. For other losses it is an average over a short
    way from ``(w, b)``, on which the gradient changes by about a thousandth of its size.
    The curvature of `cross_entropy` is largest where all probabilities are ½, and far from there
    very small; what counts is its bound at all points, ``λmax(AᵀA / m) / 4`` with A = [X 1], and
    γ more with `ridge`. Below ``2 / bound`` no plain step raises the loss, wherever it begins.
    Any objective may state such a bound as its attribute ``curvature_bound``.
    Power iteration is described in [1]_; it ends when H v grows no longer, at the latest
    after 1000 rounds.

    References
    ----------
    .. [1] G. H. Golub and C. F. Van Loan, *Matrix Computations*, 4th ed., Johns Hopkins
       University Press, 2013, section 7.3.

    Examples
    --------
    >>> from gdlib import article_example, squared_error
    >>> rate = largest_stable_learning_rate(squared_error(*article_example()), [0, 0, 0], 0)
    >>> round(rate, 7)
    0.0209569
    """
    check_callable("objective", objective)
    p = np.append(check_weights(w), check_number("b", b))
    objective = getattr(objective, "full", objective)
    bound: float | None = getattr(objective, "curvature_bound", None)
    if bound is not None:
        return 2 / bound

    def gradient(p: FloatArray) -> FloatArray:
        _, dw, db = objective(p[:-1], float(p[-1]))
        return np.append(dw, db)

    with np.errstate(over="ignore", invalid="ignore"):
        loss, dw, db = objective(p[:-1], float(p[-1]))
        here = np.append(dw, db)
        # How large the numbers are of which gradients are made. Large parameters may cancel in
        # them, hence the random signs.
        signs = np.random.default_rng(1).choice([-1.0, 1.0], len(p))
        scale = _largest(here)
        if p.any():
            scale = max(scale, 1e3 * _largest(gradient(p + 1e-3 * signs * p) - here))
        if not math.isfinite(scale):
            return math.nan
        if not math.isfinite(loss):  # squares overflow before gradients do
            loss, scale = 0.0, 1e300
        step = 1e-3

        def multiply(v: FloatArray) -> FloatArray:
            """Return H v; change the step until the difference is near 1/1000 of the scale."""
            nonlocal step
            for _ in range(100):
                change = gradient(p + step * v) - here
                size = _largest(change)
                if not scale and not loss and 0 < size < math.inf:
                    break
                if 0 < size < math.inf:
                    # Residuals cancel, too; those of squared error are bounded by the loss.
                    residuals = math.sqrt(max(abs(loss), 1e-300)) * math.sqrt(2 * size / step)
                    factor = 1e-3 * max(scale, residuals) / size
                else:
                    factor = math.inf if size == 0 else 0.0
                if 0.1 <= factor <= 10 or not 1e-280 < step < 1e280:
                    break
                step *= min(max(factor, 1e-20), 1e20)
            product: FloatArray = change / step
            return product

        length, curvature = _dominant(multiply, len(p))
        if curvature < 0:  # what is negative prevails: raise all curvatures by its size
            lowest = length
            length = _dominant(lambda v: multiply(v) + lowest * v, len(p))[0] - lowest
    return math.inf if length <= 0 else 2 / length


def _largest(v: FloatArray) -> float:
    return float(np.abs(v).max())


def _dominant(multiply: Callable[[FloatArray], FloatArray], size: int) -> tuple[float, float]:
    """Return the largest size of an eigenvalue, by power iteration, and v·Hv at its end."""
    v = np.random.default_rng(0).standard_normal(size)
    v /= np.linalg.norm(v)
    length = 0.0
    for _ in range(1000):
        Hv = multiply(v)
        before, length, curvature = length, _length(Hv), float(v @ Hv)
        if not length > before:  # in exact arithmetic it grows, or stays; or NaN
            break
        v = Hv / length
    return length, curvature


def _length(v: FloatArray) -> float:
    """Return the Euclidean norm, also where its square would overflow or underflow."""
    largest = _largest(v)
    return largest * float(np.linalg.norm(v / largest)) if largest else 0.0
