"""Moments, against exact rational arithmetic, NumPy's covariance and the direct objective."""

import random
from concurrent.futures import ProcessPoolExecutor
from fractions import Fraction
from functools import cache

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gdlib
from gdlib import merge, moments, squared_error, squared_error_of, summarize


def some_data(m, n, seed=0, mean=0.0):
    rng = np.random.default_rng(seed)
    X = rng.standard_normal((m, n)) + mean
    return X, X @ np.ones(n) + rng.standard_normal(m)


def time_stamps():
    """One minute, ten values a second, in seconds since 1970."""
    x = 1.7e9 + np.arange(600) / 10
    noise = 0.01 * np.random.default_rng(0).standard_normal(600)
    return x[:, None], 20 + 0.01 * (x - x[0]) + noise


@cache
def exact_scatter():
    """The scatter of the time stamps in rational arithmetic."""
    X, y = time_stamps()
    columns = [[Fraction(float(v)) for v in column] for column in np.column_stack([X, y]).T]
    centred = [[v - sum(column) / len(column) for v in column] for column in columns]
    return [[sum(map(Fraction.__mul__, a, b)) for b in centred] for a in centred]


def in_pieces(X, y, draw):
    """Blocks of the rows, in random order."""
    cuts = sorted(draw.sample(range(1, len(y)), draw.randint(1, min(40, len(y) - 1))))
    pairs = zip([0, *cuts], [*cuts, len(y)], strict=True)
    blocks = [(X[a:b], y[a:b]) for a, b in pairs]
    draw.shuffle(blocks)
    return blocks


def merged_in_random_order(blocks, draw):
    summaries = [moments(*block) for block in blocks]
    while len(summaries) > 1:
        draw.shuffle(summaries)
        summaries.append(merge(summaries.pop(), summaries.pop()))
    return summaries[0]


@given(st.integers(1, 40), st.integers(1, 5), st.integers(0, 10**6), st.integers(-3, 8))
def test_moments_are_numpy_s(m, n, seed, power):
    X, y = some_data(m, n, seed, mean=10.0**power)
    rows, mean, rest, scatter = moments(X, y)
    table = np.column_stack([X, y])
    assert rows == m
    assert mean + rest == pytest.approx(table.mean(axis=0), rel=1e-14, abs=1e-14)
    expected = np.cov(table - table.mean(axis=0), rowvar=False, ddof=0) * m if m > 1 else 0
    assert scatter == pytest.approx(
        np.reshape(expected * np.ones((n + 1, n + 1)), (n + 1, n + 1)),
        rel=1e-6,
        abs=1e-6 * 10.0 ** max(power - 8, -4) * m,
    )


@pytest.mark.parametrize("seed", range(20))
def test_digits_on_time_stamps(seed):
    X, y = time_stamps()
    draw = random.Random(seed)
    summary = merged_in_random_order(in_pieces(X, y, draw), draw)
    exact = exact_scatter()
    for i in range(2):
        for j in range(2):
            error = Fraction(float(summary.scatter[i, j])) / exact[i][j] - 1
            assert abs(error) < 1e-13


def test_what_others_make_of_time_stamps():
    """Where the textbook's difference has no digit left, and lstsq sees one column only."""
    X, y = time_stamps()
    x = X[:, 0]
    (sxx, sxy), _ = exact_scatter()
    objective = squared_error_of(moments(X, y))
    slope = float(sxy / sxx)
    assert slope == pytest.approx(0.00999, abs=1e-5)
    assert abs(np.mean(x * x) - np.mean(x) ** 2 - 300) > 100
    assert abs(np.linalg.lstsq(np.column_stack([X, np.ones(600)]), y)[0][0]) < 1e-6
    b = float(y.mean() - slope * x.mean())
    loss, _, db = objective(np.array([slope]), b)
    residuals = y - y.mean() - slope * (x - x.mean())
    assert loss == pytest.approx(residuals @ residuals / 1200, rel=1e-6)
    assert abs(db) < 1e-8


@given(st.integers(2, 60), st.integers(1, 4), st.integers(0, 10**6), st.floats(0, 1e4))
def test_merge_is_the_summary_of_all_rows(m, n, seed, mean):
    X, y = some_data(m, n, seed, mean)
    draw = random.Random(seed)
    whole, parts = moments(X, y), merged_in_random_order(in_pieces(X, y, draw), draw)
    assert parts.rows == whole.rows
    assert np.all(np.abs(parts.rest) <= 1e-15 * np.abs(parts.mean) + 1e-300)
    assert parts.mean + parts.rest == pytest.approx(whole.mean + whole.rest, rel=1e-14, abs=1e-14)
    assert parts.scatter == pytest.approx(whole.scatter, rel=1e-9, abs=1e-11 * m)


@pytest.mark.parametrize("size", [1, 4095, 4096, 4097, 10_000])
def test_pieces_of_the_rows_are_all_counted(size):
    X, y = some_data(size, 2, mean=3.0)
    rows, _, _, scatter = moments(X, y)
    centred = np.column_stack([X, y]) - np.column_stack([X, y]).mean(axis=0)
    assert rows == size
    assert scatter == pytest.approx(centred.T @ centred, rel=1e-9, abs=1e-9)


