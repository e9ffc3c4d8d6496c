"""Figures with sliders and questions that answer, in Jupyter and on a static page.

`explore`, `ask` and `check` are what chapters use. Below `explore`, `stage` draws the states and
`svg` writes them; below `check`, `tasks` knows what can go wrong in the functions of the book.
"""

from gdlib.interactive.figure import explore, slider
from gdlib.interactive.question import ask
from gdlib.interactive.trial import check

__all__ = ["ask", "check", "explore", "slider"]
