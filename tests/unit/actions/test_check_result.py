"""The result is spoken from explicit answers only; the summary as far as the check has come."""

from __future__ import annotations

from typing import Any

import pytest

from actions.check_result import ActionCheckResult, ActionShowSummary
from assistant.screening.items import ITEMS
from tests.action_turn import Patient

RESULT = ActionCheckResult()


@pytest.mark.parametrize(
    ("answers", "outcome", "facts"),
    [
        ({}, "no_listed_contraindication", ["F23", "F43"]),
        ({"herpes": "yes"}, "contraindicated", ["F29", "F23", "F43"]),
        ({"temperature": "unsure"}, "needs_specialist_review", ["F27", "F23", "F43"]),
        ({"medicines": "yes"}, "needs_specialist_review", ["F42", "F23", "F43"]),
        ({"medicines": "yes", "herpes": "yes"}, "contraindicated", ["F29", "F42", "F23", "F43"]),
    ],
)
def test_the_result(answers: dict[str, str], outcome: str, facts: list[str]) -> None:
    """Outcome and facts follow from the answers, which are all read back."""
    patient = Patient.with_answers("done", **answers)
    turn = patient.run(RESULT)
    assert patient.slots["check_outcome"] == outcome
    assert patient.slots["answered_facts"] == facts
    assert patient.slots["answer_kind"] == "condition"
    assert turn.text.count("\n- ") == 6
    assert turn.buttons == ["Show my summary", "Talk to a person"]


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize("value", [None, "maybe", True])
def test_no_result_with_a_missing_answer(item: str, value: Any) -> None:
    """It refuses to speak, and stores nothing."""
    patient = Patient.with_answers("done")
    patient.slots[item] = value
    turn = patient.run(RESULT, "no", "deny")
    assert (turn.responses, turn.text, turn.events) == (["utter_action_failed"], "", [])


@pytest.mark.parametrize("status", ["none", "active", "stopped", "emergency", "nonsense"])
def test_silent_while_the_check_is_not_done(status: str) -> None:
    """The form also ends when the check is stopped, paused or was never begun."""
    patient = Patient.with_answers(status)
    assert patient.run(RESULT) == patient.run(RESULT)
    assert patient.run(RESULT).messages == []


def test_silent_without_a_check() -> None:
    """Called out of the blue it says nothing."""
    assert Patient().run(RESULT).messages == []


def test_the_summary_of_a_finished_check() -> None:
    """All items, the result, and no more."""
    turn = Patient.with_answers("done", herpes="yes").run(ActionShowSummary())
    assert turn.text.startswith("Summary for the specialist")
    assert turn.text.count("\n- ") == 6
    assert "Herpes rash or cold sore: yes" in turn.text
    assert turn.slots["answer_kind"] == "smalltalk"


def test_the_summary_of_an_unfinished_check_names_no_result() -> None:
    """It says how far the check has come."""
    text = Patient.with_answers("stopped", to=4).run(ActionShowSummary()).text
    assert "4 of 6" in text
    assert "Result" not in text


def test_no_summary_yet() -> None:
    """Said so, without an empty list."""
    turn = Patient().run(ActionShowSummary())
    assert len(turn.messages) == 1
    assert "\n- " not in turn.text
