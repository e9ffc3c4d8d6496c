"""Figures with sliders that move in Jupyter and on a static page.

`explore` draws a figure once for every value of its sliders. In a live kernel the reader
moves ipywidgets sliders and the figure is drawn for the value chosen; where there is no
kernel the states drawn beforehand are shown by a few lines of script.
"""

import gzip
import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html import escape
from importlib.resources import files
from itertools import product
from math import prod
from typing import Any

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from gdlib.svg import UNITS, LightSVG

try:
    import ipywidgets
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "gdlib.explore needs ipywidgets: install gdlib with its figures, pip install 'gdlib[figures]'",
        name=error.name,
    ) from error

MAX_STATES = 200
MAX_BYTES = 120_000  # of one figure's HTML, compressed

Draw = Callable[..., object]
Values = dict[str, Any]


@dataclass(frozen=True)
class Slider:
    """What `slider` was told; `label` is empty where the argument's name will do."""

    values: tuple[Any, ...]
    label: str
    start: int
    format: Callable[[Any], str] | str | None
    play: bool

    def text(self, value: Any) -> str:
        """Write a value as the reader sees it."""
        if callable(self.format):
            return self.format(value)
        if self.format is not None:
            return format(value, self.format)
        return f"{value:g}" if isinstance(value, float) else str(value)


def slider(
    values: Sequence[Any],
    label: str = "",
    start: Any = None,
    format: Callable[[Any], str] | str | None = None,  # noqa: A002
    play: bool = False,
) -> Slider:
    """Describe one slider of `explore`.

    Parameters
    ----------
    values : sequence
        The values it takes, in order: a range, a list, an array.
    label : str
        What stands beside it, in the reader's symbols. Without it the argument's name.
    start : optional
        The value at first, one of `values`. Without it the first.
    format : callable or format spec, optional
        How a value is written, such as ``".3f"``.
    play : bool
        Offer a button that runs through the values. For sliders that count iterations.

    Raises
    ------
    ValueError
        If `values` is empty or does not hold `start`.

    Examples
    --------
    >>> slider([0.1, 0.2], label="learning rate α", start=0.2, format=".2f").text(0.2)
    '0.20'
    """
    listed = tuple(value.item() if isinstance(value, np.generic) else value for value in values)
    if not listed:
        raise ValueError("a slider needs at least one value, values is empty")
    if start is not None and start not in listed:
        raise ValueError(f"start must be one of the slider's values, got {start!r}")
    return Slider(listed, label, 0 if start is None else listed.index(start), format, play)


class _Stage:
    """The panels of one figure: a background drawn once, and states drawn over it one by one."""

    def __init__(self, draw: Draw, background: Draw | None, panels: int, size: tuple[float, float]) -> None:
        self.draw, self.background = draw, background
        self.size = size
        self.axes = tuple(_new_axes(size) for _ in range(panels))
        self._argument = self.axes[0] if panels == 1 else self.axes
        if background is not None:
            background(self._argument)
            for ax in self.axes:
                _fix_limits(ax)
        self._before = [_Scene(ax) for ax in self.axes]

    def settle(self, states: Sequence[Values]) -> None:
        """Place the axes once, with room for the labels of all `states`; then they stay."""
        boxes = []
        for values in states:
            with self._drawn(values):
                for ax in self.axes:
                    ax.figure.get_layout_engine().execute(ax.figure)  # type: ignore[union-attr]
                boxes.append([ax.get_position(original=True).frozen() for ax in self.axes])
        for ax, places in zip(self.axes, zip(*boxes, strict=True), strict=True):
            x0, y0 = np.max([box.min for box in places], axis=0)
            x1, y1 = np.min([box.max for box in places], axis=0)
            ax.figure.set_layout_engine("none")  # type: ignore[union-attr]
            ax.set_position((x0, y0, x1 - x0, y1 - y0))

    def backgrounds(self) -> list[str]:
        """Draw what all states share, as SVG, a panel each."""
        if self.background is None:
            return [""] * len(self.axes)
        return [_markup(self.size, [ax.figure]) for ax in self.axes]

    def layers(self, values: Values) -> list[str]:
        """Draw one state, as SVG, a panel each."""
        with self._drawn(values):
            if self.background is None:
                return [_markup(self.size, [ax.figure]) for ax in self.axes]
            return [_markup(self.size, scene.added()) for scene in self._before]

    @contextmanager
    def _drawn(self, values: Values) -> Iterator[None]:
        for scene in self._before:
            scene.prepare()
        try:
            self.draw(self._argument, **values)
            if self.background is not None:
                for scene in self._before:
                    scene.check()
            yield
        finally:
            for ax, scene in zip(self.axes, self._before, strict=True):
                if self.background is None:
                    ax.clear()
                    for other in set(ax.figure.axes) - {ax}:
                        other.remove()
                else:
                    scene.restore()


