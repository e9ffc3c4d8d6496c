"""Drawings of chapter 10: a plane of perfect fits, and what chooses among them."""

from collections.abc import Callable, Sequence

import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike, NDArray

from gdlib.plots import CONTOUR, DATA, MINIMUM, MODEL, PATH

DASHES = ("-", "--", ":", "-.")


def _seen(points: ArrayLike) -> NDArray[np.float64]:
    """Return `points`, shape (k, 3): right, back and up, as the eye sees them, shape (k, 2)."""
    right, back, up = np.asarray(points, dtype=float).T
    return np.column_stack([right + 0.5 * back, 0.45 * back + up])


def draw_plane(ax: Axes, reach: float, height: float, right: str, back: str) -> None:
    """Draw a level plane in space, ±`reach` to the right and back; fits `height` above it."""
    ticks = np.arange(-reach, reach + 0.5)
    for tick in ticks:
        for ends in (
            [(-reach, tick, 0), (reach, tick, 0)],
            [(tick, -reach, 0), (tick, reach, 0)],
        ):
            ax.plot(*_seen(ends).T, color=CONTOUR, linewidth=1)
    (x, y), (x_back, y_back) = _seen([(0, -reach, 0), (reach, 0, 0)])
    ax.text(x, y - 0.12, right, ha="center", va="top")
    ax.text(x_back + 0.15, y_back, back, ha="left", va="top")
    top = _seen([(-reach, reach, height)])[0]
    low = _seen([(-reach, -reach, 0)])[0]
    ax.set(xlim=(low[0] - 0.2, 1.9 * reach), ylim=(low[1] - 0.6, top[1] + 0.2))
    ax.set_axis_off()


def draw_descent_onto_plane(ax: Axes, points: ArrayLike) -> None:
    """Draw a descent through space, `points` of shape (k, 3), from its hollow start to its star."""
    seen = _seen(points)
    ax.plot(*seen.T, ".-", color=PATH, linewidth=1.5, markersize=5)
    ax.plot(*seen[:1].T, "o", color=PATH, markerfacecolor="white", markersize=8)
    ax.plot(*seen[-1:].T, "*", color=MODEL, markersize=12)


def draw_map(
    ax: Axes, value: Callable[[float, float], float], reach: float, levels: Sequence[float]
) -> None:
    """Draw the plane from above, with the lines on which ``value(s, t)`` has each of `levels`."""
    ticks = np.linspace(-reach, reach, 41)
    values = np.array([[value(s, t) for s in ticks] for t in ticks])
    lines = ax.contour(ticks, ticks, values, levels=levels, colors=CONTOUR, linewidths=1)
    lines.set_linestyle("-")  # negative levels too
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1}
    for level, path in zip(lines.levels, lines.get_paths(), strict=True):
        vertices = np.asarray(path.vertices, dtype=float)
        if len(vertices):  # its number at its lowest point
            x, y = vertices[np.argmin(vertices[:, 1])] * 0.93
            ax.text(
                x,
                y,
                f"{level:g}".replace("-", "−"),
                fontsize=10,
                color=DATA,
                ha="center",
                va="center",
                bbox=box,
            )
    ax.set(xlim=(-reach, reach), ylim=(-reach, reach), aspect="equal")


def draw_place(ax: Axes, s: float, t: float, name: str) -> None:
    """Mark one fit on the map and write its name above, to the left."""
    ax.plot([s], [t], "s", color=MINIMUM, markersize=6)
    box = {"facecolor": "white", "edgecolor": "none", "pad": 1, "alpha": 0.8}
    ax.annotate(
        name,
        (s, t),
        xytext=(0, 5),
        textcoords="offset points",
        ha="right",
        va="bottom",
        fontsize=10,
        bbox=box,
    )


def draw_end(ax: Axes, s: float, t: float) -> None:
    """Mark on the map where a descent ends."""
    ax.plot([s], [t], "*", color=MODEL, markersize=14, clip_on=False)  # whole in the corners, too


def draw_failures(ax: Axes, units: ArrayLike, errors: ArrayLike, good: ArrayLike) -> None:
    """Draw two solvers' largest errors on a log axis over the unit, each of shape (k,)."""
    ax.semilogy(units, errors, "o", color=PATH, markersize=4, label="inverse of AᵀA")
    ax.semilogy(units, good, "o", color=MODEL, markersize=4, label="pseudo-inverse of A")
    ax.set(xlabel="factor on every feature", ylabel="largest error on the rows")
    ax.legend(loc="center right")


def draw_ridge_path(
    ax: Axes, strengths: ArrayLike, values: ArrayLike, names: Sequence[str] = ()
) -> None:
    """Draw how parameters, `values` of shape (k, q), change with the k strengths of the price."""
    values = np.asarray(values)
    for i, column in enumerate(values.T):
        label = names[i] if names else None
        style = DASHES[i % len(DASHES)] if names else "-"
        ax.semilogx(strengths, column, style, color=MODEL, linewidth=1.6, label=label)
    ax.axhline(0, color=CONTOUR, linewidth=1, zorder=0)
    ax.set(xlabel="strength of the price")
    if names:
        ax.legend()


def draw_strength(ax: Axes, strength: float, values: ArrayLike) -> None:
    """Mark one strength on a ridge path, and its parameters, shape (q,)."""
    values = np.ravel(values)
    ax.axvline(strength, color=CONTOUR, linewidth=1.5)
    ax.plot(np.full(len(values), strength), values, "*", color=MODEL, markersize=12)


def draw_held_out(
    ax: Axes, strengths: ArrayLike, seen: ArrayLike, unseen: ArrayLike, rival: float
) -> None:
    """Draw errors on rows seen and unseen, shape (k,), over the strength, and a rival's error."""
    ax.semilogx(strengths, unseen, color=MODEL, label="patients not seen")
    ax.semilogx(strengths, seen, "--", color=DATA, label="the seven of the fit")
    ax.axhline(rival, color=MINIMUM, linewidth=1, linestyle=":", label="mean of the seven")
    ax.set(xlabel="strength of the price", ylabel="root mean square error", ylim=(0, None))
    ax.legend()
