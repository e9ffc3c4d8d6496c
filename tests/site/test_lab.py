"""A figure with a slider in JupyterLab, really started: moved there, it is drawn anew."""

import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request

import nbformat
import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

TOKEN = "a-token-for-this-test"
PATIENCE = 90  # seconds, for a machine that is busy
CELL = """
from gdlib.explore import explore, slider

def draw(ax, k):
    if live and k == 2:
        raise ValueError("two is refused")
    ax.plot([0, 1], [0, k])

live = False
figure = explore(draw, alt="a line up to {k}", k=slider(range(5), label="iteration k", play=True))
live = True
figure
"""


@pytest.fixture
def lab(tmp_path):
    """JupyterLab on a free port, with a notebook and no trace outside `tmp_path`."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(CELL.strip())])
    notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    (tmp_path / "work").mkdir()
    nbformat.write(notebook, tmp_path / "work" / "figure.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    settings = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.root_dir": tmp_path / "work",
        "ServerApp.allow_root": True,
        "IdentityProvider.token": TOKEN,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    }
    with (tmp_path / "log").open("w") as log:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", "--no-browser"]
            + [f"--{name}={value}" for name, value in settings.items()],
            env={**os.environ, **{name: str(tmp_path / name.lower()) for name in places}},
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/api?token={TOKEN}", server, tmp_path / "log")
        yield f"http://127.0.0.1:{port}/lab/tree/figure.ipynb?token={TOKEN}"
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait(20)


def wait_for(address, server, log):
    """Wait until the server answers, or say what it said instead."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and server.poll() is None:
        try:
            urllib.request.urlopen(address, timeout=5).close()
            return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.3)
    pytest.fail(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


def test_a_live_slider_moves_the_figure(browser, lab):
    wait = WebDriverWait(
        browser, PATIENCE, poll_frequency=0.3, ignored_exceptions=[WebDriverException]
    )

    def find(selector):
        return wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, selector))[0]

    def picture():
        return find(".jp-OutputArea .gd-panels").get_attribute("aria-label")

    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.set_window_size(1280, 900)
    browser.get(lab)
    find(".jp-Notebook .jp-CodeCell .cm-line")
    wait.until(run_the_cell)

    handle = find(".jp-OutputArea .widget-slider .noUi-handle")
    assert picture() == "a line up to 0"
    before = find(".gd-panels svg").get_attribute("innerHTML")
    assert not browser.find_elements(By.CSS_SELECTOR, ".jp-OutputArea input[type=range]")

    handle.send_keys(Keys.ARROW_RIGHT)
    wait.until(lambda b: picture() == "a line up to 1")
    assert find(".gd-panels svg").get_attribute("innerHTML") != before

    handle.send_keys(Keys.ARROW_RIGHT)  # what draw refuses stands where the figure stood
    assert find(".jp-OutputArea .gd-error").text.endswith("ValueError: two is refused")
    handle.send_keys(Keys.ARROW_RIGHT)  # and is gone with the next good value
    wait.until(lambda b: picture() == "a line up to 3")
    assert not browser.find_elements(By.CSS_SELECTOR, ".jp-OutputArea .gd-error")
    assert len(browser.find_elements(By.CSS_SELECTOR, ".jp-OutputArea .gd-panels")) == 1


def run_the_cell(browser):
    """Run the first cell, and again if a page that was still loading did not pass it on."""

    def first(selector):
        return browser.find_element(By.CSS_SELECTOR, selector)

    if re.fullmatch(r"\[[\d*]\]:", first(".jp-CodeCell .jp-InputPrompt").text):
        return True
    if "Idle" in first("#jp-bottom-panel").text:
        first(".jp-CodeCell .cm-line").click()
        first('.jp-Toolbar [data-command="notebook:run-cell-and-select-next"]').click()
        time.sleep(3)
    return False
