"""The book's own Sphinx extensions, without a build."""

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import katex_package
import pytest
from sphinx.errors import ExtensionError

ROOT = Path(__file__).resolve().parents[1]


def load(name):
    """Import an extension by its path."""
    spec = importlib.util.spec_from_file_location(
        f"site_{name}", ROOT / f"site/extensions/{name}.py"
    )
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


repository, katex_math, pages = map(load, ["repository", "katex_math", "pages"])

# ---------------------------------------------------------------- repository


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/ada/book",
        "https://github.com/ada/book.git",
        "https://github.com/ada/book/",
        "https://x-token:secret@github.com/ada/book.git\n",
        "git@github.com:ada/book.git",
        "ssh://git@github.com/ada/book.git",
        "ssh://git@github.com:22/ada/book.git",
        "git://github.com/ada/book",
    ],
)
def test_every_form_of_a_remote_is_read(remote):
    found = repository.parse(remote)
    assert (found.provider, found.url) == ("github", "https://github.com/ada/book")


@pytest.mark.parametrize(
    "remote",
    ["", "/srv/git/book.git", "../book", "file:///srv/book.git", "https://example.org/a/b", "book"],
)
def test_no_links_lead_to_an_unknown_place(remote):
    assert repository.parse(remote) is None


def links(remote, file="chapters/01_data.ipynb", branch="main"):
    return {kind: url for kind, _, url in repository.parse(remote, branch).links(file)}


def test_links_of_a_github_repository():
    assert links("git@github.com:ada/book.git", branch="next/1") == {
        "binder": "https://mybinder.org/v2/gh/ada/book/next%2F1?urlpath=lab/tree/chapters/01_data.ipynb",
        "colab": "https://colab.research.google.com/github/ada/book/blob/next/1/chapters/01_data.ipynb",
        "source": "https://github.com/ada/book/blob/next/1/chapters/01_data.ipynb",
        "edit": "https://github.com/ada/book/edit/next/1/chapters/01_data.ipynb",
        "issue": "https://github.com/ada/book/issues/new",
    }


def test_links_of_a_gitlab_repository():
    found = links("https://gitlab.com/group/sub/book.git")
    assert found == {
        "binder": "https://mybinder.org/v2/gl/group%2Fsub%2Fbook/main?urlpath=lab/tree/chapters/01_data.ipynb",
        "source": "https://gitlab.com/group/sub/book/-/blob/main/chapters/01_data.ipynb",
        "edit": "https://gitlab.com/group/sub/book/-/edit/main/chapters/01_data.ipynb",
        "issue": "https://gitlab.com/group/sub/book/-/issues/new",
    }


def test_links_of_a_gitee_repository():
    found = links("https://gitee.com/ada/book")
    assert found["binder"].startswith(
        "https://mybinder.org/v2/git/https%3A%2F%2Fgitee.com%2Fada%2Fbook/main?"
    )
    assert found["issue"] == "https://gitee.com/ada/book/issues/new"
    assert "colab" not in found


def test_a_text_is_not_launched():
    assert set(links("https://github.com/ada/book", "index.md")) == {"source", "edit", "issue"}


@pytest.fixture
def clone(tmp_path, monkeypatch):
    monkeypatch.delenv("GDLIB_REPOSITORY_URL", raising=False)
    monkeypatch.delenv("GDLIB_REPOSITORY_BRANCH", raising=False)
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    return tmp_path


def test_a_forks_pages_lead_to_the_fork(clone):
    remote = ["git", "-C", clone, "remote", "add", "origin", "git@gitlab.com:eve/fork.git"]
    subprocess.run(remote, check=True)
    assert repository.find(clone).url == "https://gitlab.com/eve/fork"


def test_a_clone_without_a_remote_or_with_a_local_one_has_no_links(clone):
    assert repository.find(clone) is None
    subprocess.run(["git", "-C", clone, "remote", "add", "origin", "/srv/book.git"], check=True)
    assert repository.find(clone) is None


def test_the_environment_comes_before_the_remote(clone, monkeypatch):
    remote = ["git", "-C", clone, "remote", "add", "origin", "https://github.com/ada/book"]
    subprocess.run(remote, check=True)
    monkeypatch.setenv("GDLIB_REPOSITORY_URL", "https://github.com/eve/fork")
    monkeypatch.setenv("GDLIB_REPOSITORY_BRANCH", "trunk")
    assert (repository.find(clone).url, repository.find(clone).branch) == (
        "https://github.com/eve/fork",
        "trunk",
    )
    monkeypatch.setenv("GDLIB_REPOSITORY_URL", "")
    assert repository.find(clone) is None


