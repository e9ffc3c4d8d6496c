"""What `check` knows of the functions that readers write: cases to try, and mistakes to name."""

import weakref
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import gdlib

Function = Callable[..., Any]
Case = tuple[Any, ...]


@dataclass(frozen=True)
class Task:
    """A function to write; its fields are arguments of `check`."""

    cases: Sequence[Case]
    mistakes: Sequence[tuple[Function, str]] = ()
    parts: Sequence[str] = ()
    use: Function | None = None


def samples(seed: int = 0) -> list[Case]:
    """Return data and parameters, (X, y, w, b), on which wrong programs differ from right ones.

    More rows than columns and fewer, as many, one of either; whole numbers; raw units; small
    numbers and large ones, in shapes that were there before.

    Examples
    --------
    >>> [X.shape for X, y, w, b in samples()]
    [(5, 2), (3, 3), (2, 6), (7, 1), (1, 4), (4, 3), (9, 2), (5, 2), (3, 3)]
    """
    rng = np.random.default_rng(seed)
    shapes = [(5, 2), (3, 3), (2, 6), (7, 1), (1, 4)]
    cases: list[Case] = [
        (rng.normal(size=s), rng.normal(size=s[0]), rng.normal(size=s[1]), float(rng.normal()))
        for s in shapes
    ]
    cases.append((rng.normal(size=(4, 3)), np.array([5, -2, 0, 9]), np.array([3, -1, 2]), 4))
    raw = rng.normal([26.0, 95.0], [4.0, 14.0], size=(9, 2)).round(1)
    cases.append((raw, rng.integers(25, 346, size=9).astype(float), np.array([10.2, 1.5]), -180))
    sizes = zip(cases[:2], (1e-3, 1e4), strict=True)
    return cases + [tuple(size * one for one in case) for case, size in sizes]


DATA = samples()
TALL = [case for case in DATA if len(case[0]) > 2]  # columns that vary
LATE = 4e6 + np.arange(9.0)[:, None] / 10  # a mean that is large beside the deviation
rng = np.random.default_rng(1)


def r(X: Any, y: Any, w: Any, b: Any) -> Any:
    """Return the residuals."""
    return X @ w + b - y


# ---------------------------------------------------------------- data, initialization

STANDARDIZE = Task(
    [(X,) for X, *_ in TALL]
    + [(rng.integers(0, 90, size=(6, 2)),), (LATE,)]
    + [(np.eye(30)[:, :2],)],  # a value far from the others
    [
        (
            lambda X: ((X - X.mean()) / X.std(), X.mean(axis=0), X.std(axis=0)),
            "one mean and one deviation for the whole table. Each column has its own: axis=0.",
        ),
        (
            lambda X: ((X - X.mean()) / X.std(), X.mean(), X.std()),
            "one mean and one deviation for the whole table. Each column has its own: axis=0.",
        ),
        (
            lambda X: ((X - X.mean(axis=1)) / X.std(axis=1), X.mean(axis=1), X.std(axis=1)),
            "a mean for each row. A feature is a column: axis=0.",
        ),
        (
            lambda X: (
                (X - X.mean(axis=0)) / X.std(axis=0, ddof=1),
                X.mean(axis=0),
                X.std(axis=0, ddof=1),
            ),
            "the deviation is divided by m − 1. Here it is divided by m.",
        ),
        (
            lambda X: ((X - X.mean(axis=0)) / X.var(axis=0), X.mean(axis=0), X.var(axis=0)),
            "it divides by the variance. Its root is wanted.",
        ),
        (
            lambda X: ((X - X.mean(axis=0)) / X.var(axis=0), X.mean(axis=0), X.std(axis=0)),
            "it divides by the variance. Its root is wanted.",
        ),
        (
            lambda X: (X - X.mean(axis=0) / X.std(axis=0), X.mean(axis=0), X.std(axis=0)),
            "brackets: only the mean is divided.",
        ),
        (
            lambda X: (X / X.std(axis=0), X.mean(axis=0), X.std(axis=0)),
            "the mean is not subtracted.",
        ),
        (
            lambda X: (X - X.mean(axis=0), X.mean(axis=0), X.std(axis=0)),
            "it is not divided by the deviation.",
        ),
        (
            lambda X: (
                (X - X.mean(axis=0)) / X.std(axis=0) / len(X) ** 0.5,
                X.mean(axis=0),
                X.std(axis=0) * len(X) ** 0.5,
            ),
            "under the root stands a sum of squares. Their mean is wanted.",
        ),
        (
            lambda X: ((X - X.mean(axis=0)) / np.ptp(X, axis=0), X.mean(axis=0), np.ptp(X, axis=0)),
            "it divides by the range, largest minus smallest. The standard deviation is wanted.",
        ),
        (
            lambda X: ((X - X.min(axis=0)) / np.ptp(X, axis=0), X.min(axis=0), np.ptp(X, axis=0)),
            "from 0 to 1: the smallest and the range. Mean and standard deviation are wanted.",
        ),
        (
            lambda X: ((X - X.mean(axis=0)) / X.std(axis=0), X.std(axis=0), X.mean(axis=0)),
            "Z is right. The mean comes before the deviation.",
        ),
    ],
    ("Z", "mean", "std"),
)

UNSTANDARDIZE = Task(
    [
        (
            rng.normal(size=n),
            float(rng.normal()),
            rng.normal(size=n) + 9,
            rng.uniform(0.5, 3, size=n),
        )
        for n in (1, 2, 3, 5)
    ],
    [
        (
            lambda w, b, mean, std: (w * std, b - (w * std) @ mean),
            "w goes the wrong way: where one deviation is 14 mm, a weight is less for one mm.",
        ),
        (
            lambda w, b, mean, std: (w * std, b - (w / std) @ mean),
            "w goes the wrong way: where one deviation is 14 mm, a weight is less for one mm.",
        ),
        (lambda w, b, mean, std: (w / std, b), "w is right. The bias changes too."),
        (lambda w, b, mean, std: (w, b - (w / std) @ mean), "b is right. The weights change too."),
        (
            lambda w, b, mean, std: (w / std, b - w @ mean),
            "w is right. For b, too, the new weights are wanted.",
        ),
        (
            lambda w, b, mean, std: (w / std, b + (w / std) @ mean),
            "w is right. b has the wrong sign somewhere: what does the line say where x is 0?",
        ),
        (
            lambda w, b, mean, std: (w / std, b - (w / std).sum() * mean.sum()),
            "w is right. For b each weight meets its own mean: first multiply, then add up.",
        ),
    ],
    ("w", "b"),
)


def _beside_nan(function: Function, num_features: int) -> Any:
    """Call a function just after NaN stood in the memory that ``np.empty`` may return."""
    np.full(num_features, np.nan)
    return function(num_features)


INITIALIZE = Task(
    [(1,), (3,), (7,)],
    [
        (lambda num_features: (np.ones(num_features), 0.0), "all weights begin at 1."),
        (lambda num_features: (np.zeros(num_features), 1.0), "the bias begins at 1."),
        (
            lambda num_features: (np.zeros(num_features + 1), 0.0),
            "one weight too many: the bias stands by itself.",
        ),
        (lambda num_features: (np.zeros(3), 0.0), "it gives three weights, whatever is asked for."),
    ],
    ("w", "b"),
    _beside_nan,
)

# ---------------------------------------------------------------- loss, gradient, update

LOSS = Task(
    DATA,
    [
        (lambda *a: np.abs(r(*a)).mean() / 2, "it averages the sticks, not their squares."),
        (lambda *a: np.abs(r(*a)).mean(), "it averages the sticks, not their squares."),
        (
            lambda X, y, w, b: r(X, y, w, b).sum() ** 2 / (2 * len(y)),
            "it adds up first and squares then: too high here pays for too low there.",
        ),
        (lambda X, y, w, b: (r(X, y, w, 0) ** 2).mean() / 2, "the bias is missing."),
        (
            lambda X, y, w, b: (r(X, -y, w, b) ** 2).mean() / 2,
            "a residual is prediction minus target.",
        ),
        (lambda *a: r(*a).mean() / 2, "no residual is squared: too high pays for too low."),
        (lambda *a: np.sqrt((r(*a) ** 2).mean()), "no root is taken, and a ½ stands in front."),
        (
            lambda X, y, w, b: (r(X, y, w, b) ** 2).sum() / 2 * len(y),
            "brackets: / 2 * m divides by 2 and multiplies by m.",
        ),
        (
            lambda X, y, w, b: r(X, y, w, b)[0] ** 2 / (2 * len(y)),
            "the first row alone. Is the return inside the loop?",
        ),
        (
            lambda X, y, w, b: (r(X, y[:, None], w, b) ** 2).sum() / (2 * len(y)),
            "every prediction meets every target: (m,) minus (m, 1) has m × m entries.",
        ),
        (
            lambda X, y, w, b: (r(X, y[:, None], w, b) ** 2).mean() / 2,
            "every prediction meets every target: (m,) minus (m, 1) has m × m entries.",
        ),
    ],
)

