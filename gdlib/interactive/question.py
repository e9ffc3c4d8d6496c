"""Questions that answer where they stand, in Jupyter and on a static page.

`ask` writes a question with its box or its choices, its hints and its answer. A few lines of
script that it carries read what the reader gives; without a script, hints and answer are folds.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b
from html import escape
from typing import Any

import numpy as np

from gdlib.interactive.carried import OnPage, script, style
from gdlib.language import say

Range = tuple[float, float]
Note = tuple[str, Range, str]  # what it makes of the question, for which numbers, what it says
ALL = (-math.inf, math.inf)
NONE = (1.0, 0.0)


@dataclass(frozen=True, repr=False)
class Question(OnPage):
    """A question as `ask` makes it."""

    key: str
    unit: str
    choices: tuple[str, ...]

    def recall(self, value: float | str, format: str = "") -> OnPage:
        """Show the answer where the chapter finds it, beside what the reader had guessed.

        Parameters
        ----------
        value : float or str
            The answer: a number, or one of the question's choices.
        format : str, optional
            How a number is written, a format spec. Without it four digits.

        Raises
        ------
        ValueError
            If the question has choices, and `value` is none of them.
        """
        if self.choices and value not in self.choices:
            raise ValueError(f"value is {value!r}; expected one of the choices {self.choices}")
        shown = _written(value, format, self.unit)
        html = (
            f'<div class="gd-recall" data-key="{self.key}">{style("question")}'
            f'<span class="gd-guess" hidden>{say("You said {guess}. ", guess="<b></b>")}</span>'
            f"{say('It is {answer}.', answer=f'<b>{shown}</b>')}{script('question')}</div>"
        )
        return OnPage(say("It is {answer}.", answer=_plain(shown)), html)


def ask(
    question: str,
    answer: float | str | None = None,
    *,
    choices: Sequence[str | tuple[str, str]] = (),
    mistakes: Sequence[tuple[float | Range, str]] = (),
    hints: Sequence[str] = (),
    why: str = "",
    unit: str = "",
    within: float | None = None,
    format: str = "",
) -> Question:
    """Ask a question that is answered where it stands; without an answer, ask for a guess.

    In all texts ``$…$`` is a formula, and backticks hold code.

    Parameters
    ----------
    question : str
        What is asked; or what stands before the box, where the text above has asked it.
    answer : float or str, optional
        The right number, or the right one of `choices`. Without it the reader is asked for a
        guess, which ``recall`` of the question shows again where the answer appears.
    choices : sequence of str or (str, str), optional
        What may be chosen, two or more; in a pair the second is said to those who choose the first.
    mistakes : sequence of (float or (float, float), str), optional
        A wrong number, or a range from low to high, and a sentence that names the mistake. The
        first that fits is said.
    hints : sequence of str, optional
        Shown one by one; the answer can be opened after the last.
    why : str, optional
        The reason, shown with the answer.
    unit : str, optional
        Stands behind the box; may be typed or not.
    within : float, optional
        How far off a number may be. Without it an int is exact, and a float is right when it is
        right to three digits.
    format : str, optional
        How the answer is written, a format spec. Without it four digits.

    Returns
    -------
    Question
        Shows itself as the last value of a cell.

    Raises
    ------
    TypeError
        If a text is given where a list of texts is expected, or the answer is no number.
    ValueError
        If the answer is none of the choices or not finite, or a mistake holds the answer.

    Examples
    --------
    >>> ask("How many residuals have 442 patients?", 442, mistakes=[(442**2, "One each.")])
    How many residuals have 442 patients?
    """
    for name, given in {"choices": choices, "hints": hints}.items():
        if isinstance(given, str):
            raise TypeError(f"{name} is a text; expected a list: {name}=[{given!r}]")
    pairs = [(one, "") if isinstance(one, str) else one for one in choices]
    texts = [text for text, _ in pairs]
    if answer is None:
        notes: list[Note] = [("kept", ALL, say("Kept. It comes back where the answer is."))]
    elif texts:
        notes = _choice_notes(answer, pairs)
    else:
        notes = _number_notes(answer, mistakes, within, unit)
    blank = say("Write a number, such as 0.001, 1e-3 or 1/1000.")
    blank = say("Choose one.") if texts else blank
    notes = [("", NONE, blank), *notes, ("wrong", ALL, say("Not that."))]

    folds = "".join(_fold(say("Hint"), _rich(hint)) for hint in hints)
    shown, button = "", say("Keep my guess")
    if answer is not None:
        shown, button = _written(answer, format, unit), say("Check")
        folds += _fold(say("Answer"), f"<b>{shown}.</b> {_rich(why)}".strip(), "answer")
    key = blake2b(f"{question}|{texts}|{shown}".encode(), digest_size=5).hexdigest()
    html = (
        f'<form class="gd-ask" data-key="{key}" data-unit="{escape(unit)}">{style("question")}'
        f"{_inputs(question, texts, unit, key)} <button hidden>{button}</button>"
        # A fold, because a notebook that is not trusted loses what is hidden otherwise.
        f'<p role="status"></p><details class="gd-notes" hidden>{"".join(map(_note, notes))}'
        f"</details>{folds}{script('question')}</form>"
    )
    return Question(question, html, key, unit, tuple(texts))


def _choice_notes(answer: float | str, pairs: Sequence[tuple[str, str]]) -> list[Note]:
    """List what is said to which choices, which count from 0."""
    texts = [text for text, _ in pairs]
    if answer not in texts:
        raise ValueError(f"answer is {answer!r}; expected one of the choices {texts}")
    right = texts.index(str(answer))
    notes: list[Note] = [("right", (right, right), f"{say('Right.')} {pairs[right][1]}".strip())]
    return notes + [("wrong", (i, i), said) for i, (_, said) in enumerate(pairs) if said]


def _number_notes(
    answer: Any, mistakes: Sequence[tuple[float | Range, str]], within: float | None, unit: str
) -> list[Note]:
    """List what is said to which numbers; the first that fits is said."""
    if isinstance(answer, str | bool) or np.ndim(answer):
        raise TypeError(f"answer is {answer!r}; expected a number, or choices to choose it from")
    if not math.isfinite(answer):
        raise ValueError(f"answer is {answer}; expected a finite number")
    low, high = _around(answer, within)
    known = [(_around(number, within), said) for number, said in mistakes]
    for (first, last), said in known:
        if first <= high and low <= last:
            raise ValueError(f"mistakes holds the answer, {answer!r}, in {said!r}")
    if unit == "%":
        about = None if within is None else within / 100
        known.append((_around(answer / 100, about), say("As a fraction. And in per cent?")))
    if within is None and high - low > 1e-6 * abs(answer):
        known.append((_around(answer, 5 * (high - low)), say("Close. Three digits are wanted.")))
    return [("right", (low, high), say("Right.")), *(("wrong", *one) for one in known)]


def _around(number: Any, within: float | None) -> Range:
    """Return the range that counts as `number`; a range stays as it is."""
    if isinstance(number, tuple):
        return number
    x = float(number)
    if within is None:
        exact = isinstance(number, int | np.integer) or x == 0
        within = 0.0 if exact else 0.5 * 10.0 ** (math.floor(math.log10(abs(x))) - 2)
    within += 1e-9 * abs(x)  # for what rounding does to 0.1 + 0.2
    return x - within, x + within


def _inputs(question: str, texts: Sequence[str], unit: str, key: str) -> str:
    """Write the question with its box or its choices, which the script shows."""
    if not texts:
        return (
            f'<label>{_rich(question)} <input type="text" autocomplete="off" '
            f'autocapitalize="off" spellcheck="false"{_name(question)} hidden></label>'
            f' <span class="gd-unit" hidden>{_rich(unit)}</span>'
        )
    labels = "".join(
        f'<label><input type="radio" name="{key}" value="{i}" autocomplete="off"{_name(text)} '
        f"hidden><span>{_rich(text)}</span></label>"
        for i, text in enumerate(texts)
    )
    legend = f"<legend>{_rich(question)}</legend>"
    return f"<fieldset{_name(question)}>{legend}{labels}</fieldset>"


def _name(text: str) -> str:
    """Name a control for those who listen, where its label has formulas: those are not read."""
    spoken = escape(re.sub(r"[$`{}\\]", "", text))
    return f' aria-label="{spoken}"' if "$" in text else ""


def _note(note: Note) -> str:
    state, around, text = note
    low, high = (str(float(end)).replace("inf", "Infinity") for end in around)  # as scripts do
    return f'<p data-state="{state}" data-low="{low}" data-high="{high}">{_rich(text)}</p>'


def _fold(name: str, html: str, kind: str = "hint") -> str:
    return f'<details class="gd-{kind}"><summary>{name}</summary><p>{html}</p></details>'


def _written(value: Any, format: str, unit: str) -> str:
    """Write an answer as the reader sees it."""
    if isinstance(value, str):
        return _rich(value.rstrip("."))
    text = f"{value:{format or ('d' if isinstance(value, int | np.integer) else '.4g')}}"
    return escape(f"{text.replace('-', '−')} {unit}".strip())


def _plain(html: str) -> str:
    return re.sub("<[^>]*>", "", html)


def _rich(text: str) -> str:
    """Turn a text into HTML; MathJax sets the formulas in Jupyter, KaTeX those of the site."""
    html = re.sub(r"`([^`]+)`", r"<code>\1</code>", escape(text, quote=False))
    return re.sub(r"(\$[^$]+\$)", r'<span class="gd-tex">\1</span>', html)
