"""Figures with sliders, which move in Jupyter and on a static page.

`figure` is what chapters use; below it, `stage` draws the states and `svg` writes them.
"""

from gdlib.interactive.figure import explore, slider

__all__ = ["explore", "slider"]
