"""What decides the book: its sources, and nothing that a person has set or that was true before."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import executed
import isolation
import nbformat
import pytest
import yaml
from nbformat import v4
from sphinx.application import Sphinx

ROOT = Path(__file__).resolve().parents[1]
KERNEL = {"name": "python3", "display_name": "Python 3", "language": "python"}


def notebook(path: Path, *cells: str) -> Path:
    """Write a notebook."""
    nb = v4.new_notebook(cells=list(map(v4.new_code_cell, cells)), metadata={"kernelspec": KERNEL})
    for number, cell in enumerate(nb.cells):
        cell.id = f"cell-{number}"
    nbformat.write(nb, path)
    return path


# ---------------------------------------------------------------- a person's settings

CELLS = (
    "import os, time\nimport matplotlib.pyplot as plt\nimport numpy as np",
    "1 + 1\n2 + 2",
    "np.array([2 / 3])",
    "print(plt.rcParams['axes.grid'], plt.rcParams['text.usetex'], 'inline' in plt.get_backend())",
    "print(__debug__, time.tzname, f'{0.5:n}', os.environ.get('COLUMNS'))",
    "plt.plot([0, 1]);",
)


@pytest.fixture
def somebody(tmp_path: Path) -> dict[str, str]:
    """Return the environment of somebody who has set everything that can be set."""
    profile = ".ipython/profile_default"
    files = {
        ".config/matplotlib/matplotlibrc": "text.usetex: True\naxes.grid: True\n",
        "other/matplotlibrc": "axes.grid: True\n",
        f"{profile}/ipython_config.py": "c = get_config()\n"
        "c.InteractiveShell.ast_node_interactivity = 'all'\n",
        f"{profile}/startup/0.py": "import numpy\nnumpy.set_printoptions(precision=2)\n",
        ".local/share/jupyter/kernels/python3/kernel.json": json.dumps(
            {"argv": ["false"], "display_name": "mine", "language": "python"}
        ),
        "path/gdlib.py": "raise ImportError('not the book\\'s')",
    }
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    (tmp_path / "jupyter").symlink_to(tmp_path / ".local/share/jupyter")
    return os.environ | {
        "HOME": str(tmp_path),
        "MPLBACKEND": "agg",
        "MATPLOTLIBRC": str(tmp_path / "other"),
        "MPLCONFIGDIR": str(tmp_path / ".config/matplotlib"),
        "IPYTHONDIR": str(tmp_path / ".ipython"),
        "JUPYTER_PATH": str(tmp_path / "jupyter"),
        "JUPYTER_DATA_DIR": str(tmp_path / "jupyter"),
        "PYTHONPATH": str(tmp_path / "path"),
        "PYTHONOPTIMIZE": "1",
        "PYTHONSTARTUP": str(tmp_path / "none.py"),
        "PYTHONHASHSEED": "1",
        "LC_ALL": "de_DE.UTF-8",
        "TZ": "Asia/Tokyo",
        "COLUMNS": "20",
        "GIT_DIR": str(tmp_path / "none"),
    }


def test_a_chapter_prints_and_draws_the_same_for_everybody(
    somebody: dict[str, str], tmp_path: Path
):
    path = notebook(tmp_path / "one.ipynb", *CELLS)
    program = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'tools')!r}); import notebooks, nbformat; "
        f"nb = nbformat.read({str(path)!r}, 4); notebooks.execute(nb, {str(tmp_path)!r}); "
        f"nbformat.write(nb, {str(path)!r})"
    )
    subprocess.run([sys.executable, "-c", program], env=somebody, check=True, cwd=tmp_path)
    _, two, array, style, text, figure = (
        cell.outputs for cell in nbformat.read(path, as_version=4).cells
    )
    assert [output.data["text/plain"] for output in two] == ["4"]
    assert array[0].data["text/plain"] == "array([0.66666667])"
    assert style[0].text == "False False True\n"
    assert text[0].text == "True ('UTC', 'UTC') 0.5 None\n"
    assert "image/png" in figure[0].data


def test_nbval_starts_its_kernels_alike(somebody: dict[str, str], tmp_path: Path):
    path = notebook(tmp_path / "one.ipynb", *CELLS)
    stored = nbformat.read(path, as_version=4)
    for number, cell in enumerate(stored.cells, start=1):
        cell.execution_count = number
    stored.cells[1].outputs = [v4.new_output("execute_result", {"text/plain": "4"})]
    stored.cells[2].outputs = [
        v4.new_output("execute_result", {"text/plain": "array([0.66666667])"})
    ]
    stored.cells[3].outputs = [v4.new_output("stream", name="stdout", text="False False True\n")]
    stored.cells[4].outputs = [
        v4.new_output("stream", name="stdout", text="True ('UTC', 'UTC') 0.5 None\n")
    ]
    stored.cells[5].metadata.tags = ["nbval-ignore-output"]
    nbformat.write(stored, path)
    asked = [sys.executable, "-m", "pytest", "-q", "--nbval", str(path)]
    asked += ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-p", "no:cacheprovider"]
    environment = {name: value for name, value in somebody.items() if name != "PYTHONOPTIMIZE"}
    done = subprocess.run(asked, env=environment, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ways_to_a_network_stay():
    ways = {"HTTPS_PROXY": "http://proxy", "SSL_CERT_FILE": "ca.pem", "PIP_INDEX_URL": "https://x"}
    assert ways.items() <= isolation.isolated({**ways, "MPLBACKEND": "agg"}).items()


def test_the_build_is_isolated_before_anything_else_is_loaded():
    config = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))
    assert config["sphinx"]["config"]["extensions"][0] == "isolation"


# ---------------------------------------------------------------- what was executed before


class Book:
    """A book of one chapter, which writes down each time that it is executed."""

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.folder = folder
        monkeypatch.setattr(executed, "ROOT", folder)
        (folder / "gdlib").mkdir(parents=True)
        self.module("1")
        self.chapter("Text.", "print(VALUE)")

    def module(self, value: str) -> None:
        (self.folder / "gdlib" / "value.py").write_text(f"VALUE = {value}\n")

    def chapter(self, text: str, last: str, *tags: str) -> None:
        path = notebook(
            self.folder / "index.ipynb",
            "with open('runs', 'a') as file:\n    print('run', file=file)\n"
            "exec(open('gdlib/value.py').read())",
            last,
        )
        nb = nbformat.read(path, as_version=4)
        nb.cells.insert(0, v4.new_markdown_cell(f"# Title\n\n{text}", id="text"))
        nb.cells[-1].metadata.tags = list(tags)
        nbformat.write(nb, path)

    def build(self, out: str = "html") -> tuple[int, str]:
        """Return how often the chapter has been executed so far, and its page."""
        config = {
            "extensions": ["myst_nb", "executed"],
            "nb_execution_mode": "cache",
            "html_theme": "basic",
            "exclude_patterns": ["_build"],
        }
        site = self.folder / "_build" / out
        warnings = io.StringIO()
        app = Sphinx(self.folder, None, site, site / ".trees", "html", config, None, warnings)
        app.build()
        page = (site / "index.html").read_text(encoding="utf-8")
        return len((self.folder / "runs").read_text().split()), page.partition("<body>")[2]


def test_a_chapter_is_executed_when_its_outputs_could_be_others_and_only_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    book = Book(tmp_path / "book", monkeypatch)
    runs, page = book.build()
    assert runs == 1
    book.chapter("Another sentence.", "print(VALUE)")
    runs, after = book.build()
    assert runs == 1
    assert "Another sentence" in after
    assert ">1\n" in after
    book.module("22")
    runs, after = book.build()
    assert runs == 2
    assert ">22\n" in after
    book.chapter("Another sentence.", "print(VALUE + 11)")
    runs, after = book.build()
    assert runs == 3
    assert ">33\n" in after
    assert book.build("elsewhere") == (3, after)  # read anew from what was executed
    book.chapter("Text.", "print(VALUE)")
    book.module("1")
    assert book.build() == (3, page)  # back where it was


def test_another_environment_is_another_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    before = executed.checksum(ROOT, *executed.OURS, more=executed.surroundings())
    assert before == executed.checksum(ROOT, *executed.OURS, more=executed.surroundings())
    monkeypatch.setattr(executed, "distributions", list)
    assert before != executed.checksum(ROOT, *executed.OURS, more=executed.surroundings())


def test_any_change_of_a_file_changes_the_sum(tmp_path: Path):
    (tmp_path / "a").mkdir()
    seen = set()
    for name, text in (("one", "x"), ("one", "y"), ("two", "y"), ("deep/one", "y")):
        path = tmp_path / "a" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
        seen.add(executed.checksum(tmp_path, "a"))
    (tmp_path / "a" / "two").rename(tmp_path / "a" / "three")
    seen.add(executed.checksum(tmp_path, "a"))
    assert len(seen) == 5
    (tmp_path / "a" / "__pycache__").mkdir()
    (tmp_path / "a" / "__pycache__" / "one.pyc").write_text("z")
    assert executed.checksum(tmp_path, "a") in seen
