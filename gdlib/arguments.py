"""Checks of what callers pass in, made once, where a public function is called.

Every error names the argument, says what it was and what was expected, and gives advice
that can be typed in. Nothing is repaired silently; whatever passes comes back as
``float64``, in the same shape: booleans as 0 and 1, decimals and fractions rounded.
"""

import datetime
import math
import operator
from collections.abc import Iterable, Mapping, Set
from decimal import Decimal
from itertools import chain
from numbers import Real
from typing import Any, NoReturn

import numpy as np
from numpy.typing import ArrayLike, NDArray

FloatArray = NDArray[np.float64]


def as_float_array(name: str, values: ArrayLike) -> FloatArray:
    """Return `values` as a finite, real ``float64`` array of unchanged shape."""
    masked = _first_masked(values)
    if masked is not None:
        raise TypeError(
            f"{name} is masked at index {list(masked)}; expected plain numbers"
            f"{_advise_unmasked(name, values, len(masked))}"
        )
    array = _as_array(name, values)
    if array.dtype.kind == "O" and all(map(_is_real, set(map(type, array.flat)))):
        try:
            array = array.astype(np.float64)
        except OverflowError:  # an int that is larger than any float
            raise ValueError(
                f"{name} contains a number beyond float64; expected finite numbers only"
            ) from None
    if array.dtype.kind not in "biuf":
        _refuse_kind(name, values, array)
    with np.errstate(over="ignore"):  # a wider float that overflows is reported as infinite below
        array = array.astype(np.float64, copy=False)
    finite = np.isfinite(array)
    if not finite.all():
        index = tuple(int(i) for i in np.argwhere(~finite)[0])
        where = f" at {_where(values, index)}" if index else ""
        plain = type(values) is np.ndarray and values.dtype.kind == "f" and values.itemsize <= 8
        good = f"np.isfinite({name if plain else f'np.asarray({name}, dtype=float)'})"
        raise ValueError(
            f"{name} contains {array[index]}{where}; expected finite numbers only"
            f"{_advise_rows(name, good, array.ndim, _array(name, values))}"
        )
    return array


def check_features(X: ArrayLike) -> FloatArray:
    """Return `X` as a float array of shape (m, n) with m, n ≥ 1."""
    features = as_float_array("X", X)
    shape, hint = features.shape, ""
    if len(shape) != 2:
        if features.size:
            given = _array("X", X)
            way = f"reshape({f'len({given})' if len(shape) > 2 else -1}, {-1 if shape[2:] else 1})"
            hint = f"; for one {'row a sample' if shape[2:] else 'feature'} use {given}.{way}"
        raise ValueError(
            f"X has shape {shape}; expected two dimensions (m samples, n features){hint}"
        )
    for count, what in zip(shape, ("row", "column"), strict=True):
        if count == 0:
            raise ValueError(f"X has shape {shape}; expected at least one {what}")
    return features


def check_data(X: ArrayLike, y: ArrayLike) -> tuple[FloatArray, FloatArray]:
    """Return `X`, shape (m, n), and `y`, shape (m,), as float arrays of matching length."""
    features = check_features(X)
    return features, check_vector("y", y, len(features), "one number per row of X")


def check_classes(y: ArrayLike, length: int, one_class: bool = False) -> FloatArray:
    """Return `y` as a float array of shape (length,) of 0 and 1; both occur, unless one will do."""
    classes = check_vector("y", y, length, "one number per row of X")
    values = np.unique(classes).tolist()
    if one_class and values in ([0], [1]):
        return classes
    if len(values) == 1:
        raise ValueError(
            f"y is {values[0]:g} in every row; expected both 0 and 1: take rows of the other class "
            "too, or else there is nothing to tell apart (where they are a block of more rows: "
            "functools.partial(gdlib.cross_entropy, one_class=True))"
        )
    if values != [0, 1]:
        shown = ", ".join(f"{value:g}" for value in values[:3]) + ", …" * (len(values) > 3)
        last = repr(values[-1]).removesuffix(".0")
        raise ValueError(
            f"y holds {shown}; expected 0 and 1; for one class against the rest use "
            f"{_array('y', y)} == {last}"
        )
    return classes


def check_vector(name: str, values: ArrayLike, length: int, meaning: str) -> FloatArray:
    """Return `values` as a float array of shape (length,)."""
    vector = as_float_array(name, values)
    if vector.shape != (length,):
        hint = f"; use {_array(name, values)}.ravel()" if vector.size == length else ""
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
    if not isinstance(number, (Real, Decimal)) or isinstance(number, (bool, np.bool_)):
        hint = f"; use {name}.item()" if _holds_one_number(value) else ""
        raise TypeError(f"{name} is {value!r}; expected a real number{hint}")
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


