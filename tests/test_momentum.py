"""Momentum and Adam against closed forms, other forms of the same method, and PyTorch."""

import copy
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import gdlib
from gdlib import Adam, Momentum, descend, squared_error

# (w, b) of the article's example from zero after so many steps, by PyTorch 2.14.1 (CPU, float64):
# torch.optim.SGD(lr=0.01, momentum=0.9[, nesterov=True]), torch.optim.Adam(lr=0.01) and
# torch.optim.Adam(lr=0.1, betas=(0.5, 0.9), eps=0.1).
PYTORCH = [
    (Momentum(0.9), 0.01, 1, [0.34, 0.41, 0.48, 0.07]),
    (Momentum(0.9), 0.01, 2, [0.6578, 0.7972, 0.9366, 0.1394]),
    (
        Momentum(0.9),
        0.01,
        200,
        [-0.3333328367002768, 0.3333445453925539, 1.0000219274853883, 0.6666773820928324],
    ),
    (Momentum(0.9, nesterov=True), 0.01, 1, [0.646, 0.779, 0.912, 0.133]),
    (
        Momentum(0.9, nesterov=True),
        0.01,
        200,
        [-0.33334460612661504, 0.3333317594215389, 1.0000081249696937, 0.6666763655481538],
    ),
    (
        Adam(),
        0.01,
        1,
        [0.009999999997058822, 0.009999999997560976, 0.009999999997916667, 0.009999999985714285],
    ),
    (
        Adam(),
        0.01,
        200,
        [0.3725075111315544, 0.4103432330640684, 0.43691760486553205, 0.5879320989163391],
    ),
    (
        Adam(0.5, 0.9, 0.1),
        0.1,
        10,
        [0.4134063649282258, 0.4251844170793857, 0.4334998722322671, 0.4724003533066946],
    ),
]


@pytest.mark.parametrize(("rule", "rate", "k", "expected"), PYTORCH)
def test_pytorch_is_where_we_are(article, rule, rate, k, expected):
    *_, last = descend(squared_error(*article), [0, 0, 0], 0, rate, k, update=rule)
    np.testing.assert_allclose([*last.w, last.b], expected, rtol=1e-11)


def follow(rule, gradients, learning_rate=0.1):
    """The points that a rule goes to, from zero, whatever the gradients are."""
    rule = copy.deepcopy(rule)
    n = gradients.shape[1] - 1
    w, b, points = np.zeros(n), 0.0, []
    for g in gradients:
        w, b = rule(w, b, g[:-1], float(g[-1]), learning_rate)
        assert (type(w), w.shape, type(b)) == (np.ndarray, (n,), float)
        points.append([*w, b])
    return np.array(points)


