"""Execute a chapter again only where its outputs could be others.

An executed notebook is kept by its code cells and their metadata (jupyter-cache does that), in a
folder named by all else that decides what it prints and draws: gdlib, this Python, the packages
that are installed, the settings. Another sum, another folder: nothing stale is ever found.
"""

import hashlib
import platform
import shutil
import sys
from importlib.metadata import distributions
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.config import Config

ROOT = Path(__file__).resolve().parents[1]
KEPT = 3  # of the folders: the last few states of gdlib
OURS = ("gdlib", "tools/isolation.py", "tools/executed.py")
PAGES = ("site", "gdlib", "requirements.txt")


def files(root: Path, *names: str) -> list[Path]:
    """List the files below `root` that `names` name, themselves or by their folder."""
    found = [path for name in names for path in (root / name, *(root / name).rglob("*"))]
    return sorted(path for path in found if path.is_file() and path.parent.name != "__pycache__")


def checksum(root: Path, *names: str, more: tuple[object, ...] = ()) -> str:
    """Return the sum of files, by their paths and what is in them, and of `more`."""
    total = hashlib.sha256(repr(more).encode())
    for path in files(root, *names):
        content = hashlib.sha256(path.read_bytes()).hexdigest()
        total.update(f"{path.relative_to(root).as_posix()} {content}\n".encode())
    return total.hexdigest()[:16]


def surroundings() -> tuple[object, ...]:
    """Return what of this Python could change an output."""
    installed = {f"{found.name}=={found.version}" for found in distributions()}
    return sys.version, platform.platform(), sorted(installed)


def choose_folder(app: Sphinx, config: Config) -> None:
    """Say where executed chapters are kept; whatever else changed, let every page be read again."""
    home = ROOT / "_build" / "executed"
    folder = home / checksum(ROOT, *OURS, more=surroundings())
    folder.mkdir(parents=True, exist_ok=True)
    folder.touch()
    for old in sorted(home.iterdir(), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        shutil.rmtree(old)
    config.nb_execution_cache_path = str(folder)
    config.book_sources = checksum(ROOT, *PAGES)


def setup(app: Sphinx) -> dict[str, object]:
    app.add_config_value("book_sources", "", "env")
    app.connect("config-inited", choose_folder)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