GRADIENT = Task(
    DATA,
    [
        (
            lambda X, y, w, b: (r(X, y, w, b) @ X / len(y), r(X, y, w, b).sum()),
            "dw is right. db is a mean too.",
        ),
        (
            lambda X, y, w, b: (r(X, y, w, b) @ X, r(X, y, w, b).mean()),
            "db is right. dw is a mean too.",
        ),
        (
            lambda X, y, w, b: (r(X, y, w, 0) @ X / len(y), r(X, y, w, 0).mean()),
            "the bias is missing in the prediction.",
        ),
        (
            lambda X, y, w, b: (r(X, y, w, b).mean() * X.mean(axis=0), r(X, y, w, b).mean()),
            "each residual meets its own row: first multiply, then take the mean.",
        ),
        (
            lambda X, y, w, b: (r(X, y, w, b) @ X / X.size, r(X, y, w, b).mean()),
            "dw is divided by m · n. The mean is over the m rows.",
        ),
        (
            lambda X, y, w, b: (r(X, y, w, b) @ X / len(w), r(X, y, w, b).mean()),
            "dw is divided by the number of features. The mean is over the m rows.",
        ),
        (
            lambda X, y, w, b: (X @ r(X, y, w, b) / len(y), r(X, y, w, b).mean()),
            "X @ r goes along the rows. dw goes down the columns, one number for each.",
        ),
        (
            lambda X, y, w, b: (
                r(X, y[:, None], w, b).sum(axis=0) @ X / len(y),
                r(X, y[:, None], w, b).mean(),
            ),
            "every prediction meets every target: (m,) minus (m, 1) has m × m entries.",
        ),
        (
            lambda X, y, w, b: (r(X, y, w, b) @ X / len(y), -r(X, y, w, b).mean()),
            "dw is right. The sign of db is not.",
        ),
        (
            lambda X, y, w, b: (np.abs(r(X, y, w, b)) @ X / len(y), np.abs(r(X, y, w, b)).mean()),
            "a residual keeps its sign.",
        ),
    ],
    ("dw", "db"),
)


def _wave(w: Any, b: Any) -> float:
    return float(np.sin(w).sum() * np.exp(b / 4) + b**3)


def _bowl(w: Any, b: Any) -> float:
    return float((w**4).sum() + w[0] * b + 3 * b**2)


def _difference(ahead: float, back: float, width: float) -> Function:
    """Return a rule of differences: (J(p + ahead·h) − J(p + back·h)) / (width·h)."""

    def slopes(loss: Any, w: Any, b: Any, h: float = 1e-5) -> Any:
        moves = np.eye(len(w))
        dw = [(loss(w + ahead * h * e, b) - loss(w + back * h * e, b)) / (width * h) for e in moves]
        return np.array(dw), (loss(w, b + ahead * h) - loss(w, b + back * h)) / (width * h)

    return slopes


def _drifting(loss: Any, w: Any, b: Any, h: float = 1e-5) -> Any:
    dw, moved = np.zeros(len(w)), np.zeros(len(w))
    for j in range(len(w)):
        moved[j] = h
        dw[j] = (loss(w + moved, b) - loss(w - moved, b)) / (2 * h)
    return dw, _difference(1, -1, 2)(loss, w, b, h)[1]


DIFFERENCES = Task(
    [
        (loss, rng.uniform(-1, 1, n), float(rng.uniform(-1, 1)), h)
        for loss in (_wave, _bowl)  # parameters below 1, for which gdlib takes h as it is
        for n, h in ((1, 0.1), (3, 0.05), (4, 0.2))
    ],
    [
        (_difference(1, 0, 1), "it looks ahead only. Look back as well, and divide by 2h."),
        (_difference(0, -1, 1), "it looks back only. Look ahead as well, and divide by 2h."),
        (_difference(1, 0, 2), "it looks ahead only. Look back as well."),
        (_difference(1, -1, 1), "from p − h to p + h it is 2h."),
        (
            lambda loss, w, b, h: [part * h**2 for part in _difference(1, -1, 2)(loss, w, b, h)],
            "brackets: / 2 * h divides by 2, then multiplies by h.",
        ),
        (
            lambda loss, w, b, h: (0 * w, _difference(1, -1, 2)(loss, w, b, h)[1]),
            "db is right, dw is 0. Are w ahead and w back the same array? Copy w for each.",
        ),
        (
            lambda loss, w, b, h: (
                np.full(len(w), (loss(w + h, b) - loss(w - h, b)) / (2 * h)),
                (loss(w, b + h) - loss(w, b - h)) / (2 * h),
            ),
            "all weights move at once. Move one, and leave the others.",
        ),
        (_drifting, "a weight that has moved stays there. Begin with w again for each."),
    ],
    ("dw", "db"),
)

UPDATE = Task(
    [
        (rng.normal(size=n), float(rng.normal()), rng.normal(size=n), float(rng.normal()), rate)
        for n, rate in ((1, 0.1), (3, 0.02), (5, 1.5))
    ]
    + [(np.array([1, 2]), 3, np.array([0.25, -0.5]), 1.75, 0.5)]
    + [(np.ones(3), 1.0, size * np.array([1.0, -2, 3]), size, 0.1) for size in (1e-4, 1e6)],
    [
        (
            lambda w, b, dw, db, rate: (w + rate * dw, b + rate * db),
            "it goes up. The gradient points uphill: subtract.",
        ),
        (lambda w, b, dw, db, rate: (w - dw, b - db), "the learning rate is missing."),
        (lambda w, b, dw, db, rate: (w - rate * dw, b), "b stays where it is."),
        (lambda w, b, dw, db, rate: (w, b - rate * db), "w stays where it is."),
        (lambda w, b, dw, db, rate: (w - rate * dw, b - db), "b moves without the learning rate."),
        (lambda w, b, dw, db, rate: (w - dw / rate, b - db / rate), "the rate multiplies."),
        (
            lambda w, b, dw, db, rate: (w - rate * dw * w, b - rate * db * b),
            "the gradient is not to be multiplied by the parameters.",
        ),
        (lambda w, b, dw, db, rate: (rate * dw, rate * db), "that is the step, not where it ends."),
        (
            lambda w, b, dw, db, rate: (-rate * dw, -rate * db),
            "that is the step, not where it ends.",
        ),
    ],
    ("w", "b"),
)

# ---------------------------------------------------------------- iteration


def _amid(objective: Function, w: Any, b: Any) -> Any:
    """Return what an objective says between two other calls, and as it is after them."""
    objective(w + 1, b + 1)
    found = objective(w, b)
    objective(w + 1, b + 1)
    return found


def _at(make: Function, X: Any, y: Any, w: Any, b: Any) -> Any:
    made = make(X, y)
    return 0.0 if isinstance(made, tuple) else _amid(made, w, b)


OBJECTIVE = Task(
    DATA,
    [
        (
            lambda X, y: (
                lambda w, b: (2 * gdlib.loss_function(X, y, w, b), *gdlib.gradient(X, y, w, b))
            ),
            "the gradient is right. The loss is twice what it should be.",
        ),
        (
            lambda X, y: (
                lambda w, b: (*gdlib.gradient(X, y, w, b), gdlib.loss_function(X, y, w, b))
            ),
            "the order: first the loss, then dw and db.",
        ),
        (
            lambda X, y: lambda w, b: gdlib.squared_error(X, y)(w, 0.0),
            "the bias is missing in the prediction.",
        ),
        (
            lambda X, y: lambda w, b: gdlib.squared_error(X, y)(0 * w, 0.0),
            "it looks at zero, and not at the w and b that it is given.",
        ),
        (
            lambda X, y: (X, y),
            "it returns results. Return the function that computes them, without parentheses.",
        ),
    ],
    ("loss", "dw", "db"),
    _at,
)


ONE = 1.0  # what stands for a step that is returned, and for steps that come all at once
AT_ONCE = np.zeros((0, 5))


