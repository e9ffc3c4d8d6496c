"""The words that gdlib brings itself, in the reader's language."""

import subprocess
import sys
from collections.abc import Iterator

import matplotlib.pyplot as plt
import numpy as np
import pytest

import gdlib
from gdlib.interactive import ask, check, explore, slider
from gdlib.language import say, speak
from gdlib.plots import CHINESE_STYLE


@pytest.fixture
def chinese() -> Iterator[None]:
    speak("zh_CN")
    yield
    speak("en")


def test_words_change_with_the_language_and_back(chinese: None):
    assert say("Right.") == "对。"
    assert say("{count} values", count=3) == "3 个值"
    assert say("nowhere translated, {a}", a=1) == "nowhere translated, 1"
    speak("en")
    assert say("Right.") == "Right."


def test_an_unknown_language_is_refused():
    with pytest.raises(FileNotFoundError):
        speak("tlh")


def test_questions_figures_and_verdicts_speak_chinese(chinese: None):
    question = ask("几个残差？", 3, hints=["数一数。"], why="每行一个。")
    assert [
        word in question.html for word in ("检查", "提示", "答案", "对。", "Check", "Hint")
    ] == [
        *[True] * 4,
        *[False] * 2,
    ]
    figure = explore(lambda ax, k: ax.axhline(k), k=slider([0, 1], label="步", play=True))
    assert 'aria-label="播放 步" hidden>播放</button>' in figure.html
    assert str(check(lambda X, y, w, b: ..., like=gdlib.loss_function)).endswith("：还没有写。")
    halved = check(lambda X, y, w, b: np.sum((X @ w + b - y) ** 2) / 2, like=gdlib.loss_function)
    assert "是正确值的 m 倍" in str(halved)


def test_a_moving_figure_holds_chinese_as_text():
    """Measured without a font for it: no warning, which would fail this."""
    with plt.rc_context(CHINESE_STYLE):
        figure = explore(
            lambda ax, k: ax.plot([0, k], [0, 1], label="路线"),
            lambda ax: ax.set(xlim=(0, 2), xlabel="步数（次）", title="下降"),
            k=slider([0, 1]),
        )
    assert ">步数（次）</text>" in figure.html


def test_the_numerical_core_knows_no_language():
    code = "import gdlib, sys; sys.exit('gdlib.language' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
