"""The book's own Sphinx extensions, without a build."""

import importlib.util
import io
import itertools
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import katex_package
import nbformat
import pytest
import yaml
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from hypothesis import given
from hypothesis import strategies as st
from sphinx.application import Sphinx
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


names = ["repository", "katex_math", "pages", "printed_text"]
repository, katex_math, pages, printed_text = map(load, names)

# ---------------------------------------------------------------- repository


@pytest.mark.parametrize(
    "remote",
    [
        "https://github.com/ada/book",
        "https://github.com/ada/book.git",
        "https://github.com/ada/book/",
        "https://github.com:443/ada/book.git",
        "https://www.github.com/ada/book",
        "https://x-token:secret@github.com/ada/book.git\n",
        "https://ada@example.org:secret@github.com/ada/book.git",
        "git@github.com:ada/book.git",
        "git@github.com:/ada/book.git",
        "github.com:ada/book",
        "git@github.com:22/ada/book.git",
        "git@github.com-work:ada/book.git",
        "git@ssh.github.com:ada/book.git",
        "ssh://git@github.com/ada/book.git",
        "ssh://git@github.com:22/ada/book.git",
        "ssh://git@ssh.github.com:443/ada/book.git",
        "git+ssh://git@GitHub.com/ada/book.git/",
        "git://github.com/ada/book",
    ],
)
def test_every_form_of_a_remote_is_read(remote):
    found = repository.parse(remote)
    assert (found.provider, found.url) == ("github", "https://github.com/ada/book")


@pytest.mark.parametrize(
    ("remote", "url"),
    [
        ("ssh://git@altssh.gitlab.com:443/a/sub/b.git", "https://gitlab.com/a/sub/b"),
        ("git@ssh.gitlab.gnome.org:a/b.git", "https://gitlab.gnome.org/a/b"),
        ("ssh://git@gitlab.example.org:2222/a/b.git", "https://gitlab.example.org/a/b"),
        ("https://u:t@gitlab.example.org:8443/a/b.git", "https://gitlab.example.org:8443/a/b"),
        ("git@gitee.com:a/b.git", "https://gitee.com/a/b"),
        ("git@github.com:22/b.git", "https://github.com/22/b"),  # somebody's name
    ],
)
def test_the_host_of_pages_is_not_always_the_host_of_git(remote, url):
    assert repository.parse(remote).url == url


@pytest.mark.parametrize(
    "remote",
    [
        "",
        "book",
        "../book",
        "github.com/ada/book",
        "/srv/git/github.com/ada/book.git",
        "file:///srv/github.com/book.git",
        "C:\\github.com\\book",
        "C:/github.com/ada/book",
        "//server/github.com/ada/book",
        "https://example.org/a/b",
        "https://notgithub.com/a/b",
        "https://gist.github.com/a/b",
        "ssh://git@altssh.bitbucket.org:443/a/b.git",
        "ssh://git@gitlab-ssh.example.org/a/b.git",  # who knows where its pages are
        "git@gitlab.com:22/a/b.git",  # a port or a group
        "gh:ada/book",
        "https://github.com/ada",
        "https://github.com/ada/book/tree/main",
        "https://github.com/ada/book?access_token=secret",
        "https://github.com/ada/..",
    ],
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


def git(*command):
    if not shutil.which("git"):
        pytest.skip("git is not here")
    subprocess.run(["git", *command], check=True, capture_output=True)


@pytest.fixture
def clone(tmp_path, monkeypatch):
    monkeypatch.delenv("GDLIB_REPOSITORY_URL", raising=False)
    monkeypatch.delenv("GDLIB_REPOSITORY_BRANCH", raising=False)
    (tmp_path / "config").write_text("[user]\nname = Ada\nemail = ada@example.org\n")
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(tmp_path / "config"))
    git("init", "-q", tmp_path / "clone")
    return tmp_path / "clone"


def test_a_forks_pages_lead_to_the_fork(clone):
    git("-C", clone, "remote", "add", "origin", "git@gitlab.com:eve/fork.git")
    assert repository.find(clone).url == "https://gitlab.com/eve/fork"


def test_a_book_unpacked_inside_another_repository_is_not_that_repository(clone):
    git("-C", clone, "remote", "add", "origin", "https://github.com/eve/thesis")
    (clone / "book").mkdir()
    assert repository.find(clone / "book") is None


