"""Run every benchmark, and write what was found into the page of the book.

    python benchmarks/page.py

The page's sentences are its own; what stands between its marks is written anew. Without Dask, or
on another system than Linux, a part that cannot be measured keeps what it says.
"""

import re
from datetime import date
from functools import partial
from pathlib import Path

import beyond
import core
import methods
from timing import load, surroundings

PAGE = Path(__file__).parents[1] / "appendices" / "benchmark.md"
PARTS = (
    {f"core {size}": partial(core.measure, size) for size in core.SIZES}
    | {
        "steps": methods.measure_steps,
        "gradients": methods.measure_gradients,
    }
    | beyond.PARTS
)


def filled(page, name, text):
    """Return the page with another text between the mark of this name and the next end."""
    between = re.compile(rf"(<!-- {name} -->\n).*?(<!-- end -->)", re.DOTALL)
    page, found = between.subn(lambda marks: f"{marks[1]}{text}\n{marks[2]}", page)
    if found != 1:
        raise SystemExit(f"{PAGE.name} has {found} places for {name}")
    return page


def main():
    loads, tables = [load()], {}
    for name, measure in PARTS.items():
        tables[name] = measure()
        print(tables[name].text(), flush=True)
        loads.append(load())
    described = (
        f"Measured on {date.today()} on one machine: {surroundings()} Meanwhile "
        f"{min(loads):.1f} to {max(loads):.1f} programs wanted to run at a time (the load, a mean "
        "over a minute); the benchmark is one of them."
    )
    page = filled(PAGE.read_text(encoding="utf-8"), "surroundings", described)
    for name, table in tables.items():
        page = filled(page, name, table.markdown())
    PAGE.write_text(page, encoding="utf-8")


if __name__ == "__main__":
    main()
