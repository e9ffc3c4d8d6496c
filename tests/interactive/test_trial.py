"""What `check` says to functions: right ones in any style are accepted, wrong ones refused."""

import ast
import copy
import re

import numpy as np
import pytest

import gdlib
from gdlib.interactive import check
from gdlib.interactive.tasks import TASKS, line, samples
from gdlib.interactive.tasks import program as program_of_all

TASKED = [(like, *mistake) for like, task in TASKS.items() for mistake in task.mistakes]


@pytest.mark.parametrize("like", TASKS, ids=lambda like: like.__name__)
def test_the_book_s_own_function_is_right(like):
    verdict = check(like, like)
    assert verdict.right, verdict


@pytest.mark.parametrize(
    ("like", "wrong", "sentence"), TASKED, ids=[like.__name__ for like, *_ in TASKED]
)
def test_each_known_mistake_gets_its_sentence(like, wrong, sentence):
    verdict = check(wrong, like)
    assert not verdict.right
    assert verdict.text.endswith(f": {sentence}")


CASES = samples()


@pytest.mark.parametrize(
    ("body", "said"),
    {
        "...": "returns nothing",
        "return ...": "not written yet",
        "raise NotImplementedError": "not written yet",
        "r = ...; return r @ r": "not written yet",
        "return 'x'": "is of type str",
        "return [1.0, 2.0]": "is an array of shape (2,); expected a number",
        "return gdlib.loss_function(X, y, w, b) / len(y)": "1/m times",
        "return gdlib.loss_function(X, y, w, b) * 2": "2 times",
        "return -gdlib.loss_function(X, y, w, b)": "−1 times",
        "w *= 2; return gdlib.loss_function(X, y, w / 2, b)": "changes the caller's w",
        "return str(gdlib.loss_function(X, y, w, b))": "is of type str",
        "return np.array(gdlib.loss_function(X, y, w, b)) + 1j": "is of type",
        "return {gdlib.loss_function(X, y, w, b)}": "is of type set",
        "return round(gdlib.loss_function(X, y, w, b), 4)": "something rounds",
        "return np.float32(gdlib.loss_function(X, y, w, b))": "is in float32, which keeps 7 digits",
        "return 1 / 0": "ZeroDivisionError",
        "return nobody": "NameError",
        "return gdlib.loss_function(X, y, w, CASES)": "takes CASES from outside",
        "return gdlib.loss_function(X, y, w.astype(int), b)": "not right yet",
        "return float('nan')": "is nan, where",
        "return gdlib.loss_function(X, y, w, b) + 1e-3": "not right yet",
    }.items(),
)
def test_a_mistake_is_named(body, said):
    names = {"gdlib": gdlib, "np": np, "CASES": CASES}
    exec(f"def mine(X, y, w, b): {body}", names)
    verdict = check(names["mine"], gdlib.loss_function)
    assert not verdict.right
    assert said in verdict.text


def test_what_is_no_function_is_refused():
    assert check(..., gdlib.loss_function).text == "Ellipsis is not a function."
    assert not check(lambda X: 1, gdlib.loss_function).right


def test_a_stop_shows_the_reader_s_line(tmp_path):
    path = tmp_path / "reader.py"
    path.write_text(
        "def mine(X, y, w, b):\n    helper(X)\n\n\ndef helper(X):\n    return X.nothing\n"
    )
    names = {}
    exec(compile(path.read_text(), path, "exec"), names)
    text = check(names["mine"], gdlib.loss_function).text
    assert "line 6: return X.nothing" in text
    assert str(tmp_path) not in text


def test_cases_are_left_as_they_are():
    def spoil(X, y, w, b):
        X[:], y[:], w[:] = 0, 0, 0

    before = samples()
    check(spoil, gdlib.loss_function, CASES)
    for one, two in zip(before, CASES, strict=True):
        for a, b in zip(one, two, strict=True):
            assert np.array_equal(a, b)


def test_a_mistake_that_is_none_is_refused():
    with pytest.raises(ValueError, match="is right, always"):
        check(lambda *a: ..., gdlib.loss_function, CASES, [(gdlib.loss_function, "no")])


# ---------------------------------------------------------------- right programs in any style

