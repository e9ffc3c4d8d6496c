"""Draw matplotlib artists as SVG that is light enough to send a hundred times.

matplotlib's own SVG carries ``style`` attributes, ids and clip paths, which a strict page
refuses and two figures on one page share. This renderer writes whole tenths of a point,
relative coordinates and plain attributes, and cuts lines at the axes' edge itself.
"""

from collections.abc import Iterable, Iterator
from html import escape
from itertools import groupby
from typing import Any

import numpy as np
from matplotlib.backend_bases import RendererBase
from matplotlib.colors import to_hex
from matplotlib.font_manager import FontProperties, ttfFontProperty, weight_dict
from matplotlib.mathtext import MathTextParser
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Affine2D, Transform

UNITS = 10  # SVG units in a point: coordinates are whole numbers of them
_MATH: Any = MathTextParser("path")
_ANCHORS = {"left": (0.0, "start"), "center": (0.5, "middle"), "right": (1.0, "end")}
_LETTERS = {
    int(Path.MOVETO): ("m", 1),
    int(Path.LINETO): ("l", 1),
    int(Path.CURVE3): ("q", 2),
    int(Path.CURVE4): ("c", 3),
    int(Path.CLOSEPOLY): ("z", 1),
}


class LightSVG(RendererBase):
    """Collect what artists draw as SVG elements; `markup` gives them.

    Parameters
    ----------
    width, height : float
        Size of the figure in points (a figure with ``dpi=72`` has that size in pixels).

    Examples
    --------
    >>> from matplotlib.lines import Line2D
    >>> renderer = LightSVG(100, 50)
    >>> Line2D([0, 10, 20], [0, 10, 0], color="black", linewidth=1).draw(renderer)
    >>> renderer.markup()
    '<path stroke="#000000" stroke-width="10" stroke-linecap="square" d="m0 500 100-100 100 100"/>'
    """

    def __init__(self, width: float, height: float) -> None:
        super().__init__()
        self.width, self.height = width, height
        self._elements: list[tuple[str, str, str]] = []  # tag, shared attributes, the rest
        self._sizes: dict[tuple[Any, ...], tuple[float, float, float]] = {}
        self._to_svg = Affine2D().scale(UNITS, -UNITS).translate(0, UNITS * height)

    def clear(self) -> None:
        """Forget the elements drawn so far, but not the sizes of texts, which take time."""
        self._elements.clear()

    def markup(self) -> str:
        """Return the elements drawn so far; neighbours that look the same share a group."""
        runs = (list(run) for _, run in groupby(self._elements, key=lambda element: element[:2]))
        return "".join(_run(run) for run in runs)

    def draw_path(self, gc: Any, path: Path, transform: Transform, rgbFace: Any = None) -> None:
        """Draw a line or a filled shape, cut at the clip rectangle."""
        path = _clip(
            path.transformed(transform), gc.get_clip_rectangle(), filled=rgbFace is not None
        )
        self._add(_paint(gc, rgbFace), _path_data(path.transformed(self._to_svg)))

    def draw_markers(
        self,
        gc: Any,
        marker_path: Path,
        marker_trans: Transform,
        path: Path,
        trans: Transform,
        rgbFace: Any = None,
    ) -> None:
        shape = _shape(marker_path.transformed(marker_trans + Affine2D().scale(UNITS, -UNITS)))
        points = _visible(trans.transform(path.vertices), gc.get_clip_rectangle())
        spots = np.rint(self._to_svg.transform(points)).astype(int).tolist()
        marks = [f"M{_pairs(spot)}{shape}" for spot, _ in groupby(spots)]
        translucent = rgbFace is not None and len(rgbFace) == 4 and rgbFace[3] < 1
        for data in marks if translucent else ["".join(marks)]:
            self._add(_paint(gc, rgbFace), data)

    def draw_text(
        self,
        gc: Any,
        x: float,
        y: float,
        s: str,
        prop: FontProperties,
        angle: float,
        ismath: Any = False,
        mtext: Text | None = None,
    ) -> None:
        fraction, anchor = (0.0, "start") if ismath else _anchor(mtext, angle)
        shift = fraction * self.get_text_width_height_descent(s, prop, ismath)[0]
        turn = np.deg2rad(angle)
        left, top = self._to_svg.transform((x + shift * np.cos(turn), y + shift * np.sin(turn)))
        rotation = f"rotate({_short(-angle)})" if angle else ""
        place = f'transform="translate({_short(left)} {_short(top)}){rotation}"'
        content, bars = _math(s, prop) if ismath else (escape(s, quote=False), "")
        ink = _colour("fill", gc.get_rgb())
        look = f'{ink}{_font(prop)} text-anchor="{anchor}"'
        self._elements.append(("text", look, f"{place}>{content}</text>"))
        if bars:
            self._elements.append(("path", ink, f'{place} d="{bars}"/>'))

    def get_text_width_height_descent(
        self, s: str, prop: FontProperties, ismath: Any
    ) -> tuple[float, float, float]:
        """Return a text's size, which is measured only once."""
        key = (s, hash(prop), ismath)
        if key not in self._sizes:
            self._sizes[key] = super().get_text_width_height_descent(s, prop, ismath)
        return self._sizes[key]

    def get_canvas_width_height(self) -> tuple[float, float]:
        """Return the figure's size in points."""
        return self.width, self.height

    def flipy(self) -> bool:
        """Say that text is placed from the bottom, as everything else is here."""
        return False

    def _add(self, paint: str, data: str) -> None:
        if paint and data:
            self._elements.append(("path", paint, f'd="{data}"/>'))


