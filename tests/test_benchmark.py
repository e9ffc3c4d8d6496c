"""The benchmark runs, and refuses to time a wrong answer."""

import os
import subprocess
import sys
from pathlib import Path

CORE = Path(__file__).parents[1] / "benchmarks" / "core.py"


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
    assert all("from 100 steps" in row for row in rows)


def test_refuses_a_wrong_answer():
    program = f"""
import runpy, gdlib
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
