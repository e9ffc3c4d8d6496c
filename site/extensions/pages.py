"""What every page needs besides its text, and the files beside the pages.

A page gets its description, a policy that forbids every other origin, the style of formulas if it
has some, and the sizes of its pictures. The site gets a search index, a picture for links to it,
a sitemap, and an archive of itself.
"""

import base64
import hashlib
import json
import os
import re
import zipfile
from importlib.resources import files
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from docutils import nodes
from matplotlib.figure import Figure
from myst_nb.sphinx_ import HideCodeCellNode
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

import gdlib
from gdlib.plots import draw_contours, draw_minimum, draw_path

ARCHIVE = "gradient-descent-book.zip"
CARD = "_static/card.png"
SKIPPED = (
    nodes.math,
    nodes.math_block,
    nodes.literal_block,
    nodes.raw,
    nodes.image,
    nodes.Invisible,
)


def _hash(kind: str) -> str:
    text = files("gdlib").joinpath(f"interactive/figure.{kind}").read_bytes()
    return f"'sha256-{base64.b64encode(hashlib.sha256(text).digest()).decode()}'"


def policy() -> str:
    """Write the policy: own files, and the one script and style that each moving figure carries."""
    return (
        f"default-src 'none'; script-src 'self' {_hash('js')}; "
        f"style-src 'self' 'unsafe-inline'; style-src-elem 'self' {_hash('css')}; "
        "style-src-attr 'unsafe-inline'; "  # KaTeX and the figures place things by it
        "img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; "
        "base-uri 'none'"
    )


def plain(node: nodes.Node) -> str:
    """Return a node's text without formulas and pictures."""
    if isinstance(node, nodes.Text):
        return str(node)
    if isinstance(node, SKIPPED):
        return " " if not isinstance(node, nodes.math) else "…"
    end = " " if isinstance(node, nodes.Body | nodes.Part | nodes.rubric) else ""
    return "".join(map(plain, node.children)) + end


def squeezed(text: str) -> str:
    return re.sub(r"\s+([.,;:?!)])", r"\1", " ".join(text.split()))


def describe(doctree: nodes.document, length: int = 160) -> str:
    """Describe a page by its first paragraph that reads well without formulas."""
    for paragraph in doctree.findall(nodes.paragraph):
        text = squeezed(plain(paragraph)).removeprefix("You will do: ").removeprefix("You will do ")
        if len(text) < 50 or "…" in text or not isinstance(paragraph.parent, nodes.section):
            continue
        if len(text) > length:
            text = text[: length - 1].rsplit(" ", 1)[0].rstrip(",;:.") + "…"
        return text[0].upper() + text[1:]
    return ""


def sections(doctree: nodes.document) -> list[tuple[str, str, str]]:
    """List anchor, title and text of a page's sections for the search: prose, then shown code."""

    def code(node: nodes.Node) -> str:
        if isinstance(node, nodes.section | HideCodeCellNode):
            return ""
        if isinstance(node, nodes.literal_block):
            return f"{node.astext()} "
        return "".join(map(code, node.children))

    found = []
    for section in doctree.findall(nodes.section):
        own = [child for child in section.children if not isinstance(child, nodes.section)]
        title = squeezed(plain(own[0]))
        found.append(
            (
                section["ids"][0],
                title,
                squeezed(" ".join(map(plain, own[1:])) + "".join(map(code, own))),
            )
        )
    return found


def size(path: Path) -> tuple[float, float] | None:
    """Read the size of an SVG in CSS pixels."""
    head = path.read_text(encoding="utf-8", errors="ignore")[:4000] if path.suffix == ".svg" else ""
    found = re.search(r'<svg[^>]*?\bwidth="([\d.]+)pt" height="([\d.]+)pt"', head)
    return (float(found[1]) * 4 / 3, float(found[2]) * 4 / 3) if found else None


def with_sizes(app: Sphinx, html: str) -> str:
    """Give pictures their sizes, so that nothing moves when they come; what is read comes first."""
    paths = {name: Path(app.srcdir, path) for path, name in app.builder.images.items()}

    def sized(found: re.Match[str]) -> str:
        path = paths.get(found["name"])
        known = size(path) if path else None
        place = f'width="{known[0]:.0f}" height="{known[1]:.0f}" ' if known else ""
        return f'{found[0][:-2]}{place}decoding="async" fetchpriority="low" />'

    return re.sub(r'<img [^>]*?src="[./]*_images/(?P<name>[^"]+)"[^>]*?/>', sized, html)


def with_scrollers(html: str) -> str:
    """Let a long name in a table break at its underscores, and a table that is too wide scroll."""

    def broken(cell: re.Match[str]) -> str:
        names = r'<span class="pre">[^<]*'
        return re.sub(names, lambda name: name[0].replace("_", "_<wbr>"), cell[0])

    html = re.sub(r"<td\b.*?</td>", broken, html, flags=re.DOTALL)
    return html.replace("<table", '<div class="wide"><table').replace("</table>", "</table></div>")


