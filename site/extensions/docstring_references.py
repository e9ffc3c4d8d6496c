"""Let references in docstrings lead somewhere.

Names of gdlib in single backticks become links. Many docstrings on one page have a reference [1]
each, where Sphinx wants labels unique: these become plain text.
"""

import re

from sphinx.application import Sphinx

import gdlib

NAME = re.compile(rf"(?<![`:])`({'|'.join(gdlib.__all__)})`(?!`)")


def refer(
    app: Sphinx, what: str, name: str, obj: object, options: object, lines: list[str]
) -> None:
    """Link names; turn ``[1]_`` into plain text, and ``.. [1]`` into a line of its own."""
    for index, line in enumerate(lines):
        line = NAME.sub(r":py:obj:`\1 <gdlib.\1>`", line)
        line = re.sub(r"(\[\d+\])_", r"\1", line)
        lines[index] = re.sub(r"^(\s*)\.\. (\[\d+\])", r"\1| \2", line)


def setup(app: Sphinx) -> dict[str, object]:
    app.connect("autodoc-process-docstring", refer)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
