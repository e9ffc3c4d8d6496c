"""Figures with sliders: the page they write, and the widgets they are in a live kernel."""

import gzip
import json
import sys
from html.parser import HTMLParser
from importlib.util import module_from_spec, spec_from_file_location

import ipywidgets
import numpy as np
import pytest

import gdlib.interactive.figure
from gdlib.interactive import explore, slider

VOID = {"input", "img", "meta", "br"}


class Node:
    """An element as a strict reader of HTML sees it."""

    def __init__(self, tag, attributes, parent):
        self.tag, self.attributes, self.parent = tag, dict(attributes), parent
        self.children, self.text = [], ""

    def walk(self, into_templates=True):
        for child in self.children:
            yield child
            if into_templates or child.tag != "template":
                yield from child.walk(into_templates)

    def all(self, tag=None, css_class=None, into_templates=True):
        return [
            node
            for node in self.walk(into_templates)
            if tag in (None, node.tag)
            and css_class in (None, *node.attributes.get("class", "").split())
        ]

    def content(self):
        return self.text + "".join(child.content() for child in self.children)

    def shape(self):
        """Return everything in it, for comparison."""
        return [(n.tag, n.attributes, n.text) for n in self.walk()]


class Reader(HTMLParser):
    """Parse HTML and refuse tags that are not closed in order."""

    def __init__(self, html):
        super().__init__()
        self.here = self.root = Node("root", [], None)
        self.feed(html)
        self.close()
        assert self.here is self.root, f"<{self.here.tag}> is never closed"

    def handle_starttag(self, tag, attrs):
        node = Node(tag, attrs, self.here)
        self.here.children.append(node)
        if tag not in VOID:
            self.here = node

    def handle_startendtag(self, tag, attrs):
        self.here.children.append(Node(tag, attrs, self.here))

    def handle_endtag(self, tag):
        assert tag == self.here.tag, f"</{tag}> closes <{self.here.tag}>"
        self.here = self.here.parent

    def handle_data(self, data):
        self.here.text += data


def read(figure):
    return Reader(figure.html).root


def background(ax):
    ax.set(xlim=(0, 1), ylim=(0, 10), xlabel="x")
    ax.plot([0, 1], [0, 10], color="#b8b8b8")


def draw(ax, a, k):
    ax.plot([0, 1], [a, k], color="#d55e00")


def make():
    return explore(
        draw,
        background,
        "from {a} to {k}",
        a=slider([0.5, 1.0, 2.0], label="height α", start=1.0, format=".2f"),
        k=slider(range(4), label="iteration k", play=True),
    )


@pytest.fixture(scope="module")
def figure():
    """A figure that no test may change."""
    return make()


@pytest.fixture
def live():
    """A figure whose sliders a test may move."""
    return make()


