"""Find what a reader reads in a source: the passages that `translate` translates.

One walk over a source, with a function `say` that is handed each passage and its kind and answers
with what stands in its place. One that answers with the passage extracts; one that looks
translations up translates. Passages of code are as they stand between the quotes, with backslashes.
"""

import ast
import io
import json
import re
import tokenize
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import yaml
from markdown_it import MarkdownIt
from mdit_py_plugins.amsmath import amsmath_plugin
from mdit_py_plugins.attrs import attrs_block_plugin
from mdit_py_plugins.dollarmath import dollarmath_plugin
from mdit_py_plugins.front_matter import front_matter_plugin

Say = Callable[[str, str], str]  # passage, kind -> passage

MARKDOWN = MarkdownIt("commonmark").enable("table").use(front_matter_plugin).use(amsmath_plugin)
MARKDOWN.use(attrs_block_plugin).use(dollarmath_plugin)
WORD = re.compile(r"[^\W\d_]{2,}")
MEASURED = r"\d\s([mµ]s|MB|kB)\b"  # the same in every language
KEPT = r"(?<!`)`[^`]+`", r"\$[^$]+\$", r"\]\([^)]+\)", r"<[^>]+>", r"\{\{.*?\}\}", r"https?://\S+"


def words(pattern: str, text: str, say: Say, kind: str) -> str:
    """Let `say` see the first group of each match that holds a word."""

    def said(found: re.Match[str]) -> str:
        inner = found[1].strip()
        if not WORD.search(re.sub("|".join([*KEPT, MEASURED]), "", inner)):
            return found[0]
        return found[0].replace(inner, say(inner, kind))

    return re.sub(pattern, said, text)


def markdown(source: str, say: Say) -> str:
    """Walk over Markdown: paragraphs, headings, cells of tables, summaries, words in formulas."""
    lines, edits, in_table = source.split("\n"), [], False
    for token in MARKDOWN.parse(source):
        first, last = token.map or (0, 0)
        in_table = token.type == "table_open" or (in_table and token.type != "table_close")
        old = "\n".join(lines[first:last])
        new = old
        if token.type == "inline" and not in_table:
            head, *rest = map(str.strip, token.content.split("\n"))
            mark = lines[first].rstrip()[: -len(head)] if head else ""
            kind = "heading" if "#" in mark else ""
            new = mark + words("(?s)(.+)", " ".join([head, *rest]), say, kind)
        elif token.type == "tr_open":
            new = words(r"((?:\\\||[^|])+)", old, say, "cell of a table")
        elif token.type == "html_block":
            new = words(r"<summary>(.*?)</summary>", old, say, "summary")
        elif token.type in ("math_block", "amsmath"):
            new = words(r"\\text\{([^{}]*)\}", old, say, "words in a formula")
        elif token.type == "fence" and re.match(r"python|\{code-cell\}", token.info):
            mark, content = re.match(r"[\s>]*", lines[first])[0], token.content.removesuffix("\n")
            options = re.match(r"(?s)---\n.*?\n---\n|(:[^\n]*\n)*", content)[0]
            said = described(options, say) + code(content[len(options) :], say)
            body = [(mark + line).rstrip() for line in said.split("\n")]
            new = "\n".join([lines[first], *body, lines[last - 1]])
        if new != old:
            edits.append((first, last, new))
    for first, last, new in reversed(edits):
        lines[first:last] = [new]
    return "\n".join(lines)


