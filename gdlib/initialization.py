"""Step 2, initialization: where the descent starts."""

import numpy as np

from gdlib.arguments import FloatArray, as_generator, check_count


def initialize_parameters(
    num_features: int, rng: np.random.Generator | int | None = None
) -> tuple[FloatArray, float]:
    """Return the weights and the bias that a descent starts from.

    Without `rng` every weight is zero. With it, the weights are independent draws from
    the standard normal distribution. The bias starts at zero either way.

    Parameters
    ----------
    num_features : int
        Number of weights n, at least 1.
    rng : numpy.random.Generator or int, optional
        Source of random numbers, or a seed for a new one. The same seed gives the same
        start; a generator moves on, so two calls with it give two starts.

    Returns
    -------
    w : ndarray, shape (n,)
        Weights.
    b : float
        Bias, 0.0.

    Raises
    ------
    TypeError
        If `num_features` is not a whole number, or `rng` is neither a generator nor a seed.
    ValueError
        If `num_features` is below 1 or the seed is negative.

    Notes
    -----
    For squared error with linearly independent columns (the constant column included)
    every start leads to the same minimum, so zero is as good as any other. Where
    solutions form a line or a plane, the start decides which of them is reached; from
    zero it is the one of least norm [1]_.

    References
    ----------
    .. [1] G. Strang, *Linear Algebra and Learning from Data*, Wellesley-Cambridge
       Press, 2019.

    Examples
    --------
    >>> initialize_parameters(3)
    (array([0., 0., 0.]), 0.0)
    >>> w, b = initialize_parameters(3, rng=0)
    >>> w.round(3)
    array([ 0.126, -0.132,  0.64 ])
    """
    num_features = check_count("num_features", num_features, at_least=1)
    if rng is None:
        return np.zeros(num_features), 0.0
    return as_generator(rng).standard_normal(num_features), 0.0