def _run(run: list[tuple[str, str, str]]) -> str:
    """Write neighbours with the same tag and look, in a group if there are several."""
    tag, look, rest = run[0]
    if len(run) == 1:
        return f"<{tag}{look} {rest}"
    return f"<g{look}>" + "".join(f"<{tag} {rest}" for _, _, rest in run) + "</g>"


def _short(number: float) -> str:
    """Write a number with at most two decimals and no idle zeros."""
    return f"{number:.2f}".rstrip("0").rstrip(".") if abs(number) >= 0.005 else "0"


def _pairs(numbers: Iterable[int]) -> str:
    """Join whole numbers with no more separators than SVG needs."""
    return " ".join(map(str, numbers)).replace(" -", "-")


def _segments(path: Any) -> Iterator[tuple[str, list[list[int]]]]:
    """Give a path's pieces, each with its SVG letter and its points as whole numbers."""
    points = np.rint(path.vertices).astype(int).tolist()
    lines = [Path.MOVETO] + [Path.LINETO] * (len(points) - 1)
    codes = lines if path.codes is None else path.codes.tolist()
    i = 0
    while i < len(points) and codes[i] != Path.STOP:
        letter, count = _LETTERS[int(codes[i])]
        yield letter, points[i : i + count]
        i += count


def _path_data(path: Any) -> str:
    """Write a path in SVG units as a ``d`` attribute: whole numbers, relative."""
    data, last = "", ""
    here = start = move = [0, 0]
    for letter, points in _segments(path):
        if letter == "m":  # written when something follows
            move, last = points[0], "m"
        elif letter == "z":
            if last != "m":  # there is something to close
                data, here, move, last = data + "z", start, start, "z"
        elif letter != "l" or points[0] != move:
            if last == "m":
                data += "m" + _pairs(_steps(here, [move]))
                here = start = move
            steps = _steps(here, points)
            # A letter holds until the next one, and lines follow a move without theirs.
            held = letter + last in ("ll", "lm", "qq", "cc")
            data += ("" if held and steps[0] < 0 else " " if held else letter) + _pairs(steps)
            here = move = points[-1]
            last = letter
    return data


def _steps(here: list[int], points: list[list[int]]) -> list[int]:
    """Return how far points lie from `here`."""
    return [end - now for point in points for end, now in zip(point, here, strict=True)]


def _shape(marker: Any) -> str:
    """Write a marker's outline around the origin; a circle as two arcs."""
    codes = marker.codes
    if codes is not None and len(codes) == 26 and (codes[1:-1] == Path.CURVE4).all():
        r = max(1, round(float(np.ptp(marker.vertices[:, 0])) / 2))
        return f"m-{r} 0a{r} {r} 0 1 0 {2 * r} 0a{r} {r} 0 1 0-{2 * r} 0z"
    return _path_data(marker)


