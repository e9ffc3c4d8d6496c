"""Rules for the chapters. Each is a function from a notebook to complaints.

A rule that cannot fail checks nothing: `BROKEN` holds, for each, a small good notebook
spoilt in one way, which that rule and no other must notice.
"""

import ast
import copy
import importlib.util
import re
import symtable
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import nbformat
import pytest
import repository
from nbformat import NotebookNode, v4

ROOT = Path(__file__).resolve().parent.parent
spec = importlib.util.spec_from_file_location("notebooks", ROOT / "tools" / "notebooks.py")
assert spec
assert spec.loader
notebooks = importlib.util.module_from_spec(spec)
spec.loader.exec_module(notebooks)

CHAPTERS: list[Path] = notebooks.chapters()
LISTED: list[Path] = notebooks.listed()  # with the appendices that are notebooks
FOLDED = {"remove-cell", "remove-input", "hide-input", "hide-cell"}
TAGS = FOLDED | {"nbval-ignore-output", "raises-exception"}
WRITTEN = "# One way to write it"
LONGEST_VISIBLE_CELL = 15


# ---------------------------------------------------------------- looking at cells


def tags(cell: NotebookNode) -> set[str]:
    return set(cell.metadata.get("tags", []))


def code_cells(nb: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in nb.cells if cell.cell_type == "code"]


def parsed(cell: NotebookNode) -> ast.Module:
    """Parse a code cell, its IPython magics left out."""
    return ast.parse(re.sub(r"^(\s*)[%!].*$", r"\1pass", cell.source, flags=re.MULTILINE))


