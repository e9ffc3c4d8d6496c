"""The two editions beside each other: the Chinese one says what the English one says."""

import re
import zipfile
from collections import Counter
from pathlib import Path
from urllib.parse import urljoin

import pytest
import yaml
from bs4 import BeautifulSoup, Tag
from selenium.webdriver import Chrome
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

TOC = yaml.safe_load((Path(__file__).parents[2] / "_toc.yml").read_text(encoding="utf-8"))
NAMES = [TOC["root"], *(one["file"] for part in TOC["parts"] for one in part["chapters"])]
PAGES = [f"{name}.html" for name in NAMES]
CHAPTERS = [page for page in PAGES if page.startswith("chapters/")]
NUMBER = re.compile(r"[−-]?\d+(?:[.,]\d+)*(?:e[+-]?\d+)?")
BOTH = ["index.html", "chapters/02_initialization.html", "appendices/notation.html"]


@pytest.fixture(scope="module")
def chinese(site: Path) -> Path:
    if not (site / "zh").is_dir():
        pytest.skip("only the English edition was built")
    return site / "zh"


def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def formulas(page: Tag) -> list[str]:
    """List the formulas as they are typed, but for words in them."""
    typed = [note.get_text() for note in page.select("annotation[encoding='application/x-tex']")]
    return sorted(re.sub(r"\\text\s*\{[^{}]*\}", "", one) for one in typed)


def printed(page: Tag) -> list[list[str]]:
    """List the numbers that each cell printed."""
    pres = [cell.select(".cell_output pre") for cell in page.select("div.cell")]
    return [NUMBER.findall(" ".join(pre.get_text() for pre in found)) for found in pres]


@pytest.mark.parametrize("name", PAGES)
def test_a_translation_keeps_numbers_formulas_links_and_figures(
    site: Path, chinese: Path, name: str
):
    before, after = (read(folder / name).select_one("article") for folder in (site, chinese))
    assert printed(after) == printed(before)
    assert formulas(after) == formulas(before)
    for what, key in (("a[href]", "href"), ("section[id]", "id"), ("figure[id]", "id")):
        old, new = ([one[key] for one in page.select(what)] for page in (before, after))
        assert Counter(new) == Counter(old), what
    for what in ("img", ".gd-panels", ".gd-ask", "pre", "details", "td", "li"):
        assert len(after.select(what)) == len(before.select(what)), what


@pytest.mark.parametrize("name", [*PAGES, "404.html", "search.html"])
def test_each_page_leads_to_the_same_page_of_the_other(site: Path, chinese: Path, name: str):
    for folder, tag, other, there in (
        (site, "en", "zh-CN", chinese / name),
        (chinese, "zh-CN", "en", site / name),
    ):
        page = read(folder / name)
        (link,) = page.select("a.language")
        assert page.html["lang"] == tag
        assert link["hreflang"] == link["lang"] == other
        if name != "404.html":  # whose links hold at any depth
            assert (folder / name).parent.joinpath(link["href"]).resolve() == there.resolve()
        alternates = {one["hreflang"]: one["href"] for one in page.select("link[hreflang]")}
        if canonical := page.select_one("link[rel=canonical]"):
            assert alternates[tag] == canonical["href"]
            root = canonical["href"].removesuffix(name)
            assert alternates[other] == urljoin(root, f"zh/{name}" if tag == "en" else f"../{name}")


def test_each_archive_holds_its_own_edition(site: Path, chinese: Path):
    for folder in (site, chinese):
        with zipfile.ZipFile(folder / "gradient-descent-book.zip") as packed:
            names = {name.partition("/")[2]: packed.read(name) for name in packed.namelist()}
        assert {name for name in names if name.endswith(".html")} == {
            *PAGES, "404.html", "search.html",
        }  # fmt: skip
        assert [name for name, data in names.items() if b'class="language"' in data] == []


def test_the_page_for_lost_readers_speaks_both_languages(site: Path, chinese: Path):
    assert "没有页面" in read(site / "404.html").select_one("p[lang=zh-CN]").get_text()


@pytest.mark.parametrize("name", CHAPTERS)
def test_the_notebook_for_download_is_chinese_and_shows_no_english_output(chinese: Path, name: str):
    text = (chinese / "_sources" / name.replace(".html", ".ipynb")).read_text(encoding="utf-8")
    assert 'use_book_style(\\"zh_CN\\")' in text
    assert '"output_type"' not in text


# ---------------------------------------------------------------- in a browser


def test_the_switch_leads_to_the_same_section(browser: Chrome, address: str, chinese: Path):
    browser.get(f"{address}/{BOTH[1]}")
    wait = WebDriverWait(browser, 10, 0.05)
    browser.execute_script("document.querySelector('#exercises').scrollIntoView()")
    current = "document.querySelector('.page-toc [aria-current]')?.hash"
    wait.until(lambda b: b.execute_script(f"return {current} === '#exercises'"))
    browser.find_element(By.CSS_SELECTOR, "a.language").click()
    wait.until(lambda b: "/zh/" in b.current_url)
    assert browser.current_url.endswith(f"/zh/{BOTH[1]}#exercises")
    assert browser.find_element(By.CSS_SELECTOR, ":target").tag_name == "section"


@pytest.mark.parametrize("words", ["梯度下降", "显示代码在哪里"])
def test_the_search_needs_no_spaces(browser: Chrome, address: str, chinese: Path, words: str):
    """The second stands nowhere: it is cut into words, of which the page has some."""
    browser.get(f"{address}/zh/search.html?q={words}")
    news = browser.find_element(By.ID, "search-news").text
    assert words in news
    if words == "梯度下降":
        assert browser.find_elements(By.CSS_SELECTOR, "#search-results li")


def test_emphasis_is_not_slanted(browser: Chrome, address: str, chinese: Path):
    browser.get(f"{address}/zh/{BOTH[1]}")
    style = "return getComputedStyle(document.querySelector('article p em')).fontStyle"
    assert browser.execute_script(style) == "normal"
    browser.get(f"{address}/{BOTH[1]}")
    assert browser.execute_script(style) == "italic"


def test_a_word_of_the_frame_is_chinese_in_the_scripts_too(
    browser: Chrome, address: str, chinese: Path
):
    browser.get(f"{address}/zh/{BOTH[1]}")
    copy = WebDriverWait(browser, 10).until(
        lambda b: b.find_elements(By.CSS_SELECTOR, ".cell_input .copy")
    )
    copy[0].send_keys(Keys.ENTER)
    WebDriverWait(browser, 5, 0.02).until(
        lambda b: copy[0].get_attribute("textContent") in ("已复制", "未能复制")
    )
