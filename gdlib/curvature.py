"""How large a learning rate may be: the curvature of a loss, without its matrix."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from gdlib.arguments import FloatArray, check_callable, check_number, check_weights
from gdlib.losses import Objective


def largest_stable_learning_rate(objective: Objective, w: ArrayLike, b: float) -> float:
    """Return 2/λmax, above which plain steps on a quadratic loss diverge.

    λmax is the largest eigenvalue of the loss's Hessian H. Power iteration finds it from
    differences of gradients, ``H v = ∇J(p + v) − ∇J(p)``; H itself is never formed.

    Parameters
    ----------
    objective : callable
        ``objective(w, b)`` returns ``(loss, dw, db)``.
    w : array_like, shape (n,)
        Weights at which the curvature is taken.
    b : float
        Bias at which the curvature is taken.

    Returns
    -------
    float
        The largest stable learning rate; infinity where the loss is flat, NaN where it
        overflows.

    Raises
    ------
    TypeError
        If `objective` is not callable, or `w` or `b` is not made of real numbers.
    ValueError
        If `w` is not a vector, or a value is NaN or infinite.

    Notes
    -----
    For squared error the Hessian is the same everywhere and the difference is exact up
    to rounding. For other losses it is an average over a step from ``(w, b)``, of length 1
    or, for large parameters, of a ten-thousandth of the largest.
    Power iteration is described in [1]_; it ends when the curvature no longer changes, at
    the latest after 1000 rounds.

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
    w, b = check_weights(w), check_number("b", b)
    _, dw, db = objective(w, b)
    here = np.append(dw, db)
    # 1, unless the rounding of large parameters would swallow it
    step = max(1.0, 1e-4 * float(np.abs(np.append(w, b)).max()))

    def multiply(v: FloatArray) -> FloatArray:
        _, dw, db = objective(w + step * v[:-1], b + step * float(v[-1]))
        slope: FloatArray = (np.append(dw, db) - here) / step
        return slope

    curvature = _dominant(multiply, len(here))
    if curvature < 0:  # the largest in size; what is largest shows when all are raised by its size
        lowest = curvature
        curvature += _dominant(lambda v: multiply(v) - lowest * v, len(here))
    return float("inf") if curvature <= 0 else 2 / curvature


def _dominant(multiply: Callable[[FloatArray], FloatArray], size: int) -> float:
    """Return the eigenvalue of largest size by power iteration."""
    v = np.random.default_rng(0).standard_normal(size)
    v /= np.linalg.norm(v)
    curvature = 0.0
    for _ in range(1000):
        Hv = multiply(v)
        before, curvature = curvature, float(v @ Hv)
        length = np.linalg.norm(Hv)
        if length == 0 or not abs(curvature - before) > 1e-13 * abs(curvature):  # or NaN
            break
        v = Hv / length
    return curvature