class _Scene:
    """What stands on an axes before a state is drawn. Its titles count as part of the state."""

    def __init__(self, ax: Axes) -> None:
        self.ax = ax
        self._titles: dict[Any, str] = {text: text.get_text() for text in _titles(ax)}
        self._children = set(ax.get_children())
        self._containers = len(ax.containers)
        self.restore()
        self._frame = self._look()

    def prepare(self) -> None:
        """Put the background's titles up; a state may write over them."""
        for text, content in self._titles.items():
            text.set_text(content)

    def added(self) -> list[Artist]:
        """List what a state has added, the lowest first."""
        new = [child for child in self.ax.get_children() if child not in self._children]
        return sorted(new, key=Artist.get_zorder) + [text for text in self._titles if text.get_text()]

    def check(self) -> None:
        """Refuse a state that does not fit the background any more."""
        for name, before in self._frame.items():
            if (after := self._look()[name]) != before:
                raise ValueError(
                    f"draw changed the axes' {name} from {before} to {after}; with a background that is drawn "
                    f"once, set it there, or leave the background out so that every state draws its own axes"
                )

    def restore(self) -> None:
        """Take away what a state has added."""
        for artist in self.added():
            if artist not in self._titles:
                artist.remove()
        for text in self._titles:
            text.set_text("")
        del self.ax.containers[self._containers :]
        self.ax.set_prop_cycle(None)

    def _look(self) -> dict[str, Any]:
        ax = self.ax
        return {
            "x limits": tuple(map(float, ax.get_xlim())),
            "y limits": tuple(map(float, ax.get_ylim())),
            "scales": (ax.get_xscale(), ax.get_yscale()),
            "labels": (ax.get_xlabel(), ax.get_ylabel()),
            "number of axes": len(ax.figure.axes),
        }


class Explorable(ipywidgets.VBox):  # type: ignore[misc]
    """A figure with sliders: widgets in a live kernel, `html` everywhere else."""

    def __init__(self, stage: _Stage, sliders: dict[str, Slider], alt: Any, html: str) -> None:
        self.html = html
        self._show = _Picture(stage, sliders, alt)
        self._view = ipywidgets.HTML()
        self._controls = {name: _widget(name, one) for name, one in sliders.items()}
        plays = [_play(self._controls[name], one) for name, one in sliders.items() if one.play]
        super().__init__([self._view, *self._controls.values(), *plays])
        for control in self._controls.values():
            control.observe(self._update, names="value")
        self._update()

    def _update(self, _change: object = None) -> None:
        self._view.value = self._show({name: control.value for name, control in self._controls.items()})

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        return {**super()._repr_mimebundle_(**options), "text/html": self.html}


class _Picture:
    """Draw one state as HTML; an error in its place."""

    def __init__(self, stage: _Stage, sliders: dict[str, Slider], alt: Any) -> None:
        self._stage, self._sliders, self._alt = stage, sliders, alt
        self._backgrounds = stage.backgrounds()

    def __call__(self, values: Values) -> str:
        try:
            layers = self._stage.layers(values)
            said = _say(self._alt, self._sliders, values)
        except Exception as error:  # whatever the reader's own change to draw may raise
            picture = f'<pre class="gd-error" role="alert">{escape(f"{type(error).__name__}: {error}")}</pre>'
        else:
            picture = _panels(self._stage.size, self._backgrounds, layers, said)
        return f'<div class="gd-explore"><style>{_asset("css")}</style>{picture}</div>'


