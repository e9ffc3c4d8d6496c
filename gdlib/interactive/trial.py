"""Try a function that the reader wrote beside the right one, and name the mistake."""

import copy
import dis
import inspect
import linecache
import traceback
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from gdlib.interactive.tasks import TASKS, Case, Function, Task
from gdlib.language import say


@dataclass(frozen=True)
class Verdict:
    """What `check` found; it shows as `text`."""

    right: bool
    text: str

    def __repr__(self) -> str:
        return self.text


def check(
    yours: Function,
    like: Function,
    cases: Iterable[Case] = (),
    mistakes: Sequence[tuple[Function, str]] = (),
    parts: Sequence[str] = (),
    use: Function | None = None,
) -> Verdict:
    """Compare a reader's function with the right one, and say what kind of mistake it makes.

    Parameters
    ----------
    yours : callable
        The reader's function. As long as it returns ``...`` it counts as not written yet.
    like : callable
        The right one. If it is one of gdlib's that the chapters build, the rest is known.
    cases : iterable of tuple, optional
        Arguments to call both with; each call gets copies of its own.
    mistakes : sequence of (callable, str), optional
        Wrong functions, each with the sentence for a reader whose function does the same. Factors
        in front, wrong shapes, changed arguments and rounding are recognised without.
    parts : sequence of str, optional
        What the parts of a result that is a tuple are called.
    use : callable, optional
        ``use(function, *case)`` gives what is compared, where that is not ``function(*case)``:
        what a rule that is made does, say, in five steps.

    Returns
    -------
    Verdict
        ``right`` or not; it shows as a sentence or two.

    Raises
    ------
    ValueError
        If there are no cases, or one of the mistakes is none.

    Examples
    --------
    >>> def middle(x):
    ...     return max(x) / 2
    >>> check(middle, like=np.mean, cases=[([1.0, 2.0],), ([3.0, 4.0, 8.0],)])
    middle: not right yet. It agrees in 0 of 2 cases.
    With a.shape = (2,), the result is 1., where 1.5 is right.
    """
    known = TASKS.get(like)
    task = Task(list(cases), mistakes, parts, use) if cases or known is None else known
    if not task.cases:
        raise ValueError(f"cases is empty; expected tuples of arguments to call {like} with")
    if not callable(yours):
        return Verdict(False, say("{it} is not a function.", it=repr(yours)))
    parts = task.parts
    trials = []
    for case in task.cases:
        trials.append(_Trial(yours, like, case, task.use))
        if isinstance(trials[-1].error, KeyboardInterrupt):
            return Verdict(False, _verdict(yours, _endless(yours, trials[-1])))
    said = _unwritten(yours, trials, parts)
    for wrong, sentence in task.mistakes:
        theirs = [_Trial(wrong, like, case, task.use) for case in task.cases]
        if not any(one.wrong and not one.error for one in theirs):
            raise ValueError(f"mistakes holds one that fails, or is right, always: {sentence!r}")
        said = said or (say(sentence) if _alike(trials, theirs) else "")
    said = (
        said
        or _changing(trials)
        or _stopped(yours, trials)
        or _misshapen(trials, parts)
        or _differing(yours, trials, parts)
    )
    text = said or say("right, in all {count} cases.", count=len(trials))
    return Verdict(not said, _verdict(yours, text))


def _verdict(yours: Function, text: str) -> str:
    return say("{name}: {text}", name=getattr(yours, "__name__", say("your function")), text=text)


class _Trial:
    """One call of a function, beside what is right."""

    def __init__(
        self, function: Function, like: Function, case: Case, use: Function | None
    ) -> None:
        names = [*inspect.signature(use or like).parameters][bool(use) :]
        use = use or _call
        self.arguments = dict(zip(names, case, strict=False))
        given, self.result = copy.deepcopy(case), None
        self.error: BaseException | None = None
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")  # the verdict says what there is to say
            right = use(like, *copy.deepcopy(case))
            try:
                self.result = use(function, *given)
            except (Exception, SystemExit, KeyboardInterrupt) as error:  # whatever it raises
                self.error = error
        self.changed = [
            name
            for name, before, after in zip(names, case, given, strict=False)
            if isinstance(before, np.ndarray) and not np.array_equal(before, after)
        ]
        self.right = [_number(part) for part in _parts(right)]
        parts = _parts(self.result, len(self.right))
        self.got, self.whole = [*map(_number, parts)], [*map(_is_whole, parts)]
        self.kinds = [str(getattr(part, "dtype", "")) for part in parts]

    @property
    def wrong(self) -> list[int]:
        """The places of the parts that are not right."""
        places = range(len(self.right))
        if self.error or len(self.got) != len(self.right):
            return list(places)
        return [place for place in places if not _close(self.got[place], self.right[place])]

    def __str__(self) -> str:
        return ", ".join(
            f"{name}.shape = {np.shape(value)}" if np.ndim(value) else f"{name} = {_short(value)}"
            for name, value in self.arguments.items()
            if not callable(value)
        )