RIGHT = {
    gdlib.standardize: [
        """
def f(X):
    mean = sum(X) / len(X)
    d = X - mean
    std = (d * d).mean(0) ** 0.5
    return d / std, mean, std
""",
        "def f(X): return (X - np.mean(X, 0)) / np.std(X, 0), np.mean(X, 0), np.std(X, 0)",
        """
def f(X):
    columns, means, stds = [], [], []
    for column in X.T:
        mean = sum(column) / len(column)
        std = (sum((value - mean) ** 2 for value in column) / len(column)) ** 0.5
        columns.append([(value - mean) / std for value in column])
        means.append(mean)
        stds.append(std)
    return np.array(columns).T, means, stds
""",
    ],
    gdlib.initialize_parameters: [
        "def f(n): return [0.0] * n, 0",
        "def f(num_features, rng=None): return np.zeros((num_features,)), np.float64(0)",
        "def f(k): w = np.empty(k); w.fill(0); return w, 0.0",
    ],
    gdlib.loss_function: [
        "def f(X, y, w, b): return np.mean((y - X @ w - b) ** 2) / 2",
        "def f(X, y, w, b): r = np.dot(X, w) + b - y; return np.array(r.T @ r / 2 / len(y))",
        "f = lambda A, t, v, c: 0.5 * np.average(np.square(np.einsum('ij,j->i', A, v) + c - t))",
        """
def f(X, y, w, b):
    total = 0
    for row, target in zip(X, y):
        prediction = b
        for feature, weight in zip(row, w):
            prediction += feature * weight
        total += (prediction - target) ** 2
    return total / (2 * len(y))
""",
        "def f(X, y, w, b): return np.linalg.norm(X @ w + b - y) ** 2 / (2 * X.shape[0])",
    ],
    gdlib.gradient: [
        "def f(X, y, w, b): r = X @ w + b - y; return X.T @ r / len(y), r.mean()",
        """
def f(X, y, w, b):
    r = X @ w + b - y
    return [(r * x).mean() for x in X.T], np.sum(r) / len(r)
""",
        """
def f(X, y, w, b):
    m, n = X.shape
    dw, db = np.zeros(n), 0.0
    for i in range(m):
        r = sum(X[i, j] * w[j] for j in range(n)) + b - y[i]
        for j in range(n):
            dw[j] += r * X[i, j] / m
        db += r / m
    return dw, db
""",
        """
def f(X, y, w, b):
    A = np.c_[X, np.ones(len(X))]
    g = A.T @ (A @ np.r_[w, b] - y) / len(y)
    return g[:-1], g[-1]
""",
    ],
    gdlib.update_parameters: [
        "def f(w, b, dw, db, rate): return w - rate * dw, b - rate * db",
        "def f(w, b, dw, db, a): w = np.array(w, float); w -= a * dw; return w, b + -a * db",
        "def f(w, b, dw, db, a): return [v - a * d for v, d in zip(w, dw)], b - a * db",
    ],
    gdlib.numerical_gradient: [
        """
def f(loss, w, b, h=1e-5):
    dw = []
    for j in range(len(w)):
        e = np.eye(len(w))[j] * h
        dw.append((loss(w + e, b) - loss(w - e, b)) / (2 * h))
    return dw, (loss(w, b + h) - loss(w, b - h)) / 2 / h
""",
    ],
    gdlib.gradient_descent: [
        """
def f(X, y, learning_rate, num_iterations):
    w, b = np.zeros(len(X[0])), 0
    for _ in range(num_iterations):
        r = X @ w + b - y
        w, b = w - learning_rate * (X.T @ r) / len(y), b - learning_rate * r.mean()
    return w, b
""",
        """
def f(X, y, a, k):
    A = np.column_stack([np.ones(len(X)), X])
    p = np.zeros(A.shape[1])
    while k:
        p, k = p - a * A.T @ (A @ p - y) / len(y), k - 1
    return p[1:], p[0]
""",
    ],
}
PROGRAMS = [(like, source) for like, sources in RIGHT.items() for source in sources]
NAMED = [like.__name__ for like, _ in PROGRAMS]


def program(source):
    """Run a source or a tree, and return the function f that it defines."""
    names = {"np": np, "gdlib": gdlib, "program_of_all": program_of_all}
    exec(compile(source, "<reader>", "exec"), names)
    return names["f"]


@pytest.mark.parametrize(("like", "source"), PROGRAMS, ids=NAMED)
def test_a_right_program_is_accepted_in_any_style(like, source):
    verdict = check(program(source), like)
    assert verdict.right, verdict


