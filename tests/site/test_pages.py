"""The pages of the built site: complete, linked, described, and no wider than a phone."""

import json
import re
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag, urlsplit

import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from selenium.webdriver import Chrome

ROOT = Path(__file__).resolve().parents[2]
TOC = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
FILES = [TOC["root"], *(c["file"] for part in TOC["parts"] for c in part["chapters"])]
PAGES = [f"{re.sub(r'[.](ipynb|md)$', '', file)}.html" for file in FILES]
CHAPTERS = [page for page in PAGES if (ROOT / page.replace(".html", ".ipynb")).is_file()]


class Page(HTMLParser):
    """What a page refers to, which anchors it has, and its images."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.text = path.read_text(encoding="utf-8")
        self.references: list[str] = []
        self.anchors: set[str] = set()
        self.images: list[dict[str, str | None]] = []
        self.feed(self.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        self.references += [found[key] or "" for key in ("href", "src") if key in found]
        self.anchors |= {found[key] or "" for key in ("id", "name") if key in found}
        if tag == "img":
            self.images.append(found)


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {site / name: Page(site / name) for name in PAGES}


def test_formulas_come_with_their_style(pages: dict[Path, Page]):
    """Without it each formula would be read twice: once set, once for those who listen."""
    with_formulas = [page for page in pages.values() if 'class="katex"' in page.text]
    assert with_formulas
    for page in with_formulas:
        assert any("katex/katex.css" in reference for reference in page.references)


def test_no_formula_is_left_in_dollars(pages: dict[Path, Page]):
    code = r"<(pre|code|script|template|annotation)\b.*?</\1>"
    left = {
        path.name: re.findall(r".{0,20}\$.{0,20}", re.sub(code, "", page.text, flags=re.DOTALL))
        for path, page in pages.items()
    }
    assert {name: found for name, found in left.items() if found} == {}


def test_every_page_of_the_contents_is_there(site: Path):
    assert [name for name in PAGES if not (site / name).is_file()] == []


def test_links_within_the_site_lead_somewhere(pages: dict[Path, Page]):
    broken = []
    for path, page in pages.items():
        for reference in page.references:
            url, fragment = urldefrag(reference)
            if urlsplit(url).scheme or url.startswith("//"):
                continue
            target = (path.parent / unquote(urlsplit(url).path)).resolve() if url else path
            anchors = pages[target].anchors if target in pages else {fragment}
            if not target.exists() or (fragment and unquote(fragment) not in anchors):
                broken.append(f"{path.name}: {reference}")
    assert broken == []


def test_every_image_says_what_it_shows(pages: dict[Path, Page]):
    silent = [
        f"{path.name}: {image.get('src')}"
        for path, page in pages.items()
        for image in page.images
        if len(image.get("alt") or "") < 10 or re.search(r"[0-9a-f]{32}", image["alt"] or "")
    ]
    assert silent == []


@pytest.mark.parametrize("name", CHAPTERS)
def test_answers_and_drawing_code_are_folded_away(pages: dict[Path, Page], site: Path, name: str):
    page = BeautifulSoup(pages[site / name].text, "html.parser")
    assert "Show the code" in [fold.get_text() for fold in page.select("details.hide .collapsed")]
    named = [fold.get_text() for fold in page.select("details.answer .collapsed")]
    assert all(
        re.match("Answer to exercise|One way to write it|The cure, in code", one) for one in named
    ), named
    assert named or page.select("form.gd-ask")


def ended(text: str) -> str:
    return text if text.endswith("\n") else text + "\n"


@pytest.mark.parametrize("name", CHAPTERS)
def test_every_output_is_what_the_notebook_stores(site: Path, name: str):
    """A page is executed anew; what is in git was compared with the prose."""
    page = BeautifulSoup((site / name).read_text(encoding="utf-8"), "html.parser")
    notebook = nbformat.read(ROOT / name.replace(".html", ".ipynb"), as_version=4)
    tagged = [(cell, cell.metadata.get("tags", [])) for cell in notebook.cells]
    shown = [(c, t) for c, t in tagged if c.cell_type == "code" and "remove-cell" not in t]
    different = {}
    for (cell, tags), seen in zip(shown, page.select("div.cell"), strict=True):
        if {"nbval-ignore-output", "remove-output"} & set(tags):
            continue
        found = {
            kind: [pre.get_text() for pre in seen.select(f".cell_output .output.{kind} pre")]
            for kind in ("stream", "stderr", "text_plain")
        }
        stored = {
            kind: [ended(out.text) for out in cell.outputs if out.get("name") == stream]
            for kind, stream in (("stream", "stdout"), ("stderr", "stderr"))
        }
        stored["text_plain"] = [
            ended(out.data["text/plain"]) for out in cell.outputs if "data" in out
        ]
        if seen.select(".cell_output :is(img, .text_html)"):  # in place of its text
            stored["text_plain"] = [
                text for text in stored["text_plain"] if text in found["text_plain"]
            ]
        joined = {kind: "".join(texts) for kind, texts in found.items()}
        if joined != {kind: "".join(texts) for kind, texts in stored.items()}:
            different[cell.id] = (found, stored)
    assert different == {}


def test_every_file_that_is_shipped_is_used(site: Path):
    paths = [path for path in site.rglob("*.html") if site / "zh" not in path.parents]
    pages = "".join(path.read_text(encoding="utf-8") for path in paths)
    styles = "".join(path.read_text(encoding="utf-8") for path in site.glob("_static/**/*.css"))
    unused = [
        path.relative_to(site).as_posix()
        for folder in ("_static", "_images", "_sources")
        for path in (site / folder).rglob("*")
        if path.is_file() and path.name != "LICENSE"
        if not re.search(
            rf'["/(]{re.escape(path.name)}[?")]', pages + styles * (path.suffix != ".css")
        )
    ]
    assert unused == []


def test_the_search_knows_every_page(site: Path):
    text = (site / "_static/search-data.js").read_text(encoding="utf-8")
    data = json.loads(text.removeprefix("const BOOK = ").removesuffix(";\n"))
    assert {part[0] for part in data} == set(PAGES)
    found = {page.relative_to(site).as_posix() for page in site.rglob("*.html")}
    assert {name for name in found if not name.startswith("zh/")} == {
        *PAGES, "404.html", "search.html",
    }  # fmt: skip


def test_every_reference_is_cited(pages: dict[Path, Page], site: Path):
    listed = re.findall(
        r'<section [^>]*id="([^"]+)"', pages[site / "appendices/references.html"].text
    )
    texts = "".join(page.text for page in pages.values())
    cited = set(re.findall(r'href="[^"]*references\.html#([^"]+)"><span', texts))
    assert set(listed[1:]) == cited


def test_no_page_carries_what_it_does_not_use(pages: dict[Path, Page]):
    unused = r"thebe|require\.min\.js|html-manager|widget-state|executablebooks/jupyter"
    found = {path.name: set(re.findall(unused, page.text)) for path, page in pages.items()}
    assert {name: names for name, names in found.items() if names} == {}


def test_no_page_tells_of_the_machine_it_was_built_on(pages: dict[Path, Page]):
    home = str(ROOT)
    assert [path.name for path, page in pages.items() if home in page.text] == []


# ---------------------------------------------------------------- in a browser


def show(browser: Chrome, width: int) -> None:
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride",
        {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500},
    )


@pytest.mark.parametrize("name", CHAPTERS)
def test_figures_turn_dark_once(browser: Chrome, address: str, name: str):
    show(browser, 1280)
    browser.get(f"{address}/{name}")
    filters = """
        document.documentElement.dataset.theme = arguments[0];
        return [...document.querySelectorAll(".cell_output img, .gd-panels svg")].map(figure => {
            const found = [];
            for (let e = figure; e; e = e.parentElement) found.push(getComputedStyle(e).filter);
            return found.filter(filter => filter != "none").join();
        });"""
    light = browser.execute_script(filters, "light")
    assert light
    assert set(light) == {""}
    assert set(browser.execute_script(filters, "dark")) == {"invert(0.92) hue-rotate(180deg)"}
