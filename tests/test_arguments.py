"""What may be passed in: every bad input is named, every good one is taken as it is.

A bad input's error starts with the argument's name, says what it was and what was expected.
"""

import copy
import datetime
import inspect
import re
from decimal import Decimal
from fractions import Fraction
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy import sparse

import gdlib

# Runs of a few steps, which are not finished.
pytestmark = pytest.mark.filterwarnings("ignore::gdlib.ConvergenceWarning")

X, Y = [[1.0, 2.0], [3.0, 5.0], [4.0, 4.0]], [1.0, 2.0, 4.0]
CLASSES = [0, 1, 1]
W, B = [0.5, -0.5], 1.0
NAN, INF = float("nan"), float("inf")
OBJECTIVE = gdlib.squared_error(X, Y)

# A good call of every public function that looks at what it is given.
CALLS = {
    "loss_function": (gdlib.loss_function, {"X": X, "y": Y, "w": W, "b": B}),
    "gradient": (gdlib.gradient, {"X": X, "y": Y, "w": W, "b": B}),
    "squared_error": (gdlib.squared_error, {"X": X, "y": Y}),
    "cross_entropy": (gdlib.cross_entropy, {"X": X, "y": CLASSES}),
    "MiniBatches": (
        gdlib.MiniBatches,
        {"make": gdlib.squared_error, "X": X, "y": Y, "batch_size": 2, "rng": 0},
    ),
    "Momentum": (gdlib.Momentum, {}),
    "Adam": (gdlib.Adam, {}),
    "average": (gdlib.average, {"steps": [gdlib.Step(0, np.ones(2), 1.0, 0.0, np.ones(2), 1.0)]}),
    "backtracking": (gdlib.backtracking, {"objective": OBJECTIVE}),
    "ridge": (gdlib.ridge, {"objective": OBJECTIVE, "strength": 0.5}),
    "gradient_descent": (
        gdlib.gradient_descent,
        {"X": X, "y": Y, "learning_rate": 0.01, "num_iterations": 3},
    ),
    "standardize": (gdlib.standardize, {"X": X}),
    "modes": (gdlib.modes, {"X": X}),
    "moments": (gdlib.moments, {"X": X, "y": Y}),
    "merge": (gdlib.merge, {"first": gdlib.moments(X, Y), "second": gdlib.moments(X, Y)}),
    "summarize": (gdlib.summarize, {"blocks": [(X, Y)]}),
    "squared_error_of": (gdlib.squared_error_of, {"summary": gdlib.moments(X, Y)}),
    "from_blocks": (gdlib.from_blocks, {"make": gdlib.squared_error, "blocks": [(X, Y)]}),
    "unstandardize": (gdlib.unstandardize, {"w": W, "b": B, "mean": [1, 2], "std": [3, 4]}),
    "update_parameters": (
        gdlib.update_parameters,
        {"w": W, "b": B, "dw": [1, 2], "db": 3, "learning_rate": 0.1},
    ),
    "initialize_parameters": (gdlib.initialize_parameters, {"num_features": 2}),
    "noisy_line": (
        gdlib.noisy_line,
        {"num_samples": 3, "w": W, "b": B, "noise": 1.0, "rng": 0},
    ),
    "load_diabetes": (gdlib.load_diabetes, {}),
    "numerical_gradient": (
        gdlib.numerical_gradient,
        {"loss": lambda w, b: float(w @ w) + b * b, "w": W, "b": B},
    ),
    "descend": (
        gdlib.descend,
        {"objective": OBJECTIVE, "w": W, "b": B, "learning_rate": 0.01, "num_iterations": 3},
    ),
    "largest_stable_learning_rate": (
        gdlib.largest_stable_learning_rate,
        {"objective": OBJECTIVE, "w": W, "b": B},
    ),
}


class Table:
    """Something that NumPy turns into an object, not into numbers."""


RAGGED = [[1.0, 2.0], [3.0]]
MASKED = np.ma.masked_array(X, mask=[[0, 0], [1, 0], [0, 0]])
TEXT_FRAME = pd.DataFrame({"age": [1, 2, 3], "name": ["a", "b", "c"]})
NOT_REAL = "expected real numbers (float or integer)"
NUMBER, COUNT, POSITIVE = "expected a real number", "expected a whole number", "above 0"

