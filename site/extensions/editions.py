"""The same book in two languages: each page leads to the same place of the other.

GDLIB_EDITIONS names the editions that the site gets, such as "en zh"; make sets it, and where it is
not set each stands alone. The Chinese sources are made: tools/translate.py.
"""

import os
import re
from pathlib import Path

from docutils import nodes
from myst_parser.mdit_to_docutils.base import default_slugify
from passages import headings
from sphinx.application import Sphinx
from sphinx.config import Config
from sphinx.locale import _
from sphinx.transforms import SphinxTransform

ROOT = Path(__file__).resolve().parents[2]
# Sphinx's name of a language: the web's, its own name of itself, where it stands on the site.
EDITIONS = {"en": ("en", "English", ""), "zh_CN": ("zh-CN", "中文", "zh/")}
WORDS = re.compile(r'\bsay\("([^"]+)"')  # in the scripts


def others(config: Config) -> list[tuple[str, str, str]]:
    """List the other editions on the site."""
    built = os.environ.get("GDLIB_EDITIONS", "").split()
    known = {name: one for name, one in EDITIONS.items() if name.split("_")[0] in built}
    return [one for name, one in known.items() if name != config.language]


def set_address(app: Sphinx, config: Config) -> None:
    if config.html_baseurl:
        config.html_baseurl += EDITIONS[config.language][2]


def add_editions(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    tag, _name, folder = EDITIONS[app.config.language]
    root = app.config.html_baseurl.removesuffix(folder)
    up = context["content_root"] + "../" * folder.count("/")
    context["tag"] = tag
    context["card"] = f"_static/card{folder and '-zh'}.png"
    context["others"] = [
        (code, name, f"{up}{place}{pagename}.html", f"{root}{place}{pagename}.html")
        for code, name, place in others(app.config)
    ]
    scripts = (ROOT / "site" / "static").glob("*.js")
    said = sorted({word for script in scripts for word in WORDS.findall(script.read_text("utf-8"))})
    context["words"] = {word: str(_(word)) for word in said if str(_(word)) != word}


class NameSections(SphinxTransform):
    """Name the sections of a translation as the English ones are named: links hold in both."""

    default_priority = 300  # before links are looked up

    def apply(self, **kwargs: object) -> None:
        if self.config.language == "en":
            return
        source = ROOT / self.env.doc2path(self.env.docname, base=False)
        self.env.note_dependency(str(source))
        slugs = self.env.metadata[self.env.docname].get("myst_slugs", {})
        sections = list(self.document.findall(nodes.section))
        for section, english in zip(sections, headings(source), strict=False):
            name, old = nodes.make_id(english), section["ids"][0]
            if name and name not in self.document.ids:
                section["ids"][0] = name
                self.document.ids[name] = section
                ids = self.document.nameids
                ids.update({known: name for known, place in ids.items() if place == old})
            slugs[default_slugify(english)] = (section.line, section["ids"][0], section[0].astext())


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("config-inited", set_address, priority=600)  # after pages
    app.add_transform(NameSections)
    app.connect("html-page-context", add_editions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