def test_a_worktree_and_a_submodule_are_repositories_of_their_own(clone, tmp_path):
    git("-C", clone, "remote", "add", "origin", "https://github.com/ada/book")
    git("-C", clone, "commit", "-q", "--allow-empty", "-m", "Begin")
    git("-C", clone, "worktree", "add", "-q", tmp_path / "tree")
    assert repository.find(tmp_path / "tree").url == "https://github.com/ada/book"
    git("init", "-q", tmp_path / "outer")
    add = ["-c", "protocol.file.allow=always", "-C", tmp_path / "outer", "submodule", "add", "-q"]
    git(*add, clone, "book")
    git("-C", tmp_path / "outer/book", "remote", "set-url", "origin", "git@gitee.com:eve/b.git")
    assert repository.find(tmp_path / "outer/book").url == "https://gitee.com/eve/b"


def test_a_hooks_environment_names_no_other_repository(clone, tmp_path, monkeypatch):
    git("-C", clone, "remote", "add", "origin", "https://github.com/ada/book")
    git("init", "-q", tmp_path / "other")
    monkeypatch.setenv("GIT_DIR", str(tmp_path / "other/.git"))
    monkeypatch.setenv("GIT_WORK_TREE", str(clone))
    assert repository.find(clone).url == "https://github.com/ada/book"


def test_a_folder_of_another_user_is_read(clone, monkeypatch):
    """As in a container that a folder was mounted into: git refuses, though it would only read."""
    git("-C", clone, "remote", "add", "origin", "https://github.com/ada/book")
    monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")  # git's own way to test this
    refused = subprocess.run(["git", "-C", clone, "status"], capture_output=True, check=False)
    assert b"dubious ownership" in refused.stderr
    assert repository.find(clone).url == "https://github.com/ada/book"


def test_a_shorthand_is_read_as_git_reads_it(clone, tmp_path):
    git("-C", clone, "remote", "add", "origin", "gh:ada/book")
    assert repository.find(clone) is None
    with (tmp_path / "config").open("a") as config:
        config.write('[url "git@github.com:"]\ninsteadOf = gh:\n')
        config.write('[url "https://mirror.example.org/"]\ninsteadOf = https://github.com/\n')
    assert repository.find(clone).url == "https://github.com/ada/book"
    git("-C", clone, "remote", "set-url", "origin", "https://github.com/ada/book")
    assert repository.find(clone).url == "https://github.com/ada/book"


def test_a_clone_without_a_remote_or_with_a_local_one_has_no_links(clone):
    assert repository.find(clone) is None
    git("-C", clone, "remote", "add", "origin", "/srv/book.git")
    assert repository.find(clone) is None


def test_the_environment_comes_before_the_remote(clone, monkeypatch):
    git("-C", clone, "remote", "add", "origin", "https://github.com/ada/book")
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


# ---------------------------------------------------------------- what cells print


def output(name, text):
    """Make a piece of a stream, or a picture."""
    new = nbformat.v4.new_output
    return (
        new("stream", name=name, text=text) if name else new("display_data", {"text/plain": text})
    )


OUT, ERR = "stdout", "stderr"
PRINTED = {
    "cut within a line": ([(OUT, "left  "), (OUT, "right\n")], ["left  right\n"]),
    "cut between lines": ([(OUT, "a\n"), (OUT, "b\n")], ["a\nb\n"]),
    "empty lines": ([(OUT, "\n\na\n\n"), (OUT, "\nb\n")], ["\n\na\n\n\nb\n"]),
    "two streams": ([(ERR, "x"), (OUT, "a"), (ERR, "y\n"), (OUT, "b\n")], ["ab\n", "xy\n"]),
    "around a picture": (
        [(OUT, "be"), (OUT, "fore\n"), ("", "a picture"), (OUT, "after\n")],
        ["before\n", "a picture\n", "after\n"],
    ),
    "a progress bar": (
        [(ERR, "\r 0%|  |"), (ERR, "\r50%|# |"), (ERR, "\r100%|##\n")],
        ["100%|##\n"],
    ),
    "a line wiped": ([(OUT, "working\r       \rdone\n")], ["done   \n"]),
}


@pytest.fixture(scope="module")
def printed_page(tmp_path_factory):
    """Build a page from a notebook whose outputs are stored in pieces, as this book does."""
    folder = tmp_path_factory.mktemp("printed")
    notebook = nbformat.v4.new_notebook()
    for pieces, _ in PRINTED.values():
        notebook.cells.append(
            nbformat.v4.new_code_cell("pass", outputs=[output(*piece) for piece in pieces])
        )
    nbformat.write(notebook, folder / "index.ipynb")
    book = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]["config"]
    own = {name: value for name, value in book.items() if name.startswith(("nb_", "highlight"))}
    settings = {"extensions": ["myst_nb", "printed_text"], "nb_execution_mode": "off", **own}
    app = Sphinx(folder, None, folder / "html", folder / "trees", "html", settings, status=None)
    app.build()
    page = (folder / "html/index.html").read_text(encoding="utf-8")
    return BeautifulSoup(page, "html.parser").select(".cell")