# ---------------------------------------------------------------- what cannot be taken, and why


def _first_masked(values: Any, index: tuple[int, ...] = ()) -> tuple[int, ...] | None:
    """Find the first masked entry of an array, or of a list that holds masked rows."""
    if np.ma.isMaskedArray(values):
        masked = np.argwhere(np.ma.getmaskarray(values))
        return (*index, *(int(i) for i in masked[0])) if len(masked) else None
    if not isinstance(values, (list, tuple)):
        return None
    kinds = set(map(type, values))
    if kinds <= {list, tuple}:
        kinds = set(map(type, chain.from_iterable(values)))
    if kinds <= {float, int}:  # quickly said of most lists
        return None
    found = (_first_masked(value, (*index, i)) for i, value in enumerate(values))
    return next((one for one in found if one is not None), None)


def _as_array(name: str, values: Any) -> NDArray[Any]:
    """Return `values` as NumPy sees them."""
    try:
        names = None if isinstance(values, np.ndarray) else _column_names(values)
        if not names or hasattr(values, "iloc"):
            return np.asarray(values)
        # polars and pyarrow make numbers of dates, or raise, where columns differ in kind
        columns = [np.asarray(values[one]) for one in names]
        alike = all(column.dtype.kind in "biuf" for column in columns)
        return np.column_stack(columns if alike else [_as_objects(column) for column in columns])
    except Exception as error:  # whatever `values` raise when NumPy asks them
        if isinstance(error, ValueError):
            raise ValueError(
                f"{name} has rows of different lengths, or is no array; expected a rectangular "
                f"array ({error})"
            ) from error
        raise TypeError(
            f"{name} is of type {type(values).__name__}, which NumPy cannot read ({error}); "
            f"expected an array of real numbers{_advise_array(name, values)}"
        ) from error


def _as_objects(array: NDArray[Any]) -> NDArray[Any]:
    """Return an array of objects; dates and durations stay what they are, NaT is None."""
    if array.dtype.kind not in "Mm":
        return array.astype(object)
    objects = [None if np.isnat(one) else one for one in array.flat]
    return np.array(objects, dtype=object).reshape(array.shape)


def _is_real(kind: type) -> bool:
    """Say whether objects of a kind are real numbers, which NumPy thinks of durations."""
    return issubclass(kind, (Real, Decimal)) and not issubclass(kind, np.timedelta64)


def _is_missing(value: Any) -> bool:
    """Recognize None and NaN, and pandas' NA and NaT without pandas."""
    if isinstance(value, float):
        return value != value
    return value is None or type(value).__name__ in ("NAType", "NaTType")


def _refuse_kind(name: str, values: Any, array: NDArray[Any]) -> NoReturn:
    """Say why an array is not one of numbers."""
    given, expected = _array(name, values), "expected real numbers (float or integer)"
    if array.ndim == 0:
        raise TypeError(
            f"{name} has dtype {array.dtype}, made from {type(values).__name__}; {expected} "
            f"in an array{_advise_array(name, values)}"
        )
    if array.dtype.kind == "c":
        raise TypeError(
            f"{name} has dtype {array.dtype}; {expected}: {given}.real, where the imaginary "
            f"parts are 0"
        )
    if array.dtype.names:
        fields = f"np.column_stack([{given}[field] for field in {given}.dtype.names])"
        raise TypeError(
            f"{name} has the fields {', '.join(array.dtype.names)}; {expected}: {fields}"
        )
    if array.size == 0:
        raise TypeError(f"{name} has dtype {array.dtype}; {expected}")
    entries = list(np.ndenumerate(_as_objects(array)))
    missing = [one for one in entries if _is_missing(one[1])]
    strange = [one for one in entries if not (_is_real(type(one[1])) or _is_missing(one[1]))]
    strange = [one for one in strange if not _is_number(one[1])] or strange
    columns = sorted({index[-1] for index, _ in strange})
    separable = name == "X" and array.ndim == 2 and 0 < len(columns) < array.shape[1]
    if missing and not separable:
        index, value = missing[0]
        good = f"np.isfinite(np.asarray({name}, dtype=float))"
        if array.dtype.kind in "Mm":
            good = f"(~np.isnat({given}))"
        elif strange or not all(one is None or isinstance(one, float) for _, one in missing):
            good = f"pd.notna({given})"
        raise ValueError(
            f"{name} lacks a value ({value}) at {_where(values, index)}; expected finite numbers "
            f"only{_advise_rows(name, good, array.ndim, given)}"
        )
    (index, value), advice = strange[0], ""
    kinds = {type(value) for _, value in strange}
    if _is_number(value):
        advice = f": np.asarray({name}, dtype=float)"
    elif separable:
        advice = f": leave the column out, {_drop(name, values, columns)}"
    elif kinds <= {str, bytes}:
        advice = f"; for one class against the rest use {given} == {value!r}"
    elif all(issubclass(kind, (datetime.date, np.datetime64)) for kind in kinds):
        advice = f"; for seconds since 1970 use np.asarray({name}, dtype='M8[s]').astype(float)"
    elif all(issubclass(kind, (datetime.timedelta, np.timedelta64)) for kind in kinds):
        advice = f"; for seconds use np.asarray({name}, dtype='m8[s]').astype(float)"
    elif kinds <= {list, tuple, np.ndarray} and len({len(one) for _, one in strange}) == 1:
        advice = f": np.stack({given})"
    raise TypeError(
        f"{name} has dtype {array.dtype}, with {value!r} at {_where(values, index)}; "
        f"{expected}{advice}"
    )


