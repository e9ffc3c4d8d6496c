"""Drawings of chapter 05, update: one step, two orders of updating, learning rates."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from gdlib.plots import CONTOUR, GRADIENT, MINIMUM, MODEL, PATH, draw_path


def draw_step_length(
    ax: Axes, rates: ArrayLike, losses: ArrayLike, predicted: ArrayLike, edge: float
) -> None:
    """Draw the loss after one step and its straight-line prediction over `rates`, all (k,).

    A level line shows the loss before the step, which is ``losses[0]``; `edge` is the rate
    at which the loss is back there.
    """
    before = float(np.ravel(losses)[0])
    ax.axhline(before, color=CONTOUR, linewidth=1)
    ax.plot(rates, predicted, "--", color=GRADIENT, label="predicted")
    ax.plot(rates, losses, color=PATH, label="actual")
    ax.plot([edge], [before], "o", color=PATH, markerfacecolor="white", markersize=8)
    ax.set(xlabel="learning rate α", ylabel="loss after one step")
    ax.legend(loc="upper center")


def draw_sequential_path(ax: Axes, ws: ArrayLike, bs: ArrayLike) -> None:
    """Draw a path of the points ``(w, b)`` that moves `w` first and `b` second, leg by leg."""
    ws, bs = np.ravel(ws), np.ravel(bs)
    ax.plot(np.repeat(ws, 2)[1:], np.repeat(bs, 2)[:-1], "--", color=MINIMUM, linewidth=1.5)
    ax.plot(ws, bs, "s", color=MINIMUM, markerfacecolor="white", markersize=5)


def draw_two_orders(
    ax: Axes, together: tuple[ArrayLike, ArrayLike], in_turn: tuple[ArrayLike, ArrayLike]
) -> None:
    """Draw a simultaneous and a sequential path, each a pair ``(ws, bs)``, from one start."""
    draw_sequential_path(ax, *in_turn)
    draw_path(ax, *together)


def draw_orders_legend(ax: Axes) -> None:
    """Say which line of `draw_two_orders` is which."""
    ax.plot([], [], ".-", color=PATH, linewidth=1.5, label="simultaneous")
    ax.plot(
        [], [], "s--", color=MINIMUM, linewidth=1.5, markerfacecolor="white", label="sequential"
    )
    ax.legend(loc="upper right")


def draw_parabola(ax: Axes, parameter: ArrayLike, losses: ArrayLike) -> None:
    """Draw the loss of one parameter, both of shape (k,), and mark its lowest point."""
    parameter, losses = np.ravel(parameter), np.ravel(losses)
    lowest = int(np.argmin(losses))
    ax.plot(parameter, losses, color=MODEL)
    ax.plot(parameter[lowest], losses[lowest], "*", color=MINIMUM, markersize=12)


def draw_hops(ax: Axes, parameter: Sequence[float], losses: Sequence[float]) -> None:
    """Draw the points that a descent visits on the loss of one parameter, joined by arrows."""
    arrow = {"arrowstyle": "->", "color": PATH, "linewidth": 1.5, "shrinkA": 0, "shrinkB": 0}
    points = list(zip(parameter, losses, strict=True))
    for here, there in pairwise(points):
        ax.annotate("", there, here, arrowprops=arrow)
    ax.plot(parameter, losses, "o", color=PATH, markersize=5)
    ax.plot(parameter[:1], losses[:1], "o", color=PATH, markerfacecolor="white", markersize=8)
