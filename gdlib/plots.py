"""What the book's figures share: the style, a palette, and what several chapters draw.

Each ``draw_*`` function adds to an axes that it is given and returns nothing. What only
one chapter draws stands in that chapter's own folded cells.
"""

import sys
from collections.abc import Sequence

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.axes import Axes
from numpy.typing import ArrayLike

from gdlib.language import say, speak
from gdlib.losses import Objective

# One colour for one thing, all through the book; told apart by colour-blind readers
# and in print: tests/test_plots.py measures it.
DATA = "#767676"
MODEL = "#0072B2"
PATH = "#D55E00"
GRADIENT = "#196639"
RESIDUAL = "#996E33"
MINIMUM = "#111111"
CONTOUR = "#B8B8B8"

STYLE = {
    "figure.figsize": (6, 3.7),
    "figure.constrained_layout.use": True,
    "font.size": 12,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 12,
    "axes.titlelocation": "left",
    "axes.axisbelow": True,
    "axes.formatter.useoffset": False,
    "axes.edgecolor": "#555555",
    "xtick.color": "#333333",
    "ytick.color": "#333333",
    "lines.linewidth": 2,
    "legend.frameon": False,
    "legend.fontsize": 11,
    "svg.hashsalt": "gdlib",  # names within an SVG, the same each time it is drawn
}

# Where text is Chinese, the reader's browser draws it with a font of the reader's, and matplotlib,
# which needs none then, measures it with the boxes of a font that it brings.
CHINESE_STYLE = {
    "svg.fonttype": "none",
    "font.family": ["sans-serif", "Last Resort High-Efficiency"],
    "font.sans-serif": [
        *("DejaVu Sans", "Verdana", "PingFang SC", "Microsoft YaHei"),
        *("Noto Sans CJK SC", "Noto Sans SC"),
    ],
}


def use_book_style(language: str = "en") -> None:
    """Draw in the book's style from here on, and show figures as SVG where a notebook runs.

    The style stands on matplotlib's defaults and not on the reader's matplotlibrc, and a
    notebook shows figures whatever MPLBACKEND says, so the book looks the same everywhere.
    A ``%matplotlib`` after this call chooses another backend. With ``"zh_CN"`` as `language` the
    drawings and questions of gdlib speak Chinese, and figures show Chinese without a font for it.
    """
    speak(language)
    if "IPython" in sys.modules:
        from IPython import get_ipython
        from IPython.core.pylabtools import select_figure_formats

        shell = get_ipython()
        if hasattr(shell, "kernel"):  # IPython in a terminal has none, and nowhere to show an SVG
            shell.enable_matplotlib("inline")
            fixed = {"Date": None}  # the same figure is the same file, whenever it is drawn
            select_figure_formats(shell, {"svg"}, metadata=fixed)  # type: ignore[no-untyped-call]
    plt.style.use(["default", STYLE, CHINESE_STYLE if language == "zh_CN" else {}])


def draw_data(ax: Axes, x: ArrayLike, y: ArrayLike, xlabel: str = "", ylabel: str = "") -> None:
    """Draw samples of one feature `x` and their targets `y`, both of shape (m,), as dots."""
    ax.plot(np.ravel(x), y, "o", color=DATA, markersize=4, alpha=0.6, markeredgewidth=0)
    ax.set_xlabel(xlabel or ax.get_xlabel())
    ax.set_ylabel(ylabel or ax.get_ylabel())


def draw_line(ax: Axes, w: float, b: float, span: tuple[float, float]) -> None:
    """Draw the model ``w x + b`` over ``span = (left, right)``."""
    ends = np.asarray(span, dtype=float)
    ax.plot(ends, float(np.squeeze(w)) * ends + b, color=MODEL)


def draw_contours(
    ax: Axes,
    objective: Objective,
    w_range: tuple[float, float],
    b_range: tuple[float, float],
    levels: ArrayLike | None = None,
) -> None:
    """Draw the level lines of a loss with one weight over the ranges of ``w`` and ``b``.

    Without `levels` there are twelve, spaced like squares: those of a bowl stand evenly.
    """
    ws, bs = np.linspace(*w_range, 80), np.linspace(*b_range, 80)
    losses = np.array([[objective(np.array([w]), float(b))[0] for w in ws] for b in bs])
    if levels is None:
        levels = losses.min() + np.ptp(losses) * (np.arange(1, 13) / 12) ** 2
    ax.contour(ws, bs, losses, levels=levels, colors=CONTOUR, linewidths=1)
    ax.set(xlabel="w", ylabel="b")


def draw_path(ax: Axes, ws: ArrayLike, bs: ArrayLike) -> None:
    """Draw the points ``(w, b)`` that a descent visited, joined in order; the start is hollow."""
    ws, bs = np.ravel(ws), np.ravel(bs)
    ax.plot(ws, bs, ".-", color=PATH, linewidth=1.5, markersize=6)
    ax.plot(ws[:1], bs[:1], "o", color=PATH, markerfacecolor="white", markersize=8)


def draw_minimum(ax: Axes, w: float, b: float, label: str = "") -> None:
    """Mark the point ``(w, b)`` where the loss is least."""
    ax.plot([w], [b], "*", color=MINIMUM, markersize=12, label=label or None)


def draw_targets(ax: Axes, names: Sequence[str], targets: ArrayLike) -> None:
    """Draw targets, shape (m,), above the names of their rows; there may be more names."""
    targets = np.ravel(targets)
    ax.plot(range(len(targets)), targets, "s", color=DATA, markersize=10, label=say("target"))
    ax.set_xticks(range(len(names)), names)
    ax.set(xlim=(-0.5, len(names) - 0.5), ylabel=say("prediction"))


def draw_predictions(ax: Axes, values: ArrayLike) -> None:
    """Draw one prediction, shape (k,), above each name set up by `draw_targets`."""
    values = np.ravel(values)
    ax.plot(range(len(values)), values, "*", color=MODEL, markersize=11, label=say("prediction"))


def draw_weights(ax: Axes, names: Sequence[str], w: ArrayLike) -> None:
    """Draw weights, shape (n,), as bars from the longest to the shortest."""
    w = np.ravel(w)
    order = np.argsort(np.abs(w))
    ax.barh([names[i] for i in order], w[order], color=MODEL, height=0.7)
    ax.axvline(0, color=MINIMUM, linewidth=1)
