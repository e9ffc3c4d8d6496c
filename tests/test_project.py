"""The project's files: locks, README, citation, what must agree with what."""

import json
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
CHAPTERS = sorted((ROOT / "chapters").glob("*.ipynb"))
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ["requirements.txt", "requirements-test.txt", ".binder/requirements.txt"]


def pins(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_exact_versions_and_nothing_else(name: str):
    """No address, no path, and not the gdlib on PyPI, which is somebody else's."""
    exact = re.compile(r"[a-z0-9][a-z0-9._-]*==[a-z0-9.!+]+( ; [a-z_]+ .*)?")
    others = [line for line in pins(name) if not exact.fullmatch(line)]
    assert others == ([] if name == "requirements-test.txt" else ["-e ."])
    assert [line for line in pins(name) if line.startswith("gdlib")] == []


def test_one_lock_extends_the_other():
    assert set(pins("requirements.txt")) - {"-e ."} <= set(pins("requirements-test.txt"))


def packages(name: str) -> dict[str, str]:
    """Read names and versions, without the conditions under which they are installed."""
    found = (re.fullmatch(r"(\S+)==(\S+)( ;.*)?", line) for line in pins(name))
    return {match[1]: match[2] for match in found if match}


def test_binder_installs_versions_of_the_lock_and_nothing_that_builds_the_book():
    binder, book = packages(".binder/requirements.txt"), packages("requirements.txt")
    assert binder.items() < book.items()
    builders = ("sphinx", "jupyter-book", "docutils", "myst", "nbval", "pytest", "quickjs", "sql")
    assert [name for name in binder if name.startswith(builders)] == []


def test_binder_installs_what_the_chapters_import():
    chapters = [json.loads(path.read_text(encoding="utf-8")) for path in CHAPTERS]
    cells = [cell for nb in chapters for cell in nb["cells"] if cell["cell_type"] == "code"]
    code = "\n".join("".join(cell["source"]) for cell in cells)
    imported = set(re.findall(r"^\s*(?:import|from) (\w+)", code, re.MULTILINE))
    imported -= sys.stdlib_module_names
    assert {"numpy", "gdlib"} < imported
    distributions = {name.replace("sklearn", "scikit-learn") for name in imported - {"gdlib"}}
    assert distributions <= packages(".binder/requirements.txt").keys()


def test_the_book_stays_on_jupyter_book_1():
    assert any(pin.startswith("jupyter-book==1.") for pin in pins("requirements.txt"))


def test_readme_shows_code_that_runs(capsys: pytest.CaptureFixture[str]):
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    (program,) = re.findall(r"^```python\n(.*?)^```", readme, re.MULTILINE | re.DOTALL)
    assert len([line for line in program.splitlines() if line]) == 6
    exec(compile(program, "README.md", "exec"), {})
    printed = capsys.readouterr().out.splitlines()
    assert printed[0] == "   0  loss 2.75e+01"
    assert len(printed) == 11


def test_local_links_of_the_project_pages_lead_somewhere():
    for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md"):
        for link in re.findall(r"\]\(([^)]+)\)", (ROOT / name).read_text(encoding="utf-8")):
            assert "://" in link or (ROOT / link).exists(), f"{name}: {link}"


def test_the_version_stands_once():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    assert citation["version"] == PROJECT["version"]
    assert f"## {PROJECT['version']} " in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_binder_uses_a_python_that_gdlib_supports():
    version = (ROOT / "runtime.txt").read_text(encoding="utf-8").strip().removeprefix("python-")
    assert PROJECT["requires-python"] == ">=3.11"
    assert version in ("3.11", "3.12", "3.13", "3.14")
    link = (ROOT / ".binder" / "runtime.txt").read_text(encoding="utf-8").strip()
    assert link in (f"python-{version}", "../runtime.txt")  # a link; Windows may show where to
    assert {path.name for path in (ROOT / ".binder").iterdir()} == {
        "requirements.txt",
        "runtime.txt",
    }
    assert not (ROOT / "binder").exists()
    assert not (ROOT / "environment.yml").exists()


def test_make_names_every_command():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE)[0].split()
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    silent = {"unsound", "help"}
    for command in set(phony) - silent:
        assert f"make {command} " in told.stdout
