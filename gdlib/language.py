"""What the book's drawings and questions say themselves, in the reader's language."""

import json
from importlib.resources import files

_KNOWN: dict[str, str] = {}


def speak(language: str) -> None:
    """Say everything in `language` from here on: ``"en"``, or one with a file beside this one.

    Examples
    --------
    >>> speak("zh_CN")
    >>> say("Play")
    '播放'
    >>> speak("en")
    """
    _KNOWN.clear()
    if language != "en":
        text = files("gdlib").joinpath(f"{language}.json").read_text(encoding="utf-8")
        _KNOWN.update(json.loads(text))


def say(text: str, /, **places: object) -> str:
    """Return `text` in the language that `speak` has chosen, its ``{places}`` filled in.

    Called where the words are shown and not before: the language is chosen while a notebook runs.
    """
    said = _KNOWN.get(text, text)
    return said.format(**places) if places else said