OTHER = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.Pow: ast.Mult,
}


def mutants(source):
    """Yield the tree with one operator, number or name changed, or one statement left out."""
    for place, node in enumerate(ast.walk(ast.parse(source))):
        changes = []
        if isinstance(node, ast.BinOp) and type(node.op) in OTHER:
            changes.append(lambda n: setattr(n, "op", OTHER[type(n.op)]()))
        if isinstance(node, ast.UnaryOp):
            changes.append(lambda n: setattr(n, "op", ast.UAdd()))
        if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
            changes += [lambda n, d=d: setattr(n, "value", n.value + d) for d in (1, -1)]
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load):
            changes += [lambda n, o=o: setattr(n, "id", o) for o in "Xywbr" if o != node.id]
        if isinstance(node, ast.FunctionDef | ast.For) and len(node.body) > 1:
            changes += [lambda n, i=i: n.body.pop(i) for i in range(len(node.body))]
        for change in changes:
            tree = ast.parse(source)
            change([*ast.walk(tree)][place])
            yield ast.fix_missing_locations(tree)


def flat(result):
    """Return all numbers of a result, one after the other."""
    parts = result if isinstance(result, tuple | list) else [result]
    return np.hstack([np.ravel(part) for part in parts])


def fresh(like):
    """Return cases that `check` does not use."""
    rng = np.random.default_rng(99)
    data = [case for seed in (5, 6) for case in samples(seed)]
    if like is gdlib.standardize:
        return [(X,) for X, *_ in data if len(X) > 2]
    if like is gdlib.initialize_parameters:
        return [(2,), (5,)]
    if like is gdlib.update_parameters:
        return [(w, b, rng.normal(size=len(w)), 0.7, 0.3) for _, _, w, b in data]
    if like is gdlib.numerical_gradient:
        return [(lambda w, b: np.cos(w).sum() * b**3, w / 9, b / 9, 0.1) for _, _, w, b in data[:5]]
    if like is gdlib.gradient_descent:
        return [(X, y, 0.01, k) for k, (X, y, *_) in enumerate(data[:5])]
    return data


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(("like", "source"), PROGRAMS, ids=NAMED)
def test_no_mutant_is_accepted_that_differs_elsewhere(like, source):
    """Other data decide, on which gdlib and the mutant differ: then `check` must refuse it."""
    refused = 0
    for tree in mutants(source):
        if "while" in source:
            continue  # it may never end
        verdict = check(mutant := program(tree), like)
        refused += not verdict.right
        if not verdict.right:
            continue
        for case in fresh(like):
            got, right = (flat(one(*copy.deepcopy(case))) for one in (mutant, like))
            np.testing.assert_allclose(got, right, rtol=1e-6, atol=1e-9)
    assert refused or "while" in source