# What tells a reader nothing, only matplotlib, NumPy or a file: arguments, calls, keys, texts.
SILENT = re.compile(
    "ha|va|colors?|linestyle|marker|[xy]scale|textcoords|xycoords|which|(marker)?(face|edge)color|"
    "weight|aspect|axis|norm|dtype|indexing|side|where|loc|scale|invalid|over|all|divide|action|"
    "encoding|projection|fmt|solver|kernel|\\w*capstyle"
)
SILENT_CALLS = re.compile(
    "load_diabetes|set_(aspect|[xy]scale|pane_color)|use|getattr|einsum|open|environ|replace"
)
SILENT_KEYS = re.compile("cases|mistakes|parts|use|update")  # of check, and of descend
TECHNICAL = re.compile(
    r"[A-Za-z\d]+(_[A-Za-z\d]+)+|(Rss|Vm)\w+|Unable to .*|np\..*|newton-cholesky|\S+\.\w+|utf-8.*|"
    r"Adelie|Chinstrap|Gentoo|Biscoe|NA|n/a|na|nan|null|bmi|(fe)?male|"
    r"arrowstyle|linewidth|shrink[AB]|boxstyle|(marker)?(face|edge)?color|fontsize|alpha|marker|label|"
    r"center|left|right|top|bottom|equal|log|none|white|black|linestyle|zorder|pad|projection|3d|tol|"
    r"round,pad=.*|species|island|sex|numbers|words|columns|least|most|textcoords|xycoords|xytext|ha|"
    r"(offset|axes) (points|fraction)|unit|va|linux|markersize|solver|MemoryError|distributed\..*"
)
PIECE = re.compile(r"""(?s)([rRfFbBuU]*)(\"{3}|'{3}|"|')(.*?)(?<!\\)\2""")


def is_program(text: str) -> bool:
    """Tell whether a text is Python that another process runs: a few statements."""
    if not re.search("[\n;]", text):
        return False  # a label such as loss = 0
    try:
        return any(isinstance(n, ast.Assign | ast.Import) for n in ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError):
        return False


def texts(node: ast.AST, kind: str = "code") -> Iterator[tuple[ast.expr, str]]:
    """Find the literals of a cell that a reader may see, with what they are."""
    name = getattr(node, "arg", None) or getattr(getattr(node, "func", None), "attr", None)
    name = name or getattr(getattr(node, "func", None), "id", None)
    silent = {ast.keyword: SILENT, ast.Call: SILENT_CALLS}.get(type(node))
    if silent and silent.fullmatch(name or ""):
        if isinstance(node, ast.Call):  # not what is changed: "a text".replace(...)
            yield from texts(node.func, kind)
        return
    if isinstance(node, ast.JoinedStr):
        yield node, kind
        return
    if isinstance(node, ast.Constant):
        text = node.value
        looked_up = kind == "key" and isinstance(text, str) and SILENT_KEYS.fullmatch(text)
        if isinstance(text, str) and not looked_up:
            yield node, kind
        return
    keys = isinstance(node, ast.Compare) or getattr(node, "keys", ())
    held = isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef)
    documented = held and ast.get_docstring(node)
    for child in ast.iter_child_nodes(node):
        if documented and child is node.body[0]:
            yield child.value, "docstring"
        elif isinstance(node, ast.Subscript) and child is node.slice:
            yield from texts(child, "key")
        else:
            yield from texts(child, "key" if keys is True or child in keys else kind)


def keys_within(node: ast.expr) -> set[str]:
    """Return the keys in an f-string's fields, which change wherever else they do."""
    looked_up = [n.slice for n in ast.walk(node) if isinstance(n, ast.Subscript)]
    keys = {n.value for n in looked_up if isinstance(n, ast.Constant) and isinstance(n.value, str)}
    return {key for key in keys if WORD.search(key) and not TECHNICAL.fullmatch(key)}


def code(source: str, say: Say) -> str:
    """Walk over Python: texts that are printed, drawn or read, and comments."""
    try:
        tree = ast.parse(source)
    except SyntaxError:  # a cell with magics stays as it is
        return source
    data = source.encode()
    starts = [0, *(found.end() for found in re.finditer(b"\n", data))]
    edits = []
    for node, kind in texts(tree):
        start = starts[node.lineno - 1] + node.col_offset
        end = starts[node.end_lineno - 1] + node.end_col_offset
        pieces = PIECE.findall(data[start:end].decode())
        mark = max((mark.lower() for mark, _, _ in pieces), key=len)
        braces = "(?!)" if "f" not in mark else "[{}]"  # of plain pieces beside f-strings
        said = text = "".join(
            text if "f" in own.lower() else re.sub(braces, r"\g<0>\g<0>", text)
            for own, _, text in pieces
        )
        if text.startswith("\n<!--"):  # tables that a page shows and draws
            said = markdown(text, say)
        elif is_program(text):
            said = text if "\\" in text else code(text, say)
        elif WORD.search(re.sub(r"\{[^{}'\"]*\}", "", text)) and not TECHNICAL.fullmatch(text):
            said = say(text, f"{kind} f-string" if "f" in mark else kind)
        for key in keys_within(node):
            said = said.replace(f"'{key}'", f"'{say(key, 'key')}'")
        if said != text:
            edits.append((start, end, f"{mark}{pieces[0][1]}{said}{pieces[0][1]}"))
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        text = token.string.lstrip("#").strip()
        if token.type == tokenize.COMMENT and not re.match(r"noqa|type:|ruff", text):
            row, column = token.start
            start = starts[row - 1] + len(token.line[:column].encode())
            if WORD.search(text) and (said := say(text, "comment")) != text:
                edits.append((start, start + len(token.string.encode()), f"# {said}"))
    for start, end, new in sorted(edits, reverse=True):
        data = data[:start] + new.encode() + data[end:]
    return data.decode()


