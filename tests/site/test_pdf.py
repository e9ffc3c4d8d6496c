"""The book as one PDF, read with pikepdf, against the built site."""

import os
import re
import shutil
from pathlib import Path

import pdf as tool
import pikepdf
import pypdfium2
import pytest
from bs4 import BeautifulSoup, Tag

from gdlib.interactive import ask

LIMIT = 12_000_000  # bytes


def printed_pdf(site: Path, pdf: Path) -> "Read":
    """Print a site, or say why there is no test."""
    try:
        tool.make(site, pdf)
    except SystemExit as why:
        (pytest.fail if os.environ.get("GDLIB_REQUIRE_BROWSER") else pytest.skip)(str(why))
    return Read(pdf)


class Read:
    """What a PDF holds: its objects by pikepdf, the texts of its pages by PDFium."""

    def __init__(self, path: Path) -> None:
        self.size = path.stat().st_size
        self.file = pikepdf.open(path)
        self.dictionaries = [d for d in self.file.objects if isinstance(d, pikepdf.Dictionary)]
        self.streams = [d for d in self.file.objects if isinstance(d, pikepdf.Stream)]
        with pypdfium2.PdfDocument(path) as document:
            self.texts = [page.get_textpage().get_text_range() for page in document]
        self.text = "\n".join(self.texts)
        numbers = {page.objgen: number for number, page in enumerate(self.file.pages, 1)}
        dests = self.file.Root.get("/Dests", {})
        self.places = {str(name): numbers[to[0].objgen] for name, to in dests.items()}
        self.links = [link for page in self.file.pages for link in page.get("/Annots", [])]

    def heard(self, kind: str) -> list[str]:
        """Return what is said for tags of a kind."""
        return [str(tag.get("/Alt", "")) for tag in self.dictionaries if tag.get("/S") == kind]


def bare(text: str) -> str:
    """Leave letters and digits: spaces and signs are set, not written."""
    return re.sub(r"[\W_]", "", text)


def heading(tag: Tag) -> str:
    """Return a heading as it is seen."""
    for unseen in tag.select(".headerlink, .katex-mathml"):
        unseen.decompose()
    return bare(tag.get_text())


@pytest.fixture(scope="module", params=[".", "zh"])
def edition(site: Path, request: pytest.FixtureRequest) -> Path:
    """The folder of each edition that is built."""
    if not (site / request.param / "index.html").is_file():
        pytest.skip("this edition is not built")
    return site / request.param


@pytest.fixture(scope="module")
def pdf(edition: Path, tmp_path_factory: pytest.TempPathFactory) -> Read:
    """The book: that beside the pages, or one printed for these tests."""
    path = edition / tool.PDF
    return (
        Read(path)
        if path.is_file()
        else printed_pdf(edition, tmp_path_factory.mktemp("pdf") / "a.pdf")
    )


@pytest.fixture(scope="module")
def pages(edition: Path) -> dict[str, BeautifulSoup]:
    """The pages of the site, in the order of its contents."""

    def read(name: str) -> BeautifulSoup:
        return BeautifulSoup((edition / name).read_text(encoding="utf-8"), "html.parser")

    links = read("index.html").select("#contents a.internal")
    return {name: read(name) for name in ["index.html", *(str(link["href"]) for link in links)]}


def test_it_is_a_book_of_a_size_that_can_be_sent(pdf: Read, pages: dict[str, BeautifulSoup]):
    assert len(pdf.file.pages) > 5 * len(pages)
    assert pdf.size <= LIMIT


def test_the_bookmarks_are_parts_chapters_and_sections_in_order(
    pdf: Read, pages: dict[str, BeautifulSoup]
):
    def named(items: list[pikepdf.OutlineItem]) -> list[str]:
        return [bare(re.sub(r"^\d+ ", "", item.title)) for item in items]

    with pdf.file.open_outline() as outline:
        contents, first, *parts = outline.root
    index = pages["index.html"]
    assert contents.title == index.select_one("button.menu").get_text()
    captions = [bare(caption.get_text()) for caption in index.select("#contents .caption-text")]
    assert named(parts) == captions
    found = [first, *(item for part in parts for item in part.children)]
    assert named(found) == [heading(page.h1) for page in pages.values()]
    for item, page in zip(found, pages.values(), strict=True):
        if not page.select(".doors"):  # which are about the site
            sections = [heading(section) for section in page.select("article h2")]
            assert named(item.children)[: len(sections)] == sections


def test_the_contents_say_on_which_page_each_part_stands(
    pdf: Read, pages: dict[str, BeautifulSoup]
):
    contents = bare("".join(pdf.texts[1 : pdf.places["/index"] - 1]))
    for name, page in pages.items():
        stem = Path(name).stem
        assert f"{heading(page.h1)}{pdf.places[f'/{stem}']}" in contents
        sections = page.select("article section[id]:has(> h2):not(:has(> h2 .katex))")
        for section in sections if name.startswith("chapters/") else []:
            number = pdf.places[f"/{stem}--{section['id']}"]
            assert f"{heading(section.h2)}{number}" in contents
            assert heading(section.h2) in bare(pdf.texts[number - 1])


