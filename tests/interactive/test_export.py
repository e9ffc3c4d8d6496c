"""An exported notebook shows its moving figures: nbconvert takes their HTML, not the widget."""

import os
import subprocess
import sys
from pathlib import Path

import nbformat

TOOLS = Path(__file__).parents[2] / "tools"
CELL = """\
from gdlib.interactive import explore
explore(lambda ax, k: ax.plot([0, k]), lambda ax: ax.set(xlim=(0, 1), ylim=(0, 3)), k=range(3))
"""


def export(folder: Path, config_path: str) -> str:
    book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL)])
    nbformat.write(book, folder / "one.ipynb")
    convert = [sys.executable, "-m", "nbconvert", "--to", "html", "--execute", "one.ipynb"]
    environment = {**os.environ, "JUPYTER_CONFIG_PATH": config_path}
    subprocess.run(convert, cwd=folder, env=environment, check=True, capture_output=True)
    return (folder / "one.html").read_text(encoding="utf-8")


def test_the_export_holds_the_figure_and_no_widget(tmp_path):
    page = export(tmp_path, str(TOOLS))
    assert page.count('class="gd-explore"') == 1
    assert '<script type="application/vnd.jupyter.widget-view+json">' not in page
