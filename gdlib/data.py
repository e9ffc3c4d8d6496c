"""Step 1, data: the book's examples, and features brought to one scale."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike

from gdlib.arguments import (
    FloatArray,
    as_float_array,
    as_generator,
    check_count,
    check_features,
    check_not_negative,
    check_number,
    check_parameters,
    check_vector,
    check_weights,
)

# 344 penguins of three species, three text columns, holes written NA: K. B. Gorman,
# T. D. Williams and W. R. Fraser, PLoS ONE 9(3), 2014, e90081; in the form of the palmerpenguins
# package of A. M. Horst, A. P. Hill and K. B. Gorman, 2020, who give it under CC0.
PENGUINS = Path(__file__).with_name("penguins.csv")

DIABETES_FEATURES = {
    "age": "age in years",
    "sex": "sex, coded 1 or 2",
    "bmi": "body mass index in kg/m²",
    "bp": "average blood pressure",
    "s1": "total serum cholesterol (tc)",
    "s2": "low-density lipoproteins (ldl)",
    "s3": "high-density lipoproteins (hdl)",
    "s4": "total cholesterol divided by HDL (tch)",
    "s5": "possibly the log of serum triglycerides (ltg)",
    "s6": "blood sugar (glu)",
}


def article_example() -> tuple[FloatArray, FloatArray]:
    """Return the three samples with three features that the source article fits.

    Returns
    -------
    X : ndarray, shape (3, 3)
        The numbers 1 to 9, row by row.
    y : ndarray, shape (3,)
        Targets, 4, 7 and 10: each is the row's first feature plus 3.

    Notes
    -----
    The columns of `X` and the constant column are linearly dependent (rank 2 of 4), so
    the solutions fill a plane in the four dimensions of ``(w, b)``.

    Examples
    --------
    >>> X, y = article_example()
    >>> X
    array([[1., 2., 3.],
           [4., 5., 6.],
           [7., 8., 9.]])
    >>> y
    array([ 4.,  7., 10.])
    """
    return np.arange(1.0, 10.0).reshape(3, 3), np.array([4.0, 7.0, 10.0])


def noisy_line(
    num_samples: int, w: ArrayLike, b: float, noise: float, rng: np.random.Generator | int
) -> tuple[FloatArray, FloatArray]:
    """Draw samples of a known linear relation, ``y = X w + b + noise``.

    Parameters
    ----------
    num_samples : int
        Number of samples m, at least 1.
    w : array_like, shape (n,)
        True weights; their number sets the number of features, at least 1.
    b : float
        True bias.
    noise : float
        Standard deviation of the normal noise, 0 or more, in units of y.
    rng : numpy.random.Generator or int
        Source of random numbers, or a seed for a new one.

    Returns
    -------
    X : ndarray, shape (m, n)
        Independent draws from the standard normal distribution.
    y : ndarray, shape (m,)
        Targets.

    Raises
    ------
    TypeError
        If a number is of the wrong type.
    ValueError
        If a number is out of range or `w` is not a vector with at least one entry.

    Examples
    --------
    >>> X, y = noisy_line(100, w=[2.0, -1.0], b=5.0, noise=0.0, rng=0)
    >>> X.shape, y.shape, np.allclose(y, X @ [2, -1] + 5)
    ((100, 2), (100,), True)
    """
    num_samples = check_count("num_samples", num_samples, at_least=1)
    w = check_weights(w)
    if len(w) == 0:
        raise ValueError("w has shape (0,); expected at least one weight")
    b, noise = check_number("b", b), check_not_negative("noise", noise)
    rng = as_generator(rng)
    X = rng.standard_normal((num_samples, len(w)))
    return X, X @ w + b + noise * rng.standard_normal(num_samples)


def load_diabetes(features: Iterable[str] | None = None) -> tuple[FloatArray, FloatArray]:
    """Return the diabetes data of Efron et al. in real units: 442 patients.

    Parameters
    ----------
    features : iterable of str, optional
        Which columns to return, in this order; all ten keys of ``DIABETES_FEATURES``
        unless given. ``["bmi"]`` is the one that the book draws.

    Returns
    -------
    X : ndarray, shape (442, n)
        One patient per row.
    y : ndarray, shape (442,)
        Progression of the disease one year after the features were taken, a score
        without a unit, 25 to 346.

    Raises
    ------
    ModuleNotFoundError
        If scikit-learn, which ships the data, is not installed.
    TypeError
        If `features` is a single string, or not a list of names at all.
    ValueError
        If a name is not among ``DIABETES_FEATURES``, or none is given.

    Notes
    -----
    The data are those of [1]_, read through scikit-learn, unscaled.

    References
    ----------
    .. [1] B. Efron, T. Hastie, I. Johnstone and R. Tibshirani, "Least angle regression",
       *The Annals of Statistics* 32(2), 2004, 407–499. doi:10.1214/009053604000000067

    Examples
    --------
    >>> X, y = load_diabetes(["bmi"])
    >>> X.shape, y.shape
    ((442, 1), (442,))
    >>> X[:3, 0], y[:3]
    (array([32.1, 21.6, 30.5]), array([151.,  75., 141.]))
    """
    known = list(DIABETES_FEATURES)
    features = known if features is None else features
    if isinstance(features, str) or not isinstance(features, Iterable):
        raise TypeError(f"features is {features!r}; expected a list of names, such as ['bmi']")
    names = list(features)
    if not names or any(name not in known for name in names):
        raise ValueError(f"features is {names}; expected one or more of {', '.join(known)}")
    try:
        from sklearn.datasets import load_diabetes as load
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "load_diabetes reads its data from scikit-learn: pip install scikit-learn"
        ) from error
    bunch = load(scaled=False)
    columns = [bunch.feature_names.index(name) for name in names]
    return bunch.data[:, columns], bunch.target


def standardize(X: ArrayLike) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Bring every feature to mean 0 and standard deviation 1.

    ``Z = (X − mean) / std``, column by column.

    Parameters
    ----------
    X : array_like, shape (m, n)
        Features in real units.

    Returns
    -------
    Z : ndarray, shape (m, n)
        Standardized features, without a unit.
    mean : ndarray, shape (n,)
        Mean of each feature, in its unit.
    std : ndarray, shape (n,)
        Standard deviation of each feature, in its unit.

    Raises
    ------
    TypeError
        If `X` is not made of real numbers.
    ValueError
        If `X` is not two-dimensional, is empty, contains NaN or infinity, or has a column
        of which every row is the same, or nearly so: a standard deviation below 1e-10 of
        the largest value is too near the rounding of the values themselves.

    See Also
    --------
    unstandardize : Bring fitted parameters back to real units.

    Notes
    -----
    The standard deviation divides by m, not by m − 1.

    Each column of `Z` has mean 0 and standard deviation 1 within 1e-12. `mean` is rounded to
    float64, so ``(X − mean) / std`` agrees with `Z` within 1e-12 where the mean is less than
    1000 standard deviations, and within 2e-6 at the worst that is not refused.

    Examples
    --------
    >>> Z, mean, std = standardize([[1, 200], [3, 400]])
    >>> Z
    array([[-1., -1.],
           [ 1.,  1.]])
    >>> mean, std
    (array([  2., 300.]), array([  1., 100.]))
    """
    given, X = X, check_features(X)
    constant = np.flatnonzero(X.min(axis=0) == X.max(axis=0))
    for column in constant:
        entries = np.asarray(given)[:, column]
        if (entries != entries[0]).any():
            continue  # large integers that differ, though not in float64: they are refused below
        raise ValueError(
            f"X has the same value, {X[0, column]:g}, in every row of column {column}; expected "
            "features that vary: leave the column out, the bias already plays its part"
        )
    with np.errstate(all="ignore"):
        # By powers of two, which do not round: no sum or square leaves the range of float64.
        exponent = np.frexp(np.abs(X).max(axis=0))[1]
        scaled = np.ldexp(X, -exponent, order="F")  # NumPy adds up columns more precisely
        mean = scaled.mean(axis=0)
        rest = scaled - mean
        correction = rest.mean(axis=0)  # the mean was rounded
        rest -= correction
        std = np.sqrt((rest * rest).mean(axis=0))
        Z = np.divide(rest, std, order="C")
        near = np.flatnonzero(std < 1e-10 * np.abs(scaled).max(axis=0))
        mean, std = np.ldexp(mean + correction, exponent), np.ldexp(std, exponent)
    if near.size:
        column = near[0]
        array = "X" if type(given) is np.ndarray else "np.asarray(X)"
        raise ValueError(
            f"X has a standard deviation of {std[column]:.2g} in column {column}, whose values "
            f"reach {np.abs(X[:, column]).max():.2g}: too near their rounding; expected at least "
            "1e-10 of that: leave the column out, or, if the differences are exact, standardize "
            f"{array} - {array}[0]"
        )
    bad = np.flatnonzero(~(np.isfinite(std) & (std >= np.finfo(float).tiny)))
    if bad.size:
        raise ValueError(
            f"X has values in column {bad[0]} whose standard deviation is {std[bad[0]]:g} in "
            "float64; expected another unit, in which it is neither 0 nor infinite"
        )
    return Z, mean, std