class TestThePage:
    def test_holds_every_state_once_in_order_with_its_own_alt_text(self, figure):
        [template] = read(figure).all("template")
        said = [state.attributes["data-alt"] for state in template.children]
        assert said == [f"from {a} to {k}" for a in (0.5, 1.0, 2.0) for k in range(4)]

    def test_states_differ_as_their_values_do(self, figure):
        [template] = read(figure).all("template")
        drawn = {tuple(map(str, state.shape())) for state in template.children}
        assert len(drawn) == 12

    def test_shows_the_start_over_the_background(self, figure):
        page = read(figure)
        [picture] = page.all(css_class="gd-panels")
        [layer] = picture.all(css_class="gd-state")
        state = page.all("template")[0].children[4]  # a = 1.0, k = 0
        assert picture.attributes["aria-label"] == "from 1.0 to 0"
        assert layer.shape() == state.children[0].shape()
        assert "#b8b8b8" in str(picture.shape())
        assert "#b8b8b8" not in str(state.shape())

    def test_has_native_sliders_with_label_values_and_start(self, figure):
        first, second = read(figure).all("input")
        assert (
            first.attributes
            | {
                "type": "range",
                "min": "0",
                "max": "2",
                "step": "1",
                "value": "1",
                "aria-label": "height α",
                "aria-valuetext": "1.00",
            }
            == first.attributes
        )
        assert json.loads(first.attributes["data-values"]) == ["0.50", "1.00", "2.00"]
        assert first.parent.tag == "label"
        assert [one.content() for one in read(figure).all("output")] == ["1.00", "0"]
        assert second.attributes["value"] == "0"

    def test_has_a_play_button_only_where_it_was_asked_for(self, figure):
        [button] = read(figure).all("button")
        assert button.parent.all("input")[0].attributes["aria-label"] == "iteration k"

    def test_hides_what_does_nothing_without_the_script(self, figure):
        for node in read(figure).all("input") + read(figure).all("button"):
            assert "hidden" in node.attributes

    def test_keeps_states_that_are_not_shown_out_of_the_live_page(self):
        def elements(values):
            figure = explore(draw, background, a=[1.0], k=values)
            return len(list(read(figure).walk(into_templates=False)))

        assert elements(range(2)) == elements(range(40))

    def test_has_no_ids_no_styles_and_no_handlers_in_attributes(self, figure):
        for node in read(figure).walk():
            names = set(node.attributes)
            assert {"id", "style"}.isdisjoint(names)
            assert not [name for name in names if name.startswith("on")]

    def test_carries_the_same_script_and_style_in_every_figure(self, figure):
        other = explore(lambda ax, k: ax.plot([0, k]), k=[1, 2])
        for tag in ("script", "style"):
            [mine], [theirs] = read(figure).all(tag), read(other).all(tag)
            assert mine.content() == theirs.content()

    def test_loads_nothing(self, figure):
        for node in read(figure).walk():
            assert {"src", "href", "xlink:href"}.isdisjoint(node.attributes)
        assert "http" not in figure.html
        assert "url(" not in figure.html

    def test_is_the_same_bytes_again(self, figure):
        again = make()
        assert again.html == figure.html

    def test_escapes_what_the_author_writes(self):
        made = explore(
            lambda ax, k: ax.set_title("a < b & c"),
            alt='<b>"{k}"</b>',
            k=slider([1, 2], label='"<k>"', format="<{}>".format),
        )
        page = read(made)
        assert page.all(css_class="gd-panels")[0].attributes["aria-label"] == '<b>"1"</b>'
        assert page.all("input")[0].attributes["aria-label"] == '"<k>"'
        assert json.loads(page.all("input")[0].attributes["data-values"]) == ["<1>", "<2>"]
        assert page.all("b") == []

    def test_gives_each_panel_a_picture_of_its_own(self):
        def both(axes, k):
            axes[0].plot([0, k])
            axes[1].plot([k, 0])

        page = read(explore(both, panels=2, k=[1, 2]))
        [picture] = page.all(css_class="gd-panels")
        assert [child.tag for child in picture.children] == ["svg", "svg"]
        assert {len(state.children) for state in page.all("template")[0].children} == {2}

    def test_has_the_size_asked_for(self):
        svg = read(explore(lambda ax, k: None, size=(5, 2), k=[1])).all("svg")[0]
        assert (svg.attributes["width"], svg.attributes["height"]) == ("480", "192")
        assert svg.attributes["viewbox"] == "0 0 3600 1440"


class TestValues:
    def test_reach_draw_as_python_numbers(self):
        seen = set()
        explore(lambda ax, a: seen.add(type(a)), a=np.linspace(0, 1, 4))
        explore(lambda ax, k: seen.add(type(k)), k=np.arange(3))
        assert seen == {float, int}

    @pytest.mark.parametrize(
        ("made", "value", "text"),
        [
            (slider([0.1]), 0.1, "0.1"),
            (slider([1e-7]), 1e-7, "1e-07"),
            (slider([7]), 7, "7"),
            (slider(["plain"]), "plain", "plain"),
            (slider([0.1], format=".3f"), 0.1, "0.100"),
            (slider([3], format=lambda k: f"{k} of 9"), 3, "3 of 9"),
        ],
    )
    def test_are_written_for_readers(self, made, value, text):
        assert made.text(value) == text

    @pytest.mark.parametrize("spec", [".2E", "_.2f", "n", "+.1f", "%", " .1f", "08.3f", "*^9,.0f"])
    def test_are_written_alike_on_the_page_and_live_in_any_format_that_python_knows(self, spec):
        figure = explore(lambda ax, a: None, a=slider([1000.0, 2000.0, 3000.0], format=spec))
        [label] = control(figure, ipywidgets.Label)
        assert label.value == format(1000.0, spec) == read(figure).all("output")[0].content()
        control(figure, ipywidgets.FloatSlider)[0].value = 2100.0
        assert label.value == format(2100.0, spec)

    @pytest.mark.parametrize(
        ("values", "format"),
        [([0.5], "d"), ([1, 2], "s"), ([1], "no spec"), ([1], ".2q"), ([1], 3), ([1, None], ".1f")],
    )
    def test_must_fit_the_format(self, values, format):
        with pytest.raises(ValueError, match=f"^format is {format!r}; expected .* can write "):
            slider(values, format=format)

    def test_must_be_there(self):
        with pytest.raises(ValueError, match="must not be empty"):
            slider([])

    def test_must_hold_the_start(self):
        with pytest.raises(ValueError, match=r"start must be .* got 3"):
            slider([1, 2], start=3)

    def test_stand_in_for_a_missing_alt_text(self):
        made = explore(lambda ax, a: None, a=slider([0.5, 1.0], label="α"))
        assert 'data-alt="α = 0.5"' in made.html

    def test_may_be_told_to_a_callable(self):
        made = explore(lambda ax, k: None, alt=lambda k: f"{k**2} squared", k=[3])
        assert 'data-alt="9 squared"' in made.html