@st.composite
def gradients(draw):
    """Gradients of up to 12 steps and 3 parameters, of many sizes."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    shape = draw(st.integers(1, 12)), draw(st.integers(1, 3))
    return rng.standard_normal(shape) * 10.0 ** rng.uniform(-3, 3, shape)


parts = st.floats(0, 0.999)


class TestMomentum:
    @given(gradients(), parts)
    def test_is_the_sum_of_gradients_with_fading_weights(self, gradients, beta):
        """V_k = Σ β^(k−i) gᵢ, and the points are minus α times the sums of V."""
        k = np.arange(len(gradients))
        weights = np.where(k[:, None] >= k, beta ** np.abs(k[:, None] - k), 0.0)
        velocities = weights @ gradients
        expected = -0.1 * np.cumsum(velocities, axis=0)
        np.testing.assert_allclose(
            follow(Momentum(beta), gradients), expected, rtol=1e-9, atol=1e-9
        )
        expected = -0.1 * np.cumsum(gradients + beta * velocities, axis=0)
        nesterov = follow(Momentum(beta, nesterov=True), gradients)
        np.testing.assert_allclose(nesterov, expected, rtol=1e-9, atol=1e-9)

    @given(gradients())
    def test_beta_0_is_the_plain_step(self, gradients):
        for nesterov in (False, True):
            steps = follow(Momentum(0, nesterov=nesterov), gradients)
            np.testing.assert_array_equal(steps, follow(gdlib.plain_step, gradients))

    @given(st.floats(0.01, 3.8), parts, st.integers(1, 60))
    def test_each_mode_follows_the_power_of_a_matrix(self, curvature, beta, k):
        """On λb²/2: (b, b before) ← [[1 + β − αλ, −β], [1, 0]] (b, b before)."""
        expected = np.linalg.matrix_power([[1 + beta - curvature, -beta], [1, 0]], k) @ [1, 1]

        def bowl(w, b):
            return curvature * b * b / 2, np.zeros(0), curvature * b

        *_, last = descend(bowl, [], 1.0, 1.0, k, update=Momentum(beta))
        scale = max(1.0, abs(expected[0]))
        assert last.b == pytest.approx(expected[0], abs=1e-9 * scale)

    @given(st.integers(0, 10**6), parts)
    def test_nesterov_s_own_two_sequences(self, seed, beta):
        """x ← y − α∇J(y), y ← x + β(x − x before): the run visits the y."""
        rng = np.random.default_rng(seed)
        X, y = rng.standard_normal((5, 2)), rng.standard_normal(5)
        A = np.column_stack([X, np.ones(5)])
        ahead = before = np.zeros(3)
        steps = descend(
            squared_error(X, y), [0, 0], 0, 0.1, 12, update=Momentum(beta, nesterov=True)
        )
        for step in steps:
            np.testing.assert_allclose([*step.w, step.b], ahead, rtol=1e-9, atol=1e-11)
            here = ahead - 0.1 * A.T @ (A @ ahead - y) / 5
            ahead, before = here + beta * (here - before), here

    @given(st.integers(0, 10**6), parts, st.booleans())
    def test_restarts_where_the_last_move_led_uphill(self, seed, beta, nesterov):
        """In points instead of velocities: where ∇J · (x − x before) is above 0."""
        rng = np.random.default_rng(seed)
        X, y = rng.standard_normal((5, 2)) * [1, 3], rng.standard_normal(5)
        A, rate = np.column_stack([X, np.ones(5)]), 0.05
        here = before = point = np.zeros(3)  # here, before: without looking ahead
        rule = Momentum(beta, nesterov=nesterov, restart=True)
        for step in descend(squared_error(X, y), [0, 0], 0, rate, 40, update=rule):
            np.testing.assert_allclose([*step.w, step.b], point, rtol=1e-7, atol=1e-9)
            g = A.T @ (A @ point - y) / 5
            uphill = g @ (here - before) > 0
            if uphill:
                before = here
            move = beta * (here - before) - rate * g
            if nesterov:
                start = point if uphill else here + beta * (here - before)
                here, before = start - rate * g, (start - rate * g) - move
                point = here + beta * move
            else:
                here, before = here + move, here
                point = here

    def test_restart_lets_a_ball_stop_at_the_bottom_and_not_before(self):
        """b²/2, rate 0.1, β 0.9 by hand: it falls to below 0, and restarts once it has passed."""

        def bowl(w, b):
            return b * b / 2, np.zeros(0), b

        def run(**options):
            return [s.b for s in descend(bowl, [], 1.0, 0.1, 40, update=Momentum(0.9, **options))]

        plain, restarted = run(), run(restart=True)
        k = next(k for k, b in enumerate(plain) if b < 0)
        assert restarted[: k + 1] == plain[: k + 1]
        assert restarted[k + 1] == pytest.approx(0.9 * plain[k], rel=1e-12)  # a plain step
        assert plain[k + 1] < plain[k]  # which rolls on

    @pytest.mark.parametrize("part", [-0.1, 1, 1.5, math.inf])
    def test_beta_must_be_a_part(self, part):
        with pytest.raises(ValueError, match=r"^beta is .*; expected a (finite )?number"):
            Momentum(part)


class TestAdam:
    @given(gradients(), parts, parts, st.floats(1e-8, 1.0))
    def test_is_a_weighted_mean_over_the_root_of_another(self, gradients, beta1, beta2, epsilon):
        points = follow(Adam(beta1, beta2, epsilon), gradients)
        moves = np.diff(points, axis=0, prepend=np.zeros((1, gradients.shape[1])))
        for k in range(len(gradients)):
            age = np.arange(k, -1, -1)
            mean = np.average(gradients[: k + 1], axis=0, weights=beta1**age)
            square = np.average(gradients[: k + 1] ** 2, axis=0, weights=beta2**age)
            expected = -0.1 * mean / (np.sqrt(square) + epsilon)
            np.testing.assert_allclose(moves[k], expected, rtol=1e-6, atol=1e-9)

    @given(gradients())
    def test_the_first_step_is_alpha_along_every_parameter(self, gradients):
        first = follow(Adam(epsilon=0), gradients)[0]
        np.testing.assert_allclose(first, -0.1 * np.sign(gradients[0]), rtol=1e-14)

    def test_epsilon_stands_outside_the_root(self):
        step = follow(Adam(epsilon=3.0), np.array([[1.0]]))[0]
        assert step == pytest.approx(-0.1 / (1 + 3))  # inside it would be −0.1 / 2

    @given(gradients(), st.integers(-200, 200))
    def test_the_units_of_the_loss_do_not_matter(self, gradients, exponent):
        """Powers of two change no bit; epsilon has the units of the gradient."""
        points = follow(Adam(epsilon=0), gradients)
        np.testing.assert_array_equal(follow(Adam(epsilon=0), 2.0**exponent * gradients), points)
        exponent = min(exponent, 20)
        scaled = follow(Adam(epsilon=1e-8 * 2.0**exponent), 2.0**exponent * gradients)
        np.testing.assert_array_equal(scaled, follow(Adam(epsilon=1e-8), gradients))

    @given(gradients(), st.randoms(use_true_random=False))
    def test_each_parameter_goes_its_own_way(self, gradients, random):
        points = follow(Adam(), gradients)
        order = list(range(gradients.shape[1]))
        random.shuffle(order)
        np.testing.assert_array_equal(follow(Adam(), gradients[:, order]), points[:, order])
        signs = np.array([random.choice([-1.0, 1.0]) for _ in order])
        np.testing.assert_array_equal(follow(Adam(), gradients * signs), points * signs)

    def test_the_units_of_a_feature_do_matter(self, regression):
        """The step along a weight does not know them: unlike the plain step's in scaled rates."""
        X, y = regression
        ends = []
        for size in (1.0, 2.0):
            *_, last = descend(squared_error(X * size, y), np.zeros(3), 0, 0.01, 20, update=Adam())
            ends.append(X * size @ last.w + last.b)
        assert np.abs(ends[1] - ends[0]).max() > 0.1

    def test_a_derivative_that_was_always_0_moves_nothing(self):
        gradients = np.array([[0.0, 1.0], [0.0, -2.0]])
        for epsilon in (0, 1e-8):
            with np.errstate(all="raise"):
                points = follow(Adam(epsilon=epsilon), gradients)
            assert points[:, 0].tolist() == [0, 0]
            assert np.all(points[:, 1] != 0)

    def test_reddi_kale_and_kumar_s_example(self):
        """Slopes 3, −1, −1 on [−1, 1]: the sum falls to the left; this Adam goes to the right."""

        def end(rule):
            w, b = np.zeros(0), 0.0
            for t in range(1, 3001):
                _, b = rule(w, b, w, 3.0 if t % 3 == 1 else -1.0, 0.5 / math.sqrt(t))
                b = min(1.0, max(-1.0, b))
            return b

        assert end(Adam(0, 0.1)) > 0.9
        assert end(gdlib.plain_step) < -0.9

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            ({"beta1": 1}, "beta1 is 1; expected a number from 0 to below 1"),
            ({"beta2": 1.0}, "beta2 is 1.0; expected a number from 0 to below 1"),
            ({"beta2": -0.5}, "beta2 is -0.5; expected a number from 0 to below 1"),
            ({"epsilon": -1e-8}, "epsilon is -1e-08; expected 0 or more"),
        ],
    )
    def test_refuses(self, arguments, message):
        with pytest.raises(ValueError) as caught:
            Adam(**arguments)
        assert str(caught.value) == message