def called(tree: ast.AST) -> dict[str, ast.Call]:
    """Return the calls in `tree` by the last name of what is called."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return {getattr(c.func, "attr", getattr(c.func, "id", "")): c for c in calls}


def is_moving(cell: NotebookNode) -> bool:
    return "explore" in called(parsed(cell))


def is_figure(cell: NotebookNode) -> bool:
    return is_moving(cell) or bool({"subplots", "figure"} & set(called(parsed(cell))))


def printed(cell: NotebookNode) -> str:
    """Return all that a code cell says in text."""
    parts = [o.get("text", "") + o.get("evalue", "") for o in cell.outputs]
    return "\n".join(parts + [o.get("data", {}).get("text/plain", "") for o in cell.outputs])


def exercises(nb: NotebookNode) -> list[tuple[str, str, list[NotebookNode]]]:
    """Return number, text and code cells of each exercise."""
    found: list[tuple[str, str, list[NotebookNode]]] = []
    inside = False
    for cell in nb.cells:
        if cell.cell_type == "code":
            if found:
                found[-1][2].append(cell)
            continue
        before, heading, after = cell.source.partition("## Exercises")
        inside = inside or bool(heading)
        if inside:
            start, *rest = re.split(
                r"^(?:\*\*|### )(?:Exercise )?(\d+)[.:]",
                after if heading else before,
                flags=re.MULTILINE,
            )
            if found:
                number, text, cells = found[-1]
                found[-1] = (number, text + start, cells)
            found += [(n, text, []) for n, text in zip(rest[::2], rest[1::2], strict=True)]
    return found


# ---------------------------------------------------------------- the rules

Rule = Callable[[NotebookNode, str], Iterator[str]]
RULES: list[Rule] = []


def rule(function: Rule) -> Rule:
    RULES.append(function)
    return function


@rule
def opens_with_what_the_reader_gets(nb: NotebookNode, name: str) -> Iterator[str]:
    first = nb.cells[0]
    if first.cell_type != "markdown" or not first.source.startswith("# "):
        yield "the first cell is not the title"
    for promise in ("**You will do", "**You will learn", "**You need"):
        if promise not in first.source:
            yield f"the first cell lacks {promise}**"


@rule
def asks_a_question_second(nb: NotebookNode, name: str) -> Iterator[str]:
    if nb.cells[1].cell_type != "markdown" or "?" not in nb.cells[1].source:
        yield "the second cell asks no question"


@rule
def has_one_title(nb: NotebookNode, name: str) -> Iterator[str]:
    for number, cell in enumerate(nb.cells[1:], start=2):
        if cell.cell_type == "markdown" and re.search(r"^# ", cell.source, re.MULTILINE):
            yield f"cell {number} has a second title"


@rule
def imports_first(nb: NotebookNode, name: str) -> Iterator[str]:
    first, second = code_cells(nb)[:2]
    if not all(isinstance(s, ast.Import | ast.ImportFrom) for s in parsed(first).body):
        yield "the first code cell holds more than imports"
    if second.source != "use_book_style()" or tags(second) != {"remove-cell"}:
        yield "the second code cell is not use_book_style(), tagged remove-cell"
    for cell in code_cells(nb)[1:]:
        if any(isinstance(s, ast.Import | ast.ImportFrom) for s in ast.walk(parsed(cell))):
            yield f"an import stands below the first code cell: {cell.source[:60]!r}"


@rule
def keeps_visible_cells_short(nb: NotebookNode, name: str) -> Iterator[str]:
    for cell in code_cells(nb):
        lines = len(cell.source.splitlines())
        if lines > LONGEST_VISIBLE_CELL and not FOLDED & tags(cell) and cell != code_cells(nb)[0]:
            yield f"{lines} visible lines: {cell.source[:60]!r}"


@rule
def uses_known_tags(nb: NotebookNode, name: str) -> Iterator[str]:
    for cell in nb.cells:
        if unknown := tags(cell) - (TAGS if cell.cell_type == "code" else set()):
            yield f"tags {sorted(unknown)}"


@rule
def says_what_figures_show(nb: NotebookNode, name: str) -> Iterator[str]:
    """A caption is a line in italics below the cell: JupyterLab shows it too."""
    names = []
    for cell, below in pairwise(nb.cells):
        if cell.cell_type != "code" or not is_figure(cell):
            continue
        where = repr(cell.source[:60])
        shown = cell.metadata.get("mystnb", {})
        figure, alt = shown.get("figure", {}), shown.get("image", {}).get("alt", "")
        if "caption" in figure:
            yield f"a caption in the metadata is lost in JupyterLab: {where}"
        if below.cell_type != "markdown" or not re.match(
            r"\*[^*\s](?:\\\*|[^*\n])*[.?!]\*(\n\n|\Z)", below.source
        ):
            yield f"no caption, a sentence in *italics*, stands below: {where}"
        if not re.fullmatch(rf"fig-{name[:2]}-[a-z0-9-]+", figure.get("name", "")):
            yield f"name is {figure.get('name')!r}; expected fig-{name[:2]}-something: {where}"
        names.append(figure.get("name"))
        if is_moving(cell):
            call = called(parsed(cell))["explore"]  # explore(draw, background, alt, …)
            if len(call.args) < 3 and "alt" not in {k.arg for k in call.keywords}:
                yield f"explore has no alt=: {where}"
        elif len(alt) < 20 or alt.lower().startswith(("figure", "image", "picture", "plot of")):
            yield f"alt text {alt!r} does not say what is seen: {where}"
    for twice in {n for n in names if names.count(n) > 1}:
        yield f"two figures are named {twice}"


def taken(table: symtable.SymbolTable) -> set[str]:
    """Return the names that a function takes from the notebook."""
    own = {s.get_name() for s in table.get_symbols() if s.is_global() and s.is_referenced()}
    return own.union(*map(taken, table.get_children()))


@rule
def keeps_what_its_figures_draw(nb: NotebookNode, name: str) -> Iterator[str]:
    """A slider calls the cell's functions later, when all other cells have been run."""
    cells = [cell for cell in code_cells(nb) if "%" not in cell.source]
    tables = [symtable.symtable(ast.unparse(parsed(cell)), name, "exec") for cell in cells]
    functions: dict[str, symtable.SymbolTable] = {}
    for place, cell in enumerate(cells):
        functions.update({f.get_name(): f for f in tables[place].get_children()})
        if not is_moving(cell):
            continue
        named = {s.get_name() for s in tables[place].get_symbols() if s.is_referenced()}
        reached = [*tables[place].get_children(), *(functions[n] for n in named & functions.keys())]
        needed = set()
        for function in reached:  # grows while it is read
            needed |= (names := taken(function))
            known = [functions[name] for name in names & functions.keys()]
            reached += [other for other in known if other not in reached]
        for later, table in zip(cells[place + 1 :], tables[place + 1 :], strict=True):
            bound = {s.get_name() for s in table.get_symbols() if s.is_assigned()}
            if changed := sorted((bound | {f.get_name() for f in table.get_children()}) & needed):
                yield f"{later.source[:60]!r} changes {changed}, from which a slider draws"


