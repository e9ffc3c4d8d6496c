"""Print each edition of the built site as one PDF; Chrome or Chromium is needed.

    python tools/pdf.py [SITE ...]

Without a site, every edition in _build/html; the PDF stands beside its pages. All pages become
one, which the browser prints twice: once to learn on which page each part stands, once with these
numbers in it.
"""

import copy
import html
import posixpath
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib.resources import files
from itertools import product
from pathlib import Path
from string import ascii_uppercase
from urllib.parse import urlsplit

import pikepdf
from bs4 import BeautifulSoup, Tag
from bs4.element import PreformattedString

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "site" / "extensions"))
from katex_package import fetch  # noqa: E402
from pages import PDF  # noqa: E402

BROWSERS = (
    *("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"),
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
)
FLAGS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"),
    *("--no-first-run", "--disable-background-networking", "--disable-component-update"),
    *("--no-pdf-header-footer", "--generate-pdf-document-outline"),
)
ANSWERS = {"en": "Hints and answers", "zh": "提示与答案"}  # the one title that no page has
# What is of no use on paper, and is not hidden there by the site's own styles.
SCREEN = (
    ".headerlink, .begin, section:has(> .doors), details.hide:not(.answer), .expanded, "
    ".gd-notes, .gd-guess, .gd-ask > :is(button, [role=status])"
)
NUMBERED = re.compile(r"\d+\s*[.．、]")  # how an exercise begins
LETTERS = [*ascii_uppercase, *map("".join, product(ascii_uppercase, repeat=2))]  # as questions have
# Figures that play stand at their last picture, others at their first.
STILLS = """document.querySelectorAll(".gd-play").forEach((button) => {
  const input = button.closest(".gd-control").querySelector("input");
  input.value = input.max;
  input.dispatchEvent(new Event("input"));
});"""
# Of Noto Sans SC, npm has TrueType; what PyPI and Debian have, Chrome draws letter by letter.
CHINESE = "@fontsource/noto-sans-sc@5.3.0"
SHA512 = "HeqIlGm0+ohOKxZLuHj1qW6r6avHH0OWdKERAcSDI0RQ+MXrteuLKA+M+5eOA8rYy0MFvOR5AT0fQo2rUkye0Q=="
FONTS = Path(sys.prefix) / "share" / "noto-sans-sc-5.3.0"
HAN = "U+2014, U+2026, U+201C-201D, U+2E80-FFFF"  # and the signs that are as wide
# DejaVu, which matplotlib brings, has the signs that stand in code, and measured the figures.
DEJAVU = Path(str(files("matplotlib"))) / "mpl-data" / "fonts" / "ttf"


class Drawn(PreformattedString):
    """HTML that nothing here looks into: most of a page is formulas and pictures."""

    PREFIX = SUFFIX = ""


def read(path: Path) -> BeautifulSoup:
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def part(source: str) -> Tag:
    """Make an element."""
    return BeautifulSoup(source, "html.parser").contents[0]


def inner(tag: Tag) -> str:
    """Return what an element holds, without links and names."""
    tag = copy.copy(tag)
    for link in tag.select("a"):
        link.unwrap()
    for named in tag.select("[id]"):
        del named["id"]
    return tag.decode_contents().strip()


def page_of(name: str) -> str:
    """Leave room for the number of the page on which a part stands."""
    return f'<b data-page="{name}"></b>'


# ---------------------------------------------------------------- one page of the site


