"""The wish to talk to a person."""

from __future__ import annotations

import pytest

from actions import contact_start
from actions.contact_start import ActionTalkToPerson
from tests.action_turn import Patient

PERSON = ActionTalkToPerson()


def test_it_says_how_the_clinic_is_reached_and_starts_the_form() -> None:
    """In one message; the form asks its question after it."""
    turn = Patient().run(PERSON, "a person please", "human_handoff")
    assert "I can't put you through to a person myself. Please call or write to the clinic" in turn.text
    assert turn.next_action == "contact_request"
    assert turn.slots["answer_kind"] == "smalltalk"


def test_it_goes_on_with_a_request() -> None:
    """One that was interrupted, such as by an emergency."""
    patient = Patient()
    patient.slots["contact_consent"] = {"version": "1", "at": "2026-11-29T10:00:00+00:00"}
    turn = patient.run(PERSON, "a person please", "human_handoff")
    assert turn.text == "Let's go on with your request to the clinic. I have not sent it yet."
    assert turn.next_action == "contact_request"


def test_in_spanish() -> None:
    """In the language of the conversation."""
    patient = Patient()
    patient.slots["language"] = "es"
    turn = patient.run(PERSON, "Hablar con alguien", "human_handoff", confidence=1.0)
    assert turn.text.startswith(
        "Soy un bot y no puedo pasarle yo mismo con una persona. Llame o escriba a la clínica"
    )
    assert turn.next_action == "contact_request"


def test_a_question_that_only_sounds_like_it() -> None:
    """It is answered, and no form is started."""
    turn = Patient().run(PERSON, "Can someone with arrhythmia get it", "human_handoff", confidence=0.4)
    assert turn.slots["answer_kind"] == "answered"
    assert turn.next_action == "action_listen"


def test_a_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Said honestly, and nothing follows."""
    monkeypatch.setattr(contact_start, "reach_text", lambda: 1 / 0)
    turn = Patient().run(PERSON, "a person please", "human_handoff")
    assert turn.responses == ["utter_action_failed"]
    assert turn.next_action == "action_listen"
