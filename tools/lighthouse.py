"""Measure pages of the built site with Lighthouse, which npx fetches; Node and Chrome are needed.

python tools/lighthouse.py                      the page of each kind, three times
python tools/lighthouse.py chapters/03_loss.html --runs 1
"""

import argparse
import functools
import gzip
import json
import os
import shutil
import statistics
import subprocess
import sys
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from pathlib import Path

from pdf import BROWSERS

ROOT = Path(__file__).resolve().parents[1]
SITE = Path(os.environ.get("GDLIB_SITE", ROOT / "_build" / "html"))
PAGES = ["index.html", "chapters/03_loss.html", "appendices/gdlib.html"]
KINDS = ["performance", "accessibility", "best-practices", "seo"]
CHROME = "--headless=new --no-sandbox --disable-gpu --disable-quic --no-first-run"


class Compressed(SimpleHTTPRequestHandler):
    """Serve as GitHub Pages does: text compressed."""

    protocol_version = "HTTP/1.1"

    def send_head(self) -> BytesIO | None:
        path = Path(self.translate_path(self.path))
        if not path.is_file():
            self.send_error(404)
            return None
        data = path.read_bytes()
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(path)))
        if path.suffix in (".html", ".css", ".js", ".svg", ".txt", ".xml"):
            data = gzip.compress(data, 6)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        return BytesIO(data)

    def log_message(self, *args: object) -> None:
        pass


def measure(url: str, preset: str) -> dict[str, float]:
    """Run Lighthouse once."""
    chrome = next(filter(None, map(shutil.which, BROWSERS)), "")
    npx = os.environ.get("LIGHTHOUSE", "npx --yes lighthouse@13").split()
    command = [*npx, url, "--quiet", "--output=json", f"--chrome-flags={CHROME}"]
    command += [f"--only-categories={','.join(KINDS)}"]
    command += ["--preset=desktop"] if preset == "desktop" else []
    asked = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "CHROME_PATH": chrome},
    )
    if asked.returncode:
        sys.exit(asked.stderr)
    answer = json.loads(asked.stdout)
    for kind in KINDS[1:]:
        for ref in answer["categories"][kind]["auditRefs"]:
            if ref["weight"] and answer["audits"][ref["id"]]["score"] not in (1, None):
                print(f"  {kind}: {answer['audits'][ref['id']]['title']}")
    found = {kind: 100 * answer["categories"][kind]["score"] for kind in KINDS}
    found["LCP"] = answer["audits"]["largest-contentful-paint"]["numericValue"] / 1000
    found["CLS"] = answer["audits"]["cumulative-layout-shift"]["numericValue"]
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", default=PAGES)
    parser.add_argument("--runs", type=int, default=3)
    chosen = parser.parse_args()
    handler = functools.partial(Compressed, directory=str(SITE))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        for page in chosen.pages:
            for preset in ("mobile", "desktop"):
                url = f"http://127.0.0.1:{server.server_port}/{page}"
                runs = [measure(url, preset) for _ in range(chosen.runs)]
                middle = {key: statistics.median(run[key] for run in runs) for key in runs[0]}
                text = "  ".join(f"{key} {value:.3g}" for key, value in middle.items())
                print(f"{page} ({preset}): {text}", flush=True)
        server.shutdown()


if __name__ == "__main__":
    main()