def explore(
    draw: Draw,
    background: Draw | None = None,
    alt: Callable[..., str] | str | None = None,
    *,
    panels: int = 1,
    size: tuple[float, float] = (4.6, 3.6),
    **sliders: Slider | Sequence[Any],
) -> Explorable:
    """Make a figure with one or two sliders that moves with and without a kernel.

    Every state is drawn once when this is called, so that a `draw` that breaks anywhere on its
    range breaks here and not in front of the reader.

    Parameters
    ----------
    draw : callable
        ``draw(ax, **values)`` draws one state onto an axes; with ``panels=2``,
        ``draw((left, right), **values)``. In a live kernel it is also called for values between
        those listed, where these are evenly spaced floats.
    background : callable, optional
        ``background(ax)`` draws what all states share, beneath them, and sets labels and limits,
        which `draw` may then not change. Without it every state draws its own axes.
    alt : callable or str, optional
        What is seen in a state: ``alt(**values)``, or a template such as ``"loss after {k} steps"``.
    panels : int
        How many axes; side by side where there is room.
    size : (float, float)
        Width and height of a panel in inches.
    **sliders
        The values of each slider in order, or a `slider`.

    Returns
    -------
    Explorable
        A widget that carries the states as ``html``.

    Raises
    ------
    ValueError
        If there are no sliders or more than two, too many states, or too much HTML.
    RuntimeError
        If `draw` or `alt` fails; the message names the state.

    Examples
    --------
    >>> def draw(ax, slope):
    ...     ax.plot([0, 1], [0, slope])
    >>> def background(ax):
    ...     ax.set(xlim=(0, 1), ylim=(0, 2), xlabel="x")
    >>> figure = explore(draw, background, alt="a line of slope {slope}", slope=[0, 1, 2])
    >>> figure.html.count("data-alt=")
    3
    """
    known = {name: one if isinstance(one, Slider) else slider(one) for name, one in sliders.items()}
    states = _states(known)
    stage = _Stage(draw, background, panels, size or (4.6, 3.6))
    start = {name: one.values[one.start] for name, one in known.items()}
    ends = [dict(zip(known, pair, strict=True)) for pair in product(*[(s.values[0], s.values[-1]) for s in known.values()])]
    with _named(known, start):
        stage.settle([start])
    drawn = []
    for values in states:
        with _named(known, values):
            drawn.append((stage.layers(values), _say(alt, known, values)))
    html = _html(stage, known, drawn, states.index(start))
    _check_bytes(html, len(states))
    return Explorable(stage, known, alt, html)


def _states(sliders: dict[str, Slider]) -> list[Values]:
    """List every combination of values, the last slider's running fastest."""
    counts = " x ".join(str(len(one.values)) for one in sliders.values())
    number = prod(len(one.values) for one in sliders.values())
    if not 1 <= len(sliders) <= 2:
        needed = f"; {', '.join(sliders)} together would need {counts} = {number} states" if sliders else ""
        raise ValueError(f"explore takes one or two sliders, got {len(sliders)}{needed}")
    if number > MAX_STATES:
        raise ValueError(f"{counts} = {number} states are more than {MAX_STATES}: give {' or '.join(sliders)} fewer values")
    return [dict(zip(sliders, values, strict=True)) for values in product(*(one.values for one in sliders.values()))]


@contextmanager
def _named(sliders: dict[str, Slider], values: Values) -> Iterator[None]:
    """Say which state failed."""
    try:
        yield
    except Exception as error:
        state = ", ".join(f"{name}={value!r}" for name, value in values.items())
        raise RuntimeError(f"explore could not draw {state}: {type(error).__name__}: {error}") from error


def _say(alt: Callable[..., str] | str | None, sliders: dict[str, Slider], values: Values) -> str:
    """Write a state's alt text."""
    if alt is None:
        return ", ".join(f"{one.label or name} = {one.text(values[name])}" for name, one in sliders.items())
    return alt.format(**values) if isinstance(alt, str) else alt(**values)


def _check_bytes(html: str, states: int) -> None:
    size = len(gzip.compress(html.encode(), mtime=0))
    if size > MAX_BYTES:
        raise ValueError(
            f"the figure takes {size} bytes compressed, more than {MAX_BYTES}: {states} states of about "
            f"{size // states}; give the sliders fewer values, draw fewer points a state, or move what "
            f"does not change into background"
        )


