"""Let many docstrings on one page have a reference [1] each, where Sphinx wants labels unique."""

import re

from sphinx.application import Sphinx


def print_references(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Turn ``[1]_`` into plain text, and ``.. [1]`` into a line of its own."""
    for index, line in enumerate(lines):
        line = re.sub(r"(\[\d+\])_", r"\1", line)
        lines[index] = re.sub(r"^(\s*)\.\. (\[\d+\])", r"\1| \2", line)


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("autodoc-process-docstring", print_references)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