BAD_X = [
    # value, error, what it was, what was expected
    ([1.0, 2.0, 3.0], ValueError, "shape (3,)", "two dimensions (m samples, n features)"),
    (np.arange(3.0), ValueError, "shape (3,)", "use X.reshape(-1, 1)"),
    (7.0, ValueError, "shape ()", "two dimensions"),
    (np.zeros((3, 2, 1)), ValueError, "shape (3, 2, 1)", "two dimensions"),
    (np.zeros((0, 2)), ValueError, "shape (0, 2)", "at least one row"),
    (np.zeros((3, 0)), ValueError, "shape (3, 0)", "at least one column"),
    ([], ValueError, "shape (0,)", "two dimensions"),
    ([[1, 2], [3, NAN], [4, 4]], ValueError, "nan at index [1, 1]", "finite numbers"),
    ([[1, 2], [3, 5], [-INF, 4]], ValueError, "-inf at index [2, 0]", "finite numbers"),
    ([[1, 2], [3, 5j], [4, 4]], TypeError, "dtype complex128", NOT_REAL),
    ([["1", "2"], ["3", "5"], ["4", "4"]], TypeError, "dtype <U1", NOT_REAL),
    ([[1, None], [3, 5], [4, 4]], ValueError, "lacks a value (None) at index [0, 1]", "finite"),
    ([[1, pd.NA], [3, 5], [4, 4]], ValueError, "lacks a value (<NA>) at index [0, 1]", "finite"),
    ([[10**400, 2], [3, 5], [4, 4]], ValueError, "beyond float64", "finite numbers"),
    (RAGGED, ValueError, "rows of different lengths", "rectangular"),
    ([[[1], [2, 3]], [3, 5]], ValueError, "rows of different lengths", "rectangular"),
    (np.empty((0, 2), "U1"), TypeError, "dtype <U1", NOT_REAL),
    (MASKED, TypeError, "masked at index [1, 0]", "plain numbers"),
    (list(MASKED), TypeError, "masked at index [1, 0]", "plain numbers"),
    ([[1.0, np.ma.masked], [3.0, 4.0]], TypeError, "masked at index [0, 1]", "plain numbers"),
    (np.zeros((3, 2), "datetime64[s]"), TypeError, "dtype datetime64[s]", NOT_REAL),
    (TEXT_FRAME, TypeError, "'a' at index [0, 1], column 'name'", NOT_REAL),
    (pd.DataFrame({"a": [1.0, NAN]}), ValueError, "nan at index [1, 0], column 'a'", "finite"),
    ("data.csv", TypeError, "made from str", NOT_REAL),
    (None, TypeError, "dtype object", NOT_REAL),
    (Table(), TypeError, "dtype object", NOT_REAL),
    (np.array(X, np.longdouble) * np.longdouble("1e4000"), ValueError, "inf", "finite"),
]
BAD_Y = [
    ([[1.0], [2.0], [4.0]], ValueError, "shape (3, 1)", "expected (3,), one number per row of X"),
    (np.array([[1.0], [2.0], [4.0]]), ValueError, "shape (3, 1)", "use y.ravel()"),
    ([[1.0, 2.0, 4.0]], ValueError, "shape (1, 3)", "expected (3,)"),
    ([1.0, 2.0], ValueError, "shape (2,)", "expected (3,)"),
    ([1.0, 2.0, 4.0, 5.0], ValueError, "shape (4,)", "expected (3,)"),
    (2.0, ValueError, "shape ()", "expected (3,)"),
    ([], ValueError, "shape (0,)", "expected (3,)"),
    ([1.0, NAN, 4.0], ValueError, "nan at index [1]", "finite numbers"),
    ([1.0, 2.0, INF], ValueError, "inf at index [2]", "finite numbers"),
    ([1.0, 2.0, 4j], TypeError, "dtype complex128", NOT_REAL),
    (["a", "b", "c"], TypeError, "dtype <U1", NOT_REAL),
    (pd.Series(["a", "b", "c"], dtype=object), TypeError, "'a' at index [0]", NOT_REAL),
    (np.ma.masked_array(Y, mask=[0, 1, 0]), TypeError, "masked", "plain numbers"),
    ({1.0, 2.0, 4.0}, TypeError, "dtype object", NOT_REAL),
]
BAD_CLASSES = [
    ([-1, 1, 1], ValueError, "holds -1, 1;", "use np.asarray(y) == 1"),
    ([1, 2, 2], ValueError, "holds 1, 2;", "expected 0 and 1; for one class against the rest"),
    ([0, 1, 2], ValueError, "holds 0, 1, 2;", "use np.asarray(y) == 2"),
    (np.array([0, 0.5, 1]), ValueError, "holds 0, 0.5, 1;", "use y == 1"),
    ([1, 1, 1], ValueError, "is 1 in every row", "expected both 0 and 1"),
    ([0, 0, 0], ValueError, "is 0 in every row", "expected both 0 and 1"),
    ([7, 7, 7], ValueError, "is 7 in every row", "expected both 0 and 1"),
    (["yes", "no", "yes"], TypeError, "'yes' at index [0]", NOT_REAL),
]
BAD_VECTOR = [
    ([[0.5], [-0.5]], ValueError, "shape (2, 1)", "expected"),
    (0.5, ValueError, "shape ()", "expected"),
    ([0.5, NAN], ValueError, "nan at index [1]", "finite numbers"),
    (NAN, ValueError, "contains nan;", "finite numbers"),
    ([0.5, INF], ValueError, "inf", "finite numbers"),
    ([1j, 2], TypeError, "dtype complex128", NOT_REAL),
    (["a", "b"], TypeError, "dtype <U1", NOT_REAL),
    (None, TypeError, "dtype object", NOT_REAL),
]
WRONG_LENGTH = [
    ([0.5], ValueError, "shape (1,)", "expected (2,), one"),
    ([0.5, 1, 2], ValueError, "shape (3,)", "expected (2,), one"),
    ([[0.5], [1]], ValueError, "shape (2, 1)", "ravel()"),
]
BAD_NUMBER = [
    (NAN, ValueError, "is nan", "expected a finite number"),
    (-INF, ValueError, "is -inf", "expected a finite number"),
    (10**400, ValueError, "is 1000", "expected a finite number"),
    ("1", TypeError, "is '1'", NUMBER),
    (None, TypeError, "is None", NUMBER),
    (True, TypeError, "is True", NUMBER),
    (np.True_, TypeError, "is np.True_", NUMBER),
    (1j, TypeError, "is 1j", NUMBER),
    ([1.0], TypeError, "is [1.0]", NUMBER),
    (np.array([1.0]), TypeError, "is array([1.])", NUMBER),
    (np.array(True), TypeError, "is array(True)", NUMBER),
    (np.array([True]), TypeError, "is array([ True])", NUMBER),
    (np.ma.masked, TypeError, "is masked", NUMBER),
    (np.arange(2.0), TypeError, "is array([0., 1.])", NUMBER),
]
BAD_POSITIVE = [
    *BAD_NUMBER,
    (0, ValueError, "is 0;", POSITIVE),
    (-0.0, ValueError, "is -0.0;", POSITIVE),
    (-0.1, ValueError, "is -0.1;", POSITIVE),
]
BAD_PART = [
    *BAD_NUMBER,
    (1, ValueError, "is 1;", "expected a number from 0 to below 1"),
    (-0.1, ValueError, "is -0.1;", "expected a number from 0 to below 1"),
]
BAD_TOLERANCE = [*BAD_NUMBER, (-1e-9, ValueError, "is -1e-09", "expected 0 or more")]
BAD_COUNT = [
    (-1, ValueError, "is -1", "or more"),
    (2.5, TypeError, "is 2.5", COUNT),
    (2.0, TypeError, "is 2.0", COUNT),
    ("10", TypeError, "is '10'", COUNT),
    (True, TypeError, "is True", COUNT),
    (np.True_, TypeError, "is np.True_", COUNT),
    ([10], TypeError, "is [10]", COUNT),
]
NO_COUNT = [*BAD_COUNT, (None, TypeError, "is None", COUNT)]
AT_LEAST_1 = [*NO_COUNT, (0, ValueError, "is 0", "expected 1 or more")]
BAD_RNG = [
    *BAD_COUNT,
    ("seed", TypeError, "is 'seed'", "a whole number as a seed, or a numpy.random.Generator"),
    (np.random.RandomState(0), TypeError, "RandomState", "numpy.random.Generator"),
]
NOT_CALLABLE = [
    (None, TypeError, "is of type NoneType", "expected a function"),
    (np.zeros(3), TypeError, "is of type ndarray", "expected a function"),
]

