"""Drawings of chapter 09, scaling: valleys, condition numbers, a direction hardly seen."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from gdlib.plots import CONTOUR, DATA, MINIMUM, MODEL, PATH, draw_minimum, draw_path


def draw_error_frame(ax: Axes, size: float) -> None:
    """Draw an empty square map of the errors of two weights, from ``-size`` to ``size``."""
    draw_minimum(ax, 0, 0)
    ax.set(xlim=(-size, size), ylim=(-size, size), aspect="equal")
    ax.set(xlabel="error of w₁", ylabel="error of w₂")


def draw_descent(ax: Axes, hessian: ArrayLike, errors: ArrayLike) -> None:
    """Draw a path of errors, shape (k, 2), on level lines of the loss with Hessian (2, 2).

    The outermost level line passes through the start; each next one lies at a quarter of
    the height, half as far from the minimum.
    """
    hessian, errors = np.asarray(hessian, dtype=float), np.asarray(errors, dtype=float)
    angles = np.linspace(0, 2 * np.pi, 100)
    circle = np.stack([np.cos(angles), np.sin(angles)])
    shape = np.linalg.solve(np.linalg.cholesky(hessian).T, circle)
    size = np.sqrt(errors[0] @ hessian @ errors[0])
    for part in (1, 1 / 2, 1 / 4, 1 / 8):
        ax.plot(*(part * size * shape), color=CONTOUR, linewidth=1.2)
    draw_path(ax, *errors.T)


def draw_kappa_curve(ax: Axes, ratios: ArrayLike, kappas: ArrayLike) -> None:
    """Draw condition numbers over ratios of two scales, both (k,), on log axes."""
    ax.plot(ratios, kappas, color=MODEL)
    ax.set(xscale="log", yscale="log", xlabel="ratio s of the scales", ylabel="κ")


def draw_on_curve(ax: Axes, ratio: float, kappa: float, label: str = "") -> None:
    """Mark one ratio and its condition number on the curve; `label` stands above the mark."""
    ax.plot([ratio], [kappa], "o", color=PATH, markersize=9)
    if label:
        ax.annotate(label, (ratio, kappa), (0, 9), textcoords="offset points", ha="center")


def draw_kappas(ax: Axes, kappas: Mapping[str, float]) -> None:
    """Draw condition numbers as bars on a log axis, the first on top, each with its value."""
    names, values = list(kappas), list(kappas.values())
    ax.barh(names, values, color=MODEL, height=0.6)
    for name, value in kappas.items():
        ax.annotate(f"{value:,.0f}", (value, name), (5, 0), textcoords="offset points", va="center")
    ax.set(xscale="log", xlim=(1, 60 * max(values)), xlabel="condition number κ")
    ax.invert_yaxis()


def draw_near_dependence(
    ax: Axes, feature: ArrayLike, others: ArrayLike, names: Sequence[str]
) -> None:
    """Draw a feature's part and the other features' part of a sum that nearly vanishes, both (m,).

    `names` are the labels of the two axes. The line is where both are the same.
    """
    ends = [float(np.min(feature)), float(np.max(feature))]
    ax.plot(ends, ends, color=MINIMUM, linewidth=1)
    ax.plot(feature, others, "o", color=DATA, markersize=4, alpha=0.6, markeredgewidth=0)
    ax.set(xlabel=names[0], ylabel=names[1], aspect="equal")
