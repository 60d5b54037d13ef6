"""The content files are checked on loading: quotes, headings, references, and clear errors."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from assistant.datafiles import DataFileError, clear_caches, data_dir
from assistant.knowledge.content import content

Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Edit]:
    """Replaces text in a copy of the content, which is read from then on."""
    copy = tmp_path / "data"
    shutil.copytree(data_dir(), copy, ignore=shutil.ignore_patterns("nlu"))
    monkeypatch.setenv("STRIA_DATA", str(copy))

    def replace(name: str, old: str, new: str) -> None:
        path = copy / name
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
        clear_caches()

    yield replace
    monkeypatch.undo()
    clear_caches()


class TestContent:
    def test_real(self) -> None:
        """The real files load: 43 facts, and every class of questions has its words."""
        found = content()

        assert 43 == len(found.facts)
        assert all(t.question.endswith("?") for t in found.topics.values())
        assert "other" in found.silent

    @pytest.mark.parametrize(
        ("file", "old", "new", "problem"),
        [
            ("document/facts.yml", "On the treated areas you can see a crust.",
             "On the treated areas you can see no crust.", "F15 does not stand in document.txt"),
            ("document/document.txt", "rashes of herpes.", "rashes.",
            "F29 does not stand in document.txt"),
            ("document/facts.yml", 'section: "What is laser resurfacing?"', 'section: "No heading"',
            "is no heading"),
            ("document/topics.yml", "parts: [F15]", "parts: [F99]",
            "refers to 'F99', which does not exist"),
            ("document/topics.yml", "parts: [K1]", "parts: [K99]", "refers to 'K99'"),
            ("document/topics.yml", "more: [contraindications]", "more: [nonsense]",
            "refers to 'nonsense'"),
            ("document/pairs.yml", "facts: [F16]", "facts: [F61]", "refers to 'F61'"),
            ("document/not_in_document.yml", "nearest: [F22]", "nearest: [F222]",
            "refers to 'F222'"),
            ("document/facts.yml", "- id: F15", "- id: F14", "F14 stands there twice"),
            ("document/topics.yml", "- name: crust\n  parts: [F15]", "- name: crust",
            "lacks parts"),
            ("document/topics.yml", "topics:", "subjects:", "no list 'topics'"),
            ("responses/questions.yml", "utter_faq/crust:", "utter_faq/crusts:", "utter_faq/crust"),
        ],
    )  # fmt: skip
    def test_faults(self, edit: Edit, file: str, old: str, new: str, problem: str) -> None:
        """A wrong quote, heading, reference, name or key is named with its file."""
        edit(file, old, new)

        with pytest.raises(DataFileError) as error:
            content()

        assert problem in str(error.value)

    def test_line(self, edit: Edit) -> None:
        """A wrong reference is found at its own line."""
        edit("document/topics.yml", "- name: crust\n  parts: [F15]", "- name: crust\n  parts: [F99]")
        lines = (data_dir() / "document/topics.yml").read_text(encoding="utf-8").splitlines()

        with pytest.raises(DataFileError) as error:
            content()

        assert error.value.line is not None
        assert "F99" in lines[error.value.line - 1]


class TestFact:
    def test_is_claim(self) -> None:
        """The facts that are marked in facts.yml are strong claims."""
        assert {"F16", "F30", "F31", "F32", "F33", "F40"} == {
            f.id for f in content().facts.values() if f.is_claim
        }


class TestLookups:
    def test_parts(self) -> None:
        """Facts and pairs are looked up alike."""
        found = content()

        assert (("F15",), ("F03", "F10")) == (found.facts_of("F15"), found.facts_of("K1"))
        assert (found.facts["F15"].say, found.pairs["K1"].say) == (
            found.say("F15"),
            found.say("K1"),
        )

    @pytest.mark.parametrize(
        "name", ["faq/unknown", "not_in_document/other", "stop_check", "smalltalk/thanks", ""]
    )
    def test_no_question(self, name: str) -> None:
        """What is no question of its own has none to show."""
        assert None is content().question(name)

    @pytest.mark.parametrize("name", ["faq/crust", "not_in_document/price"])
    def test_question(self, name: str) -> None:
        """Answerable and unanswerable topics both have a question to show."""
        assert (content().question(name) or "").endswith("?")