def article(site: Path, href: str, hrefs: list[str], language: str) -> Tag:
    """Return a page's text as a part of the book."""
    stem, text = Path(href).stem, read(site / href).article
    for formula in text.select(".katex"):
        # Chrome tags neither MathML nor what is hidden from listeners: so TeX is heard.
        tex = formula.select_one("annotation").get_text().strip()
        formula.select_one(".katex-mathml").decompose()
        shown = formula.select_one(".katex-html")
        del shown["aria-hidden"]
        shown["role"], shown["aria-label"] = "img", f"${tex}$"
    for svg in text.select("svg"):
        del svg["aria-hidden"]
    for drawn in text.select(".katex-html, svg, template"):
        drawn.string = Drawn(drawn.decode_contents())
    for image in text.select("img"):
        image.replace_with(
            Drawn(picture(site / posixpath.dirname(href) / image["src"], image["alt"]))
        )
    for tag in text.select(SCREEN):
        tag.decompose()
    lead(text, href, hrefs)
    for figure in text.select("figure"):
        figure["role"] = "group"  # what is a figure, and described, is the picture in it
    for pre in text.select("pre"):  # Pygments closes its parts at each line's end
        lines = pre.decode_contents().rstrip("\n").split("\n")
        pre.replace_with(part("<pre><span>" + "\n</span><span>".join(lines) + "</span></pre>"))
    for control in text.select(".gd-ask input"):
        control.replace_with(part(f'<span class="gd-{control["type"]}"></span>'))
    for unit in text.select(".gd-unit"):
        del unit["hidden"]
    for form, letter in zip(text.select(".gd-ask"), LETTERS, strict=False):
        form.name, form["data-letter"] = "div", letter
    move_answers(text, stem, ANSWERS.get(language[:2], ANSWERS["en"]))
    return text


def picture(path: Path, alt: str) -> str:
    """Draw a picture in the page: in a file of its own it would not have the book's fonts."""
    svg = path.read_text(encoding="utf-8")
    svg = re.sub("<style.*?</style>", "", svg[svg.index("<svg") :], count=1, flags=re.DOTALL)
    return svg.replace("<svg", f'<svg class="still" role="img" aria-label="{html.escape(alt)}"', 1)


def lead(text: Tag, href: str, hrefs: list[str]) -> None:
    """Make names unique in the book, put them on headings, and lead links to them."""
    stem = Path(href).stem
    for tag in text.select("[id]"):
        tag["id"] = f"{stem}--{tag['id']}"
    for link in text.select("a[href]"):
        url = urlsplit(str(link["href"]))
        page = posixpath.normpath(posixpath.join(posixpath.dirname(href), url.path))
        page = page if url.path else href
        if not url.scheme and page in hrefs:
            link["href"] = f"#{Path(page).stem}{url.fragment and '--' + url.fragment}"
        elif not url.scheme:
            link.unwrap()  # it leads to a file beside the pages
    for heading in text.select("h1, h2, h3, h4, h5"):
        below = href != "index.html"  # the others stand below the book's parts
        heading["aria-level"] = str(int(heading.name[1]) + below)
        if heading.parent.name == "section" and heading.parent.get("id"):
            # A section may begin on the page before that of its heading.
            heading["id"] = heading.parent["id"]
            del heading.parent["id"]


def answers(text: Tag) -> Iterator[Tag]:
    """Find folds that hold hints and answers; other folds, such as proofs, are opened in place."""
    for fold in text.select("details"):
        after = fold.find_next_sibling()
        if "answer" in fold.get("class", []):
            yield fold.find_parent(class_="cell")
        elif (
            fold.find_parent(class_="gd-ask")
            or exercise(fold)
            or (after is not None and after.select(":scope > details.answer"))
        ):
            yield fold


def exercise(tag: Tag) -> Tag | None:
    """Find the name of the exercise to which something belongs."""
    for before in tag.find_previous_siblings("p"):
        strong = before.find(True)
        if strong is not None and strong.name == "strong" and NUMBERED.match(before.get_text()):
            return strong
    return None


def move_answers(text: Tag, stem: str, title: str) -> None:
    """Move hints and answers to the end, with links there and back; open all folds."""
    end = part(f'<section><h2 id="{stem}--answers" aria-level="3">{title}</h2></section>')
    for number, fold in enumerate(list(answers(text)), 1):
        here, there = f"{stem}--asked-{number}", f"{stem}--answer-{number}"
        before = fold.find_previous_sibling()
        link = part(f'<a href="#{there}">{inner(fold.find("summary"))}</a>')
        if before is not None and before.get("class") == ["to-answers"]:
            before.extend([" · ", link])
        else:
            before = part(f'<p class="to-answers" id="{here}">→ {page_of(there)}: </p>')
            before.append(link)
            form = fold.find_parent(class_="gd-ask")
            asked = exercise(fold) or fold.find_previous(["h1", "h2", "h3"])
            name = form["data-letter"] if form else inner(asked)
            end.append(part(f'<p class="of"><a href="#{here}">{name}</a></p>'))
            fold.insert_before(before)
        fold["id"] = there
        end.append(fold.extract())
    if len(end) > 1:
        text.append(end)
    for fold in text.select("details"):
        fold.name, fold["class"] = "div", "fold"
        fold.summary["class"], fold.summary.name = "name", "p"