class TestRefusals:
    def test_of_three_sliders_name_the_states_they_would_need(self):
        with pytest.raises(ValueError, match="got 3; a, b, c together would need 8 x 5 x 20 = 800"):
            explore(lambda ax, a, b, c: None, a=range(8), b=range(5), c=range(20))

    def test_of_no_slider(self):
        with pytest.raises(ValueError, match="one or two sliders, got 0"):
            explore(lambda ax: None)

    def test_of_too_many_states(self):
        with pytest.raises(
            ValueError, match=r"21 x 10 = 210 states are more than 200: give a or b"
        ):
            explore(lambda ax, a, b: None, a=range(21), b=range(10))

    def test_of_too_many_bytes(self, monkeypatch):
        monkeypatch.setattr(gdlib.interactive.figure, "MAX_BYTES", 5_000)
        noise = np.random.default_rng(0).random((5, 1_000))
        with pytest.raises(
            ValueError, match=r"compressed, more than 5000: 5 states, about \d+ each"
        ):
            explore(lambda ax, k: ax.plot(noise[k], ","), k=range(5))

    def test_of_a_state_that_breaks_anywhere_on_the_range(self):
        with pytest.raises(RuntimeError, match="could not draw k=7: ZeroDivisionError"):
            explore(lambda ax, k: 1 / (k - 7), k=range(20))

    def test_of_an_alt_text_that_breaks(self):
        with pytest.raises(RuntimeError, match="could not draw k=1: KeyError: 'j'"):
            explore(lambda ax, k: None, alt="{j}", k=[1])

    def test_of_a_table_where_a_live_reader_finds_values_between(self):
        table = {0.0: 1, 0.5: 2, 1.0: 3}
        with pytest.raises(RuntimeError, match=r"could not draw a=0\.25: KeyError"):
            explore(lambda ax, a: table[a], a=[0.0, 0.5, 1.0])
        explore(lambda ax, a: table[a], a=slider([0.0, 0.5, 1.0], exact=True))

    def test_without_ipywidgets_name_what_brings_them(self, monkeypatch):
        monkeypatch.setitem(sys.modules, "ipywidgets", None)
        spec = spec_from_file_location("figure_once_more", gdlib.interactive.figure.__file__)
        with pytest.raises(ModuleNotFoundError, match=r"needs ipywidgets, .* gdlib\[figures\]"):
            spec.loader.exec_module(module_from_spec(spec))


def control(figure, kind):
    """Find the live sliders of one kind."""
    found = []

    def collect(widget):
        found.extend([widget] if isinstance(widget, kind) else [])
        for child in getattr(widget, "children", ()):
            collect(child)

    collect(figure)
    return found


def shown(figure):
    """Return the picture that stands in the live figure."""
    return control(figure, ipywidgets.HTML)[-1].value


