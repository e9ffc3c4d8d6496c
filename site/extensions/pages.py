"""What every page needs besides its text, and the files beside the pages.

A page gets its description, a policy that forbids every other origin, and the sizes of its
pictures. The site gets a search index, a sitemap, and an archive of itself. A build after an edit
makes the same bytes as a build from nothing: nothing is kept that was gathered while pages were
written, and what no page leads to is removed.
"""

import json
import os
import re
import zipfile
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import editions
from docutils import nodes
from questions import hashes
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.environment import BuildEnvironment
from sphinx.locale import _

ROOT = Path(__file__).resolve().parents[2]
ARCHIVE = "gradient-descent-book.zip"
PDF = "gradient-descent.pdf"  # there only where the site is published with it: GDLIB_PDF
EXTRA = {"404": _("Not here"), "search": _("Search")}  # pages without a source
SKIPPED = (
    nodes.math,
    nodes.math_block,
    nodes.literal_block,
    nodes.raw,
    nodes.image,
    nodes.Invisible,
)


def policy() -> str:
    """Write the policy: own files, and the scripts and styles that figures and questions carry."""
    return (
        f"default-src 'none'; script-src 'self' {hashes('js')}; "
        f"style-src 'self' 'unsafe-inline'; style-src-elem 'self' {hashes('css')}; "
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
        text = squeezed(plain(paragraph)).removeprefix(str(_("You will do:"))).strip()
        han = len(re.findall("[一-鿿]", text))  # one says as much as two letters or more
        if (
            len(text) + 2 * han < 50
            or "…" in text
            or not isinstance(paragraph.parent, nodes.section)
        ):
            continue
        if len(text) + han > length:
            cut = text[: length // 2 - 1] if han else text[: length - 1].rsplit(" ", 1)[0]
            text = cut.rstrip(",;:.，；：。、") + "…"
        return text[0].upper() + text[1:]
    return ""


def sections(doctree: nodes.document) -> list[tuple[str, str, str]]:
    """List anchor, title and text of a page's sections for the search: prose, then shown code."""

    def code(node: nodes.Node) -> str:
        if isinstance(node, nodes.literal_block):
            return f"{node.astext()} "
        if isinstance(node, nodes.section):
            return ""
        if isinstance(node, nodes.container):
            # Where an output comes in several forms, its text is not the one that is seen.
            picture = node.get("nb_element") == "mime_bundle" and len(node) > 1
            if picture or node.get("hide_mode") in ("all", "input"):
                return ""
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
    context.update(
        policy=policy(), archive=ARCHIVE, base=app.config.html_baseurl, look=app.config.book_sources
    )
    context["pdf"] = PDF if os.environ.get("GDLIB_PDF") else ""
    context["notebook"] = pagename in app.env.all_docs and str(app.env.doc2path(pagename)).endswith(
        ".ipynb"
    )
    if doctree is not None:
        title = context["page_title"] = squeezed(plain(app.env.titles[pagename]))
        other = str(_("{title}: a part of the book {book}."))
        other = other.format(title=title, book=app.config.html_title)
        context["description"] = describe(doctree) or other


def rooted(html: str, base: str) -> str:
    """Make a page's own links hold at any depth: the page for lost readers is shown there."""
    return re.sub(r'\b(href|src|action)="(?![a-z]+:|/|#)', rf'\1="{urlsplit(base).path}', html)


def sweep(folder: Path, docnames: set[str]) -> None:
    """Remove pages that are gone, and files that no page leads to."""
    pages = {folder / f"{name}.html" for name in (*docnames, *EXTRA)}
    for page in {*folder.rglob("*.html")} - pages:
        page.unlink()
    text = "".join(page.read_text(encoding="utf-8") for page in sorted(pages))
    for style in folder.glob("_static/**/*.css"):
        text += style.read_text(encoding="utf-8") if f"/{style.name}" in text else ""
    named = {"LICENSE", *re.findall(r"/([\w.-]+)", text)}
    for path in folder.glob("_*/**/*"):
        if path.is_file() and path.name not in named:
            path.unlink()


def archive(folder: Path) -> None:
    """Pack the site: the same bytes for the same site."""
    with zipfile.ZipFile(folder / ARCHIVE, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder).as_posix()
            if path.is_file() and name != ARCHIVE and not name.startswith((".", "reports/")):
                entry = zipfile.ZipInfo(f"gradient-descent-book/{name}", (1980, 1, 1, 0, 0, 0))
                entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
                data = path.read_bytes()
                if path.suffix == ".html":  # the archive holds neither itself nor the PDF
                    alone = f"(?:{ARCHIVE}|{PDF})".encode()
                    data = re.sub(rb'<a [^>]*href="[./]*%s"[^>]*>(.*?)</a>' % alone, rb"\1", data)
                    data = re.sub(
                        rb'<a class="language".*?</a>', b"", data
                    )  # nor what is beside it
                packed.writestr(entry, data)


def finish(app: Sphinx, exception: Exception | None) -> None:
    """Write the files beside the pages."""
    if exception or app.builder.name != "html":
        return
    folder, base, env = Path(app.outdir), app.config.html_baseurl, app.env
    index = [
        (f"{page}.html", anchor, squeezed(plain(env.titles[page])), title, text)
        for page in sorted(env.found_docs)
        for anchor, title, text in sections(env.get_doctree(page))
    ]
    data = json.dumps(index, ensure_ascii=False, separators=(",", ":"))
    (folder / "_static" / "search-data.js").write_text(f"const BOOK = {data};\n", encoding="utf-8")
    sweep(folder, env.found_docs)
    lines = ["User-agent: *", "Allow: /"]
    if base:
        lost = folder / "404.html"
        lost.write_text(rooted(lost.read_text(encoding="utf-8"), base), encoding="utf-8")
        pages = sorted(f"{page}.html" for page in env.found_docs)
        urls = "".join(f"<url><loc>{urljoin(base, page)}</loc></url>\n" for page in pages)
        (folder / "sitemap.xml").write_text(
            '<?xml version="1.0" encoding="UTF-8"?>\n'
            f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n{urls}</urlset>\n'
        )
        for place in ("", *(place for *_name, place in editions.others(app.config))):
            lines.append(f"Sitemap: {urljoin(base, f'{place}sitemap.xml')}")
    (folder / "robots.txt").write_text("\n".join(lines) + "\n")
    archive(folder)


def affected(app: Sphinx, env: BuildEnvironment) -> set[str]:
    """Name the pages to write anew: all, where something changed that a page says of another."""
    std, py = map(env.get_domain, ("std", "py"))
    titles = {name: title.astext() for name, title in env.titles.items()}
    known = (titles, env.toctree_includes, std.labels, std.anonlabels, py.objects)
    shared = repr([sorted(names.items()) for names in known])
    before, env.book_shared = getattr(env, "book_shared", ""), shared
    return set() if shared == before else env.found_docs


def set_address(app: Sphinx, config: Config) -> None:
    if url := os.environ.get("GDLIB_SITE_URL"):
        config.html_baseurl = url.rstrip("/") + "/"


def without_search(app: Sphinx) -> None:
    app.builder.search = False  # the search is ours


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("config-inited", set_address)
    app.connect("builder-inited", without_search)
    app.connect("env-updated", affected, priority=900)
    app.connect(
        "html-collect-pages",
        lambda app: [(name, {"title": title}, f"{name}.html") for name, title in EXTRA.items()],
    )
    app.connect("html-page-context", complete, priority=900)  # after everything else has added
    app.connect("build-finished", finish)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
