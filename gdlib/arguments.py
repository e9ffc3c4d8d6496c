"""Checks of what callers pass in, made once per run.

Every error names the argument, says what it was and what was expected. Nothing is
repaired silently; whatever passes comes back as ``float64``, in the same shape.
"""

import math
import operator
from numbers import Real
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def as_float_array(name: str, values: ArrayLike) -> FloatArray:
    """Return `values` as a finite, real ``float64`` array of unchanged shape."""
    if np.ma.isMaskedArray(values):
        raise TypeError(
            f"{name} is a masked array; expected plain numbers: fill or drop masked entries first"
        )
    try:
        array = np.asarray(values)
    except ValueError as error:
        raise ValueError(
            f"{name} has rows of different lengths, or is no array; expected a rectangular array "
            f"({error})"
        ) from error
    if array.dtype.kind not in "biuf":
        raise TypeError(f"{name} has dtype {array.dtype}; expected real numbers (float or integer)")
    with np.errstate(over="ignore"):  # a wider float that overflows is reported as infinite below
        array = array.astype(np.float64, copy=False)
    finite = np.isfinite(array)
    if not finite.all():
        index = tuple(int(i) for i in np.argwhere(~finite)[0])
        where = f" at index {list(index)}" if index else ""
        raise ValueError(f"{name} contains {array[index]}{where}; expected finite numbers only")
    return array


def check_features(X: ArrayLike) -> FloatArray:
    """Return `X` as a float array of shape (m, n) with m, n ≥ 1."""
    X = as_float_array("X", X)
    if X.ndim != 2:
        hint = "; for one feature use X.reshape(-1, 1)" if X.ndim == 1 else ""
        raise ValueError(
            f"X has shape {X.shape}; expected two dimensions (m samples, n features){hint}"
        )
    for count, what in zip(X.shape, ("row", "column"), strict=True):
        if count == 0:
            raise ValueError(f"X has shape {X.shape}; expected at least one {what}")
    return X


def check_data(X: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return `X`, shape (m, n), and `y`, shape (m,), as float arrays of matching length."""
    X = check_features(X)
    return X, check_vector("y", y, len(X), "one number per row of X")


def check_vector(name: str, values: ArrayLike, length: int, meaning: str) -> FloatArray:
    """Return `values` as a float array of shape (length,)."""
    vector = as_float_array(name, values)
    if vector.shape != (length,):
        column = vector.ndim == 2 and vector.shape == (length, 1)
        hint = f"; use {name}.ravel()" if column else ""
        raise ValueError(f"{name} has shape {vector.shape}; expected ({length},), {meaning}{hint}")
    return vector


def check_weights(w: ArrayLike) -> FloatArray:
    """Return `w` as a float array of shape (n,), whatever n is."""
    w = as_float_array("w", w)
    if w.ndim != 1:
        raise ValueError(
            f"w has shape {w.shape}; expected one dimension (n,), one weight per feature"
        )
    return w


def check_parameters(w: ArrayLike, b: float, num_features: int) -> tuple[FloatArray, float]:
    """Return `w` as a float array of shape (n,) and `b` as a float."""
    return check_vector("w", w, num_features, "one weight per column of X"), check_number("b", b)


def check_number(name: str, value: float) -> float:
    """Return `value` as a finite float; 0-d arrays count as numbers, booleans do not."""
    number: Any = value
    if isinstance(number, np.ndarray) and number.ndim == 0 and not np.ma.isMaskedArray(number):
        number = number.item()
    if not isinstance(number, Real) or isinstance(number, (bool, np.bool_)):
        raise TypeError(f"{name} is {value!r}; expected a real number")
    try:
        result = float(number)
    except OverflowError:  # an int that is larger than any float
        result = math.inf
    if not math.isfinite(result):
        raise ValueError(f"{name} is {value!r}; expected a finite number")
    return result


def check_positive(name: str, value: float) -> float:
    """Return `value` as a finite float above zero."""
    number = check_number(name, value)
    if number <= 0:
        raise ValueError(f"{name} is {value!r}; expected a number above 0")
    return number


def check_not_negative(name: str, value: float) -> float:
    """Return `value` as a finite float, zero or above."""
    number = check_number(name, value)
    if number < 0:
        raise ValueError(f"{name} is {value!r}; expected 0 or more")
    return number


def check_count(name: str, value: int, at_least: int = 0) -> int:
    """Return `value` as an int of `at_least` or more; fractions and booleans are refused."""
    if isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} is {value!r}; expected a whole number")
    try:
        count = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} is {value!r}; expected a whole number") from None
    if count < at_least:
        raise ValueError(f"{name} is {value!r}; expected {at_least} or more")
    return count


def check_callable(name: str, value: object) -> None:
    """Refuse a `value` that cannot be called."""
    if not callable(value):
        raise TypeError(f"{name} is of type {type(value).__name__}; expected a function")


def as_generator(rng: np.random.Generator | int) -> np.random.Generator:
    """Return `rng` itself, or a new generator if it is a seed."""
    if isinstance(rng, np.random.Generator):
        return rng
    try:
        return np.random.default_rng(check_count("rng", rng))
    except TypeError as error:
        raise TypeError(f"{error} as a seed, or a numpy.random.Generator") from None
