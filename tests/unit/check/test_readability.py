"""Our own texts stay at the reading grade, or have a reason not to."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from assistant.check import readability
from assistant.check.project import Project
from assistant.check.texts import BotText

Edit = Callable[[str, str, str], None]
HARD = (
    "Unquestionably, individualised dermatological evaluation necessitates considerable"
    " additional interdisciplinary deliberation and documentation beforehand."
)
FILE = "data/safety/reading.yml"


def problems(project: Project) -> str:
    """All findings, one a line."""
    return "\n".join(str(f) for f in readability.check(project))


def text(words: str) -> BotText:
    """A text with these words."""
    return BotText("name", words, Path("x.yml"), 1)


def test_hard_text_is_a_warning(copy: Project, edit: Edit) -> None:
    """A text above the grade is named with its grade."""
    edit("domain.yml", "OK, I keep your answers.", f"OK. {HARD}")
    assert "warning: utter_delete_cancelled reads at grade" in problems(copy)


def test_reason_helps_up_to_the_limit(copy: Project, edit: Edit) -> None:
    """An exception allows no more than the limit."""
    edit(FILE, "limit: 9", "limit: 6.1")
    assert "F33.say reads at grade" in problems(copy)


def test_exception_that_nothing_needs(copy: Project, edit: Edit) -> None:
    """An exception for a text that reads well is left over."""
    edit(FILE, "name: F14.say", "name: F01.say")
    assert "F01.say needs no exception any more" in problems(copy)


def test_without_textstat_a_note_says_so(real: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the extra is not installed, the check is skipped aloud and does not fail."""
    monkeypatch.setitem(sys.modules, "textstat", None)
    (found,) = readability.check(real)
    assert found.level == "note"
    assert "textstat is not installed" in str(found)


def test_only_our_own_words_count() -> None:
    """Quotes, {placeholders}, progress and the ends of list entries do not make a text harder."""
    assert readability.own_words(text("It says: “Long quote.”")) == "It says: that"
    assert readability.own_words(text("You told me {words}.")) == "You told me that."
    assert readability.own_words(text("Question 2 of 6: Why?")) == "Why?"
    assert readability.own_words(text("One\nTwo.\nThree")) == "One. Two. Three"
