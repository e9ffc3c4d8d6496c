"""HTML that brings its own style and script: it works on any page and in Jupyter alike."""

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

CARRIED = ("figure", "question")  # the site's policy lets their styles and scripts through


@dataclass(frozen=True)
class OnPage:
    """HTML that shows in Jupyter and on a page; elsewhere it is its text."""

    text: str
    html: str

    def _repr_html_(self) -> str:
        return self.html

    def __repr__(self) -> str:
        return self.text


@cache
def asset(name: str) -> str:
    """Read a style or a script."""
    return files("gdlib").joinpath(f"interactive/{name}").read_text(encoding="utf-8")


def style(name: str) -> str:
    """Return the style that one kind of HTML carries."""
    return f"<style>{asset(f'{name}.css')}</style>"


def script(name: str) -> str:
    """Return its script, which wires whatever of its kind stands before it."""
    return f"<script>{asset(f'{name}.js')}</script>"
