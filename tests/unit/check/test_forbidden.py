"""No text clears, advises or diagnoses, and strong claims are the document's."""

from collections.abc import Callable

import pytest

from assistant.check import forbidden, texts
from assistant.check.project import Project
from assistant.datafiles import DataFileError

Edit = Callable[[str, str, str], None]
FACTS, TOPICS, WORDING = "data/document/facts.yml", "data/document/topics.yml", "data/wording.yml"
FILE = "data/safety/forbidden.yml"


@pytest.fixture(autouse=True)
def _few_results(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave the thousands of results to test_real_content.py; their wordings are checked anyway."""
    monkeypatch.setattr(texts, "results", tuple)


def problems(project: Project) -> str:
    """All findings, one a line."""
    return "\n".join(str(f) for f in forbidden.check(project))


@pytest.mark.parametrize(
    ("name", "old", "new", "expected"),
    [
        ("domain.yml", "OK, I keep your answers.", "You’re cleared.", "“youre cleared”"),
        ("domain.yml", 'title: "I\'m fine"', 'title: "No problem"', "“no problem”"),
        (FACTS, "A crust can be seen", "Don't worry, a crust can be seen", "“dont worry”"),
        (TOPICS, "It names no disease,", "You can have it,", "“you can have”"),
        ("data/document/pairs.yml", "So I can't promise that it is", "It is", "“safe for you”"),
        (WORDING, "Let's look at that one again.", "Come back when it is over.", "come back when"),
        (WORDING, "Let's look at that one again.", "Then you have a fever.", "you have fever"),
        (WORDING, "Let's look at that one again.", "It looks like herpes.", "it looks like herpes"),
        (FACTS, "Our document says that stretch marks disappear", "They disappear", "“forever”"),
        (WORDING, "I won't guess.", "It is absolutely safe.", "“absolutely safe” in our own voice"),
        (WORDING, '  source_claim: "Our document says, under', '  source_claim: "See', "no risk"),
    ],
)
def test_wrong_text_is_reported(
    copy: Project, edit: Edit, name: str, old: str, new: str, expected: str
) -> None:
    """Wherever a text stands, what must not be said is found."""
    edit(name, old, new)
    assert expected in problems(copy)


def test_claim_that_only_the_composed_answer_makes(copy: Project, edit: Edit) -> None:
    """Parts that are harmless alone are checked as they are said together."""
    edit(TOPICS, 'silent: "why a crust forms"', 'silent: "why there is no risk"')
    assert "does not say why there is no risk" in problems(copy)


def test_allowed_sentence_is_exact(copy: Project, edit: Edit) -> None:
    """An exception holds for its sentence only, and is reported when nobody says it any more."""
    edit(WORDING, "does not mean the laser is right for you or safe", "means that it is safe")
    found = problems(copy)
    assert "“safe for you”" in found
    assert "nobody says “That does not mean the laser is right for you or safe for you.”" in found


@pytest.mark.parametrize(
    "sentence",
    [
        "If you have a fever, tell the specialist.",
        "Do you have a fever?",
        "Do stretch marks go forever?",
        "What it does say: Our document says that stretch marks disappear forever.",
        "The advantage is “that you do not need to wear a protective bandage”.",
    ],
)
def test_harmless_sentence_passes(copy: Project, edit: Edit, sentence: str) -> None:
    """Questions, cases, attributed claims and quotes of the document are no findings."""
    edit(WORDING, "Let's look at that one again.", sentence)
    assert sentence.split()[-1] not in problems(copy)


def test_incomplete_rules_are_named(copy: Project, edit: Edit) -> None:
    """A phrase without a reason makes the file unusable, which is said by file."""
    edit(FILE, ', why: "it denies a clearance"}', "}")
    with pytest.raises(DataFileError, match=r"forbidden\.yml"):
        list(forbidden.check(copy))


def test_sentences_keep_quotes_together() -> None:
    """A list entry and a quoted sentence are one sentence each."""
    text = "One. Two: “Quote.” Three?\n- Entry one\n- Entry two"
    assert texts.sentences(text) == ["One.", "Two: “Quote.”", "Three?", "Entry one", "Entry two"]
