"""Execute the chapters and bring them to the form in which they are kept in git.

    python tools/notebooks.py                   execute and normalise all that _toc.yml lists
    python tools/notebooks.py 03_loss           only this one
    python tools/notebooks.py --only-normalise  do not execute
    python tools/notebooks.py --check           change nothing; exit 1 and name the cells that
                                                are not in normal form

Normal form: execution counts 1, 2, 3 … (nbval compares nothing in a cell without one),
text outputs only, none in cells tagged nbval-ignore-output (cells with questions are tagged
here), no traces of when and where a notebook ran. Pictures, widgets, questions and slider
HTML are made anew wherever the book is built.
"""

import argparse
import copy
import os
import re
import sys
from pathlib import Path

import isolation  # noqa: F401  a person's settings reach no chapter
import nbformat
import yaml
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError
from nbformat import NotebookNode

ROOT = Path(__file__).resolve().parent.parent
KERNEL = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
METADATA = {"kernelspec": KERNEL, "language_info": {"name": "python"}}
# What a cell's metadata may hold; the rest (timestamps, editor state) is dropped.
CELL_METADATA = {"jupyter", "mystnb", "tags"}
FOLDED = {"hide-cell", "hide-input", "remove-cell", "remove-input"}
ASKING = re.compile(r"^(\w+ = )?ask\(|\.recall\(", re.MULTILINE)


def listed(root: Path = ROOT) -> list[Path]:
    """Return the notebooks that _toc.yml lists, in its order: chapters, then appendices."""
    toc = yaml.safe_load((root / "_toc.yml").read_text(encoding="utf-8"))
    entries = [entry for part in toc["parts"] for entry in part["chapters"]]
    paths = [root / f"{entry['file'].removesuffix('.ipynb')}.ipynb" for entry in entries]
    return [path for path in paths if path.parent.name == "chapters" or path.is_file()]


def chapters(root: Path = ROOT) -> list[Path]:
    """Return the chapters that _toc.yml lists, in its order."""
    return [path for path in listed(root) if path.parent.name == "chapters"]


def normalised(notebook: NotebookNode) -> NotebookNode:
    """Return a copy of `notebook` in normal form."""
    notebook = copy.deepcopy(notebook)
    notebook.metadata = nbformat.from_dict(METADATA)
    notebook.nbformat, notebook.nbformat_minor = 4, 5
    count = 0
    for number, cell in enumerate(notebook.cells, start=1):
        cell.setdefault("id", f"cell-{number:02d}")
        tags = cell.metadata.get("tags", [])
        cell.metadata = nbformat.from_dict(
            {key: value for key, value in cell.metadata.items() if key in CELL_METADATA and value}
        )
        cell.metadata.pop("jupyter", None)
        cell.pop("attachments", None)
        if cell.cell_type != "code":
            continue
        if ASKING.search(cell.source):  # it shows HTML, and its code holds the answer
            tags = cell.metadata["tags"] = sorted({*tags, "nbval-ignore-output", "remove-input"})
        if FOLDED.intersection(tags):  # folded in JupyterLab as on the site
            cell.metadata["jupyter"] = NotebookNode(source_hidden=True)
        count += 1
        cell.execution_count = count
        cell.outputs = [] if "nbval-ignore-output" in tags else text_outputs(cell.outputs, count)
    return notebook


def text_outputs(outputs: list[NotebookNode], count: int) -> list[NotebookNode]:
    """Return what `outputs` say in plain text, pieces of one stream joined."""
    kept: list[NotebookNode] = []
    streams: dict[str, NotebookNode] = {}
    for output in outputs:
        if output.output_type == "stream":
            if output.name in streams:
                streams[output.name].text += output.text
                continue
            streams[output.name] = output
        elif output.output_type == "error":
            output.traceback = []  # names files of the machine; nbval compares name and message
        elif "text/plain" in output.data:
            output.data = NotebookNode({"text/plain": output.data["text/plain"]})
            output.metadata = NotebookNode()
            if output.output_type == "execute_result":
                output.execution_count = count
        else:
            continue
        kept.append(output)
    return kept


def execute(notebook: NotebookNode, folder: Path) -> None:
    """Run `notebook` from top to bottom in a fresh kernel that works in `folder`."""
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    client = NotebookClient(
        notebook,
        timeout=300,
        kernel_name="python3",
        record_timing=False,
        resources={"metadata": {"path": str(folder)}},
    )
    client.execute()


def text_of(notebook: NotebookNode) -> str:
    """Return the file's text as nbformat writes it: indent 1, sorted keys, a newline at the end."""
    nbformat.validate(notebook)
    return nbformat.writes(notebook, version=nbformat.NO_CONVERT).rstrip("\n") + "\n"


def write(path: Path, text: str) -> None:
    """Replace the file in one move, so that an interrupted run leaves the old notebook."""
    scratch = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        scratch.write_text(text, encoding="utf-8", newline="\n")
        os.replace(scratch, path)
    finally:
        scratch.unlink(missing_ok=True)


def complaints(path: Path) -> list[str]:
    """Say what in the notebook at `path` is not in normal form, cell by cell; empty if all is."""
    text = path.read_text(encoding="utf-8")
    notebook = nbformat.reads(text, as_version=nbformat.NO_CONVERT)
    wanted = normalised(notebook)
    if text == text_of(wanted):
        return []
    found = []
    pairs = zip(notebook.cells, wanted.cells, strict=True)
    for number, (cell, should) in enumerate(pairs, start=1):
        keys = sorted(key for key in {*cell, *should} if cell.get(key) != should.get(key))
        if keys:
            found.append(f"{path.name}: cell {number} ({should.id}): {', '.join(keys)}")
    if notebook.metadata != wanted.metadata:
        found.append(f"{path.name}: notebook metadata")
    return found or [f"{path.name}: not written as nbformat writes it: indent, order, last newline"]


def find(names: list[str]) -> list[Path]:
    """Turn the names given on the command line into paths; all that are listed if none is."""
    known = {path.stem: path for path in listed()}
    stems = [Path(name).name.removesuffix(".ipynb") for name in names]
    paths = [known.get(stem, ROOT / "chapters" / f"{stem}.ipynb") for stem in stems]
    return [
        Path(name).resolve() if Path(name).is_file() else path
        for name, path in zip(names, paths, strict=True)
    ] or list(known.values())


def main(arguments: list[str] | None = None) -> int:
    summary, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "names",
        nargs="*",
        metavar="name",
        help="notebooks; all that _toc.yml lists if none is named",
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument("--only-normalise", action="store_true", help="do not execute")
    mode.add_argument("--check", action="store_true", help="change nothing, complain")
    options = parser.parse_args(arguments)

    paths = find(options.names)
    missing = [path.name for path in paths if not path.is_file()]
    if missing:
        print(f"no such notebook: {', '.join(missing)}", file=sys.stderr)
        return 2
    if options.check:
        found = [complaint for path in paths for complaint in complaints(path)]
        print("\n".join(found) or f"{len(paths)} notebooks are in normal form")
        return 1 if found else 0
    for path in paths:
        notebook = nbformat.read(path, as_version=4)
        if not options.only_normalise:
            print(f"{path.name} …", flush=True)
            try:
                execute(notebook, path.parent)
            except CellExecutionError as error:
                print(f"{path.name} was left as it was: a cell failed\n{error}", file=sys.stderr)
                return 1
        write(path, text_of(normalised(notebook)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
