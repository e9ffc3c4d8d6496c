"""JupyterLab, really started: chapters run there, and a moved slider draws its figure anew.

It is the one beside this Python, with three chapters, or that of the Python which GDLIB_LAB names
(`make binder`), with all.
"""

import json
import os
import re
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path

import nbformat
import pytest
from selenium.common.exceptions import WebDriverException
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.support.ui import WebDriverWait

from gdlib.interactive.tasks import samples

CHAPTERS = Path(__file__).parents[2] / "chapters"
ALL = sorted(path.name for path in CHAPTERS.glob("*.ipynb"))
OPENED = ALL if "GDLIB_LAB" in os.environ else [ALL[0], ALL[len(ALL) // 2], ALL[-1]]
TOKEN = "a-token-for-this-test"
PATIENCE = 240  # seconds: chapter 21 starts clusters, and the machine may be busy
CELL = """
from gdlib.interactive import explore, slider

def draw(ax, k):
    if live and k == 2:
        raise ValueError("two is refused")
    ax.plot([0, 1], [0, k])

live = False
figure = explore(draw, alt="a line up to {k}", k=slider(range(5), label="iteration k", play=True))
live = True
figure
"""


QUESTIONS = [
    """
from gdlib import loss_function
from gdlib.interactive import ask, check
""",
    'ask(\n    "$J =$",\n    0.5,\n    mistakes=[((-9, 0), "A loss is never negative.")],\n)',
    'ask(\n    "Which?",\n    "b",\n    choices=["a", "b"],\n)',
    """
def yours(X, y, w, b):
    return ...


check(yours, like=loss_function)
""",
]


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """The address of a JupyterLab that shows copies of the chapters and notebooks of our own."""
    folder = tmp_path_factory.mktemp("lab")
    shutil.copytree(CHAPTERS, folder / "work" / "chapters")
    for name, cells in {"figure": [CELL], "questions": QUESTIONS}.items():
        made = [nbformat.v4.new_code_cell(cell.strip()) for cell in cells]
        notebook = nbformat.v4.new_notebook(cells=made)
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
        nbformat.write(notebook, folder / "work" / f"{name}.ipynb")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    settings = {
        "ServerApp.ip": "127.0.0.1",
        "ServerApp.port": port,
        "ServerApp.root_dir": folder / "work",
        "ServerApp.allow_root": True,
        "IdentityProvider.token": TOKEN,
        "LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
        "LabApp.expose_app_in_browser": True,
    }
    with (folder / "log").open("w") as log:
        server = subprocess.Popen(
            [os.environ.get("GDLIB_LAB", sys.executable), "-m", "jupyterlab", "--no-browser"]
            + [f"--{name}={value}" for name, value in settings.items()],
            env={**os.environ, **{name: str(folder / name.lower()) for name in places}},
            stdout=log,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
        )
    try:
        wait_for(f"http://127.0.0.1:{port}/api?token={TOKEN}", server, folder / "log")
        yield f"http://127.0.0.1:{port}/lab/tree/{{}}?token={TOKEN}&reset"
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


READY = """
const context = window.jupyterapp?.shell.currentWidget?.sessionContext
return context?.session?.kernel?.status === "idle"
"""
RUN = """
const done = arguments[0]
jupyterapp.commands.execute("notebook:run-all-cells").then(() => done(), error => done(`${error}`))
"""
CELLS = """
const cells = [...jupyterapp.shell.currentWidget.content.widgets.entries()]
return cells.filter(([, {model}]) => model.type === "code").map(([place, {model}]) => ({
    place,
    source: model.sharedModel.source,
    count: model.executionCount,
    outputs: model.outputs.toJSON(),
}))
"""
SCROLL_TO = """
const {content} = jupyterapp.shell.currentWidget
content.activeCellIndex = arguments[0]
return content.scrollToItem(arguments[0], "start").then(() => content.widgets[arguments[0]].node)
"""


def run(browser, address):
    """Open a notebook, run all of it, and return its code cells."""
    browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    browser.set_window_size(1280, 900)
    browser.set_script_timeout(PATIENCE)
    browser.get(address)
    WebDriverWait(browser, PATIENCE, 0.3).until(lambda b: b.execute_script(READY))
    assert browser.execute_async_script(RUN) is None
    return browser.execute_script(CELLS)


@pytest.mark.parametrize("name", OPENED)
def test_a_chapter_runs_and_its_figures_move(browser, lab, name):
    stored = json.loads((CHAPTERS / name).read_text(encoding="utf-8"))
    sources = ["".join(c["source"]) for c in stored["cells"] if c["cell_type"] == "code"]
    cells = run(browser, lab.format(f"chapters/{name}"))
    assert [cell["source"] for cell in cells] == sources
    assert [cell["count"] for cell in cells] == list(range(1, len(cells) + 1))
    kinds = {output["output_type"] for cell in cells for output in cell["outputs"]}
    assert "error" not in kinds

    figures = [cell for cell in cells if re.search(r"^explore\(", cell["source"], re.MULTILINE)]
    assert figures
    patient = WebDriverWait(browser, PATIENCE, 0.3, ignored_exceptions=[WebDriverException])
    for figure in figures:
        node = browser.execute_script(SCROLL_TO, figure["place"])
        patient.until(lambda _, node=node: node.find_elements(By.CSS_SELECTOR, ".gd-panels svg"))

        def picture(node=node):
            return node.find_element(By.CSS_SELECTOR, ".gd-panels").get_attribute("innerHTML")

        before = picture()
        handle = node.find_element(By.CSS_SELECTOR, ".widget-slider .noUi-handle")
        handle.send_keys(Keys.ARROW_RIGHT)
        patient.until(lambda _, before=before, picture=picture: picture() != before)


def test_a_live_slider_moves_the_figure(browser, lab):
    wait = WebDriverWait(
        browser, PATIENCE, poll_frequency=0.3, ignored_exceptions=[WebDriverException]
    )

    def find(selector):
        return wait.until(lambda b: b.find_elements(By.CSS_SELECTOR, selector))[0]

    def picture():
        return find(".jp-OutputArea .gd-panels").get_attribute("aria-label")

    run(browser, lab.format("figure.ipynb"))
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


WRITE = """
const [place, source, done] = arguments
const {content} = jupyterapp.shell.currentWidget
content.activeCellIndex = place
content.widgets[place].model.sharedModel.setSource(source)
jupyterapp.commands.execute("notebook:run-cell").then(
    () => done(content.widgets[place].model.outputs.toJSON()))
"""


def test_questions_answer_by_keyboard_and_a_written_function_is_checked(browser, lab):
    cells = run(browser, lab.format("questions.ipynb"))
    count = "return jupyterapp.shell.currentWidget.content.widgets.length"
    before = browser.execute_script(count)

    def find(place, selector):
        node = browser.execute_script(SCROLL_TO, place)
        wait = WebDriverWait(browser, PATIENCE, 0.3, ignored_exceptions=[WebDriverException])
        parts = wait.until(lambda _: node.find_elements(By.CSS_SELECTOR, selector))
        return parts, node.find_element(By.CSS_SELECTOR, "[role=status]")

    [box], said = find(1, "[type=text]")
    for typed, sentence in {"dd": "Write a number", "−3": "never negative", "½": "Right."}.items():
        box.send_keys(Keys.CONTROL, "a")
        box.send_keys(typed, Keys.ENTER)
        assert sentence in said.text

    radios, said = find(2, "[type=radio]")
    radios[0].send_keys(Keys.SPACE)
    keys = ActionChains(browser)
    keys.send_keys(Keys.ARROW_DOWN, "x", "d", "d", "b", Keys.ENTER).perform()  # x cuts a cell
    assert said.text == "Right."
    assert browser.execute_script(count) == before

    stub = cells[3]
    assert stub["outputs"][0]["data"]["text/plain"] == "yours: not written yet."
    for line, sentence in {
        "r = X @ w + b - y; return r @ r / len(y)": "2 times what is right",
        "return X @ nobody": "line 2: return X @ nobody",
        "r = X @ w + b - y; return r @ r / (2 * len(y))": f"right, in all {len(samples())} cases",
    }.items():
        written = stub["source"].replace("return ...", line)
        [output] = browser.execute_async_script(WRITE, stub["place"], written)
        assert sentence in output["data"]["text/plain"]
