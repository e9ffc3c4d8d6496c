"""Mini-batches: steps that look at some of the rows at a time."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdlib.arguments import FloatArray, as_generator, check_callable, check_count, check_data
from gdlib.losses import Evaluation, Maker


class MiniBatches:
    """An objective that sees other rows at every call; its `full` sees all of them.

    Parameters
    ----------
    make : callable
        ``make(X, y)`` returns the objective of the rows that it is given, as `squared_error` and
        `cross_entropy` do.
    X : array_like, shape (m, n)
        Features, one sample per row.
    y : array_like, shape (m,)
        Targets or classes.
    batch_size : int
        B, the rows of a batch, from 1 to m.
    rng : numpy.random.Generator or int
        Source of random numbers, or a seed for a new one.
    replace : bool, default False
        Draw every row anew, independently, instead of shuffling once an epoch.

    Attributes
    ----------
    full : callable
        The objective of all rows, ``make(X, y)``.

    Examples
    --------
    >>> from gdlib import article_example, squared_error
    >>> batches = MiniBatches(squared_error, *article_example(), batch_size=1, rng=0)
    >>> [batches(np.zeros(3), 0.0)[0] for _ in range(3)]
    [50.0, 8.0, 24.5]
    >>> batches.full(np.zeros(3), 0.0)[0]
    27.5
    """

    def __init__(
        self,
        make: Maker,
        X: ArrayLike,
        y: ArrayLike,
        batch_size: int,
        rng: np.random.Generator | int,
        *,
        replace: bool = False,
    ) -> None:
        check_callable("make", make)
        X, y = check_data(X, y)
        self._X, self._y = X.copy(), y.copy()
        self._size = check_count("batch_size", batch_size, at_least=1)
        if self._size > len(y):
            raise ValueError(f"batch_size is {batch_size!r}; expected at most {len(y)}, the rows")
        self._rng, self._replace = as_generator(rng), replace
        self._rows, self._next = np.arange(0), 0
        self.full = make(self._X, self._y)
        self._part: Any = getattr(self.full, "part", make)

    def __call__(self, w: FloatArray, b: float) -> Evaluation:
        """Return loss, dw and db of the next batch."""
        if self._next + self._size > len(self._rows):  # an incomplete rest is left out
            m = len(self._y)
            self._rows = (
                self._rng.integers(m, size=m) if self._replace else self._rng.permutation(m)
            )
            self._next = 0
        rows = self._rows[self._next : self._next + self._size]
        self._next += self._size
        found: Evaluation = self._part(self._X[rows], self._y[rows])(w, b)
        return found
