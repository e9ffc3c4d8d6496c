"""Mini-batches: which rows, what on average, how they scatter; means of points."""

import copy
import itertools
import math
from itertools import islice

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gdlib
from gdlib import MiniBatches, average, cross_entropy, descend, ridge, squared_error

MAKERS = [squared_error, cross_entropy]


def data(seed, m, n=2):
    """Random features and classes of both kinds, which serve as targets as well."""
    rng = np.random.default_rng(seed)
    X, y = rng.standard_normal((m, n)), (rng.random(m) < 0.5).astype(float)
    y[:2] = 0, 1
    return X, y, rng.standard_normal(n), float(rng.standard_normal())


def flat(evaluation):
    loss, dw, db = evaluation
    return np.array([loss, *dw, db])


def rows_of(batches, m, calls):
    """Which rows each call looks at, read from a loss that encodes them: Σ 2ⁱ / B."""
    size = batches._size
    losses = [batches(np.zeros(1), 0.0)[0] * size for _ in range(calls)]
    return [[i for i in range(m) if round(loss) >> i & 1] for loss in losses]


def encode(X, y):
    """A maker: its loss is the mean of the targets."""
    return lambda w, b: (float(np.mean(y)), np.zeros_like(w), 0.0)


seeds = st.integers(0, 10**6)