@rule
def folds_drawing_code(nb: NotebookNode, name: str) -> Iterator[str]:
    for cell in code_cells(nb):
        if is_figure(cell) and not {"hide-input", "hide-cell"} & tags(cell):
            yield f"the code of a figure is not folded: {cell.source[:60]!r}"


@rule
def figure_cells_show_one_thing(nb: NotebookNode, name: str) -> Iterator[str]:
    """The value of a last ``ax.set(…)`` would stand beside the figure, under the same caption."""
    for cell in code_cells(nb):
        last = parsed(cell).body[-1]
        if not isinstance(last, ast.Expr) or not is_figure(cell) or cell.source.endswith(";"):
            continue
        function = ast.unparse(last.value.func) if isinstance(last.value, ast.Call) else ""
        returns_nothing = r"(.*\.)?(draw_\w+|explore)|\w+|plt\.(show|tight_layout)"
        if not re.fullmatch(returns_nothing, function):
            yield f"the last line shows a value (end it with ;): {cell.source[-60:]!r}"


@rule
def ignores_only_outputs_that_vary(nb: NotebookNode, name: str) -> Iterator[str]:
    for cell in code_cells(nb):
        ignored = "nbval-ignore-output" in tags(cell)
        varies = re.search(r"tqdm|sys\.platform", cell.source)
        if ignored and not (is_figure(cell) or varies or notebooks.ASKING.search(cell.source)):
            yield f"nbval-ignore-output hides an output that is text: {cell.source[:60]!r}"
        if is_figure(cell) and not ignored:
            yield f"a figure lacks nbval-ignore-output: {cell.source[:60]!r}"


@rule
def gives_no_answer_away(nb: NotebookNode, name: str) -> Iterator[str]:
    """JupyterLab shows the first line of a cell whose code is folded."""
    for cell in code_cells(nb):
        ask = called(parsed(cell)).get("ask")
        answered = ask and (len(ask.args) > 1 or "answer" in {k.arg for k in ask.keywords})
        if answered and cell.source.splitlines()[0] != "ask(":
            yield f"a question does not begin with a line ask( of its own: {cell.source[:60]!r}"


@rule
def asks_for_a_guess_and_comes_back_to_it(nb: NotebookNode, name: str) -> Iterator[str]:
    if name not in {path.stem for path in CHAPTERS} | {"01_good"}:
        return
    sources = [cell.source for cell in code_cells(nb)]
    guesses = [found[1] for source in sources if (found := re.match(r"(\w+) = ask\(", source))]
    if not guesses:
        yield "no cell begins with guess = ask("
    for guess in guesses:
        if not any(f"{guess}.recall(" in source for source in sources):
            yield f"the guess {guess} does not come back: {guess}.recall(…)"


@rule
def lets_readers_write_first(nb: NotebookNode, name: str) -> Iterator[str]:
    """A stub with its check; then the book's version, folded, which the same check accepts."""
    cells = code_cells(nb)
    for cell, book in pairwise(cells):
        found = re.search(r"^check\((\w+), (like=[\w.]+)", cell.source, re.MULTILINE)
        if not found or "hide-cell" in tags(cell):
            continue
        if "not written yet." not in printed(cell):
            yield f"{found[1]} is more than a stub: it prints {printed(cell)!r}"
        if "hide-cell" not in tags(book) or not book.source.startswith(WRITTEN):
            yield f"no folded cell after {found[1]} begins with {WRITTEN!r}"
        if not re.search(rf"^assert check\(\w+, {found[2]}.*\)\.right", book.source, re.MULTILINE):
            yield f"the book's version of {found[1]} does not assert check(…, {found[2]}).right"