def with_silent_signs(html: str) -> str:
    """Keep the signs that link to headings for the mouse: nobody tabs through sixty of them."""
    return html.replace('class="headerlink"', 'class="headerlink" tabindex="-1" aria-hidden="true"')


def complete(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    """Put into a page's context what the layout takes from it."""
    body = context.get("body", "")
    if body:
        context["body"] = with_silent_signs(with_scrollers(with_sizes(app, body)))
    wanted = {"book.css", *(["katex/katex.css"] if 'class="katex' in body else [])}
    context["css_files"] = [
        css
        for css in context["css_files"]
        if str(getattr(css, "filename", css)).removeprefix("_static/") in wanted
    ]
    context["script_files"] = [
        js
        for js in context["script_files"]
        if str(getattr(js, "filename", js)) == "_static/book.js"
    ]
    context.update(policy=policy(), archive=ARCHIVE, card=CARD, base=app.config.html_baseurl)
    context["notebook"] = pagename in app.env.all_docs and str(app.env.doc2path(pagename)).endswith(
        ".ipynb"
    )
    if doctree is not None:
        title = context["page_title"] = squeezed(plain(app.env.titles[pagename]))
        other = f"{title}: a part of the book {app.config.html_title}."
        context["description"] = describe(doctree) or other
        app.env.book_search[pagename] = sections(doctree)


def rooted(html: str, base: str) -> str:
    """Make a page's own links hold at any depth: the page for lost readers is shown there."""
    return re.sub(r'\b(href|src|action)="(?![a-z]+:|/|#)', rf'\1="{urlsplit(base).path}', html)


def draw_card(path: Path) -> None:
    """Draw the picture that stands beside links to the book."""
    bmi, progression = gdlib.load_diabetes(["bmi"])
    objective = gdlib.squared_error((bmi - 20) / 10, progression)
    steps = list(gdlib.descend(objective, [-20.0], 20.0, learning_rate=0.6, num_iterations=300))
    figure = Figure(figsize=(12, 6.3), dpi=100, facecolor="white")
    ax = figure.add_axes((0, 0, 1, 1))
    draw_contours(ax, objective, (-60, 190), (-10, 230))
    draw_path(ax, [step.w[0] for step in steps], [step.b for step in steps])
    draw_minimum(ax, steps[-1].w[0], steps[-1].b)
    ax.set_axis_off()
    box = {"facecolor": "white", "edgecolor": "none", "pad": 14}
    ax.text(
        0.05,
        0.86,
        "Gradient descent,\nstep by step",
        fontsize=54,
        weight="bold",
        va="top",
        transform=ax.transAxes,
        bbox=box,
        zorder=9,
    )
    figure.savefig(path, metadata={"Software": None})


def archive(folder: Path) -> None:
    """Pack the site: the same bytes for the same site."""
    with zipfile.ZipFile(folder / ARCHIVE, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and name != ARCHIVE and not name.startswith((".", "reports/")):
                entry = zipfile.ZipInfo(f"gradient-descent-book/{name}", (1980, 1, 1, 0, 0, 0))
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                data = path.read_bytes()
                if path.suffix == ".html":  # the archive does not hold itself
                    data = re.sub(
                        rb'<a [^>]*href="[./]*%s"[^>]*>(.*?)</a>' % ARCHIVE.encode(), rb"\1", data
                    )
                packed.writestr(entry, data)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the files beside the pages."""
    if exception or app.builder.name != "html":
        return
    folder, base = Path(app.outdir), app.config.html_baseurl
    index = [
        (f"{page}.html", anchor, squeezed(plain(app.env.titles[page])), title, text)
        for page, parts in sorted(app.env.book_search.items())
        for anchor, title, text in parts
    ]
    data = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    (folder / "_static" / "search-data.js").write_text(f"const BOOK = {data};\n", encoding="utf-8")
    (folder / "searchindex.js").unlink(missing_ok=True)  # Sphinx's; ours is in its place
    draw_card(folder / CARD)
    lines = ["User-agent: *", "Allow: /"]
    if base:
        lost = folder / "404.html"
        lost.write_text(rooted(lost.read_text(encoding="utf-8"), base), encoding="utf-8")
        pages = sorted(f"{page}.html" for page in app.env.book_search)
        urls = "".join(f"<url><loc>{urljoin(base, page)}</loc></url>\n" for page in pages)
        (folder / "sitemap.xml").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
        )
        lines.append(f"Sitemap: {urljoin(base, 'sitemap.xml')}")
    (folder / "robots.txt").write_text("\n".join(lines) + "\n")
    archive(folder)


def prepare(app: Sphinx, env: BuildEnvironment, docnames: list[str]) -> None:
    env.book_search = {}


def set_address(app: Sphinx, config: object) -> None:
    if url := os.environ.get("GDLIB_SITE_URL"):
        config.html_baseurl = url.rstrip("/") + "/"


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("config-inited", set_address)
    app.connect("env-before-read-docs", prepare)
    app.connect("html-collect-pages", lambda app: [("404", {"title": "Not here"}, "404.html")])
    app.connect("html-page-context", complete, priority=900)  # after everything else has added
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": False}
