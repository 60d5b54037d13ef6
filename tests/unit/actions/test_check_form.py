"""The form: activation, a turn, leaving it, and a failure in it."""

from __future__ import annotations

from typing import Any

import pytest

from actions import check_form
from actions.check_form import ValidateContraindicationCheck
from actions.check_start import ActionStartCheck
from assistant.screening.items import ITEMS
from tests.action_turn import Patient, Turn

FORM = ValidateContraindicationCheck()


def status(patient: Patient) -> Any:
    """Returns the status in the record."""
    return patient.slots["check_record"]["status"]


def test_activation_asks_the_first_open_item() -> None:
    """Nothing is said here: the form puts the question."""
    patient = Patient()
    patient.run(ActionStartCheck(), "start the check", "start_check")
    turn = patient.run(FORM, "start the check", "start_check")
    assert (turn.messages, patient.slots["requested_slot"]) == ([], "cardiovascular")
    assert status(patient) == "active"
    assert all(patient.slots[i] is None for i in ITEMS)


def test_activation_goes_on_where_it_was_stopped() -> None:
    """Answered items are not asked again."""
    patient = Patient.with_answers("stopped", to=3)
    patient.run(FORM, "continue", "resume_check")
    assert patient.slots["requested_slot"] == "systemic_skin"


@pytest.mark.parametrize(("text", "value"), [("no", "no"), ("Yes", "yes"), ("not sure", "unsure")])
def test_an_answer_is_stored_and_the_next_item_asked(text: str, value: str) -> None:
    """The three plain answers."""
    patient = Patient.with_answers(to=3)
    turn = patient.run(FORM, text, {"no": "deny"}.get(value, "affirm"))
    assert patient.slots["systemic_skin"] == value
    assert patient.slots["requested_slot"] == "herpes"
    assert patient.slots["answer_kind"] == "condition"
    assert not turn.ends_loop


def test_the_last_answer_ends_the_form_without_a_result() -> None:
    """The result is spoken by its own action."""
    patient = Patient.with_answers(to=5)
    turn = patient.run(FORM, "no", "deny")
    assert turn.ends_loop
    assert (status(patient), patient.slots["check_outcome"]) == ("done", None)


@pytest.mark.parametrize(
    ("text", "intent"),
    [
        ("what does it cost?", "not_in_document/price"),
        ("how are you?", "smalltalk/how_are_you"),
        ("why do you ask?", "explain_why"),
        ("gghhjj", ""),
    ],
)
def test_an_interruption_leaves_the_question_open(text: str, intent: str) -> None:
    """It is answered, nothing is stored, and Rasa's form never refuses to run."""
    patient = Patient.with_answers(to=2)
    turn = patient.run(FORM, text, intent)
    assert turn.messages
    assert (patient.slots["temperature"], patient.slots["requested_slot"]) == (None, "temperature")
    assert "temperature" in turn.slots, "without a slot Rasa's form rejects the turn"


@pytest.mark.parametrize(
    ("text", "intent", "expected", "response"),
    [
        ("stop", "stop_check", "stopped", "utter_check_stopped"),
        ("delete my data", "delete_data", "stopped", "utter_delete_confirm"),
        ("I can't breathe", "deny", "emergency", "utter_emergency"),
    ],
)
def test_what_ends_the_questions(text: str, intent: str, expected: str, response: str) -> None:
    """The answers so far are kept."""
    patient = Patient.with_answers(to=2)
    turn = patient.run(FORM, text, intent)
    assert turn.ends_loop
    assert turn.responses[0] == response
    assert (status(patient), patient.slots["requested_slot"]) == (expected, None)
    assert [patient.slots[i] for i in ITEMS] == ["no", "no", None, None, None, None]


def test_after_a_person_a_mere_no_is_asked_again() -> None:
    """It may have been meant for the person; the line that the assistant answers again stands before it."""
    patient = Patient.with_answers(to=4)
    patient.slots["person_answers"] = "back"
    turn = patient.run(FORM, "no", "deny")
    assert turn.responses == ["utter_assistant_again"]
    assert (patient.slots["herpes"], patient.slots["requested_slot"]) == (None, "herpes")
    assert "herpes" in turn.slots, "without a slot Rasa's form rejects the turn"
    patient.run(FORM, "no", "deny")
    assert (patient.slots["herpes"], patient.slots["requested_slot"]) == ("no", "medicines")


class TestFailure:
    """An error must never count as an answer or end the check as if it were complete."""

    @pytest.fixture(autouse=True)
    def broken(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Lets the course of the check fail."""

        def advance(*args: Any, **kwargs: Any) -> Any:
            raise RuntimeError("broken")

        monkeypatch.setattr(check_form, "advance", advance)

    @pytest.mark.parametrize("text", ["no", "yes", "anything else"])
    def test_the_question_stays_open(self, text: str) -> None:
        """The honest line, then the same question again."""
        patient = Patient.with_answers(to=5)
        before = dict(patient.slots)
        turn = patient.run(FORM, text, "deny")
        assert turn.responses == ["utter_action_failed"]
        assert patient.slots == before
        assert not turn.ends_loop
        assert "medicines" in turn.slots

    @pytest.mark.parametrize("text", ["I can't breathe", "I want to kill myself"])
    def test_an_emergency_ends_the_questions_even_then(self, text: str) -> None:
        """Its text alone, no question after it; the answers are kept."""
        patient = Patient.with_answers(to=2)
        turn = patient.run(FORM, text, "deny")
        assert len(turn.messages) == 1
        assert turn.ends_loop
        assert status(patient) == "emergency"
        assert [patient.slots[i] for i in ITEMS[:3]] == ["no", "no", None]

    def test_at_activation_the_form_is_not_entered(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """Without a question nothing can be answered."""
        monkeypatch.setattr(check_form, "record_of", lambda tracker: 1 / 0)
        turn = Patient().run(FORM, "start", "start_check")
        assert turn.responses == ["utter_action_failed"]
        assert turn.ends_loop

    def test_a_broken_record_does_not_break_the_emergency(self) -> None:
        """Whatever stands in the slot."""
        patient = Patient.with_answers(to=2)
        patient.slots["check_record"] = ["nonsense"]
        turn: Turn = patient.run(FORM, "I can't breathe", "deny")
        assert turn.responses == ["utter_emergency"]
