"""Serve the book, build it again whenever a source is saved, and let the open page reload.

    python tools/watch.py 8000

The site stands in `_build/watch`, beside the one that make book makes and tests look at. Pages get
the script that reloads them while they are served; no file has it. Chapters that are executed here
are executed for make book, too.
"""

import functools
import io
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from contextlib import redirect_stdout, suppress
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from importlib import import_module
from pathlib import Path

import isolation  # noqa: F401  a person's settings reach no chapter
from jupyter_book.cli.main import main

ROOT = Path(__file__).resolve().parents[1]
SITE = ROOT / "_build" / "watch" / "_build" / "html"
BUILT = SITE.parents[1] / "built"  # touched after each build
SOURCES = ("_config.yml", "_toc.yml", "index.md", "chapters", "appendices")
MACHINE = ("gdlib", "site", "tools")  # all pages are made by these
PRELOADED = (
    *("jupyter_book.sphinx", "sphinx.builders.html", "sphinx.ext.autodoc", "sphinx.ext.napoleon"),
    *("sphinx_external_toc", "myst_nb.sphinx_ext", "sklearn.datasets"),
    *("matplotlib.backends.backend_agg", "matplotlib.backends.backend_svg", "quickjs"),
)
ASKS = b'<script src="/reload.js" defer></script></head>'
SCRIPT = b"""
let shown = null;
setInterval(async () => {
  try {
    const now = await (await fetch("/built", {cache: "no-store"})).text();
    if (shown !== null && now !== shown) location.reload();
    shown = now;
  } catch { /* the server is gone */ }
}, 300);
"""


def seen(root: Path = ROOT, names: tuple[str, ...] = SOURCES + MACHINE) -> dict[Path, float]:
    """Return when each source was changed last."""
    paths = [path for name in names for path in (root / name, *(root / name).rglob("*"))]
    kinds = {".ipynb", ".md", ".bib", ".yml", ".py", ".css", ".js", ".html", ".svg", ".mplstyle"}
    found = {}
    for path in paths:
        if path.suffix in kinds and not path.name.startswith(".") and path.is_file():
            found[path] = path.stat().st_mtime
    return found


def preload() -> None:
    """Import what a build spends most of its time on importing; nothing of ours, which changes."""
    for name in PRELOADED:
        import_module(name)


def build() -> bool:
    """Build what changed; say whether it went well. Warnings stand in the terminal."""
    command = ["build", str(ROOT), "-n", "-q", "--path-output", str(SITE.parents[1])]
    if not hasattr(os, "fork"):
        program = "from jupyter_book.cli.main import main; main()"
        return (
            subprocess.run([sys.executable, "-c", program, *command], check=False).returncode == 0
        )
    child = os.fork()  # has all imports made; the edited modules it reads itself
    if child:
        return os.waitpid(child, 0)[1] == 0
    code = 1
    try:
        with redirect_stdout(io.StringIO()):
            main(command, standalone_mode=False)
        code = 0
    except SystemExit as error:
        code = 1 if error.code else 0
    except BaseException as error:
        print(error, file=sys.stderr)
    finally:
        sys.stderr.flush()
        os._exit(code)


class Page(SimpleHTTPRequestHandler):
    """Serve the site, with a script in each page that asks whether it is still the newest."""

    def send_head(self):
        path = Path(self.translate_path(self.path))
        if path.is_dir():
            path /= "index.html"
        if self.path == "/built":
            return self.answer(str(BUILT.stat().st_mtime_ns).encode(), "text/plain")
        if self.path == "/reload.js":
            return self.answer(SCRIPT, "text/javascript")
        if path.suffix == ".html" and path.is_file():
            return self.answer(path.read_bytes().replace(b"</head>", ASKS, 1), "text/html")
        return super().send_head()

    def answer(self, data: bytes, kind: str) -> io.BytesIO:
        self.send_response(200)
        self.send_header("Content-Type", f"{kind}; charset=utf-8")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        return io.BytesIO(data)

    def log_message(self, *args: object) -> None:
        pass


def serve(port: int) -> None:
    handler = functools.partial(Page, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", port), handler) as server:
        server.serve_forever()


def watch(port: int) -> None:
    """Serve in another process, so that this one may fork, and build for ever."""
    SITE.mkdir(parents=True, exist_ok=True)
    BUILT.touch()
    server = multiprocessing.Process(target=serve, args=(port,), daemon=True)
    server.start()
    print(f"http://localhost:{port} (stop with Ctrl-C)", flush=True)
    preload()
    before: dict[Path, float] = {}
    while server.is_alive():
        now = seen()
        if now == before:
            time.sleep(0.2)
            continue
        started, before = time.monotonic(), now
        result = "Built" if build() else "Built as far as possible"
        BUILT.touch()
        print(f"{result} in {time.monotonic() - started:.1f} s", flush=True)
    sys.exit(1)  # the server has said why


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())  # not without the server
    with suppress(KeyboardInterrupt):
        watch(int(sys.argv[1]) if len(sys.argv) > 1 else 8000)
