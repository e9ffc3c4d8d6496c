"""Gradient descent for linear regression, one idea a file, in the order of the loop.

Read `data`, `initialization`, `losses`, `updates`, `descent`: each belongs to one chapter of
the book. ``gdlib.plots`` (the book's drawings) and ``gdlib.interactive`` (figures with
sliders) need matplotlib and ipywidgets and are imported by name.
"""

from gdlib.curvature import largest_stable_learning_rate
from gdlib.data import (
    DIABETES_FEATURES,
    PENGUINS,
    article_example,
    load_diabetes,
    noisy_line,
    standardize,
    unstandardize,
)
from gdlib.descent import Descent, DivergenceError, Step, descend, gradient_descent
from gdlib.differences import numerical_gradient
from gdlib.initialization import initialize_parameters
from gdlib.losses import Objective, gradient, loss_function, ridge, squared_error
from gdlib.updates import UpdateRule, backtracking, plain_step, update_parameters

__all__ = [
    "DIABETES_FEATURES",
    "PENGUINS",
    "Descent",
    "DivergenceError",
    "Objective",
    "Step",
    "UpdateRule",
    "article_example",
    "backtracking",
    "descend",
    "gradient",
    "gradient_descent",
    "initialize_parameters",
    "largest_stable_learning_rate",
    "load_diabetes",
    "loss_function",
    "noisy_line",
    "numerical_gradient",
    "plain_step",
    "ridge",
    "squared_error",
    "standardize",
    "unstandardize",
    "update_parameters",
]
