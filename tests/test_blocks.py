"""The objective of blocks, against that of all rows at once."""

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from multiprocessing import get_context

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit
from sklearn.metrics import log_loss

from gdlib import cross_entropy, descend, from_blocks, noisy_line, ridge, squared_error


def some_blocks(m, n, seed, size):
    X, y = noisy_line(m, np.ones(n), b=1.0, noise=1.0, rng=seed)
    return X, y, [(X[i : i + size], y[i : i + size]) for i in range(0, m, size)]


def assert_same(one, other):
    (loss, dw, db), (loss_too, dw_too, db_too) = one, other
    scale = 1 + np.abs([*dw_too, db_too]).max()
    assert loss == pytest.approx(loss_too, rel=1e-12)
    assert dw == pytest.approx(dw_too, abs=1e-12 * scale)
    assert db == pytest.approx(db_too, abs=1e-12 * scale)


@given(st.integers(1, 50), st.integers(1, 4), st.integers(0, 10**6), st.integers(1, 20))
def test_equals_the_objective_of_all_rows(m, n, seed, size):
    """Blocks of different length count by their rows."""
    X, y, blocks = some_blocks(m, n, seed, size)
    w, b = np.random.default_rng(seed).standard_normal(n), -2.0
    assert_same(from_blocks(squared_error, blocks)(w, b), squared_error(X, y)(w, b))
    assert_same(from_blocks(squared_error, lambda: iter(blocks))(w, b), squared_error(X, y)(w, b))


def test_a_block_may_hold_one_class_where_it_is_said():
    X, y = np.array([[0.3], [-1.0], [2.0], [0.0]]), np.array([0, 0, 0, 1])
    blocks = [(X[:2], y[:2]), (X[2:], y[2:])]
    with pytest.raises(ValueError, match=r"^block 0 .* y is 0 in every row.*one_class=True\)\)$"):
        from_blocks(cross_entropy, blocks)(np.ones(1), 0.5)
    make = partial(cross_entropy, one_class=True)
    loss, dw, db = from_blocks(make, blocks)(np.ones(1), 0.5)
    chance = expit(X[:, 0] + 0.5)
    assert loss == pytest.approx(log_loss(y, chance), rel=1e-12)
    assert dw == pytest.approx(np.mean((chance - y) * X[:, 0]), rel=1e-12)
    assert db == pytest.approx(np.mean(chance - y), rel=1e-12)
    with pytest.raises(ValueError, match=r"^block 1 .* y is 7 in every row"):
        from_blocks(make, [blocks[1], (X, y * 0 + 7)])(np.ones(1), 0.5)


@pytest.mark.parametrize("kind", ["threads", "processes", "multiprocessing"])
def test_pools(kind):
    X, y, blocks = some_blocks(60, 2, 0, 7)
    expected = squared_error(X, y)(np.ones(2), 0.5)
    pools = {"threads": ThreadPoolExecutor, "processes": ProcessPoolExecutor}
    pool = pools[kind](2) if kind in pools else get_context("spawn").Pool(2)
    with pool:
        objective = from_blocks(squared_error, blocks, pool.map)
        assert_same(objective(np.ones(2), 0.5), expected)


def test_blocks_in_memory_are_prepared_once():
    _, _, blocks = some_blocks(20, 2, 0, 6)
    made = []

    def make(X, y):
        made.append(len(y))
        return squared_error(X, y)

    objective = from_blocks(make, blocks)
    for _ in descend(objective, np.zeros(2), 0.0, 0.1, 5):
        pass
    assert made == [6, 6, 6, 2]


def test_blocks_in_a_file_are_read_anew(tmp_path):
    X, y, _ = some_blocks(20, 2, 0, 6)
    np.save(tmp_path / "X.npy", X)
    mapped = np.load(tmp_path / "X.npy", mmap_mode="r")
    made = []

    def make(X, y):
        made.append(len(y))
        return squared_error(X, y)

    blocks = [(mapped[i : i + 5], y[i : i + 5]) for i in range(0, 20, 5)]
    objective = from_blocks(make, blocks)
    assert_same(objective(np.ones(2), 0.0), squared_error(X, y)(np.ones(2), 0.0))
    assert_same(objective(np.ones(2), 0.0), squared_error(X, y)(np.ones(2), 0.0))
    assert made == [5] * 8


def test_one_block_is_in_memory_at_a_time():
    alive, most = [0], [0]

    class Rows(np.ndarray):
        def __del__(self):
            alive[0] -= self.base is None

    def read():
        for i in range(5):
            X = np.ndarray.__new__(Rows, (3, 1))
            X[:] = i
            alive[0] += 1
            most[0] = max(most[0], alive[0])
            yield X, np.ones(3)
            del X

    from_blocks(squared_error, read)(np.zeros(1), 0.0)
    assert most[0] <= 2  # the one in work, and the next


def test_it_is_an_objective_like_others():
    X, y, blocks = some_blocks(30, 2, 1, 8)
    runs = [
        descend(ridge(objective, 0.1), np.zeros(2), 0.0, 0.1, 50)
        for objective in (squared_error(X, y), from_blocks(squared_error, blocks))
    ]
    for one, other in zip(*runs, strict=True):
        assert one.w == pytest.approx(other.w, rel=1e-12)


def test_what_can_be_read_once_is_refused():
    _, _, blocks = some_blocks(20, 2, 0, 6)
    for once in (iter(blocks), (block for block in blocks), map(tuple, blocks)):
        with pytest.raises(TypeError, match="can be read only once; expected a list, or a funct"):
            from_blocks(squared_error, once)
    generator = iter(blocks)
    objective = from_blocks(squared_error, lambda: generator)
    objective(np.zeros(2), 0.0)
    with pytest.raises(ValueError, match="blocks is empty; expected at least one pair"):
        objective(np.zeros(2), 0.0)


def test_a_pass_that_ends_early_is_noticed():
    _, _, blocks = some_blocks(20, 2, 0, 6)
    objective = from_blocks(squared_error, lambda: iter(blocks))
    objective(np.zeros(2), 0.0)
    blocks.pop()
    with pytest.raises(ValueError, match="blocks held 20 rows at first and hold 18 now"):
        objective(np.zeros(2), 0.0)


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ((3, []), "make is of type int; expected a function"),
        ((squared_error, 3), "blocks is 3; expected an iterable of pairs"),
        ((squared_error, [], 3), "each is of type int; expected a function"),
    ],
)
def test_bad_arguments(arguments, text):
    with pytest.raises(TypeError) as caught:
        from_blocks(*arguments)
    assert text in str(caught.value)
