"""What the benchmarks share: the same threads for all, turns, and tables.

Importing it begins the program again where its environment would distort the ratios: OpenBLAS
settings that were made for another purpose, or a number of threads that not all libraries follow.
All take one thread, or as many as OMP_NUM_THREADS says. Libraries read this when they are loaded.
"""

import os
import sys

MISLEADING = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
THREADS = os.environ.get("OMP_NUM_THREADS", "1")
FOLLOWING = ("OMP", "OPENBLAS", "MKL", "NUMBA")
FAIR = {name: value for name, value in os.environ.items() if name not in MISLEADING}
FAIR |= {f"{library}_NUM_THREADS": THREADS for library in FOLLOWING} | {"NPROC": THREADS}  # JAX
if dict(os.environ) != FAIR:
    os.execve(sys.executable, [sys.executable, *sys.orig_argv[1:]], FAIR)

import platform  # noqa: E402
import random  # noqa: E402
import statistics  # noqa: E402
import time  # noqa: E402
from collections.abc import Callable, Mapping, Sequence  # noqa: E402
from importlib.metadata import PackageNotFoundError, version  # noqa: E402
from importlib.util import find_spec  # noqa: E402
from pathlib import Path  # noqa: E402
from typing import NamedTuple  # noqa: E402

PACKAGES = ("numpy", "scipy", "scikit-learn", "numba", "jax", "torch", "distributed")


class Table(NamedTuple):
    """Cells as text: the first row is the header, the first column names the contenders."""

    title: str
    rounds: int
    rows: Sequence[Sequence[str]]

    def text(self) -> str:
        widths = [max(map(len, column)) for column in zip(*self.rows, strict=True)]
        lines = [f"\n{self.title}: {self.rounds} rounds, load {load():.1f}"]
        for first, *others in self.rows:
            cells = [first.ljust(widths[0]), *map(str.rjust, others, widths[1:])]
            lines.append("  ".join(cells).rstrip())
        return "\n".join(lines)

    def markdown(self) -> str:
        header, *rows = (f"| {' | '.join(row)} |" for row in self.rows)
        rule = "|:--|" + "--:|" * (len(self.rows[0]) - 1)
        return "\n".join([f"{self.title}; {self.rounds} rounds.", "", header, rule, *rows])


def seconds(function: Callable, *arguments) -> float:
    start = time.perf_counter()
    function(*arguments)
    return time.perf_counter() - start


def take_turns(contenders: Mapping[str, Callable], repeats: int) -> dict[str, list[float]]:
    """Return the sorted times of each; a busy moment of the machine hits them all."""
    times: dict[str, list[float]] = {name: [] for name in contenders}
    order = random.Random(0)
    for _ in range(repeats):
        for name in order.sample(list(contenders), len(contenders)):
            times[name].append(seconds(contenders[name]))
    return {name: sorted(values) for name, values in times.items()}


def medians(times: Mapping[str, Sequence[float]]) -> dict[str, float]:
    return {name: statistics.median(values) for name, values in times.items()}


def is_installed(module: str) -> bool:
    return find_spec(module) is not None


def span(duration: float) -> str:
    """Return a duration in a unit that suits it, to three digits, not to be broken in a line."""
    if duration >= 1:
        return f"{digits(duration)}\u00a0s"
    if duration >= 1e-3:
        return f"{digits(duration * 1e3)}\u00a0ms"
    return f"{digits(duration * 1e6)}\u00a0µs"


def digits(value: float) -> str:
    """Return a number of three digits, without an exponent."""
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}" if value >= 10 else f"{value:.2f}"


def surroundings() -> str:
    """Say what the times were taken with: the machine, in words, and versions."""
    found = [f"Python {platform.python_version()}"]
    for name in PACKAGES:
        try:
            found.append(f"{name} {version(name)}")
        except PackageNotFoundError:
            found.append(f"{name} not installed")
    threads = "one thread" if THREADS == "1" else f"{THREADS} threads"
    return f"{machine()}; {threads} for each contender. {', '.join(found)}."


def machine() -> str:
    name, memory = platform.processor() or platform.machine(), ""
    info = Path("/proc/cpuinfo")
    if info.exists():
        models = [line for line in info.read_text().splitlines() if line.startswith("model name")]
        name = models[0].split(":")[1].strip() if models else name
        pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
        memory = f" with {pages / 2**30:.0f} GB of memory"
    return f"{platform.system()}, {os.cpu_count()} cores of {name}{memory}"


def load() -> float:
    """Return how many programs wanted to run, on average over the last minute, this one too."""
    return os.getloadavg()[0] if hasattr(os, "getloadavg") else float("nan")
