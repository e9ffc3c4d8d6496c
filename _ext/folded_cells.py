"""Name what a folded cell holds: an answer where the whole cell is folded, else its code."""

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms.post_transforms import SphinxPostTransform


class NameFoldedCells(SphinxPostTransform):
    """Give cells tagged hide-cell, the worked answers, a prompt of their own."""

    default_priority = 198  # just before MyST-NB's HideInputCells writes the prompts
    formats = ("html",)

    def run(self, **kwargs: object) -> None:
        for cell in self.document.findall(nodes.container):
            if cell.get("hide_mode") == "all":
                cell["prompt_show"], cell["prompt_hide"] = "Show the answer", "Hide the answer"


def setup(app: Sphinx) -> dict[str, object]:
    app.add_post_transform(NameFoldedCells)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
