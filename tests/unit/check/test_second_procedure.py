"""A second procedure needs content alone: its folder holds no Python, and no Python knows of either."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from assistant.check import __main__ as main
from assistant.check.project import Project
from assistant.check.texts import composed, written
from assistant.datafiles import ROOT, clear_caches
from assistant.knowledge.content import content
from assistant.screening.items import ITEMS

EXAMPLE = ROOT / "examples" / "tattoo_removal"
CODE = ("assistant", "actions", "clinic", "rasa_ext", "scripts")
#: Kinds of items and of readings that two items are named after.
KINDS = {"temperature", "medicines"}
#: Each thing that may go wrong after a change of the content, where, and what is said of it.
SLIPS = (
    ("document/facts.yml", "A session takes ten", "A session lasts ten", "the quote of F11 does not stand in document.txt"),
    ("document/document.txt", "The skin is red", "It may smell. The skin is red", "no fact covers “It may smell.”"),
    ("document/document.txt", "two days", "two or three days", "the quote of F16 does not stand in document.txt"),
    ("document/document.txt", "ten to twenty minutes.\x20", "ten to twenty minutes.  ", "the document changed since its facts"),
    ("document/topics.yml", "parts: [F15]", "parts: [F16]", "no topic gives F15"),
    ("document/topics.yml", "parts: [K1]", "parts: [F13]", "pain gives the strong claim F13 without the facts"),
    ("nlu/faq.yml", "- intent: faq/cooling", "- intent: faq/chilling", "cooling has no examples"),
    ("wording.yml", "I didn't understand that.", "No problem.", "forbidden phrase “no problem”"),
    ("document/facts.yml", 'say: "It often itches while', 'say: "Pruritic irritation of considerable intensity frequently accompanies regeneration of the cutaneous tissue while', "F19.say reads at grade"),
    ("screening/questionnaire.r4.json", '"linkId": "keloids"', '"linkId": "keloid"', "nothing asks keloid. Did you mean keloids?"),
    ("screening/items.yml", "fact: F29", "fact: F99", "keloids: there is no fact F99"),
)  # fmt: skip


@pytest.fixture
def example(monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """The second project, as `make check PROJECT=...` reads it."""
    monkeypatch.setenv("STRIA_PROJECT", str(EXAMPLE))
    clear_caches()
    yield Project(place=EXAMPLE)
    monkeypatch.undo()
    clear_caches()


def literals() -> Iterator[tuple[str, str]]:
    """Yield the file and the text of each string of the code that is no docstring."""
    for folder in CODE:
        for path in sorted((ROOT / folder).rglob("*.py")):
            tree = ast.parse(path.read_text(encoding="utf-8"))
            alone = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
            for node in ast.walk(tree):
                if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in alone:
                    yield str(path.relative_to(ROOT)), node.value


def test_no_python_in_the_example() -> None:
    """What makes the second procedure is content."""
    assert [] == list(EXAMPLE.rglob("*.py"))


def test_no_procedure_in_the_code() -> None:
    """No text of the code names a procedure, an item of a check, a fact, a pair or a topic."""
    c = content()
    ids = {*c.facts, *c.pairs, *(set(ITEMS) - KINDS)}
    ids |= {f"faq/{t}" for t in c.topics} | {f"not_in_document/{t}" for t in c.silent}
    named = re.compile(r"tattoo|stretch.?mark|striae|resurfac|fractional", re.I)
    assert [] == [(p, t) for p, t in literals() if t in ids or named.search(t)]


def test_example_is_in_order(example: Project) -> None:
    """All checks of the content pass, warnings included."""
    assert [] == [str(f) for f in main.run(example) if f.level != "note"]


def test_nothing_of_the_base_is_said(example: Project) -> None:
    """No text of the second procedure names the first one."""
    foreign = re.compile(r"stretch.?mark|resurfac|fractional|arrhythmia|herpes", re.I)
    said = {t.name: t.text for t in (*written(example), *composed(example))}
    assert {} == {name: text for name, text in said.items() if foreign.search(text)}


@pytest.mark.parametrize(("name", "old", "new", "expected"), SLIPS)
def test_what_no_longer_fits(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, old: str, new: str, expected: str
) -> None:
    """A slip in the second project is reported with its file and line, as in the first."""
    copy = tmp_path / "examples" / "copy"
    _copy(copy)
    path = copy / "data" / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    monkeypatch.setenv("STRIA_PROJECT", str(copy))
    clear_caches()
    found = [str(f) for f in main.run(Project(place=copy))]
    assert any(re.match(rf"{re.escape(str(copy))}/data/[\w./]+:\d+: ", f) and expected in f for f in found)


def _copy(folder: Path) -> None:
    """Copy the example; its base stays the project itself."""
    for path in EXAMPLE.rglob("*"):
        if path.is_file() and path.relative_to(EXAMPLE).parts[0] in ("data", "config.yml", "domain.yml"):
            target = folder / path.relative_to(EXAMPLE)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    config = folder / "config.yml"
    config.write_text(config.read_text("utf-8").replace("base: ../..", f"base: {ROOT}"), encoding="utf-8")
