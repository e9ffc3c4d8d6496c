"""Draw many states of one figure as light SVG layers over one background.

The axes are made once. A state is drawn onto them, only what it added is turned into SVG,
and it is taken away again.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gdlib.interactive.svg import LightSVG

Draw = Callable[..., object]
Values = dict[str, Any]


@contextmanager
def named(values: Values) -> Iterator[None]:
    """Say which state failed."""
    try:
        yield
    except Exception as error:
        state = ", ".join(f"{name}={value!r}" for name, value in values.items())
        message = f"could not draw {state}: {type(error).__name__}: {error}"
        raise RuntimeError(message) from error


class Stage:
    """The panels of a figure, each an axes on a figure of its own.

    Parameters
    ----------
    draw : callable
        ``draw(ax, **values)`` draws one state; with several panels, ``draw(axes, **values)``.
    background : callable or None
        ``background(ax)`` draws what all states share and sets the limits, which then hold.
        With None each state draws its own axes.
    panels : int
        How many.
    size : (float, float)
        Width and height of each in inches.

    Examples
    --------
    >>> stage = Stage(lambda ax, b: ax.axhline(b), lambda ax: ax.set(ylim=(0, 1)), 1, (4, 3))
    >>> stage.layers({"b": 0.5}) == stage.layers({"b": 0.5}) != stage.layers({"b": 0.6})
    True
    """

    def __init__(
        self, draw: Draw, background: Draw | None, panels: int, size: tuple[float, float]
    ) -> None:
        self.size = size
        self._draw = draw
        self._renderer = LightSVG(72 * size[0], 72 * size[1])
        self._axes = tuple(_new_axes(size) for _ in range(panels))
        self._argument = self._axes[0] if panels == 1 else self._axes
        if background is not None:
            background(self._argument)
        scene = _Empty if background is None else _Scene
        self._scenes = [scene(ax) for ax in self._axes]

    def settle(self, states: Sequence[Values]) -> None:
        """Place the axes with room for the labels of all `states`; then they stay there."""
        boxes = []
        for values in states:
            with self._drawn(values):
                boxes.append([_layout(ax) for ax in self._axes])
        for i, ax in enumerate(self._axes):
            left, bottom = np.max([places[i].min for places in boxes], axis=0)
            right, top = np.min([places[i].max for places in boxes], axis=0)
            _figure(ax).set_layout_engine("none")
            ax.set_position((left, bottom, right - left, top - bottom))
            ax.apply_aspect()  # now, not when first rendered: states are drawn before

    def backgrounds(self) -> list[str]:
        """Draw what all states share, a panel each."""
        return [self._markup(scene.shared()) for scene in self._scenes]

    def layers(self, values: Values) -> list[str]:
        """Draw one state, a panel each."""
        with self._drawn(values):
            return [self._markup(scene.added()) for scene in self._scenes]

    @contextmanager
    def _drawn(self, values: Values) -> Iterator[None]:
        for scene in self._scenes:
            scene.prepare()
        try:
            with named(values):
                self._draw(self._argument, **values)
                for scene in self._scenes:
                    scene.check()
            yield
        finally:
            for scene in self._scenes:
                scene.restore()

    def _markup(self, artists: Sequence[Artist]) -> str:
        self._renderer.clear()
        for artist in artists:
            artist.draw(self._renderer)
        return self._renderer.markup()


class _Empty:
    """An axes on which each state draws everything."""

    def __init__(self, ax: Axes) -> None:
        self.ax = ax

    def prepare(self) -> None:
        """Start from an axes as new."""
        self.ax.clear()

    def check(self) -> None:
        """Allow everything."""

    def shared(self) -> Sequence[Artist]:
        """List what all states share: nothing."""
        return []

    def added(self) -> Sequence[Artist]:
        """List what a state has drawn: the whole figure."""
        return [_figure(self.ax)]

    def restore(self) -> None:
        """Take away the axes that a state has added; the next state clears the first one."""
        for other in _figure(self.ax).axes[1:]:
            other.remove()


class _Scene:
    """An axes with a background. Its titles count as part of the state."""

    def __init__(self, ax: Axes) -> None:
        self.ax = ax
        ax.set(xlim=ax.get_xlim(), ylim=ax.get_ylim())  # they hold, whatever a state draws
        titles: tuple[Any, ...] = (ax.title, ax._left_title, ax._right_title)  # type: ignore[attr-defined]
        self._titles = {title: title.get_text() for title in titles}
        self._children = set(ax.get_children())
        self._containers = len(ax.containers)
        self._frame = self._look()
        self.restore()

    def prepare(self) -> None:
        """Put the background's titles up; a state may write over them."""
        for title, text in self._titles.items():
            title.set_text(text)

    def check(self) -> None:
        """Refuse a state that does not fit the background any more."""
        for name, after in self._look().items():
            if after != self._frame[name]:
                raise ValueError(
                    f"draw changed the {name} from {self._frame[name]} to {after}, but the "
                    f"background is drawn only once: set them there, or give no background, "
                    f"so that every state draws its own axes"
                )

    def shared(self) -> Sequence[Artist]:
        """List what all states share: the whole figure as it stands between two states."""
        return [_figure(self.ax)]

    def added(self) -> Sequence[Artist]:
        """List what a state has added, the lowest first."""
        new = [child for child in self.ax.get_children() if child not in self._children]
        return sorted(new, key=Artist.get_zorder) + [t for t in self._titles if t.get_text()]

    def restore(self) -> None:
        """Take away what a state has added, and begin with the first colour again."""
        for artist in self.added():
            if artist not in self._titles:
                artist.remove()
        for title in self._titles:
            title.set_text("")
        del self.ax.containers[self._containers :]
        self.ax.set_prop_cycle(None)

    def _look(self) -> dict[str, tuple[Any, ...]]:
        ax = self.ax
        return {
            "x limits": tuple(map(float, ax.get_xlim())),
            "y limits": tuple(map(float, ax.get_ylim())),
            "scales": (ax.get_xscale(), ax.get_yscale()),
            "axis labels": (ax.get_xlabel(), ax.get_ylabel()),
            "number of axes": (len(_figure(ax).axes),),
        }


def _new_axes(size: tuple[float, float]) -> Axes:
    """Make an axes on a figure that pyplot knows nothing of, a pixel a point."""
    figure = Figure(figsize=size, dpi=72, layout="constrained")
    FigureCanvasAgg(figure)
    figure.patch.set_visible(False)
    return figure.add_subplot()


def _figure(ax: Axes) -> Figure:
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def _layout(ax: Axes) -> Any:
    """Return the box that an axes would take so that all its labels fit in the figure."""
    figure = _figure(ax)
    engine = figure.get_layout_engine()
    assert engine is not None
    engine.execute(figure)
    return ax.get_position(original=True).frozen()
