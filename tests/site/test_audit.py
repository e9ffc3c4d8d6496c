"""The built site against its limits: weight, origins, console, accessibility, phone, paper.

What was measured is written to `_build/site-report.md`.
"""

import doctest
import gzip
import importlib.util
import json
import os
import re
import zipfile
from collections.abc import Iterable, Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from selenium.common.exceptions import TimeoutException, WebDriverException
from selenium.webdriver import Chrome, Keys
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.ui import WebDriverWait

SITE = Path(os.environ.get("GDLIB_SITE", Path(__file__).parents[2] / "_build" / "html"))
UNREAD = ("_static", "_sources", "reports")
PAGES = sorted(
    path.relative_to(SITE).as_posix()
    for path in SITE.rglob("*.html")
    if path.relative_to(SITE).parts[0] not in UNREAD
    # Made for a known address, the page for lost readers works at that address only.
    and not (path.name == "404.html" and os.environ.get("GDLIB_SITE_URL"))
) or ["index.html"]
READ = [name for name in PAGES if not name.endswith(("404.html", "search.html"))]
CHAPTERS = [name for name in PAGES if name.startswith("chapters/")]

MOVING, STILL = 350_000, 250_000  # bytes of a first load, compressed, with moving figures or not
WIDTHS = {"desktop": 1280, "phone": 390}


@pytest.fixture(scope="module")
def report() -> Iterator[dict[str, dict[str, object]]]:
    """Collect what is measured, a row a page, and write it down at the end."""
    rows: dict[str, dict[str, object]] = {name: {} for name in PAGES}
    yield rows
    columns = list(dict.fromkeys(key for row in rows.values() for key in row))
    lines = [
        "# The built site, measured",
        "",
        f"First load, compressed: at most {MOVING:,} bytes with moving figures, {STILL:,} without.",
        "",
        f"| page | {' | '.join(columns)} |",
        f"|:--|{'--:|' * len(columns)}",
    ]
    for name, row in rows.items():
        lines.append(f"| {name} | {' | '.join(str(row.get(key, '–')) for key in columns)} |")
    (SITE.parent / "site-report.md").write_text("\n".join(lines) + "\n", encoding="utf-8")


