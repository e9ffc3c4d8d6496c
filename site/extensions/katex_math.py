"""Set formulas while the book is built, with KaTeX, so that pages need no script for them.

KaTeX's script is run by QuickJS, inside this process: no other program, no server, no network.
`katex_package` has put it, and its style and fonts, into this environment.
"""

import json
from functools import cache

import quickjs
from docutils import nodes
from katex_package import HOME
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.errors import ExtensionError
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

# Strings go in and come out as JSON: QuickJS's Python side cannot read those it has not joined.
CALL = """(tex, displayMode) => {
  try {
    return JSON.stringify({html: katex.renderToString(tex, {displayMode, strict: "error"})});
  } catch (error) {
    return JSON.stringify({error: error.message});
  }
}"""
logger = logging.getLogger(__name__)


@cache
def _renderer() -> object:
    context = quickjs.Context()
    context.eval((HOME / "katex.min.js").read_text(encoding="utf-8"))
    return context.eval(CALL)


@cache
def render(tex: str, display: bool = False) -> str:
    """Return a formula's HTML, which holds MathML for those who listen."""
    answer = json.loads(_renderer()(tex, display))
    if "error" in answer:
        raise ValueError(answer["error"])
    return answer["html"]


def _math(self: HTML5Translator, node: nodes.Element, display: bool) -> None:
    try:
        html = render(node.astext(), display)
    except ValueError as error:
        logger.warning("%s", error, location=node)
        html = f"<code>{self.encode(node.astext())}</code>"
    self.body.append(f'<div class="math">{html}</div>' if display else html)
    raise nodes.SkipNode


def _serve_style(app: Sphinx, config: Config) -> None:
    if not HOME.exists():
        raise ExtensionError(
            "KaTeX is not here yet; fetch it once: python site/extensions/katex_package.py"
        )
    config.html_static_path.append(str(HOME / "static"))


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("config-inited", _serve_style)
    app.add_html_math_renderer(
        "katex",
        inline_renderers=(lambda self, node: _math(self, node, False), None),
        block_renderers=(lambda self, node: _math(self, node, True), None),
    )
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
