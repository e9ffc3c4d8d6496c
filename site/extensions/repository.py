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
from sphinx.locale import _

ROOT = Path(__file__).resolve().parents[2]
PLACEHOLDER = "https://github.com/OWNER/BOOK"  # so the notebooks in git name the repository
PROVIDERS = ("github", "gitlab", "gitee")
# A password or token before the last @ is read past, and published nowhere.
URL = re.compile(
    r"(?:git\+)?(?P<scheme>https?|ssh|git)://(?:[^/]*@)?(?P<host>[\w.-]+)(?P<port>:\d+)?/(?P<path>.+)"
)
SCP = re.compile(r"(?:[^/]*@)?(?P<host>[\w.-]+):(?P<path>[^\\]+)")


@dataclass(frozen=True)
class Repository:
    """Where the book's sources are published."""

    provider: str
    host: str  # with its port, if that is part of the pages' address
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
            ("source", _("Source"), f"{self.url}{deep}/blob/{self.branch}/{file}"),
            ("edit", _("Edit"), f"{self.url}{deep}/edit/{self.branch}/{file}"),
            ("issue", _("Report a mistake"), f"{self.url}{deep}/{new_issue}"),
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
        links = [("binder", _("Run on Binder"), binder)]
        if self.host == "github.com" and file:
            colab = (
                f"https://colab.research.google.com/github/{self.path}/blob/{self.branch}/{file}"
            )
            links.append(("colab", _("Run on Colab"), colab))
        return links


def parse(remote: str, branch: str = "main") -> Repository | None:
    """Read a remote in any of git's forms; None unless it is one whose pages we know."""
    first = remote.strip().partition("\n")[0]  # git fetches from the first of several
    found = URL.fullmatch(first) or SCP.fullmatch(first)
    if not found:
        return None
    # ssh.github.com and altssh.gitlab.com take SSH at port 443; github.com-work is an alias.
    host = re.sub(r"^(?:ssh|altssh|www)\.", "", found["host"].lower())
    host = re.sub(rf"^({'|'.join(PROVIDERS)})\.com-[\w-]+$", r"\1.com", host)
    provider = host.split(".")[0]
    parts = found["path"].strip("/").removesuffix(".git").split("/")
    if provider != "gitlab" and len(parts) == 3 and parts[0].isdigit():
        del parts[0]  # git@github.com:22/ada/book: a port, where git expects none
    deep = provider == "gitlab" and len(parts) > 2 and not parts[0].isdigit()
    named = all(re.fullmatch(r"[\w.-]+", part) and part.strip(".") for part in parts)
    if provider not in PROVIDERS or "." not in host or not named or not (len(parts) == 2 or deep):
        return None
    if str(found.groupdict().get("scheme")).startswith("http") and found["port"] != ":443":
        host += found["port"] or ""  # that of SSH says nothing about pages
    return Repository(provider, host, "/".join(parts), branch)


def ask(folder: str, *command: str) -> str:
    """Ask git about a folder; empty if it does not answer."""
    # A hook's variables would speak of another repository. A folder that is another user's, as in
    # a container, is no danger where git only reads.
    others = {"GIT_DIR", "GIT_WORK_TREE", "GIT_COMMON_DIR"}
    environment = {name: text for name, text in os.environ.items() if name not in others}
    try:
        answer = subprocess.run(
            ["git", "-C", folder, "-c", "safe.directory=*", *command],
            capture_output=True,
            text=True,
            timeout=10,
            check=False,
            env=environment,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()


def find(folder: str) -> Repository | None:
    """Find the repository of a folder: its own, not one that it was unpacked into."""
    branch = os.environ.get("GDLIB_REPOSITORY_BRANCH", "main")
    if (url := os.environ.get("GDLIB_REPOSITORY_URL")) is not None:
        return parse(url, branch)
    top = ask(folder, "rev-parse", "--show-toplevel")
    if not top or not Path(top).samefile(folder):
        return None
    written = ask(folder, "config", "--get-all", "remote.origin.url")
    # As it is written, or else as git reads it: a shorthand such as gh: may stand there.
    return parse(written, branch) or parse(ask(folder, "remote", "get-url", "origin"), branch)


def doors(repository: Repository | None) -> dict[str, str]:
    """Say for the first page how to get the book and where to launch it."""
    if not repository:
        launch = _(
            "Without installing anything: a site made from a public repository has a link to "
            "Binder here, and one at the top of each chapter."
        )
        return {"clone": str(_("clone the repository")), "launch": str(launch)}
    binder = repository.launch()[0][2]
    launch = _(
        "[Open the notebooks on Binder]({binder}), with everything installed. A link at the top of "
        "each chapter opens that very notebook."
    )
    return {"clone": f"`git clone {repository.url}`", "launch": launch.format(binder=binder)}


def set_repository(app: Sphinx, config: Config) -> None:
    """Find the repository before anything asks for it."""
    made = config.language != "en"  # and stands in a folder that git does not know
    config.book_repository = find(str(ROOT if made else app.srcdir))
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
        file = str(app.env.doc2path(pagename, base=False)).replace(os.sep, "/")
        launch = repository.launch() if pagename == app.config.root_doc else []
        links = [*launch, *repository.links(file)]
        if app.config.language != "en":
            links = translated(links, file, app.config.language)
        context["links"] = links


def translated(
    links: list[tuple[str, str, str]], file: str, language: str
) -> list[tuple[str, str, str]]:
    """Lead to the notebook that .binder/postBuild makes, and to the catalogue; not to Colab."""
    catalogue = f"locale/{language}/{Path(file).with_suffix('.po').as_posix()}"
    binder = {
        "binder": lambda url: url.replace(f"lab/tree/{file}", f"lab/tree/zh/{file}"),
        "edit": lambda url: url.replace(file, catalogue),
    }
    return [
        (kind, label, binder.get(kind, str)(url)) for kind, label, url in links if kind != "colab"
    ]


def name_in_downloads(app: Sphinx, exception: Exception | None) -> None:
    """Let the notebooks that the site offers install gdlib from this repository."""
    if repository := app.config.book_repository:
        for path in Path(app.outdir, "_sources").rglob("*.ipynb"):
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace(PLACEHOLDER, repository.url), encoding="utf-8")


def setup(app: Sphinx) -> dict[str, object]:
    app.add_config_value("book_repository", None, "html")
    app.connect("config-inited", set_repository, priority=100)
    app.connect("html-page-context", add_links)
    app.connect("build-finished", name_in_downloads, priority=400)  # before the site is packed
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}