TABLE = [
    (
        "loss_function gradient squared_error cross_entropy MiniBatches gradient_descent "
        "standardize modes moments",
        "X",
        BAD_X,
    ),
    ("standardize", "X", [([[1, 2], [1, 3]], ValueError, "same value, 1, in every row", "vary")]),
    (
        "loss_function gradient squared_error cross_entropy MiniBatches gradient_descent moments",
        "y",
        BAD_Y,
    ),
    ("cross_entropy", "y", BAD_CLASSES),
    ("MiniBatches", "make", NOT_CALLABLE),
    ("MiniBatches", "make", [(OBJECTIVE, TypeError, "is an objective", "expected the function")]),
    ("MiniBatches", "batch_size", AT_LEAST_1),
    ("MiniBatches", "batch_size", [(4, ValueError, "is 4;", "expected at most 3, the rows")]),
    ("MiniBatches", "rng", [*BAD_RNG, (None, TypeError, "is None", "a whole number as a seed")]),
    ("Momentum", "beta", BAD_PART),
    ("Adam", "beta1", BAD_PART),
    ("Adam", "beta2", BAD_PART),
    ("Adam", "epsilon", BAD_TOLERANCE),
    ("average", "skip", NO_COUNT),
    ("average", "skip", [(1, ValueError, "is 1;", "expected less than the number of steps")]),
    ("average", "steps", [(5, TypeError, "is of type int", "expected what descend returns")]),
    ("average", "steps", [([(1, 2)], TypeError, "holds (1, 2);", "expected steps")]),
    (
        "loss_function gradient unstandardize update_parameters noisy_line numerical_gradient "
        "descend largest_stable_learning_rate",
        "w",
        BAD_VECTOR,
    ),
    ("loss_function gradient unstandardize", "w", WRONG_LENGTH),
    ("noisy_line", "w", [([], ValueError, "shape (0,)", "at least one weight")]),
    ("update_parameters", "dw", BAD_VECTOR + WRONG_LENGTH),
    ("unstandardize", "mean", BAD_VECTOR),
    ("unstandardize", "std", BAD_VECTOR + WRONG_LENGTH),
    ("unstandardize", "std", [([1, 0], ValueError, "contains 0", POSITIVE)]),
    ("unstandardize", "std", [([-2, 1], ValueError, "contains -2", POSITIVE)]),
    (
        "loss_function gradient unstandardize update_parameters noisy_line numerical_gradient "
        "descend largest_stable_learning_rate",
        "b",
        BAD_NUMBER,
    ),
    ("update_parameters", "db", BAD_NUMBER),
    ("update_parameters gradient_descent descend", "learning_rate", BAD_POSITIVE),
    ("numerical_gradient", "h", BAD_POSITIVE),
    ("numerical_gradient", "method", [("backward", ValueError, "is 'backward'", "'central'")]),
    ("noisy_line", "noise", BAD_TOLERANCE),
    ("ridge", "strength", BAD_TOLERANCE),
    ("backtracking", "sufficient_decrease", BAD_POSITIVE),
    ("backtracking", "sufficient_decrease", [(1, ValueError, "is 1;", "between 0 and 1")]),
    ("gradient_descent descend", "loss_tolerance", BAD_TOLERANCE),
    ("gradient_descent descend", "gradient_tolerance", BAD_TOLERANCE),
    ("gradient_descent descend", "num_iterations", NO_COUNT),
    ("gradient_descent", "report_every", NO_COUNT),
    ("noisy_line", "num_samples", AT_LEAST_1),
    ("initialize_parameters", "num_features", AT_LEAST_1),
    ("initialize_parameters noisy_line gradient_descent", "rng", BAD_RNG),
    ("descend ridge backtracking largest_stable_learning_rate", "objective", NOT_CALLABLE),
    ("descend", "update", NOT_CALLABLE),
    ("gradient_descent", "report", NOT_CALLABLE),
    ("numerical_gradient", "loss", NOT_CALLABLE),
    (
        "load_diabetes",
        "features",
        [
            ("bmi", TypeError, "is 'bmi'", "expected a list of names"),
            (3, TypeError, "is 3", "expected a list of names"),
            ([], ValueError, "is []", "expected one or more of age, sex, bmi"),
            (["bmi", "height"], ValueError, "is ['bmi', 'height']", "one or more of age, sex"),
            ([["bmi"]], ValueError, "is [['bmi']]", "one or more of age, sex"),
        ],
    ),
]
CASES = [
    pytest.param(name, argument, *case, id=f"{name}-{argument}-{case[2]}-{i}")
    for names, argument, cases in TABLE
    for name in names.split()
    for i, case in enumerate(cases)
]


