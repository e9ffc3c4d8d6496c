"""The table of notation: one row a symbol, and a row for every symbol of Part I."""

import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLE = (ROOT / "appendices" / "notation.md").read_text(encoding="utf-8")
ROWS = [line.split(" | ")[0].removeprefix("| ") for line in TABLE.splitlines() if line[:3] == "| $"]
GREEK = r"\\(?:alpha|beta|gamma|[dD]elta|eta|theta|kappa|lambda|mu|rho|sigma|tau|varphi|omega)"
LETTER = rf"\\bar ?[a-z]|{GREEK}|(?<![\\a-zA-Z])[a-zA-Z](?![a-zA-Z])"
CHAPTERS = sorted((ROOT / "chapters").glob("0[1-8]*.ipynb"))


def formulas(text):
    """List the formulas in a text, without words in them."""
    found = re.findall(r"\$\$(.+?)\$\$|\$(.+?)\$", text, re.DOTALL)
    return [re.sub(r"\\(?:text|mathrm|begin|end)\{[^}]*\}", "", "".join(one)) for one in found]


def letters(text):
    """Return the letters that stand for something in the formulas of a text."""
    return {letter for formula in formulas(text) for letter in re.findall(LETTER, formula)}


def test_no_symbol_has_two_rows():
    symbols = [symbol for row in ROWS for symbol in formulas(row)[0].split("=")[0].split(", ")]
    stripped = [symbol.strip() for symbol in symbols]
    assert len(stripped) > 40
    assert sorted(stripped) == sorted(set(stripped))


@pytest.mark.parametrize("path", CHAPTERS, ids=lambda path: path.stem)
def test_every_symbol_of_part_one_has_a_row(path):
    """Folded boxes may use letters of their own, which they explain."""
    cells = nbformat.read(path, as_version=4).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    text = re.sub(r"<details>.*?</details>|`[^`]*`", "", text, flags=re.DOTALL)
    known = set().union(*map(letters, ROWS))
    assert letters(text) - known == set()


def test_a_symbol_without_a_row_is_seen():
    assert letters(r"Take $\xi = a$ and $$\lambda \text{ of } q_1$$") == {"a", r"\lambda", "q"}