def _steps(
    run: Function, X: Any, y: Any, w: Any, b: Any, learning_rate: float, num_iterations: int
) -> Any:
    """Return a table of iteration, w, b and loss, a row a step."""
    objective, calls, first, rows = gdlib.squared_error(X, y), 0, 0, []

    def counted(w: Any, b: Any) -> Any:
        nonlocal calls
        calls += 1
        return objective(w, b)

    steps = run(counted, w, b, learning_rate, num_iterations)
    if isinstance(steps, tuple):
        return ONE
    for step in steps:
        first = first or calls
        rows.append(step[:4] if isinstance(step, tuple | list) else (float(step),))
        if len(rows) > 99:
            break
    # Only now, for a later step is not to change an earlier one.
    return AT_ONCE if len(rows) > 1 and first == calls else np.array([*map(np.hstack, rows)])


def _listing(row: Function) -> Function:
    """Return a loop that lists row(steps, k) for each k; it has one step more to choose from."""

    def run(objective: Any, w: Any, b: Any, learning_rate: float, num_iterations: int) -> Any:
        steps = list(gdlib.descend(objective, w, b, learning_rate, num_iterations + 1))
        rows = [(step.iteration, step.w, step.b, step.loss) for step in steps]
        for k in range(num_iterations + 1):
            if one := row(rows, k):
                yield one
                objective(w, b)  # as a run does that goes on

    return run


def _all_in_one(objective: Any, w: Any, b: Any, learning_rate: float, num_iterations: int) -> Any:
    w = w.copy()
    for k in range(num_iterations + 1):
        loss, dw, db = objective(w, b)
        yield k, w, b, loss
        w -= learning_rate * dw
        b -= learning_rate * db


def _uphill(w: Any, b: Any, dw: Any, db: Any, learning_rate: float) -> Any:
    return w + learning_rate * dw, b + learning_rate * db


RUNS = [
    (X, y, w, b, rate, n)
    for (X, y, w, b), rate, n in zip(
        DATA[:5], (0.1, 0.05, 0.02, 0.2, 0.1), (4, 1, 7, 0, 3), strict=True
    )
]
RUNS += [
    (X, size * y, size * w, size * b, rate, 4)
    for X, y, w, b in DATA[:1]
    for size, rate in ((1e-7, 0.2), (1e6, 1.5))
]


def _endless(objective: Any, w: Any, b: Any, learning_rate: float, num_iterations: int) -> Any:
    return gdlib.descend(objective, w, b, learning_rate, 200)  # more than are looked at


ENDLESS = "it goes on for ever, or nearly. Look at the condition of the loop: does k grow?"

DESCEND = Task(
    RUNS,
    [
        (
            _listing(lambda rows, k: (k, *rows[k + 1][1:])),
            "it steps first. Iteration 0 is the start, before any step.",
        ),
        (
            _listing(lambda rows, k: (*rows[k + 1][:3], rows[k][3])),
            "the parameters are one step ahead of their loss.",
        ),
        (
            _listing(lambda rows, k: (k, *rows[k + 1][1:3], rows[k][3])),
            "the parameters are one step ahead of their loss.",
        ),
        (_listing(lambda rows, k: (k + 1, *rows[k][1:])), "the start is iteration 0, not 1."),
        (
            _listing(lambda rows, k: (k, *rows[0][1:])),
            "it stays at the start: w and b must be given new values.",
        ),
        (
            _listing(lambda rows, k: rows[k] if k < len(rows) - 2 else None),
            "one step is missing: with the start there are num_iterations + 1.",
        ),
        (
            _listing(lambda rows, k: rows[k + 1] if k < len(rows) - 2 else None),
            "the start is missing. It is handed out too, as iteration 0.",
        ),
        (
            _listing(lambda rows, k: (k, *rows[k + 1][1:]) if k < len(rows) - 2 else None),
            "the start is missing. It is handed out too, as iteration 0.",
        ),
        (
            lambda *run: list(gdlib.descend(*run)),
            "the whole run is computed before the first step is handed out. yield each step as "
            "soon as you have it.",
        ),
        (
            _all_in_one,
            "each step writes into the same w, which the steps before hold as well. Make a new "
            "array: w = w − …, not w -= ….",
        ),
        (
            lambda *run: next(gdlib.descend(*run)),
            "return ends the function at the first step. yield hands it out and goes on.",
        ),
        (_endless, ENDLESS),
        (lambda *run: ((0, *step[1:4]) for step in _endless(*run)), ENDLESS),
        (
            lambda *run: gdlib.descend(*run, update=_uphill),
            "it goes up. The gradient points uphill: subtract.",
        ),
    ],
    ("the table of steps",),
    _steps,
)


def _fit(
    X: Any, y: Any, w: Any, b: Any, learning_rate: float, steps: int, mean: bool = True
) -> Any:
    for _ in range(steps):
        dw, db = gdlib.gradient(X, y, w, b)
        size = 1 if mean else len(y)
        w, b = w - learning_rate * size * dw, b - learning_rate * size * db
    return w, b


def _sequential(X: Any, y: Any, learning_rate: float, num_iterations: int) -> Any:
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(num_iterations):
        w = w - learning_rate * gdlib.gradient(X, y, w, b)[0]
        b = b - learning_rate * gdlib.gradient(X, y, w, b)[1]
    return w, b


FIT = Task(
    [(X, y, rate, n) for X, y, _, _, rate, n in RUNS] + [(*DATA[0][:2], 0.1, 50)],
    [
        (
            lambda X, y, rate, n: _fit(X, y, np.zeros(X.shape[1]), 0.0, rate, n + 1),
            "one step too many.",
        ),
        (
            lambda X, y, rate, n: _fit(X, y, np.zeros(X.shape[1]), 0.0, rate, max(n - 1, 0)),
            "one step is missing.",
        ),
        (
            lambda X, y, rate, n: _fit(X, y, np.ones(X.shape[1]), 0.0, rate, n),
            "it begins at 1. The book begins at 0.",
        ),
        (
            lambda X, y, rate, n: _fit(X, y, np.zeros(X.shape[1]), 0.0, rate, n, mean=False),
            "the gradient is a sum. The mean is wanted.",
        ),
        (
            lambda X, y, rate, n: _fit(X, y, np.zeros(X.shape[1]), 0.0, -rate, n),
            "it goes up. The gradient points uphill: subtract.",
        ),
        (
            lambda X, y, rate, n: _fit(X, y, np.zeros(X.shape[1]), 0.0, rate, min(n, 1)),
            "it makes one step only. Is the return inside the loop?",
        ),
        (
            lambda X, y, rate, n: (np.zeros(X.shape[1]), 0.0),
            "it returns the start. Is the return inside the loop, or is what a step gives lost?",
        ),
        (
            lambda X, y, rate, n: _fit(X, y, np.zeros(X.shape[1]), 0.0, n * rate, 1),
            "every step takes the gradient of the start. Compute it again in each.",
        ),
        (_sequential, "the bias sees weights that have already moved. Use the old ones for both."),
    ],
    ("w", "b"),
)

# ---------------------------------------------------------------- whole programs


def program(X: Any, y: Any, learning_rate: float, num_iterations: int) -> Any:
    """Return w, b and the losses of a descent from zero, that of the start first.

    Examples
    --------
    >>> w, b, losses = program(np.array([[1.0], [3.0]]), np.array([2.0, 4.0]), 0.1, 2)
    >>> losses.round(3)
    array([5.   , 0.89 , 0.174])
    """
    objective, zero = gdlib.squared_error(X, y), np.zeros(X.shape[1])
    steps = list(gdlib.descend(objective, zero, 0.0, learning_rate, num_iterations))
    return steps[-1].w, steps[-1].b, np.array([step.loss for step in steps])


def _stepping(step: Function) -> Function:
    """Return a program that makes another step."""

    def run(X: Any, y: Any, learning_rate: float, num_iterations: int) -> Any:
        w, b = np.zeros(X.shape[1]), 0.0
        losses = [gdlib.loss_function(X, y, w, b)]
        for _ in range(num_iterations):
            w, b = step(X, y, w, b, learning_rate)
            losses.append(gdlib.loss_function(X, y, w, b))
        return w, b, losses

    return run


def _keeping(keep: Function) -> Function:
    """Return a program that keeps other losses."""

    def run(*case: Any) -> Any:
        w, b, losses = program(*case)
        return w, b, keep(losses)

    return run