@given(st.integers(2, 30), st.integers(1, 5), st.integers(0, 10**6))
def test_the_objective_is_that_of_the_rows(m, n, seed):
    X, y = some_data(m, n, seed, mean=2.0)  # with fewer rows than parameters, too
    rng = np.random.default_rng(seed)
    w, b = rng.normal(0, 3, n), float(rng.normal(0, 3))
    direct, summed = squared_error(X, y)(w, b), squared_error_of(moments(X, y))(w, b)
    scale = 1 + abs(direct[2]) + np.abs(direct[1]).max()
    assert summed[0] == pytest.approx(direct[0], rel=1e-9, abs=1e-9)
    assert summed[1] == pytest.approx(direct[1], rel=1e-9, abs=1e-10 * scale)
    assert summed[2] == pytest.approx(direct[2], rel=1e-9, abs=1e-10 * scale)


def test_a_hundred_steps_are_the_same_steps():
    X, y = gdlib.load_diabetes()
    Z, _, _ = gdlib.standardize(X)
    runs = [
        gdlib.descend(objective, np.zeros(10), 0.0, 0.4, 100)
        for objective in (squared_error(Z, y), squared_error_of(moments(Z, y)))
    ]
    for direct, summed in zip(*runs, strict=True):
        assert summed.loss == pytest.approx(direct.loss, rel=1e-12)
        assert summed.w == pytest.approx(direct.w, rel=1e-10, abs=1e-10)


def test_a_constant_column_is_flat():
    X = np.column_stack([np.arange(5.0), np.full(5, 7.0)])
    y = 2 * X[:, 0] + 1
    loss, dw, db = squared_error_of(moments(X, y))(np.array([2.0, 1.0]), -6.0)
    assert abs(loss) < 1e-20
    assert np.abs([*dw, db]).max() < 1e-12


def test_summarize_in_processes():
    X, y = some_data(1000, 3)
    blocks = [(X[i : i + 100], y[i : i + 100]) for i in range(0, 1000, 100)]
    with ProcessPoolExecutor(2) as pool:
        there = summarize(blocks, pool.map)
    here = summarize(blocks)
    assert there.rows == here.rows
    assert np.array_equal(there.scatter, here.scatter)


BAD = np.ones((3, 2))
BAD[1, 0] = np.nan
GOOD = (np.ones((3, 2)), np.ones(3))


@pytest.mark.parametrize(
    ("blocks", "error", "text"),
    [
        ([], ValueError, "blocks is empty"),
        (
            [GOOD] * 17 + [(BAD, np.ones(3))],
            ValueError,
            "block 17 (counted from 0): X contains nan",
        ),
        ([GOOD, (np.ones((3, 3)), np.ones(3))], ValueError, "block 1 (counted from 0)"),
        (
            [GOOD, (np.ones((0, 2)), np.ones(0))],
            ValueError,
            "block 1 (counted from 0): X has shape",
        ),
        ([GOOD, np.ones((3, 2))], TypeError, "block 1 (counted from 0) is a ndarray"),
        ([(np.ones((3, 2)), np.ones((3, 1)))], ValueError, "use y.ravel()"),
        ([GOOD, (np.ones((2, 2)), ["a", "b"])], TypeError, "block 1 (counted from 0): y has dtype"),
    ],
)
def test_bad_blocks_are_named(blocks, error, text):
    with pytest.raises(error) as caught:
        summarize(blocks)
    assert text in str(caught.value)
    with pytest.raises(error) as caught:
        gdlib.from_blocks(squared_error, blocks)(np.zeros(2), 0.0)
    assert text in str(caught.value)


def test_a_missing_value_is_found_among_all_rows():
    X, y = some_data(10_000, 2)
    X[9000, 1] = np.inf
    with pytest.raises(ValueError, match=r"X contains inf at index \[9000, 1\]"):
        moments(X, y)
    with pytest.raises(TypeError, match="masked"):
        moments(np.ma.masked_array(X, mask=X > 2), y)
    with pytest.raises(ValueError, match="squares overflow"):
        moments(1e200 * np.arange(4.0)[:, None], np.arange(4.0))


def test_other_kinds_of_summaries_are_refused():
    with pytest.raises(TypeError, match=r"summary is of type tuple; expected what gdlib\.moments"):
        squared_error_of((3, np.zeros(2), np.zeros((2, 2))))
    with pytest.raises(ValueError, match="second sums up 2 features; expected 1"):
        merge(moments([[1.0], [2.0]], [1, 2]), moments([[1.0, 2.0]], [1]))


def test_a_mean_that_is_rounded_away_from_the_rows():
    """At 10¹⁵ neighbouring floats are 1/8 apart; the mean of four rows lies between them."""
    x = 1e15 + np.array([0.0, 1.0, 1.0, 1.0, 2.0, 2.0, 3.0])
    exact = [Fraction(float(v)) for v in x]
    mean = sum(exact) / len(exact)
    scatter = float(sum((v - mean) ** 2 for v in exact))
    assert moments(x[:, None], x).scatter[0, 0] == pytest.approx(scatter, rel=1e-12)


def test_columns_that_are_nearly_the_same():
    rng = np.random.default_rng(0)
    x = rng.standard_normal(50)
    X = np.column_stack([x, x + 1e-8 * rng.standard_normal(50)])
    y = x + 1e6 * (X[:, 1] - x) + 1e-3 * rng.standard_normal(50)
    w = np.array([0.3, 0.7])
    loss, dw, db = squared_error_of(moments(X, y))(w, 0.1)
    loss_too, dw_too, db_too = squared_error(X, y)(w, 0.1)
    assert dw[1] - dw[0] == pytest.approx(dw_too[1] - dw_too[0], rel=1e-4)
    assert (loss, db) == pytest.approx((loss_too, db_too), rel=1e-10)