def _clip(path: Path, box: Any, filled: bool) -> Any:
    """Cut a path at the axes' edge and leave out points that nobody can tell apart."""
    if box is None:
        return path.cleaned(remove_nans=True, curves=True)
    if filled:
        inside = box.contains(*path.get_extents().min) and box.contains(*path.get_extents().max)
        return path if inside else path.clip_to_bbox(box)
    edge = box.padded(-1).extents  # matplotlib adds a pixel
    return path.cleaned(remove_nans=True, clip=edge, simplify=path.codes is None)


def _visible(points: Any, box: Any) -> Any:
    """Keep the finite points inside a box with a hair's breadth around it."""
    keep = np.isfinite(points).all(axis=1)
    if box is not None:
        keep &= ((points >= box.min - 0.5) & (points <= box.max + 0.5)).all(axis=1)
    return points[keep]


def _colour(name: str, rgba: Any) -> str:
    """Write a colour and its opacity as attributes; nothing if it cannot be seen."""
    alpha = rgba[3] if len(rgba) == 4 else 1.0
    if alpha == 0:
        return ""
    return f' {name}="{to_hex(rgba[:3])}"' + (
        f' {name}-opacity="{_short(alpha)}"' if alpha < 1 else ""
    )


def _paint(gc: Any, face: Any) -> str:
    """Write fill and stroke as attributes."""
    fill = "" if face is None else _colour("fill", face)
    stroke = _colour("stroke", gc.get_rgb()) if gc.get_linewidth() else ""
    if not stroke:
        return fill
    stroke += f' stroke-width="{_short(UNITS * gc.get_linewidth())}"'
    offset, dashes = gc.get_dashes()
    if dashes is not None:
        stroke += f' stroke-dasharray="{" ".join(_short(UNITS * dash) for dash in dashes)}"'
        stroke += f' stroke-dashoffset="{_short(UNITS * offset)}"' if offset else ""
    if gc.get_capstyle() != "butt":
        stroke += f' stroke-linecap="{"square" if gc.get_capstyle() == "projecting" else "round"}"'
    if gc.get_joinstyle() != "round":
        stroke += f' stroke-linejoin="{gc.get_joinstyle()}"'
    return fill + stroke


def _font(prop: FontProperties) -> str:
    """Write size, weight and slant; the family is the page's business."""
    weight: Any = prop.get_weight()
    weight = weight_dict.get(weight, weight)
    bold = f' font-weight="{weight}"' if weight != 400 else ""
    slant = f' font-style="{prop.get_style()}"' if prop.get_style() != "normal" else ""
    return f' font-size="{_short(UNITS * prop.get_size_in_points())}"{bold}{slant}'


def _anchor(mtext: Text | None, angle: float) -> tuple[float, str]:
    """Choose the point of a text that stays put when the reader's font is wider than ours."""
    if mtext is not None and (angle == 0 or mtext.get_rotation_mode() == "anchor"):
        return _ANCHORS[mtext.get_horizontalalignment()]
    return _ANCHORS["center"]


def _math(s: str, prop: FontProperties) -> tuple[str, str]:
    """Write a formula: characters that each have their place, and the bars as a path."""
    _, _, _, glyphs, bars = _MATH.parse(s, 72, prop)
    spans = ""
    for font, size, code, *_, x, y in glyphs:
        slant = ' font-style="italic"' if ttfFontProperty(font).style != "normal" else ""
        char = escape(chr(code), quote=False) if code != 32 else "&#160;"
        place = f'x="{_short(UNITS * x)}" y="{_short(-UNITS * y)}"'
        spans += f'<tspan {place} font-size="{_short(UNITS * size)}"{slant}>{char}</tspan>'
    corners = (map(_short, UNITS * np.array([x, -y - h, w, h])) for x, y, w, h in bars)
    return spans, "".join(f"M{x} {y}h{w}v{h}h-{w}z" for x, y, w, h in corners)