# ---------------------------------------------------------------- the book


def merge(site: Path) -> str:
    """Return the book as one page, with room for the numbers of its pages."""
    index = read(site / "index.html")
    language, title = str(index.html["lang"]), inner(index.select_one(".brand"))
    items = index.select("#contents .caption-text, #contents a.internal")
    hrefs = ["index.html", *(str(item["href"]) for item in items if item.name == "a")]
    texts = {href: article(site, href, hrefs, language) for href in hrefs}
    styles = {style.string: 0 for text in texts.values() for style in text.select("style")}
    script = index.select_one(".gd-explore script") or ""
    contents, body, rules, caption, number = "", "", "", "", 0
    for item in [None, *items]:
        if item is not None and item.name != "a":
            caption = f'<p class="part">{inner(item)}</p>'
            contents += caption
            continue
        href = "index.html" if item is None else str(item["href"])
        stem, text = Path(href).stem, texts[href]
        for own in text.select("style, script"):
            own.decompose()
        if href.startswith("chapters/"):
            number += 1
            text.h1.insert(0, f"{number} ")
        contents += f'<a class="chapter" href="#{stem}">{inner(text.h1)} {page_of(stem)}</a>'
        # The references and the like have too many sections to list.
        for h2 in text.select("h2[id]") if href.startswith("chapters/") else []:
            contents += f'<a class="section" href="#{h2["id"]}">{inner(h2)} {page_of(h2["id"])}</a>'
        # Each page of the site is a kind of page of its own, with its title at the foot.
        above = caption.replace("<p", '<p role="heading" aria-level="1"')
        body += (
            f'<article id="{stem}" style="page: p{stem}">{above}{text.decode_contents()}</article>'
        )
        running = re.sub(r'["\\]', r"\\\g<0>", text.h1.get_text().strip())
        rules += f'@page p{stem} {{ @bottom-left {{ content: "{running}" }} }}\n'
        caption = ""
    return f"""<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="stylesheet" href="{(site / "_static/katex/katex.css").as_uri()}">
<link rel="stylesheet" href="{(site / "_static/book.css").as_uri()}">
<style>{"".join(styles)}
{faces()}{Path(__file__).with_suffix(".css").read_text(encoding="utf-8")}
{rules}</style>
</head>
<body>
<div class="cover"><p class="title">{title}</p>{texts["index.html"].select_one(".gd-explore") or ""}
<footer>{imprint(index)}</footer></div>
<nav class="book-toc"><h1>{inner(index.select_one("button.menu"))}</h1>{contents}</nav>
{body}
{script}<script>{STILLS}</script>
</body>
</html>
"""


def imprint(index: BeautifulSoup) -> str:
    """Say on the cover whose book it is, which version, and where it stands."""
    cited = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    version = re.findall(r"^version: (\S+)", cited, re.MULTILINE)
    if (ROOT / ".git").exists() and shutil.which("git"):  # a clone, whose last commit has a date
        asked = ["git", "log", "-1", "--format=%cs"]
        version += subprocess.run(asked, cwd=ROOT, capture_output=True, text=True).stdout.split()
    links = index.select('link[rel="canonical"], .foot p:last-child a[href^="http"]')
    places = (f'<a href="{link["href"]}">{link["href"]}</a>' for link in links)
    lines = [index.select_one(".foot p").decode_contents(), " · ".join(version), *places]
    return "".join(f"<p>{line}</p>" for line in lines)


def faces() -> str:
    """Name the fonts that are not left to the system."""
    kinds = ("", "-Bold", "-Oblique", "-BoldOblique")
    fonts = [
        (family, DEJAVU / f"{family.replace(' ', '')}{kind}.ttf", kind, "U+0-10FFFF")
        for family, kind in product(("DejaVu Sans", "DejaVu Sans Mono"), kinds)
    ]
    for weight, kind in ((400, ""), (700, "-Bold")):
        fonts.append(("Noto Sans CJK SC", FONTS / f"{weight}.woff", kind, HAN))
    return "".join(
        f'@font-face {{ font-family: "{family}"; src: url("{path.as_uri()}"); '
        f"font-weight: {700 if 'Bold' in kind else 400}; unicode-range: {characters}; "
        f"font-style: {'oblique' if 'Oblique' in kind else 'normal'} }}\n"
        for family, path, kind, characters in fonts
    )


