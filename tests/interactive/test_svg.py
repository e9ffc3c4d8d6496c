"""The light SVG renderer: what artists become, read back from the markup."""

import xml.etree.ElementTree as ET

import numpy as np
import pytest
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Circle, PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from gdlib.interactive.svg import LightSVG


def elements(*artists, size=(100, 50)):
    """Draw artists and return the SVG elements, groups resolved into their children."""
    renderer = LightSVG(*size)
    for artist in artists:
        artist.draw(renderer)
    found = []

    def collect(node, inherited):
        attributes = {**inherited, **node.attrib}
        if node.tag in ("g", "svg"):
            for child in node:
                collect(child, attributes)
        else:
            found.append((node.tag, attributes, "".join(node.itertext())))

    collect(ET.fromstring(f"<svg>{renderer.markup()}</svg>"), {})
    return found


def line(x, y, clip=None, **options):
    made = Line2D(x, y, **{"color": "black", **options})
    if clip is not None:
        made.set_clip_box(Bbox.from_extents(*clip))
    return made


class TestLines:
    def test_are_whole_tenths_of_a_point_from_the_top_relative_to_the_last_point(self):
        [(tag, attributes, _)] = elements(line([1, 2, 2.04], [50, 49, 47]))
        assert (tag, attributes["d"]) == ("path", "m10 0 10 10 0 20")

    def test_leave_out_points_that_fall_together(self):
        [(_, attributes, _)] = elements(line([1, 2, 2.01, 2.02, 3], [50, 49, 49, 49.01, 50]))
        assert attributes["d"] == "m10 0 10 10 10-10"

    def test_do_not_drift_by_rounding(self):
        x = np.linspace(0, 99.96, 7)
        [(_, attributes, _)] = elements(line(x, x % 2))
        numbers = attributes["d"].replace("m", "").replace("-", " -").split()
        assert sum(map(int, numbers[::2])) == 1000

    def test_are_cut_at_the_clip_box(self):
        [(_, attributes, _)] = elements(line([0, 100], [25, 25], clip=(10, 0, 20, 50)))
        assert attributes["d"] == "m100 250 100 0"

    def test_outside_the_clip_box_are_not_drawn(self):
        assert elements(line([0, 5], [25, 25], clip=(10, 0, 20, 50))) == []

    def test_break_where_a_point_is_missing(self):
        [(_, attributes, _)] = elements(line([1, 2, 3, 4, 5], [50, 50, np.nan, 50, 50]))
        assert attributes["d"] == "m10 0 10 0m20 0 10 0"

    def test_keep_colour_width_and_dashes(self):
        [(_, look, _)] = elements(line([0, 9], [0, 0], color="#D55E0080", lw=2, dashes=(3, 1)))
        assert look["stroke"] == "#d55e00"
        assert look["stroke-opacity"] == "0.5"
        assert look["stroke-width"] == "20"
        assert look["stroke-dasharray"] == "60 20"
        assert "fill" not in look

    def test_say_where_dashes_begin_and_how_lines_end(self):
        style = {"linestyle": (2, (3, 1)), "dash_capstyle": "round", "dash_joinstyle": "bevel"}
        [(_, look, _)] = elements(line([0, 9], [0, 0], lw=1, **style))
        assert look["stroke-dashoffset"] == "20"
        assert (look["stroke-linecap"], look["stroke-linejoin"]) == ("round", "bevel")

    def test_say_nothing_of_ends_and_corners_that_are_svg_s_or_the_figure_s_own(self):
        [(_, look, _)] = elements(
            line([0, 9], [0, 0], solid_capstyle="butt", solid_joinstyle="round")
        )
        assert {"stroke-linecap", "stroke-linejoin"}.isdisjoint(look)

    @pytest.mark.parametrize("look", [{"lw": 0}, {"color": (0, 0, 0, 0)}])
    def test_that_cannot_be_seen_are_not_drawn(self, look):
        assert elements(line([0, 9], [0, 0], **look)) == []


class TestShapes:
    def test_are_filled_and_closed(self):
        [(_, look, _)] = elements(Rectangle((1, 47), 2, 3, facecolor="#0072B280", edgecolor="none"))
        assert look["d"] == "m10 30 20 0 0-30-20 0z"
        assert (look["fill"], look["fill-opacity"]) == ("#0072b2", "0.5")
        assert "stroke" not in look

    def test_after_a_closed_one_start_from_its_start(self):
        square = [(0, 50), (1, 50), (1, 49), (0, 50)]
        two = Path(square * 2, [1, 2, 2, 79] * 2)
        [(_, look, _)] = elements(PathPatch(two, lw=0))
        assert look["d"] == "m0 0 10 0 0 10zm0 0 10 0 0 10z"

    def test_of_no_size_are_not_drawn(self):
        assert elements(Rectangle((5, 5), 0, 0, facecolor="red")) == []

    def test_are_cut_at_the_clip_box(self):
        wide = Rectangle((0, 10), 100, 10, lw=0)
        wide.set_clip_box(Bbox.from_extents(40, 0, 60, 50))
        numbers = elements(wide)[0][1]["d"]
        whole = Rectangle((50, 10), 5, 10, lw=0)
        whole.set_clip_box(Bbox.from_extents(40, 0, 60, 50))
        assert "400" in numbers
        assert "1000" not in numbers
        assert elements(whole)[0][1]["d"] == "m500 400 50 0 0-100-50 0z"

    def test_keep_their_curves(self):
        cubic = elements(Circle((50, 25), 10))[0][1]["d"]
        quadratic = PathPatch(Path([(0, 50), (1, 50), (2, 48)], [1, 3, 3]), facecolor="none")
        assert cubic.count("c") == 1  # the letter holds for all that follow
        assert elements(quadratic)[0][1]["d"] == "m0 0q10 0 20 20"

    def test_too_small_to_see_are_not_drawn(self):
        assert elements(Rectangle((10, 10), 1e-6, 1e-6, color="black")) == []


