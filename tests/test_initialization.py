"""Where a descent starts."""

import numpy as np

import gdlib


def test_zeros_without_a_source_of_random_numbers():
    w, b = gdlib.initialize_parameters(4)
    assert w.tolist() == [0, 0, 0, 0]
    assert w.dtype == np.float64
    assert (b, type(b)) == (0.0, float)


def test_weights_are_numpy_s_standard_normal_draws_and_the_bias_is_zero():
    w, b = gdlib.initialize_parameters(5, rng=3)
    np.testing.assert_array_equal(w, np.random.default_rng(3).standard_normal(5))
    assert (b, type(b)) == (0.0, float)


def test_seed_0_is_a_seed():
    w, _ = gdlib.initialize_parameters(5, rng=0)
    np.testing.assert_array_equal(w, np.random.default_rng(0).standard_normal(5))


def test_a_seed_repeats_and_a_generator_moves_on():
    rng = np.random.default_rng(3)
    first, second = (gdlib.initialize_parameters(2, rng)[0].tolist() for _ in range(2))
    assert gdlib.initialize_parameters(2, np.int64(3))[0].tolist() == first != second


def test_numpy_s_global_state_is_left_alone():
    before = np.random.get_state()[1].copy()  # noqa: NPY002
    gdlib.initialize_parameters(3, rng=0)
    gdlib.noisy_line(3, w=[1.0], b=0.0, noise=1.0, rng=0)
    gdlib.gradient_descent([[1.0], [2.0]], [1.0, 2.0], 0.5, 1000, rng=0)
    np.testing.assert_array_equal(np.random.get_state()[1], before)  # noqa: NPY002


def test_each_start_is_a_new_array():
    w, _ = gdlib.initialize_parameters(1)
    w[0] = 9.0
    assert gdlib.initialize_parameters(1)[0][0] == 0
