"""Lead from each page to its source, and from each chapter to places that run it.

The repository is the one that GDLIB_REPOSITORY_URL names, or else git's remote `origin`, so that
a fork's pages lead to the fork. Where there is neither, pages have no such links.
"""

import os
import re
import subprocess
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from sphinx.application import Sphinx
from sphinx.config import Config

PLACEHOLDER = "https://github.com/OWNER/BOOK"  # so the notebooks in git name the repository
PROVIDERS = ("github", "gitlab", "gitee")
REMOTE = re.compile(
    r"(?:https?://|ssh://|git://)?(?:[^@/]+@)?(?P<host>[\w.-]+\.\w+)(?::\d+)?[:/](?P<path>[\w./~-]+?)(?:\.git)?/?"
)


@dataclass(frozen=True)
class Repository:
    """Where the book's sources are published."""

    provider: str
    host: str
    path: str  # owner/name; GitLab's may be deeper
    branch: str = "main"

    @property
    def url(self) -> str:
        """Its address in a browser."""
        return f"https://{self.host}/{self.path}"

    def links(self, file: str) -> list[tuple[str, str, str]]:
        """List kind, label and address of what can be done with a file."""
        deep = "/-" if self.provider == "gitlab" else ""
        new_issue = "issues/new"
        links = [
            ("source", "Source", f"{self.url}{deep}/blob/{self.branch}/{file}"),
            ("edit", "Edit", f"{self.url}{deep}/edit/{self.branch}/{file}"),
            ("issue", "Report a mistake", f"{self.url}{deep}/{new_issue}"),
        ]
        return [*self.launch(file), *links] if file.endswith(".ipynb") else links

    def launch(self, file: str = "") -> list[tuple[str, str, str]]:
        """List the places that run a notebook, or the whole book."""
        kind, name = {
            "github.com": ("gh", self.path),
            "gitlab.com": ("gl", quote(self.path, safe="")),
        }.get(self.host, ("git", quote(self.url, safe="")))
        lab = f"lab/tree/{file}" if file else "lab"
        binder = (
            f"https://mybinder.org/v2/{kind}/{name}/{quote(self.branch, safe='')}?urlpath={lab}"
        )
        links = [("binder", "Run on Binder", binder)]
        if self.host == "github.com" and file:
            colab = (
                f"https://colab.research.google.com/github/{self.path}/blob/{self.branch}/{file}"
            )
            links.append(("colab", "Run on Colab", colab))
        return links


def parse(remote: str, branch: str = "main") -> Repository | None:
    """Read a remote in any of git's forms; None unless it is one whose pages we know."""
    found = REMOTE.fullmatch(remote.strip())
    if not found or "/" not in found["path"]:
        return None
    host = found["host"].lower()
    provider = next((name for name in PROVIDERS if name in host), None)
    return Repository(provider, host, found["path"].strip("/"), branch) if provider else None


def find(folder: str) -> Repository | None:
    """Find the repository of a folder."""
    branch = os.environ.get("GDLIB_REPOSITORY_BRANCH", "main")
    url = os.environ.get("GDLIB_REPOSITORY_URL")
    if url is None:
        try:
            command = ["git", "-C", folder, "remote", "get-url", "origin"]
            asked = subprocess.run(command, capture_output=True, text=True, timeout=10, check=False)
        except (OSError, subprocess.TimeoutExpired):
            return None
        url = asked.stdout
    return parse(url, branch)


def doors(repository: Repository | None) -> dict[str, str]:
    """Say for the first page how to get the book and where to launch it."""
    if not repository:
        return {
            "clone": "clone the repository",
            "launch": "Without installing anything: a site made from a public repository has a "
            "link to Binder here, and one at the top of each chapter.",
        }
    ((_, _, binder),) = repository.launch()
    return {
        "clone": f"`git clone {repository.url}`",
        "launch": f"[Open the notebooks on Binder]({binder}), with everything installed. A link at "
        "the top of each chapter opens that very notebook.",
    }


def set_repository(app: Sphinx, config: Config) -> None:
    """Find the repository before anything asks for it."""
    config.book_repository = find(str(app.srcdir))
    config.myst_substitutions = doors(config.book_repository)


def add_links(
    app: Sphinx, pagename: str, templatename: str, context: dict[str, object], doctree: object
) -> None:
    """Give a page its links."""
    repository = app.config.book_repository
    context["repository"] = repository
    if repository and "body" in context:
        context["body"] = str(context["body"]).replace(PLACEHOLDER, repository.url)
    context["links"] = []
    if repository and pagename in app.env.all_docs:
        file = app.env.doc2path(pagename, base=False)
        launch = repository.launch() if pagename == app.config.root_doc else []
        context["links"] = [*launch, *repository.links(str(file).replace(os.sep, "/"))]


def name_in_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Let the notebooks that the site offers install gdlib from this repository."""
    if repository := app.config.book_repository:
        for path in Path(app.outdir, "_sources").rglob("*.ipynb"):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(PLACEHOLDER, repository.url), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    app.add_config_value("book_repository", None, "")
    app.connect("config-inited", set_repository, priority=100)
    app.connect("html-page-context", add_links)
    app.connect("build-finished", name_in_downloads, priority=400)  # before the site is packed
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
