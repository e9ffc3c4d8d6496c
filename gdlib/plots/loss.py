"""What the chapter on the loss draws: residuals, their squares, the bowl, its level lines."""

from collections.abc import Sequence
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection, PolyCollection
from numpy.typing import ArrayLike

from gdlib.losses import Objective
from gdlib.plots import CONTOUR, DATA, MINIMUM, MODEL, PATH, RESIDUAL


def draw_patients(ax: Axes, x: ArrayLike, y: ArrayLike, units: float) -> None:
    """Draw a few samples ``x``, ``y``, both (m,), as large dots above all else.

    One unit of x becomes as long as `units` units of y, so that squares look square.
    """
    ax.plot(np.ravel(x), y, "o", color=DATA, markersize=7, zorder=3)
    ax.set(xlabel="x: BMI above 20, in tens of kg/m²", ylabel="progression y", aspect=1 / units)


def draw_residuals(ax: Axes, x: ArrayLike, y: ArrayLike, w: float, b: float) -> None:
    """Draw the residuals of the line ``w x + b`` at ``x``, ``y``, both (m,), as vertical lines."""
    x, y = np.ravel(x), np.ravel(y)
    targets, predictions = np.column_stack([x, y]), np.column_stack([x, w * x + b])
    sticks = np.stack([targets, predictions], axis=1)
    ax.add_collection(LineCollection(list(sticks), colors=RESIDUAL, linewidths=2.5))


def draw_squares(ax: Axes, x: ArrayLike, y: ArrayLike, w: float, b: float, units: float) -> None:
    """Draw the squares on the residuals of the line ``w x + b`` at ``x``, ``y``, both (m,).

    They look square on axes where one unit of x is as long as `units` units of y, as
    `draw_patients` makes it. Beside a rising line they lie on the side away from it.
    """
    x, y = np.ravel(x), np.ravel(y)
    r = w * x + b - y
    left, right = x, x + r / units
    corners = np.stack([[left, y], [right, y], [right, y + r], [left, y + r]])  # (4, 2, m)
    squares = PolyCollection(
        list(corners.transpose(2, 0, 1)), facecolors=RESIDUAL, edgecolors=RESIDUAL, alpha=0.3
    )
    ax.add_collection(squares)


def draw_bowl(
    ax: Any, objective: Objective, w_range: tuple[float, float], b_range: tuple[float, float]
) -> None:
    """Draw the loss with one weight as a wire surface, on 3-D axes, over ranges of ``w``, ``b``."""
    ws, bs = np.meshgrid(np.linspace(*w_range, 25), np.linspace(*b_range, 25))
    pairs = zip(ws.flat, bs.flat, strict=True)
    losses = np.reshape([objective(np.array([w]), float(b))[0] for w, b in pairs], ws.shape)
    ax.plot_wireframe(ws, bs, losses, rcount=25, ccount=25, color=MODEL, linewidth=0.7)
    ax.contour(ws, bs, losses, levels=8, colors=CONTOUR, linewidths=1.2, offset=0.0)
    ax.set(xlabel="w", ylabel="b", zlim=(0, losses.max()))
    ax.set_zlabel("loss J", labelpad=14)
    ax.tick_params(axis="z", pad=6)
    ax.locator_params(nbins=5)
    ax.grid(False)
    for axis in (ax.xaxis, ax.yaxis, ax.zaxis):
        axis.set_pane_color("white")
    ax.view_init(elev=20, azim=-35)
    ax.set_box_aspect(None, zoom=0.95)  # room for the labels


def draw_ellipses(
    ax: Axes, hessian: ArrayLike, centre: tuple[float, float], rises: Sequence[float]
) -> None:
    """Draw where a quadratic loss with Hessian (2, 2) lies by each of `rises` above its minimum.

    `centre` is the minimum ``(w, b)``. Unlike contours on a grid these level lines stay
    exact however thin they are.
    """
    curvatures, directions = np.linalg.eigh(np.asarray(hessian, dtype=float))
    angles = np.linspace(0, 2 * np.pi, 100)
    circle = np.stack([np.cos(angles), np.sin(angles)])
    for rise in rises:
        radii = np.sqrt(2 * rise / curvatures)
        ws, bs = np.reshape(centre, (2, 1)) + directions @ (radii[:, None] * circle)
        ax.plot(ws, bs, color=CONTOUR, linewidth=1.2)
    ax.set(xlabel="w", ylabel="b")


def draw_chord(
    ax: Axes, t: ArrayLike, heights: ArrayLike, between: tuple[int, int] = (0, -1)
) -> None:
    """Draw a curve of `heights` over `t`, both (k,), and the chord `between` two of its points."""
    t, heights, ends = np.ravel(t), np.ravel(heights), list(between)
    ax.plot(t, heights, color=MODEL)
    ax.plot(t[ends], heights[ends], "o--", color=PATH)


def draw_lowest(ax: Axes, b: float, height: float, label: str) -> None:
    """Mark the lowest point of a curve over ``b``, at `height`, and write `label` beneath it."""
    ax.plot([b], [height], "*", color=MINIMUM, markersize=12)
    ax.annotate(label, (b, height), (0, -10), textcoords="offset points", ha="center", va="top")