def unpack(archive: tarfile.TarFile, target: Path) -> None:
    """Keep two weights of Noto Sans SC."""
    for weight in (400, 700):
        name = f"package/files/noto-sans-sc-chinese-simplified-{weight}-normal.woff"
        (target / f"{weight}.woff").write_bytes(archive.extractfile(name).read())


def browser() -> str:
    """Find Chrome."""
    return next(filter(None, map(shutil.which, BROWSERS)), None) or sys.exit(
        "A PDF is printed by Chrome or Chromium, and there is none on the PATH."
    )


def chrome(page: Path, pdf: Path) -> None:
    """Print a page."""
    # A profile of its own: else a browser that is open already is asked, and prints nothing.
    own = (f"--user-data-dir={page.parent / 'profile'}", f"--print-to-pdf={pdf}")
    command = [browser(), *FLAGS, *own, page.as_uri()]
    subprocess.run(command, check=True, timeout=600, stderr=subprocess.DEVNULL)


def places(pdf: Path) -> dict[str, int]:
    """Return the page on which each name stands."""
    with pikepdf.open(pdf) as book:
        numbers = {page.objgen: number for number, page in enumerate(book.pages, 1)}
        return {str(name)[1:]: numbers[to[0].objgen] for name, to in book.Root.Dests.items()}


def finish(raw: Path, pdf: Path) -> None:
    """Say whose it is, call formulas formulas, and pack it: a third of the size."""
    config = (ROOT / "_config.yml").read_text(encoding="utf-8")
    (author,) = re.findall("^author: (.*)$", config, re.MULTILINE)
    with pikepdf.open(raw) as book:
        title = str(book.docinfo.Title)
        del book.docinfo  # a date, and the browser's name
        with book.open_metadata(set_pikepdf_as_editor=False) as about:
            about["dc:title"], about["dc:creator"] = title, [author]
            about["dc:language"] = [str(book.Root.Lang)]
        book.Root.PageMode = pikepdf.Name.UseOutlines
        span = pikepdf.Name.Span
        book.Root.StructTreeRoot.RoleMap = pikepdf.Dictionary(Strong=span, Em=span)
        for thing in book.objects:
            said = str(thing.get("/Alt", "")) if isinstance(thing, pikepdf.Dictionary) else ""
            if said.startswith("$"):
                thing.S, thing.Alt = pikepdf.Name.Formula, pikepdf.String(said.strip("$"))
        pikepdf.settings.set_flate_compression_level(9)
        book.save(
            pdf,
            object_stream_mode=pikepdf.ObjectStreamMode.generate,
            recompress_flate=True,
            deterministic_id=True,
        )


def make(site: Path, pdf: Path) -> None:
    """Print until the numbers of the pages are those that stand in the book."""
    browser()
    site = site.resolve()
    book = merge(site)
    with tempfile.TemporaryDirectory() as folder:
        page, raw = Path(folder, "book.html"), Path(folder, "book.pdf")
        if '<html lang="zh' in book:
            try:
                fetch(CHINESE, SHA512, FONTS, unpack)
            except (OSError, subprocess.CalledProcessError):
                sys.exit(f"Chinese needs {CHINESE}, which npm could not fetch: try again online.")
        pages: dict[str, int] = {}
        before: dict[str, int] | None = None
        while pages != before:
            numbered = re.sub(
                r'<b data-page="([^"]*)"></b>',
                lambda place, pages=pages: f"<b>{pages.get(place[1], '')}</b>",
                book,
            )
            page.write_text(numbered, encoding="utf-8")
            chrome(page, raw)
            pages, before = places(raw), pages
        finish(raw, pdf)
    print(f"{pdf}: {pdf.stat().st_size / 1e6:.1f} MB")


def main() -> None:
    """Print the sites that are named, or all editions, side by side."""
    html = ROOT / "_build" / "html"
    editions = [html, *(index.parent for index in sorted(html.glob("??/index.html")))]
    sites = [Path(name) for name in sys.argv[1:]] or editions
    with ThreadPoolExecutor() as pool:
        list(pool.map(make, sites, [site / PDF for site in sites]))


if __name__ == "__main__":
    main()
