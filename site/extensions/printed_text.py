"""Show what a cell prints as it was printed.

A kernel sends what is printed in pieces, cut wherever time cut them. MyST-NB can merge them, but
ends each with a newline, so that a page's lines would depend on how busy the machine was.
"""

from itertools import groupby

from docutils import nodes
from sphinx.application import Sphinx
from sphinx.transforms import SphinxTransform


def settle(text: str) -> str:
    """Return what is left to see after carriage returns, each of which overwrites its line."""
    lines = []
    for line in text.replace("\r\n", "\n").split("\n"):
        seen = ""
        for part in line.split("\r"):
            seen = part + seen[len(part) :]
        lines.append(seen)
    return "\n".join(lines)


def stream(node: nodes.Node) -> str:
    """Name the stream that an output was printed to; empty if it was not printed."""
    classes = node.get("classes", []) if isinstance(node, nodes.literal_block) else []
    return next((name for name in ("stream", "stderr") if {"output", name} <= {*classes}), "")


class JoinStreams(SphinxTransform):
    """Join pieces of a stream that nothing but another stream parts: stdout, then stderr."""

    default_priority = 5  # before anything else looks at them

    def apply(self, **kwargs: object) -> None:
        for cell in self.document.findall(nodes.container):
            if cell.get("nb_element") != "cell_code_output":
                continue
            children: list[nodes.Node] = []
            for printed, group in groupby(cell.children, key=lambda child: bool(stream(child))):
                pieces = list(group)
                if not printed:
                    children += pieces
                    continue
                for name in ("stream", "stderr"):
                    if own := [piece for piece in pieces if stream(piece) == name]:
                        text = settle("".join(piece.astext() for piece in own))
                        # Highlighted only where both are the same.
                        own[0].rawsource, own[0].children = text, []
                        own[0] += nodes.Text(text)
                        children.append(own[0])
            cell.children = children


def setup(app: Sphinx) -> dict[str, object]:
    app.add_transform(JoinStreams)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
