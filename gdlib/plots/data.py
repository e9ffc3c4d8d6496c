"""What chapter 1 draws: shapes as grids, broadcasting as a table, scales, standardizing."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from numpy.typing import ArrayLike

from gdlib.plots import CONTOUR, DATA, MODEL, RESIDUAL, draw_data, draw_line


def _draw_cells(ax: Axes, left: float, top: float, numbers: ArrayLike, color: str) -> None:
    """Draw an array of shape (rows, columns) as unit cells, its corner at ``(left, top)``."""
    for (i, j), number in np.ndenumerate(np.atleast_2d(np.asarray(numbers, dtype=float))):
        cell = Rectangle((left + j, top - i - 1), 1, 1, facecolor="white", edgecolor=color, lw=1.5)
        ax.add_patch(cell)
        label = f"{number:g}".replace("-", "−")
        ax.text(left + j + 0.5, top - i - 0.5, label, ha="center", va="center")


def _fit_cells(ax: Axes, x: tuple[float, float], y: tuple[float, float]) -> None:
    """Show the ranges `x` and `y` with square cells and no axes."""
    ax.set(xlim=x, ylim=y, aspect="equal")
    ax.set_axis_off()


def draw_shapes(ax: Axes, X: ArrayLike, y: ArrayLike, w: ArrayLike, b: float) -> None:
    """Draw X (m, n), w (n,), b, the predictions (m,) and y (m,) as cells, each with its shape."""
    X, y, w = np.asarray(X, dtype=float), np.asarray(y, dtype=float), np.asarray(w, dtype=float)
    m, n = X.shape
    predicted, target = n + 1.3, n + 3.9
    _draw_cells(ax, 0, m + 1.4, w, MODEL)
    _draw_cells(ax, predicted, m + 1.4, b, MODEL)
    _draw_cells(ax, 0, m, X, DATA)
    _draw_cells(ax, predicted, m, (X @ w + b)[:, None], MODEL)
    _draw_cells(ax, target, m, y[:, None], DATA)
    ax.text(-0.25, m + 0.9, f"w  ({n},)", ha="right", va="center", color=MODEL)
    ax.text(predicted + 1.25, m + 0.9, "b  ()", ha="left", va="center", color=MODEL)
    ax.text(-0.25, m / 2, f"X  ({m}, {n})\n\nm = {m} rows:\nsamples", ha="right", va="center")
    ax.text(n / 2, -0.2, f"n = {n} columns: features", ha="center", va="top")
    ax.text(predicted + 0.5, -0.2, f"Xw + b\n({m},)", ha="center", va="top", color=MODEL)
    ax.text(target + 0.5, -0.2, f"y\n({m},)", ha="center", va="top")
    _fit_cells(ax, (-2.9, target + 1.2), (-1.3, m + 1.5))


def draw_differences(ax: Axes, predictions: ArrayLike, y: ArrayLike) -> None:
    """Draw what ``predictions - y`` holds: `predictions` of shape (m,), `y` of (m,) or (m, 1).

    Shaded are the residuals of a prediction from its own target.
    """
    predictions, y = np.asarray(predictions, dtype=float), np.asarray(y, dtype=float)
    residuals = np.atleast_2d(predictions - y)
    rows, m = residuals.shape
    top = rows + (1.4 if y.ndim == 2 else 2.8)
    _draw_cells(ax, 0, top, predictions, MODEL)
    _draw_cells(ax, 0, rows, residuals, RESIDUAL)
    for j in range(m):
        own = j if y.ndim == 2 else 0
        ax.add_patch(Rectangle((j, rows - own - 1), 1, 1, facecolor=RESIDUAL, alpha=0.3))
    ax.text(m + 0.25, top - 0.5, f"predictions {predictions.shape}", va="center", color=MODEL)
    ax.text(m + 0.25, rows / 2, f"residuals {(predictions - y).shape}", va="center")
    if y.ndim == 2:
        _draw_cells(ax, -2.4, rows, y, DATA)
        ax.text(-1.9, -0.2, f"y {y.shape}", ha="center", va="top")
    else:
        _draw_cells(ax, 0, rows + 1.4, y, DATA)
        ax.text(m + 0.25, rows + 0.9, f"y {y.shape}", va="center")
    _fit_cells(ax, (-3.2, m + 4.2), (-0.9, top + 0.1))


def draw_scales(ax: Axes, names: Sequence[str], mean: ArrayLike, std: ArrayLike) -> None:
    """Draw mean and standard deviation of n features, both (n,), on a logarithmic axis."""
    mean, std, rows = np.asarray(mean), np.asarray(std), np.arange(len(names))
    ax.hlines(rows, np.minimum(mean, std), np.maximum(mean, std), color=CONTOUR, linewidth=1)
    ax.plot(std, rows, "D", color=DATA, markersize=7, label="standard deviation")
    ax.plot(mean, rows, "o", color=DATA, markerfacecolor="white", markersize=8, label="mean")
    ax.set_xscale("log")
    ax.set_yticks(rows, names)
    ax.invert_yaxis()
    ax.set_xlabel("each in the feature's own unit")
    ax.xaxis.set_major_formatter("{x:g}")
    ax.legend(loc="lower center", bbox_to_anchor=(0.45, 1), ncols=2)


def draw_rescaled(
    ax: Axes, x: ArrayLike, y: ArrayLike, w: float, b: float, label: str = ""
) -> None:
    """Draw targets y (m,) over one rescaled feature x (m,), the line, b, and sample 0's residual.

    The line reaches x = 0, where its height is b; sample 0 is ringed.
    """
    x, y = np.ravel(x).astype(float), np.asarray(y, dtype=float)
    draw_data(ax, x, y, ax.get_xlabel(), ax.get_ylabel())
    draw_line(ax, w, b, (min(0.0, float(x.min())), float(x.max())))
    ax.plot([x[0], x[0]], [y[0], w * x[0] + b], color=RESIDUAL, linewidth=2.5)
    ax.plot(x[:1], y[:1], "o", color=RESIDUAL, markerfacecolor="none", markersize=10)
    ax.plot([0], [b], "o", color=MODEL, markersize=8)
    ax.annotate("b", (0, b), (-9, 5), textcoords="offset points", ha="right", color=MODEL)
    ax.text(0.99, 0.02, label, transform=ax.transAxes, ha="right", va="bottom")


def draw_rescaled_axes(ax: Axes, xlim: tuple[float, float], ylim: tuple[float, float]) -> None:
    """Draw what stays while a feature is rescaled: the limits, the labels, the line x = 0."""
    ax.axvline(0, color=CONTOUR, linewidth=1, zorder=0)
    ax.set(xlim=xlim, ylim=ylim, xlabel="x, the number that the model sees", ylabel="progression")