def test_every_link_leads_somewhere(pdf: Read, pages: dict[str, BeautifulSoup]):
    inside = {str(link.Dest) for link in pdf.links if "/Dest" in link}
    outside = [str(link.A.URI) for link in pdf.links if "/Dest" not in link]
    assert inside <= pdf.places.keys()
    written = {
        link["href"]
        for page in pages.values()
        for link in page.select("article a[href*='.html#']:not([href*=':'])")
    }
    assert len(inside) > len(written) > 20
    assert [url for url in outside if not re.match("https?://", url)] == []


def test_figures_are_drawn_and_not_made_of_dots(pdf: Read):
    assert [stream for stream in pdf.streams if stream.get("/Subtype") == "/Image"] == []


def test_every_font_is_in_it_and_none_is_made_of_pictures(pdf: Read):
    """Chrome makes a font of Type 3 of what it cannot take in."""
    fonts = [d for d in pdf.dictionaries if d.get("/Type") == "/Font" and d.Subtype != "/Type0"]
    assert len(fonts) > 10
    assert {str(font.Subtype) for font in fonts} == {"/CIDFontType2"}
    assert [font for font in fonts if "/FontFile2" not in font.FontDescriptor] == []


def test_a_search_finds_what_is_written(pdf: Read, pages: dict[str, BeautifulSoup]):
    """Where Chrome has a choice, it names characters after radicals, such as ⻓ for 长."""
    assert re.findall("[\u2e80-\u2fdf\ufb00-\ufb06\ufffd]", pdf.text) == []
    index, chapter = pages["index.html"], pages["chapters/01_data.html"]
    assert bare(chapter.article.p.get_text()) in bare(pdf.text)
    for screen in (index.select_one(".begin"), chapter.select_one(".hide:not(.answer) .collapsed")):
        assert bare(screen.get_text()) not in bare(pdf.text)  # it is of no use on paper


def test_it_can_be_heard(pdf: Read, pages: dict[str, BeautifulSoup]):
    root = pdf.file.Root
    assert root.MarkInfo.Marked
    assert root.Lang == pages["index.html"].html["lang"]
    shown = sum(len(page.select("article :is(img, .gd-panels)")) for page in pages.values())
    assert len(pdf.heard("/Figure")) >= shown > 0
    assert [said for said in pdf.heard("/Figure") if len(said) < 10] == []
    written = [tag.get_text().strip() for p in pages.values() for tag in p.select("annotation")]
    assert pdf.heard("/Formula").count(r"\alpha") == written.count(r"\alpha") > 0


# ---------------------------------------------------------------- a site of one chapter


FRAME = """<html lang="{}">
<a class="brand">Buch</a><button class="menu">Inhalt</button>
<nav id="contents"><p><span class="caption-text">Teil</span></p>
<a class="internal" href="chapters/a.html">Kapitel</a></nav>
<article><section id="s"><h1>{}</h1>{}</section></article>
<footer class="foot"><p>Von uns.</p></footer>
</html>"""


@pytest.fixture(scope="module")
def sample(site: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site in another language, with each kind of fold."""
    folder = tmp_path_factory.mktemp("sample") / "zh"
    shutil.copytree(site / "_static", folder / "_static")
    question = ask("Wie viele?", 3, mistakes=[(4, "Falsch.")], hints=["Zähle."], why="Drei.")
    fold = "<details><summary>{}</summary><p>{}</p></details>".format
    code = '<details class="hide answer"><summary>Code</summary><pre>x</pre></details>'
    chapter = (
        f'{question.html}{fold("Beweis", "Offen.")}<section id="e"><h2>Aufgaben</h2>'
        f"<p><strong>1. Name.</strong> Was?</p>{fold('Hinweis', 'Denke.')}"
        f"{fold('Antwort', 'Neun.')}<div class='cell'>{code}</div><p>Ende.</p>"
        f'<pre>{"lang " * 60}\nkurz</pre><a href="../index.html#s">Anfang</a>'
        '<a href="../book.zip" download>Zip</a></section>'
    )
    (folder / "chapters").mkdir()
    (folder / "index.html").write_text(FRAME.format("zh-CN", "Buch", ""), encoding="utf-8")
    (folder / "chapters" / "a.html").write_text(
        FRAME.format("zh-CN", "Kapitel", chapter), encoding="utf-8"
    )
    return folder


@pytest.fixture(scope="module")
def printed(sample: Path) -> Read:
    """That site, printed; its language has no words in the tool."""
    index = sample / "index.html"
    index.write_text(index.read_text(encoding="utf-8").replace("zh-CN", "de"), encoding="utf-8")
    return printed_pdf(sample, sample / "a.pdf")


def test_hints_and_answers_stand_at_the_end_of_their_chapter(printed: Read):
    text = printed.text
    order = ("Wie viele?", "Beweis", "Offen.", "Aufgaben", "Was?", "Ende.", "Hints and answers")
    order += ("Zähle.", "3.", "Drei.", "1. Name.", "Denke.", "Neun.", "Code")
    places = [text.rfind(word) for word in order]
    assert -1 not in places, text
    assert places == sorted(places), text
    assert "Falsch." not in text
    assert text.count("lang") == 60  # a long line wraps
    assert len([link for link in printed.links if "/Dest" in link]) > 10


def test_words_come_from_the_site(sample: Path, printed: Read):
    assert "Inhalt" in printed.texts[1]
    assert re.findall("Contents|None", printed.text) == []
    index = sample / "index.html"
    index.write_text(index.read_text(encoding="utf-8").replace('"de"', '"zh"'), encoding="utf-8")
    book = tool.merge(sample)
    assert "提示与答案" in book
    assert "Hints and answers" not in book
