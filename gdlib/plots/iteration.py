"""Drawings of chapter 06, iteration."""

from collections.abc import Mapping

from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from gdlib.plots import DATA, MINIMUM, PATH


def draw_history(
    ax: Axes,
    values: ArrayLike,
    *,
    ylabel: str = "loss",
    logarithmic: bool = False,
    color: str = PATH,
) -> None:
    """Draw one number per iteration, shape (k,), against the iteration."""
    ax.plot(values, color=color)
    ax.set(xlabel="iteration k", ylabel=ylabel, yscale="log" if logarithmic else "linear")


def draw_stops(
    ax: Axes, distances: ArrayLike, stops: Mapping[str, tuple[int, float]], ylabel: str
) -> None:
    """Mark where each rule stops, ``{name: (iteration, distance)}``, on the curve of distances."""
    draw_history(ax, distances, ylabel=ylabel, logarithmic=True, color=DATA)
    for name, (iteration, distance) in stops.items():
        ax.plot([iteration], [distance], "o", color=PATH)
        ax.annotate(
            name, (iteration, distance), xytext=(9, 3), textcoords="offset points", fontsize=11
        )


def draw_rule(ax: Axes, values: ArrayLike, ylabel: str) -> None:
    """Draw the quantity that a stopping rule watches, shape (k,), on a log axis."""
    draw_history(ax, values, ylabel=ylabel, logarithmic=True, color=DATA)


def draw_stop(ax: Axes, iteration: int, value: float, label: str, tolerance: float = 0.0) -> None:
    """Mark one stop at (iteration, value) with its label, and the tolerance as a level line."""
    if tolerance:
        ax.axhline(tolerance, color=MINIMUM, linewidth=1, linestyle="--")
    ax.axvline(iteration, color=PATH, linewidth=1)
    ax.plot([iteration], [value], "o", color=PATH, markersize=8)
    ax.annotate(label, (0.97, 0.93), xycoords="axes fraction", ha="right", va="top")