WRONG = {
    gdlib.standardize: [
        "return (X - X.mean()) / X.std(), X.mean(0), X.std(0)",
        "return (X - X.mean(1, keepdims=True)) / X.std(1, keepdims=True), X.mean(1), X.std(1)",
        "return (X - X.mean(0)) / X.std(0, ddof=1), X.mean(0), X.std(0)",
        "return (X - X.min(0)) / (X.max(0) - X.min(0)), X.mean(0), X.std(0)",
        "X -= X.mean(0); return X / X.std(0), X.mean(0), X.std(0)",
        "return (X - X.mean(0)) / X.std(0), X.std(0), X.mean(0)",
        "return (X - np.median(X, 0)) / X.std(0), X.mean(0), X.std(0)",
        "return ((X - X.mean(0)) / X.std(0)).round(3), X.mean(0), X.std(0)",
        "Z = X.copy(); Z[:] = (X - X.mean(0)) / X.std(0); return Z, X.mean(0), X.std(0)",
        "return (X - X.mean(0)) / X.std(0)",
        "return (X - X.mean(0)) / (X.std(0) + 1e-8), X.mean(0), X.std(0)",
        "return np.clip((X - X.mean(0)) / X.std(0), -3, 3), X.mean(0), X.std(0)",
        "s = ((X**2).mean(0) - X.mean(0) ** 2) ** 0.5; return (X - X.mean(0)) / s, X.mean(0), s",
    ],
    gdlib.initialize_parameters: [
        "return np.empty(X), 0.0",
        "return np.zeros(X, int), 0",
        "return np.zeros((X, 1)), 0.0",
        "return np.zeros(X), np.zeros(1)",
        "return np.random.default_rng(0).normal(size=X), 0.0",
        "return np.zeros(3), 0.0",
        "return 0.0, np.zeros(X)",
        "return np.zeros(X)",
    ],
    gdlib.loss_function: [
        "return ((X @ w + b - y) ** 2).sum() / 2",
        "return ((X @ w + b - y) ** 2).mean()",
        "return ((X @ w + b - y) ** 2).mean(keepdims=True) / 2",
        "return ((X @ w + b - y[:, None]) ** 2).mean() / 2",
        "return ((X @ w + b - y) ** 2).sum() / (2 * len(w))",
        "return ((X @ w + b - y) ** 2 / 2).max()",
        "y -= X @ w + b; return (y ** 2).mean() / 2",
        "return int(((X @ w + b - y) ** 2).mean() / 2)",
        "return ((X @ w - b - y) ** 2).mean() / 2",
        "return (X @ w + b - y) ** 2 / 2",
        "return ((X @ w + b - y) ** 2).sum() // (2 * len(y))",
        "return ((X.astype(int) @ w + b - y) ** 2).mean() / 2",
        "return (np.clip(X @ w + b - y, -1e4, 1e4) ** 2).mean() / 2",
        "J = ((X @ w + b - y) ** 2).mean() / 2; return J if J > 1e-5 else 0.0",
        "J = ((X @ w + b - y) ** 2).mean() / 2; return vars(f).setdefault(X.shape, J)",
    ],
    gdlib.gradient: [
        "r = X @ w + b - y; return X.T @ r, r.sum()",
        "r = y - X @ w - b; return X.T @ r / len(y), r.mean()",
        "r = X @ w + b - y; return 2 * X.T @ r / len(y), 2 * r.mean()",
        "r = X @ w + b - y; return (X.T @ r / len(y))[:, None], r.mean()",
        "r = X @ w + b - y; return X.T @ r / len(y), r.mean(keepdims=True)",
        "r = X @ w + b - y; return r.mean(), X.T @ r / len(y)",
        "r = (X @ w + b)[:, None] - y; return X.T @ r.mean(1) / len(y), r.mean()",
        "r = X @ w + b - y; g = np.zeros_like(w); g += (X.T @ r / len(y)).astype(g.dtype); "
        "return g, r.mean()",
        "r = X @ w + b - y; return X.mean(0) * r.mean(), r.mean()",
        "r = X @ w + b - y; return X.T @ r / len(y), r.mean() * b",
        "r = X @ w + b - y; return np.clip(X.T @ r / len(y), -1e5, 1e5), r.mean()",
    ],
    gdlib.update_parameters: [
        "w, b, dw, db, a = X; w -= a * dw; return w, b - a * db",
        "w, b, dw, db, a = X; return w + a * dw, b + a * db",
        "w, b, dw, db, a = X; return w - a * dw, b",
        "w, b, dw, db, a = X; return w - a * dw.mean(), b - a * db",
        "w, b, dw, db, a = X; return w - a * np.sign(dw), b - a * np.sign(db)",
        "w, b, dw, db, a = X; v = w.copy(); v[:] = w - a * dw; return v, b - a * db",
        "w, b, dw, db, a = X; return w - dw / np.linalg.norm(dw) * a, b - a * db",
        "w, b, dw, db, a = X; return w - a * np.clip(dw, -9, 9), b - a * np.clip(db, -9, 9)",
        "w, b, dw, db, a = X; a *= np.abs(dw).max() > 1e-3; return w - a * dw, b - a * db",
    ],
    gdlib.numerical_gradient: [
        "L, w, b, h = X; return (L(w + h, b) - L(w - h, b)) / (2 * h), (L(w, b + h) - L(w, b)) / h",
        "L, w, b, h = X; e = np.eye(len(w)) * h; "
        "return [(L(w + d, b) - L(w, b)) / h for d in e], (L(w, b + h) - L(w, b)) / h",
        "L, w, b, h = X; e = np.eye(len(w)) * 1e-5; "
        "return [(L(w + d, b) - L(w - d, b)) / 2e-5 for d in e], "
        "(L(w, b + h) - L(w, b - h)) / (2 * h)",
    ],
    gdlib.gradient_descent: [
        "X, y, a, k = X; w, b = np.zeros(X.shape[1]), 0.0\n"
        "for _ in range(k + 1):\n"
        "    dw, db = gdlib.gradient(X, y, w, b); w, b = w - a * dw, b - a * db\n"
        "return w, b",
        "X, y, a, k = X; w, b = np.zeros(X.shape[1]), 0.0\n"
        "for _ in range(k): w = w - a * gdlib.gradient(X, y, w, b)[0]; "
        "b = b - a * gdlib.gradient(X, y, w, b)[1]\n"
        "return w, b",
        "X, y, a, k = X; s = np.linalg.lstsq(np.c_[X, np.ones(len(X))], y)[0]\n"
        "return s[:-1], s[-1]",
        "X, y, a, k = X; w, b = np.zeros(X.shape[1]), 0.0\n"
        "for _ in range(k):\n"
        "    dw, db = gdlib.gradient(X, y, w, b); w, b = w - a * dw, b - a * db\n"
        "    return w, b\n"
        "return w, b",
        "X, y, a, k = X; w, b = np.zeros(X.shape[1]), 0.0\n"
        "for _ in range(k):\n"
        "    dw, db = gdlib.gradient(X, y, w, b); w, b = w - a * dw, b - a * db\n"
        "    if np.abs(dw).max() < 1e-6: break\n"
        "return w, b",
    ],
    program_of_all: [
        "X, y, a, k = X; w, b, losses = program_of_all(X, y, a, k)\n"
        "return w, b, np.minimum.accumulate(losses)",
    ],
}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize(
    ("like", "body"),
    [(like, body) for like, bodies in WRONG.items() for body in bodies],
    ids=[like.__name__ for like, bodies in WRONG.items() for _ in bodies],
)
def test_a_wrong_program_is_refused(like, body):
    takes = "X, y, w, b" if like in (gdlib.loss_function, gdlib.gradient) else "*X"
    first = "(X,) = X; " if like in (gdlib.standardize, gdlib.initialize_parameters) else ""
    lines = "".join(f"    {line}\n" for line in (first + body).splitlines())
    verdict = check(program(f"def f({takes}):\n{lines}"), like)
    assert not verdict.right
    assert not re.search("not written|stops with", verdict.text)


