"""Time a file that is larger than the memory the process may use, and two worker processes.

    python benchmarks/beyond.py [--repeats R] [--rows M]

The file, of M rows and then of 4 M, is written on the spot and removed. The first part needs Linux,
where a process learns how much memory of its own it holds; the second one needs Dask.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from functools import partial
from itertools import starmap
from pathlib import Path

import numpy as np
from core import ITERATIONS, LEARNING_RATE, descend_on
from limited import ALLOWED, BLOCK, pair
from timing import Table, is_installed, medians, span, surroundings, take_turns

import gdlib

ROWS = 1_000_000
FEATURES = 20
REPEATS = 7


def make_block(number, rows):
    """Return rows of [X y], the same ones for the same number."""
    rng = np.random.default_rng(number)
    X = rng.standard_normal((rows, FEATURES))
    return np.column_stack([X, X @ np.linspace(-1, 1, FEATURES) + 3 + rng.standard_normal(rows)])


def check(name, w, b, H, g):
    """Give up where the steps did not end where the steps taken from AᵀA and Aᵀy end."""
    p = np.zeros(len(g))
    for _ in range(ITERATIONS):
        p = p - LEARNING_RATE * (H @ p - g)
    difference = np.abs(np.append(w, b) - p).max()
    if not difference < 1e-9:
        raise SystemExit(f"{name}: {difference:.1e} from 100 steps; at most 1e-09 is right")


def normal_equations(tables):
    H, g, m = 0.0, 0.0, 0
    for table in tables:
        X, y = pair(table)
        A = np.column_stack([X, np.ones(len(y))])
        H, g, m = H + A.T @ A, g + A.T @ y, m + len(y)
    return H / m, g / m


# ------------------------------------------------- more than memory


def write(path, rows):
    """Write rows of [X y], and return their normal equations; nothing stays mapped."""
    table = np.lib.format.open_memmap(path, "w+", float, (rows, FEATURES + 1))
    starts = range(0, rows, BLOCK)
    for number, start in enumerate(starts):
        block = table[start : start + BLOCK]
        block[:] = make_block(number, len(block))
    table.flush()
    return normal_equations(table[start : start + BLOCK] for start in starts)


def measure_file(m=ROWS, repeats=REPEATS):
    rows = [("file", "np.load", "own memory", "disk: read", "moments", "cache: read", "moments")]
    for count in (m, 4 * m):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, "table.npy")
            equations = write(path, count)
            asked = [sys.executable, Path(__file__).with_name("limited.py"), path, str(repeats)]
            asked += [str(LEARNING_RATE), str(ITERATIONS)]
            found = json.loads(subprocess.run(asked, check=True, stdout=subprocess.PIPE).stdout)
            size = f"{path.stat().st_size / 1e6:.0f}\u00a0MB"
        check("moments of a file", *found["answer"], *equations)
        times = medians(found["times"])
        refused = "MemoryError" if found["refused"] else "fits"
        rows.append((size, refused, f"{found['own']:.0f}\u00a0MB", *map(span, times.values())))
    title = f"A file, {FEATURES} features, and at most {ALLOWED} MB of data"
    return Table(title, repeats, rows)


# ------------------------------------------------- two worker processes


def measure_workers(m=ROWS, repeats=REPEATS):
    from dask.distributed import Client, LocalCluster

    parts = [(number, m // 16) for number in range(16)]
    tables = list(starmap(make_block, parts))
    equations = normal_equations(tables)
    here = [(np.ascontiguousarray(X), y) for X, y in map(pair, tables)]
    whole = gdlib.squared_error(*pair(np.concatenate(tables)))
    n = FEATURES
    with (
        LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster,
        Client(cluster) as client,
    ):
        there = client.map(lambda part: pair(make_block(*part)), parts)

        def each(function, numbered_blocks):
            numbers, blocks = zip(*numbered_blocks, strict=True)
            asked = client.map(lambda *block: function(block), numbers, blocks, pure=False)
            return client.gather(asked)

        far = gdlib.from_blocks(gdlib.squared_error, there, each)
        runs = {
            "100 steps by moments, here": lambda: descend_on(
                gdlib.squared_error_of(gdlib.summarize(here)), n
            ),
            "100 steps by moments, on the workers": lambda: descend_on(
                gdlib.squared_error_of(gdlib.summarize(there, each)), n
            ),
        }
        for name, run in runs.items():
            check(name, *run(), *equations)
        w = np.linspace(0, 1, n)
        H, g = equations
        for name, objective in {"here": whole, "on the workers": far}.items():
            _, dw, db = objective(w, 0.0)
            if not np.abs([*dw, db] - (H @ np.append(w, 0.0) - g)).max() < 1e-9:
                raise SystemExit(f"a gradient, {name}: not that of AᵀA and Aᵀy")
        gradients = {
            "a gradient, here": partial(whole, w, 0.0),
            "a gradient, on the workers": partial(far, w, 0.0),
            "an empty task, there and back": lambda: client.submit(int, pure=False).result(),
        }
        times = take_turns(gradients | runs, repeats)
    rows = [("what", "median", "least")]
    rows += [(name, span(value), span(times[name][0])) for name, value in medians(times).items()]
    return Table(f"Two worker processes, {m:,} rows, {FEATURES} features", repeats, rows)


PARTS = {}
if sys.platform == "linux":
    PARTS["file"] = measure_file
if is_installed("distributed"):
    PARTS["workers"] = measure_workers


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=REPEATS)
    parser.add_argument("--rows", type=int, default=ROWS)
    options = parser.parse_args()
    print(surroundings())
    for measure in PARTS.values():
        print(measure(options.rows, options.repeats).text(), flush=True)


if __name__ == "__main__":
    main()