def unstandardize(
    w: ArrayLike, b: float, mean: ArrayLike, std: ArrayLike
) -> tuple[FloatArray, float]:
    """Bring parameters fitted on standardized features back to real units.

    ``w_real = w / std``, ``b_real = b − Σⱼ wⱼ meanⱼ / stdⱼ``, so that
    ``X w_real + b_real = Z w + b`` for every row.

    Parameters
    ----------
    w : array_like, shape (n,)
        Weights for the standardized features.
    b : float
        Bias for the standardized features.
    mean, std : array_like, shape (n,)
        What `standardize` returned; every `std` above 0.

    Returns
    -------
    w : ndarray, shape (n,)
        Weights per unit of each feature.
    b : float
        Bias: the prediction where every real feature is 0.

    Raises
    ------
    TypeError
        If an argument is not made of real numbers.
    ValueError
        If the lengths differ or a standard deviation is not above 0.

    Examples
    --------
    >>> X = np.array([[1.0, 200.0], [3.0, 400.0]])
    >>> Z, mean, std = standardize(X)
    >>> w, b = unstandardize([2.0, 5.0], 7.0, mean, std)
    >>> np.allclose(X @ w + b, Z @ [2.0, 5.0] + 7.0)
    True
    """
    mean = as_float_array("mean", mean)
    if mean.ndim != 1:
        raise ValueError(
            f"mean has shape {mean.shape}; expected one dimension (n,), one mean per feature"
        )
    w, b = check_parameters(w, b, len(mean))
    std = check_vector("std", std, len(mean), "one standard deviation per feature")
    if not (std > 0).all():
        raise ValueError(f"std contains {std.min():g}; expected standard deviations above 0")
    w = w / std
    return w, b - float(w @ mean)
