"""Data in blocks: one after the other, by a pool of processes, or on the machines of a cluster.

A *maker* builds an objective from data, as `squared_error` and `cross_entropy` do. Which engine
does the work is passed in, as the function `each`; gdlib imports none.
"""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdlib.arguments import FloatArray, check_callable
from gdlib.losses import Evaluation, Maker, Objective

Block = tuple[ArrayLike, ArrayLike]
Each = Callable[..., Iterable[Any]]


def from_blocks(
    make: Maker, blocks: Iterable[Block] | Callable[[], Iterable[Block]], each: Each = map
) -> Objective:
    """Return the objective of all rows of all blocks, read block by block at every call.

    Parameters
    ----------
    make : callable
        ``make(X, y)`` returns an objective that is a mean over its rows, as `squared_error` and
        `cross_entropy` do.
    blocks : iterable of (X, y), or callable
        Blocks of rows; what can be read once only, such as a generator, is given as the function
        that makes it. With `map` one block is in memory at a time. A list of arrays is in memory
        anyway: of such blocks the objectives are made once, and kept.
    each : callable, default `map`
        ``each(function, blocks)`` returns the function's results: `map`, the ``map`` of a pool
        of processes, or a few lines around a cluster's client.

    Returns
    -------
    callable
        ``objective(w, b)`` returns ``(loss, dw, db)``.

    Raises
    ------
    TypeError, ValueError
        If `make` or `each` is not callable, or `blocks` can be read only once; and, when the
        objective is called, if a block is not as described: the message says which.

    See Also
    --------
    summarize : For squared error one pass over the blocks is enough for all iterations.

    Notes
    -----
    tqdm shows how far a pass has come: ``from_blocks(make, tqdm(blocks))``.

    Examples
    --------
    >>> from gdlib import squared_error
    >>> blocks = [([[1, 2, 3], [4, 5, 6]], [4, 7]), ([[7, 8, 9]], [10])]
    >>> loss, dw, db = from_blocks(squared_error, blocks)(np.zeros(3), 0.0)
    >>> round(loss, 9), dw.round(9), round(db, 9)
    (27.5, array([-34., -41., -48.]), -7.0)
    """
    check_callable("make", make)
    check_callable("each", each)
    if isinstance(blocks, Iterator):
        raise TypeError(
            f"blocks is a {type(blocks).__name__}, which can be read only once; expected a list, "
            "or a function that opens the blocks anew: lambda: read_blocks(...)"
        )
    if callable(blocks):
        open_blocks = blocks
    elif isinstance(blocks, Iterable):
        open_blocks = partial(_itself, blocks)
    else:
        raise TypeError(f"blocks is {blocks!r}; expected an iterable of pairs (X, y)")
    part: Callable[..., FloatArray] = partial(_part, make)
    if each is map and isinstance(blocks, (list, tuple)) and all(map(_is_in_memory, blocks)):
        kept = list(map(numbered(partial(_prepare, make)), enumerate(blocks)))
        open_blocks, part = partial(_itself, kept), _kept_part
    rows_at_first = 0.0

    def objective(w: FloatArray, b: float) -> Evaluation:
        nonlocal rows_at_first
        parts = each(numbered(partial(part, w, b)), enumerate(open_blocks()))
        total = sum_up(parts, lambda one: len(one) - 3, np.add)
        rows = float(total[-1])
        rows_at_first = rows_at_first or rows
        if rows != rows_at_first:
            raise ValueError(
                f"blocks held {rows_at_first:.0f} rows at first and hold {rows:.0f} now; expected "
                "the same at every call"
            )
        total /= rows
        return float(total[-2]), total[:-3], float(total[-3])

    return objective


def sum_up(parts: Iterable[Any], width: Callable[[Any], int], add: Callable[..., Any]) -> Any:
    """Add up what the blocks gave; refuse none at all, and blocks of different widths."""
    total: Any = None
    for number, one in enumerate(parts):
        if total is not None and width(one) != width(total):
            raise ValueError(
                f"block {number} (counted from 0) has {width(one)} features; expected "
                f"{width(total)}, as in block 0"
            )
        total = one if total is None else add(total, one)
    if total is None:
        raise ValueError("blocks is empty; expected at least one pair (X, y), at every call")
    return total


# At the top level of the module, so that a pool can send them to other processes.


def numbered(function: Callable[..., Any]) -> Callable[[tuple[int, Any]], Any]:
    """Return a function of ``(number, (X, y))`` whose errors say which block it was."""
    return partial(_apply, function)


def _apply(function: Callable[..., Any], block: tuple[int, Any]) -> Any:
    number, content = block
    where = f"block {number} (counted from 0)"
    try:
        X, y = content
    except (TypeError, ValueError):
        raise TypeError(f"{where} is a {type(content).__name__}; expected a pair (X, y)") from None
    try:
        return function(X, y)
    except TypeError as error:
        raise TypeError(f"{where}: {error}") from error
    except ValueError as error:
        raise ValueError(f"{where}: {error}") from error


def _itself(blocks: Any) -> Any:
    return blocks


def _is_in_memory(block: Any) -> bool:
    return isinstance(block, tuple) and all(type(one) in (np.ndarray, list) for one in block)


def _prepare(make: Maker, X: Any, y: Any) -> tuple[Objective, float]:
    return make(X, y), float(len(y))


def _kept_part(w: FloatArray, b: float, objective: Objective, rows: float) -> FloatArray:
    """Return what a block adds to dw, db, loss and to the number of rows."""
    loss, dw, db = objective(w, b)
    return rows * np.array([*dw, db, loss, 1.0])


def _part(make: Maker, w: FloatArray, b: float, X: Any, y: Any) -> FloatArray:
    return _kept_part(w, b, *_prepare(make, X, y))