def _short(value: Any) -> str:
    return f"{value:.3g}" if isinstance(value, int | float | np.number) else repr(value)


def _call(function: Function, *case: Any) -> Any:
    return function(*case)


def _parts(result: Any, number: int = 0) -> list[Any]:
    """Return the parts of a result."""
    several = isinstance(result, tuple) or (isinstance(result, list) and number > 1)
    several |= isinstance(result, np.ndarray) and result.shape == (number,) != (1,)
    return list(result) if several else [result]


def _number(part: Any) -> Any:
    """Return what is made of numbers as floats, and all else, texts too, as it is."""
    try:
        array = np.asarray(part)
        known = array.dtype.kind in "iufO" and part is not None  # O: fractions, decimals
        return array.astype(np.float64) if known else part
    except (TypeError, ValueError):
        return part


def _close(a: Any, b: Any, rtol: float = 1e-7) -> bool:
    """Tell whether two parts are the same but for rounding."""
    if not isinstance(a, np.ndarray) or not isinstance(b, np.ndarray) or a.shape != b.shape:
        return False
    size = float(np.abs(b[np.isfinite(b)]).max(initial=0.0))
    atol = 1e-12 + 1e-2 * rtol * size
    return bool(np.allclose(a, b, rtol=rtol, atol=atol, equal_nan=True))


def _alike(trials: list[_Trial], others: list[_Trial]) -> bool:
    """Tell whether a function does what a wrong one does, in every case."""
    pairs = list(zip(trials, others, strict=True))
    return any(two.wrong and not two.error for _, two in pairs) and all(
        (one.error and two.error)
        or (len(one.got) == len(two.got) and all(map(_close, one.got, two.got)))
        for one, two in pairs
    )


def _named(place: int, parts: Sequence[str]) -> str:
    return say(parts[place]) if place < len(parts) else say("the result")


def _and(names: Iterable[str]) -> str:
    return say(" and ").join(names)


def _unwritten(yours: Function, trials: list[_Trial], parts: Sequence[str]) -> str:
    first = trials[0]
    if isinstance(first.error, NotImplementedError) or "ellipsis" in str(first.error):
        return say("not written yet.")
    missing = [place for place, part in enumerate(first.got) if part is ...]
    if missing:
        if len(missing) == len(first.got):
            return say("not written yet.")
        return say("{names} not written yet.", names=_and(_named(i, parts) for i in missing))
    used = first.error and "NoneType" in str(first.error) and not _lines(yours, first.error)
    if used or all(one.result is None and not one.error for one in trials):
        return say("it returns nothing. Not written yet, or without its return?")
    return ""


def _lines(yours: Function, error: BaseException) -> list[str]:
    """Return the reader's lines that led to an error."""
    bodies = [inspect.unwrap(yours), *vars(yours).values()]  # a class has its code in its methods
    files = {body.__code__.co_filename for body in bodies if inspect.isfunction(body)}
    return [
        "\n    " + say("line {number}: {text}", number=number, text=text)
        for frame, number in traceback.walk_tb(error.__traceback__)
        if (file := frame.f_code.co_filename) in files
        if (text := linecache.getline(file, number).strip())
    ]


def _endless(yours: Function, trial: _Trial) -> str:
    """Say where the reader's function was when the reader interrupted it."""
    assert trial.error
    text = say("it had not ended when you interrupted it, with {case}.", case=trial)
    lines = "".join(_lines(yours, trial.error)[-1:])
    return f"{text}{lines}\n" + say(
        "If one loop goes on for ever, look at its condition: what in the loop makes it false?"
    )


def _stopped(yours: Function, trials: list[_Trial]) -> str:
    """Show where the reader's function raised."""
    stopped = [one for one in trials if one.error]
    if not stopped:
        return ""
    error = stopped[0].error
    assert error
    lines = _lines(yours, error)
    text = say("it stops with {error}", error=f"{type(error).__name__}: {error}".rstrip(": "))
    where = say(
        "It does so in {bad} of {all} cases, first with {case}.",
        bad=len(stopped),
        all=len(trials),
        case=stopped[0],
    )
    return f"{text}{lines[-1] if lines else ''}\n{where} {_foreign(yours)}".strip()


