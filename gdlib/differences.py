"""Check a gradient by finite differences: from values of the loss alone."""

from collections.abc import Callable

import numpy as np
from numpy.typing import ArrayLike

from gdlib.arguments import (
    FloatArray,
    check_callable,
    check_number,
    check_positive,
    check_weights,
)


def numerical_gradient(
    loss: Callable[[FloatArray, float], float],
    w: ArrayLike,
    b: float,
    h: float = 1e-5,
    method: str = "central",
) -> tuple[FloatArray, float]:
    """Return the gradient of any loss, estimated from differences of its values.

    ``central: (J(p + h) − J(p − h)) / 2h``, ``forward: (J(p + h) − J(p)) / h``,
    one parameter p at a time. h is widened by the size of a parameter beyond ±1.

    Parameters
    ----------
    loss : callable
        ``loss(w, b)`` returns a float.
    w : array_like, shape (n,)
        Weights at which the gradient is taken.
    b : float
        Bias at which the gradient is taken.
    h : float, default 1e-5
        Width of the difference, above 0: in the units of the parameter while that is between
        −1 and 1, else as a part of it. Where the change of the loss drowns in rounding because
        another parameter is larger, h counts as a part of the largest.
    method : {"central", "forward"}
        Which difference to take. Central costs 2(n + 1) calls of `loss`, forward n + 2;
        a change that drowns is computed twice.

    Returns
    -------
    dw : ndarray, shape (n,)
        Estimated derivatives with respect to the weights.
    db : float
        Estimated derivative with respect to the bias.

    Raises
    ------
    TypeError
        If `loss` is not callable, or `w`, `b` or `h` is not made of real numbers.
    ValueError
        If `w` is not a vector, `method` is unknown, or `h` is not above 0 or so small that it
        is rounded away beside a parameter.

    Notes
    -----
    The error has two parts: truncation, of order h² (central) or h (forward), and
    rounding, of order ε|J|/h. A smaller h is not always better [1]_. Where parameters are
    small by nature, because their feature is huge, so must h be: choose it so that one step
    changes the predictions by a small part of their size.

    References
    ----------
    .. [1] J. Nocedal and S. J. Wright, *Numerical Optimization*, 2nd ed., Springer,
       2006, section 8.1.

    Examples
    --------
    >>> from functools import partial
    >>> from gdlib import loss_function
    >>> X, y = [[1, 2, 3], [4, 5, 6], [7, 8, 9]], [4, 7, 10]
    >>> dw, db = numerical_gradient(partial(loss_function, X, y), [0, 0, 0], 0)
    >>> dw.round(6), round(db, 6)
    (array([-34., -41., -48.]), -7.0)
    """
    check_callable("loss", loss)
    w, b, h = check_weights(w), check_number("b", b), check_positive("h", h)
    if method not in ("central", "forward"):
        raise ValueError(f"method is {method!r}; expected 'central' or 'forward'")
    p = np.append(w, b)

    def value(q: FloatArray) -> float:
        there = loss(q[:-1], float(q[-1]))
        if isinstance(there, tuple):
            raise TypeError("loss returned a tuple, as an objective does; expected one number")
        return there

    here = value(p) if method == "forward" else 0.0
    largest = max(1.0, float(np.abs(p).max()))

    def slope(e: FloatArray, size: float) -> float:
        """Return the slope along the unit vector e, for a parameter of this size."""
        ahead, behind = p + h * size * e, p - h * size * e if method == "central" else p
        width = float((ahead - behind) @ e)  # what rounding has left of it
        if width == 0:
            raise ValueError(f"h is {h!r}; expected more: beside {float(p @ e)} it rounds to 0")
        high, low = value(ahead), value(behind) if method == "central" else here
        if abs(high - low) < 1e-9 * abs(high) and size < largest:  # drowned
            return slope(e, largest)
        return (high - low) / width

    *dw, db = (slope(e, max(1.0, abs(q))) for e, q in zip(np.eye(len(p)), p, strict=True))
    return np.array(dw), float(db)
