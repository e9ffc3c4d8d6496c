"""Data summed up once: all that the squared error needs to know of them, in one small table.

Count, mean and scatter of the rows of [X y] are taken block by block, on any machine, and
merged in any order. An iteration then costs n² operations, however many rows there were.
"""

from collections.abc import Iterable
from functools import reduce
from typing import Any, NamedTuple, TypeGuard

import numpy as np
from numpy.typing import ArrayLike

from gdlib.arguments import FloatArray, check_callable, check_data, check_parameters
from gdlib.blocks import Block, Each, numbered, sum_up
from gdlib.losses import Evaluation, Objective

ROWS = 4096  # of one piece: with 20 features it stays in the cache of one core


class Moments(NamedTuple):
    """Number, mean and scatter of rows ``[x₁ … xₙ y]``, as `summarize` returns them.

    Attributes
    ----------
    rows : int
        Number of rows.
    mean : ndarray, shape (n + 1,)
        Mean of each column; the last one belongs to y.
    rest : ndarray, shape (n + 1,)
        What rounding left out of `mean`. Where the mean is 1.7·10⁹ that is up to 10⁻⁷, and the
        means of two blocks are often not much farther apart.
    scatter : ndarray, shape (n + 1, n + 1)
        ``Σ (row − mean)(row − mean)ᵀ``; divided by `rows` it is the covariance matrix.

    Examples
    --------
    >>> summary = moments([[1.0], [3.0]], [10.0, 20.0])
    >>> summary.scatter / summary.rows
    array([[ 1.,  5.],
           [ 5., 25.]])
    """

    rows: int
    mean: FloatArray
    rest: FloatArray
    scatter: FloatArray


def moments(X: ArrayLike, y: ArrayLike) -> Moments:
    """Sum up the rows of [X y].

    Parameters
    ----------
    X : array_like, shape (m, n)
        Features, one sample per row.
    y : array_like, shape (m,)
        Targets.

    Returns
    -------
    Moments
        Count, mean, and the scatter about the mean.

    Raises
    ------
    TypeError, ValueError
        As for `squared_error`.

    See Also
    --------
    summarize : The same for data that come in blocks.

    Notes
    -----
    The mean is subtracted before anything is multiplied. The textbook's ``mean(x²) − mean(x)²``
    loses all digits where the mean is large beside the deviation [1]_.

    References
    ----------
    .. [1] T. F. Chan, G. H. Golub and R. J. LeVeque, "Algorithms for computing the sample
       variance: analysis and recommendations", *The American Statistician* 37(3), 1983,
       242–247.

    Examples
    --------
    >>> summary = moments([[1.0], [3.0]], [10.0, 20.0])
    >>> summary.rows, summary.mean
    (2, array([ 2., 15.]))
    >>> summary.scatter
    array([[ 2., 10.],
           [10., 50.]])
    """
    if not (_is_plain(X) and _is_plain(y) and X.ndim == 2 and y.shape == X.shape[:1] and X.size):
        X, y = check_data(X, y)
    # A piece at a time, so that the data are read once, in the cache, and never copied whole.
    with np.errstate(over="ignore", invalid="ignore"):
        starts = range(0, len(y), ROWS)
        total = reduce(merge, (_moments(X[i : i + ROWS], y[i : i + ROWS]) for i in starts))
    if not np.isfinite(total.scatter).all():
        check_data(X, y)  # NaN and infinity are refused, with their place
        raise ValueError("X or y is so large that its squares overflow; expected smaller numbers")
    return total


def _is_plain(values: Any) -> TypeGuard[FloatArray]:
    """Say whether these are floats in memory or in a file; masked arrays are neither."""
    return type(values) in (np.ndarray, np.memmap) and values.dtype == np.float64


def _moments(X: FloatArray, y: FloatArray) -> Moments:
    rows, ones = len(y), np.ones(len(y))
    table = np.column_stack([X, y])
    mean = ones.dot(table) / rows  # faster than table.mean(axis=0); rest says what it misses
    table -= mean
    rest = ones.dot(table) / rows
    return Moments(rows, mean, rest, table.T @ table - rows * np.outer(rest, rest))


