"""Fit a file within little memory; print what was found as JSON. `beyond.py` runs it, on Linux.

    python benchmarks/limited.py FILE REPEATS RATE ITERATIONS

It imports no more than it needs: what a program has imported counts as its own memory, too.
"""

import json
import os
import resource
import sys
import threading
import time
from functools import partial
from pathlib import Path

import numpy as np

import gdlib

ALLOWED = 60  # MB of data beyond what a program holds once NumPy and gdlib are imported
BLOCK = 50_000  # rows


def pair(table):
    return table[:, :-1], table[:, -1]


def memory(name):
    """Return megabytes, as the system counts them. RssAnon leaves out mapped pages of files."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split(f"{name}:")[1].split()[0]) / 1024


def blocks(path):
    """Map a block at a time, so that the pages of the one before are given back."""
    rows = len(np.load(path, mmap_mode="r"))
    for start in range(0, rows, BLOCK):
        yield pair(np.load(path, mmap_mode="r")[start : start + BLOCK])


def fit(path, rate, iterations):
    summary = gdlib.summarize(blocks(path))
    start = np.zeros(len(summary.mean) - 1)
    *_, step = gdlib.descend(gdlib.squared_error_of(summary), start, 0.0, rate, iterations)
    return [*step.w], step.b


def read(path):
    """Read the file once, into the same megabyte."""
    buffer = bytearray(2**20)
    with path.open("rb", buffering=0) as file:
        while file.readinto(buffer):
            pass


def forget(path):
    """Ask the system to drop its copy of the file, so that it comes from the disk again."""
    with path.open("rb") as file:
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def is_refused(path):
    try:
        np.load(path)
    except MemoryError:
        return True
    return False


def main(path, repeats, rate, iterations):
    resource.setrlimit(resource.RLIMIT_DATA, (int(memory("VmData") + ALLOWED) * 2**20,) * 2)
    refused = is_refused(path)
    own, running = [], True

    def watch():
        while running:
            own.append(memory("RssAnon"))
            time.sleep(0.002)

    threading.stack_size(2**18)
    watcher = threading.Thread(target=watch)
    watcher.start()
    answer = fit(path, rate, iterations)
    running = False
    watcher.join()
    ways = {"read": partial(read, path), "moments": partial(fit, path, rate, iterations)}
    times = {f"{state}, {way}": [] for state in ("disk", "cache") for way in ways}
    for _ in range(repeats):
        for name, taken in times.items():
            state, way = name.split(", ")
            forget(path) if state == "disk" else read(path)
            start = time.perf_counter()
            ways[way]()
            taken.append(time.perf_counter() - start)
    print(json.dumps({"refused": refused, "own": max(own), "answer": answer, "times": times}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), float(sys.argv[3]), int(sys.argv[4]))
