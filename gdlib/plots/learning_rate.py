"""Drawings of chapter 08, learning rate: modes, factors, power iteration, decrease."""

from collections.abc import Mapping, Sequence
from itertools import cycle

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from gdlib.plots import CONTOUR, DATA, GRADIENT, LINE_STYLES, MINIMUM, MODEL, PATH


def draw_arrow(ax: Axes, tail: ArrayLike, head: ArrayLike, color: str, label: str = "") -> None:
    """Draw an arrow between two points of shape (2,), with its label beside the middle."""
    (x0, y0), (x1, y1) = np.asarray(tail, dtype=float), np.asarray(head, dtype=float)
    arrow = {"arrowstyle": "-|>", "color": color, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", (x1, y1), (x0, y0), arrowprops=arrow)
    middle = (x0 + x1) / 2, (y0 + y1) / 2
    ax.annotate(label, middle, (7, 5), textcoords="offset points", color=color)


def draw_mode_axes(ax: Axes, centre: ArrayLike, directions: ArrayLike, reach: float) -> None:
    """Draw a line through `centre`, shape (2,), along each column of `directions`, (2, 2)."""
    centre = np.asarray(centre, dtype=float)
    for direction in np.asarray(directions, dtype=float).T:
        ends = np.array([centre - reach * direction, centre + reach * direction])
        ax.plot(*ends.T, color=DATA, linewidth=1, linestyle="--", scalex=False, scaley=False)


def draw_prediction(
    ax: Axes,
    predicted: Mapping[str, ArrayLike],
    measured: Mapping[str, ArrayLike],
    *,
    xlabel: str = "iteration k",
    ylabel: str,
) -> None:
    """Draw what was predicted as lines and what was measured as dots, (k,) each, on a log axis."""
    for (name, line), style in zip(predicted.items(), cycle(LINE_STYLES), strict=False):
        values = np.ravel(np.asarray(line, dtype=float))
        ax.plot(values, style, color=MODEL, linewidth=1.5)
        ax.plot(np.ravel(measured[name]), "o", color=PATH, markersize=4)
        end = len(values) - 1, float(values[-1])
        ax.annotate(name, end, (8, 0), textcoords="offset points", va="center")
    ax.set(xlabel=xlabel, ylabel=ylabel, yscale="log")


def draw_prediction_legend(ax: Axes, predicted: str = "predicted") -> None:
    """Say which marks of `draw_prediction` are which."""
    ax.plot([], [], color=MODEL, linewidth=1.5, label=predicted)
    ax.plot([], [], "o", color=PATH, markersize=4, label="measured")
    ax.legend()


def draw_factor_axes(ax: Axes, names: Sequence[str], top: float = 1.6) -> None:
    """Prepare an axes for the bars of `draw_factors`, one place a name, with the line at 1."""
    ax.axhline(1, color=MINIMUM, linewidth=1.5, linestyle=":")
    ax.set_xticks(range(len(names)), names)
    ax.set(xlim=(-0.6, len(names) - 0.4), ylim=(0, top), ylabel="|1 − αλ|")


def draw_factors(ax: Axes, factors: ArrayLike) -> None:
    """Draw the size of each factor, shape (n,), as a bar, with the signed factor above it."""
    above = ("data", "axes fraction")
    for place, factor in enumerate(np.ravel(np.asarray(factors, dtype=float))):
        height = abs(float(factor))
        ax.bar([place], [height], width=0.6, color=PATH if height > 1 else MODEL)
        text = f"{factor:.2f}".replace("-", "−")
        ax.annotate(text, (place, 0.99), xycoords=above, ha="center", va="top")


def draw_turning(ax: Axes, vectors: ArrayLike, target: ArrayLike) -> None:
    """Draw directions, shape (k, 2), as numbered arrows from the origin, and their limit, (2,)."""
    end = np.asarray(target, dtype=float)
    ax.plot(*np.outer(end, [-1.1, 1.1]), color=DATA, linewidth=1, linestyle="--")
    for k, vector in enumerate(np.asarray(vectors, dtype=float)):
        arrow = {"arrowstyle": "-|>", "color": GRADIENT, "linewidth": 2, "shrinkA": 0, "shrinkB": 0}
        tip = float(vector[0]), float(vector[1])
        ax.annotate("", tip, (0, 0), arrowprops=arrow)
        ax.text(1.09 * tip[0], 1.09 * tip[1], f"{k}", ha="center", va="center", color=GRADIENT)
    ax.set(xlim=(-1.2, 1.2), ylim=(-0.25, 1.2), aspect="equal", xlabel="along w", ylabel="along b")


def draw_ray(ax: Axes, rates: ArrayLike, losses: ArrayLike, lines: Mapping[str, ArrayLike]) -> None:
    """Draw the loss one step of each rate away, and what it is compared with, (k,) each."""
    ax.axhline(float(np.ravel(losses)[0]), color=CONTOUR, linewidth=1)
    ax.plot(rates, losses, color=PATH, label="loss after the step")
    for (name, line), color, style in zip(
        lines.items(), cycle((MODEL, GRADIENT)), cycle(LINE_STYLES[1:]), strict=False
    ):
        ax.plot(rates, line, style, color=color, label=name)
    ax.set(xlabel="learning rate α", ylabel="loss")
    ax.legend()


def draw_tries(
    ax: Axes, rates: Sequence[float], losses: Sequence[float], names: Sequence[str]
) -> None:
    """Mark the rates that were tried, in order: all but the last failed, the last is filled."""
    *failed, _ = zip(rates, losses, strict=True)
    if failed:
        ax.plot(*zip(*failed, strict=True), "o", color=PATH, markerfacecolor="white", markersize=8)
    ax.plot(rates[-1:], losses[-1:], "o", color=PATH, markersize=8)
    for name, rate, loss in zip(names, rates, losses, strict=True):
        ax.annotate(name, (rate, loss), (9, -4), textcoords="offset points", va="top")
