"""A group becomes the beginning of a topic; the check names what is left, and nothing is overwritten."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import yaml

from assistant.check.__main__ import run
from assistant.check.project import Project
from assistant.datafiles import ROOT, clear_caches
from clinic.insights.groups import Group
from clinic.insights.stub import StubError, Written, stub, write

QUESTIONS = (
    "is there somewhere to leave my bicycle",
    "can i park a bike by the … entrance",
    "price?",
    "bike",
    "somewhere to leave my bicycle is there",
)


@pytest.fixture
def copy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A copy of the content; the library reads it."""
    for name in ("data", "actions", "assistant", "clinic", "rasa_ext"):
        shutil.copytree(
            ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__", "vocab.txt")
        )
    for name in ("domain.yml", "config.yml"):
        shutil.copy(ROOT / name, tmp_path / name)
    monkeypatch.setenv("STRIA_DATA", str(tmp_path / "data"))
    clear_caches()
    yield Project(tmp_path)
    monkeypatch.undo()
    clear_caches()


def group(questions: tuple[str, ...] = QUESTIONS, topic: str = "") -> Group:
    """Returns a group."""
    return Group(3, questions[0], 5, 1.0, "2026-11-01", "2026-11-29", topic, {}, questions)


def made(name: str = "bicycles", kind: str = "not_in_document") -> list[Written]:
    """Makes a topic and returns its files."""
    files = stub(group(), name, kind)
    write(files)
    clear_caches()
    return files


def findings(copy: Project) -> list[str]:
    """Returns what the check says, but for notes."""
    return [f"{f.file}:{f.line}: {f.problem}" for f in run(copy) if f.level != "note"]


def lines(path: Path) -> list[str]:
    """Returns the lines of a file."""
    return path.read_text(encoding="utf-8").splitlines()


def test_a_silent_topic(copy: Project) -> None:
    """The next free id, marks, and examples that are neither there already nor said twice."""
    before = {path: path.read_text(encoding="utf-8") for path in copy.data.rglob("*.yml")}
    entry, question, examples = made()
    assert yaml.safe_load(entry.path.read_text(encoding="utf-8"))["topics"][-1] == {
        "id": "N46",
        "name": "bicycles",
        "silence": "TODO: Write what ends the sentence Our document does not say anything about ...",
        "nearest": [],
    }
    assert lines(examples.path)[-2:] == [
        "    - is there somewhere to leave my bicycle",
        "    - TODO: Write words for … or remove the line: can i park a bike by the … entrance",
    ]
    assert examples.new
    assert all(path.read_text(encoding="utf-8").startswith(text) for path, text in before.items())
    assert lines(entry.path)[entry.line - 1] == "- id: N46"
    assert lines(question.path)[question.line - 1] == "  utter_not_in_document/bicycles:"


def test_the_check_names_what_is_left(copy: Project) -> None:
    """Each place, and nothing else; when all is written, nothing."""
    before = findings(copy)
    clear_caches()
    entry, question, examples = made()
    assert [f for f in findings(copy) if f not in before] == [
        f"data/document/not_in_document.yml:{entry.line + 2}: still to be written",
        f"data/nlu/bicycles.yml:{len(lines(examples.path)) - 1}: not_in_document/bicycles has 2 examples, fewer than 15",
        f"data/nlu/bicycles.yml:{len(lines(examples.path))}: still to be written",
        f"data/responses/questions.yml:{question.line + 1}: still to be written",
    ]
    fill(
        entry.path,
        'silence: "TODO: Write what ends the sentence Our document does not say anything about ..."',
        'silence: "bicycles"',
    )
    fill_question_and_examples(question.path, examples.path)
    assert findings(copy) == before


def test_a_topic_of_the_document(copy: Project) -> None:
    """Without its facts it can't be loaded, which is named beside the marks."""
    before = findings(copy)
    clear_caches()
    entry, question, examples = made(kind="faq")
    assert [f for f in findings(copy) if f not in before] == [
        f"data/document/topics.yml:{entry.line + 1}: bicycles gives no fact",
        f"data/document/topics.yml:{entry.line + 2}: still to be written",
        f"data/nlu/bicycles.yml:{len(lines(examples.path))}: still to be written",
        f"data/responses/questions.yml:{question.line + 1}: still to be written",
    ]
    fill(entry.path, "parts: []\n", "parts: [F43]\n")
    fill(
        entry.path,
        '  note: "TODO: Write what the document leaves open about exactly this, or remove the note"\n',
        "",
    )
    fill_question_and_examples(question.path, examples.path)
    assert findings(copy) == before


