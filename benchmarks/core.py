"""Time 100 iterations of gradient descent, computed in several ways, and compare.

    python benchmarks/core.py [--repeats R] [--sizes 3x3 1000x3 …]

Every contender's answer is checked before its time is taken; then the contenders take turns.
numba, JAX and PyTorch take part where they are installed.
"""

import argparse
import warnings
from functools import cache, partial

import numpy as np
from scipy.linalg import LinAlgWarning
from sklearn.linear_model import LinearRegression, Ridge, SGDRegressor
from timing import Table, digits, is_installed, medians, seconds, span, surroundings, take_turns

import gdlib

# A hundred steps are for the clock; some of these fits are not finished after them.
warnings.simplefilter("ignore", gdlib.ConvergenceWarning)
warnings.simplefilter("ignore", LinAlgWarning)  # 3 rows have many solutions; any will do

ITERATIONS = 100
LEARNING_RATE = 0.1
SIZES = ["3x3", "1000x3", "100000x10", "1000000x20"]
BLOCK = 8192  # rows


# ------------------------------------------------- the source article's way of computing
# One function a step; the loss and the gradient each make the predictions anew, and the loss
# is computed in every iteration although it is printed only in every hundredth.


def loss_function(X, y, w, b):
    residuals = X @ w + b - y
    return np.sum(residuals**2) / (2 * len(y))


def gradient(X, y, w, b):
    residuals = X @ w + b - y
    return X.T @ residuals / len(y), np.sum(residuals) / len(y)


def update_parameters(w, b, dw, db, learning_rate):
    return w - learning_rate * dw, b - learning_rate * db


def article(X, y):
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(ITERATIONS):
        loss_function(X, y, w, b)
        dw, db = gradient(X, y, w, b)
        w, b = update_parameters(w, b, dw, db, LEARNING_RATE)
    return w, b


# ------------------------------------------------- gdlib: rows, blocks of rows, moments


def direct(X, y):
    return gdlib.gradient_descent(X, y, LEARNING_RATE, ITERATIONS)


def descend_on(objective, n):
    *_, step = gdlib.descend(objective, np.zeros(n), 0.0, LEARNING_RATE, ITERATIONS)
    return step.w, step.b


def with_blocks(X, y):
    blocks = [(X[i : i + BLOCK], y[i : i + BLOCK]) for i in range(0, len(y), BLOCK)]
    return descend_on(gdlib.from_blocks(gdlib.squared_error, blocks), X.shape[1])


def with_moments(X, y):
    return descend_on(gdlib.squared_error_of(gdlib.moments(X, y)), X.shape[1])


# ------------------------------------------------- the same steps elsewhere


def plain_loop(X, y):
    """One pass for the loss and the gradient, without functions, checks or steps to keep."""
    m = len(y)
    w, b = np.zeros(X.shape[1]), 0.0
    for _ in range(ITERATIONS):
        r = X @ w + b - y
        loss = r @ r / (2 * m)
        if not loss < np.inf:
            break
        w, b = w - LEARNING_RATE * (r @ X / m), b - LEARNING_RATE * (r.sum() / m)
    return w, b


@cache  # compiled once
def numba_steps():
    import numba

    @numba.njit(fastmath=True)
    def steps(X, y):
        m, n = X.shape
        w, b = np.zeros(n), 0.0
        for _ in range(ITERATIONS):
            dw, db = np.zeros(n), 0.0
            for i in range(m):
                r = b - y[i]
                for j in range(n):
                    r += X[i, j] * w[j]
                for j in range(n):
                    dw[j] += r * X[i, j]
                db += r
            w, b = w - LEARNING_RATE / m * dw, b - LEARNING_RATE / m * db
        return w, b

    return steps


def with_numba(X, y):
    """One pass a step, row by row."""
    return numba_steps()(X, y)


@cache
def jax_steps():
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)

    @jax.jit
    def steps(X, y):
        def step(_, p):
            w, b = p
            r = X @ w + b - y
            return w - LEARNING_RATE * (r @ X) / len(y), b - LEARNING_RATE * r.mean()

        return jax.lax.fori_loop(0, ITERATIONS, step, (jnp.zeros(X.shape[1]), 0.0))

    return steps


def with_jax(X, y):
    w, b = jax_steps()(X, y)
    return np.asarray(w), float(b)


