"""The benchmark runs, refuses to time a wrong answer, and its page holds what it measures."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CORE = ROOT / "benchmarks" / "core.py"


def test_runs_without_the_settings_that_would_distort_it():
    done = subprocess.run(
        [sys.executable, CORE, "--repeats", "1", "--sizes", "3x3", "20x2"],
        env=os.environ | {"OPENBLAS_CORETYPE": "Haswell", "OPENBLAS_L2_SIZE": "512"},
        capture_output=True,
        text=True,
        check=True,
    )
    rows = [line for line in done.stdout.splitlines() if line.startswith("gdlib.gradient_descent")]
    assert len(rows) == 2


def test_refuses_a_wrong_answer():
    program = f"""
import runpy, sys, gdlib
sys.path.insert(0, {str(CORE.parent)!r})
right = gdlib.gradient_descent
gdlib.gradient_descent = lambda X, y, rate, iterations: right(X, y, rate, iterations - 1)
runpy.run_path({str(CORE)!r}, run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("gdlib.gradient_descent: ")


METHODS = CORE.with_name("methods.py")


def test_methods_are_timed_beside_the_same_by_hand():
    done = subprocess.run(
        [sys.executable, METHODS, "--repeats", "1", "--rows", "2000"],
        env=os.environ | {"OPENBLAS_CORETYPE": "Haswell"},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = done.stdout.splitlines()
    for name in ("plain step", "Momentum", "Adam", "MiniBatches of 1 ", "gdlib.cross_entropy"):
        assert len([line for line in lines if line.startswith(name)]) == 1


def test_methods_refuse_a_wrong_answer():
    program = f"""
import runpy, sys, gdlib
sys.path.insert(0, {str(METHODS.parent)!r})
gdlib.Momentum = lambda: gdlib.Adam()
runpy.run_path({str(METHODS)!r}, run_name="__main__")
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("Momentum: ")


# ---------------------------------------------------------------- the page

PAGE = (ROOT / "appendices" / "benchmark.md").read_text(encoding="utf-8")
TABLES = {
    name: [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| ")]
    for name, text in re.findall(r"<!-- (.+?) -->\n(.*?)<!-- end -->", PAGE, re.DOTALL)
}
PEERS = {"numba", "jax", "torch", "torch, µs"}  # where they are installed


def without_peers(names):
    return [name for name in names if name not in PEERS]


@pytest.fixture(scope="module")
def measured() -> dict[str, list[list[str]]]:
    """Return the tables that the scripts make of little data."""
    program = f"""
import json, sys
sys.path.insert(0, {str(CORE.parent)!r})
import core, page
little = {{"steps": (1,), "gradients": (2000, 1), "file": (1600, 1), "workers": (1600, 1)}}
if __name__ == "__main__":
    tables = {{
        name: page.PARTS[name](*little[name]) if name in little else core.measure("20x2", 1)
        for name in page.PARTS
    }}
    print(json.dumps({{name: table.rows for name, table in tables.items()}}))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_page_holds_the_tables_of_the_scripts(measured):
    assert "surroundings" in TABLES
    for name, table in measured.items():
        assert without_peers(table[0]) == without_peers(TABLES[name][0])
        if name == "file":  # its rows are named by their sizes
            assert len(table) == len(TABLES[name])
        else:
            ours, theirs = ([row[0] for row in rows] for rows in (table, TABLES[name]))
            assert without_peers(ours) == without_peers(theirs)


@pytest.mark.parametrize("name", [name for name in TABLES if name.startswith("core")])
def test_the_ratios_on_the_page_are_those_of_its_times(name):
    units = {"s": 1, "ms": 1e-3, "µs": 1e-6}
    header, *rows = TABLES[name]
    cells = {row[0]: dict(zip(header[1:], row[1:], strict=True)) for row in rows}
    took = {}
    for contender, cell in cells.items():
        number, unit = cell["median"].split()
        took[contender] = float(number) * units[unit]
    for contender, cell in cells.items():
        faster = took["article's structure"] / took[contender]
        reads = took[contender] / took["a read of X"]
        assert float(cell["× article"]) == pytest.approx(faster, rel=0.02)
        assert float(cell["reads of X"]) == pytest.approx(reads, rel=0.02)


def test_chapter_20_quotes_the_page():
    chapter = (ROOT / "chapters" / "20_summed_up_once.ipynb").read_text(encoding="utf-8")
    quoted = re.findall(r"\| (.+?) \| ([\d.]+) \| ([\d.]+) \|", chapter.split("**Measured.**")[1])
    ways = ["article's structure", "plain NumPy loop", "gdlib, moments", "lstsq"]
    ways += ["LinearRegression", "Ridge (cholesky)"]
    for (_, *numbers), way in zip(quoted, ways, strict=True):
        for number, name in zip(numbers, ("core 100000x10", "core 1000000x20"), strict=True):
            (faster,) = (row[1] for row in TABLES[name] if row[0] == way)
            assert float(number) == float(f"{float(faster):.2g}"), way
