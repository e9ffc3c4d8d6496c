"""The Chinese edition: what is found in a source, what a catalogue must be, what is made of it."""

import ast
import json
import re
from pathlib import Path

import passages
import pytest
import translate
from markdown_it.renderer import RendererHTML
from myst_parser.config.main import MdParserConfig
from myst_parser.parsers.mdit import create_md_parser

ROOT = Path(__file__).resolve().parents[1]
SOURCES = translate.sources()
READ = [path for paths in SOURCES.values() for path in paths if path.suffix in (".ipynb", ".md")]
EXTENSIONS = {"dollarmath", "amsmath", "attrs_block", "substitution"}  # those of _config.yml
MYST = create_md_parser(MdParserConfig(enable_extensions=EXTENSIONS), RendererHTML)


def tokens(text: str) -> list[list[object]]:
    """Read Markdown as the site does; a line's end within a paragraph is a space."""
    found: list[list[object]] = []
    for token in MYST.parse(text):
        for one in [token, *(token.children or [])]:
            plain = one.type in ("text", "softbreak")
            content = " " if one.type == "softbreak" else one.content
            if plain and found and found[-1][0] == "text":
                found[-1][1] += content
            elif one.type == "fence" and "python" in one.info:
                found.append([one.type, code(content)])
            elif plain:
                found.append(["text", content])
            elif one.type != "inline":
                found.append([one.type, content, one.tag, str(one.attrs)])
    return found


def code(text: str) -> str:
    """Read Python, without what MyST-NB reads before it."""
    head, _, rest = text.partition("\n---\n")
    body = rest if head.startswith("---") else text
    return ast.dump(ast.parse("\n".join(x for x in body.split("\n") if x[:1] not in (":", "%"))))


def cells(path: Path, text: str) -> list[tuple[str, str]]:
    if path.suffix == ".md":
        return [("markdown", text)]
    return [(cell["cell_type"], "".join(cell["source"])) for cell in json.loads(text)["cells"]]


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_a_source_with_every_passage_put_back_reads_the_same(path: Path):
    """Each passage is marked, so that it is put back, and then the marks are taken away."""
    made = passages.walk(path, lambda text, kind, cell: f"⟦{text}⟧")
    assert made.count("⟦") > 0
    made = made.replace("⟦", "").replace("⟧", "")
    pairs = zip(cells(path, path.read_text("utf-8")), cells(path, made), strict=True)
    for (kind, before), (_, after) in pairs:
        same = tokens if kind == "markdown" else code
        assert same(after) == same(before)


class WithoutTexts(ast.NodeTransformer):
    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.Constant:
        return ast.Constant("text")

    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("text") if isinstance(node.value, str) else node


@pytest.mark.parametrize("path", READ, ids=lambda path: path.stem)
def test_the_code_of_a_translation_is_the_english_but_for_texts(path: Path):
    target = next(target for target, paths in SOURCES.items() if path in paths)
    words = translate.known(target)
    made = passages.walk(path, lambda text, kind, cell: words.get(text, text))
    for (kind, before), (_, after) in zip(
        cells(path, path.read_text("utf-8")), cells(path, made), strict=True
    ):
        if kind == "code":
            old, new = (ast.dump(WithoutTexts().visit(ast.parse(text))) for text in (before, after))
            assert old == new


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("# A *title*\n\nOne\nparagraph.", ["A *title*", "One paragraph."]),
        ("> - In $x$ a list,\n>   quoted", ["In $x$ a list, quoted"]),
        ("| a head | `code` |\n|--|--|\n| a \\| b cd | 1.5 |", ["a head", "a \\| b cd"]),
        ("<details><summary>Hint</summary>\n\nLook.\n\n</details>", ["Hint", "Look."]),
        ("$$a \\quad\\text{for all } b$$", ["for all"]),
        ("```python\nprint('it')  # a note\n```\n\n```\nraw text\n```", ["it", "a note"]),
        ("`code` and $f(x)$: [](a.md)", ["`code` and $f(x)$: [](a.md)"]),
        ("$w$, `b`\n\n![](a.png)", []),
        ("| wait | 87.0 µs |\n|--|--|\n| 5 ms on | 12 MB |", ["wait", "5 ms on"]),
    ],
)
def test_passages_of_markdown(source: str, found: list[str]):
    said: list[str] = []
    passages.markdown(source, lambda text, kind: said.append(text) or text)
    assert said == found


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ("print('loss', loss)", {"loss": "code"}),
        ("ax.set(xlabel='step', xscale='log')", {"step": "code"}),
        ("f'{a} of ' 'two {b}'", {"{a} of two {{b}}": "code f-string"}),
        ("runs = {'as is': 1}\nruns['as is']", {"as is": "key"}),
        ("def f():\n    '''Do it.'''\n    return 1  # noqa: X", {"Do it.": "docstring"}),
        ("x = 1  # é: a note", {"é: a note": "comment"}),
        ("%pip install gdlib", {}),
        ("load_diabetes(['bmi']); row['body_mass_g']", {}),
        ("assert norm(ends['by hand'] - 1) < 2", {"by hand": "key"}),
        ("run = '''\nx = 1  # a note\nprint('now', x)\n'''", {"a note": "comment", "now": "code"}),
        ("ax.set(title='loss = least')", {"loss = least": "code"}),
        ("'a way'.replace('the', 'an'); f(open('the file'))", {"a way": "code"}),
        ("check(f, **{'cases': []}); ask('q', 'parts')", {"parts": "code"}),
    ],
)
def test_passages_of_code(source: str, found: dict[str, str]):
    said: dict[str, str] = {}
    passages.code(source, lambda text, kind: said.update({text: kind}) or text)
    assert said == found


