"""Check 11: data/handover/forms.yml."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.check import contact_forms
from assistant.check.project import Project

Edit = Callable[[str, str, str], None]
FILE = "data/handover/forms.yml"


def test_the_real_file(real: Project) -> None:
    """Nothing is wrong with it."""
    assert list(contact_forms.check(real)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("agree: [yes,", "agree: [yes, no,", "'no' in agree would make a yes of a no or a doubt"),
        ("send: [yes,", "send: [yes, dont send,", "'dont' in send would make a yes of a no or a doubt"),
        ("beside: [please,", "beside: [please, not,", "'not' in beside would make a yes of a no or a doubt"),
        ("beside: [please,", "beside: [please, but,", "'but' in beside would make a yes of a no or a doubt"),
        ("send: [yes,", "send: [yes, okay,", "“ok” or “thanks” alone would send a request"),
        ("stop: [stop,", "stop: [stop, yes go ahead,", "'yes go ahead' of stop is a yes of agree, too"),
        ("skip: [skip,", "skip: [skip, agreed,", "'agreed' of skip is a yes of agree, too"),
        ("send_now: [send]", "send_now: []", "send_now is empty"),
        ("asks: [is,", "asks: ['?', is,", "asks holds a phrase without letters"),
        ("remove: [remove,", "removal: [remove,", "'remove' is no list of words"),
    ],
)
def test_what_is_wrong(copy: Project, edit: Edit, old: str, new: str, problem: str) -> None:
    """A word in the wrong list would send what nobody has agreed to; with the line and a remedy."""
    edit(FILE, old, new)
    found = [f for f in contact_forms.check(copy) if f.problem == problem]
    assert len(found) == 1, list(contact_forms.check(copy))
    assert (found[0].file, bool(found[0].remedy)) == (FILE, True)


@pytest.mark.parametrize("text", ["", " Do you agree", " Do you agree? Thank you."])
def test_a_consent_that_asks_nothing(copy: Project, edit: Edit, text: str) -> None:
    """Whoever says yes has to have been asked; the line is that of the text."""
    edit("domain.yml", "at any time. Do you agree?", f"at any time.{text}")
    lines = (copy.root / "domain.yml").read_text(encoding="utf-8").splitlines()
    number = lines.index("  utter_ask_contact_consent:") + 2
    (found,) = contact_forms.check(copy)
    assert (found.file, found.line) == ("domain.yml", number)
    assert found.problem == "utter_ask_contact_consent does not end with a question"
    assert "End it with what a yes agrees to" in found.remedy