def with_torch(X, y):
    import torch

    X, y = torch.from_numpy(X), torch.from_numpy(y)
    w, b = torch.zeros(X.shape[1], dtype=X.dtype), torch.zeros((), dtype=X.dtype)
    for _ in range(ITERATIONS):
        r = torch.addmv(b - y, X, w)
        w, b = w - LEARNING_RATE * (r @ X) / len(y), b - LEARNING_RATE * r.mean()
    return w.numpy(), float(b)


# ------------------------------------------------- the solution, without steps


def lstsq(X, y):
    p = np.linalg.lstsq(np.column_stack([X, np.ones(len(y))]), y)[0]
    return p[:-1], p[-1]


def fitted(model, X, y):
    model.fit(X, y)
    return model.coef_, float(np.squeeze(model.intercept_))


def linear_regression(X, y):
    return fitted(LinearRegression(), X, y)


def ridge(X, y):
    return fitted(Ridge(alpha=0, solver="cholesky"), X, y)


def stochastic(X, y):
    """Plain SGD with scikit-learn's schedule and stopping rule; no regularization."""
    model = SGDRegressor(penalty=None, tol=1e-7, max_iter=100_000, random_state=0)
    return fitted(model, X, y)


BASE = "article's structure"
# name: function, what its predictions are compared with, largest difference in units of y's spread
CONTENDERS = {
    BASE: (article, "100 steps", 1e-9),
    "plain NumPy loop": (plain_loop, "100 steps", 1e-9),
    "gdlib.gradient_descent": (direct, "100 steps", 1e-9),
    "gdlib, blocks": (with_blocks, "100 steps", 1e-9),
    "gdlib, moments": (with_moments, "100 steps", 1e-9),
    "lstsq": (lstsq, "least squares", 1e-9),
    "LinearRegression": (linear_regression, "least squares", 1e-9),
    "Ridge (cholesky)": (ridge, "least squares", 1e-9),
    "SGDRegressor": (stochastic, "least squares", 0.1),
}
PEERS = {"numba": with_numba, "jax": with_jax, "torch": with_torch}
CONTENDERS |= {
    name: (function, "100 steps", 1e-9) for name, function in PEERS.items() if is_installed(name)
}


def expected_predictions(X, y):
    """The same 100 steps taken from AᵀA alone, and least squares, where A = [X 1]."""
    A = np.column_stack([X, np.ones(len(y))])
    H, g = A.T @ A / len(y), A.T @ y / len(y)
    p = np.zeros(len(g))
    for _ in range(ITERATIONS):
        p = p - LEARNING_RATE * (H @ p - g)
    return {"100 steps": A @ p, "least squares": A @ np.linalg.lstsq(A, y)[0]}


def check_answers(X, y):
    """Return how far each contender's predictions are from what is expected, or give up."""
    expected, differences = expected_predictions(X, y), {}
    for name, (function, which, tolerance) in CONTENDERS.items():
        w, b = function(X, y)
        difference = float(np.abs(X @ w + b - expected[which]).max() / y.std())
        if not difference <= tolerance:
            raise SystemExit(f"{name}: {difference:.1e} from {which}; at most {tolerance} is right")
        differences[name] = f"{difference:.0e}"
    return differences


def measure(size, repeats=None):
    m, n = map(int, size.split("x"))
    rng = np.random.default_rng(0)
    X = rng.standard_normal((m, n))
    y = X @ rng.standard_normal(n) + 3 + 0.1 * rng.standard_normal(m)
    differences = check_answers(X, y)
    if repeats is None:
        repeats = int(np.clip(3 / seconds(article, X, y), 7, 501))
    contenders = {name: partial(entry[0], X, y) for name, entry in CONTENDERS.items()}
    times = take_turns(contenders | {"a read of X": X.sum}, repeats)
    median = medians(times)
    rows = [("100 steps", "× article", "median", "least", "reads of X", "differs by")]
    for name in [*contenders, "a read of X"]:
        faster = digits(median[BASE] / median[name])
        reads = digits(median[name] / median["a read of X"])
        least = span(times[name][0])
        rows.append((name, faster, span(median[name]), least, reads, differences.get(name, "–")))
    return Table(f"{m:,} rows, {n} features", repeats, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, help="default: as many as take some seconds")
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="MxN")
    options = parser.parse_args()
    print(surroundings())
    print("× article: how many times faster than the article's structure. Differences are the")
    print(
        "largest of a prediction, in standard deviations of y. lstsq and scikit-learn's solve the"
    )
    print("problem instead of taking 100 steps: SGDRegressor in as many passes as its own stopping")
    print("rule wants (to be right, it must come within 0.1).")
    for size in options.sizes:
        print(measure(size, options.repeats).text(), flush=True)


if __name__ == "__main__":
    main()
