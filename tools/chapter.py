"""Begin a chapter: a notebook that passes the rules, its line in both contents, the link to it.

    python tools/chapter.py 12_noun

It stands after the last chapter. What it says is for you to replace.
"""

import re
import sys
from pathlib import Path

import nbformat
import notebooks
from nbformat import NotebookNode, v4

ROOT = notebooks.ROOT
INSTALL = """# No gdlib? In a clone of the book: %pip install "..[chapters]"
# Anywhere else: %pip install "gdlib[chapters] @ git+https://github.com/OWNER/BOOK"
"""
OPENING = """# {title}

**You will do:** say what the reader builds here.

**You will learn:** say what they know afterwards.

**You need:** [chapter {number}]({before}.ipynb)."""
EXERCISE = """**{number}. A name.** What is asked?

<details><summary>Hint</summary>

Where to look.

</details>
"""
ANSWER = "\n<details><summary>Answer</summary>\n\nIt is so.\n\n</details>"
LAST = "**Next:** back to [the first page](../index.md)."


def scaffold(name: str, before: str) -> NotebookNode:
    """Return a chapter that breaks no rule and says nothing yet."""
    number, title = name[:2], name[3:].replace("_", " ").capitalize()
    opening = OPENING.format(title=title, number=int(before[:2]), before=before)
    dots = {
        "tags": ["hide-input", "nbval-ignore-output"],
        "mystnb": {
            "figure": {"name": f"fig-{number}-dots"},
            "image": {"alt": "Three dots on a line that rises to the right."},
        },
    }
    imports = (
        f"import matplotlib.pyplot as plt\n\n{INSTALL}from gdlib.interactive import ask\n"
        "from gdlib.plots import use_book_style"
    )
    cells = [
        v4.new_markdown_cell(opening),
        v4.new_markdown_cell("**The question.** What would you like to know?"),
        v4.new_code_cell(imports),
        v4.new_code_cell("use_book_style()", metadata={"tags": ["remove-cell"]}),
        v4.new_code_cell('guess = ask("A guess: how much is one and one?")\nguess'),
        v4.new_markdown_cell("## A picture before a formula"),
        v4.new_code_cell('_, ax = plt.subplots()\nax.plot([1, 2, 3], "o");', metadata=dots),
        v4.new_markdown_cell("*What the reader sees: the caption, in italics.*"),
        v4.new_code_cell("1 + 1"),
        v4.new_code_cell("guess.recall(1 + 1)"),
        v4.new_markdown_cell("## What you learnt\n\n- One.\n- Two.\n- Three."),
        v4.new_markdown_cell(
            "## Exercises\n\n"
            + "\n".join(EXERCISE.format(number=number) + ANSWER + "\n" for number in (1, 2, 3))
        ),
        v4.new_markdown_cell(LAST),
    ]
    chapter = v4.new_notebook(cells=cells, metadata=notebooks.METADATA)
    for number, cell in enumerate(chapter.cells, start=1):
        cell.id = f"cell-{number:02d}"
    return chapter


def add(path: Path, after: str, line: str) -> None:
    """Write `line` below the one that the pattern `after` finds, whose groups it may use."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(rf"^{after}$", rf"\g<0>\n{line}", text, count=1, flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8", newline="\n")


def lead_on(path: Path, name: str, title: str) -> None:
    """Let the chapter that was the last one lead to the new one."""
    chapter = nbformat.read(path, as_version=4)
    link = rf"\[[^\]]*\]\((?:\.\./index\.md|{re.escape(name)}\.ipynb)\)"
    last = chapter.cells[-1]
    last.source, found = re.subn(link, f"[{title}]({name}.ipynb)", last.source, count=1)
    if not found:
        last.source += f"\n\n**Next:** [{title}]({name}.ipynb)"
    notebooks.write(path, notebooks.text_of(notebooks.normalised(chapter)))


def begin(name: str, root: Path = ROOT) -> Path:
    """Write the chapter `name` and what leads to it."""
    listed = notebooks.chapters(root)
    expected = f"{len(listed) + 1:02d}"
    if not re.fullmatch(r"\d\d_[a-z][a-z0-9_]*", name) or name[:2] != expected:
        raise ValueError(
            f"NAME is {name!r}; expected {expected} and a noun: make chapter NAME={expected}_noun"
        )
    before = listed[-1].stem
    path = root / "chapters" / f"{name}.ipynb"
    chapter = scaffold(name, before)
    notebooks.execute(chapter, path.parent)
    notebooks.write(path, notebooks.text_of(notebooks.normalised(chapter)))
    title = chapter.cells[0].source.splitlines()[0].removeprefix("# ")
    add(root / "_toc.yml", rf"( *- file: chapters/){before}(\.ipynb)?", rf"\g<1>{name}")
    row = f"| [{int(name[:2])} {title}](chapters/{name}.ipynb) | | |"
    add(root / "index.md", rf"\| \[.*\]\(chapters/{before}\.ipynb\).*", row)
    lead_on(listed[-1], name, title)
    return path


def main() -> None:
    try:
        path = begin(sys.argv[1] if len(sys.argv) > 1 else "")
    except ValueError as error:
        sys.exit(str(error))
    name = path.stem
    print(f"chapters/{name}.ipynb is begun. _toc.yml, index.md and the chapter before lead to it.")
    print(f"Write it, fill its row in index.md, then: make check NAMES={name}")


if __name__ == "__main__":
    main()