def _one_after_the_other(X: Any, y: Any, w: Any, b: Any, rate: float) -> Any:
    w = w - rate * gdlib.gradient(X, y, w, b)[0]
    return w, b - rate * gdlib.gradient(X, y, w, b)[1]


PROGRAM = Task(
    [*FIT.cases, (*DATA[0][:2], 2.0, 5)],  # the last goes up again
    [
        (_keeping(lambda losses: losses[1:]), "losses lacks the loss of the start."),
        (_keeping(lambda losses: losses[:-1]), "losses lacks the loss after the last step."),
        (_keeping(lambda losses: losses[-1]), "only the last loss. Keep all of them in a list."),
        (
            _keeping(lambda losses: np.append(losses[0], losses[:-1])),
            "losses is one step late. Take the loss after the update.",
        ),
        (_keeping(lambda losses: 2 * losses), "w and b are right. The ½ is missing in the losses."),
        (
            lambda X, y, rate, n: program(X, y, rate, n + 1),
            "one step too many.",
        ),
        (
            lambda X, y, rate, n: (*program(X, y, rate, n + 1)[:2], program(X, y, rate, n)[2]),
            "losses is right. w and b have made one step too many.",
        ),
        (
            lambda X, y, rate, n: program(X, y, rate, min(n, 1)),
            "it makes one step only. Is the return inside the loop?",
        ),
        (
            _stepping(lambda X, y, w, b, rate: _fit(X, y, w, b, -rate, 1)),
            "it goes up. The gradient points uphill: subtract.",
        ),
        (
            _stepping(lambda X, y, w, b, rate: (w, b)),
            "it stays at the start: w and b must be given new values.",
        ),
        (
            _stepping(_one_after_the_other),
            "the bias sees weights that have already moved. Use the old ones for both.",
        ),
    ],
    ("w", "b", "losses"),
)


def line(x: Any, y: Any) -> Any:
    """Return slope and intercept of the line with the least squares.

    Examples
    --------
    >>> w, b = line([1.0, 2.0, 3.0], [5.0, 7.0, 9.0])
    >>> round(w, 6), round(b, 6)
    (2.0, 3.0)
    """
    w, b = np.polyfit(x, y, 1)
    return float(w), float(b)


def _unfinished(rate: float, steps: int) -> Function:
    """Return a descent over standardized x, which is not given enough steps."""

    def run(x: Any, y: Any) -> Any:
        done = 1 - (1 - rate) ** steps
        w = done * line(x, y)[0]
        return w, done * np.mean(y) - w * np.mean(x)

    return run


SLOW = "the descent is not done. Give it a larger rate, or more steps."

LINE = Task(
    [(X[:, 0], y) for X, y, *_ in TALL] + [(np.array([0, 2, 1, 2, 0]), np.array([1, 5, 2, 9, 4]))],
    [
        (
            lambda x, y: (line(x, y)[0] * np.std(x), np.mean(y)),
            "that is the line over standardized x. Bring it back with unstandardize.",
        ),
        (
            lambda x, y: (line(x, y)[0], np.mean(y)),
            "w is right. b is the one of standardized x.",
        ),
        (lambda x, y: line(x, y)[::-1], "w and b have changed places."),
        (lambda x, y: line(y, x), "x and y have changed places."),
        (lambda x, y: (x @ y / (x @ x), 0.0), "the line has no bias."),
        (_unfinished(0.01, 100), SLOW),
        (_unfinished(0.1, 100), SLOW),
        (_unfinished(0.01, 1000), SLOW),
    ],
    ("w", "b"),
)


def typical_error(predictions: Any, targets: Any) -> Any:
    """Return the root of the mean square of the residuals.

    Examples
    --------
    >>> float(typical_error(np.array([3.0, 5.0]), np.array([4.0, 12.0])))
    5.0
    """
    return np.sqrt(np.mean((predictions - targets) ** 2))


ERROR = Task(
    [(X @ w + b, y) for X, y, w, b in TALL],
    [
        (
            lambda p, t: np.mean((p - t) ** 2),
            "that is the mean square. Its unit is squared: take the root.",
        ),
        (
            lambda p, t: np.mean(np.abs(p - t)),
            "that is the mean size of the residuals. Square first, then mean, then root.",
        ),
        (lambda p, t: np.sqrt(np.sum((p - t) ** 2)), "that is the root of the sum. Take the mean."),
        (
            lambda p, t: np.sqrt(np.sum((p - t) ** 2)) / len(t),
            "the root is taken too early: first the mean, then the root.",
        ),
        (lambda p, t: np.sqrt(np.mean((p - t) ** 2) / 2), "there is no ½ in a typical error."),
        (lambda p, t: np.std(p - t), "np.std subtracts the mean of the residuals first."),
        (lambda p, t: np.mean(p - t), "plus and minus cancel. Square the residuals first."),
    ],
)

# ---------------------------------------------------------------- curvature


def _with_ones(X: Any) -> Any:
    return np.column_stack([X, np.ones(len(X))])


def _together(modes: Function, X: Any) -> Any:
    """Return the curvatures, and H made of them and the eigenvectors, whose signs are free."""
    curvatures, directions = modes(X)
    return curvatures, np.asarray(directions) * curvatures @ np.transpose(directions)


def _modes_of(table: Function, per: Function = len) -> Function:
    """Return modes of another table than [X 1], or of another multiple of H."""
    return lambda X: np.linalg.eigh(table(X).T @ table(X) / per(X))


MODES = Task(
    [(X,) for X, *_ in DATA],
    [
        (_modes_of(lambda X: X), "H has a row for the bias, too: A is X with a column of ones."),
        (
            _modes_of(lambda X: np.column_stack([np.ones(len(X)), X])),
            "the curvatures are right. The bias comes last: the ones stand behind X.",
        ),
        (_modes_of(_with_ones, lambda X: 1), "AᵀA is not divided by m."),
        (
            lambda X: (gdlib.modes(X)[0], gdlib.modes(X)[1].T),
            "the curvatures are right. Each eigenvector stands in a column, not in a row.",
        ),
        (
            lambda X: (gdlib.modes(X)[0][::-1], gdlib.modes(X)[1][:, ::-1]),
            "the order: the smallest curvature comes first.",
        ),
    ],
    ("curvatures", "the H they make"),
    _together,
)


def _limit(function: Function, X: Any, y: Any) -> Any:
    """Return the largest stable rate; gdlib's function is told a point, a reader's the length."""
    objective, n = gdlib.squared_error(X, y), X.shape[1]
    if function is gdlib.largest_stable_learning_rate:
        return function(objective, np.zeros(n), 0.0)
    return function(objective, n)


def _iterated(of: Function, there: Function) -> Function:
    """Return power iteration with another result, or another thing that is iterated."""

    def limit(objective: Function, num_features: int) -> Any:
        v = np.random.default_rng(0).standard_normal(num_features + 1)
        for _ in range(500):
            v = v / np.linalg.norm(v)
            product = there(np.append(*objective(v[:-1], v[-1])[1:]), objective, num_features)
            quotient, v = v @ product, product
        return of(quotient)

    return limit


def _less_zero(gradient: Any, objective: Function, num_features: int) -> Any:
    return gradient - np.append(*objective(np.zeros(num_features), 0.0)[1:])


LARGEST_RATE = Task(
    [(X, y) for X, y, *_ in DATA],
    [
        (
            _iterated(lambda R: R, _less_zero),
            "that is the largest curvature. The limit is 2 divided by it.",
        ),
        (_iterated(lambda R: 1 / R, _less_zero), "1 divided by the curvature. The limit is 2/R."),
        (_iterated(lambda R: R / 2, _less_zero), "upside down: the limit is 2/R."),
        (
            _iterated(lambda R: 2 / R, lambda gradient, *_: gradient),
            "the gradient at v is not H v. Subtract the gradient at zero.",
        ),
    ],
    use=_limit,
)

# ---------------------------------------------------------------- rules and prices


def _first_steps(make: Function, X: Any, y: Any, w: Any, b: Any, learning_rate: float) -> Any:
    """Return where a rule that knows the objective leads in three steps."""
    objective = gdlib.squared_error(X, y)
    rule, path = make(objective), []
    for _ in range(3):
        _, dw, db = objective(w, b)
        w, b = rule(w, b, dw, db, learning_rate)
        path.append(np.append(w, b))
    return np.array(path)