class TestMarkers:
    def test_are_circles_of_two_arcs_at_every_visible_point(self):
        dots = line([5, 10, 99], [50, 50, 50], (0, 0, 50, 50), ls="", marker="o", ms=4, mew=0)
        [(_, look, _)] = elements(dots)
        circle = "m-20 0a20 20 0 1 0 40 0a20 20 0 1 0-40 0z"
        assert look["d"] == f"M50 0{circle}M100 0{circle}"

    def test_of_other_shapes_keep_their_corners(self):
        [(_, look, _)] = elements(line([5], [50], ls="", marker="s", ms=4, mew=0))
        assert look["d"] == "M50 0m-20 20 40 0 0-40-40 0z"

    def test_stay_apart_where_they_are_translucent(self):
        dots = line([5, 5.5], [50, 50], ls="", marker="o", alpha=0.6, mew=0)
        assert [look["fill-opacity"] for _, look, _ in elements(dots)] == ["0.6", "0.6"]

    def test_at_one_place_are_drawn_once(self):
        [(_, look, _)] = elements(line([5, 5, 5], [50, 50, 50], ls="", marker="s"))
        assert look["d"].count("M") == 1


class TestTexts:
    def test_stay_text_with_size_colour_and_escapes(self):
        text = Text(
            10, 40, "α < 2 & more", color="#333333", fontsize=11, weight="bold", style="italic"
        )
        text.figure = Figure(dpi=72)
        [(tag, look, content)] = elements(text)
        assert (tag, content) == ("text", "α < 2 & more")
        assert (look["fill"], look["font-size"]) == ("#333333", "110")
        assert (look["font-weight"], look["font-style"]) == ("700", "italic")

    @pytest.mark.parametrize(
        ("ha", "anchor"), [("left", "start"), ("center", "middle"), ("right", "end")]
    )
    def test_stay_put_where_they_are_aligned_whatever_the_font(self, ha, anchor):
        text = Text(50, 25, "some words", ha=ha)
        text.figure = Figure(dpi=72)
        [(_, look, _)] = elements(text)
        place = look["transform"].removeprefix("translate(").rstrip(")").split()
        assert look["text-anchor"] == anchor
        assert float(place[0]) == pytest.approx(500, abs=10)

    def test_turned_texts_stay_put_in_their_middle(self):
        text = Text(50, 25, "some words", rotation=90, ha="left", va="center")
        text.figure = Figure(dpi=72)
        [(_, look, _)] = elements(text)
        assert look["transform"].endswith("rotate(-90)")
        assert look["text-anchor"] == "middle"
        text.set_rotation_mode("anchor")
        [(_, look, _)] = elements(text)
        assert look["text-anchor"] == "start"

    def test_formulas_keep_each_sign_and_their_bars(self):
        text = Text(10, 20, r"$\frac{1}{2m}\ r$")
        text.figure = Figure(dpi=72)
        formula, bar = elements(text)
        assert sorted(formula[2].replace("\xa0", "")) == sorted("12mr")
        assert bar[0] == "path"
        assert bar[1]["d"].startswith("M")


def test_nothing_needs_ids_styles_or_classes():
    figure = Figure(figsize=(4, 3), dpi=72, layout="constrained")
    ax = figure.add_subplot()
    ax.plot([0, 1], [0, 1], "o-", label="line")
    ax.scatter([0, 0.5, 1], [1, 0, 1], alpha=0.5)
    ax.contour(np.add.outer(np.arange(4), np.arange(4) ** 2))
    ax.set(title="title", xlabel="x", ylabel="y")
    ax.legend()
    for _, look, _ in elements(figure, size=(288, 216)):
        assert {"id", "style", "class", "clip-path"}.isdisjoint(look)


def test_its_size_is_the_figures():
    assert LightSVG(100, 50).get_canvas_width_height() == (100, 50)


def test_sizes_of_texts_are_kept_font_by_font():
    renderer = LightSVG(100, 50)
    small, large = (
        renderer.get_text_width_height_descent("x", FontProperties(size=size), False)[0]
        for size in (10, 20)
    )
    assert large > small
