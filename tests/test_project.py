"""The project's files: locks, README, citation, what must agree with what."""

import json
import os
import re
import shutil
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
        "postBuild",
        "requirements.txt",
        "runtime.txt",
    }
    assert not (ROOT / "binder").exists()
    assert not (ROOT / "environment.yml").exists()


# ---------------------------------------------------------------- make, in other places

WITH_MAKE = pytest.mark.skipif(
    os.name == "nt" or not shutil.which("make"), reason="there is no make here"
)


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    """Return a copy of the project, as a zip holds it, in a folder with a space in its name."""
    folder = tmp_path / "my book"
    kept = (
        *("Makefile", "pyproject.toml", "_toc.yml", "_config.yml", "index.md", "requirements.txt"),
        *("requirements-test.txt", "chapters", "gdlib", "tools", "site", "tests", ".binder"),
    )
    folder.mkdir()
    for name in kept:
        (shutil.copytree if (ROOT / name).is_dir() else shutil.copy)(ROOT / name, folder / name)
    return folder


def make(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["make", *arguments],
        cwd=folder,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@WITH_MAKE
def test_make_names_every_command():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE)[0].split()
    told = make(ROOT, "help").stdout
    assert [name for name in phony if f"make {name} " not in told] == ["unsound", "help"]


@WITH_MAKE
def test_settings_for_other_work_do_not_reach_pip_and_python(copy: Path):
    """Ways to an index do; so a Python that only tells of its environment stands in for all."""
    (copy / "asked").write_text("#!/bin/sh\nenv > told\nexit 1\n")
    (copy / "asked").chmod(0o755)
    settings = {
        "PIP_USER": "1",
        "PIP_TARGET": "/elsewhere",
        "PIP_REQUIRE_HASHES": "1",
        "PIP_INDEX_URL": "https://mirror.example/simple",
        "PYTHONPATH": "/elsewhere",
        "PYTHONOPTIMIZE": "1",
        "PYTHONHOME": "/elsewhere",
        "PYTEST_ADDOPTS": "--bogus",
    }
    assert make(copy, "lint", "PYTHON=./asked", **settings).returncode != 0
    told = dict(
        line.split("=", 1) for line in (copy / "told").read_text().splitlines() if "=" in line
    )
    assert {name: told[name] for name in settings if name in told} == {
        "PIP_USER": "0",
        "PIP_REQUIRE_HASHES": "0",
        "PIP_INDEX_URL": "https://mirror.example/simple",
    }


@WITH_MAKE
@pytest.mark.parametrize("command", ["check", "chapter"])
def test_a_name_is_asked_for_where_the_environment_has_one(copy: Path, command: str):
    (copy / ".venv" / "bin").mkdir(parents=True)
    told = make(copy, "-n", command, NAME="DESKTOP", NAMES="DESKTOP", ALL="1").stdout
    assert "DESKTOP" not in told


@WITH_MAKE
def test_clean_leaves_the_environment(copy: Path):
    for name in (".venv", "_build", ".pytest_cache"):
        (copy / name).mkdir()
    assert make(copy, "clean", ALL="1").returncode == 0  # a variable that somebody has
    assert [(copy / name).exists() for name in (".venv", "_build", ".pytest_cache")] == [1, 0, 0]
    assert make(copy, "clean", "ALL=1").returncode == 0
    assert not (copy / ".venv").exists()


def test_a_chapter_that_is_begun_passes_the_rules(copy: Path):
    name = f"{len(CHAPTERS) + 1:02d}_noun"
    begun = [sys.executable, copy / "tools" / "chapter.py"]
    assert subprocess.run([*begun, "99_noun"], capture_output=True, check=False).returncode == 1
    subprocess.run([*begun, name], check=True)
    asked = [sys.executable, "-m", "pytest", "-q", "tests/test_notebooks.py"]
    asked += ["-k", f"{name} or {CHAPTERS[-1].stem} or contents or twice"]
    done = subprocess.run(asked, cwd=copy, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout
    for page in ("_toc.yml", "index.md"):
        assert f"chapters/{name}" in (copy / page).read_text(encoding="utf-8")


# ---------------------------------------------------------------- a machine without a browser


def test_without_a_browser_the_report_says_what_was_not_looked_at(copy: Path, tmp_path: Path):
    """Nothing is on the PATH, and Selenium is kept from looking further."""
    site = copy / "_build" / "html"
    site.mkdir(parents=True)
    (site / "index.html").write_text("<html></html>")
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith(("SE_", "GDLIB_"))
    }
    environment |= {"PATH": str(tmp_path), "SE_OFFLINE": "true", "SE_CACHE_PATH": str(tmp_path)}
    asked = [sys.executable, "-m", "pytest", "-q", "-rs", "tests/site/test_audit.py"]
    asked += ["-k", "first_load or console"]
    done = subprocess.run(
        asked, cwd=copy, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (line,) = (copy / "_build" / "site-report.md").read_text(encoding="utf-8").splitlines()
    assert line.startswith("Not looked at: ")
    assert "Install Chrome or Chromium" in line