def test_the_first_page_says_where_to_clone_and_to_launch():
    known = repository.doors(repository.parse("git@github.com:ada/book.git"))
    assert known["clone"] == "`git clone https://github.com/ada/book`"
    assert "(https://mybinder.org/v2/gh/ada/book/main?urlpath=lab)" in known["launch"]
    unknown = repository.doors(None)
    assert known.keys() == unknown.keys()
    assert "http" not in "".join(unknown.values())


def test_downloads_name_the_repository(tmp_path):
    notebook = tmp_path / "_sources" / "chapters" / "01.ipynb"
    notebook.parent.mkdir(parents=True)
    line = "%pip install 'gdlib @ git+{}'"
    notebook.write_text(line.format(repository.PLACEHOLDER))
    for url, expected in ((None, repository.PLACEHOLDER), ("https://gitlab.com/a/b.git",) * 2):
        found = repository.parse(url or "")
        app = SimpleNamespace(outdir=tmp_path, config=SimpleNamespace(book_repository=found))
        repository.name_in_downloads(app, None)
        assert notebook.read_text() == line.format(expected.removesuffix(".git"))


# ---------------------------------------------------------------- formulas


def test_formulas_are_set_in_both_ways():
    assert "katex-display" not in katex_math.render(r"\alpha")
    display = katex_math.render(r"\begin{aligned}a &= b\end{aligned}", True)
    assert display.startswith('<span class="katex-display">')
    assert "<math" in display


def test_a_wrong_formula_is_refused():
    with pytest.raises(ValueError, match=r"Undefined control sequence: \\fracx"):
        katex_math.render(r"\fracx{a}{b}")


def test_style_and_fonts_of_katex_are_those_of_its_package():
    style = (katex_package.HOME / "static/katex/katex.css").read_text(encoding="utf-8")
    assert f'.katex-version:after{{content:"{katex_package.VERSION}"}}' in style
    fonts = {part.split(")")[0] for part in style.split("url(")[1:]}
    there = katex_package.HOME.glob("static/katex/fonts/*")
    assert fonts == {f"fonts/{path.name}" for path in there}


def test_another_package_than_the_pinned_one_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(katex_package, "HOME", tmp_path / "katex")
    monkeypatch.setattr(katex_package, "pack", lambda folder: b"not KaTeX")
    with pytest.raises(SystemExit, match="not the package"):
        katex_package.main()
    assert not list(tmp_path.iterdir())


def test_a_missing_katex_says_how_to_fetch_it(tmp_path, monkeypatch):
    monkeypatch.setattr(katex_math, "HOME", tmp_path / "katex")
    with pytest.raises(ExtensionError, match=r"python site/extensions/katex_package\.py"):
        katex_math._serve_style(None, None)


# ---------------------------------------------------------------- pages


def test_the_policy_allows_nothing_from_elsewhere():
    policy = pages.policy()
    assert policy.startswith("default-src 'none'; script-src 'self' 'sha256-")
    assert "http" not in policy
    assert "unsafe-eval" not in policy
    assert "unsafe-inline" not in policy.split("style-src")[0]


def test_the_archive_is_the_same_for_the_same_site(tmp_path):
    (tmp_path / "_static").mkdir()
    (tmp_path / "index.html").write_text("a")
    (tmp_path / "_static" / "book.css").write_text("b")
    pages.archive(tmp_path)
    first = (tmp_path / pages.ARCHIVE).read_bytes()
    (tmp_path / "index.html").touch()
    pages.archive(tmp_path)
    assert (tmp_path / pages.ARCHIVE).read_bytes() == first
    with zipfile.ZipFile(tmp_path / pages.ARCHIVE) as packed:
        assert packed.namelist() == [
            "gradient-descent-book/_static/book.css",
            "gradient-descent-book/index.html",
        ]


def test_sizes_of_drawings_are_read(tmp_path):
    drawing = tmp_path / "a.svg"
    drawing.write_text('<svg width="432pt" height="266.4pt" viewBox="0 0 432 266">')
    assert pages.size(drawing) == pytest.approx((576, 355.2))
    drawing.write_text("<svg>")
    assert pages.size(drawing) is None


def test_the_page_for_lost_readers_holds_at_any_depth():
    page = (
        '<a href="index.html"><a href="#main"><a href="https://x.org/"><script src="_static/a.js">'
    )
    assert pages.rooted(page, "https://ada.github.io/book/") == (
        '<a href="/book/index.html"><a href="#main"><a href="https://x.org/">'
        '<script src="/book/_static/a.js">'
    )
