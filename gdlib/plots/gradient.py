"""Drawings of chapter 04, gradient: slopes, directions, and errors of difference quotients."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from gdlib.plots import DATA, GRADIENT, MINIMUM, PATH, RESIDUAL

FORWARD, CENTRAL = RESIDUAL, GRADIENT  # secants, and the errors of their slopes


def draw_curve(ax: Axes, ts: ArrayLike, losses: ArrayLike, xlabel: str) -> None:
    """Draw a loss along one parameter, values `losses` at `ts`, both of shape (k,)."""
    ax.plot(ts, losses, color=MINIMUM, linewidth=1.5)
    ax.set(xlabel=xlabel, ylabel="loss")


def draw_slope(
    ax: Axes, point: tuple[float, float], slope: float, span: tuple[float, float], color: str
) -> None:
    """Draw the line of the given slope through `point`, over ``span = (left, right)``."""
    ends = np.asarray(span, dtype=float)
    ax.plot(ends, point[1] + slope * (ends - point[0]), color=color, linewidth=1.8)


def draw_points(
    ax: Axes,
    ts: ArrayLike,
    losses: ArrayLike,
    color: str,
    label: str = "",
    offset: tuple[float, float] = (8, 6),
) -> None:
    """Mark points of a curve, at `ts` with values `losses`, both (k,); name the last one."""
    ax.plot(ts, losses, "o", color=color, markersize=7)
    if label:
        last = float(np.ravel(ts)[-1]), float(np.ravel(losses)[-1])
        ax.annotate(label, last, offset, textcoords="offset points", color=color)


def draw_chain(
    ax: Axes, nodes: Sequence[str], meanings: Sequence[str], slopes: Sequence[str]
) -> None:
    """Draw boxes `nodes` from left to right, each arrow between two of them with its slope."""
    for i, (text, meaning) in enumerate(zip(nodes, meanings, strict=True)):
        ax.text(2 * i, 0, text, ha="center", va="center", bbox=_BOX, fontsize=18)
        ax.text(2 * i, -0.45, meaning, ha="center", va="top")
    for i, text in enumerate(slopes):
        ax.annotate("", (2 * i + 1.55, 0), (2 * i + 0.45, 0), arrowprops=_ARROW | {"color": DATA})
        ax.text(2 * i + 1, 0.14, text, ha="center", va="bottom", color=GRADIENT, fontsize=18)
    ax.set(xlim=(-0.7, 2 * len(nodes) - 1.3), ylim=(-0.8, 0.6))
    ax.axis("off")


def draw_product(
    ax: Axes, left: ArrayLike, right: ArrayLike, result: ArrayLike, names: Sequence[str]
) -> None:
    """Draw ``left @ right = result``, shapes (n, m), (m,) and (n,), as grids of numbers."""
    grids = [np.asarray(left), np.asarray(right)[:, None], np.asarray(result)[:, None]]
    colors, signs, start = (DATA, RESIDUAL, GRADIENT), ("·", "="), 0.0
    tallest = max(len(grid) for grid in grids)
    for grid, name, color, sign in zip(grids, names, colors, (*signs, ""), strict=True):
        rows, columns = grid.shape
        for (i, j), value in np.ndenumerate(grid):
            ax.add_patch(Rectangle((start + j, -i), 1, -1, fill=False, edgecolor=color))
            number = f"{value:g}".replace("-", "−")
            ax.text(start + j + 0.5, -i - 0.5, number, ha="center", va="center")
        ax.text(start + columns / 2, 0.2, name, ha="center", va="bottom", color=color)
        ax.text(start + columns + 0.5, -rows / 2, sign, ha="center", va="center", fontsize=18)
        start += columns + 1
    ax.set(xlim=(-0.2, start - 0.8), ylim=(-tallest - 0.2, 0.9), aspect="equal")
    ax.axis("off")


def draw_arrow(ax: Axes, point: ArrayLike, vector: ArrayLike, color: str, label: str = "") -> None:
    """Draw an arrow from `point` along `vector`, both of shape (2,), named beyond its tip."""
    tail, step = np.asarray(point, dtype=float), np.asarray(vector, dtype=float)
    tip = tail + step
    right, up = (14 * step / np.hypot(*step)).tolist()
    ax.annotate("", tuple(tip), tuple(tail), arrowprops=_ARROW | {"color": color})
    if label:
        ax.annotate(
            label,
            tuple(tip),
            (right, up),
            textcoords="offset points",
            ha="center",
            va="center",
            color=color,
        )


def draw_shadow(ax: Axes, point: ArrayLike, vector: ArrayLike, shadow: ArrayLike) -> None:
    """Draw the `shadow` that `vector` throws on a line through `point`; all of shape (2,)."""
    tail, tip = np.asarray(point, dtype=float), np.add(point, vector)
    foot = np.add(tail, shadow)
    ax.plot(*zip(tip, foot, strict=True), ":", color=DATA, linewidth=1.5)
    ax.plot(*zip(tail, foot, strict=True), color=PATH, linewidth=8, alpha=0.35, zorder=1)


def draw_slopes(ax: Axes, angles: ArrayLike, slopes: ArrayLike) -> None:
    """Draw the slope of the loss over the angle of the direction in degrees, both (k,)."""
    ax.axhline(0, color=DATA, linewidth=0.8)
    ax.plot(angles, slopes, color=MINIMUM, linewidth=1.5)
    ax.set(xlabel="direction φ in degrees", ylabel="slope of the loss", xlim=(0, 360))
    ax.set_xticks(range(0, 361, 90))
    ax.margins(y=0.2)


def draw_slope_at(ax: Axes, angle: float, slope: float, color: str, label: str = "") -> None:
    """Mark one direction's slope on the drawing of `draw_slopes`, as a stem from zero."""
    ax.plot([angle, angle], [0, slope], "-", color=color, linewidth=3)
    ax.plot([angle], [slope], "o", color=color, markersize=8)
    if label:
        side = "bottom" if slope > 0 else "top"
        ax.annotate(
            label,
            (angle, slope),
            (0, 7 if slope > 0 else -7),
            textcoords="offset points",
            ha="center",
            va=side,
            color=color,
        )


def draw_errors(ax: Axes, hs: ArrayLike, forward: ArrayLike, central: ArrayLike) -> None:
    """Draw the relative errors of both difference quotients over `hs`, all of shape (k,)."""
    ax.loglog(hs, forward, color=FORWARD, linewidth=1.8, label="forward")
    ax.loglog(hs, central, color=CENTRAL, linewidth=1.8, label="central")
    ax.set(xlabel="h", ylabel="relative error", xticks=[1e-16, 1e-12, 1e-8, 1e-4, 1])
    ax.legend(loc="lower left")


def draw_reference(ax: Axes, hs: ArrayLike, errors: ArrayLike, label: str) -> None:
    """Draw a predicted error over `hs`, both of shape (k,), dashed, named at its middle."""
    hs, errors = np.ravel(hs), np.ravel(errors)
    ax.plot(hs, errors, "--", color=MINIMUM, linewidth=1.2)
    middle = float(hs[len(hs) // 2]), float(errors[len(hs) // 2])
    ax.annotate(label, middle, (-6, 6), textcoords="offset points", ha="right")


_ARROW = {"arrowstyle": "-|>", "linewidth": 2.5, "shrinkA": 0, "shrinkB": 0, "mutation_scale": 16}
_BOX = {"boxstyle": "round,pad=0.4", "facecolor": "white", "edgecolor": DATA}
