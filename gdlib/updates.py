"""Step 5, update: one step downhill.

An *update rule* has the arguments and results of `update_parameters`. The rules trust
what they are given, so that a loop pays for no checks; `gdlib.descend` takes any of them.
"""

from collections.abc import Callable

from numpy.typing import ArrayLike

from gdlib.validation import (
    FloatArray,
    check_number,
    check_positive,
    check_vector,
    check_weights,
)

UpdateRule = Callable[[FloatArray, float, FloatArray, float, float], tuple[FloatArray, float]]


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