def _misshapen(trials: list[_Trial], parts: Sequence[str]) -> str:
    for one in trials:
        if len(one.got) != len(one.right):
            what = say("{count} values", count=len(one.right))
            what += f" ({', '.join(map(say, parts))})" if parts else ""
            if len(one.got) == 1:
                return say("it returns one; expected {what}.", what=what)
            what = say("one") if len(one.right) == 1 else what
            return say("it returns {count}; expected {what}.", count=len(one.got), what=what)
        for place, (got, right) in enumerate(zip(one.got, one.right, strict=True)):
            name = _named(place, parts)
            if not isinstance(got, np.ndarray):
                return say("{name} is of type {kind}.", name=name, kind=type(got).__name__)
            if right.ndim and one.whole[place]:
                return say(
                    "{name} is an array of whole numbers: what is written into it later loses its "
                    "digits. Make it one of floats.",
                    name=name,
                )
            if one.kinds[place] in ("float16", "float32"):
                return say(
                    "{name} is in {kind}, which keeps 7 digits at most. Leave it in float64.",
                    name=name,
                    kind=one.kinds[place],
                )
            if got.shape != right.shape:
                return say(
                    "{name} is {had}; expected {wanted}, with {case}.",
                    name=name,
                    had=_shaped(got),
                    wanted=_shaped(right),
                    case=one,
                )
    return ""


def _shaped(array: Any) -> str:
    return say("an array of shape {shape}", shape=array.shape) if array.ndim else say("a number")


def _changing(trials: list[_Trial]) -> str:
    changed = sorted({name for one in trials if not one.error for name in one.changed})
    if not changed:
        return ""
    return (
        say("it changes the caller's {names}.", names=_and(changed))
        + " "
        + say(
            "Operators such as += and functions with out= write into the array that they are given."
        )
    )


def _differing(yours: Function, trials: list[_Trial], parts: Sequence[str]) -> str:
    """Say how the numbers differ from the right ones."""
    wrong = sorted({place for one in trials for place in one.wrong})
    if not wrong:
        return ""
    names = [_named(place, parts) for place in range(len(trials[0].right))]
    good = [name for place, name in enumerate(names) if place not in wrong]
    text = say("not right yet. ")
    if good:
        text += say("Right in every case: {names}; the rest is not. ", names=", ".join(good))
    pairs = [(one, one.got[place], one.right[place]) for one in trials for place in wrong]
    for label, factor in FACTORS.items():
        if all(_close(got, np.asarray(factor(*_sizes(one)) * right)) for one, got, right in pairs):
            return text + say(
                "What it returns is {factor} times what is right, in every case.", factor=label
            )
    bad = [one for one in trials if one.wrong]
    whole = [one for one in trials if any(map(_is_whole, one.arguments.values()))]
    if bad == whole:
        return text + say(
            "Wrong only where an argument is an array of whole numbers. Is an array made like it? "
            "Then that holds whole numbers too."
        )
    if all(_close(got, right, 1e-2) or np.allclose(got, right, 0, 1e-4) for _, got, right in pairs):
        return text + say(
            "Only the first digits agree: something rounds, stops too early, or is added."
        )
    least = min(bad, key=lambda one: sum(map(np.size, one.arguments.values())))
    place = least.wrong[0]
    name, got, right = names[place], least.got[place], least.right[place]
    if right.size > 4:  # one entry says enough
        entry = np.unravel_index(np.argmax(np.abs(got - right)), right.shape)
        name = f"{name}[{', '.join(map(str, entry))}]"
        got, right = got[entry], right[entry]
    digits = 4 if not np.allclose(got, right, rtol=1e-3, atol=1e-4) else 12  # they must differ
    got, right = (np.array2string(np.asarray(value), precision=digits) for value in (got, right))
    agreed = say(
        "It agrees in {good} of {all} cases.", good=len(trials) - len(bad), all=len(trials)
    )
    where = say(
        "With {case}, {name} is {got}, where {right} is right.",
        case=least,
        name=name,
        got=got,
        right=right,
    )
    return f"{text}{agreed}\n{where} {_foreign(yours)}".strip()


def _foreign(yours: Function) -> str:
    """Name the numbers that a function takes from the notebook and not from its arguments."""
    yours = inspect.unwrap(yours)
    if not inspect.isfunction(yours):
        return ""
    used = {one.argval for one in dis.get_instructions(yours) if one.opname == "LOAD_GLOBAL"}
    kinds = (np.ndarray, np.generic, int, float, list, tuple)
    found = sorted(name for name in used if isinstance(yours.__globals__.get(name), kinds))
    if not found:
        return ""
    return say("(It takes {names} from outside, not from its arguments.)", names=_and(found))


FACTORS: dict[str, Callable[[int, int], float]] = {
    "2": lambda m, n: 2,
    "½": lambda m, n: 1 / 2,
    "−1": lambda m, n: -1,
    "m": lambda m, n: m,
    "2m": lambda m, n: 2 * m,
    "m/2": lambda m, n: m / 2,
    "1/m": lambda m, n: 1 / m,
    "m/n": lambda m, n: m / n,
    "−m": lambda m, n: -m,
    "−2": lambda m, n: -2,
}


def _sizes(trial: _Trial) -> tuple[int, int]:
    """Return rows and columns of the first argument that is a matrix."""
    found = [np.shape(value) for value in trial.arguments.values() if np.ndim(value) == 2]
    return found[0] if found else (1, 1)


def _is_whole(value: Any) -> bool:
    return isinstance(value, np.ndarray) and value.dtype.kind in "iu"
