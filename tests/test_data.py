"""Data sets and scaling, against scikit-learn and plain sums."""

import csv
import math
import sys
from collections import Counter
from decimal import Decimal, localcontext
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn import datasets
from sklearn.preprocessing import StandardScaler

import gdlib

# Eighths: exact in binary, so that columns differ clearly or not at all.
eighths = st.integers(-800, 800).map(lambda k: k / 8)


def exact_moments(column):
    """The mean and the standard deviation in rational numbers, the root to 60 digits."""
    values = [Fraction(value) for value in column.tolist()]
    mean = sum(values) / len(values)
    variance = sum((value - mean) ** 2 for value in values) / len(values)
    with localcontext(prec=60):
        quotients = (Decimal(q.numerator) / q.denominator for q in (mean, variance))
        return next(quotients), next(quotients).sqrt()


def test_article_example_has_the_article_s_numbers(article):
    X, y = gdlib.article_example()
    np.testing.assert_array_equal(X, article[0])
    np.testing.assert_array_equal(y, article[1])
    np.testing.assert_array_equal(y, X[:, 0] + 3)


def test_article_example_is_new_each_time():
    X, y = gdlib.article_example()
    X[:], y[:] = 0, 0
    assert gdlib.article_example()[0][2, 2] == 9
    assert gdlib.article_example()[1][2] == 10


class TestNoisyLine:
    def test_without_noise_least_squares_recovers_the_parameters(self):
        X, y = gdlib.noisy_line(50, w=[2.0, -1.0, 0.5], b=5.0, noise=0.0, rng=1)
        A = np.column_stack([X, np.ones(50)])
        np.testing.assert_allclose(np.linalg.lstsq(A, y)[0], [2, -1, 0.5, 5], atol=1e-12)

    def test_noise_is_normal_with_the_given_standard_deviation(self):
        X, y = gdlib.noisy_line(20_000, w=[3.0], b=-1.0, noise=2.5, rng=2)
        residuals = y - 3.0 * X[:, 0] + 1.0
        assert abs(residuals.mean()) < 4 * 2.5 / math.sqrt(20_000)
        assert residuals.std() == pytest.approx(2.5, rel=0.03)

    def test_features_are_standard_normal(self):
        X, _ = gdlib.noisy_line(20_000, w=[0.0, 0.0], b=0.0, noise=1.0, rng=3)
        np.testing.assert_allclose(X.mean(axis=0), 0, atol=0.03)
        np.testing.assert_allclose(X.std(axis=0), 1, rtol=0.03)

    def test_noise_scales_and_leaves_the_features(self):
        (X0, y0), (X1, y1), (X2, y2) = (
            gdlib.noisy_line(9, w=[1.0], b=1.0, noise=noise, rng=4) for noise in (0, 1, 2)
        )
        np.testing.assert_array_equal(X0, X1)
        np.testing.assert_array_equal(X0, X2)
        np.testing.assert_allclose(y2 - y0, 2 * (y1 - y0), atol=1e-14)
        assert (y1 != y0).all()

    def test_a_seed_repeats_and_a_generator_moves_on(self):
        def targets(rng):
            return gdlib.noisy_line(4, w=[1.0], b=0.0, noise=1.0, rng=rng)[1].tolist()

        rng = np.random.default_rng(5)
        first, second = targets(rng), targets(rng)
        assert targets(5) == targets(5) == first != second

    def test_one_sample_is_enough(self):
        X, y = gdlib.noisy_line(1, w=[1.0, 2.0], b=0.0, noise=0.0, rng=0)
        assert X.shape == (1, 2)
        assert y.shape == (1,)