def described(options: str, say: Say) -> str:
    """Walk over a cell's options in Markdown: its alt text."""

    def said(found: re.Match[str]) -> str:
        return found[1] + json_of(say(yaml.safe_load(found[2]), "alt text"))

    return re.sub(r"(?m)^( +alt: )(.*)$", said, options)


def notebook(source: str, say: Callable[[str, str, str], str], outputs: bool) -> str:
    """Walk over a notebook; `say` is told the cell, too."""
    whole = json.loads(source)
    for cell in whole["cells"]:

        def here(text: str, kind: str, cell: str = cell["id"]) -> str:
            return say(text, kind, cell)

        walk_cell = markdown if cell["cell_type"] == "markdown" else code
        cell["source"] = walk_cell("".join(cell["source"]), here).splitlines(keepends=True)
        image = cell["metadata"].get("mystnb", {}).get("image", {})
        if "alt" in image:
            image["alt"] = here(image["alt"], "alt text")
        if cell["cell_type"] == "code" and not outputs:
            cell["outputs"], cell["execution_count"] = [], None
    return json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True) + "\n"


def settings(source: str, say: Say) -> str:
    """Walk over _config.yml or _toc.yml: titles, captions, prompts."""
    keys = r"(?m)^(\s*(?:- )?(?:title|author|caption|nb_code_prompt_\w+): )(.*)$"
    return re.sub(keys, lambda found: found[1] + json_of(say(found[2], "setting")), source)


def frame(source: str, say: Say) -> str:
    """Walk over the site's frame or gdlib: words in calls of `_` and `say`, left there."""
    for word in re.findall(r"""\b(?:_|say)\(\s*((?:"(?:[^"\\\n]|\\.)*"\s*)+)""", source):
        say(ast.literal_eval(f"({word})"), "words; {places} stay")
    return source


def sentences(source: str, say: Say) -> str:
    """Walk over tasks.py, whose sentences `check` says."""
    for node, kind in texts(ast.parse(source)):
        if kind == "code" and isinstance(node, ast.Constant) and " " in node.value:
            say(node.value, "sentence")
    return source


def json_of(thing: object) -> str:
    return json.dumps(thing, ensure_ascii=False, indent=1)


def headings(path: Path) -> list[str]:
    """List the headings of a notebook or a Markdown file that begin a section, without markup."""
    text = path.read_text(encoding="utf-8")
    cells = json.loads(text)["cells"] if path.suffix == ".ipynb" else [{"source": text}]
    found = []
    for cell in cells:
        if cell.get("cell_type", "markdown") == "markdown":
            tokens = MARKDOWN.parse("".join(cell["source"]))
            for mark, inline in pairwise(tokens):
                if mark.type == "heading_open" and mark.level == 0:
                    found.append("".join(part.content for part in inline.children or []))
    return found


def walk(path: Path, say: Callable[[str, str, str], str], outputs: bool = False) -> str:
    """Walk over one source and return it as `say` left it."""
    source = path.read_text(encoding="utf-8")
    if path.suffix == ".ipynb":
        return notebook(source, say, outputs)

    def here(text: str, kind: str) -> str:
        named = path.name == "references.md" and text not in source.partition("\n## ")[0]
        return text if named else say(text, kind, "")  # names and titles stay as they are

    walks = {".md": markdown, ".yml": settings, "tasks.py": sentences}
    return (walks.get(path.name) or walks.get(path.suffix) or frame)(source, here)