def test_the_good_calls_are_good():
    public = {name for name in gdlib.__all__ if inspect.isfunction(getattr(gdlib, name))}
    public |= {"MiniBatches", "Momentum", "Adam"}
    assert public - {"article_example", "plain_step"} == set(CALLS)
    for function, arguments in CALLS.values():
        function(**arguments)


@pytest.mark.parametrize(("name", "argument", "value", "error", "was", "expected"), CASES)
def test_bad_inputs(name, argument, value, error, was, expected):
    function, good = CALLS[name]
    with pytest.raises(error) as caught:
        function(**(good | {argument: value}))
    message = str(caught.value)
    assert type(caught.value) is error
    assert message.startswith(argument + " ")
    assert was in message
    before, _, after = message.partition("expected")
    assert expected in ("expected" + after)
    assert before.endswith("; ")


CONVERSIONS = {
    "list": lambda a: a.tolist(),
    "tuple": lambda a: tuple(map(tuple, a.tolist())) if a.ndim == 2 else tuple(a.tolist()),
    "int": lambda a: a.astype(int),
    "uint8": lambda a: a.astype(np.uint8),
    "float16": lambda a: a.astype(np.float16),
    "float32": lambda a: a.astype(np.float32),
    "longdouble": lambda a: a.astype(np.longdouble),
    "other byte order": lambda a: a.astype(">f8"),
    "Fortran": np.asfortranarray,
    "strided": lambda a: (
        np.repeat(np.repeat(a, 2, axis=0), 3, axis=-1)[::2, ..., ::3]
        if a.ndim == 2
        else np.repeat(a, 2)[::2]
    ),
    "backwards": lambda a: np.ascontiguousarray(a[::-1])[::-1],
    "pandas": lambda a: pd.DataFrame(a) if a.ndim == 2 else pd.Series(a),
    "pandas int": lambda a: (
        pd.DataFrame(a.astype(int), index=list("pqr"), columns=["u", "v"])
        if a.ndim == 2
        else pd.Series(a.astype(int), index=[f"row {i}" for i in range(len(a))])
    ),
    "masked nowhere": lambda a: np.ma.masked_array(a, mask=False),
    "list of rows": list,
    "objects": lambda a: a.astype(object),
    "pandas nullable": lambda a: (
        pd.DataFrame(a) if a.ndim == 2 else pd.Series(a)
    ).convert_dtypes(),
    "list of Series": lambda a: list(map(pd.Series, a)) if a.ndim == 2 else pd.Series(a),
    "decimals": lambda a: (
        [list(map(Decimal, row)) for row in a] if a.ndim == 2 else [*map(Decimal, a)]
    ),
    "fractions": lambda a: (
        [list(map(Fraction, row)) for row in a] if a.ndim == 2 else [*map(Fraction, a)]
    ),
    "subclass": lambda a: np.ma.masked_array(a).data.view(type("Sub", (np.ndarray,), {})),
}
ARRAYS = {
    "loss_function": ["X", "y", "w"],
    "gradient": ["X", "y", "w"],
    "gradient_descent": ["X", "y"],
    "standardize": ["X"],
    "modes": ["X"],
    "unstandardize": ["w", "mean", "std"],
    "update_parameters": ["w", "dw"],
    "noisy_line": ["w"],
    "numerical_gradient": ["w"],
    "largest_stable_learning_rate": ["w"],
    "descend": ["w"],
    "squared_error": ["X", "y"],
    "MiniBatches": ["X", "y"],
}
WHOLE = {"X": X, "y": Y, "w": [2, 3], "dw": [1, 2], "mean": [1, 2], "std": [3, 4]}


