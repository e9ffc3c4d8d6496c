"""Figures with sliders that move in Jupyter and on a static page.

`explore` draws a figure once for every value of its sliders. In a live kernel the reader
moves ipywidgets sliders and the figure is drawn for the value chosen; where there is no
kernel, a few lines of script show the states drawn beforehand.
"""

import gzip
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import product
from math import prod
from typing import Any

import numpy as np

from gdlib.interactive.carried import script, style
from gdlib.interactive.stage import Draw, Stage, Values, named
from gdlib.interactive.svg import UNITS
from gdlib.language import say

try:
    import ipywidgets
except ModuleNotFoundError as error:
    raise ModuleNotFoundError(
        "gdlib.interactive needs ipywidgets, which comes with gdlib[figures]", name=error.name
    ) from error

MAX_STATES = 200
MAX_BYTES = 120_000  # of one figure's HTML, compressed
PLAY_MS = 120  # from state to state while a figure plays

Alt = Callable[..., str] | str | None


@dataclass(frozen=True)
class Slider:
    """A slider as `slider` describes it; `start` is the place of its first value in `values`."""

    values: tuple[Any, ...]
    label: str
    start: int
    format: Callable[[Any], str] | str | None
    play: bool
    exact: bool

    def text(self, value: Any) -> str:
        """Write a value as the reader sees it."""
        if callable(self.format):
            return self.format(value)
        return format(value, self.format or ("g" if isinstance(value, float) else ""))

    @property
    def step(self) -> float:
        """The step between evenly spaced floats, which a live slider may divide; otherwise 0."""
        floats = all(isinstance(value, float) for value in self.values)
        if self.exact or self.play or callable(self.format) or not floats or len(self.values) < 3:
            return 0.0
        steps = np.diff(self.values)
        even = steps[0] > 0 and np.allclose(steps, steps[0], rtol=1e-6, atol=0)
        return float(steps.mean()) if even else 0.0