def _is_number(value: object) -> bool:
    """Say whether a value is a text that can be read as a number."""
    try:
        return isinstance(value, (str, bytes)) and float(value) is not None
    except ValueError:
        return False


def _holds_one_number(value: Any) -> bool:
    """Say whether an array or a column, of whatever library, is of one number."""
    if not hasattr(value, "item") or np.ma.isMaskedArray(value):
        return False
    array = np.asarray(value)
    return array.size == 1 and array.dtype.kind in "iuf"


def _column_names(values: Any) -> list[Any]:
    """Return the names of a table's columns, as pandas, polars or pyarrow have them."""
    return list(getattr(values, "column_names", getattr(values, "columns", [])))


def _where(values: Any, index: tuple[int, ...]) -> str:
    """Write where a value stands, with its column's name where there is one."""
    names = _column_names(values)
    column = f", column {names[index[1]]!r}" if names and len(index) == 2 else ""
    return f"index {[int(i) for i in index]}{column}"


# ---------------------------------------------------------------- advice


def _array(name: str, values: object) -> str:
    """Write what is an array: lists, tables and matrices lack its methods, or have others."""
    return name if type(values) is np.ndarray else f"np.asarray({name})"


def _advise_rows(name: str, good: str, ndim: int, given: str) -> str:
    """Tell how to leave out the rows in which not every value is good."""
    if name not in ("X", "y") or ndim not in (1, 2):
        return ""
    of, other = (".all(axis=1)" if ndim == 2 else ""), {"X": "y", "y": "X"}[name]
    return (
        f": leave such rows out, {given}[keep] with keep = {good}{of}, and the same rows of {other}"
    )


def _advise_unmasked(name: str, values: Any, ndim: int) -> str:
    """Tell how to leave out the rows in which a value is masked."""
    whole = np.ma.isMaskedArray(values)
    if not whole and any(isinstance(row, (list, tuple)) for row in values):
        return ""  # NumPy forgets such masks
    given = name if whole else f"np.ma.array({name})"
    return _advise_rows(name, f"(~np.ma.getmaskarray({given}))", ndim, given)


def _advise_array(name: str, values: Any) -> str:
    """Tell how to make an array of what is none, if its kind is known."""
    for method in ("toarray", "to_dataframe", "collect"):  # SciPy sparse, xarray, polars lazy
        if hasattr(values, method):
            return f": {name}.{method}()"
    if isinstance(values, Mapping):
        columns = f"list({name}.values())"
        return f": np.column_stack({columns})" if name == "X" else f": {columns}"
    if isinstance(values, Iterable) and not isinstance(values, (str, bytes, Set)):
        return f": list({name})"
    return ""


def _drop(name: str, values: Any, columns: list[int]) -> str:
    """Write how to leave columns out, in the words of the table's library."""
    names = _column_names(values)
    if not names:
        return f"np.delete({_array(name, values)}, {columns}, axis=1)"
    named = [names[j] for j in columns]
    if hasattr(values, "drop_columns"):  # pyarrow
        return f"{name}.drop_columns({named})"
    return f"{name}.drop({'columns=' if hasattr(values, 'iloc') else ''}{named})"
