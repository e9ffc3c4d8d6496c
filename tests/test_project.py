"""The project's files: locks, README, citation, what must agree with what."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LOCKS = ["requirements.txt", "requirements-test.txt"]


def pins(name: str) -> list[str]:
    lines = (ROOT / name).read_text(encoding="utf-8").splitlines()
    return [line for line in lines if line and not line.startswith("#")]


@pytest.mark.parametrize("name", LOCKS)
def test_locks_hold_exact_versions_and_nothing_else(name: str):
    """No address, no path, and not the gdlib on PyPI, which is somebody else's."""
    exact = re.compile(r"[a-z0-9][a-z0-9._-]*==[a-z0-9.!+]+( ; [a-z_]+ .*)?")
    others = [line for line in pins(name) if not exact.fullmatch(line)]
    assert others == (["-e ."] if name == "requirements.txt" else [])
    assert [line for line in pins(name) if line.startswith("gdlib")] == []


def test_one_lock_extends_the_other():
    assert set(pins("requirements.txt")) - {"-e ."} <= set(pins("requirements-test.txt"))


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
    assert not (ROOT / "binder").exists()
    assert not (ROOT / "environment.yml").exists()


def test_make_names_every_command():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.findall(r"^\.PHONY: (.*)", makefile, re.MULTILINE)[0].split()
    told = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True)
    silent = {"unsound", "help"}
    for command in set(phony) - silent:
        assert f"make {command} " in told.stdout