def test_a_key_changes_wherever_it_is_looked_up():
    source = "runs = {'as is': 3}\nprint(f\"{runs['as is']} steps\")"
    made = passages.code(source, lambda text, kind: {"as is": "原样"}.get(text, text))
    printed: list[str] = []
    exec(made, {"print": printed.append})
    assert "as is" not in made
    assert printed == ["3 steps"]


# ---------------------------------------------------------------- what a translation must keep


def faults(english: str, chinese: str, kind: str = "") -> list[str]:
    catalog = translate.Catalog(locale=translate.LANGUAGE)
    message = catalog.add(english, chinese, auto_comments=[kind] if kind else [])
    return translate.faults(message)


@pytest.mark.parametrize(
    ("english", "chinese", "kind", "said"),
    [
        ("A step of $2/λ$.", "一步长 $1/λ$。", "", "lost $2/λ$"),
        ("Call `f`.", "调用它。", "", "lost `f`"),
        ("See [there](a.md#b).", "见[那里](a.md)。", "", "lost ](a.md#b)"),
        ("It is 1.50.", "它是 1.5。", "", "lost 1.50"),
        ("Some steps.", "走 7 步。", "", "added 7"),
        ("362 million", "3.26 亿", "", "lost 362"),
        ("**Rule.** If", "**规则。**如果", "", "a * that"),
        ("Yes, no.", "是,不是。", "", "half-width punctuation"),
        ("A step (long).", "一步(长的)。", "", "half-width brackets"),
        ("The loss J.", "损失J。", "", "no space"),
        ("Call `f` now.", "现在调用`f`。", "", "no space"),
        ("Yes. No.", "是。 不是。", "", "a space beside"),
        ("You", "您", "", "你"),
        ("{k:3d} of {n}", "共 {n}", "code f-string", "lost {k:d}"),
        ("{k} steps", "{k 步", "code f-string", "braces"),
        ("a name", '叫"名"', "code", "straight"),
        ("{count} cases", "许多例", "words; {places} stay", "lost {count}"),
    ],
)
def test_a_fault_is_named(english: str, chinese: str, kind: str, said: str):
    assert any(said in fault for fault in faults(english, chinese, kind))


@pytest.mark.parametrize(
    ("english", "chinese", "kind"),
    [
        ("**Rule.** Of 3 steps one", "**规则**。3 步中的一步", ""),
        ("$J_{\\text{after}}$ falls", "$J_{\\text{之后}}$ 下降", ""),
        ("two of [chapter 4](04.ipynb)", "[第 4 章](04.ipynb)的 2 个", ""),
        ("361.6 to 362 million", "3.616 到 3.62 亿", ""),
        ("By 《深入Python》", "出自《深入Python》", ""),
        ("{'rate':>8} {x:6.2f}", "{'学习率':　>5} {x:.2f}", "code f-string"),
        ("formula    ", "公式　    ", "code"),
        ("w₁", "w₁", "code"),
        ("times $x$", "乘以 x", "code"),
        ('pip install "..[chapters]"', '先运行 pip install "..[chapters]"', "comment"),
    ],
)
def test_a_sound_translation_has_no_fault(english: str, chinese: str, kind: str):
    assert faults(english, chinese, kind) == []


# ---------------------------------------------------------------- catalogues


def test_the_catalogues_are_up_to_date_and_sound(capsys: pytest.CaptureFixture[str]):
    """What is old or missing is counted, and only a release refuses it."""
    assert translate.check([], strict=False) == 0, capsys.readouterr().out


def terms() -> list[list[str]]:
    rows = re.findall(
        r"(?m)^\| ([a-z].*?) \| (.*?) \|", (translate.LOCALE / "TERMS.md").read_text("utf-8")
    )
    return [[english, *chinese.split("；")] for english, chinese in rows]


