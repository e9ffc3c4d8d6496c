"""Update rules with a memory.

What a rule remembers is in it. `gdlib.descend` follows a copy, which begins as the rule was
handed in: one rule serves two runs.
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
    """Update rule of the heavy ball: steps add up to a velocity.

    ``V ← β V + g``, ``p ← p − α V`` with p = (w, b) and its gradient g = (dw, db); with
    `nesterov` the last is ``p ← p − α (g + β V)``. V begins at 0.

    Parameters
    ----------
    beta : float, default 0.9
        β, the part of the velocity that is kept in each step; from 0 to below 1. With 0 the
        steps are plain.
    nesterov : bool, default False
        Take Nesterov's step instead of the heavy ball's.
    restart : bool, default False
        Where the velocity leads uphill, ``g · V < 0``, begin anew from rest.

    Attributes
    ----------
    velocity : ndarray, shape (n + 1,)
        V, its last entry for the bias; the number 0 before the first step.

    Raises
    ------
    TypeError, ValueError
        If `beta` is not a real number, or not from 0 to below 1.

    Notes
    -----
    The heavy ball is Polyak's [1]_. With `nesterov` the points of the run are those at which
    the gradient is taken, a look ahead of Nesterov's own, in the form of [2]_. Both are defined
    as in PyTorch's ``SGD``, with ``dampening=0``; where a text writes ``(1 − β) g`` for g, the
    same steps take a learning rate 1 / (1 − β) times as large. Beginning anew by the sign of
    ``g · V`` is the gradient scheme of [3]_, here asked before the step is taken.

    `descend` follows a copy. Called by hand, the rule goes on with the velocity that it has.

    References
    ----------
    .. [1] B. T. Polyak, "Some methods of speeding up the convergence of iteration methods",
       *USSR Computational Mathematics and Mathematical Physics* 4(5), 1964, 1–17.
    .. [2] I. Sutskever, J. Martens, G. Dahl and G. Hinton, "On the importance of initialization
       and momentum in deep learning", *International Conference on Machine Learning*, 2013.
    .. [3] B. O'Donoghue and E. Candès, "Adaptive restart for accelerated gradient schemes",
       *Foundations of Computational Mathematics* 15(3), 2015, 715–732.

    Examples
    --------
    >>> from gdlib import article_example, descend, squared_error
    >>> objective = squared_error(*article_example())
    >>> for beta in (0.0, 0.7):
    ...     run = descend(objective, [0, 0, 0], 0, 0.02, 1000, update=Momentum(beta))
    ...     print(next(step.iteration for step in run if step.loss < 1e-6))
    556
    151
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
        if self.restart and (g * self.velocity).sum() < 0:
            self.velocity = 0.0
        self.velocity = V = self.beta * self.velocity + g
        step = learning_rate * (g + self.beta * V if self.nesterov else V)
        return w - step[:-1], b - float(step[-1])


@dataclass
class Adam:
    """Update rule of Kingma and Ba: a mean gradient, each entry in units of its own size.

    ``M ← β₁ M + (1 − β₁) g``, ``S ← β₂ S + (1 − β₂) g²``,
    ``p ← p − α · M / (1 − β₁ᵏ) / (√(S / (1 − β₂ᵏ)) + ϵ)``, entry by entry, with p = (w, b), its
    gradient g = (dw, db) and k = 1, 2, … the number of the step. M and S begin at 0.

    Parameters
    ----------
    beta1, beta2 : float, default 0.9 and 0.999
        β₁ and β₂, what is kept in each step of the mean gradient and of the mean square; from
        0 to below 1.
    epsilon : float, default 1e-8
        ϵ, added to the size of the gradient, in its units; 0 or more.

    Attributes
    ----------
    count : int
        k, the steps taken.
    mean : ndarray, shape (n + 1,)
        M, its last entry for the bias; the number 0 before the first step.
    square : ndarray, shape (n + 1,)
        S, likewise.

    Raises
    ------
    TypeError, ValueError
        If an argument is not a real number, or not in its range.

    Notes
    -----
    It is algorithm 1 of [1]_, as in PyTorch's ``Adam``. The divisions by 1 − βᵏ take out that M
    and S began at 0; with them every entry's first step is α long. Entries whose gradient has
    always been 0 stay where they are, also with `epsilon` 0.

    `descend` follows a copy. Called by hand, the rule goes on with the means that it has.

    References
    ----------
    .. [1] D. P. Kingma and J. Ba, "Adam: a method for stochastic optimization", *International
       Conference on Learning Representations*, 2015.

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
