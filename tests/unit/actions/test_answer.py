"""Answers outside the check: their kind, their facts, and what is kept of a statement."""

from __future__ import annotations

import pytest

from actions.answer import ActionAnswer
from assistant.wording import wording
from tests.action_turn import Patient

ANSWER = ActionAnswer()


@pytest.mark.parametrize(
    ("text", "intent", "kind"),
    [
        ("what is it?", "faq/what_is", "answered"),
        ("what does it cost?", "not_in_document/price", "not_in_document"),
        ("hello", "smalltalk/greet", "smalltalk"),
        ("who won the match?", "out_of_scope", "out_of_scope"),
        ("I have lupus", "inform_health", "condition"),
        ("gghhjj", "", "unclear"),
        ("and then?", "follow_up/more", "unclear"),
    ],
)
def test_each_kind_of_answer(text: str, intent: str, kind: str) -> None:
    """One reply at least; facts exactly when it was answered or related to the list."""
    turn = Patient().run(ANSWER, text, intent)
    assert turn.messages
    assert turn.slots["answer_kind"] == kind
    assert bool(turn.slots["answered_facts"]) == (kind in ("answered", "condition"))


def test_below_the_gate_nothing_is_answered() -> None:
    """A class that is hardly likely is asked about."""
    turn = Patient().run(ANSWER, "uhm what is", "faq/what_is", confidence=0.1)
    assert turn.slots["answer_kind"] == "unclear"
    assert turn.slots["answered_facts"] == []


def test_a_follow_up_uses_the_last_topic() -> None:
    """It is kept in the slots."""
    patient = Patient()
    patient.run(ANSWER, "what is it?", "faq/what_is")
    assert patient.slots["last_topic"] == "faq/what_is"
    assert patient.run(ANSWER, "tell me more", "follow_up/more").slots["answer_kind"] != "unclear"


def test_a_statement_is_kept_and_the_check_offered() -> None:
    """The check will know it, and still asks the other items."""
    patient = Patient()
    turn = patient.run(ANSWER, "I have a cold sore", "inform_health")
    assert patient.slots["herpes"] == "yes"
    assert patient.slots["pending_offer"] == "check"
    assert "Start the check" in turn.buttons
    assert patient.slots["check_outcome"] is None


def test_a_statement_never_lowers() -> None:
    """Said outside the check, "I have no herpes" is no answer to its question."""
    patient = Patient.with_answers("stopped", to=5, herpes="yes")
    patient.run(ANSWER, "I have no herpes", "inform_health")
    assert patient.slots["herpes"] == "yes"


@pytest.mark.parametrize(
    ("text", "outcome"),
    [("I have lupus", "contraindicated"), ("I have psoriasis", "needs_specialist_review")],
)
def test_a_statement_after_the_result_changes_it(text: str, outcome: str) -> None:
    """Listed or not, it can only raise; the new result is said."""
    patient = Patient.with_answers("done")
    patient.slots["check_outcome"] = "no_listed_contraindication"
    turn = patient.run(ANSWER, text, "inform_health")
    assert patient.slots["check_outcome"] == outcome
    assert wording("check.new_result") in turn.text


def test_a_dangerous_reading_comes_first() -> None:
    """The urgent text stands before everything else."""
    turn = Patient().run(ANSWER, "my blood pressure is 190/125", "inform_health")
    assert turn.messages[0]["response"] == "utter_urgent_blood_pressure"


def test_an_unanswered_question_is_noted_once() -> None:
    """For the summary."""
    patient = Patient()
    for _ in range(2):
        patient.run(ANSWER, "what does it cost?", "not_in_document/price")
    assert len(patient.slots["check_record"]["unanswered"]) == 1