@pytest.mark.parametrize("case", PRINTED)
def test_a_page_shows_what_was_printed_however_it_was_cut(printed_page, case):
    cell = printed_page[list(PRINTED).index(case)]
    assert [pre.get_text() for pre in cell.select(".cell_output pre")] == PRINTED[case][1]


@given(st.text("ab \n"), st.lists(st.integers(0, 30)))
def test_where_a_stream_was_cut_is_not_seen(text, cuts):
    ends = sorted({min(cut, len(text)) for cut in cuts} | {0, len(text)})
    pieces = [text[i:j] for i, j in itertools.pairwise(ends)]
    cell = nodes.container(nb_element="cell_code_output")
    for piece in pieces:
        cell += nodes.literal_block(piece, piece, classes=["output", "stream"])
    document = new_document("")
    document += cell
    printed_text.JoinStreams(document).apply()
    assert [node.astext() for node in cell] == ([text] if text else [])


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
    monkeypatch.setattr(katex_package, "pack", lambda folder, package: b"not KaTeX")
    with pytest.raises(SystemExit, match="katex@1 is not the package"):
        katex_package.fetch("katex@1", katex_package.SHA512, tmp_path / "katex", print)
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


class Book:
    """A book of a few pages, made as this one is."""

    def __init__(self, folder):
        self.folder = folder
        self.write("index", "# Book\n\nThe first page, with a picture.\n\n![Three](a.svg)")
        self.write(
            "one",
            "# One\n\nIt cites [Ada 1843](works.md#ada-1843), and sets $x$.\n\n(here)=\n## Here",
        )
        self.write("two", "# Two\n\nIt leads to [](#here), and to a note.[^1]\n\n[^1]: A note.")
        self.write("works", "# Works\n\n## Ada 1843\n\nNotes.")
        (folder / "a.svg").write_text('<svg width="9pt" height="9pt"></svg>')
        self.order("one", "two", "works")

    def write(self, name, text):
        (self.folder / f"{name}.md").write_text(text)

    def order(self, *names):
        toc = {"format": "jb-book", "root": "index", "chapters": [{"file": name} for name in names]}
        (self.folder / "_toc.yml").write_text(yaml.safe_dump(toc))

    def build(self, out):
        """Return all files of the site."""
        sphinx = yaml.safe_load((ROOT / "_config.yml").read_text(encoding="utf-8"))["sphinx"]
        own = {
            **sphinx["config"],
            "extensions": [
                name for name in sphinx["config"]["extensions"] if name != "sphinx_comments"
            ],
            "templates_path": [str(ROOT / "site/templates")],
            "html_static_path": [str(ROOT / "site/static")],
            "myst_enable_extensions": ["dollarmath"],
            "external_toc_exclude_missing": True,
            "html_theme_options": {},
        }
        app = Sphinx(
            self.folder, None, out, out / ".trees", "html", own, None, io.StringIO(), False
        )
        app.build()
        files = (path for path in out.rglob("*") if path.is_file() and ".trees" not in path.parts)
        return {path.relative_to(out).as_posix(): path.read_bytes() for path in files}


EDITS = {
    "nothing": lambda book: None,
    "a sentence": lambda book: book.write("works", "# Works\n\nMore.\n\n## Ada 1843\n\nNotes."),
    "a title": lambda book: book.write("one", "# First\n\nIt sets $x$.\n\n(here)=\n## There"),
    "a citation": lambda book: book.write("one", "# One\n\nNo more.\n\n(here)=\n## Here"),
    "a formula": lambda book: book.write("one", "# One\n\nNo sign.\n\n(here)=\n## Here"),
    "a picture": lambda book: (book.folder / "a.svg").write_text('<svg width="6pt" height="6pt"/>'),
    "no picture": lambda book: book.write("index", "# Book\n\nThe first page, without a picture."),
    "the order": lambda book: book.order("two", "one", "works"),
    "a page less": lambda book: book.order("one", "works"),
    "a work": lambda book: book.write("works", "# Works\n\n## Ada 1843\n\nNotes of hers."),
}


@pytest.mark.parametrize("edit", EDITS)
def test_a_build_after_an_edit_makes_what_a_build_from_nothing_makes(tmp_path, edit):
    (tmp_path / "book").mkdir()
    book = Book(tmp_path / "book")
    before = book.build(tmp_path / "site")
    assert b'"two.html"' in before["_static/search-data.js"]
    EDITS[edit](book)
    after, anew = book.build(tmp_path / "site"), book.build(tmp_path / "anew")
    assert {name for name in {*after, *anew} if after.get(name) != anew.get(name)} == set()
    assert (after == before) == (edit == "nothing")


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