class TestLoadDiabetes:
    def test_equals_scikit_learn_in_real_units(self):
        X, y = gdlib.load_diabetes()
        expected, target = datasets.load_diabetes(return_X_y=True, scaled=False)
        np.testing.assert_array_equal(X, expected)
        np.testing.assert_array_equal(y, target)
        assert X.shape == (442, 10)
        assert (y.min(), y.max()) == (25, 346)

    def test_standardized_it_is_scikit_learn_s_scaled_version(self):
        Z, _, _ = gdlib.standardize(gdlib.load_diabetes()[0])
        scaled, _ = datasets.load_diabetes(return_X_y=True)
        np.testing.assert_allclose(Z / math.sqrt(442), scaled, atol=1e-12)

    def test_columns_come_by_name_in_the_order_asked_for(self):
        X, _ = gdlib.load_diabetes()
        names = list(gdlib.DIABETES_FEATURES)
        assert names == datasets.load_diabetes().feature_names
        some, _ = gdlib.load_diabetes(("s5", "bmi"))
        np.testing.assert_array_equal(some, X[:, [names.index("s5"), names.index("bmi")]])

    def test_names_may_come_from_any_iterable(self):
        X, _ = gdlib.load_diabetes(name for name in ["bmi"])
        assert X.shape == (442, 1)
        assert X[:3, 0].tolist() == [32.1, 21.6, 30.5]

    def test_what_is_returned_belongs_to_the_caller(self):
        X, y = gdlib.load_diabetes(["age"])
        X[:], y[:] = 0, 0
        assert gdlib.load_diabetes(["age"])[0].all()
        assert gdlib.load_diabetes(["age"])[1].all()

    def test_says_what_to_install(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
        with pytest.raises(ModuleNotFoundError, match="pip install scikit-learn"):
            gdlib.load_diabetes()


class TestStandardize:
    def test_equals_scikit_learn(self, regression):
        X, _ = regression
        scaler = StandardScaler().fit(X)
        Z, mean, std = gdlib.standardize(X)
        np.testing.assert_allclose(Z, scaler.transform(X), atol=1e-14)
        np.testing.assert_allclose(mean, scaler.mean_, rtol=1e-14)
        np.testing.assert_allclose(std, scaler.scale_, rtol=1e-14)

    @given(arrays(float, st.tuples(st.integers(2, 8), st.integers(1, 4)), elements=eighths))
    def test_mean_0_and_standard_deviation_1(self, X):
        if (np.ptp(X, axis=0) == 0).any():
            with pytest.raises(ValueError, match="X has the same value"):
                gdlib.standardize(X)
            return
        Z, mean, std = gdlib.standardize(X)
        np.testing.assert_allclose(Z.mean(axis=0), 0, atol=1e-12)
        np.testing.assert_allclose((Z**2).mean(axis=0), 1, rtol=1e-10)
        np.testing.assert_allclose(Z * std + mean, X, atol=1e-12)

    def test_names_the_column_that_does_not_vary(self):
        # The rounded mean of 0.1, 0.1, 0.1 is not 0.1: their standard deviation is not 0.
        X = [[1.0, 0.1, 0], [2.0, 0.1, 0], [4.0, 0.1, 0]]
        assert np.std(X, axis=0)[1] != 0
        with pytest.raises(ValueError, match=r"the same value, 0\.1, in every row of column 1"):
            gdlib.standardize(X)

    def test_one_row_cannot_be_standardized(self):
        with pytest.raises(ValueError, match="the same value, 5, in every row of column 0"):
            gdlib.standardize([[5.0, 6.0]])

    def test_a_standard_deviation_out_of_range_is_refused(self):
        X = [[1.0, 1e-310], [2.0, 2e-310], [4.0, 3e-310]]
        with pytest.raises(ValueError, match=r"X .* column 1 whose standard deviation is 8\S+-311"):
            gdlib.standardize(X)

    @given(
        st.floats(-306, 305),
        st.floats(-13, 2),
        arrays(float, st.integers(2, 9), elements=st.floats(-1, 1)),
        st.sampled_from([-1, 1]),
    )
    def test_keeps_its_promise_at_every_scale_or_refuses(self, size, spread, noise, sign):
        column = sign * 10.0**size * (1 + 10.0**spread * noise)
        exact_mean, exact_std = exact_moments(column)
        too_near = exact_std < Decimal("1e-10") * Decimal(float(np.abs(column).max()))
        try:
            Z, mean, std = gdlib.standardize(column[:, np.newaxis])
        except ValueError:
            assert too_near or exact_std < Decimal(sys.float_info.min) * 2
            return
        assert exact_std >= Decimal("0.999e-10") * Decimal(float(np.abs(column).max()))
        z_mean, z_std = exact_moments(Z[:, 0])
        assert abs(z_mean) < 1e-12
        assert abs(z_std - 1) < 1e-12
        expected = [float((Decimal(x) - exact_mean) / exact_std) for x in column.tolist()]
        np.testing.assert_allclose(Z[:, 0], expected, rtol=0, atol=1e-12)
        assert mean[0] == pytest.approx(float(exact_mean), rel=1e-15, abs=1e-15 * std[0])
        assert std[0] == pytest.approx(float(exact_std), rel=1e-12)
        again = (column - mean) / std
        digits = 1e-12 if abs(mean[0]) < 1000 * std[0] else 2e-6
        np.testing.assert_allclose(again, Z[:, 0], rtol=0, atol=digits)

    @pytest.mark.parametrize("size", [1e-200, 1e200, 1.7e308])
    def test_sizes_of_which_the_square_leaves_the_range(self, size):
        Z, _, std = gdlib.standardize(np.array([[-1.0], [1.0]]) * size)
        assert Z.tolist() == [[-1], [1]]
        assert std == [size]

    def test_many_rows_do_not_add_up_rounding(self):
        X = np.random.default_rng(0).standard_normal((200_000, 2)) * 1e-6 + [3.0, 3e5]
        Z, _, _ = gdlib.standardize(X[:, :1])
        assert abs(math.fsum(Z[:, 0]) / len(Z)) < 1e-12
        assert abs(math.fsum(Z[:, 0] ** 2) / len(Z) - 1) < 1e-12

    @pytest.mark.parametrize("step", [1_000, 10**6, 10**9, 10**12, 10**15])
    def test_time_stamps_in_nanoseconds(self, step):
        stamps = 1_700_000_000_000_000_000 + step * np.array([[0], [1], [2], [3], [7]])
        expected = StandardScaler().fit_transform(stamps - stamps[0])
        if step < 10**7:
            with pytest.raises(ValueError, match=r"standardize X - X\[0\]$"):
                gdlib.standardize(stamps)
            stamps = stamps - stamps[0]
        np.testing.assert_allclose(gdlib.standardize(stamps)[0], expected, atol=1e-6)

    def test_a_spread_made_of_rounding_is_refused(self):
        with pytest.raises(ValueError, match=r"2\.6e-17 in column 1, whose values reach 0\.3: too"):
            gdlib.standardize([[1.0, 0.1 + 0.2], [2.0, 0.3], [3.0, 0.3]])

    def test_integers_that_differ_only_beyond_float64_are_not_called_the_same(self):
        stamps = [[10**18], [10**18 + 1]]
        with pytest.raises(ValueError, match=r"standardize np.asarray\(X\) - np.asarray\(X\)\[0\]"):
            gdlib.standardize(stamps)
        Z, _, _ = gdlib.standardize(np.asarray(stamps) - np.asarray(stamps)[0])
        assert Z.tolist() == [[-1], [1]]

    def test_whatever_numpy_is_told_to_do_with_rounding(self):
        with np.errstate(all="raise"):
            Z, _, _ = gdlib.standardize([[1e-300], [0.0], [1e-320]])
        np.testing.assert_allclose(Z[:, 0], [math.sqrt(2), -math.sqrt(0.5), -math.sqrt(0.5)])


class TestUnstandardize:
    @given(
        arrays(float, (6, 3), elements=eighths, unique=True),
        arrays(float, 3, elements=eighths),
        eighths,
    )
    def test_predictions_agree_in_both_units(self, X, w, b):
        Z, mean, std = gdlib.standardize(X)
        w_real, b_real = gdlib.unstandardize(w, b, mean, std)
        np.testing.assert_allclose(X @ w_real + b_real, Z @ w + b, atol=1e-6)
        assert type(b_real) is float

    def test_by_hand(self):
        w, b = gdlib.unstandardize([6.0, 10.0], 1.0, mean=[4.0, 5.0], std=[2.0, 5.0])
        assert w.tolist() == [3.0, 2.0]
        assert b == 1 - 3 * 4 - 2 * 5


def test_penguins_are_read_with_python_s_own_tools():
    with gdlib.PENGUINS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == 344
    species = Counter(row["species"] for row in rows)
    assert species == {"Adelie": 152, "Gentoo": 124, "Chinstrap": 68}
    holes = Counter(name for row in rows for name, text in row.items() if text == "NA")
    assert holes == {
        "bill_length_mm": 2,
        "bill_depth_mm": 2,
        "flipper_length_mm": 2,
        "body_mass_g": 2,
        "sex": 11,
    }