def _new_axes(size: tuple[float, float]) -> Axes:
    """Make an axes on a figure of its own that pyplot knows nothing of, a point a pixel."""
    figure = Figure(figsize=size, dpi=72, layout="constrained")
    FigureCanvasAgg(figure)  # type: ignore[no-untyped-call]
    figure.patch.set_visible(False)
    return figure.add_subplot()


def _fix_limits(ax: Axes) -> None:
    """Keep the limits that the background has set, whatever a state draws."""
    ax.set_xlim(ax.get_xlim())
    ax.set_ylim(ax.get_ylim())


def _titles(ax: Axes) -> tuple[Any, ...]:
    return ax.title, ax._left_title, ax._right_title  # type: ignore[attr-defined]


def _markup(size: tuple[float, float], artists: Sequence[Artist]) -> str:
    renderer = LightSVG(72 * size[0], 72 * size[1])
    for artist in artists:
        artist.draw(renderer)
    return renderer.markup()


def _panels(size: tuple[float, float], backgrounds: list[str], layers: list[str], said: str) -> str:
    """Write the picture that stands on the page."""
    width, height = (round(72 * UNITS * length) for length in size)
    head = f'<svg viewBox="0 0 {width} {height}" width="{96 * size[0]:.0f}" height="{96 * size[1]:.0f}" aria-hidden="true">'
    look = '<g fill="none" stroke-linejoin="round">'
    pictures = "".join(
        f'{head}{look}{under}<g class="gd-state">{over}</g></g></svg>' for under, over in zip(backgrounds, layers, strict=True)
    )
    return f'<div class="gd-panels" role="img" aria-label="{escape(said)}">{pictures}</div>'


def _control(name: str, one: Slider) -> str:
    """Write one slider; it is hidden until the script makes it do something."""
    texts = [one.text(value) for value in one.values]
    label = escape(one.label or name)
    play = f'<button type="button" class="gd-play" aria-label="Play or pause {label}" hidden>Play</button>' if one.play else ""
    return (
        f'<div class="gd-control"><label><span>{label}</span><output aria-live="off">{escape(texts[one.start])}</output>'
        f'<input type="range" min="0" max="{len(texts) - 1}" step="1" value="{one.start}" autocomplete="off" '
        f'aria-label="{label}" aria-valuetext="{escape(texts[one.start])}" '
        f'data-values="{escape(json.dumps(texts, ensure_ascii=False))}" hidden></label>{play}</div>'
    )


def _html(stage: _Stage, sliders: dict[str, Slider], drawn: list[tuple[list[str], str]], start: int) -> str:
    """Write the whole figure: the start on the page, all states inert in a template."""
    layers, said = drawn[start]
    states = "".join(
        f'<svg data-alt="{escape(text)}">{"".join(f"<g>{over}</g>" for over in parts)}</svg>' for parts, text in drawn
    )
    return (
        f'<div class="gd-explore"><style>{_asset("css")}</style>{_panels(stage.size, stage.backgrounds(), layers, said)}'
        f'<div class="gd-controls">{"".join(_control(name, one) for name, one in sliders.items())}</div>'
        f'<div class="gd-news" role="status"></div><template>{states}</template><script>{_asset("js")}</script></div>'
    )


@cache
def _asset(kind: str) -> str:
    return files("gdlib").joinpath(f"explore.{kind}").read_text(encoding="utf-8")


def _widget(name: str, one: Slider) -> Any:
    """Make the live slider."""
    layout = ipywidgets.Layout(width="95%", max_width="40rem")
    look = {"description": one.label or name, "layout": layout, "style": {"description_width": "initial"}}
    options = [(one.text(value), value) for value in one.values]
    return ipywidgets.SelectionSlider(options=options, index=one.start, **look)


def _play(control: Any, one: Slider) -> Any:
    """Make the live play button."""
    play = ipywidgets.Play(min=0, max=len(one.values) - 1, value=one.start, interval=120)
    ipywidgets.jslink((play, "value"), (control, "index"))
    return play
