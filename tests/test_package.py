"""The package as a whole: its names, what it imports, its docstrings."""

import doctest
import inspect
import pkgutil
import re
import subprocess
import sys
import types
from importlib import resources
from pathlib import Path

import pytest

import gdlib
import gdlib.interactive

ROOT = Path(__file__).resolve().parent.parent
FUNCTIONS = [name for name in gdlib.__all__ if inspect.isfunction(getattr(gdlib, name))]
CLASSES = [name for name in gdlib.__all__ if inspect.isclass(getattr(gdlib, name))]


def test_importing_it_imports_numpy_and_nothing_else_that_is_heavy():
    program = """
import sys, gdlib
gdlib.gradient_descent([[1.0], [2.0]], [1.0, 2.0], 0.5, 1000)
heavy = {"matplotlib", "ipywidgets", "IPython", "sklearn", "scipy", "pandas", "tqdm"}
print(sorted(heavy & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", program], capture_output=True, text=True, check=True
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_all_names_what_is_public():
    public = {
        name
        for name, value in vars(gdlib).items()
        if not name.startswith("_") and not isinstance(value, types.ModuleType)
    }
    assert public == set(gdlib.__all__)


def test_no_module_is_hidden_by_a_name():
    modules = {module.name for module in pkgutil.iter_modules(gdlib.__path__)}
    assert {"data", "initialization", "losses", "differences", "updates", "descent"} <= modules
    assert modules.isdisjoint(gdlib.__all__)


def test_imports_run_one_way():
    order = "arguments data initialization losses batches differences updates momentum curvature"
    order = [*order.split(), "descent"]
    for position, name in enumerate(order):
        source = inspect.getsource(sys.modules[f"gdlib.{name}"])
        imported = re.findall(r"^from gdlib\.(\w+) import", source, re.MULTILINE)
        assert set(imported) <= set(order[:position])


@pytest.mark.parametrize(
    ("name", "arguments"),
    [
        ("loss_function", ["X", "y", "w", "b"]),
        ("gradient", ["X", "y", "w", "b"]),
        ("update_parameters", ["w", "b", "dw", "db", "learning_rate"]),
        ("gradient_descent", ["X", "y", "learning_rate", "num_iterations"]),
    ],
)
def test_the_article_s_calls(name, arguments):
    parameters = inspect.signature(getattr(gdlib, name)).parameters.values()
    required = [p for p in parameters if p.default is inspect.Parameter.empty]
    assert [p.name for p in required] == arguments
    assert {p.kind for p in required} == {inspect.Parameter.POSITIONAL_OR_KEYWORD}
    rest = [p for p in parameters if p not in required]
    assert all(p.kind is inspect.Parameter.KEYWORD_ONLY for p in rest)


def sections(name):
    """The docstring's summary, and its sections by title."""
    doc = inspect.cleandoc(getattr(gdlib, name).__doc__)
    parts = re.split(r"^(\w[\w ]+)\n-+\n", doc, flags=re.MULTILINE)
    return parts[0].split("\n\n")[0], dict(zip(parts[1::2], parts[2::2], strict=True))


@pytest.mark.parametrize("name", FUNCTIONS + CLASSES)
def test_docstring_has_one_sentence_first_and_an_example(name):
    summary, found = sections(name)
    assert summary.endswith(".")
    assert len(summary.split("\n")) == 1
    assert ">>> " in found["Examples"]


@pytest.mark.parametrize("name", FUNCTIONS)
def test_docstring_describes_arguments_and_results(name):
    function = getattr(gdlib, name)
    _, found = sections(name)
    arguments = list(inspect.signature(function).parameters)
    entries = re.findall(r"^([\w, ]+) : \S", found.get("Parameters", ""), re.MULTILINE)
    documented = [argument for entry in entries for argument in entry.split(", ")]
    assert sorted(documented) == sorted(arguments)
    assert found["Returns"].strip()
    for line in "\n".join(found.values()).splitlines():
        if re.match(r"[\w, ]+ : (array_like|ndarray)", line):
            assert "shape (" in line
    if arguments and name != "plain_step":  # which trusts its arguments, and says so
        assert "Error" in found["Raises"]


@pytest.mark.parametrize("name", [name for name in CLASSES if name != "ConvergenceWarning"])
def test_docstring_describes_attributes(name):
    _, found = sections(name)
    assert re.search(r"^\w+ : \S", found["Attributes"], re.MULTILINE)
    text = found.get("Parameters", "") + found["Attributes"]
    entries = re.findall(r"^([\w, ]+) : \S", text, re.MULTILINE)
    annotated = vars(getattr(gdlib, name)).get("__annotations__")
    assert not annotated or ", ".join(entries).split(", ") == list(annotated)


@pytest.mark.parametrize("name", ["MiniBatches", "Momentum", "Adam"])
def test_docstring_describes_what_a_class_takes(name):
    _, found = sections(name)
    entries = re.findall(r"^([\w, ]+) : \S", found["Parameters"], re.MULTILINE)
    arguments = list(inspect.signature(getattr(gdlib, name)).parameters)
    assert ", ".join(entries).split(", ") == arguments
    assert "Error" in found["Raises"]


def test_the_reference_lists_what_is_exported_and_nothing_else():
    page = (ROOT / "appendices" / "gdlib.md").read_text(encoding="utf-8")
    listed = re.findall(r"^\.\. (?:auto\w+:: gdlib\.|py:data:: )(\S+)", page, re.MULTILINE)
    figures = [f"interactive.{name}" for name in gdlib.interactive.__all__]
    assert sorted(listed) == sorted(gdlib.__all__ + figures)


def test_examples_run_with_the_imports_that_the_reference_names():
    page = (ROOT / "appendices" / "gdlib.md").read_text(encoding="utf-8")
    (imports,) = re.findall(r"^```python\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    names: dict[str, object] = {}
    exec(imports, names)
    runner = doctest.DocTestRunner(optionflags=doctest.NORMALIZE_WHITESPACE)
    for name in [*gdlib.__all__, *gdlib.interactive.__all__]:
        for test in doctest.DocTestFinder(recurse=False).find(names[name], name, globs=names):
            runner.run(test)
    assert runner.tries > 50
    assert runner.failures == 0


def test_is_marked_as_typed():
    assert resources.files(gdlib).joinpath("py.typed").is_file()