@rule
def prints_nothing_of_the_machine(nb: NotebookNode, name: str) -> Iterator[str]:
    for cell in code_cells(nb):
        for trace in re.findall(r"np\.\w+\(|0x[0-9a-f]{6,}|(?<![\w.])/\w+/[\w/]+", printed(cell)):
            yield f"the output holds {trace!r}: {cell.source[:60]!r}"


@rule
def says_how_to_install_gdlib(nb: NotebookNode, name: str) -> Iterator[str]:
    """Where gdlib is missing, IPython shows the line that failed, with what to do about it."""
    lines = code_cells(nb)[0].source.splitlines()
    first = next(i for i, line in enumerate(lines) if re.match(r"(import|from) gdlib", line))
    shown = "\n".join(lines[max(0, first - 2) : first])  # IPython shows two lines above it
    for source in ("..[chapters]", f"gdlib[chapters] @ git+{repository.PLACEHOLDER}"):
        if f'%pip install "{source}"' not in shown:
            yield f"above the first import of gdlib, no line installs {source!r}: {shown!r}"


@rule
def needs_no_tricks(nb: NotebookNode, name: str) -> Iterator[str]:
    tricks = r"sys\.path|PYTHONPATH|os\.chdir|%cd|^[!%]pip|filterwarnings|simplefilter"
    for cell in code_cells(nb):
        if found := re.search(tricks, cell.source, re.MULTILINE):
            yield f"{found[0]}: {cell.source[:60]!r}"


@rule
def is_plain_markdown(nb: NotebookNode, name: str) -> Iterator[str]:
    for cell in nb.cells:
        if cell.cell_type != "markdown":
            continue
        for found in re.findall(r"^(?:```+|:::+)\{[^}]*\}", cell.source, re.MULTILINE):
            yield f"a directive shows raw in JupyterLab: {found}"
        for found in re.findall(r"\{[a-z:]+\}`", cell.source):
            yield f"a role shows raw in JupyterLab: {found}"
        if cell.source.count("<details") != cell.source.count("</details>"):
            yield f"<details> without its end: {cell.source[:60]!r}"
        if re.search(r"</summary>\n?[^\n]|[^\n]\n</details>", cell.source):
            yield f"no blank line within <details>: {cell.source[:60]!r}"


@rule
def closes_with_what_was_learnt(nb: NotebookNode, name: str) -> Iterator[str]:
    text = "\n".join(cell.source for cell in nb.cells if cell.cell_type == "markdown")
    _, heading, learnt = text.partition("\n## What you learnt")
    if not heading:
        yield "there is no section: What you learnt"
        return
    bullets = re.findall(r"^[-*] ", learnt.partition("\n## ")[0], re.MULTILINE)
    if not 3 <= len(bullets) <= 6:
        yield f"What you learnt has {len(bullets)} points; expected 3 to 6"


@rule
def sets_exercises_with_answers(nb: NotebookNode, name: str) -> Iterator[str]:
    found = exercises(nb)
    if [number for number, *_ in found] != ["1", "2", "3", "4", "5"][: max(3, len(found))]:
        yield f"exercises are numbered {[number for number, *_ in found]}; expected 1 to 3, 4 or 5"
    for number, text, cells in found:
        asks = [ask for cell in cells if (ask := called(parsed(cell)).get("ask"))]
        hinted = any("hints" in {k.arg for k in ask.keywords} for ask in asks)
        if not (hinted or re.search(r"<summary>Hint", text)):
            yield f"exercise {number} has no hint"
        if not (asks or re.search(r"<summary>Answer", text)):
            yield f"exercise {number} has no answer in words"
        for cell in cells:
            first = cell.source.splitlines()[0]
            if re.search(
                rf"{notebooks.ASKING.pattern}|^check\(|^{WRITTEN}", cell.source, re.MULTILINE
            ):
                continue
            if "hide-cell" not in tags(cell):
                yield f"exercise {number} shows its code before it is asked to"
            if first != f"# Answer to exercise {number}, in code":  # a collapsed cell shows it
                yield f"the answer to exercise {number} begins with {first!r}"
            if cell.outputs:  # JupyterLab opens them again when the cell runs
                yield f"the answer to exercise {number} shows an output; let it only assert"


