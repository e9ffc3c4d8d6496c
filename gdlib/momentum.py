"""Update rules with a memory: momentum and Adam.

Their memory is in them. A run begins with a copy of the rule as it was handed in, so that one
rule serves two runs.
"""

import sys
from dataclasses import dataclass, field

import numpy as np

from gdlib.arguments import FloatArray, check_not_negative, check_number

TINY = sys.float_info.min


def _check_part(name: str, value: float) -> float:
    """Return `value` as a float from 0 to below 1."""
    number = check_number(name, value)
    if not 0 <= number < 1:
        raise ValueError(f"{name} is {value!r}; expected a number from 0 to below 1")
    return number


@dataclass
class Momentum:
    """Update rule of the heavy ball, or Nesterov's.

    ``V ← β V + g``, ``p ← p − α V``; with `nesterov` ``p ← p − α (g + β V)``.

    Parameters
    ----------
    beta : float, default 0.9
        β, the part of the velocity that a step keeps; from 0 to below 1.
    nesterov : bool, default False
        Look ahead.
    restart : bool, default False
        Forget the velocity where it points uphill.

    Attributes
    ----------
    velocity : ndarray, shape (n + 1,)
        V, the last entry for the bias.

    Examples
    --------
    >>> from gdlib import article_example, descend, squared_error
    >>> run = descend(squared_error(*article_example()), [0, 0, 0], 0, 0.01, 300, update=Momentum())
    >>> [*_, last] = run
    >>> last.loss < 1e-6
    True
    """

    beta: float = 0.9
    nesterov: bool = field(default=False, kw_only=True)
    restart: bool = field(default=False, kw_only=True)
    velocity: FloatArray | float = field(default=0.0, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.beta = _check_part("beta", self.beta)

    def __call__(
        self, w: FloatArray, b: float, dw: FloatArray, db: float, learning_rate: float
    ) -> tuple[FloatArray, float]:
        """Return the next point, and remember the velocity."""
        g = np.append(dw, db)
        if self.restart and np.sum(g * self.velocity) < 0:
            self.velocity = 0.0
        self.velocity = V = self.beta * self.velocity + g
        step = learning_rate * (g + self.beta * V if self.nesterov else V)
        return w - step[:-1], b - float(step[-1])


@dataclass
class Adam:
    """Update rule of Kingma and Ba: the mean gradient in units of its own size.

    Parameters
    ----------
    beta1, beta2 : float, default 0.9 and 0.999
        β₁ and β₂, what the means of the gradient and of its square keep; from 0 to below 1.
    epsilon : float, default 1e-8
        Added to the size, 0 or more.

    Attributes
    ----------
    count : int
        Steps taken.
    mean : ndarray, shape (n + 1,)
        M, the mean gradient before its correction.
    square : ndarray, shape (n + 1,)
        S, the mean of its square before its correction.

    Examples
    --------
    >>> from gdlib import article_example, descend, squared_error
    >>> run = descend(squared_error(*article_example()), [0, 0, 0], 0, 0.01, 1, update=Adam())
    >>> [_, first] = run
    >>> first.w.round(6), round(first.b, 6)
    (array([0.01, 0.01, 0.01]), 0.01)
    """

    beta1: float = 0.9
    beta2: float = 0.999
    epsilon: float = 1e-8
    count: int = field(default=0, init=False, repr=False, compare=False)
    mean: FloatArray | float = field(default=0.0, init=False, repr=False, compare=False)
    square: FloatArray | float = field(default=0.0, init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        self.beta1 = _check_part("beta1", self.beta1)
        self.beta2 = _check_part("beta2", self.beta2)
        self.epsilon = check_not_negative("epsilon", self.epsilon)

    def __call__(
        self, w: FloatArray, b: float, dw: FloatArray, db: float, learning_rate: float
    ) -> tuple[FloatArray, float]:
        """Return the next point, and remember the two means."""
        g = np.append(dw, db)
        self.count += 1
        self.mean = self.beta1 * self.mean + (1 - self.beta1) * g
        self.square = self.beta2 * self.square + (1 - self.beta2) * g * g
        M = self.mean / (1 - self.beta1**self.count)  # the means began at 0: correct for that
        S = self.square / (1 - self.beta2**self.count)
        step = learning_rate * M / (np.sqrt(S) + max(self.epsilon, TINY))
        return w - step[:-1], b - float(step[-1])
