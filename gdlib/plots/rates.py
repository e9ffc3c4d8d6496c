"""Drawings of chapter 11, rates: what was predicted as lines, what was measured as dots."""

from collections.abc import Mapping
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from gdlib.plots import CONTOUR, DATA, LINE_STYLES, MINIMUM, MODEL, PATH

GAP = "loss above the minimum"


def draw_loss_axes(ax: Axes, ylabel: str = GAP, xscale: str = "linear") -> None:
    """Give an axes over iterations its labels and a log scale for the loss."""
    ax.set(xlabel="iteration k", ylabel=ylabel, xscale=xscale, yscale="log")


def draw_predicted(
    ax: Axes, iterations: ArrayLike, losses: ArrayLike, label: str = "predicted"
) -> None:
    """Draw predicted losses over iterations, both of shape (k,), as a line."""
    ax.plot(iterations, losses, color=MODEL, linewidth=2, label=label)


def draw_measured(
    ax: Axes, iterations: ArrayLike, losses: ArrayLike, label: str = "measured"
) -> None:
    """Draw measured losses over iterations, both of shape (k,), as hollow dots."""
    ax.plot(iterations, losses, "o", color=PATH, markerfacecolor="white", label=label, markersize=5)


def draw_guide(
    ax: Axes, iterations: ArrayLike, losses: ArrayLike, label: str, style: str = "--"
) -> None:
    """Draw a line to compare with, such as a bound or one mode's share, both of shape (k,)."""
    ax.plot(iterations, losses, style, color=MINIMUM, linewidth=1.5, label=label)


def draw_tolerance(ax: Axes, tolerance: float, iteration: int) -> None:
    """Draw the level of a tolerance and mark the iteration that first falls below it."""
    ax.axhline(tolerance, color=CONTOUR, linewidth=1.5)
    ax.plot([iteration], [tolerance], "v", color=PATH, markersize=9)
    ax.annotate(f"k = {iteration}", (iteration, tolerance), (8, 8), textcoords="offset points")


def draw_counts(
    ax: Axes,
    rates: ArrayLike,
    counts: ArrayLike,
    measured: Mapping[float, int],
    limit: float,
) -> None:
    """Draw iterations over learning rates: predicted ones (k,) as a line, measured ones as dots.

    `measured` maps a learning rate to its iterations; `limit` is the largest stable rate.
    """
    ax.plot(rates, counts, color=MODEL, linewidth=2, label="predicted")
    ax.plot(
        list(measured),
        list(measured.values()),
        "o",
        color=PATH,
        markerfacecolor="white",
        markersize=8,
        label="measured",
    )
    ax.axvline(limit, color=MINIMUM, linewidth=1.5, linestyle=":")
    ax.set(xlabel="learning rate α", ylabel="iterations", yscale="log")


def draw_factors(ax: Axes, rate: float, curvatures: ArrayLike, top: float) -> None:
    """Draw the factor |1 − αλ| over all curvatures λ up to `top`, and dots at those present.

    The largest of the dots' factors, which decides in the end, is drawn as a level line.
    """
    curvatures = np.ravel(curvatures)
    bend = min(1 / rate, top)
    line = np.array([0.0, bend, top])
    factors = np.abs(1 - rate * curvatures)
    ax.plot(line, np.abs(1 - rate * line), color=MODEL, linewidth=2)
    ax.plot([0, top], [factors.max()] * 2, "--", color=MINIMUM, linewidth=1.5)
    ax.plot(curvatures, factors, "o", color=PATH, markersize=8)


def draw_rates_by_curvature(
    ax: Axes, rates: ArrayLike, curvatures: Mapping[str, float], best: float, factor: float
) -> None:
    """Draw |1 − αλ| over learning rates, shape (k,), a line for each named curvature.

    A broad band follows the largest of all; `best` is the rate where it is least, at `factor`.
    """
    factors = np.abs(1 - np.outer(list(curvatures.values()), np.ravel(rates)))
    ax.plot(rates, factors.max(axis=0), color=CONTOUR, linewidth=7)
    for name, row, style in zip(curvatures, factors, cycle(LINE_STYLES), strict=False):
        ax.plot(rates, row, style, color=MODEL, linewidth=2, label=name)
    ax.plot([best], [factor], "v", color=PATH, markersize=10)
    ax.set(xlabel="learning rate α", ylabel="factor per step |1 − αλ|", ylim=(0, None))


def draw_between(ax: Axes, iterations: ArrayLike, lower: ArrayLike, upper: ArrayLike) -> None:
    """Shade what lies between two bounds over iterations, all of shape (k,)."""
    ax.fill_between(np.ravel(iterations), np.ravel(lower), np.ravel(upper), color=DATA, alpha=0.2)
