"""Drawings of chapter 07, the complete example."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from gdlib.plots import DATA, MINIMUM, MODEL, PATH


def draw_side_view(ax: Axes, height: float) -> None:
    """Set up the section of a trough: its level floor of solutions lies at one `height`."""
    ax.axhline(height, color=MINIMUM, linewidth=1.5)
    ax.annotate(
        "all of these fit perfectly",
        (0.98, height),
        xycoords=("axes fraction", "data"),
        xytext=(0, -5),
        textcoords="offset points",
        ha="right",
        va="top",
    )
    ax.set(xlabel="along the floor", ylabel="across the trough")


def draw_descent_from_side(ax: Axes, along: ArrayLike, up: ArrayLike) -> None:
    """Draw a descent in the side view: both coordinates of its steps, shape (k,)."""
    ax.plot(along, up, ".-", color=PATH, linewidth=1.5)
    ax.plot(np.ravel(along)[:1], np.ravel(up)[:1], "o", color=PATH, markerfacecolor="white")
    ax.plot(np.ravel(along)[-1:], np.ravel(up)[-1:], "*", color=MODEL, markersize=12)


def draw_agreement(ax: Axes, targets: ArrayLike, predictions: ArrayLike) -> None:
    """Draw predictions against targets, both of shape (m,), and the line where they agree."""
    ends = [float(np.min(targets)), float(np.max(targets))]
    ax.plot(targets, predictions, "o", color=DATA, markersize=5, alpha=0.7, markeredgewidth=0)
    ax.plot(ends, ends, color=MODEL)
    ax.set(xlabel="measured progression", ylabel="predicted progression")
