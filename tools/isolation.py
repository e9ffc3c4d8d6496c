"""Keep a person's settings out of the book: imported, it cleans this process's surroundings.

The build loads it as its first extension, pytest as a plugin, and the tools import it, so that all
that they start begins alike on every machine. Matplotlib, IPython and Jupyter find a home in
`_build/home`; what would change how they, Python or a sum work is dropped. Ways to a network stay.
"""

import os
import subprocess
import sys
from pathlib import Path

HOME = Path(__file__).resolve().parents[1] / "_build" / "home"
DROPPED = (
    *("PYTHON", "IPYTHON", "IPYKERNEL_", "JUPYTER", "JPY_", "MPL", "_MPL", "MATPLOTLIB", "QT_API"),
    *("OMP_", "OPENBLAS_NUM_", "MKL_", "BLIS_", "VECLIB_", "NPY_", "NUMPY_", "SKLEARN_", "TQDM_"),
    *("LC_", "LANG", "TZ", "SOURCE_DATE_EPOCH"),
    *("COLUMNS", "LINES", "NO_COLOR", "FORCE_COLOR", "CLICOLOR", "PY_COLORS"),
    # Set within git's hooks: what a test does in a repository of its own, it would do in this one.
    *("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE", "GIT_COMMON_DIR", "GIT_OBJECT_DIRECTORY"),
    *("GIT_CONFIG", "GIT_NAMESPACE", "GIT_PREFIX"),
)


def isolated(environment: dict[str, str]) -> dict[str, str]:
    """Return an environment without what a person has set, and with what the book sets."""
    kept = {
        name: value for name, value in environment.items() if not name.upper().startswith(DROPPED)
    }
    return kept | {
        "PYTHONUTF8": "1",
        "TZ": "UTC",
        "OMP_NUM_THREADS": "1",  # a sum that threads share is rounded otherwise
        "OPENBLAS_NUM_THREADS": "1",
        "TQDM_BAR_FORMAT": "{l_bar}{bar}| {n_fmt}/{total_fmt}",  # no times
        "MPLCONFIGDIR": str(HOME / "matplotlib"),
        "IPYTHONDIR": str(HOME / "ipython"),
        "JUPYTER_CONFIG_DIR": str(HOME / "jupyter"),
        "JUPYTER_DATA_DIR": str(HOME / "jupyter"),
        "JUPYTER_RUNTIME_DIR": str(HOME / "jupyter" / "runtime"),
    }


def isolate() -> None:
    """Clean the environment of this process, and where it looks for modules."""
    added = set(filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep)))
    sys.path[:] = [path for path in sys.path if path not in added]
    clean = isolated(dict(os.environ))
    os.environ.clear()
    os.environ.update(clean)
    if not list(HOME.glob("matplotlib/fontlist*")):  # else the first chapter may tell of it
        subprocess.run([sys.executable, "-c", "import matplotlib.font_manager"], check=True)


isolate()


def setup(app: object) -> dict[str, object]:
    """Let Sphinx load this as an extension."""
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
