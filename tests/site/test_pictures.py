"""Every figure that a notebook names has its picture on the page."""

from pathlib import Path

import nbformat
import notebooks
import pytest
from bs4 import BeautifulSoup


def without_picture(chapter: nbformat.NotebookNode, page: str) -> list[str]:
    """Name the figures of a chapter whose picture is not on its page."""
    shown = BeautifulSoup(page, "html.parser").select("figure:has(img, .gd-panels svg)")
    figures = (cell.metadata.get("mystnb", {}).get("figure") for cell in chapter.cells)
    names = [figure["name"] for figure in figures if figure]
    assert names
    return [name for name in names if name not in {figure.get("id") for figure in shown}]


@pytest.mark.parametrize("path", notebooks.chapters(), ids=lambda path: path.stem)
def test_every_figure_has_a_picture_on_its_page(site: Path, path: Path):
    page = (site / "chapters" / f"{path.stem}.html").read_text(encoding="utf-8")
    assert without_picture(nbformat.read(path, as_version=4), page) == []


def test_a_figure_that_was_drawn_on_nothing_is_noticed():
    named = {"mystnb": {"figure": {"name": "fig-01-dots"}}}
    cell = nbformat.v4.new_code_cell("plt.plot([1])", metadata=named)
    chapter = nbformat.v4.new_notebook(cells=[cell])
    assert without_picture(chapter, "<figure id=fig-01-dots><img></figure>") == []
    assert without_picture(chapter, "<figure id=fig-01-dots></figure><img>") == ["fig-01-dots"]
    assert without_picture(chapter, "[&lt;matplotlib.lines.Line2D&gt;]") == ["fig-01-dots"]