def test_a_term_is_one_word_all_through():
    """In seven passages of ten: in the others it is no term, as in *what does it mean*."""
    passages = [(m.id, m.string) for target in SOURCES for m in translate.load(target) if m.id]
    for english, *chinese in terms():
        found = [said for text, said in passages if re.search(rf"\b{english}s?\b", text.lower())]
        share = sum(any(word in said for word in chinese) for said in found) / len(found)
        assert share > 0.7, f"{english}: {share:.0%} of {len(found)} passages say {chinese}"


def test_gdlib_brings_the_words_of_its_catalogue():
    words = translate.known(translate.LOCALE / "gdlib.po")
    assert json.loads(translate.SPOKEN.read_text("utf-8")) == words


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a book of one page with its catalogue, and let the tool work on it."""
    for name in ("locale/zh_CN/LC_MESSAGES", "gdlib", "site"):
        (tmp_path / name).mkdir(parents=True)
    locale = tmp_path / "locale" / "zh_CN"
    (tmp_path / "_toc.yml").write_text("root: index\nparts: []\n")
    (tmp_path / "_config.yml").write_text("title: A book\nlanguage: en\n")
    (tmp_path / "index.md").write_text("# A page\n\nThe loss falls to 3 in the end, and stays.\n")
    for name, value in (("ROOT", tmp_path), ("LOCALE", locale), ("SPOKEN", tmp_path / "x.json")):
        monkeypatch.setattr(translate, name, value)
    monkeypatch.setattr(translate, "FRAME", locale / "LC_MESSAGES" / "sphinx.po")
    run("update")
    fill(locale / "index.po", {"A page": "一页", SENTENCE: "最后，损失降到 3，不再变化。"})
    return tmp_path


SENTENCE = "The loss falls to 3 in the end, and stays."


def run(*arguments: str) -> int:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.argv", ["translate.py", *arguments])
        return translate.main()


def fill(path: Path, words: dict[str, str]) -> None:
    catalog = translate.load(path)
    for english, chinese in words.items():
        catalog.get(english).string = chinese
    translate.write(path, translate.text_of(catalog))
    run("update")


def page(book: Path) -> str:
    run("make", str(book / "made"))
    return (book / "made" / "index.md").read_text("utf-8")


def test_a_page_is_made(book: Path):
    assert page(book) == "# 一页\n\n最后，损失降到 3，不再变化。\n"
    assert "language: zh_CN" in (book / "made" / "_config.yml").read_text("utf-8")
    assert run("check", "index", "--strict") == 0
    assert run("check", "--strict") == 1  # the book's title has no Chinese yet
    assert run("check") == 0


@pytest.mark.parametrize(
    ("now", "made"),
    [
        ("In the end the loss falls to 3, and stays.", "最后，损失降到 3，不再变化。"),
        ("The loss falls to 4 in the end, and stays.", None),  # a number would be wrong
        ("Nothing of this is left.", None),
    ],
)
def test_an_english_sentence_changes(book: Path, now: str, made: str | None):
    source = book / "index.md"
    source.write_text(source.read_text().replace(SENTENCE, now))
    assert run("check", "index") == 1  # the catalogue does not know it
    run("update")
    assert run("check", "index") == 0
    assert run("check", "index", "--strict") == 1
    assert page(book) == f"# 一页\n\n{made or now}\n"


def test_a_fault_is_refused_and_stays_english(book: Path, capsys: pytest.CaptureFixture[str]):
    fill(book / "locale/zh_CN/index.po", {SENTENCE: "损失降到4。"})
    assert run("check", "index") == 1
    assert "index.md: 'The loss" in capsys.readouterr().out
    assert SENTENCE in page(book)


def test_line_ends_of_windows_change_nothing(book: Path):
    catalogue = book / "locale/zh_CN/index.po"
    text = catalogue.read_bytes()
    catalogue.write_bytes(text.replace(b"\n", b"\r\n"))
    assert run("check", "index", "--strict") == 0
    assert "一页" in page(book)
    run("update")
    assert catalogue.read_bytes() == text


def test_an_update_changes_nothing_twice(book: Path):
    before = {path: path.read_bytes() for path in book.rglob("*.po")}
    run("update")
    assert {path: path.read_bytes() for path in book.rglob("*.po")} == before


def test_an_edited_page_is_taken_over(book: Path):
    made = book / "made" / "index.md"
    page(book)
    made.write_text(made.read_text("utf-8").replace("不再变化", "就此停住"), encoding="utf-8")
    run("harvest", str(made))
    made.unlink()
    assert page(book) == "# 一页\n\n最后，损失降到 3，就此停住。\n"