def answers(name, arguments):
    """What the function returns, as a flat list of numbers."""
    result = CALLS[name][0](**arguments)
    if name in ("squared_error", "MiniBatches"):
        result = result(np.array([2.0, 3.0]), 1.0)
    if name == "descend":
        result = [value for step in result for value in step]
    results = [result] if isinstance(result, float) else list(result)
    assert all(value.dtype == np.float64 for value in results if isinstance(value, np.ndarray))
    return np.concatenate([np.ravel(value) for value in results])


@pytest.mark.parametrize("conversion", CONVERSIONS)
@pytest.mark.parametrize("name", ARRAYS)
def test_good_inputs_of_any_kind_give_the_same_and_stay_unchanged(name, conversion):
    convert = CONVERSIONS[conversion]
    good = CALLS[name][1] | {key: np.array(WHOLE[key], float) for key in ARRAYS[name]}
    arguments = good | {key: convert(good[key]) for key in ARRAYS[name]}
    before = copy.deepcopy({key: arguments[key] for key in ARRAYS[name]})
    np.testing.assert_allclose(answers(name, arguments), answers(name, good), rtol=1e-12)
    for key, value in before.items():
        assert type(arguments[key]) is type(value)
        np.testing.assert_array_equal(np.asarray(arguments[key]), np.asarray(value))


@pytest.mark.parametrize("name", ARRAYS)
def test_read_only_arrays_are_enough(name):
    """Which also proves that nothing is written into an argument."""
    good = CALLS[name][1] | {key: np.array(WHOLE[key], float) for key in ARRAYS[name]}
    for key in ARRAYS[name]:
        good[key].flags.writeable = False
    answers(name, good)


