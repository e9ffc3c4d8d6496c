"""Time a step of each method, and a gradient of logistic regression.

    python benchmarks/methods.py [--repeats R] [--rows M]

Every answer is compared with one that is written out in NumPy before times are taken; then the
contenders take turns, and the medians are shown. With numba installed it takes part.
"""

import argparse
import statistics
import time
from contextlib import suppress

import numpy as np
from core import seconds  # which begins again without settings that would distort the ratios
from scipy import optimize
from sklearn.linear_model import LogisticRegression

import gdlib
from gdlib import Adam, MiniBatches, Momentum, cross_entropy, descend, squared_error

STEPS = 2000
RATE = 0.01


def medians(contenders, repeats):
    """Return the median time of each, in seconds; they take turns."""
    times = {name: [] for name in contenders}
    for _ in range(repeats):
        for name, function in contenders.items():
            time.sleep(0.05)  # threads of the one before wait busily for a while
            times[name].append(seconds(function))
    return {name: statistics.median(values) for name, values in times.items()}


# ------------------------------------------------- a step of each method, written out


def by_hand(A, y, batch_size, seed, rule):
    """Take the steps on p = (w, b) with A = [X 1]; `rule` gives each from the gradient."""
    m, rng, p = len(y), np.random.default_rng(seed), np.zeros(A.shape[1])
    order, start = rng.permutation(m), 0
    for k in range(1, STEPS + 1):
        if start + batch_size > m:
            order, start = rng.permutation(m), 0
        rows = order[start : start + batch_size] if batch_size < m else slice(None)
        start += batch_size
        p = p - rule(k, A[rows].T @ (A[rows] @ p - y[rows]) / batch_size)
    return p


def plain():
    return lambda k, g: RATE * g


def momentum():
    V = 0.0

    def rule(k, g):
        nonlocal V
        V = 0.9 * V + g
        return RATE * V

    return rule


def adam():
    M = S = 0.0

    def rule(k, g):
        nonlocal M, S
        M, S = 0.9 * M + 0.1 * g, 0.999 * S + 0.001 * g * g
        return RATE * (M / (1 - 0.9**k)) / (np.sqrt(S / (1 - 0.999**k)) + 1e-8)

    return rule


METHODS = {  # name: our rule, rows a step (0: all), the same rule by hand
    "plain step": (gdlib.plain_step, 0, plain),
    "Momentum": (Momentum(), 0, momentum),
    "Adam": (Adam(), 0, adam),
    "MiniBatches of 1": (gdlib.plain_step, 1, plain),
    "MiniBatches of 26": (gdlib.plain_step, 26, plain),
}


def measure_steps(repeats):
    X, y = gdlib.load_diabetes()
    X, _, _ = gdlib.standardize(X)
    A = np.column_stack([X, np.ones(len(y))])

    def ours(rule, size):
        objective = MiniBatches(squared_error, X, y, size, 0) if size else squared_error(X, y)
        *_, step = descend(objective, np.zeros(10), 0, RATE, STEPS, update=rule)
        return np.append(step.w, step.b)

    contenders, hands = {}, {}
    for name, (rule, size, hand) in METHODS.items():
        contenders[name] = lambda rule=rule, size=size: ours(rule, size)
        hands[name] = lambda size=size, hand=hand: by_hand(A, y, size or len(y), 0, hand())
        difference = np.abs(contenders[name]() - hands[name]()).max()
        if not difference < 1e-6:
            raise SystemExit(f"{name}: {difference:.1e} from the same by hand")
    took = medians(contenders, repeats)
    hand = medians(hands, repeats)
    print(f"\nA step, {len(y)} × 10 (diabetes), medians of {repeats} runs of {STEPS} steps")
    print(f"{'':24}{'µs':>8}{'× plain':>10}{'by hand, µs':>14}")
    for name in contenders:
        ratio = took[name] / took["plain step"]
        print(
            f"{name:24}{took[name] / STEPS * 1e6:>8.1f}{ratio:>10.2f}"
            f"{hand[name] / STEPS * 1e6:>14.1f}"
        )


# ------------------------------------------------- a gradient of logistic regression


def textbook(X, y):
    def objective(w, b):
        z = X @ w + b
        p = 1 / (1 + np.exp(-z))
        loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        return loss, X.T @ (p - y) / len(y), np.mean(p - y)

    return objective


def with_numba(X, y):
    """One pass over the rows, one after the other; raises ImportError where numba is not."""
    import numba

    @numba.njit
    def objective(w, b):
        m, n = X.shape
        loss, dw, db = 0.0, np.zeros(n), 0.0
        for i in range(m):
            z = b
            for j in range(n):
                z += X[i, j] * w[j]
            margin = z if y[i] == 1 else -z
            odds = np.exp(-max(margin, -700.0))
            loss += np.log1p(odds) + max(margin, -700.0) - margin
            r = odds / (1 + odds)
            if y[i] == 1:
                r = -r
            for j in range(n):
                dw[j] += r * X[i, j]
            db += r
        return loss / m, dw / m, db / m

    return objective


def lbfgs(X, y):
    """Fit with scikit-learn; return how often the loss and its gradient were computed."""
    evaluations = []
    minimize = optimize.minimize

    def counting(*arguments, **options):
        found = minimize(*arguments, **options)
        evaluations.append(found.nfev)
        return found

    optimize.minimize = counting
    try:
        model = LogisticRegression(C=np.inf, tol=1e-6).fit(X, y)
    finally:
        optimize.minimize = minimize
    return sum(evaluations), model


def measure_gradients(m, repeats):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((m, 10))
    y = (rng.random(m) < 1 / (1 + np.exp(-X @ rng.standard_normal(10)))).astype(float)
    makers = {"gdlib.cross_entropy": cross_entropy, "textbook in NumPy": textbook}
    objectives = {name: make(X, y) for name, make in makers.items()}
    with suppress(ImportError):
        objectives["numba, row by row"] = with_numba(X, y)
    w, b = rng.standard_normal(10), 0.3
    loss, dw, db = textbook(X, y)(w, b)
    for name, objective in objectives.items():
        ours = objective(w, b)
        difference = max(abs(ours[0] - loss), np.abs(ours[1] - dw).max(), abs(ours[2] - db))
        if not difference < 1e-12:
            raise SystemExit(f"{name}: {difference:.1e} from the textbook's formula")
    count, model = lbfgs(X, y)
    _, dw, db = cross_entropy(X, y)(model.coef_[0], float(model.intercept_[0]))
    if not count or not np.abs([*dw, db]).max() < 1e-4:
        raise SystemExit("LogisticRegression did not come to where our gradient is 0")
    contenders = {
        name: lambda objective=objective: [objective(w, b) for _ in range(count)]
        for name, objective in objectives.items()
    }
    contenders["lbfgs of scikit-learn"] = lambda: lbfgs(X, y)
    took = medians(contenders, repeats)
    print(f"\nA gradient of logistic regression, {m} × 10, medians of {repeats} × {count}")
    print("scikit-learn's is a whole fit over the number of its gradients.")
    print(f"{'':24}{'ms':>8}{'× gdlib':>10}")
    for name, spent in took.items():
        ratio = spent / took["gdlib.cross_entropy"]
        print(f"{name:24}{spent / count * 1e3:>8.2f}{ratio:>10.2f}")


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=15)
    parser.add_argument("--rows", type=int, default=100_000, help="of logistic regression")
    options = parser.parse_args()
    measure_steps(options.repeats)
    measure_gradients(options.rows, options.repeats)


if __name__ == "__main__":
    main()