@rule
def leads_on(nb: NotebookNode, name: str) -> Iterator[str]:
    names = [path.stem for path in CHAPTERS]
    following = names[names.index(name) + 1 :] if name in names else ["02_next"]
    if name in {path.stem for path in LISTED} - set(names):
        following = []  # an appendix leads back to the contents
    target = rf"{following[0]}\.ipynb" if following else r"\.\./index\.md"
    if not re.search(rf"\]\({target}\)", nb.cells[-1].source):
        yield f"the last cell does not lead on to {target}"


@rule
def names_chapters_by_their_numbers(nb: NotebookNode, name: str) -> Iterator[str]:
    for cell in nb.cells:
        for text, number in re.findall(r"\[([^\]]*)\]\((\d\d)_[a-z_]+\.ipynb", cell.source):
            if (said := re.search(r"\d+$", text)) and int(said[0]) != int(number):
                yield f"a link says {text!r} and leads to chapter {int(number)}"


@rule
def was_run_from_top_to_bottom(nb: NotebookNode, name: str) -> Iterator[str]:
    counts = [cell.execution_count for cell in code_cells(nb)]
    if counts != list(range(1, len(counts) + 1)):
        yield f"execution counts are {counts}: nbval compares nothing where there is none"


# ---------------------------------------------------------------- the chapters


@pytest.fixture(scope="module", params=LISTED, ids=lambda path: path.stem)
def chapter(request: pytest.FixtureRequest) -> Path:
    return request.param


@pytest.mark.parametrize("check", RULES, ids=lambda check: check.__name__)
def test_chapter(chapter: Path, check: Rule):
    nb = nbformat.read(chapter, as_version=4)
    assert list(check(nb, chapter.stem)) == []


def test_chapter_is_in_normal_form(chapter: Path):
    assert notebooks.complaints(chapter) == [], "make notebooks brings it there"


def test_the_contents_list_every_chapter_once_and_in_order():
    listed = [path.name for path in CHAPTERS]
    assert sorted(path.name for path in (ROOT / "chapters").glob("*.ipynb")) == listed
    assert [name[:3] for name in listed] == [f"{n:02d}_" for n in range(1, len(listed) + 1)]


def test_the_contents_list_every_appendix_that_is_a_notebook():
    assert set((ROOT / "appendices").glob("*.ipynb")) == set(LISTED) - set(CHAPTERS)


def functions_defined(nb: NotebookNode) -> set[str]:
    """Return the names of the functions and classes that a notebook defines for later cells."""
    kinds = (ast.FunctionDef, ast.ClassDef)
    return {
        node.name
        for cell in code_cells(nb)
        if not is_figure(cell)
        and ("hide-cell" not in tags(cell) or cell.source.startswith(WRITTEN))
        for node in parsed(cell).body
        if isinstance(node, kinds)
    }


def defined_twice(books: dict[str, NotebookNode]) -> list[str]:
    owner: dict[str, str] = {}
    return [
        f"{function} in {name} and {owner[function]}"
        for name, nb in books.items()
        for function in sorted(functions_defined(nb))
        if owner.setdefault(function, name) != name
    ]


def test_no_helper_is_defined_twice():
    assert defined_twice({p.stem: nbformat.read(p, as_version=4) for p in LISTED}) == []


# ---------------------------------------------------------------- the rules can fail


def code(source: str, *names: str, **metadata: object) -> NotebookNode:
    return v4.new_code_cell(source, metadata={"tags": list(names), **metadata})


IMPORT = f"""# No gdlib? In a clone of the book: %pip install "..[chapters]"
# Anywhere else: %pip install "gdlib[chapters] @ git+{repository.PLACEHOLDER}"
import gdlib"""


