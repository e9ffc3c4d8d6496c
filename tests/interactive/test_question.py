"""Questions: what they say to which number, however it is written, and what they refuse to ask."""

import json
import re
from functools import cache

import pytest
import quickjs
from hypothesis import given
from hypothesis import strategies as st

from gdlib.interactive import ask
from gdlib.interactive.carried import asset


@cache
def reader():
    """The script's own function that reads numbers, run without a browser."""
    context = quickjs.Context()
    context.eval(asset("question.js"))
    return context.eval("(text, unit) => JSON.stringify(readings(text, unit))")


def readings(text, unit=""):
    return [float(number) for number in json.loads(reader()(text, unit))]


@pytest.mark.parametrize(
    ("text", "numbers"),
    {
        "0.001": [0.001], "1e-3": [0.001], "1E-3": [0.001], "1/1000": [0.001], "0,001": [0.001],
        ".001": [0.001], "10^-3": [0.001], "10**-3": [0.001], "10⁻³": [0.001], "1·10⁻³": [0.001],
        "1 × 10^−3": [0.001], "1x10^-3": [0.001], "0.1 %": [0.001], "0,1%": [0.001],
        "−5": [-5], "-5": [-5], "–5": [-5], "- 5": [-5], "+5": [5], "5.": [5], "−10²": [-100],
        "1,000": [1000, 1], "26,333": [26333, 26.333], "26.333": [26.333, 26333],
        "26 333": [26333], "26\u2009333": [26333], "26\u202f333": [26333], "26'333": [26333],
        "26_333": [26333], "1,000,000": [1e6], "1.000.000": [1e6], "1.234,5": [1234.5],
        "1,234.5": [1234.5], "12 345,6": [12345.6], "1234567": [1234567], "13.6 %": [0.136],
        "½": [0.5], "1½": [1.5], "−1 1/2": [-1.5], "165/6": [27.5], "-1 / 3": [-1 / 3],
        "J = 0.5": [0.5], "≈ 13,6": [13.6], "1e−3": [0.001], "2,5e3": [2500], "１２．５": [12.5],
        "－５": [-5], "１３．６％": [0.136], "0,5": [0.5], "0.5": [0.5], "00.5": [0.5],
        "13。6": [13.6], "5。": [5], "50万": [5e5], "3.62 亿": [3.62e8], "2÷3": [2 / 3],
        "2∕3": [2 / 3], "$10^{-3}$": [0.001], "\u200b5": [5], "13.6 per cent": [0.136],
        "13.6 Percent": [0.136], "百分之13.6": [0.136],
    }.items(),
)  # fmt: skip
def test_a_number_is_read_however_it_is_written(text, numbers):
    assert sorted(set(readings(text))) == pytest.approx(sorted(numbers), rel=1e-12)


@pytest.mark.parametrize(
    "text",
    ["", " ", "five", "1 2", "1/0", "1/2/3", "--5", "1e", "e3", ".", ",", "1,00,000", "12,34.5.6",
     "3 apples", "1..2", "NaN", "Infinity", "0x10", "5-3", "10^^2", "%", "-", "1,000.000.000"],
)  # fmt: skip
def test_what_is_no_number_is_none(text):
    assert readings(text) == []


@given(st.floats(allow_nan=False, allow_infinity=False), st.sampled_from(["r", "g", "e", ".17g"]))
def test_what_python_writes_is_read_back(number, how):
    text = repr(number) if how == "r" else f"{number:{how}}"
    assert float(text) in readings(text)
    assert float(text) in readings(text.replace("-", "−").replace(".", ","))


@given(st.integers(-(10**15), 10**15), st.sampled_from([",", "\u2009", "\u00a0", "’", "."]))
def test_thousands_are_read_with_any_sign_between_them(number, sign):
    assert number in readings(f"{number:,}".replace(",", sign))


@given(st.text(max_size=12))
def test_no_text_breaks_the_reading(text):
    assert all(isinstance(number, int | float) for number in readings(text, "%"))