def merge(first: Moments, second: Moments) -> Moments:
    """Return the moments of all rows that two summaries were made from.

    ``S = S₁ + S₂ + (m₁ m₂ / m) d dᵀ`` with d from the first mean to the second.

    Parameters
    ----------
    first, second : Moments
        Summaries of rows with the same columns.

    Returns
    -------
    Moments
        Up to rounding the same in either order.

    Raises
    ------
    ValueError
        If the two have different numbers of columns.

    References
    ----------
    .. [1] T. F. Chan, G. H. Golub and R. J. LeVeque, "Algorithms for computing the sample
       variance: analysis and recommendations", *The American Statistician* 37(3), 1983,
       242–247.

    Examples
    --------
    >>> whole = merge(moments([[1.0], [2.0]], [3.0, 4.0]), moments([[9.0]], [5.0]))
    >>> whole.rows, whole.mean
    (3, array([4., 4.]))
    """
    if len(first.mean) != len(second.mean):
        raise ValueError(
            f"second sums up {len(second.mean) - 1} features; expected {len(first.mean) - 1}, as "
            "in first"
        )
    rows = first.rows + second.rows
    way = (second.mean - first.mean) + (second.rest - first.rest)
    low = first.rest + way * (second.rows / rows)
    mean = first.mean + low
    taken = mean - first.mean  # of low; what is not taken stays in rest
    rest = (first.mean - (mean - taken)) + (low - taken)
    between = np.outer(way, way) * (first.rows * (second.rows / rows))
    return Moments(rows, mean, rest, first.scatter + second.scatter + between)


def summarize(blocks: Iterable[Block], each: Each = map) -> Moments:
    """Sum up data that come in blocks, in one pass over them.

    Parameters
    ----------
    blocks : iterable of (X, y)
        Blocks of rows; with `map` one of them is in memory at a time.
    each : callable, default `map`
        ``each(function, blocks)`` returns the function's results: `map`, the ``map`` of a pool
        of processes, or a few lines around a cluster's client.

    Returns
    -------
    Moments
        Of all rows of all blocks.

    Raises
    ------
    TypeError, ValueError
        If there is no block, or one of them is not as described; the message says which.

    Notes
    -----
    tqdm shows how far the pass has come: ``summarize(tqdm(blocks))``.

    Examples
    --------
    >>> blocks = [([[1.0], [2.0]], [3.0, 4.0]), ([[9.0]], [5.0])]
    >>> summarize(blocks).mean
    array([4., 4.])
    """
    check_callable("each", each)
    parts = each(numbered(moments), enumerate(blocks))
    total: Moments = sum_up(parts, lambda one: len(one.mean) - 1, merge)
    return total


def squared_error_of(summary: Moments) -> Objective:
    """Return the objective of `squared_error` on rows that were summed up.

    Parameters
    ----------
    summary : Moments
        What `moments`, `merge` or `summarize` returned.

    Returns
    -------
    callable
        ``objective(w, b)`` returns ``(loss, dw, db)``; a call takes about n² operations.

    Raises
    ------
    TypeError
        If `summary` is something else.

    Notes
    -----
    With the least-squares point (w*, b*), d = w − w* and s = b − b* + mean·d, the loss is
    ``J* + (dᵀC d + s²)/2``, with the covariance matrix C of the features. Measured from there
    no large numbers cancel. What stays is the floor J*: it is a difference, and where the targets
    are fitted to a part q of their size, it has lost about q² of its digits. One direct pass,
    `squared_error` at the end, says it exactly.

    Examples
    --------
    >>> X, y = np.array([[1.0], [2.0], [4.0]]), np.array([1.0, 2.0, 3.0])
    >>> loss, dw, db = squared_error_of(moments(X, y))(np.array([1.0]), 0.0)
    >>> round(loss, 9), dw.round(9), round(db, 9)
    (0.166666667, array([1.33333333]), 0.333333333)
    """
    if not isinstance(summary, Moments):
        raise TypeError(
            f"summary is of type {type(summary).__name__}; expected what gdlib.moments or "
            "gdlib.summarize returns"
        )
    covariance = summary.scatter / summary.rows
    C, c = covariance[:-1, :-1], covariance[:-1, -1]
    scale = np.sqrt(C.diagonal())
    scale[scale == 0] = 1.0  # a constant column, which the bias speaks for
    best_w = np.linalg.lstsq(C / np.outer(scale, scale), c / scale)[0] / scale
    mean = summary.mean[:-1]
    best_b = float(summary.mean[-1] - mean @ best_w)
    away = np.append(-best_w, 1.0)
    floor = max(0.0, float(away @ covariance @ away)) / 2
    slope = C @ best_w - c  # 0, but where lstsq took a nearly flat direction for a flat one
    shape, num_features = best_w.shape, len(best_w)

    def objective(w: FloatArray, b: float) -> Evaluation:
        if type(w) is not np.ndarray or w.shape != shape or not isinstance(b, float):
            w, b = check_parameters(w, b, num_features)
        d = w - best_w
        dw: FloatArray = C.dot(d)
        s = b - best_b + float(mean.dot(d))
        loss = floor + (float(d.dot(dw)) + s * s) / 2 + float(slope.dot(d))
        dw += slope
        dw += s * mean
        return loss, dw, s

    return objective
