"""Mini-batches: steps that look at some of the rows at a time."""

from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from gdlib.arguments import FloatArray, as_generator, check_callable, check_count, check_data
from gdlib.losses import Evaluation, Maker


class MiniBatches:
    """An objective that sees other rows at each call; its `full` sees all of them.

    Each call takes the next batch: loss, dw and db are means over its rows. Where the rows are
    used up they are shuffled again; an epoch is ``m // batch_size`` calls.

    Parameters
    ----------
    make : callable
        ``make(X, y)`` returns the objective of the rows that it is given, as `squared_error` and
        `cross_entropy` do.
    X : array_like, shape (m, n)
        Features, one sample per row.
    y : array_like, shape (m,)
        Targets, or classes.
    batch_size : int
        B, the rows of a batch, from 1 to m.
    rng : numpy.random.Generator or int
        Source of random numbers, or a seed for a new one. The same seed gives the same batches;
        an object that is used for a second run goes on where the first has ended.
    replace : bool, default False
        Draw each row from all rows, independently, instead of shuffling them once an epoch.

    Attributes
    ----------
    full : callable
        The objective of all rows, ``make(X, y)``.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as described, or as `make` does for all rows.

    Notes
    -----
    The gradient of a batch is right on average, the idea of stochastic approximation [1]_; at a
    constant learning rate the points scatter about the minimum for ever, unless it fits every
    row exactly. The loss of a batch says little: look at ``full(step.w, step.b)`` once an epoch.

    A rest of fewer than B rows is left out, other rows in each epoch, so that all steps weigh
    the same. What needs one and the same loss twice asks `full` (the limit that
    `DivergenceError` names, `gradient_tolerance` of `descend`) or refuses batches
    (`backtracking`, `loss_tolerance`). An objective with an attribute ``part`` is asked
    ``part(X, y)`` for its batches instead of `make`; the ones of gdlib spare the checks there.

    References
    ----------
    .. [1] H. Robbins and S. Monro, "A stochastic approximation method", *Annals of
       Mathematical Statistics* 22(3), 1951, 400–407.

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
        if hasattr(make, "part") or hasattr(make, "full"):
            raise TypeError(
                "make is an objective; expected the function that makes it from X and y, such as "
                "squared_error"
            )
        X, y = check_data(X, y)
        self._X, self._y = X.copy(), y.copy()
        self._size = check_count("batch_size", batch_size, at_least=1)
        if self._size > len(y):
            raise ValueError(f"batch_size is {batch_size!r}; expected at most {len(y)}, the rows")
        self._rng, self._replace = as_generator(rng), replace
        self._rows, self._next = np.arange(0), 0
        self.full = make(self._X, self._y)
        if not callable(self.full):
            raise TypeError(f"make returned {self.full!r}; expected an objective")
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
