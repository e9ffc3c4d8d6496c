"""Let several docstrings on one page have a reference [1] each, as numpydoc does."""

import re

from sphinx.application import Sphinx


def label_references(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Turn ``[1]_`` and ``.. [1]`` into footnotes whose labels carry the name of the object."""
    label = name.replace(".", "-")
    for index, line in enumerate(lines):
        line = re.sub(r"\[(\d+)\]_", rf"[#{label}-\1]_", line)
        lines[index] = re.sub(r"^(\s*\.\. )\[(\d+)\]", rf"\1[#{label}-\2]", line)


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("autodoc-process-docstring", label_references)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