@pytest.mark.parametrize(
    "text", ["13.6", "13.6 %", "13,6%", "13.6％", "13.6 per cent", "百分之13.6"]
)
def test_the_unit_may_be_written_or_not(text):
    assert readings(text, "%") == [13.6]


def test_a_unit_with_a_power_is_known():
    assert readings("10.2 kg/m²", "kg/m²") == [10.2]


def said(question, number):
    """Return state and sentence for a number, as the script finds them."""
    notes = re.findall(
        r'<p data-state="(\w*)" data-low="([^"]*)" data-high="([^"]*)">(.*?)</p>', question.html
    )
    return next((s, t) for s, low, high, t in notes[1:] if float(low) <= number <= float(high))


def test_a_float_is_right_to_three_digits_and_close_to_two():
    question = ask("?", 13.5577, unit="%")
    assert [said(question, x)[0] for x in (13.6, 13.56, 13.5577)] == ["right"] * 3
    assert said(question, 14) == ("wrong", "Close. Three digits are wanted.")
    assert said(question, 0.136) == ("wrong", "As a fraction. And in per cent?")
    about = ask("How much?", 13.6, unit="%", within=1)
    assert said(about, 0.14) == ("wrong", "As a fraction. And in per cent?")
    assert said(about, 0.0) != said(about, 0.14)
    assert said(question, 1) == ("wrong", "Not that.")


def test_a_whole_number_is_exact():
    assert said(ask("?", 442), 442)[0] == "right"
    assert said(ask("?", 442), 442.5)[0] == said(ask("?", 442), 441)[0] == "wrong"


def test_rounding_does_not_make_a_number_wrong():
    assert said(ask("?", 0.3, within=0), 0.1 + 0.2)[0] == "right"


def test_the_first_mistake_that_fits_is_named():
    question = ask("?", 0.5, mistakes=[(1, "no ½"), ((float("-inf"), 0), "never negative")])
    assert [said(question, x)[1] for x in (1, -3, 7)] == ["no ½", "never negative", "Not that."]


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (
            {"answer": 0.5, "mistakes": [((0, 1), "between")]},
            ValueError,
            "mistakes holds the answer",
        ),
        ({"answer": "c", "choices": ["a", "b"]}, ValueError, "expected one of the choices"),
        ({"answer": 1, "hints": "look"}, TypeError, r"hints=\['look'\]"),
        ({"answer": "a", "choices": "ab"}, TypeError, r"choices=\['ab'\]"),
        ({"answer": "7"}, TypeError, "expected a number, or choices"),
        ({"answer": [7]}, TypeError, "expected a number, or choices"),
        ({"answer": float("nan")}, ValueError, "finite"),
    ],
)
def test_a_question_that_cannot_be_answered_is_refused(arguments, error, says):
    with pytest.raises(error, match=says):
        ask("?", **arguments)


def test_advice_for_one_hint_works_when_typed_in():
    with pytest.raises(TypeError) as caught:
        ask("?", 1, hints="look")
    advice = re.search(r"hints=.*", str(caught.value))[0]
    assert "look" in eval(f"ask('?', 1, {advice})", {"ask": ask}).html


def test_texts_may_hold_anything():
    html = ask("a < b & `x<y` $a<b$", 1, hints=["<script>alert(1)</script>"]).html
    assert "a &lt; b &amp; <code>x&lt;y</code>" in html
    assert '<span class="gd-tex">$a&lt;b$</span>' in html
    assert html.count("<script>") == 1


def test_two_questions_have_two_places():
    assert ask("J", 1).key != ask("J", 2).key != ask("J", choices=["1", "2"]).key
    assert ask("J", 1.0000001).key == ask("J", 1.0000002).key


def test_a_guess_comes_back():
    guess = ask("How much?", unit="%")
    assert repr(guess.recall(13.56, ".1f")) == "It is 13.6 %."
    assert f'data-key="{guess.key}"' in guess.recall(13.56).html
    assert "<summary>" not in guess.html


def test_what_comes_back_is_one_of_the_choices():
    guess = ask("Which?", choices=["up", "down"])
    assert repr(guess.recall("down")) == "It is down."
    with pytest.raises(ValueError, match="expected one of the choices"):
        guess.recall("sideways")