def slider(
    values: Sequence[Any],
    label: str = "",
    start: Any = None,
    format: Callable[[Any], str] | str | None = None,
    play: bool = False,
    exact: bool = False,
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
    exact : bool
        Offer only the listed values in a live kernel too. Otherwise evenly spaced floats stand
        for all values between the first and the last.

    Raises
    ------
    ValueError
        If `values` is empty or does not hold `start`, or a value cannot be written in `format`.

    Examples
    --------
    >>> slider([0.1, 0.2], label="learning rate α", start=0.2, format=".2f").text(0.2)
    '0.20'
    """
    listed = tuple(value.item() if isinstance(value, np.generic) else value for value in values)
    if not listed:
        raise ValueError("values of a slider must not be empty")
    if start is not None and start not in listed:
        raise ValueError(f"start must be one of the slider's values, got {start!r}")
    first = 0 if start is None else listed.index(start)
    made = Slider(listed, label, first, format, play, exact)
    for value in listed:
        try:
            made.text(value)
        except (TypeError, ValueError) as error:
            raise ValueError(
                f"format is {format!r}; expected a function, or a format spec such as '.3f', "
                f"that can write {value!r} ({error})"
            ) from error
    return made


class Explorable(ipywidgets.VBox):  # type: ignore[misc]
    """A figure with sliders: widgets in a live kernel, `html` everywhere else."""

    def __init__(self, stage: Stage, sliders: dict[str, Slider], alt: Alt, html: str) -> None:
        self.html = html
        self._stage, self._sliders, self._alt = stage, sliders, alt
        self._backgrounds = stage.backgrounds()
        self._controls = {name: _widget(name, one) for name, one in sliders.items()}
        self._texts = {name: ipywidgets.Label() for name, one in sliders.items() if one.step}
        self._view = ipywidgets.HTML()
        look = ipywidgets.HTML(style("figure"), layout={"display": "none"})
        rows = [
            _row(self._controls[name], one, self._texts.get(name)) for name, one in sliders.items()
        ]
        super().__init__([look, self._view, *rows])
        for control in self._controls.values():
            control.observe(self._update, names="value")
        self._update()

    def _update(self, _change: object = None) -> None:
        values = {
            name: _listed(one, self._controls[name].value) for name, one in self._sliders.items()
        }
        for name, label in self._texts.items():
            label.value = self._sliders[name].text(values[name])
        try:
            said = _say(self._alt, self._sliders, values)
            picture = _panels(self._stage.size, self._backgrounds, self._stage.layers(values), said)
        except Exception as error:  # whatever draw raises belongs where the figure stands
            text = escape(f"{type(error).__name__}: {error}")
            picture = f'<pre class="gd-error" role="alert">{text}</pre>'
        self._view.value = f'<div class="gd-explore">{picture}</div>'

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any]:
        bundle: dict[str, Any] = super()._repr_mimebundle_(**options)
        return {**bundle, "text/html": self.html}


def explore(
    draw: Draw,
    background: Draw | None = None,
    alt: Alt = None,
    *,
    panels: int = 1,
    size: tuple[float, float] | None = None,
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
        evenly spaced floats, unless their `slider` is exact.
    background : callable, optional
        ``background(ax)`` draws what all states share, beneath them, and sets labels and limits,
        which `draw` may then not change. Without it every state draws its own axes.
    alt : callable or str, optional
        What is seen in a state: ``alt(**values)``, or a template such as ``"after {k} steps"``.
    panels : int
        How many axes, 1 or more; they stand side by side where there is room.
    size : (float, float), optional
        Width and height of a panel in inches; without it (4.6, 3.6), or (3.6, 3.2) where there
        are several, so that two fit side by side on the site with legible text.
    **sliders
        Of one or two arguments of `draw`: the values in order, or a `slider`.

    Returns
    -------
    Explorable
        A widget that carries the states as ``html``.

    Raises
    ------
    ValueError
        If there is no slider or there are more than two, or more states or bytes than a page
        can take.
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
    known = {n: one if isinstance(one, Slider) else slider(one) for n, one in sliders.items()}
    states = _states(known)
    start = {name: one.values[one.start] for name, one in known.items()}
    stage = Stage(draw, background, panels, size or ((4.6, 3.6) if panels == 1 else (3.6, 3.2)))

    ends = product(*((one.values[0], one.values[-1]) for one in known.values()))
    stage.settle([start, *(dict(zip(known, values, strict=True)) for values in ends)])
    drawn = [(stage.layers(values), _say(alt, known, values)) for values in states[:1]]
    under = stage.backgrounds()
    drawn += [(stage.layers(values), _say(alt, known, values)) for values in states[1:]]
    if stage.backgrounds() != under:
        raise ValueError(
            "draw changed what background drew (an artist, the ticks, the figure), which stands "
            "on a page once for all states: draw it in each state, or give no background"
        )
    for values in _between(known, start):
        stage.layers(values)
        _say(alt, known, values)
    html = _html(stage, known, drawn, states.index(start))
    _check_bytes(html, len(states))
    return Explorable(stage, known, alt, html)


def _states(sliders: dict[str, Slider]) -> list[Values]:
    """List every combination of values; the last slider's run fastest."""
    counts = [len(one.values) for one in sliders.values()]
    sum_up = f"{' x '.join(map(str, counts))} = {prod(counts)} states"
    if not 1 <= len(sliders) <= 2:
        needed = f"; {', '.join(sliders)} together would need {sum_up}" if sliders else ""
        raise ValueError(f"explore takes one or two sliders, got {len(sliders)}{needed}")
    if prod(counts) > MAX_STATES:
        raise ValueError(
            f"{sum_up} are more than {MAX_STATES}: give {' or '.join(sliders)} fewer values"
        )
    combinations = product(*(one.values for one in sliders.values()))
    return [dict(zip(sliders, values, strict=True)) for values in combinations]


def _between(sliders: dict[str, Slider], start: Values) -> list[Values]:
    """List a state between the listed ones for each slider on which a live reader finds some."""
    return [
        {**start, name: one.values[0] + one.step / 2} for name, one in sliders.items() if one.step
    ]


def _listed(one: Slider, value: Any) -> Any:
    """Return the listed value that a live slider's value stands for, if it is one."""
    if not one.step:
        return value
    nearest = min(one.values, key=lambda listed: abs(listed - value))
    return nearest if abs(nearest - value) < 1e-6 * one.step else value


def _say(alt: Alt, sliders: dict[str, Slider], values: Values) -> str:
    """Write a state's alt text."""
    if alt is None:
        return ", ".join(
            f"{s.label or name} = {s.text(values[name])}" for name, s in sliders.items()
        )
    with named(values):
        return alt.format(**values) if isinstance(alt, str) else alt(**values)


def _check_bytes(html: str, states: int) -> None:
    """Refuse a figure that is too heavy for a page."""
    size = len(gzip.compress(html.encode(), mtime=0))
    if size > MAX_BYTES:
        raise ValueError(
            f"the figure takes {size} bytes compressed, more than {MAX_BYTES}: {states} states, "
            f"about {size // states} each; give the sliders fewer values, draw fewer points a "
            f"state, or move what does not change into background"
        )


def _panels(size: tuple[float, float], backgrounds: list[str], layers: list[str], said: str) -> str:
    """Write the picture that stands on the page."""
    width, height = size
    head = (
        f'<svg viewBox="0 0 {72 * UNITS * width:.0f} {72 * UNITS * height:.0f}" '
        f'width="{96 * width:.0f}" height="{96 * height:.0f}" aria-hidden="true">'
        f'<g fill="none" stroke-linejoin="round">'
    )
    pictures = "".join(
        f'{head}{under}<g class="gd-state">{over}</g></g></svg>'
        for under, over in zip(backgrounds, layers, strict=True)
    )
    return f'<div class="gd-panels" role="img" aria-label="{escape(said)}">{pictures}</div>'


def _control(name: str, one: Slider) -> str:
    """Write one slider; its parts that need the script are hidden until it shows them."""
    texts = [one.text(value) for value in one.values]
    label, text = escape(one.label or name), escape(texts[one.start])
    values = escape(json.dumps(texts, ensure_ascii=False))
    play = (
        f'<button type="button" class="gd-play" data-interval="{PLAY_MS}" '
        f'data-pause="{say("Pause")}" aria-label="{say("Play")} {label}" hidden>'
        f"{say('Play')}</button>"
    )
    return (
        f'<div class="gd-control"><label><span>{label}</span>'
        f'<output aria-live="off">{text}</output>'
        f'<input type="range" min="0" max="{len(texts) - 1}" step="1" value="{one.start}" '
        f'aria-label="{label}" aria-valuetext="{text}" data-values="{values}" '
        f'autocomplete="off" hidden></label>{play if one.play else ""}</div>'
    )


def _html(
    stage: Stage, sliders: dict[str, Slider], drawn: list[tuple[list[str], str]], start: int
) -> str:
    """Write the whole figure: the start on the page, all states inert in a template."""
    states = "".join(
        f'<svg data-alt="{escape(said)}">{"".join(f"<g>{layer}</g>" for layer in layers)}</svg>'
        for layers, said in drawn
    )
    controls = "".join(_control(name, one) for name, one in sliders.items())
    return (
        f'<div class="gd-explore">{style("figure")}'
        f"{_panels(stage.size, stage.backgrounds(), *drawn[start])}"
        f'<div class="gd-controls">{controls}</div><div class="gd-news" role="status"></div>'
        f"<template>{states}</template>{script('figure')}</div>"
    )


def _widget(name: str, one: Slider) -> Any:
    """Make the live slider: over all values between evenly spaced floats, or over those listed."""
    look = {
        "description": one.label or name,
        "layout": {"width": "100%", "max_width": "40rem"},
        "style": {"description_width": "initial"},
    }
    if not one.step:
        options = [(one.text(value), value) for value in one.values]
        return ipywidgets.SelectionSlider(options=options, index=one.start, **look)
    low, *_, high = one.values
    return ipywidgets.FloatSlider(  # its own readout knows fewer formats than Python
        one.values[one.start], min=low, max=high, step=one.step / 10, readout=False, **look
    )


def _row(control: Any, one: Slider, text: Any) -> Any:
    """Put a live slider's value, or its play button, beside it."""
    if text is not None:
        return ipywidgets.HBox([control, text])
    if not one.play:
        return control
    last = len(one.values) - 1
    play = ipywidgets.Play(min=0, max=last, value=one.start, interval=PLAY_MS)
    ipywidgets.jslink((play, "value"), (control, "index"))
    return ipywidgets.HBox([control, play])