def _halving(
    share: float, shrink: float = 0.5, tries: int = 99, bias: float = 1.0, last: float = 1.0
) -> Function:
    """Return backtracking with another share, factor, number of tries, part of db, or end."""

    def make(objective: Any) -> Function:
        def rule(w: Any, b: Any, dw: Any, db: Any, learning_rate: float) -> Any:
            for _ in range(tries):
                after = objective(w - learning_rate * dw, b - learning_rate * db)[0]
                if after <= objective(w, b)[0] - share * learning_rate * (dw @ dw + bias * db**2):
                    break
                learning_rate *= shrink
            learning_rate *= last
            return w - learning_rate * dw, b - learning_rate * db

        return rule

    return make


BACKTRACKING = Task(
    [(X, y, w, b, rate) for (X, y, w, b), rate in zip(DATA[:5], (1, 4, 1, 3, 2), strict=True)]
    + [(*DATA[6], 1.0)],
    [
        (_halving(0.0), "any decrease will do for it. Half of what the slope promises is asked."),
        (_halving(1.0), "it asks for all that the slope promises. Half is asked."),
        (_halving(0.25), "it asks for a quarter of what the slope promises. Half is asked."),
        (_halving(0.5, 0.1), "it divides the rate by 10. Halve it."),
        (_halving(0.5, 0.5, 1), "it halves once at most. Go on until the loss falls enough."),
        (_halving(0.5, bias=0.0), "‖g‖² is the sum of the squares of dw and of db."),
        (_halving(0.5, last=0.5), "it halves once too often. The first rate that passes is taken."),
        (lambda objective: gdlib.plain_step, "it takes the first rate, whatever the loss does."),
    ],
    ("the path",),
    _first_steps,
)


def _priced(make: Function, X: Any, y: Any, w: Any, b: Any, strength: float) -> Any:
    return _amid(make(gdlib.squared_error(X, y), strength), w, b)


def _price(loss: Function, slope: Function, bias: float = 0.0) -> Function:
    """Return ridge with another price on the weights, or one on the bias too."""

    def make(objective: Any, strength: float) -> Function:
        def priced(w: Any, b: Any) -> Any:
            J, dw, db = objective(w, b)
            paid = loss(w, strength) + bias * strength / 2 * b**2
            return J + paid, dw + slope(w, strength), db + bias * strength * b

        return priced

    return make


RIDGE = Task(
    [(*case, strength) for case, strength in zip(DATA[:5], (0.5, 2, 0.1, 1, 7), strict=True)],
    [
        (
            _price(lambda w, s: s / 2 * w @ w, lambda w, s: s * w, 1.0),
            "the bias has no price.",
        ),
        (
            _price(lambda w, s: s / 2 * w @ w, lambda w, s: 0 * w),
            "the loss is right. The price has a slope too.",
        ),
        (
            _price(lambda w, s: s / 2 * w @ w, lambda w, s: 2 * s * w),
            "the loss is right. The slope of s/2 · w² is s · w.",
        ),
        (_price(lambda w, s: s * w @ w, lambda w, s: s * w), "a ½ stands in front of the price."),
        (
            _price(lambda w, s: s * w @ w, lambda w, s: 2 * s * w),
            "a ½ stands in front of the price.",
        ),
        (
            _price(lambda w, s: s * np.abs(w).sum(), lambda w, s: s * np.sign(w)),
            "the price is on the squares of the weights.",
        ),
        (
            _price(lambda w, s: s / 2 * np.sqrt(w @ w), lambda w, s: s * w),
            "the gradient is right. In the loss the length of w is squared.",
        ),
        (
            _price(lambda w, s: -s / 2 * w @ w, lambda w, s: -s * w),
            "the price is subtracted. Large weights are to cost more, not less.",
        ),
        (
            _price(lambda w, s: w @ w / 2, lambda w, s: w),
            "the strength is missing.",
        ),
        (
            _price(lambda w, s: 0.0, lambda w, s: s * w),
            "the gradient is right. The loss lacks the price.",
        ),
    ],
    ("loss", "dw", "db"),
    _priced,
)


def _probability(X: Any, w: Any, b: Any) -> Any:
    with np.errstate(over="ignore"):
        return 1 / (1 + np.exp(-(X @ w + b)))


def _with_loss(cost: Function) -> Function:
    """Return cross-entropy that costs the mean of cost(score, probability, y)."""

    def make(X: Any, y: Any) -> Function:
        def objective(w: Any, b: Any) -> Any:
            with np.errstate(all="ignore"):
                loss = cost(X @ w + b, _probability(X, w, b), y).mean()
            return loss, *gdlib.cross_entropy(X, y)(w, b)[1:]

        return objective

    return make


def _with_residual(residual: Function) -> Function:
    """Return cross-entropy with another residual(score, probability, y)."""

    def make(X: Any, y: Any) -> Function:
        def objective(w: Any, b: Any) -> Any:
            with np.errstate(all="ignore"):
                r = residual(X @ w + b, _probability(X, w, b), y)
            return gdlib.cross_entropy(X, y)(w, b)[0], r @ X / len(y), r.mean()

        return objective

    return make


def _textbook(xi: Any, p: Any, y: Any) -> Any:
    return -(y * np.log(p) + (1 - y) * np.log(1 - p))


def _clipped(e: float) -> Function:
    return lambda xi, p, y: _textbook(xi, np.clip(p, e, 1 - e), y)


def _shifted(e: float) -> Function:
    return lambda xi, p, y: -(y * np.log(p + e) + (1 - y) * np.log(1 - p + e))


def _entropy(change: Function) -> Function:
    """Return cross-entropy with something changed: change(loss, dw, db, m)."""
    return lambda X, y: lambda w, b: change(*gdlib.cross_entropy(X, y)(w, b), len(y))


def _of_signs(X: Any, y: Any) -> Function:
    def objective(w: Any, b: Any) -> Any:
        margins = y * (X @ w + b)
        r = -y * np.exp(-np.logaddexp(0, margins))
        return np.logaddexp(0, -margins).mean(), r @ X / len(y), r.mean()

    return objective


ROUNDED = (
    "right, until a probability rounds to 0 or 1: then log(0) is −∞. Write the loss with "
    "np.logaddexp."
)
CLIPPED = (
    "clipped: a row far on the wrong side costs no more than one a little less far. Write the "
    "loss with np.logaddexp, and nothing needs to be clipped."
)

CROSS_ENTROPY = Task(
    [(X, (y > np.median(y)).astype(float), w, b) for X, y, w, b in DATA if len(y) > 1]
    + [(np.array([[900.0], [-900.0], [40.0]]), np.array([0.0, 1.0, 1.0]), np.array([1.0]), 0.5)],
    [
        (_with_loss(_textbook), ROUNDED),
        (_with_loss(lambda xi, p, y: -np.log(np.where(y == 1, p, 1 - p))), ROUNDED),
        (
            _with_loss(lambda xi, p, y: np.log(1 + np.exp(xi)) - y * xi),
            "right, until the exponential of a large number is ∞. np.logaddexp(0, z) is "
            "log(1 + exp(z)) and stays finite.",
        ),
        (
            _with_residual(lambda xi, p, y: np.exp(xi) / (1 + np.exp(xi)) - y),
            "right, until exp(ξ) is ∞: then π is ∞/∞. Write it as 1/(1 + exp(−ξ)).",
        ),
        *(
            (_with_loss(kept(10.0**-n)), CLIPPED)
            for kept in (_clipped, _shifted)
            for n in (7, 8, 10, 12, 15)
        ),
        (
            _entropy(lambda loss, dw, db, m: (loss, -dw, -db)),
            "the loss is right. The signs of dw and db are not.",
        ),
        (
            _entropy(lambda loss, dw, db, m: (loss * m, dw * m, db * m)),
            "the sums. Loss, dw and db are means over the rows.",
        ),
        (
            _entropy(lambda loss, dw, db, m: (loss, dw * m, db * m)),
            "the loss is right. dw and db are means over the rows, too.",
        ),
        (
            _entropy(lambda loss, dw, db, m: (loss, dw, db * m)),
            "loss and dw are right. db is a mean, too.",
        ),
        (
            _entropy(lambda loss, dw, db, m: (loss / 2, dw, db)),
            "dw and db are right. No ½ stands in front of this loss.",
        ),
        (
            _entropy(lambda loss, dw, db, m: (loss / np.log(2), dw, db)),
            "dw and db are right. The logarithm is the natural one.",
        ),
        (
            lambda X, y: gdlib.cross_entropy(X, 1 - y),
            "the two classes have changed places.",
        ),
        (
            lambda X, y: lambda w, b: gdlib.cross_entropy(X, y)(-w, -b),
            "the sign of the score: a row on its own side is to cost little.",
        ),
        (
            lambda X, y: lambda w, b: gdlib.cross_entropy(X, y)(w, 0.0),
            "the bias is missing.",
        ),
        (_of_signs, "y is taken for a sign. It is 1 or 0; the sign of a margin is 2y − 1."),
        (
            _with_loss(lambda xi, p, y: y * np.logaddexp(0, -xi)),
            "rows of class 0 cost nothing. They cost −log(1 − π).",
        ),
        (
            _with_loss(lambda xi, p, y: (p - y) ** 2 / 2),
            "dw and db are right. The loss is not half the squared residual.",
        ),
        (
            _with_residual(lambda xi, p, y: xi - y),
            "the loss is right. The residual is π − y, not the score minus y.",
        ),
        (
            _with_residual(lambda xi, p, y: (p - y) * p * (1 - p)),
            "the loss is right. Its logarithm cancels π(1 − π): the residual is π − y.",
        ),
        (gdlib.squared_error, "that is the squared error: no score has become a probability."),
    ],
    ("loss", "dw", "db"),
    _at,
)