def test_arguments_of_any_kind_are_shown():
    verdict = check(len, like=lambda row: 0, cases=[({"mass": "3750"},), ("NA",)])
    assert "row = 'NA'" in str(verdict) or "row = {'mass': '3750'}" in str(verdict)


def test_a_rule_without_return_is_named():
    def forgetful(beta):
        def rule(w, b, dw, db, learning_rate):
            w - learning_rate * dw, b - learning_rate * db

        return rule

    assert "it returns nothing" in check(forgetful, like=gdlib.Momentum).text


def test_the_two_numbers_of_a_verdict_differ():
    cases = [(np.array([30.0]),), (np.array([0.01, 0.0]),)]  # the second is far off
    text = check(lambda x: x[0] + 2e-3, like=lambda x: x[0], cases=cases).text
    got, right = re.search(r"is (\S+), where (\S+) is right", text).groups()
    assert got != right


def interrupted(X, y, w, b):
    i = 0
    while i < len(y):
        raise KeyboardInterrupt  # what JupyterLab's stop button does


def test_a_loop_that_the_reader_interrupts_gets_a_verdict():
    verdict = check(interrupted, gdlib.loss_function)
    assert not verdict.right
    assert verdict.text.startswith("interrupted: it had not ended when you interrupted it, with X")
    assert re.search(r"\n    line \d+: raise KeyboardInterrupt.*\n.*condition", verdict.text)


def test_a_function_that_leaves_python_gets_a_verdict():
    assert "SystemExit" in check(lambda *case: exit(3), gdlib.loss_function).text


def test_every_sentence_of_a_verdict_begins_with_a_capital():
    stops = check(lambda X, y: next(iter([])), gdlib.moments).text
    assert "StopIteration\n    line" in stops
    assert re.search(r"\nIt does so in (\d+) of \1 cases, first with X\.shape = \(5, 2\)", stops)
    wrong = check(lambda X, y: (*_moments(X, y)[:2], _moments(X, y)[2] + 1), gdlib.moments).text
    assert "yet. Right in every case: the number of rows, the mean; the rest is not. It" in wrong