class Tags(HTMLParser):
    """A page's tags with their attributes, in order, and how many figures lack a picture."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {key: value or "" for key, value in attrs}))

    def all(self, *names: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag in names]


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[str, Tags]:
    return {name: Tags((site / name).read_text(encoding="utf-8")) for name in PAGES}


def show(browser: Chrome, url: str, width: int = 1280, theme: str = "light") -> None:
    """Open a page as a reader with this screen and these system colours sees it."""
    look(browser, width, theme)
    browser.get_log("browser")  # forget what other pages said
    browser.get(url)
    settled = "return document.documentElement.classList.contains('settled')"
    WebDriverWait(browser, 30, 0.05).until(lambda browser: browser.execute_script(settled))


def look(browser: Chrome, width: int, theme: str) -> None:
    """Change screen and system colours."""
    features = [{"name": "prefers-color-scheme", "value": theme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "", "features": features})
    screen = {"width": width, "height": 844, "deviceScaleFactor": 1, "mobile": width < 500}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", screen)


def said(browser: Chrome) -> list[str]:
    return [entry["message"] for entry in browser.get_log("browser")]


# ---------------------------------------------------------------- what a page fetches


def weigh(path: Path) -> int:
    data = path.read_bytes()
    packed = path.suffix in (".woff2", ".png", ".jpg")
    return len(data) if packed else len(gzip.compress(data, 6, mtime=0))


def own(url: str, address: str) -> Path:
    return SITE / unquote(urlsplit(url.removeprefix(address)).path).lstrip("/")


@pytest.mark.parametrize("name", PAGES)
def test_a_first_load_is_light_and_own(browser, address, pages, report, name: str):
    show(browser, f"{address}/{name}")
    fetched = browser.execute_script(
        "return performance.getEntriesByType('resource').map(entry => entry.name)"
    )
    images = browser.execute_script("return [...document.images].map(image => image.src)")
    urls = {url for url in (*fetched, *images) if not url.startswith("data:")}
    assert [url for url in urls if not url.startswith(address)] == []
    weight = weigh(SITE / name) + sum(weigh(own(url, address)) for url in urls)
    moving = any("gd-explore" in tag.get("class", "") for tag in pages[name].all("div"))
    report[name].update({"first load": f"{weight:,}", "requests": len(urls) + 1})
    assert weight <= (MOVING if moving else STILL)


FETCHING = re.compile(r"(?:url\(|@import|fetch\(|importScripts\(|import\()\s*[\"']?(?:https?:)?//")


@pytest.mark.parametrize("name", PAGES)
def test_no_other_address_is_prepared(pages, name: str):
    prepared = [
        value
        for tag in pages[name].all("script", "link", "img", "iframe", "source", "use", "object")
        for key, value in tag.items()
        if key in ("src", "href", "srcset", "data") and re.match(r"(https?:)?//", value)
        if tag.get("rel") not in ("canonical", "alternate")
    ]
    assert prepared == []
    assert FETCHING.findall((SITE / name).read_text(encoding="utf-8")) == []


def test_no_style_or_script_names_another_address(site: Path):
    named = [
        path.name
        for path in (site / "_static").rglob("*")
        if path.suffix in (".css", ".js") and path.name != "search-data.js"
        if FETCHING.search(path.read_text(encoding="utf-8"))
    ]
    assert named == []


# ---------------------------------------------------------------- what a page says of itself


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_one_title_and_a_language(pages, name: str):
    assert len(pages[name].all("h1")) == 1
    language = "zh-CN" if name.startswith("zh/") else "en"
    assert [tag.get("lang") for tag in pages[name].all("html")] == [language]
    assert len(pages[name].all("title")) >= 1


def test_the_contents_count_the_chapters(browser, address):
    show(browser, f"{address}/index.html")
    numbers = browser.execute_script(
        """return [...document.querySelectorAll(".contents ul:not(:last-of-type) a")].map(
            link => getComputedStyle(link, "::before").counterIncrement)"""
    )
    resets = browser.execute_script(
        "return getComputedStyle(document.querySelector('.contents')).counterReset"
    )
    assert numbers == ["chapter 1"] * len(CHAPTERS)
    assert resets == "chapter 0"


def test_every_page_says_which_book_it_is_of(pages, site: Path):
    for name in PAGES:
        text = (site / name).read_text(encoding="utf-8")
        book = "一步一步学梯度下降" if name.startswith("zh/") else "Gradient descent, step by step"
        assert f"{book}</title>" in text
        assert "not set" not in re.sub(r"<article>.*</article>", "", text, flags=re.DOTALL)


def test_descriptions_are_there_without_tex_and_differ(pages):
    found = {}
    for name in READ:
        (found[name],) = (
            tag["content"] for tag in pages[name].all("meta") if tag.get("name") == "description"
        )
    bad = {name: text for name, text in found.items() if not 50 <= said_by(text) <= 160}
    bad |= {name: text for name, text in found.items() if re.search(r"[\\$]|[_^]\{", text)}
    assert bad == {}
    assert len(set(found.values())) == len(found)


def said_by(text: str) -> int:
    """Count letters; a Chinese character says as much as two."""
    return len(text) + len(re.findall("[一-鿿]", text))


@pytest.mark.parametrize("name", PAGES)
def test_every_picture_says_what_is_seen(pages, name: str):
    alts = [tag.get("alt", "") for tag in pages[name].all("img")]
    alts += [tag["aria-label"] for tag in pages[name].all("div") if tag.get("role") == "img"]
    assert [alt for alt in alts if said_by(alt) < 20 or re.search(r"\\|[0-9a-f]{16}", alt)] == []


def test_the_picture_for_links_is_there(pages):
    (picture,) = (
        tag["content"] for tag in pages["index.html"].all("meta")
        if tag.get("property") == "og:image"
    )  # fmt: skip
    path = SITE / picture.removeprefix("/").rsplit("_static/", 1)[-1].join(("_static/", ""))
    assert path.read_bytes()[16:24] == (1200).to_bytes(4) + (630).to_bytes(4)


# ---------------------------------------------------------------- in the browser


@pytest.mark.parametrize("name", PAGES)
def test_the_console_is_silent(browser, addresses, report, name: str):
    heard = []
    for address in addresses.values():
        show(browser, f"{address}/{name}")
        heard += said(browser)
    report[name]["console"] = len(heard)
    assert heard == []


@pytest.mark.parametrize("way", ["http", "file"])
@pytest.mark.parametrize("name", ["index.html", "search.html", *CHAPTERS])
def test_no_page_waits_for_a_network_that_hangs(stalled, addresses, way: str, name: str):
    browser, _ = stalled
    show(browser, f"{addresses[way]}/{name}")
    assert browser.execute_script("return document.readyState") == "complete"


def test_a_page_that_waits_would_be_noticed(stalled, tmp_path: Path):
    browser, asked = stalled
    page = tmp_path / "page.html"
    page.write_text('<!doctype html><script src="http://cdn.invalid/a.js"></script>')
    browser.set_page_load_timeout(3)
    with pytest.raises(TimeoutException):
        browser.get(page.as_uri())
    browser.set_page_load_timeout(60)
    assert any(request.startswith("GET http://cdn.invalid/a.js") for request in asked)


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_a_phone(browser, address, report, name: str):
    show(browser, f"{address}/{name}", 390)
    width = browser.execute_script("return document.documentElement.scrollWidth")
    report[name]["width at 390"] = width
    assert width <= 390


@pytest.fixture(scope="module")
def axe() -> str:
    spec = importlib.util.find_spec("axe_playwright_python")
    if spec is None:
        (pytest.fail if os.environ.get("GDLIB_REQUIRE_BROWSER") else pytest.skip)(
            "axe is missing: pip install --no-deps axe-playwright-python"
        )
    (folder,) = spec.submodule_search_locations
    return Path(folder, "axe.min.js").read_text(encoding="utf-8")


# On a phone alone; all other parts of a page are the same on every screen.
PHONE = (".menu", ".sections")
# Every rule once, and elsewhere the rules that a width or a colour can break.
AXE = {
    ("desktop", "light"): [((), None)],
    ("desktop", "dark"): [((), ["color-contrast"])],
    ("phone", "dark"): [(PHONE, ["color-contrast"])],
    ("phone", "light"): [((), ["target-size", "scrollable-region-focusable"]), (PHONE, None)],
}


def violations(browser: Chrome, parts: Iterable[str] = (), rules: object = None) -> list[str]:
    """Run axe, which the page has, on some parts of it with some rules: all if none are named."""
    return browser.execute_async_script(
        """const [parts, rules, done] = arguments;
        const shown = parts.filter(part => document.querySelector(part)?.checkVisibility());
        if (parts.length && !shown.length) { done([]); return; }
        axe.run(shown.length ? {include: shown} : document,
                {resultTypes: ["violations"], preload: false, ...(rules && {runOnly: rules})}).then(
          result => done(result.violations.flatMap(
            rule => rule.nodes.map(node => rule.id + ": " + node.target.join(" ")))),
          error => done([String(error)]));""",
        list(parts),
        rules,
    )


@pytest.mark.parametrize("name", PAGES)
def test_axe_finds_nothing(browser, address, axe, report, name: str):
    show(browser, f"{address}/{name}")
    browser.set_script_timeout(180)
    browser.execute_script("document.querySelectorAll('details').forEach(d => { d.open = true; })")
    browser.execute_script(axe)
    found = []
    for (screen, theme), runs in AXE.items():
        look(browser, WIDTHS[screen], theme)
        worn = f"return document.documentElement.dataset.theme === '{theme}'"
        WebDriverWait(browser, 10, 0.05).until(lambda browser, w=worn: browser.execute_script(w))
        for parts, rules in runs:
            broken = violations(browser, parts, rules)
            found += [f"{screen}, {theme}: {rule}" for rule in broken]
    report[name]["axe"] = len(found)
    assert found == []


@pytest.mark.parametrize(
    ("rule", "screen", "theme", "harm"),
    [
        ("image-alt", "desktop", "light", "document.querySelector('main').append(new Image())"),
        ("color-contrast", "desktop", "dark", "document.querySelector('h1').style.color = '#333'"),
        ("button-name", "phone", "light", "document.querySelector('.menu').textContent = ''"),
        ("color-contrast", "phone", "dark", "document.querySelector('.menu').style.color = '#333'"),
        (
            "target-size",
            "phone",
            "light",
            "for (const name of ['a', 'b']) document.querySelector('main').prepend(Object.assign("
            "document.createElement('button'), {ariaLabel: name,"
            " style: 'width: 8px; height: 8px; padding: 0; border: 0; float: left'}))",
        ),
        (
            "scrollable-region-focusable",
            "phone",
            "light",
            "document.querySelectorAll('pre').forEach(pre => pre.removeAttribute('tabindex'))",
        ),
    ],
)
def test_axe_would_find_something(browser, address, axe, rule, screen, theme, harm):
    show(browser, f"{address}/{CHAPTERS[0]}", WIDTHS[screen], theme)
    browser.execute_script(axe)
    browser.execute_script(harm)
    found = [one for run in AXE[screen, theme] for one in violations(browser, *run)]
    assert [one for one in found if one.startswith(rule)]


PAPER = """
const style = selector => {
  const found = document.querySelector(selector);
  return found && getComputedStyle(found);
};
const figures = [...document.querySelectorAll(".cell_output img, .gd-panels svg")];
return {
  ground: style("body").backgroundColor, ink: style("body").color,
  wraps: [...document.querySelectorAll("pre")].every(
    pre => getComputedStyle(pre).whiteSpace.startsWith("pre-wrap")),
  hidden: [".bar", ".contents", ".turn", ".gd-control input"].every(
    selector => (style(selector)?.display ?? "none") === "none"),
  filters: [...new Set(figures.map(figure => getComputedStyle(figure).filter))],
};"""


@pytest.mark.parametrize("theme", ["light", "dark"])
@pytest.mark.parametrize("name", CHAPTERS)
def test_paper_is_dark_on_white_and_nothing_is_cut(browser, address, name: str, theme: str):
    show(browser, f"{address}/{name}", theme=theme)
    media = {"media": "print", "features": [{"name": "prefers-color-scheme", "value": theme}]}
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", media)
    seen = browser.execute_script(PAPER)
    assert seen == {
        "ground": "rgb(255, 255, 255)",
        "ink": "rgb(0, 0, 0)",
        "wraps": True,
        "hidden": True,
        "filters": ["none"],
    }


def test_the_policy_stops_what_is_not_ours(browser, address):
    show(browser, f"{address}/index.html")
    blocked = browser.execute_async_script(
        """const done = arguments[0], blocked = [];
        document.addEventListener("securitypolicyviolation",
                                  event => blocked.push(event.effectiveDirective));
        const script = document.createElement("script");
        script.textContent = "window.intruder = 1";
        document.body.append(script);
        const image = new Image();
        image.src = "http://127.0.0.1:9/a.png";
        document.body.append(image);
        fetch("http://127.0.0.1:9/").catch(() => {});
        const style = document.createElement("style");
        style.textContent = "body { color: red }";
        document.body.append(style);
        setTimeout(() => done([window.intruder ?? 0, ...blocked.sort()]), 500);"""
    )
    assert blocked == [0, "connect-src", "img-src", "script-src-elem", "style-src-elem"]
    said(browser)


@pytest.mark.parametrize("way", ["http", "file"])
def test_the_search_finds_sections(browser, addresses, way: str):
    show(browser, f"{addresses[way]}/index.html")
    field = browser.find_element(By.CSS_SELECTOR, ".bar input")
    field.send_keys("broadcast", Keys.ENTER)
    wait = WebDriverWait(browser, 30, 0.1, ignored_exceptions=[WebDriverException])
    found = wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, "#search-results li"))
    assert "broadcast" in found[0].text.lower()
    found[0].find_element(By.TAG_NAME, "a").click()
    assert wait.until(lambda b: b.find_element(By.CSS_SELECTOR, ":target")).tag_name == "section"
    assert said(browser) == []


def test_the_keyboard_reaches_the_text_the_colours_and_the_contents(browser, address):
    show(browser, f"{address}/{CHAPTERS[0]}", 390)
    keys = ActionChains(browser)
    keys.send_keys(Keys.TAB).perform()
    here = browser.switch_to.active_element
    assert here.text == "Skip to the text"
    assert here.rect["x"] >= 0
    assert browser.execute_script("return getComputedStyle(arguments[0]).outlineStyle", here) != (
        "none"
    )
    keys.send_keys(Keys.TAB).send_keys(Keys.ENTER).perform()
    contents = browser.find_element(By.ID, "contents")
    assert contents.is_displayed()
    browser.execute_script("scrollTo(0, 3000)")  # deep in a chapter it is in sight too
    assert (
        0 <= browser.execute_script("return arguments[0].getBoundingClientRect().y", contents) < 100
    )
    keys.send_keys(Keys.ESCAPE).perform()
    assert not contents.is_displayed()
    theme = browser.find_element(By.CSS_SELECTOR, "button.theme")
    theme.send_keys(Keys.SPACE)
    assert browser.execute_script("return document.documentElement.dataset.theme") == "dark"
    browser.refresh()
    assert browser.execute_script("return document.documentElement.dataset.theme") == "dark"
    browser.execute_script("localStorage.clear()")


CLIPBOARDS = {
    "http": "",
    "file": "",
    # From a plain address, such as another computer's, a page has no clipboard.
    "none": "Object.defineProperty(navigator, 'clipboard', {value: undefined});",
}


@pytest.mark.parametrize("hands", ["keys", "touch"])
@pytest.mark.parametrize("clipboard", CLIPBOARDS)
def test_code_is_copied_as_it_is_typed(browser, addresses, clipboard: str, hands: str):
    address = addresses.get(clipboard, addresses["http"])
    command = browser.execute_cdp_cmd
    hidden = command("Page.addScriptToEvaluateOnNewDocument", {"source": CLIPBOARDS[clipboard]})
    command("Emulation.setTouchEmulationEnabled", {"enabled": hands == "touch"})
    allowed = ["clipboardReadWrite", "clipboardSanitizedWrite"]
    command("Browser.grantPermissions", {"permissions": allowed})
    try:
        notebook = json.loads(
            (SITE / "_sources" / CHAPTERS[0].replace("html", "ipynb")).read_text()
        )
        cells = [c for c in notebook["cells"] if c["cell_type"] == "code"]
        code = [c for c in cells if "remove-cell" not in c["metadata"].get("tags", [])]
        folded = [i for i, c in enumerate(code) if "hide-cell" in c["metadata"].get("tags", [])]
        show(browser, f"{address}/{CHAPTERS[0]}", 390 if hands == "touch" else 1280)
        for at in (0, folded[0]):
            (button,) = browser.execute_script(
                """const cell = document.querySelectorAll("div.cell")[arguments[0]];
                cell.querySelectorAll("details").forEach(d => { d.open = true; });
                return [...cell.querySelectorAll(".copy")];""",
                at,
            )
            copy_with(browser, button, hands)
            assert pasted(browser) == "".join(code[at]["source"])
        show(browser, f"{address}/appendices/gdlib.html")
        button = browser.find_element(By.CSS_SELECTOR, ".doctest .copy")
        example = browser.execute_script(
            "return arguments[0].parentElement.querySelector('pre').textContent", button
        )
        copy_with(browser, button, "keys")
        found = doctest.DocTestParser().get_examples(example)
        assert pasted(browser) == "".join(part.source for part in found).rstrip("\n")
        assert said(browser) == []
    finally:
        command("Page.removeScriptToEvaluateOnNewDocument", hidden)
        command("Emulation.setTouchEmulationEnabled", {"enabled": False})
        command("Browser.resetPermissions", {})


def copy_with(browser: Chrome, button: WebElement, hands: str) -> None:
    """Copy, and look whether the page says so to all readers."""
    if hands == "keys":
        button.send_keys(Keys.ENTER)
    else:
        seen = "const s = getComputedStyle(arguments[0]); return [s.opacity, s.display]"
        assert browser.execute_script(seen, button) == ["1", "block"]
        browser.execute_script("arguments[0].scrollIntoView({block: 'center'})", button)
        place = browser.execute_script(
            """const box = arguments[0].getBoundingClientRect();
            return [box.x + box.width / 2, box.y + box.height / 2];""",
            button,
        )
        point = [{"x": place[0], "y": place[1]}]
        for kind, points in (("touchStart", point), ("touchEnd", [])):
            command = {"type": kind, "touchPoints": points}
            browser.execute_cdp_cmd("Input.dispatchTouchEvent", command)
    WebDriverWait(browser, 5, 0.02).until(lambda _: button.text == "Copied")
    status = browser.find_element(By.CSS_SELECTOR, "[role=status].aside")
    assert status.get_attribute("textContent") == "Copied"


def pasted(browser: Chrome) -> str:
    """Paste as a reader does, with the keyboard."""
    browser.execute_script(
        """document.querySelector("#paste")?.remove();
        const area = document.createElement("textarea");
        area.id = "paste";
        document.body.append(area);
        area.focus();"""
    )
    area = browser.find_element(By.ID, "paste")
    area.send_keys(Keys.CONTROL, "v")
    return str(area.get_property("value"))


def test_the_first_figure_plays_within_the_first_screen_of_a_phone(browser, address):
    show(browser, f"{address}/index.html", 390)
    play = browser.find_element(By.CSS_SELECTOR, ".gd-explore button")
    assert play.rect["y"] + play.rect["height"] < 844
    panel = browser.find_element(By.CSS_SELECTOR, ".gd-panels svg")
    assert panel.rect["y"] + panel.rect["height"] / 2 < 844


def test_a_link_into_a_page_leads_to_its_place(browser, address):
    show(browser, f"{address}/{CHAPTERS[-1]}#exercises", 390)
    top = browser.execute_script(
        "return document.querySelector(':target').getBoundingClientRect().y"
    )
    assert 0 <= top < 200


def test_the_archive_is_the_site_and_opens_without_a_network(browser, site, tmp_path: Path):
    with zipfile.ZipFile(next(site.glob("*.zip"))) as packed:
        packed.extractall(tmp_path)
    (folder,) = tmp_path.iterdir()
    assert {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")} >= {
        name for name in PAGES if not name.startswith("zh/")
    }
    show(browser, (folder / CHAPTERS[0]).as_uri())
    browser.execute_script("document.querySelector('.katex').scrollIntoView()")
    fonts = browser.execute_async_script(
        "document.fonts.ready.then(f => arguments[0]([...f].filter(x => x.status === 'loaded')"
        ".map(x => x.family)))"
    )
    assert any("KaTeX" in font for font in fonts)
    assert said(browser) == []