class TestLive:
    def test_offers_both_forms(self, figure):
        bundle = figure._repr_mimebundle_()
        assert "application/vnd.jupyter.widget-view+json" in bundle
        assert bundle["text/html"] == figure.html

    def test_starts_where_the_page_does(self, live):
        assert 'aria-label="from 1.0 to 0"' in shown(live)

    def test_draws_the_value_chosen(self, live):
        before = shown(live)
        control(live, ipywidgets.SelectionSlider)[1].value = 3
        assert 'aria-label="from 1.0 to 3"' in shown(live)
        assert shown(live) != before

    def test_draws_the_same_as_the_page(self, live):
        control(live, ipywidgets.SelectionSlider)[1].value = 3
        [layer] = Reader(shown(live)).root.all(css_class="gd-state")
        stored = read(live).all("template")[0].children[7].children[0]
        assert layer.shape() == stored.shape()

    def test_draws_values_between_evenly_spaced_floats(self):
        figure = explore(lambda ax, a: ax.plot([0, a]), alt="up to {a:.3f}", a=[0.0, 0.5, 1.0])
        control(figure, ipywidgets.FloatSlider)[0].value = 0.35
        assert "up to 0.350" in shown(figure)

    def test_takes_a_value_that_is_a_hair_off_for_the_listed_one(self):
        seen = []
        values = [0.1, 0.2, 0.3]
        figure = explore(lambda ax, a: seen.append(a), a=slider(values, start=0.2))
        for hair in (2e-9, -2e-9):
            control(figure, ipywidgets.FloatSlider)[0].value = 0.2 + hair
            assert seen.pop() == 0.2
            assert control(figure, ipywidgets.FloatSlider)[0].value != 0.2
            control(figure, ipywidgets.FloatSlider)[0].value = 0.25
            assert seen.pop() == 0.25

    @pytest.mark.parametrize("values", [range(4), [0.1, 1.0, 10.0], ["a", "b"], [0.1, 0.2]])
    def test_offers_only_the_listed_values_otherwise(self, values):
        figure = explore(lambda ax, v: None, v=values)
        assert len(control(figure, ipywidgets.SelectionSlider)) == 1

    def test_shows_an_error_where_the_figure_stands_until_the_next_good_value(self):
        broken = {"now": False}

        def sometimes(ax, k):
            if broken["now"] and k == 2:
                raise ArithmeticError("k < 3 & odd")

        figure = explore(sometimes, k=range(4))
        [one] = control(figure, ipywidgets.SelectionSlider)
        broken["now"] = True
        one.value = 2
        assert "ArithmeticError: k &lt; 3 &amp; odd" in shown(figure)
        assert "<svg" not in shown(figure)
        one.value = 3
        assert "ArithmeticError" not in shown(figure)
        assert "<svg" in shown(figure)

    def test_plays_through_the_slider_that_counts(self, live):
        [play] = control(live, ipywidgets.Play)
        assert (play.min, play.max, play.value) == (0, 3, 0)

    def test_keeps_one_picture(self, live):
        before = len(control(live, ipywidgets.Widget))
        for k in (1, 2, 3):
            control(live, ipywidgets.SelectionSlider)[1].value = k
        assert len(control(live, ipywidgets.Widget)) == before


def test_a_path_over_contours_stays_within_the_weight_of_a_page():
    noise = np.random.default_rng(0)
    hills = noise.random((60, 60)).cumsum(0).cumsum(1)

    def valley(ax):
        ax.contour(hills, levels=12)

    def path(ax, a, k):
        t = np.linspace(0, k, 60)
        ax.plot(30 + 25 * np.exp(-t / 9) * np.cos(a * t), 30 + 25 * np.exp(-t / 9) * np.sin(a * t))

    figure = explore(path, valley, a=slider([1.0, 2.0], exact=True), k=range(1, 41))
    states = gzip.compress(figure.html.split("<template>")[1].encode(), mtime=0)
    assert len(states) / 80 < 1500
    assert len(gzip.compress(figure.html.encode(), mtime=0)) < gdlib.interactive.figure.MAX_BYTES


def test_play_moves_the_live_slider(monkeypatch):
    linked = []
    monkeypatch.setattr(ipywidgets, "jslink", lambda *ends: linked.append(ends))
    explore(lambda ax, k: None, k=slider(range(3), play=True))
    [(one, other)] = linked
    assert (type(one[0]), one[1]) == (ipywidgets.Play, "value")
    assert (type(other[0]), other[1]) == (ipywidgets.SelectionSlider, "index")


def test_200_states_are_taken():
    figure = explore(lambda ax, k: None, lambda ax: None, k=range(200))
    assert figure.html.count("data-alt=") == 200


def test_room_is_made_for_the_labels_of_all_ends(monkeypatch):
    seen = []
    monkeypatch.setattr(
        gdlib.interactive.figure.Stage, "settle", lambda self, states: seen.append(states)
    )
    explore(lambda ax, a, k: None, a=[1, 2, 3], k=slider([4, 5, 6], start=5))
    states = [(state["a"], state["k"]) for state in seen[0]]
    assert states == [(1, 5), (1, 4), (1, 6), (3, 4), (3, 6)]


@pytest.mark.parametrize(
    "change",
    [
        lambda ax, k: ax.lines[0].set_ydata([k, k]),
        lambda ax, k: ax.set_xticks([0, k / 4]),
        lambda ax, k: ax.figure.suptitle(f"state {k}"),
    ],
    ids=["artist", "ticks", "figure"],
)
def test_what_the_background_drew_is_not_changed(change):
    """A slider that moves nothing on the page would come out."""
    with pytest.raises(ValueError, match="draw changed what background drew"):
        explore(change, lambda ax: ax.plot([0, 1], [0, 1]), k=range(1, 4))
