"""A real browser, the built site, and a way to read a page that is not the page's script.

Chrome or Chromium is taken where it is installed; Selenium may fetch the driver for it, but no
browser. Where there is none, these tests are skipped and the report says so, unless
GDLIB_REQUIRE_BROWSER is set.
"""

import contextlib
import functools
import os
import shutil
import socket
import threading
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from pdf import BROWSERS
from selenium import webdriver
from selenium.common.exceptions import WebDriverException

SITE = Path(os.environ.get("GDLIB_SITE", Path(__file__).parents[2] / "_build" / "html"))
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-device-scale-factor=1",
    # The network is cut: only this machine is there.
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost",
)
# What Chrome itself asks for: where that hangs, it shows no first page for 30 seconds.
CHROMES_OWN = (
    "accounts.google.com",
    "clients2.google.com",
    "optimizationguide-pa.googleapis.com",
    "start.duckduckgo.com",
    "update.googleapis.com",
)


NOT_LOOKED_AT = (
    "Not looked at: how the pages look and work in a browser, the PDF, the notebooks in "
    "JupyterLab. Install Chrome or Chromium (Debian: sudo apt install chromium chromium-driver), "
    "then: make site-check\n"
)


def unavailable(why):
    """Skip, or fail where a browser and a built site are insisted on."""
    (pytest.fail if os.environ.get("GDLIB_REQUIRE_BROWSER") else pytest.skip)(why)


def start_browser(profile, *more):
    """Start Chrome, the installed one if there is one."""
    options = webdriver.ChromeOptions()
    for flag in (*FLAGS, *more, f"--user-data-dir={profile}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    binary = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if binary and driver:
        options.binary_location = binary
        return webdriver.Chrome(options=options, service=webdriver.ChromeService(driver))
    # Selenium looks for a browser in other places, and fetches a driver that fits it.
    if not os.environ.get("GDLIB_REQUIRE_BROWSER"):
        os.environ["SE_AVOID_BROWSER_DOWNLOAD"] = "true"
    os.environ["SE_AVOID_STATS"] = "true"
    return webdriver.Chrome(options=options)


@pytest.fixture(scope="session")
def browser(tmp_path_factory):
    """One browser for all tests."""
    try:
        driver = start_browser(tmp_path_factory.mktemp("profile"))
    except WebDriverException as error:
        reason = (error.msg or str(error)).splitlines()[0]
        if SITE.parent.is_dir():
            (SITE.parent / "site-report.md").write_text(NOT_LOOKED_AT, encoding="utf-8")
        unavailable(f"no Chrome or Chromium could be started: {reason}")
    driver.set_page_load_timeout(60)
    driver.set_script_timeout(30)
    yield driver
    driver.quit()


@pytest.fixture(scope="session")
def stalled(browser, tmp_path_factory):
    """A browser in a network that takes every request and answers none, and what it asked for."""
    asked, held = [], []

    def accept(server):
        with contextlib.suppress(OSError):  # the end: the port is closed
            while True:
                held.append(server.accept()[0])
                asked.append(held[-1].recv(1000).decode(errors="replace"))

    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=accept, args=(server,), daemon=True).start()
        flags = (
            f"--proxy-server=http://127.0.0.1:{server.getsockname()[1]}",
            f"--proxy-bypass-list={';'.join(CHROMES_OWN)}",
        )
        driver = start_browser(tmp_path_factory.mktemp("profile"), *flags)
        driver.set_page_load_timeout(60)
        driver.set_script_timeout(30)
        yield driver, asked
        driver.quit()
    for connection in held:
        connection.close()


class Quiet(SimpleHTTPRequestHandler):
    """Serve without a word."""

    def log_message(self, *args):
        pass


@pytest.fixture(scope="session")
def site():
    """The folder of the built site."""
    if not (SITE / "index.html").is_file():
        unavailable("the site is not built: run make book first")
    return SITE


@pytest.fixture(scope="session")
def addresses(site):
    """The site's address over HTTP and as files."""
    with ThreadingHTTPServer(
        ("127.0.0.1", 0), functools.partial(Quiet, directory=str(site))
    ) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield {"http": f"http://127.0.0.1:{server.server_port}", "file": site.resolve().as_uri()}
        server.shutdown()


@pytest.fixture(scope="session")
def address(addresses):
    """The site's address over HTTP."""
    return addresses["http"]


def pytest_generate_tests(metafunc):
    """Run a test that takes `figure_page` on every page with sliders, and so for questions."""
    for name, kind in {"figure_page": "gd-explore", "question_page": "gd-ask"}.items():
        if name in metafunc.fixturenames:
            found = sorted(
                str(page.relative_to(SITE))
                for page in SITE.rglob("*.html")
                if f'class="{kind}"' in page.read_text(encoding="utf-8")
            )
            metafunc.parametrize(name, found or [None])