def test_what_is_returned_is_the_caller_s_to_change():
    x, y, w = np.array([[1.0], [3.0]]), np.array([1.0, 2.0]), np.array([1.0])
    for result in (
        gdlib.standardize(x)[0],
        gdlib.unstandardize(w, 0.0, [1.0], [1.0])[0],
        gdlib.update_parameters(w, 0.0, [0.0], 0.0, 1.0)[0],
        gdlib.gradient_descent(x, y, 0.1, 0)[0],
        gdlib.gradient(x, y, w, 0.0)[0],
    ):
        result[:] = 99
    assert (x.tolist(), y.tolist(), w.tolist()) == ([[1], [3]], [1, 2], [1])


@pytest.mark.parametrize(
    "kind", [int, float, np.float32, np.float64, np.int8, np.uint64, np.array, np.longdouble]
)
def test_numbers_of_any_kind(kind):
    number = partial(kind)
    assert gdlib.loss_function(X, Y, [0, 0], number(2)) == gdlib.loss_function(X, Y, [0, 0], 2.0)
    w, b = gdlib.update_parameters([1.0], number(2), [1.0], number(3), number(1))
    assert (w.tolist(), b, type(b)) == ([0.0], -1.0, float)


@pytest.mark.parametrize("kind", [int, np.int64, np.uint8, np.array])
def test_counts_of_any_kind(kind):
    assert len(list(gdlib.descend(OBJECTIVE, W, B, 0.01, kind(4)))) == 5
    assert gdlib.initialize_parameters(kind(3))[0].shape == (3,)


def test_booleans_are_zeros_and_ones_where_data_are_asked_for():
    X, y = [[True, False], [False, False], [True, True]], [True, False, False]
    loss = gdlib.loss_function(np.array(X), y, W, B)
    assert loss == gdlib.loss_function(np.array(X, float), np.array(y, float), W, B)


def test_booleans_and_nullable_numbers_may_stand_beside_floats_in_a_frame():
    frame = pd.DataFrame({"a": [1.0, 2.0, 4.0], "b": [True, False, True]})
    nullable = frame.assign(c=pd.array([1, 5, 3], dtype="Int64")).convert_dtypes()
    expected = np.array([[1, 1, 1], [2, 0, 5], [4, 1, 3.0]])
    for X, wide in [(frame, expected[:, :2]), (nullable, expected)]:
        for ours, theirs in zip(gdlib.standardize(X), gdlib.standardize(wide), strict=True):
            np.testing.assert_array_equal(ours, theirs)


# ---------------------------------------------------------------- advice, typed in


class Polars:
    """A table as polars makes it: in its array, dates beside numbers are numbers too."""

    def __init__(self, columns):
        self.data = {name: np.asarray(column) for name, column in columns.items()}
        for name, column in self.data.items():
            if isinstance(column[0], datetime.date):
                self.data[name] = column.astype("datetime64[D]")
        self.columns = list(self.data)

    def __array__(self, dtype=None, copy=None):
        columns = list(self.data.values())
        kinds = {column.dtype.kind for column in columns}
        if kinds == {"f", "M"}:
            columns = self.unlike(columns)
        elif len(kinds) > 1:
            columns = [column.astype(object) for column in columns]
        return np.asarray(np.column_stack(columns), dtype)

    def unlike(self, columns):
        return [column.astype(float) for column in columns]

    def __getitem__(self, name):
        return self.data[name]

    def drop(self, names):
        return type(self)({name: self.data[name] for name in self.data if name not in names})


class Arrow(Polars):
    """A table as pyarrow makes it: `columns` are data, and dates beside numbers no array."""

    def __init__(self, columns):
        super().__init__(columns)
        self.column_names, self.columns = list(self.data), list(self.data.values())

    def unlike(self, columns):
        raise TypeError("no common DType exists")

    drop_columns = Polars.drop
    drop = None


def library(name, make):
    """Make a table with a library that the tests do without, where it is there."""
    return lambda columns: make(pytest.importorskip(name), columns)