def _moments(X, y):
    found = gdlib.moments(X, y)
    return found.rows, found.mean + found.rest, found.scatter


def test_one_number_is_expected_as_one():
    text = check(lambda X, y, w, b: (1.0, 2.0), gdlib.loss_function).text
    assert text.endswith("it returns 2; expected one.")


def test_what_is_added_is_not_said_to_be_rounded():
    text = check(lambda *case: gdlib.loss_function(*case) * 1.0001, gdlib.loss_function).text
    assert "rounds, stops too early, or is added." in text


def once(make, *data):
    """Return an objective that says at every call what it said at the first."""
    said, objective = [], make(*data)
    return lambda w, b: (said or said.append(objective(w, b)) or said)[0]


def with_one_array(make, *data):
    """Return an objective that writes dw into the same array at every call."""
    place, objective = [], make(*data)

    def written(w, b):
        loss, dw, db = objective(w, b)
        place.append(place[0] if place else np.zeros(len(w)))
        place[0][:] = dw
        return loss, place[0], db

    return written


def adding_up(make, *data):
    """Return an objective that adds the losses of all calls."""
    losses, objective = [], make(*data)

    def added(w, b):
        loss, dw, db = objective(w, b)
        losses.append(loss)
        return sum(losses), dw, db

    return added


@pytest.mark.parametrize("like", [gdlib.squared_error, gdlib.ridge, gdlib.cross_entropy])
@pytest.mark.parametrize("wrong", [once, with_one_array, adding_up])
def test_an_objective_remembers_no_call(wrong, like):
    verdict = check(lambda *data: wrong(like, *data), like)
    assert not verdict.right
    assert "not right yet" in verdict.text


def test_a_rule_that_writes_into_the_caller_s_w_is_named():
    def ball(beta):
        V = 0.0

        def rule(w, b, dw, db, learning_rate):
            nonlocal V
            V = beta * V + np.append(dw, db)
            w -= learning_rate * V[:-1]
            return w, b - learning_rate * V[-1]

        return rule

    assert "changes the caller's w" in check(ball, gdlib.Momentum).text


@pytest.mark.parametrize("growth", [0, 1])
def test_a_generator_that_never_ends_is_named(growth):
    def endless(objective, w, b, learning_rate, num_iterations):
        k = 0
        while k > -1:
            loss, dw, db = objective(w, b)
            yield k, w, b, loss
            w, b, k = w - learning_rate * dw, b - learning_rate * db, k + growth

    assert "goes on for ever" in check(endless, gdlib.descend).text


@pytest.mark.parametrize("seed", [7, None])
def test_mini_batches_draw_from_the_rng_that_they_are_given(seed):
    def own(make, X, y, batch_size, rng, replace=False):
        return gdlib.MiniBatches(make, X, y, batch_size, np.random.default_rng(seed))

    assert "does not come from rng" in check(own, gdlib.MiniBatches).text


def test_rows_that_are_shuffled_in_place_are_named():
    def shuffling(make, X, y, batch_size, rng, replace=False):
        order = rng.permutation(len(y))
        X[:], y[:] = X[order], y[order]
        return gdlib.MiniBatches(make, X, y, batch_size, rng)

    assert "changes the caller's X and y" in check(shuffling, gdlib.MiniBatches).text


def test_blocks_that_are_kept_are_named():
    def keeping(make, open_blocks):
        kept = []

        def objective(w, b):
            kept.extend(open_blocks())
            parts = [(len(y), make(X, y)(w, b)) for X, y in kept[-9:]]
            return tuple(
                sum(m * p[i] for m, p in parts) / sum(m for m, _ in parts) for i in (0, 1, 2)
            )

        return objective

    assert "all blocks in memory" in check(keeping, gdlib.from_blocks).text


def test_a_maker_that_is_not_used_is_not_said_to_be_about_whole_numbers():
    def squares(make, open_blocks):
        return gdlib.from_blocks(gdlib.squared_error, open_blocks)

    text = check(squares, gdlib.from_blocks).text
    assert "not right yet" in text
    assert "whole numbers" not in text


def test_an_array_may_hold_two_numbers_that_are_asked_for():
    assert check(lambda x, y: np.polyfit(x, y, 1), line).right
    text = check(lambda X, y, w, b: np.append(*gdlib.gradient(X, y, w, b)), gdlib.gradient).text
    assert text.endswith("it returns one; expected 2 values (dw, db).")
