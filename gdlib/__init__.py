"""Gradient descent, one idea a file.

Read `data`, `initialization`, `losses`, `updates` and `descent` in this order: together they
are the loop. `momentum` holds the update rules that remember. `batches` looks at some of the rows
a step, `blocks` reads them from wherever they are, `summary` sums all of them up once.
`differences` checks a gradient, `curvature` finds the modes of a loss and the largest stable
learning rate, and `arguments` looks at what callers pass in.

Two rooms beside it need matplotlib or ipywidgets and are imported by name: ``gdlib.plots``,
the drawings that several chapters share, and ``gdlib.interactive``, the figures with sliders.
A reader of the loop never needs to enter them.
"""

from gdlib.batches import MiniBatches
from gdlib.blocks import from_blocks
from gdlib.curvature import largest_stable_learning_rate, modes
from gdlib.data import (
    DIABETES_FEATURES,
    PENGUINS,
    article_example,
    load_diabetes,
    noisy_line,
    standardize,
    unstandardize,
)
from gdlib.descent import (
    ConvergenceWarning,
    Descent,
    DivergenceError,
    Step,
    average,
    descend,
    gradient_descent,
)
from gdlib.differences import numerical_gradient
from gdlib.initialization import initialize_parameters
from gdlib.losses import (
    Objective,
    cross_entropy,
    gradient,
    loss_function,
    ridge,
    squared_error,
)
from gdlib.momentum import Adam, Momentum
from gdlib.summary import Moments, merge, moments, squared_error_of, summarize
from gdlib.updates import UpdateRule, backtracking, plain_step, update_parameters

__all__ = [
    "DIABETES_FEATURES",
    "PENGUINS",
    "Adam",
    "ConvergenceWarning",
    "Descent",
    "DivergenceError",
    "MiniBatches",
    "Moments",
    "Momentum",
    "Objective",
    "Step",
    "UpdateRule",
    "article_example",
    "average",
    "backtracking",
    "cross_entropy",
    "descend",
    "from_blocks",
    "gradient",
    "gradient_descent",
    "initialize_parameters",
    "largest_stable_learning_rate",
    "load_diabetes",
    "loss_function",
    "merge",
    "modes",
    "moments",
    "noisy_line",
    "numerical_gradient",
    "plain_step",
    "ridge",
    "squared_error",
    "squared_error_of",
    "standardize",
    "summarize",
    "unstandardize",
    "update_parameters",
]