def good() -> NotebookNode:
    """Return a small notebook that breaks no rule."""
    fold = "\n\n<details><summary>{}</summary>\n\nSo.\n\n</details>"
    exercise = "**{}. Try.** What if?" + fold.format("Hint") + fold.format("Answer")
    cells = [
        v4.new_markdown_cell(
            "# One\n\n**You will do:** x\n\n**You will learn:** y\n\n**You need** z"
        ),
        v4.new_markdown_cell("**The question.** Why?"),
        code(f"import numpy as np\n\n{IMPORT}"),
        code("use_book_style()", "remove-cell"),
        code("def double(x):\n    return 2 * x"),
        code("float(np.pi)"),
        code(
            "_, ax = plt.subplots()\ndraw_data(ax, x, y)",
            "hide-input",
            "nbval-ignore-output",
            mystnb={
                "figure": {"name": "fig-01-dots"},
                "image": {"alt": "Three dots that rise from left to right."},
            },
        ),
        v4.new_markdown_cell("*Dots on $2x$.*\n\nText.\n\n## What you learnt\n\n- a\n- b\n- c"),
        v4.new_markdown_cell("## Exercises\n\n" + exercise.format(1)),
        code("# Answer to exercise 1, in code\nassert True", "hide-cell"),
        v4.new_markdown_cell(exercise.format(2)),
        code("# Answer to exercise 2, in code\nassert True", "hide-cell"),
        v4.new_markdown_cell(exercise.format(3)),
        code('guess = ask("How many?")\nguess', "nbval-ignore-output", "remove-input"),
        code("def yours(x):\n    return ...\n\n\ncheck(yours, like=gdlib.mine)"),
        code(f"{WRITTEN}\nassert check(double, like=gdlib.mine).right", "hide-cell"),
        code("ask(\n    guess, 1, hints=[1]\n)", "nbval-ignore-output", "remove-input"),
        code("guess.recall(1)", "nbval-ignore-output", "remove-input"),
        v4.new_markdown_cell("**Next:** [two](02_next.ipynb)"),
    ]
    nb = v4.new_notebook(cells=cells)
    nb.cells[5].outputs = [
        v4.new_output("execute_result", data={"text/plain": "3.14"}, execution_count=4)
    ]
    nb.cells[14].outputs = [v4.new_output("stream", text="yours: not written yet.")]
    return notebooks.normalised(nb)


def replace(index: int, old: str, new: str) -> Callable[[NotebookNode], None]:
    def spoil(nb: NotebookNode) -> None:
        assert old in nb.cells[index].source
        nb.cells[index].source = nb.cells[index].source.replace(old, new)

    return spoil


def set_tags(index: int, *names: str) -> Callable[[NotebookNode], None]:
    return lambda nb: nb.cells[index].metadata.update(tags=list(names))


def caption(key: str, **values: str) -> Callable[[NotebookNode], None]:
    return lambda nb: nb.cells[6].metadata.mystnb[key].update(values)


def print_instead(text: str) -> Callable[[NotebookNode], None]:
    return lambda nb: nb.cells[5].outputs[0].data.update({"text/plain": text})


def print_in(index: int, text: str = "42\n") -> Callable[[NotebookNode], None]:
    said = v4.new_output("stream", name="stdout", text=text)
    return lambda nb: nb.cells[index].update(outputs=[said])


def count_nothing(nb: NotebookNode) -> None:
    nb.cells[5].execution_count = None


def draw_what_changes(nb: NotebookNode) -> None:
    """Let a figure with a slider depend on a name that a later cell binds again."""
    figure, later = nb.cells[6], nb.cells[11]
    draw = (
        "def draw(ax, k):\n    draw_dots(ax, double(k))\n\n\ndef double(k):\n    return k * factor"
    )
    figure.source = f'{draw}\n\n\nexplore(draw, alt="Dots.", k=range(3))'
    later.source += "\nfactor = 3"


def draw_what_an_earlier_cell_defines(nb: NotebookNode) -> None:
    """Let a figure with a slider share its functions with the cell above it."""
    draw_what_changes(nb)
    functions, _, call = nb.cells[6].source.rpartition("\n\n\n")
    nb.cells[4].source, nb.cells[6].source = functions, call