TABLES = {
    "pandas": pd.DataFrame,
    "pandas nullable": lambda columns: pd.DataFrame(columns).convert_dtypes(),
    "lists": lambda columns: [list(row) for row in zip(*columns.values(), strict=True)],
    "objects": lambda columns: np.array(
        [list(row) for row in zip(*columns.values(), strict=True)], dtype=object
    ),
    "like polars": Polars,
    "like pyarrow": Arrow,
    "polars": library("polars", lambda polars, columns: polars.DataFrame(columns)),
    "pyarrow": library("pyarrow", lambda pyarrow, columns: pyarrow.table(columns)),
}
FLOATS, TEXTS = [1.0, 2.0, 4.0, 3.0], ["p", "q", "p", "q"]
DAYS = [datetime.date(2020, 1, day) for day in (1, 2, 9, 4)]
COLUMNS = {
    # a table, and what is left of it when the advice has been followed
    "text": ({"a": FLOATS, "b": TEXTS}, [[1], [2], [4], [3]]),
    "texts": ({"b": TEXTS, "a": FLOATS, "c": TEXTS[::-1]}, [[1], [2], [4], [3]]),
    "dates": ({"a": FLOATS, "b": DAYS}, [[1], [2], [4], [3]]),
    "numbers as text": ({"a": FLOATS, "b": ["1", "2.5", "7", "0"]}, None),
    "a text, and numbers as text": (
        {"a": TEXTS, "b": ["1", "2.5", "7", "0"]},
        [[1], [2.5], [7], [0]],
    ),
    "only text": ({"a": TEXTS, "b": TEXTS[::-1]}, [[1, 0], [0, 1], [1, 0], [0, 1]]),
    "only dates": ({"a": DAYS, "b": DAYS}, None),
    "NaN": ({"a": FLOATS, "b": [5.0, NAN, 6.0, 8.0]}, [[1, 5], [4, 6], [3, 8]]),
    "infinity": ({"a": FLOATS, "b": [5.0, INF, 6.0, 8.0]}, [[1, 5], [4, 6], [3, 8]]),
    "a truth lacking": ({"a": FLOATS, "b": [True, None, False, True]}, [[1, 1], [4, 0], [3, 1]]),
    "a text lacking": ({"a": FLOATS, "b": ["p", None, "q", "p"]}, [[1], [2], [4], [3]]),
    "numbers lacking beside text": (
        {"a": [1.0, NAN, 4.0, 3.0], "b": TEXTS},
        [[1], [4], [3]],
    ),
}
FORMS = {
    "series": pd.Series(FLOATS),
    "a list": FLOATS,
    "a number": 7.0,
    "a fraction": Fraction(1, 2),
    "images": np.arange(12.0).reshape(3, 2, 2),
    "lists of images": np.arange(12.0).reshape(3, 2, 2).tolist(),
    "masked": np.ma.masked_array([FLOATS, FLOATS, FLOATS], [[0] * 4, [0, 1, 0, 0], [0] * 4]),
    "list of masked rows": list(
        np.ma.masked_array([FLOATS, FLOATS, FLOATS], [[0] * 4, [0, 1, 0, 0], [0] * 4])
    ),
    "complex": [[1 + 0j, 2], [3, 4]],
    "sparse": sparse.csr_array(np.eye(3)),
    "dictionary": {"a": FLOATS, "b": FLOATS},
    "generator": ([x, 1.0] for x in FLOATS),
    "records": pd.DataFrame({"a": FLOATS, "b": FLOATS}).to_records(index=False),
    "series of arrays": pd.Series([np.array([1, 2]), np.array([3, 4])]),
    "times": np.array([["2020-01-01"], ["NaT"], ["2020-01-03"]], "datetime64[ns]"),
    "durations": pd.DataFrame({"a": pd.to_timedelta(["1D", "2D"])}),
    "bytes": np.array([[b"1", b"2"], [b"3", b"4"]]),
}
TARGETS = {
    "column": np.array([[1.0], [2.0], [4.0]]),
    "frame": pd.DataFrame({"y": [1.0, 2.0, 4.0]}),
    "nullable frame": pd.DataFrame({"y": [1, 2, 4]}, dtype="Int64"),
    "row": [[1.0, 2.0, 4.0]],
    "like pyarrow": Arrow({"y": [1.0, 2.0, 4.0]}),
    "texts": ["a", "b", "a"],
    "texts and None": ["a", None, "b", "a"],
    "series of texts, one lacking": pd.Series(["a", None, "b", "a"]),
    "categories": pd.Series(["a", "b", "a"], dtype="category"),
    "None": [1, None, 2, 3],
    "NA": pd.Series([True, None, False, True], dtype="boolean"),
    "NaN": pd.Series([1.0, NAN, 2.0, 3.0]),
    "masked": np.ma.masked_array([1.0, 2, 3, 4], [0, 1, 0, 0]),
    "dates": DAYS[:3],
    "times with a zone": pd.Series(pd.date_range("2020", periods=3, tz="UTC")),
    "dictionary": {"a": 1.0, "b": 2.0, "c": 4.0},
    "map": map(float, [1, 2, 4]),
}


