"""Translate the book: a catalogue for each source, and from it Chinese notebooks and pages.

    python tools/translate.py update            bring the catalogues up to date with the English
    python tools/translate.py check [NAME ...]  say what is wrong, old or missing
    python tools/translate.py make [FOLDER]     write the Chinese sources, to read, run or build
    python tools/translate.py harvest FILE      take an edited Chinese notebook into its catalogue

A catalogue is a .po file in locale/zh_CN. What has no translation, or a wrong one, stays English.
"""

import argparse
import ast
import difflib
import io
import os
import re
import sys
from collections import Counter
from pathlib import Path

import yaml
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po
from passages import KEPT, MARKDOWN, json_of, walk

ROOT = Path(__file__).resolve().parent.parent
LANGUAGE = "zh_CN"
LOCALE = ROOT / "locale" / LANGUAGE
FRAME = LOCALE / "LC_MESSAGES" / "sphinx.po"  # what the site's frame says, where Sphinx looks
SPOKEN = ROOT / "gdlib" / f"{LANGUAGE}.json"  # what gdlib's own figures and questions say


def sources() -> dict[Path, list[Path]]:
    """List the catalogues, and for each what it translates."""
    toc = yaml.safe_load((ROOT / "_toc.yml").read_text(encoding="utf-8"))
    names = [toc["root"], *(one["file"] for part in toc["parts"] for one in part["chapters"])]
    ends = (".ipynb", ".md")
    return {
        **{
            LOCALE / f"{n}.po": [p for e in ends if (p := ROOT / f"{n}{e}").exists()] for n in names
        },
        LOCALE / "book.po": [ROOT / "_config.yml", ROOT / "_toc.yml"],
        LOCALE / "gdlib.po": sorted((ROOT / "gdlib").rglob("*.py")),
        FRAME: sorted(p for p in (ROOT / "site").rglob("*") if p.suffix in (".html", ".py", ".js")),
    }


# ---------------------------------------------------------------- catalogues


def load(path: Path) -> Catalog:
    text = path.read_text(encoding="utf-8") if path.exists() else ""  # whatever ends its lines
    return read_po(io.StringIO(text), locale=LANGUAGE)


HEAD = f"""msgid ""
msgstr ""
"Content-Type: text/plain; charset=utf-8\\n"
"Language: {LANGUAGE}\\n"

"""


def updated(target: Path, paths: list[Path]) -> Catalog:
    """Return a catalogue with the passages of its sources as they are now, in their order."""
    catalog, old = Catalog(locale=LANGUAGE), {m.id: m for m in load(target) if m.id}
    for path in paths:
        name = path.relative_to(ROOT).as_posix()

        def note(text: str, kind: str, cell: str, name: str = name) -> str:
            place = f"{name}:{cell}" if cell else name
            catalog.add(text, locations=[(place, None)], auto_comments=[kind] if kind else [])
            return text

        walk(path, note)
    gone = [text for text, message in old.items() if message.string and text not in catalog]
    for message in [m for m in catalog if m.id]:
        if near := [message.id] if message.id in old else close(message.id, gone):
            before = old[near[0]]
            message.string, message.flags = before.string, before.flags
            message.user_comments = before.user_comments if before.fuzzy else []
            if before.id != message.id:
                message.flags = {"fuzzy"}
                message.user_comments = [f"was: {' '.join(before.id.split())}"]
        message.flags &= {"fuzzy"}  # babel takes LaTeX's braces for Python's
    return catalog


def text_of(catalog: Catalog) -> str:
    """Return a catalogue's file in normal form: nothing wrapped, no dates."""
    file = io.BytesIO()
    write_po(file, catalog, width=0)
    return HEAD + file.getvalue().decode().split("\n\n", 1)[1].rstrip("\n") + "\n"


def close(text: str, others: list[str]) -> list[str]:
    return difflib.get_close_matches(text, others, 1, 0.7)


