"""Set the questions of the chapters, and list them all on one page.

A question comes as HTML of its own (`gdlib.interactive.ask`): its formulas are set here, and its
style and script stand on a page once. The page `appendices/questions` gets every question with its
answer, read from the stored chapters.
"""

import base64
import hashlib
import re
from html import unescape

from docutils import nodes
from katex_math import render
from sphinx.application import Sphinx
from sphinx.environment import BuildEnvironment

from gdlib.interactive.carried import CARRIED, asset, script, style

LIST = "appendices/questions"
MARK = "<!-- all questions -->"
FORM = re.compile(r'<form class="gd-ask".*?</form>', re.DOTALL)


def hashes(kind: str) -> str:
    """Return what the policy says of the styles or the scripts that figures and questions carry."""
    sums = (hashlib.sha256(asset(f"{name}.{kind}").encode()).digest() for name in CARRIED)
    return " ".join(f"'sha256-{base64.b64encode(one).decode()}'" for one in sums)


def with_formulas(html: str) -> str:
    marked = r'<span class="gd-tex">\$(.*?)\$</span>'
    return re.sub(marked, lambda found: render(unescape(found[1])), html)


def carried_once(html: str) -> str:
    """Keep the first copy of a style, and the last of a script, which wires all before it."""
    for name in CARRIED:
        first, last = style(name), script(name)
        before, found, after = html.partition(first)
        html = before + found + after.replace(first, "")
        before, found, after = html.rpartition(last)
        html = before.replace(last, "") + found + after
    return html


def forms(doctree: nodes.document) -> list[str]:
    """Return the questions of a page that have an answer, as they stand in its source."""
    raw = [node.astext() for node in doctree.findall(nodes.raw)]
    found = [form for text in raw for form in FORM.findall(text)]
    return [form for form in found if '<details class="gd-answer">' in form]


def listed(env: BuildEnvironment, page: str) -> str:
    """List a chapter's questions and answers."""
    items = []
    for form in forms(env.get_doctree(page)):
        asked = re.search(r"<label>(.*?) <input|<legend>(.*?)</legend>", form, re.DOTALL)
        choices = re.findall(r"<label><input[^>]*><span>(.*?)</span></label>", form)
        answer = re.search(r'"gd-answer"><summary>.*?</summary><p>(.*?)</p>', form, re.DOTALL)
        offered = f" <em>{' · '.join(choices)}</em>" if choices else ""
        items.append(f"<li>{asked[1] or asked[2]}{offered}<br>{answer[1]}</li>")
    title = env.titles[page].astext()
    head = f'<h2 id="{page.rpartition("/")[2]}"><a href="../{page}.html">{title}</a></h2>'
    return f"<section>{head}<ol>{''.join(items)}</ol></section>" if items else ""


def set_questions(
    app: Sphinx, pagename: str, templatename: str, context: dict, doctree: nodes.document | None
) -> None:
    body = context.get("body", "")
    if pagename == LIST:
        pages = [page for page in app.env.toctree_includes[app.config.root_doc] if page != LIST]
        body = body.replace(MARK, "".join(listed(app.env, page) for page in pages))
    context["body"] = with_formulas(carried_once(body))


def affected(app: Sphinx, env: BuildEnvironment) -> set[str]:
    """Have the list written again where a question changed."""
    asked = repr([forms(env.get_doctree(page)) for page in sorted(env.found_docs)])
    before, env.book_questions = getattr(env, "book_questions", ""), asked
    return set() if asked == before else {LIST} & env.found_docs


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("env-updated", affected, priority=900)
    app.connect("html-page-context", set_questions)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