BROKEN: list[tuple[Rule, Callable[[NotebookNode], None]]] = [
    (opens_with_what_the_reader_gets, replace(0, "**You need**", "needs")),
    (opens_with_what_the_reader_gets, replace(0, "# One", "One")),
    (asks_a_question_second, replace(1, "?", ".")),
    (has_one_title, replace(7, "Text", "# Text")),
    (imports_first, replace(2, "import numpy as np", "import numpy as np\nx = 1")),
    (imports_first, replace(4, "    return", "    import math\n    return")),
    (imports_first, set_tags(3)),
    (keeps_visible_cells_short, replace(4, "2 * x", "(\n" + "    2 *\n" * 14 + "x)")),
    (uses_known_tags, set_tags(4, "output_scroll")),
    (uses_known_tags, set_tags(1, "hide-cell")),
    (says_what_figures_show, caption("figure", caption="Dots.")),
    (says_what_figures_show, replace(7, "2x$.*", "2x$*")),
    (says_what_figures_show, replace(7, "2x$.*\n", "2x$.*")),
    (says_what_figures_show, caption("figure", name="fig-02-dots")),
    (says_what_figures_show, caption("image", alt="")),
    (says_what_figures_show, replace(6, "draw_data(ax, x, y)", "explore(draw, w=range(3))")),
    (folds_drawing_code, set_tags(6, "nbval-ignore-output")),
    (figure_cells_show_one_thing, replace(6, "draw_data(ax, x, y)", "ax.set_xlim(0, 1)")),
    (ignores_only_outputs_that_vary, set_tags(5, "nbval-ignore-output")),
    (ignores_only_outputs_that_vary, set_tags(6, "hide-input")),
    (gives_no_answer_away, replace(16, "ask(\n    guess, 1", "ask(guess, 1")),
    (asks_for_a_guess_and_comes_back_to_it, replace(13, "guess = ask", "wish = ask")),
    (asks_for_a_guess_and_comes_back_to_it, replace(17, "guess.recall", "wish.recall")),
    (lets_readers_write_first, print_in(14, "yours: right, in all 3 cases.")),
    (lets_readers_write_first, set_tags(15)),
    (lets_readers_write_first, replace(15, "like=gdlib.mine", "like=other")),
    (prints_nothing_of_the_machine, print_instead("np.float64(3.14)")),
    (prints_nothing_of_the_machine, print_instead("<object at 0x7f00aabbcc>")),
    (prints_nothing_of_the_machine, print_instead("read from /home/me/data.csv")),
    (says_how_to_install_gdlib, replace(2, IMPORT, "import gdlib")),
    (says_how_to_install_gdlib, replace(2, "\nimport gdlib", "\n\nimport gdlib")),
    (keeps_what_its_figures_draw, draw_what_changes),
    (keeps_what_its_figures_draw, draw_what_an_earlier_cell_defines),
    (needs_no_tricks, replace(5, "float", "sys.path.append('..'); float")),
    (is_plain_markdown, replace(7, "Text", "```{note}\nText\n```\n")),
    (is_plain_markdown, replace(7, "Text", "{cite:p}`Efron2004`")),
    (is_plain_markdown, replace(12, "So.\n\n</details>\n", "So.\n")),
    (is_plain_markdown, replace(12, "</summary>\n\nSo", "</summary>\nSo")),
    (closes_with_what_was_learnt, replace(7, "- c", "")),
    (closes_with_what_was_learnt, replace(7, "## What you learnt", "## Summary")),
    (sets_exercises_with_answers, replace(8, "**1.", "**2.")),
    (sets_exercises_with_answers, replace(10, "Hint", "More")),
    (sets_exercises_with_answers, replace(10, "<summary>Answer", "<summary>More")),
    (sets_exercises_with_answers, set_tags(9)),
    (sets_exercises_with_answers, replace(9, "exercise 1", "exercise 2")),
    (sets_exercises_with_answers, print_in(9)),
    (leads_on, replace(18, "02_next", "03_other")),
    (names_chapters_by_their_numbers, replace(7, "Text", "[chapter 3](04_gradient.ipynb)")),
    (was_run_from_top_to_bottom, count_nothing),
]


