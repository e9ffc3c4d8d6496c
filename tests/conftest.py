"""What all tests share."""

import os

import matplotlib
import numpy as np
import pytest
from hypothesis import settings
from matplotlib.figure import Figure

matplotlib.use("agg")  # here, and not in the environment, where kernels would take it over
settings.register_profile("book", deadline=None, max_examples=40)
settings.register_profile("ci", deadline=None, max_examples=40, derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "book")


@pytest.fixture
def article():
    """The source article's data, written out once more: not gdlib's."""
    return np.array([[1.0, 2, 3], [4, 5, 6], [7, 8, 9]]), np.array([4.0, 7, 10])


@pytest.fixture
def regression():
    """Forty samples of three features with different means and scales, and noise."""
    rng = np.random.default_rng(7)
    X = rng.standard_normal((40, 3)) * [1.0, 3.0, 0.5] + [0.0, 2.0, -1.0]
    return X, X @ [1.5, -2.0, 0.7] + 4.0 + rng.standard_normal(40)


@pytest.fixture
def ax():
    """Empty axes to draw on."""
    return Figure().add_subplot()