# ---------------------------------------------------------------- mini-batches


def _epochs(maker: Function, X: Any, y: Any, batch_size: int, seed: int) -> Any:
    """Return of two epochs what does not depend on which rows come first.

    The rows of each batch; whether an epoch has each row once (0: no; −1: a row beside the target
    of another); whether its order is a new one; whether it is the one that `rng` gives again, but
    no other; whether the calls return what `make` gives them.
    """
    copies = [(X.copy(), y.copy(), batch_size, of) for of in (seed, seed + 1)]
    first, kept = _batches(maker, X, y, batch_size, seed)
    if first is None or first is ...:
        return first
    sizes = np.array([*map(len, first)], dtype=float)
    if (sizes != batch_size).any():
        return sizes, np.zeros(2), np.zeros(2), 0.0, kept
    again, other = (_batches(maker, *one)[0] for one in copies)
    places = {tuple(row): i for i, row in enumerate(np.column_stack([X, y]).tolist())}
    orders = [
        [places.get(tuple(row), -1) for batch in epoch for row in batch]
        for epoch in (first[: len(first) // 2], first[len(first) // 2 :])
    ]
    once = [-1.0 if -1 in order else float(len({*order}) == len(order)) for order in orders]
    before = [[*range(len(orders[0]))], orders[0]]
    new = [float(one != other and -1 not in one) for one, other in zip(orders, before, strict=True)]
    drawn = float(first == again and first != other)
    return sizes, np.array(once), np.array(new), drawn, kept


def _batches(maker: Function, X: Any, y: Any, batch_size: int, seed: int) -> Any:
    """Return the rows of each batch of two epochs, and 1.0 if its result is what `make` gives.

    If a call returns nothing, return that.
    """
    calls: list[Any] = []

    def make(rows: Any, targets: Any) -> Function:
        objective = gdlib.squared_error(rows, targets)

        def watched(w: Any, b: Any) -> Any:
            found = objective(w, b)
            calls.append((np.column_stack([rows, targets]).tolist(), np.hstack(found)))
            return found

        return watched

    objective = maker(make, X, y, batch_size, np.random.default_rng(seed))
    seen: list[Any] = []
    kept = 1.0
    for _ in range(2 * (len(y) // batch_size)):
        calls.append(([], np.zeros(0)))  # for those who do not ask make
        given = objective(X[0], 1.0)
        if given is None or given is ...:
            return given, kept
        rows, right = calls[-1]
        seen.append(rows)
        flat = np.hstack(given) if isinstance(given, tuple | list) else np.zeros(1)
        kept *= flat.shape == right.shape and np.allclose(flat, right)
    return seen, kept


def _taking(batch: Function) -> Function:
    """Return mini-batches that take the rows batch(call, m, batch_size, rng, order)."""

    def maker(make: Any, X: Any, y: Any, batch_size: int, rng: Any) -> Function:
        order, call = rng.permutation(len(y)), -1

        def objective(w: Any, b: Any) -> Any:
            nonlocal call
            call += 1
            rows = batch(call, len(y), batch_size, rng, order)
            rows, targets = rows if isinstance(rows, tuple) else (rows, rows)
            return make(X[rows], y[targets])(w, b)

        return objective

    return maker


def _slice(call: int, m: int, batch_size: int) -> Any:
    """Return the places of a call in the order of its epoch."""
    start = call % (m // batch_size) * batch_size
    return slice(start, start + batch_size)


def _with_rest(call: int, m: int, B: int, rng: Any, order: Any) -> Any:
    start = call % -(-m // B) * B
    if start == 0:
        rng.shuffle(order)
    return order[start : start + B]


def _apart(call: int, m: int, B: int, rng: Any, order: Any) -> Any:
    return order[_slice(call, m, B)], rng.permutation(m)[:B]


def _own(make: Any, X: Any, y: Any, batch_size: int, rng: Any) -> Function:
    """Return mini-batches that draw from a generator of their own."""
    return gdlib.MiniBatches(make, X, y, batch_size, 0)


def _sums(make: Any, X: Any, y: Any, batch_size: int, rng: Any) -> Function:
    """Return mini-batches whose loss and gradient are sums."""
    batches = gdlib.MiniBatches(make, X, y, batch_size, rng)
    return lambda w, b: tuple(batch_size * part for part in batches(w, b))


MINI_BATCHES = Task(
    [
        (np.column_stack([rng.normal(size=m), np.arange(m)]), rng.normal(size=m), B, seed)
        for seed, (m, B) in enumerate([(12, 4), (13, 5), (15, 1), (14, 2)])
    ],
    [
        (
            _taking(lambda call, m, B, rng, order: _slice(call, m, B)),
            "the rows come in the order of the table. Shuffle them first.",
        ),
        (
            _taking(lambda call, m, B, rng, order: order[_slice(call, m, B)]),
            "every epoch has the same order. Shuffle again where one begins.",
        ),
        (
            _taking(lambda call, m, B, rng, order: order[:B]),
            "every call sees the same rows. Go on from where the last batch has ended.",
        ),
        (
            _taking(lambda call, m, B, rng, order: rng.integers(m, size=B)),
            "in an epoch some rows come twice and others never. Shuffle once, then take them in "
            "turn.",
        ),
        (
            _taking(lambda call, m, B, rng, order: order),
            "every call sees all rows. Take batch_size of them.",
        ),
        (
            _taking(_with_rest),
            "the last batch of an epoch is smaller than the others. Leave that rest out.",
        ),
        (_own, "the order does not come from rng: draw it with rng.permutation."),
        (_taking(_apart), "the rows of X and y part. One order is for both."),
        (_sums, "loss and gradient of a batch are means, as make returns them."),
    ],
    (
        "the number of rows in each batch",
        "each row once in an epoch (1 for yes)",
        "another order in each epoch (1 for yes)",
        "the order that rng gives (1 for yes)",
        "loss and gradient as make returns them (1 for yes)",
    ),
    _epochs,
)

# ---------------------------------------------------------------- rules that remember


def _follow(make: Function, beta: float, gradients: Any, learning_rate: float) -> Any:
    """Return where a rule with a memory leads on gradients that are given."""
    rule, w, b, path = make(beta), np.zeros(gradients.shape[1] - 1), 0.0, []
    for g in gradients:
        w, b = rule(w, b, g[:-1], float(g[-1]), learning_rate)
        path.append((w, b))  # the rule's own: a later step is not to change it
    return np.array([np.append(w, b) for w, b in path])


def _in_place(make: Function) -> Function:
    """Return a maker of rules that write into the w that they are given."""

    def changed(*constants: float) -> Function:
        rule = make(*constants)

        def written(w: Any, b: Any, dw: Any, db: Any, learning_rate: float) -> Any:
            w[:], b = rule(w, b, dw, db, learning_rate)
            return w, b

        return written

    return changed


WRITES = "it changes the caller's w. Return a new array: w − step, not w -= step."


def _ball(beta: float, keep: Function, late: bool = False, bias: bool = True) -> Function:
    """Return momentum with another rule for the velocity, a step late, or a bias without one."""
    V: Any = 0.0

    def rule(w: Any, b: Any, dw: Any, db: Any, learning_rate: float) -> Any:
        nonlocal V
        g = np.append(dw, db)
        old, V = V + 0 * g, keep(V, g, beta)
        step = learning_rate * (old if late else V)
        return w - step[:-1], b - (step[-1] if bias else learning_rate * db)

    return rule


MOMENTUM = Task(
    [
        (beta, rng.normal(size=(5, n + 1)), rate)
        for beta, n, rate in ((0.9, 3, 0.1), (0.5, 1, 1.0), (0.0, 2, 0.3))
    ]
    + [(0.9, 1e4 * rng.normal(size=(12, 3)), 0.1)],
    [
        (lambda beta: gdlib.plain_step, "it remembers nothing: a plain step."),
        (
            lambda beta: _ball(beta, lambda V, g, beta: beta * V + (1 - beta) * g),
            "it takes a mean of the gradients, V = βV + (1 − β)g. In this book they add up.",
        ),
        (
            lambda beta: _ball(beta, lambda V, g, beta: beta * V - g),
            "the sign: either V is subtracted, or the gradient is.",
        ),
        (
            lambda beta: _ball(beta, lambda V, g, beta: V + g),
            "nothing is forgotten: the old velocity is multiplied by β.",
        ),
        (
            lambda beta: _ball(beta, lambda V, g, beta: beta * (V + g)),
            "β multiplies the old velocity, not the new gradient.",
        ),
        (
            lambda beta: _ball(beta, lambda V, g, beta: beta * V + g, late=True),
            "it moves by the old velocity. Add the gradient first, then move.",
        ),
        (
            lambda beta: _ball(beta, lambda V, g, beta: beta * V + g, bias=False),
            "the bias has a velocity, too.",
        ),
        (
            lambda beta: gdlib.Momentum(beta, nesterov=True),
            "that is Nesterov's step, which looks ahead. Here the step is α V.",
        ),
        (_in_place(gdlib.Momentum), WRITES),
    ],
    ("the path",),
    _follow,
)


def _adam(
    size: Function = lambda S, epsilon: np.sqrt(S) + epsilon,
    new: Function = lambda beta: 1 - beta,
    correct: tuple[bool, bool] = (True, True),
    early: int = 0,
    sign: int = 1,
    kept: bool = False,
    latest: bool = False,
    swapped: bool = False,
) -> Function:
    """Return Adam with one of its parts changed."""

    def make(beta1: float, beta2: float, epsilon: float) -> Function:
        betas = (beta2, beta1) if swapped else (beta1, beta2)
        means, k = [np.zeros(()), np.zeros(())], 0

        def rule(w: Any, b: Any, dw: Any, db: Any, learning_rate: float) -> Any:
            nonlocal means, k
            g, k = np.append(dw, db), k + 1
            fresh = zip(betas, means, (g, g**2), strict=True)
            means = [beta * mean + new(beta) * one for beta, mean, one in fresh]
            both = zip(betas, means, correct, strict=True)
            M, S = (m / (1 - beta ** (k - early)) if c else m for beta, m, c in both)
            means = [M, S] if kept else means
            step = sign * learning_rate * (g if latest else M) / size(S, epsilon)
            return w - step[:-1], b - float(step[-1])

        return rule

    return make


def _follow_adam(
    make: Function, beta1: float, beta2: float, epsilon: float, gradients: Any, learning_rate: float
) -> Any:
    return _follow(lambda _: make(beta1, beta2, epsilon), 0.0, gradients, learning_rate)


ADAM = Task(
    [
        (beta1, beta2, epsilon, rng.normal(size=(6, n + 1)) * 10.0**power, rate)
        for beta1, beta2, epsilon, n, power, rate in (
            (0.9, 0.999, 1e-8, 3, 0, 0.1),
            (0.9, 0.999, 1e-8, 1, 3, 0.1),
            (0.5, 0.75, 0.125, 2, -1, 1.0),
        )
    ],
    [
        (
            _adam(correct=(False, False)),
            "the means begin at 0 and are too small at first: divide M by 1 − β₁ᵏ, S by 1 − β₂ᵏ.",
        ),
        (_adam(correct=(True, False)), "M is corrected, S is not: divide it by 1 − β₂ᵏ."),
        (_adam(correct=(False, True)), "S is corrected, M is not: divide it by 1 − β₁ᵏ."),
        (
            _adam(kept=True),
            "it remembers the corrected means, and corrects them again in the next step. Keep M "
            "and S as they are.",
        ),
        (
            _adam(early=1),
            "k begins at 0, and 1 − β⁰ is 0: count the step before you correct.",
        ),
        (_adam(early=-1), "k is one ahead: in the first step it is 1."),
        (
            _adam(lambda S, epsilon: S + epsilon),
            "the root is missing: the step is M divided by the root of S.",
        ),
        (
            _adam(lambda S, epsilon: np.sqrt(S + epsilon)),
            "ϵ is added to the root of S, not to S itself.",
        ),
        (_adam(lambda S, epsilon: np.sqrt(S)), "ϵ is missing: where S is 0, it would divide by 0."),
        (
            _adam(new=lambda beta: 1),
            "the old means fade, and the new gradient counts in full. Multiply it by 1 − β₁, its "
            "square by 1 − β₂.",
        ),
        (_adam(new=lambda beta: beta), "the new part of a mean is multiplied by 1 − β, not by β."),
        (_adam(swapped=True), "β₁ and β₂ have changed places."),
        (_adam(latest=True), "it takes the last gradient. M is a mean of them."),
        (_adam(sign=-1), "it goes up. The gradient points uphill: subtract the step."),
        (lambda *constants: gdlib.plain_step, "it remembers nothing: a plain step."),
        (_in_place(gdlib.Adam), WRITES),
    ],
    ("the path",),
    _follow_adam,
)

# ---------------------------------------------------------------- summed up once, in blocks


def _three(function: Function, X: Any, y: Any) -> Any:
    """Return number, mean and scatter; gdlib keeps the last digits of a mean apart."""
    found = function(X, y)
    return _thirds(found) if isinstance(found, gdlib.Moments) else found


def _thirds(summary: Any) -> Any:
    return summary.rows, summary.mean + summary.rest, summary.scatter


def _summing(scatter: Function, mean: Function = lambda rows: rows.mean(axis=0)) -> Function:
    """Return moments with another scatter(rows, centred rows), or another mean."""

    def moments(X: Any, y: Any) -> Any:
        rows = np.column_stack([X, y])
        centre = mean(rows)
        return len(rows), centre, scatter(rows, rows - centre)

    return moments


CANCELLED = (
    "right on paper. Where the mean is large beside the deviation, the difference of two large "
    "numbers has no digits left: subtract the mean from the rows first, then multiply."
)
MOMENTS = Task(
    [(X, y) for X, y, *_ in DATA] + [(LATE, np.arange(9.0) % 4)],
    [
        (
            _summing(lambda rows, Q: rows.T @ rows - len(rows) * np.outer(*2 * [rows.mean(0)])),
            CANCELLED,
        ),
        (
            _summing(lambda rows, Q: rows.T @ rows - np.outer(*2 * [rows.sum(0)]) / len(rows)),
            CANCELLED,
        ),
        (
            _summing(lambda rows, Q: rows.T @ rows),
            "number and mean are right. Subtract the mean from every row before you multiply.",
        ),
        (
            _summing(lambda rows, Q: Q.T @ Q / len(Q)),
            "number and mean are right. The last is the covariance: the scatter is a sum.",
        ),
        (
            _summing(lambda rows, Q: Q.T @ Q / (len(Q) - 1)),
            "number and mean are right. The last is divided by m − 1: the scatter is a sum.",
        ),
        (
            _summing(lambda rows, Q: (Q**2).sum(axis=0)),
            "number and mean are right. The scatter is a table: each column times each column.",
        ),
        (
            _summing(lambda rows, Q: np.diag((Q**2).sum(axis=0))),
            "number and mean are right. The scatter lacks the products of different columns.",
        ),
        (
            _summing(lambda rows, Q: Q @ Q.T),
            "each row times each row. Each column times each column is wanted.",
        ),
        (
            _summing(lambda rows, Q: Q.T @ Q, lambda rows: rows.mean()),
            "one mean for the whole table. Each column has its own: axis=0.",
        ),
        (
            lambda X, y: (len(y), X.mean(axis=0), (X - X.mean(axis=0)).T @ (X - X.mean(axis=0))),
            "the targets are left out. y is the last column of the rows.",
        ),
        (
            lambda X, y: _summing(lambda rows, Q: Q.T @ Q)(
                np.column_stack([X, np.ones(len(y))]), y
            ),
            "a column of ones is one too many: the mean is kept by itself.",
        ),
    ],
    ("the number of rows", "the mean", "the scatter"),
    _three,
)


def _joined(
    function: Function, m1: Any, mean1: Any, scatter1: Any, m2: Any, mean2: Any, scatter2: Any
) -> Any:
    """Return what two triples are merged to."""
    if function is gdlib.merge:
        halves = ((m1, mean1, scatter1), (m2, mean2, scatter2))
        first, second = (gdlib.Moments(m, mean, 0 * mean, Q) for m, mean, Q in halves)
        return _thirds(gdlib.merge(first, second))
    return function((m1, mean1, scatter1), (m2, mean2, scatter2))


def _merging(
    between: Function = lambda m1, m2, D: np.outer(D, D) * (m1 * m2 / (m1 + m2)),
    part: Function = lambda m1, m2: m2 / (m1 + m2),
) -> Function:
    """Return merge with another part between(m₁, m₂, D) of the scatter, or way to the mean."""

    def merge(first: Any, second: Any) -> Any:
        (m1, mean1, scatter1), (m2, mean2, scatter2) = first, second
        D = mean2 - mean1
        mean = mean1 + D * part(m1, m2)
        return m1 + m2, mean, scatter1 + scatter2 + between(m1, m2, D)

    return merge


def _halves(X: Any, y: Any, place: int) -> Case:
    first, second = (_thirds(gdlib.moments(X[h], y[h])) for h in (slice(place), slice(place, None)))
    return *first, *second


BETWEEN = "number and mean are right. In the scatter, the factor of D Dᵀ is m₁m₂/m."

MERGE = Task(
    [_halves(X, y, place) for (X, y, *_), place in zip(DATA[:4], (2, 1, 1, 4), strict=True)]
    + [(1, np.array([2.0, 4.0]), np.zeros((2, 2)), 5, np.array([8.0, 1.0]), np.eye(2))],
    [
        (
            _merging(lambda m1, m2, D: 0),
            "number and mean are right. The two scatters are about different means: what lies "
            "between the means is missing.",
        ),
        (
            _merging(part=lambda m1, m2: 1 / 2),
            "the mean of the two means. The larger block weighs more.",
        ),
        (
            _merging(part=lambda m1, m2: m1 / (m1 + m2)),
            "each mean has got the weight of the other block.",
        ),
        (_merging(lambda m1, m2, D: np.outer(D, D)), BETWEEN),
        (_merging(lambda m1, m2, D: np.outer(D, D) * m1 * m2), BETWEEN),
        (_merging(lambda m1, m2, D: np.outer(D, D) * (m1 + m2)), BETWEEN),
        (_merging(lambda m1, m2, D: np.outer(D, D) * m1 * m2 / (m1 + m2) ** 2), BETWEEN),
        (_merging(lambda m1, m2, D: np.outer(D, D) * m2), BETWEEN),
        (_merging(lambda m1, m2, D: np.outer(D, D) * m2**2 / (m1 + m2)), BETWEEN),
        (
            _merging(lambda m1, m2, D: -np.outer(D, D) * m1 * m2 / (m1 + m2)),
            "number and mean are right. What lies between the means is added.",
        ),
        (
            _merging(lambda m1, m2, D: D * D * m1 * m2 / (m1 + m2)),
            "D Dᵀ is a table, each entry of D times each: np.outer(D, D). D * D is a row, which "
            "NumPy adds to every row of the scatter.",
        ),
        (
            _merging(lambda m1, m2, D: D @ D * m1 * m2 / (m1 + m2)),
            "D Dᵀ is a table, each entry of D times each: np.outer(D, D). D @ D is one number, "
            "which NumPy adds to every entry.",
        ),
    ],
    ("the number of rows", "the mean", "the scatter"),
    _joined,
)


def _read(maker: Function, make: Function, X: Any, y: Any, w: Any, b: Any, block_rows: int) -> Any:
    """Return what the objective of all blocks says when it is called for the second time.

    ∞ where the blocks are opened before it is called, −∞ where more than two are held at once.
    """
    given: list[Any] = []
    passes = most = 0

    def copied(i: int) -> Any:
        nonlocal most
        most = max(most, sum(block() is not None for block in given))
        features = X[i : i + block_rows].copy()
        given.append(weakref.ref(features))
        return features, y[i : i + block_rows].copy()

    def open_blocks() -> Any:
        nonlocal passes
        passes += 1
        return map(copied, range(0, len(y), block_rows))

    objective = maker(make, open_blocks)
    if passes:
        return np.inf, np.full(len(w), np.inf), np.inf
    objective(0 * w, 0.0)
    found = objective(w, b)
    return (-np.inf, np.full(len(w), -np.inf), -np.inf) if most > 2 else found


def _adding(total: Function) -> Function:
    """Return from_blocks that makes one of the blocks' results, (rows, (loss, dw, db)) each."""
    return lambda make, open_blocks: (
        lambda w, b: total([(len(y), make(X, y)(w, b)) for X, y in open_blocks()])
    )


def _weighted(parts: Any, over: float) -> Any:
    """Return the sum of what the blocks gave, times their rows, over a number."""
    return tuple(sum(m * part[i] for m, part in parts) / over for i in range(3))


def _going_on(make: Any, open_blocks: Any) -> Function:
    parts: list[Any] = []

    def objective(w: Any, b: Any) -> Any:
        parts.extend((len(y), make(X, y)(w, b)) for X, y in open_blocks())
        return _weighted(parts, sum(m for m, _ in parts))

    return objective


def _in_memory(make: Any, open_blocks: Any) -> Function:
    return lambda w, b: gdlib.from_blocks(make, list(open_blocks()))(w, b)


FROM_BLOCKS = Task(
    [
        (gdlib.squared_error, *DATA[0], 1),
        (gdlib.squared_error, *DATA[3], 2),
        (gdlib.squared_error, *DATA[6], 2),
        (gdlib.squared_error, *DATA[5], 1),
        (gdlib.cross_entropy, rng.normal(size=(8, 2)), np.arange(8.0) % 2, *DATA[0][2:], 2),
    ],
    [
        (
            lambda make, open_blocks: (list(open_blocks()), gdlib.plain_step)[1],
            "the blocks are opened once, when the objective is made. Open them in the objective, "
            "anew at each call: a generator is empty after one pass, and a list would hold all.",
        ),
        (
            _in_memory,
            "it holds all blocks in memory at once. Use one after the other, and keep only sums.",
        ),
        (
            _adding(lambda parts: _weighted([(1, part) for _, part in parts], len(parts))),
            "the mean of the blocks' means. A block with more rows weighs more.",
        ),
        (
            _adding(lambda parts: _weighted([(1, part) for _, part in parts], 1)),
            "the sum of the blocks' means. Weigh each by its rows, and divide by all rows.",
        ),
        (
            _adding(lambda parts: _weighted(parts, 1)),
            "the sum over all rows: divide by their number.",
        ),
        (
            _adding(lambda parts: _weighted(parts, len(parts))),
            "it divides by the number of blocks. Divide by the number of all rows.",
        ),
        (_adding(lambda parts: parts[-1][1]), "it returns what the last block says."),
        (_adding(lambda parts: parts[0][1]), "it returns what the first block says."),
        (
            _going_on,
            "the sums of the first call are still there in the second: begin at 0 in each call.",
        ),
    ],
    ("loss", "dw", "db"),
    _read,
)

TASKS: dict[Function, Task] = {
    gdlib.standardize: STANDARDIZE,
    gdlib.unstandardize: UNSTANDARDIZE,
    gdlib.initialize_parameters: INITIALIZE,
    gdlib.loss_function: LOSS,
    gdlib.gradient: GRADIENT,
    gdlib.numerical_gradient: DIFFERENCES,
    gdlib.update_parameters: UPDATE,
    gdlib.squared_error: OBJECTIVE,
    gdlib.descend: DESCEND,
    gdlib.gradient_descent: FIT,
    program: PROGRAM,
    line: LINE,
    typical_error: ERROR,
    gdlib.modes: MODES,
    gdlib.largest_stable_learning_rate: LARGEST_RATE,
    gdlib.backtracking: BACKTRACKING,
    gdlib.ridge: RIDGE,
    gdlib.cross_entropy: CROSS_ENTROPY,
    gdlib.MiniBatches: MINI_BATCHES,
    gdlib.Momentum: MOMENTUM,
    gdlib.Adam: ADAM,
    gdlib.moments: MOMENTS,
    gdlib.merge: MERGE,
    gdlib.from_blocks: FROM_BLOCKS,
}