@pytest.mark.parametrize("check", RULES, ids=lambda check: check.__name__)
def test_rule_accepts_a_good_notebook(check: Rule):
    assert list(check(good(), "01_good")) == []


@pytest.mark.parametrize(("check", "spoil"), BROKEN)
def test_rule_notices_a_bad_notebook(check: Rule, spoil: Callable[[NotebookNode], None]):
    nb = good()
    spoil(nb)
    assert [other.__name__ for other in RULES if list(other(nb, "01_good"))] == [check.__name__]


def test_every_rule_is_seen_to_fail():
    assert {check.__name__ for check in RULES} == {check.__name__ for check, _ in BROKEN}


def test_a_helper_defined_twice_is_noticed():
    found = ["double in 02_b and 01_a", "yours in 02_b and 01_a"]
    assert defined_twice({"01_a": good(), "02_b": good()}) == found


# ---------------------------------------------------------------- normal form


def spoilt_forms() -> dict[str, NotebookNode]:
    """Return notebooks that are each out of normal form in one way."""
    forms = {
        name: good() for name in ("image", "split stream", "timing", "metadata", "count", "fold")
    }
    forms["image"].cells[5].outputs[0].data["image/png"] = "iVBORw0KGgo="
    forms["split stream"].cells[4].outputs = [
        v4.new_output("stream", name="stdout", text=text) for text in ("a\n", "b\n")
    ]
    forms["timing"].cells[5].metadata["execution"] = {"iopub.execute_input": "2026-01-01"}
    forms["metadata"].metadata["widgets"] = {}
    forms["count"].cells[5].execution_count = 9
    del forms["fold"].cells[6].metadata["jupyter"]
    return forms


@pytest.mark.parametrize("name", spoilt_forms())
def test_normal_form_is_told_from_others(name: str, tmp_path: Path):
    path = tmp_path / "01_spoilt.ipynb"
    path.write_text(notebooks.text_of(spoilt_forms()[name]), encoding="utf-8")
    assert len(notebooks.complaints(path)) == 1
    assert notebooks.main(["--check", str(path)]) == 1
    assert notebooks.main(["--only-normalise", str(path)]) == 0
    assert notebooks.main(["--check", str(path)]) == 0


def test_normal_form_includes_how_the_file_is_written(tmp_path: Path):
    path = tmp_path / "01_good.ipynb"
    path.write_text(notebooks.text_of(good()), encoding="utf-8")
    assert notebooks.complaints(path) == []
    path.write_text(path.read_text(encoding="utf-8").rstrip("\n"), encoding="utf-8")
    assert len(notebooks.complaints(path)) == 1


def test_normalising_joins_streams_and_drops_what_is_not_text():
    nb = good()
    nb.cells[4].outputs = [
        v4.new_output("stream", name="stdout", text="a\n"),
        v4.new_output("display_data", data={"image/svg+xml": "<svg/>"}),
        v4.new_output("stream", name="stdout", text="b\n"),
        v4.new_output("error", ename="ValueError", evalue="no", traceback=["a file somewhere"]),
    ]
    stream, error = notebooks.normalised(nb).cells[4].outputs
    assert stream.text == "a\nb\n"
    assert (error.ename, error.evalue, error.traceback) == ("ValueError", "no", [])
    nb.cells[4].metadata.tags = ["nbval-ignore-output"]
    assert notebooks.normalised(nb).cells[4].outputs == []


def test_normalising_changes_nothing_that_is_in_normal_form():
    nb = good()
    assert notebooks.normalised(copy.deepcopy(nb)) == nb


def test_a_failing_cell_leaves_the_file_as_it_was(tmp_path: Path, capfd):
    nb = v4.new_notebook(cells=[v4.new_code_cell("1 / 0")])
    path = tmp_path / "01_failing.ipynb"
    path.write_text(notebooks.text_of(notebooks.normalised(nb)), encoding="utf-8")
    before = path.read_bytes()
    assert notebooks.main([str(path)]) == 1
    assert "ZeroDivisionError" in capfd.readouterr().err
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]