def fill_question_and_examples(question: Path, examples: Path) -> None:
    """Writes what both kinds of topics need."""
    fill(question, '"TODO: Write the question in short, as on a button"', '"Can I come by bicycle?"')
    fill(
        examples,
        "    - TODO: Write words for … or remove the line: can i park a bike by the … entrance\n",
        more_examples(),
    )
    clear_caches()


def fill(path: Path, old: str, new: str) -> None:
    """Replaces a text that stands in a file once."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1
    path.write_text(text.replace(old, new), encoding="utf-8")


def more_examples() -> str:
    """Returns as many examples as a class needs."""
    where = ("gate", "porch", "fence", "railing", "lobby", "shed", "cellar")
    return "".join(
        f"    - may i lock a tandem to your {w}\n    - any {w} rack for cycling folk\n" for w in where
    )


@pytest.mark.parametrize(
    "name", ["", "Bicycles", "a b", "1a", "a__b", "_a", "a_", "é", "a" * 41, "../x", "a.b", "a/b", "a\n"]
)
def test_bad_names(copy: Project, name: str) -> None:
    """Are refused with what a name has to be, and nothing is written."""
    with pytest.raises(StubError, match="such as NAME=price_of_numbing"):
        stub(group(), name)


@pytest.mark.parametrize("name", ["price", "recovery_time", "other"])
def test_names_that_are_taken(copy: Project, name: str) -> None:
    """By a topic of either kind."""
    with pytest.raises(StubError, match=f"there is a topic {name} already. Choose another NAME"):
        stub(group(), name)


def test_other_refusals(copy: Project) -> None:
    """Each with its remedy."""
    with pytest.raises(StubError, match="KIND has to be not_in_document or faq"):
        stub(group(), "bicycles", "smalltalk")
    with pytest.raises(StubError, match=r"a topic that is there already, price\. Add its questions"):
        stub(group(topic="price"), "bicycles")


def test_a_part_of_a_topic(copy: Project) -> None:
    """May become one of its own."""
    part = replace(group(topic="visit"), part=True)
    assert [file.new for file in stub(part, "bicycles")] == [False, False, True]
    (copy.data / "nlu" / "bicycles.yml").write_text("", encoding="utf-8")
    with pytest.raises(StubError, match=r"bicycles\.yml is there already"):
        stub(group(), "bicycles")


def test_a_file_that_ends_otherwise(copy: Project) -> None:
    """Nothing can be added to its end, and nothing is."""
    path = copy.data / "document" / "not_in_document.yml"
    path.write_text(path.read_text(encoding="utf-8") + "notes: mine\n", encoding="utf-8")
    clear_caches()
    before = path.read_text(encoding="utf-8")
    with pytest.raises(StubError, match=r"topics is not its last part\. Move it there"):
        stub(group(), "bicycles")
    assert path.read_text(encoding="utf-8") == before


def test_a_file_without_a_last_line_end(copy: Project) -> None:
    """And one that is indented: the new entry stands as the others do."""
    path = copy.data / "document" / "not_in_document.yml"
    text = "\n".join(("  " + line) if not line.startswith(("#", "topics")) else line for line in lines(path))
    path.write_text(text, encoding="utf-8")
    clear_caches()
    entry, _, _ = stub(group(), "bicycles")
    assert "\n  - id: N46\n    name: bicycles\n" in entry.text


def test_nothing_is_half_written(copy: Project) -> None:
    """When a file can't be written, none is changed."""
    files = stub(group(), "bicycles")
    before = files[0].path.read_text(encoding="utf-8")
    gone = Written(copy.data / "nowhere" / "x.yml", "", 1, new=True)
    with pytest.raises(StubError, match="can't be written"):
        write([*files, gone])
    assert files[0].path.read_text(encoding="utf-8") == before
    assert not files[2].path.exists()
    assert list(copy.data.rglob(".*")) == []


def test_a_group_of_known_examples(copy: Project) -> None:
    """Leaves the examples to be written."""
    *_, examples = stub(group(("price?", "hw much")), "bicycles")
    assert examples.text.endswith("    - TODO: Write what patients ask, in their words\n")