class TestRows:
    @given(st.integers(2, 12), st.integers(1, 12), seeds)
    def test_each_row_once_an_epoch_and_the_rest_left_out(self, m, size, seed):
        size = min(size, m)
        batches = MiniBatches(encode, np.zeros((m, 1)), 2.0 ** np.arange(m), size, seed)
        for _ in range(3):
            epoch = rows_of(batches, m, m // size)
            assert all(len(rows) == size for rows in epoch)
            assert len(set(itertools.chain(*epoch))) == size * (m // size)

    def test_every_row_is_left_out_at_some_time(self):
        batches = MiniBatches(encode, np.zeros((5, 1)), 2.0 ** np.arange(5), 2, 0)
        left_out = [set(range(5)) - {*itertools.chain(*rows_of(batches, 5, 2))} for _ in range(100)]
        assert {row for rows in left_out for row in rows} == set(range(5))  # else: 5 · 0.8¹⁰⁰

    def test_drawn_rows_repeat(self):
        batches = MiniBatches(encode, np.zeros((5, 1)), 2.0 ** np.arange(5), 1, 0, replace=True)
        drawn = list(itertools.chain(*rows_of(batches, 5, 5000)))
        counts = np.bincount(drawn, minlength=5)
        # Six binomials (5000, 1/5); 5.3 standard deviations are exceeded once in a million.
        assert np.abs(counts - 1000).max() < 5.3 * math.sqrt(5000 * 0.2 * 0.8)
        twice = sum(a == b for a, b in itertools.pairwise(drawn))
        assert abs(twice - 1000) < 5.3 * math.sqrt(5000 * 0.2 * 0.8)

    def test_a_seed_repeats_a_generator_and_a_second_run_go_on(self, article):
        def losses(batches):
            return [batches(np.zeros(3), 0.0)[0] for _ in range(20)]

        first = MiniBatches(squared_error, *article, 1, 5)
        one, again = losses(first), losses(first)
        assert losses(MiniBatches(squared_error, *article, 1, 5)) == one != again
        generator = np.random.default_rng(5)
        assert losses(MiniBatches(squared_error, *article, 1, generator)) == one
        assert losses(MiniBatches(squared_error, *article, 1, generator)) != one

    def test_a_copy_goes_on_with_the_same_batches(self, article):
        batches = MiniBatches(squared_error, *article, 1, 5)
        batches(np.zeros(3), 0.0)
        other = copy.deepcopy(batches)
        ours, theirs = ([f(np.zeros(3), 0.0)[0] for _ in range(20)] for f in (batches, other))
        assert ours == theirs

    def test_has_its_own_data(self, article):
        X, y = article
        batches = MiniBatches(squared_error, X, y, 1, 0)
        same = MiniBatches(squared_error, X.copy(), y.copy(), 1, 0)
        X[:], y[:] = 0, 0
        assert [batches(np.ones(3), 0.0)[0] for _ in range(9)] == [
            same(np.ones(3), 0.0)[0] for _ in range(9)
        ]


class TestObjective:
    @given(st.sampled_from(MAKERS), st.integers(2, 9), seeds)
    def test_a_batch_of_all_rows_is_the_full_objective(self, make, m, seed):
        X, y, w, b = data(seed, m)
        batches = MiniBatches(make, X, y, m, seed)
        expected = flat(make(X, y)(w, b))
        np.testing.assert_allclose(flat(batches(w, b)), expected, rtol=1e-12, atol=1e-14)
        np.testing.assert_array_equal(flat(batches.full(w, b)), expected)

    @given(st.sampled_from(MAKERS), st.integers(1, 4), st.integers(2, 4), seeds)
    def test_the_mean_over_an_epoch_is_the_full_objective(self, make, size, count, seed):
        X, y, w, b = data(seed, size * count)
        batches = MiniBatches(make, X, y, size, seed)
        for _ in range(2):
            mean = np.mean([flat(batches(w, b)) for _ in range(count)], axis=0)
            np.testing.assert_allclose(mean, flat(make(X, y)(w, b)), rtol=1e-12, atol=1e-14)

    @given(st.sampled_from(MAKERS), st.integers(2, 9), seeds)
    def test_a_batch_is_what_its_maker_makes_of_the_rows(self, make, m, seed):
        """Of one class, too, which the maker by itself refuses."""
        X, y, w, b = data(seed, m)
        X[:, 0] = y + 1  # which tells the classes apart
        found = flat(MiniBatches(make, X, y, 1, seed)(w, b))
        alone = [
            [r * r / 2, *(r * x), r]
            for x, t in zip(X, y, strict=True)
            for r in [float(x @ w) + b - t]
        ]
        if make is cross_entropy:
            alone = []
            for x, t in zip(X, y, strict=True):
                p = 1 / (1 + math.exp(-(float(x @ w) + b)))
                alone.append([-math.log(p if t else 1 - p), *((p - t) * x), p - t])
        assert min(np.abs(found - row).max() for row in np.array(alone)) < 1e-9

    def test_a_maker_without_part_is_asked_itself(self, article):
        def make(X, y):
            made.append(len(y))
            objective = squared_error(X, y)
            return lambda w, b: objective(w, b)

        made = []
        batches = MiniBatches(make, *article, 2, 0)
        same = MiniBatches(squared_error, *article, 2, 0)
        for _ in range(5):
            np.testing.assert_allclose(
                flat(batches(np.ones(3), 1.0)), flat(same(np.ones(3), 1.0)), rtol=1e-14
            )
        assert made == [3, 2, 2, 2, 2, 2]

    @given(st.sampled_from(MAKERS), seeds)
    def test_a_price_may_stand_inside_or_outside(self, make, seed):
        X, y, w, b = data(seed, 6)
        outside = ridge(MiniBatches(make, X, y, 1, seed), 0.5)
        inside = MiniBatches(lambda X, y: ridge(make(X, y), 0.5), X, y, 1, seed)
        for _ in range(12):
            np.testing.assert_array_equal(flat(outside(w, b)), flat(inside(w, b)))
        expected = flat(ridge(make(X, y), 0.5)(w, b))
        for batches in (outside, inside):
            np.testing.assert_array_equal(flat(batches.full(w, b)), expected)
        assert outside.full is outside.full

    def test_an_objective_without_full_gets_none_from_ridge(self, article):
        plain = ridge(squared_error(*article), 1.0)
        assert not hasattr(plain, "full")
        assert not hasattr(plain, "curvature_bound")
        assert not hasattr(ridge(lambda w, b: (0.0, w, b), 1.0), "part")

    def test_one_class_in_all_rows_is_refused_at_once(self):
        with pytest.raises(ValueError, match="y is 1 in every row"):
            MiniBatches(cross_entropy, [[1.0], [2.0]], [1, 1], 1, 0)

    @pytest.mark.parametrize(
        ("make", "message"),
        [
            (squared_error([[1.0]], [1.0]), "make is an objective; expected the function"),
            (ridge(squared_error([[1.0]], [1.0]), 1.0), "make is an objective; expected the func"),
            (
                MiniBatches(squared_error, [[1.0]], [1.0], 1, 0),
                "make is an objective; expected the",
            ),
            (lambda X, y: None, "make returned None; expected an objective"),
        ],
    )
    def test_a_maker_that_is_none_is_refused(self, make, message):
        with pytest.raises(TypeError, match=f"^{message}"):
            MiniBatches(make, [[1.0], [2.0]], [1.0, 2.0], 1, 0)


def moments_map(X, y, rate, batches):
    """How E[(e, 1)(e, 1)ᵀ] moves, e the distance to least squares, as a matrix.

    `batches` are lists of rows, each equally likely, of which each is a sequence of steps.
    """
    A = np.column_stack([X, np.ones(len(y))])
    r = A @ np.linalg.lstsq(A, y)[0] - y
    n = A.shape[1] + 1
    total = np.zeros((n * n, n * n))
    for sequence in batches:
        M = np.eye(n)
        for rows in sequence:
            step = np.zeros((n, n))
            for i in rows:
                step[:-1] += np.outer(A[i], [*A[i], r[i]]) / len(rows)
            M = M - rate * step @ M
        total += np.kron(M, M)
    return total / len(batches)


def expected_excess(X, y, mapping, count):
    """The exact mean of J − J* after `count` times the mapping, from zero."""
    A = np.column_stack([X, np.ones(len(y))])
    p = np.linalg.lstsq(A, y)[0]
    e = np.append(-p, 1.0)
    S = (np.linalg.matrix_power(mapping, count) @ np.outer(e, e).ravel()).reshape(len(e), -1)
    return float(np.trace(A.T @ A @ S[:-1, :-1])) / (2 * len(y)), p


ROWS, TARGETS = np.array([[-1.5], [-0.5], [0.2], [0.8], [1.3]]), np.array([1.0, 4, 2, 5, 4.5])


@pytest.mark.parametrize("count", [1, 8, 30])
@pytest.mark.parametrize("replace", [False, True])
def test_second_moments_are_those_of_linear_algebra(replace, count):
    """After so many epochs of two batches, over 2000 seeds."""
    m, size, rate = 5, 2, 0.2
    if replace:
        pairs = list(itertools.product(itertools.product(range(m), repeat=size), repeat=1))
        mapping = np.linalg.matrix_power(moments_map(ROWS, TARGETS, rate, pairs), 2)
    else:
        orders = [(order[:2], order[2:4]) for order in itertools.permutations(range(m))]
        mapping = moments_map(ROWS, TARGETS, rate, orders)
    exact, p = expected_excess(ROWS, TARGETS, mapping, count)
    full = squared_error(ROWS, TARGETS)
    lowest = full(p[:-1], float(p[-1]))[0]
    rng = np.random.default_rng(12)
    found = []
    for _ in range(2000):
        batches = MiniBatches(squared_error, ROWS, TARGETS, size, rng, replace=replace)
        *_, step = descend(batches, [0], 0, rate, 2 * count)
        found.append(full(step.w, step.b)[0] - lowest)
    error = float(np.std(found)) / math.sqrt(len(found))
    # 4.9 standard deviations of a mean are exceeded once in a million.
    assert abs(float(np.mean(found)) - exact) < 4.9 * error
    assert error < 0.03 * exact  # so that the bound says something


def test_where_a_point_fits_all_rows_nothing_scatters(article):
    """The article's example: to the last bits, and to the solution nearest to zero."""
    batches = MiniBatches(squared_error, *article, 1, 0)
    *_, last = descend(batches, [0, 0, 0], 0, 0.0126, 6000)
    np.testing.assert_allclose([*last.w, last.b], [-1 / 3, 1 / 3, 1, 2 / 3], atol=1e-13)


class TestInDescend:
    def test_same_seed_same_bits(self, regression):
        def run():
            batches = MiniBatches(squared_error, *regression, 4, 3)
            return [step.w.tolist() for step in descend(batches, [0, 0, 0], 0, 0.01, 50)]

        assert run() == run()

    def test_loss_tolerance_is_refused(self, article):
        for batches in (
            MiniBatches(squared_error, *article, 2, 0),
            ridge(MiniBatches(squared_error, *article, 2, 0), 1.0),
        ):
            with pytest.raises(ValueError, match=r"^loss_tolerance is 0\.1; expected 0 on batches"):
                descend(batches, [0, 0, 0], 0, 0.01, 10, loss_tolerance=0.1)
            descend(batches.full, [0, 0, 0], 0, 0.01, 10, loss_tolerance=0.1)  # as advised

    def test_gradient_tolerance_asks_all_rows(self, regression):
        """Single rows' gradients are small by chance, all through the run; none stops it."""
        X, y = regression
        batches = MiniBatches(squared_error, X, y, 1, 0)
        run = descend(batches, [0, 0, 0], 0, 0.01, 2000, gradient_tolerance=0.1)
        steps = list(run)
        small = [step for step in steps if math.hypot(*step.dw, step.db) < 0.1]
        assert len(small) > 10
        full = [math.hypot(*dw, db) for _, dw, db in (batches.full(s.w, s.b) for s in small)]
        assert all(norm >= 0.1 for norm in full[:-1])
        assert run.stopped_by == ("gradient_tolerance" if full[-1] < 0.1 else "num_iterations")

    def test_gradient_tolerance_stops_where_all_rows_fit(self, article):
        batches = MiniBatches(squared_error, *article, 1, 0)
        run = descend(batches, [0, 0, 0], 0, 0.0126, 100_000, gradient_tolerance=1e-6)
        *_, last = run
        assert run.stopped_by == "gradient_tolerance"
        _, dw, db = squared_error(*article)(last.w, last.b)
        assert math.hypot(*dw, db) < 1e-6

    def test_all_rows_are_asked_only_where_the_batch_is_below(self, article):
        class Watched(MiniBatches):
            def __init__(self, *arguments):
                super().__init__(*arguments)
                inner, self.asked = self.full, 0

                def full(w, b):
                    self.asked += 1
                    return inner(w, b)

                self.full = full

        batches = Watched(squared_error, *article, 1, 0)
        steps = list(descend(batches, [0, 0, 0], 0, 0.0126, 500, gradient_tolerance=1.0))
        small = [step for step in steps if math.hypot(*step.dw, step.db) < 1.0]
        assert batches.asked == len(small) > 0

    def test_divergence_names_the_limit_of_all_rows(self):
        X, y = gdlib.load_diabetes()
        Z, _, _ = gdlib.standardize(X)
        batches = MiniBatches(squared_error, Z, y, 1, 0)
        with pytest.raises(gdlib.DivergenceError) as caught:
            list(descend(batches, np.zeros(10), 0, 0.4, 10**5))
        assert caught.value.largest_stable_learning_rate == pytest.approx(0.4969919, rel=1e-7)
        assert "; plain steps are stable below 0.496992 on all rows, below less on batches. " in (
            str(caught.value)
        )

    def test_no_promise_is_made(self, article):
        batches = MiniBatches(squared_error, *article, 1, 0)
        run = descend(batches, [0, 0, 0], 0, 0.001, 300)
        assert {run.still_to_gain for _ in run} == {0.0}
        run = descend(batches.full, [0, 0, 0], 0, 0.001, 300)
        assert max(run.still_to_gain for _ in run) > 0

    def test_backtracking_is_refused(self, article):
        for batches in (
            MiniBatches(squared_error, *article, 2, 0),
            ridge(MiniBatches(squared_error, *article, 2, 0), 1.0),
        ):
            with pytest.raises(ValueError, match=r"^objective sees other rows at each call; exp"):
                gdlib.backtracking(batches)
            full = batches.full  # as advised
            list(descend(full, [0, 0, 0], 0, 1.0, 5, update=gdlib.backtracking(full)))

    def test_largest_stable_learning_rate_is_that_of_all_rows(self, article):
        batches = MiniBatches(squared_error, *article, 1, 0)
        rates = [gdlib.largest_stable_learning_rate(batches, [0, 0, 0], 0) for _ in range(3)]
        assert rates == [pytest.approx(2 / (48 + 15 * math.sqrt(10)), rel=1e-10)] * 3
        rate = gdlib.largest_stable_learning_rate(ridge(batches, 3.0), [0, 0, 0], 0)
        A = np.column_stack([article[0], np.ones(3)])
        largest = np.linalg.eigvalsh(A.T @ A / 3 + np.diag([3.0, 3, 3, 0]))[-1]
        assert rate == pytest.approx(2 / largest, rel=1e-10)


class TestAverage:
    @given(st.integers(0, 30), st.integers(0, 30), seeds)
    def test_is_numpy_s_mean_of_the_later_points(self, num_iterations, skip, seed):
        X, y, w, b = data(seed, 6)
        steps = list(descend(squared_error(X, y), w, b, 0.1, num_iterations))
        skip = min(skip, num_iterations)
        mean_w, mean_b = average(iter(steps), skip)
        np.testing.assert_allclose(mean_w, np.mean([s.w for s in steps[skip:]], axis=0), rtol=1e-12)
        assert mean_b == pytest.approx(np.mean([s.b for s in steps[skip:]]), rel=1e-12)
        assert (type(mean_w), mean_w.shape, type(mean_b)) == (np.ndarray, (2,), float)

    def test_reads_runs_slices_and_lists_and_is_the_caller_s(self, article):
        def run():
            return descend(squared_error(*article), [0, 0, 0], 0, 0.01, 20)

        whole = average(run(), 5)
        assert average(list(run()), 5)[1] == whole[1]
        w, b = average(islice(run(), 0, None, 5), skip=1)  # steps 5, 10, 15, 20
        picked = list(run())[5::5]
        np.testing.assert_allclose(w, np.mean([s.w for s in picked], axis=0), rtol=1e-14)
        assert b == pytest.approx(np.mean([s.b for s in picked]))
        w += 1
        one, _ = average(run(), skip=20)
        one += 1

    def test_is_nearer_to_the_minimum_than_the_last_point(self, regression):
        """Polyak and Juditsky's point; over seeds, not in one lucky run."""
        X, y = regression
        A = np.column_stack([X, np.ones(len(y))])
        p = np.linalg.lstsq(A, y)[0]
        ratios = []
        for seed in range(40):
            batches = MiniBatches(squared_error, X, y, 1, seed)
            steps = list(descend(batches, p[:3], p[3], 0.02, 2000))
            w, b = average(steps)
            ratios.append(math.dist([*w, b], p) / math.dist([*steps[-1].w, steps[-1].b], p))
        assert np.median(ratios) < 0.5

    @pytest.mark.parametrize(
        ("steps", "skip", "error", "message"),
        [
            (3, 0, TypeError, "steps is of type int; expected what descend returns"),
            ([1.0], 0, TypeError, "steps holds 1.0; expected steps, as descend returns them"),
            ([], 0, ValueError, "skip is 0; expected less than the number of steps"),
        ],
    )
    def test_refuses(self, steps, skip, error, message):
        with pytest.raises(error) as caught:
            average(steps, skip)
        assert str(caught.value) == message
