"""Time 100 iterations of gradient descent, computed in several ways, and compare.

    python benchmarks/core.py [--repeats R] [--sizes 3x3 1000x3 …]

Every contender's answer is checked before its time is taken; then the contenders take turns,
so that a busy moment of the machine hits them all, and the median of their times is shown.
"""

# ruff: noqa: E402 (the environment is put right before NumPy is loaded)

import argparse
import os
import platform
import statistics
import sys
import time
import warnings
from collections.abc import Callable

# OpenBLAS settings made for another purpose would distort the ratios. They are read when
# NumPy is loaded, so begin again without them.
MISLEADING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
if any(name in os.environ for name in MISLEADING):
    rest = {name: value for name, value in os.environ.items() if name not in MISLEADING}
    os.execve(sys.executable, [sys.executable, *sys.argv], rest)

import numpy as np
from sklearn.linear_model import LinearRegression, SGDRegressor

import gdlib

# A hundred steps are for the clock; some of these fits are not finished after them.
warnings.simplefilter("ignore", gdlib.ConvergenceWarning)

ITERATIONS = 100
LEARNING_RATE = 0.1
SIZES = ["3x3", "1000x3", "100000x10", "1000000x20"]


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


# ------------------------------------------------- the others


def with_gdlib(X, y):
    return gdlib.gradient_descent(X, y, LEARNING_RATE, ITERATIONS)


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


def linear_regression(X, y):
    model = LinearRegression().fit(X, y)
    return model.coef_, float(model.intercept_)


def stochastic(X, y):
    """Plain SGD with scikit-learn's schedule and stopping rule; no regularization."""
    model = SGDRegressor(penalty=None, tol=1e-7, max_iter=100_000, random_state=0)
    model.fit(X, y)
    return model.coef_, float(model.intercept_[0])


BASE = "article's structure"
# name: function, what its predictions are compared with, largest difference in units of y's spread
CONTENDERS: dict[str, tuple[Callable, str, float]] = {
    BASE: (article, "100 steps", 1e-9),
    "gdlib.gradient_descent": (with_gdlib, "100 steps", 1e-9),
    "plain NumPy loop": (plain_loop, "100 steps", 1e-9),
    "LinearRegression": (linear_regression, "least squares", 1e-9),
    "SGDRegressor": (stochastic, "least squares", 0.1),
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
        differences[name] = f"{difference:.0e} from {which}"
    return differences


def seconds(function, *arguments):
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def measure(size, repeats):
    m, n = map(int, size.split("x"))
    rng = np.random.default_rng(0)
    X = rng.standard_normal((m, n))
    y = X @ rng.standard_normal(n) + 3 + 0.1 * rng.standard_normal(m)
    differences = check_answers(X, y)
    if repeats is None:
        repeats = int(np.clip(3 / seconds(article, X, y), 5, 501))
    times = {name: [] for name in CONTENDERS}
    reads = []
    for _ in range(repeats):
        for name, (function, *_) in CONTENDERS.items():
            times[name].append(seconds(function, X, y))
        reads.append(seconds(X.sum))
    read = statistics.median(reads)
    median = {name: statistics.median(values) for name, values in times.items()}
    print(f"\n{m} × {n}, medians of {repeats}; one read of X (X.sum()) takes {read:.2g} s")
    print(f"{'':24}{'seconds':>10}{'× article':>12}{'reads of X':>12}   predictions differ by")
    for name, took in median.items():
        faster = f"{median[BASE] / took:.2f}"
        print(f"{name:24}{took:>10.2g}{faster:>12}{took / read:>12.0f}   {differences[name]}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, help="default: as many as take some seconds")
    parser.add_argument("--sizes", nargs="+", default=SIZES, metavar="MxN")
    options = parser.parse_args()
    print(f"Python {platform.python_version()}, NumPy {np.__version__}, {os.cpu_count()} CPUs")
    print("× article: how many times faster than the article's structure. Differences are the")
    print("largest of a prediction, in standard deviations of y. scikit-learn's two solve the")
    print("problem instead of taking 100 steps: LinearRegression directly, SGDRegressor in as many")
    print("passes as its own stopping rule wants (to be right, it must come within 0.1).")
    for size in options.sizes:
        measure(size, options.repeats)


if __name__ == "__main__":
    main()
