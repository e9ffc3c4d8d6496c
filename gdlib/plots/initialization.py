"""Drawings of chapter 02: where a descent starts, and where it ends."""

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from gdlib.losses import Objective
from gdlib.plots import CONTOUR, DATA, MINIMUM, MODEL, PATH, draw_minimum, draw_path


def draw_models(
    ax: Axes, ws: ArrayLike, bs: ArrayLike, span: tuple[float, float], label: str = ""
) -> None:
    """Draw a thin line ``w x + b`` over `span` for each pair of `ws` and `bs`, of shape (k,)."""
    ends = np.asarray(span, dtype=float)
    for w, b in zip(np.ravel(ws), np.ravel(bs), strict=True):
        ax.plot(ends, w * ends + b, "--", color=MODEL, linewidth=1.2, label=label or None)
        label = ""


def draw_section(
    ax: Axes,
    objective: Objective,
    origin: ArrayLike,
    right: ArrayLike,
    up: ArrayLike,
    reach: float,
    levels: ArrayLike,
) -> None:
    """Draw level lines of a loss at ``origin + s·right + t·up``, where |s|, |t| ≤ `reach`.

    `origin`, `right` and `up` are of shape (n + 1,): the weights, then the bias.
    """
    origin, right, up = (np.asarray(vector, dtype=float) for vector in (origin, right, up))
    ticks = np.linspace(-reach, reach, 61)
    points = [[origin + s * right + t * up for s in ticks] for t in ticks]
    losses = [[objective(p[:-1], float(p[-1]))[0] for p in row] for row in points]
    ax.contour(ticks, ticks, losses, levels=levels, colors=CONTOUR, linewidths=1)


def draw_floor(ax: Axes, reach: float, label: str = "") -> None:
    """Draw the floor of a section, where the loss is least: a line at height 0, ±`reach` wide."""
    ax.plot([-reach, reach], [0, 0], color=MINIMUM, linewidth=2.5, label=label or None)


def draw_run(ax: Axes, xs: ArrayLike, ys: ArrayLike, ends_at: str = "") -> None:
    """Draw a descent through `xs`, `ys`, of shape (k,), a star at its end, and a line of text."""
    xs, ys = np.ravel(xs), np.ravel(ys)
    if ends_at:
        box = {"facecolor": "white", "edgecolor": "none", "pad": 2}
        text = ax.text(0.02, 0.98, ends_at, transform=ax.transAxes, va="top", bbox=box)
        text.set_zorder(2)  # over the level lines, beneath the path
        text.set_in_layout(False)  # words of any length leave the axes as they are
    draw_path(ax, xs, ys)
    draw_minimum(ax, xs[-1], ys[-1])


def draw_ends(ax: Axes, starts: ArrayLike, ends: ArrayLike) -> None:
    """Draw where descents began and ended, both of shape (k, 2), as two clouds of dots."""
    starts, ends = np.asarray(starts), np.asarray(ends)
    ax.plot(*starts.T, "o", color=DATA, markerfacecolor="none", markersize=4, label="start")
    ax.plot(*ends.T, "o", color=PATH, markersize=4, label="end")
    ax.set_aspect("equal")
