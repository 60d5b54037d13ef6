"""A question of the check that stood open while a person of the clinic talked with the patient."""

from __future__ import annotations

import pytest

from assistant.dialogue.check import Step, advance
from assistant.screening.record import CheckRecord
from tests.unit.dialogue.fakes import answered, said, spoken


def back(record: CheckRecord, text: str, topic: str = "") -> Step:
    """Sends the first message after the person, while the question about herpes is open."""
    return advance(said(text, topic), record, "herpes", stale=True)


@pytest.mark.parametrize("text", ["no", "No.", "yes", "not sure", "nope, none", "no herpes", "\U0001f44d"])
def test_a_mere_yes_or_no_does_not_count(text: str):
    """It may be meant for the person: the question is put again, and this is no failed attempt."""
    record = answered("no", "no", "no", "no")
    step = back(record, text)
    assert (step.ask, record.values["herpes"], record.attempts) == ("herpes", None, {})
    assert step.reply.messages == []


@pytest.mark.parametrize(("text", "value"), [("I have a cold sore", "yes"), ("maybe a cold sore", "unsure")])
def test_words_about_the_question_count(text: str, value: str):
    """They can't be meant for another one."""
    record = answered("no", "no", "no", "no")
    assert back(record, text).ask == "medicines"
    assert record.values["herpes"] == value


def test_what_was_said_beside_it_is_kept():
    """Caution is only ever raised, so a fever beside a mere no is noted and said back."""
    record = answered("no", "no", "no", "no")
    step = back(record, "no but I have a fever of 39 now")
    assert (step.ask, record.values["herpes"], record.values["temperature"]) == ("herpes", None, "yes")
    assert "temperature" in spoken(step.reply).lower()


def test_what_needs_help_today_is_said():
    """As with any message of the check."""
    record = answered("no", "no", "no", "no")
    step = back(record, "no, but my temperature is 40.5")
    assert "utter_urgent_temperature" in spoken(step.reply)
    assert record.values["herpes"] is None


def test_a_question_is_answered():
    """A no before it does not count either."""
    record = answered("no", "no", "no", "no")
    step = back(record, "no. how long is recovery?", "faq/recovery_time")
    assert (step.ask, record.values["herpes"], step.reply.kind) == ("herpes", None, "answered")


def test_an_emergency_comes_first():
    """As ever."""
    record = answered("no", "no", "no", "no")
    step = back(record, "no, I can't breathe")
    assert (step.ask, spoken(step.reply).split("\n")[0]) == (None, "utter_emergency")


def test_the_next_message_is_an_answer():
    """By then the question has been put again."""
    record = answered("no", "no", "no", "no")
    back(record, "no")
    advance(said("no"), record, "herpes")
    assert record.values["herpes"] == "no"