def follow(name, value, check):
    """Type in what each error advises until there is none; return what is then taken."""
    for _ in range(4):
        try:
            return check(value)
        except (TypeError, ValueError) as error:
            message = str(error)
        assert message.startswith(name + " ")
        names = {"np": np, "pd": pd, name: value}
        rows = re.search(r"leave such rows out, (.+) with keep = (.+), and the same rows", message)
        if rows:
            names["keep"] = eval(rows[2], names)
        way = rows or re.search(
            r"(?:: |use |out, )((?:np|list|X|y|b)\b.*?)(?:, where .*)?$", message
        )
        assert way, message
        value = eval(way[1], names)
    raise AssertionError(message)


@pytest.mark.parametrize("columns", COLUMNS)
@pytest.mark.parametrize("table", TABLES)
def test_advice_on_a_table_works_when_typed_in(table, columns):
    given, expected = COLUMNS[columns]
    taken = follow("X", TABLES[table](given), gdlib.arguments.check_features)
    if expected is not None:
        np.testing.assert_array_equal(taken, expected)
    else:
        assert taken.shape == (4, 2)


@pytest.mark.parametrize("table", set(TABLES) - {"lists", "objects"})
@pytest.mark.parametrize("columns", ["text", "dates", "NaN", "a truth lacking"])
def test_a_table_s_column_is_named(table, columns):
    with pytest.raises((TypeError, ValueError), match=r"at index \[[01], 1\], column 'b'; "):
        gdlib.standardize(TABLES[table](COLUMNS[columns][0]))


@pytest.mark.parametrize("form", FORMS)
def test_advice_on_features_works_when_typed_in(form):
    taken = follow("X", FORMS[form], gdlib.arguments.check_features)
    if form == "dictionary":
        np.testing.assert_array_equal(taken, np.transpose([FLOATS, FLOATS]))
    assert taken.size == {"masked": 8, "list of masked rows": 8, "times": 2}.get(form, taken.size)


@pytest.mark.parametrize("target", TARGETS)
def test_advice_on_targets_works_when_typed_in(target):
    def check(y):
        return gdlib.arguments.check_vector("y", y, 3, "one number per row of X")

    assert follow("y", TARGETS[target], check).shape == (3,)


@pytest.mark.parametrize(
    "labels",
    [
        [-1, 1, 1],
        (1, 2, 2),
        np.array([0.1, 1 / 3, 0.1 + 0.2]),
        pd.Series([3, 1, 2]),
        pd.Series(["yes", "no", "yes"]),
        np.array([[-1], [1], [1]]),
        [False, "no", 1],
    ],
)
def test_advice_on_classes_works_when_typed_in(labels):
    taken = follow("y", labels, lambda y: gdlib.arguments.check_classes(y, 3))
    assert set(taken) == {0, 1}
    gdlib.cross_entropy(X, taken)


@pytest.mark.parametrize("number", [np.array([2.0]), pd.Series([2]), np.ones((1, 1), int)])
def test_advice_on_a_number_in_an_array_works_when_typed_in(number):
    follow("b", number, partial(gdlib.arguments.check_number, "b"))


def test_xarray_s_arrays_are_taken_and_its_data_sets_get_advice():
    xarray = pytest.importorskip("xarray")
    numbers = [[1.0, 2.0], [3.0, 5.0]]
    array = gdlib.arguments.check_features(xarray.DataArray(numbers))
    np.testing.assert_array_equal(array, numbers)
    data = xarray.Dataset({"a": ("i", [1.0, 3.0]), "b": ("i", [2.0, 5.0])})
    taken = follow("X", data, gdlib.arguments.check_features)
    np.testing.assert_array_equal(taken, numbers)


def test_an_object_that_raises_when_numpy_asks_is_named():
    class Tensor:
        def __array__(self, dtype=None, copy=None):
            raise RuntimeError("it lives on another device")

    with pytest.raises(TypeError, match=r"^X is of type Tensor, .* cannot read \(it lives on"):
        gdlib.standardize(Tensor())


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({1.0, 2.0}, "in an array"),
        (None, "in an array"),
        ("data.csv", "in an array"),
        ([[1.0, np.ma.masked], [3.0, 4.0]], "expected plain numbers"),
    ],
)
def test_no_advice_is_given_where_none_would_work(value, message):
    with pytest.raises(TypeError, match=f"{message}$"):
        gdlib.standardize(value)


@pytest.mark.parametrize("value", [[1.0], np.ma.masked, np.array([True])])
def test_item_is_advised_only_where_it_gives_the_number(value):
    with pytest.raises(TypeError, match=r"expected a real number$"):
        gdlib.unstandardize([1.0], value, [0.0], [1.0])
