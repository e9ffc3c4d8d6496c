"""What a notebook's cells say in JupyterLab too, set as a page sets it.

A figure's caption is the line in italics below its cell: here it becomes the figure's caption.
What a folded cell holds gets its name: its first line, a comment, where all of it is folded.
"""

from html import escape

from docutils import nodes
from myst_nb.sphinx_ import HideCodeCellNode, depart_HideCellInput
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform
from sphinx.transforms.post_transforms import SphinxPostTransform
from sphinx.writers.html5 import HTML5Translator


class CaptionFigures(SphinxTransform):
    """Move the line in italics below a figure's cell into the figure."""

    default_priority = 400  # after the translation of paragraphs

    def apply(self, **kwargs: object) -> None:
        for figure in list(self.document.findall(nodes.figure)):
            cell = figure
            while cell.parent and "cell" not in cell.get("classes", []):
                cell = cell.parent
            below = cell.next_node(descend=False, siblings=True) if cell.parent else None
            if isinstance(below, nodes.paragraph) and len(below) == 1:
                (line,) = below.children
                if isinstance(line, nodes.emphasis):
                    figure += nodes.caption(below.rawsource, "", *line.children)
                    below.parent.remove(below)


class NameFoldedCells(SphinxPostTransform):
    """Name cells tagged hide-cell, the worked answers, as JupyterLab does: by their first line."""

    default_priority = 198  # just before MyST-NB's HideInputCells writes the prompts
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        for cell in self.document.findall(nodes.container):
            if cell.get("hide_mode") == "all":
                first = cell.next_node(nodes.literal_block).astext().partition("\n")[0]
                cell["prompt_show"] = cell["prompt_hide"] = first.removeprefix("# ")


def open_fold(self: HTML5Translator, node: HideCodeCellNode) -> None:
    """Write the prompt as the only name of the fold; MyST-NB's own hides it from listeners."""
    kind = "hide answer" if node["prompt_show"] == node["prompt_hide"] else "hide"  # printed
    self.body.append(
        f'<details class="{kind} {" ".join(node["classes"])}"><summary>'
        f'<span class="collapsed">{escape(node["prompt_show"])}</span>'
        f'<span class="expanded">{escape(node["prompt_hide"])}</span></summary>\n'
    )


def setup(app: Sphinx) -> dict[str, object]:
    app.add_transform(CaptionFigures)
    app.add_post_transform(NameFoldedCells)
    app.add_node(HideCodeCellNode, override=True, html=(open_fold, depart_HideCellInput))
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