def write(path: Path, text: str) -> None:
    """Write a file where it differs: what did not change is not built again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists() or path.read_bytes() != text.encode():
        path.write_text(text, encoding="utf-8", newline="\n")


# ---------------------------------------------------------------- what a translation must keep

SPELLED = ["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]
NUMBERS = {word: str(number) for number, word in enumerate(SPELLED, 1)}
NUMBERS |= {"zero": "0", "zeros": "0", "ones": "1", "first": "1", "second": "2", "third": "3"}
NUMBERS |= {"tens": "10", "hundred": "100", "thousand": "1000", "million": "1000000"}
FAULTS = {  # in prose, with formulas, code and links taken out
    "[一-鿿][,;:?!.]": "half-width punctuation after a Chinese character",
    r"\([^()]*[一-鿿]": "half-width brackets around Chinese",
    '[一-鿿]"|"[一-鿿]': "straight quotes beside Chinese: “”",
    "[一-鿿][A-Za-zα-ωΑ-Ω0-9]|[A-Za-zα-ωΑ-Ω₀-₉0-9][一-鿿]": "no space between Chinese and Latin",
    "您": "the reader is 你",
}
LOOSE = " [，。、；：？！（）《》]|[，。、；：？！（）《》] "
# What takes the place of formulas, code, links and fields while prose is looked at.
STANDINS = dict(zip(KEPT, ("x", "x", "]", "", "", "x"), strict=True))
STANDINS |= {r"\\n": "\n", r"\{[^{}]*:.*?\}": "", r"\{.*?\}": "0", r"\*+": "", "《.*?》": "》"}
FIELD = re.compile(r"\{[^{}]*\}")


def kept(text: str, kinds: list[str]) -> tuple[Counter[str], set[str]]:
    """Find what has to be the same in both languages: formulas, code, links, fields; numbers."""
    found: Counter[str] = Counter()
    if any("f-string" in kind or "{" in kind for kind in kinds):
        for field in FIELD.findall(text):  # a text in it and its width may change
            field = re.sub(r"'[^']*'", "''", field)
            found[re.sub(r":(.?[<>=^])?[ +-]?0?\d*", ":", field).replace(":}", "}")] += 1
        text = FIELD.sub(" ", text)
    else:
        for pattern in KEPT:
            found.update(re.sub(r"\\text\{[^}]*\}", "", x) for x in re.findall(pattern, text))
            text = re.sub(pattern, " ", text)
    return found, set(re.findall(r"\d+(?:[.,]\d+)*", text))


def digits(numbers: set[str]) -> set[str]:
    """Leave out where the point is: 362 million is 3.62 亿."""
    return {re.sub("[.,]|0+$", "", number) for number in numbers}


def stars(text: str) -> int:
    """Count the stars that open or close nothing."""
    tokens = MARKDOWN.parseInline(text)[0].children or []
    return sum(token.content.count("*") for token in tokens if token.type == "text")


def parses(code: str) -> bool:
    try:
        ast.parse(code)
    except SyntaxError:
        return False
    return True


def faults(message: Message) -> list[str]:
    """Say what is wrong with a translation."""
    old, new, kinds = message.id, message.string, message.auto_comments
    (before, numbers), (after, now) = kept(old, kinds), kept(new, kinds)
    literal = {"code", "key", "docstring"} & {kind.split()[0] for kind in kinds}
    spelled = {NUMBERS[word] for word in re.findall("[a-z]+", old.lower()) if word in NUMBERS}
    if re.search("[mb]illion", old) and re.search(r"\d [万亿]", new):
        numbers, now, spelled = digits(numbers), digits(now), digits(spelled)
    lost = [*(before - after).elements(), *sorted(numbers - now)]
    if literal:  # beside Chinese a label has no $x$: matplotlib's formulas know no other font
        lost = [one for one in lost if not (re.fullmatch(r"\$\w\$", one) and one[1] in new)]
    added = [*(after - before).elements(), *sorted(now - numbers - spelled)]
    found = [f"lost {', '.join(lost)}"] * bool(lost) + [f"added {', '.join(added)}"] * bool(added)
    plain = not literal and "comment" not in kinds
    if literal and old != new:
        if '"' in new and '"' not in old:
            found.append('a straight " ends the text in Python: “”')
        sign = "f" if "f-string" in " ".join(kinds) else ""
        if parses(f'{sign}"""{old} """') and not parses(f'{sign}"""{new} """'):  # raw texts do not
            found.append("no text of Python's any more: look at braces and backslashes")
    if plain and stars(new) > stars(old):
        found.append("a * that opens or closes nothing: full-width punctuation goes outside of it")
    prose = new
    for pattern, instead in STANDINS.items():
        prose = re.sub(pattern, instead, prose)
    loose = {LOOSE: "a space beside a full-width sign"} if plain else {}
    for pattern, fault in (FAULTS | loose).items():
        if wrong := re.search(f".?.?.?(?:{pattern}).?.?.?", prose):
            found.append(f"{fault}: {wrong[0]}")
    return found


def known(target: Path) -> dict[str, str]:
    """Return the translations that hold: sound ones, and old ones that lost nothing."""
    return {m.id: m.string for m in load(target) if m.id and m.string and not faults(m)}


def make(folder: Path, outputs: bool) -> None:
    """Write the Chinese sources; `outputs` are the English ones, whose numbers nbval compares."""
    up = os.path.relpath(ROOT, folder)
    for target, paths in sources().items():
        words = known(target)
        for path in paths if target not in (FRAME, LOCALE / "gdlib.po") else []:
            text = walk(path, lambda text, kind, cell, words=words: words.get(text, text), outputs)
            quote = '\\"' if path.suffix == ".ipynb" else '"'
            text = text.replace("use_book_style()", f"use_book_style({quote}{LANGUAGE}{quote})")
            text = text.replace('"..[chapters]', '"../..[chapters]')
            if path.name == "_config.yml":
                text = text.replace("language: en", f"language: {LANGUAGE}")
                text = re.sub(r"(: |\[)(site/|tools\b)", rf"\g<1>{up}/\2", text)
            write(folder / path.relative_to(ROOT), text)
    write(folder / FRAME.relative_to(ROOT), FRAME.read_text(encoding="utf-8"))


def harvest(file: Path) -> int:
    """Take the passages of an edited Chinese notebook into its catalogue."""
    (target, paths), *_ = [
        (target, paths)
        for target, paths in sources().items()
        if file.name in [p.name for p in paths]
    ]
    sides: list[dict[str, list[tuple[str, str]]]] = [{}, {}]
    for side, path in zip(sides, (paths[0], file), strict=True):
        walk(
            path, lambda t, kind, cell, side=side: side.setdefault(cell, []).append((kind, t)) or t
        )
    catalog, taken = load(target), 0
    for cell, ours in sides[0].items():
        theirs = sides[1].get(cell, [])
        if [kind for kind, _ in ours] != [kind for kind, _ in theirs]:
            print(
                f"{cell}: {len(ours)} passages in English, {len(theirs)} in Chinese: left as it was"
            )
            continue
        for (_, english), (_, chinese) in zip(ours, theirs, strict=True):
            message = catalog.get(english)
            if message and chinese not in (english, message.string):
                message.string, message.flags = chinese, set()
                taken += 1
    write(target, text_of(catalog))
    write(target, text_of(updated(target, paths)))
    return taken


def check(names: list[str], strict: bool) -> int:
    """Say what is wrong, missing or old."""
    wrong, total = 0, Counter()
    for target, paths in sources().items():
        name = target.relative_to(LOCALE).with_suffix("").as_posix()
        if names and not any(each in name for each in names):
            continue
        catalog = updated(target, paths)
        if not target.exists() or target.read_text(encoding="utf-8") != text_of(catalog):
            print(
                f"{name}: not up to date, or not in normal form: python tools/translate.py update"
            )
            wrong += 1
        messages = [message for message in catalog if message.id]
        for message in messages:
            for fault in faults(message) if message.string and not message.fuzzy else []:
                print(f"{message.locations[0][0]}: {message.id[:60]!r}\n    {fault}")
                wrong += 1
        missing, old = sum(not m.string for m in messages), sum(m.fuzzy for m in messages)
        if missing or old:
            print(f"{name}: {missing} missing, {old} old")
        total.update(passages=len(messages), missing=missing, old=old)
    print("Chinese: " + ", ".join(f"{number:,} {what}" for what, number in total.items()))
    return wrong + strict * (total["missing"] + total["old"])


def main() -> int:
    summary, _, details = (__doc__ or "").partition("\n")
    parser = argparse.ArgumentParser(
        description=summary, epilog=details, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("do", choices=["update", "check", "make", "harvest"])
    parser.add_argument("what", nargs="*")
    parser.add_argument("--strict", action="store_true")
    parser.add_argument(
        "--outputs", action="store_true", help="keep the English notebooks' outputs"
    )
    options = parser.parse_args()
    if options.do == "check":
        return int(bool(check(options.what, options.strict)))
    if options.do == "make":
        make(Path(*options.what or [ROOT / "_build" / "zh"]).resolve(), options.outputs)
    if options.do == "harvest":
        print(f"{harvest(Path(*options.what))} passages taken over")
    if options.do == "update":
        for target, paths in sources().items():
            write(target, text_of(updated(target, paths)))
        write(SPOKEN, json_of(known(LOCALE / "gdlib.po")) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