RULES = [Momentum(0.7345), Momentum(nesterov=True, restart=True), Adam()]


@pytest.mark.parametrize("rule", RULES)
class TestMemory:
    def test_a_rule_serves_two_runs(self, article, rule):
        def run():
            steps = descend(squared_error(*article), [0, 0, 0], 0, 0.01, 40, update=rule)
            return [[*step.w, step.b] for step in steps]

        before = copy.deepcopy(vars(rule))
        assert run() == run() == run()
        assert vars(rule) == before

    def test_two_runs_at_a_time(self, article, rule):
        def run():
            return descend(squared_error(*article), [0, 0, 0], 0, 0.01, 40, update=rule)

        alone = [step.loss for step in run()]
        assert [(a.loss, b.loss) for a, b in zip(run(), run(), strict=True)] == [
            (loss, loss) for loss in alone
        ]

    def test_called_by_hand_it_goes_on_and_a_run_begins_there(self, article, rule):
        objective, rule = squared_error(*article), copy.deepcopy(rule)
        steps = list(descend(objective, [0, 0, 0], 0, 0.01, 10, update=rule))
        w, b = np.zeros(3), 0.0
        for step in steps[:6]:
            assert (w.tolist(), b) == (step.w.tolist(), step.b)
            _, dw, db = objective(w, b)
            w, b = rule(w, b, dw, db, 0.01)
        rest = descend(objective, w, b, 0.01, 4, update=rule)
        assert [step.loss for step in rest] == [step.loss for step in steps[6:]]

    def test_arguments_and_earlier_steps_stay_as_they_were(self, rule):
        rule = copy.deepcopy(rule)
        w, dw = np.array([1.0, 2.0]), np.array([3.0, -4.0])
        points = []
        for _ in range(4):
            points.append(rule(w, 1.0, dw, 2.0, 0.1)[0])
        assert (w.tolist(), dw.tolist()) == ([1, 2], [3, -4])
        assert not any(np.shares_memory(a, b) for a in points for b in points if a is not b)

    def test_is_shown_compared_and_copied_by_its_settings(self, rule):
        used = copy.deepcopy(rule)
        used(np.zeros(2), 0.0, np.ones(2), 1.0, 0.1)
        assert used == rule
        assert repr(used) == repr(rule)
        assert "velocity" not in repr(rule)
        assert eval(repr(rule), vars(gdlib)) == rule


def test_settings_become_floats_and_names_are_asked_for():
    assert type(Momentum(0).beta) is float
    assert [type(v) for v in (Adam(0, 0, 0).beta1, Adam(0, 0, 0).epsilon)] == [float, float]
    assert (Momentum().beta, Adam().beta1, Adam().beta2, Adam().epsilon) == (0.9, 0.9, 0.999, 1e-8)
    with pytest.raises(TypeError):
        Momentum(0.9, True)
