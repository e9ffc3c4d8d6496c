"""Time a step of each method, and a gradient of logistic regression.

    python benchmarks/methods.py [--repeats R] [--rows M]

Every answer is compared with one that is written out in NumPy before times are taken; then the
contenders take turns, and the medians are shown. numba, JAX and PyTorch take part where they are
installed.
"""

import argparse
from functools import partial

import numpy as np
from scipy import optimize
from sklearn.linear_model import LogisticRegression
from timing import Table, digits, is_installed, medians, surroundings, take_turns

import gdlib
from gdlib import Adam, MiniBatches, Momentum, cross_entropy, descend, squared_error

STEPS = 2000
RATE = 0.01
REPEATS = 15
ROWS = 100_000  # of logistic regression


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


def by_torch(A, y, make):
    """Take the steps with one of PyTorch's rules, given our gradient: no automatic derivatives."""
    import torch

    A, y = torch.from_numpy(A), torch.from_numpy(y)
    p = torch.zeros(A.shape[1], dtype=A.dtype)
    rule = getattr(torch.optim, make[0])([p], lr=RATE, **make[1])
    for _ in range(STEPS):
        p.grad = A.T @ (A @ p - y) / len(y)
        rule.step()
    return p.numpy()


METHODS = {  # name: our rule, rows a step (0: all), the same rule by hand, and PyTorch's
    "plain step": (gdlib.plain_step, 0, plain, ("SGD", {})),
    "Momentum": (Momentum(), 0, momentum, ("SGD", {"momentum": 0.9})),
    "Adam": (Adam(), 0, adam, ("Adam", {})),
    "MiniBatches of 1": (gdlib.plain_step, 1, plain, None),
    "MiniBatches of 26": (gdlib.plain_step, 26, plain, None),
}


def measure_steps(repeats=REPEATS):
    X, y = gdlib.load_diabetes()
    X, _, _ = gdlib.standardize(X)
    A = np.column_stack([X, np.ones(len(y))])

    def ours(rule, size):
        objective = MiniBatches(squared_error, X, y, size, 0) if size else squared_error(X, y)
        *_, step = descend(objective, np.zeros(10), 0, RATE, STEPS, update=rule)
        return np.append(step.w, step.b)

    contenders = {}
    for name, (rule, size, hand, torch_rule) in METHODS.items():
        contenders[name, "gdlib"] = partial(ours, rule, size)
        contenders[name, "by hand"] = partial(
            lambda size, hand: by_hand(A, y, size or len(y), 0, hand()), size, hand
        )
        if torch_rule and is_installed("torch"):
            contenders[name, "torch"] = partial(by_torch, A, y, torch_rule)
    for (name, way), function in contenders.items():
        difference = np.abs(function() - contenders[name, "by hand"]()).max()
        if not difference < 1e-6:
            which = name if way == "gdlib" else f"{name}, {way}"
            raise SystemExit(f"{which}: {difference:.1e} from the same by hand")
    took = medians(take_turns(contenders, repeats))
    ways = [way for way in ("gdlib", "by hand", "torch") if ("Adam", way) in took]
    rows = [("a step", *(f"{way}, µs" for way in ways), "gdlib, × plain step")]
    for name in METHODS:
        each = [digits(took[name, w] / STEPS * 1e6) if (name, w) in took else "–" for w in ways]
        ratio = took[name, "gdlib"] / took["plain step", "gdlib"]
        rows.append((name, *each, digits(ratio)))
    return Table(f"A step, {len(y)} rows, 10 features (diabetes)", repeats, rows)


# ------------------------------------------------- a gradient of logistic regression


def textbook(X, y):
    def objective(w, b):
        z = X @ w + b
        p = 1 / (1 + np.exp(-z))
        loss = -np.mean(y * np.log(p) + (1 - y) * np.log(1 - p))
        return loss, X.T @ (p - y) / len(y), np.mean(p - y)

    return objective


def with_numba(X, y):
    """One pass over the rows, one after the other."""
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


def with_jax(X, y):
    """The loss written down, the gradient derived from it."""
    import jax
    import jax.numpy as jnp

    jax.config.update("jax_enable_x64", True)
    X, y = jnp.asarray(X), jnp.asarray(y)

    @jax.jit
    @partial(jax.value_and_grad, argnums=(0, 1))
    def objective(w, b):
        z = X @ w + b
        return (jnp.logaddexp(0, z) - y * z).mean()

    def computed(w, b):
        loss, (dw, db) = jax.block_until_ready(objective(w, b))
        return loss, dw, db

    return computed


def with_torch(X, y):
    """The loss written down, the gradient derived from it."""
    import torch

    X, y = torch.from_numpy(X), torch.from_numpy(y)

    def objective(w, b):
        w = torch.tensor(w, requires_grad=True)
        b = torch.tensor(b, dtype=X.dtype, requires_grad=True)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(X @ w + b, y)
        loss.backward()
        return loss.item(), w.grad.numpy(), b.grad.item()

    return objective


PEERS = {"numba": with_numba, "jax": with_jax, "torch": with_torch}
MAKERS = {"gdlib.cross_entropy": cross_entropy, "textbook in NumPy": textbook}
MAKERS |= {name: make for name, make in PEERS.items() if is_installed(name)}


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


def measure_gradients(m=ROWS, repeats=REPEATS):
    rng = np.random.default_rng(0)
    X = rng.standard_normal((m, 10))
    y = (rng.random(m) < 1 / (1 + np.exp(-X @ rng.standard_normal(10)))).astype(float)
    objectives = {name: make(X, y) for name, make in MAKERS.items()}
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
    took = medians(take_turns(contenders, repeats))
    rows = [("a gradient", "ms", "× gdlib")]
    for name, spent in took.items():
        ratio = spent / took["gdlib.cross_entropy"]
        rows.append((name, digits(spent / count * 1e3), digits(ratio)))
    return Table(f"Logistic regression, {m:,} rows, 10 features, {count} gradients", repeats, rows)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--rows", type=int, default=ROWS, help="of logistic regression")
    options = parser.parse_args()
    print(surroundings())
    print("scikit-learn's gradient is a whole fit over the number of its gradients.")
    print(measure_steps(options.repeats).text())
    print(measure_gradients(options.rows, options.repeats).text())


if __name__ == "__main__":
    main()
