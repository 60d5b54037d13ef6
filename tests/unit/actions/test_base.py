"""What all actions share: failures are honest, emergencies come first, replies become slots."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from typing import Any

import pytest
from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import ActionAnswer
from actions.base import SafeAction, record_of, record_slots, reply_slots, send
from actions.emergency import ActionEmergency
from assistant.rendering.reply import Choice, Reply
from assistant.screening.items import ITEMS
from tests.action_turn import Patient, Turn

SECRET = "I take Zorvolex since my divorce"


class Fails(SafeAction):
    """Says something, then fails with the patient's words in the error."""

    def name(self) -> str:
        """Return a name."""
        return "action_fails"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[Any]:
        """Fail after half of the work."""
        dispatcher.utter_message(text="half of an answer")
        yield {"event": "slot", "name": "herpes", "value": "no"}
        raise ValueError((tracker.latest_message or {})["text"])


def test_a_failure_is_said_and_nothing_is_stored() -> None:
    """What was said before the error is taken back."""
    turn = Patient().run(Fails(), SECRET, "inform_health")
    assert (turn.responses, turn.text, turn.events) == (["utter_action_failed"], "", [])


@pytest.mark.parametrize("level", [logging.DEBUG, logging.ERROR])
def test_the_log_holds_the_kind_of_error_only(level: int, caplog: pytest.LogCaptureFixture) -> None:
    """No word of the patient's at any level, also not in the traceback."""
    with caplog.at_level(level):
        Patient().run(Fails(), SECRET, "inform_health")
    assert "action action_fails failed: ValueError" in caplog.messages
    assert "Zorvolex" not in caplog.text
    assert ("in respond" in caplog.text) == (level == logging.DEBUG)


@pytest.mark.parametrize(
    ("text", "intent", "response"),
    [
        ("I can't breathe", "deny", "utter_emergency"),
        ("my husband can't breathe", "deny", "utter_emergency_bystander"),
        ("I want to kill myself", "faq/price", "utter_self_harm"),
        ("something the rules do not know", "emergency", "utter_emergency"),
        ("something the rules do not know", "self_harm", "utter_self_harm"),
    ],
)
def test_an_emergency_is_answered_even_then(text: str, intent: str, response: str) -> None:
    """By the rules, and by the intent when only the classifier was sure."""
    assert Patient().run(Fails(), text, intent).responses == [response]


class TestAfterATakeover:
    """The first answer after a person gave the conversation back."""

    def test_it_is_said_once(self) -> None:
        """Before the answer, which is the same as ever."""
        patient, other = Patient(), Patient()
        ever = other.run(ActionAnswer(), "what does it cost?", "not_in_document/price")
        patient.slots["person_answers"] = "back"
        first = patient.run(ActionAnswer(), "what does it cost?", "not_in_document/price")
        assert (first.messages[0]["response"], first.messages[1:]) == ("utter_assistant_again", ever.messages)
        assert patient.slots["person_answers"] is None
        assert patient.run(ActionAnswer(), "what does it cost?", "not_in_document/price").responses == []

    @pytest.mark.parametrize(("text", "intent"), [("I can't breathe", "deny"), ("words", "self_harm")])
    def test_an_emergency_goes_before_it(self, text: str, intent: str) -> None:
        """The line waits for the next message."""
        patient = Patient()
        patient.slots["person_answers"] = "back"
        assert "utter_assistant_again" not in patient.run(ActionEmergency(), text, intent).responses
        assert patient.slots["person_answers"] == "back"

    def test_a_failure_leaves_it_to_the_next_answer(self) -> None:
        """Only what was said is remembered as said."""
        patient = Patient()
        patient.slots["person_answers"] = "back"
        assert patient.run(Fails(), "hello").responses == ["utter_action_failed"]
        assert patient.slots["person_answers"] == "back"

    @pytest.mark.parametrize("value", [None, 1.7e9])
    def test_otherwise_nothing_is_said(self, value: Any) -> None:
        """Neither ever before a take-over, nor while it lasts."""
        patient = Patient()
        patient.slots["person_answers"] = value
        assert patient.run(ActionEmergency(), "I can't breathe", "emergency").responses == ["utter_emergency"]
        assert patient.slots["person_answers"] == value


@pytest.mark.parametrize("latest", [{}, None, {"text": None}, {"intent": None, "text": ""}])
async def test_a_failure_without_a_message(latest: Any) -> None:
    """An action that is called without a message does not fail twice."""
    tracker, dispatcher = Patient().tracker(), CollectingDispatcher()
    tracker.latest_message = latest
    await Fails().run(dispatcher, tracker, {})
    assert Turn(dispatcher.messages, []).responses == ["utter_action_failed"]


def test_a_reply_becomes_messages() -> None:
    """Texts, fixed responses with their parameters, and choices that send plain text."""
    dispatcher = CollectingDispatcher()
    reply = Reply().say("Hello", choices=(Choice("Yes"), Choice("No", "no thanks")))
    send(dispatcher, reply.say(response="utter_x", item="herpes"))
    first, second = dispatcher.messages
    assert (first["text"], first["response"]) == ("Hello", None)
    assert first["buttons"] == [
        {"title": "Yes", "payload": "Yes"},
        {"title": "No", "payload": "no thanks"},
    ]
    assert (second["text"], second["response"], second["item"]) == (None, "utter_x", "herpes")


def test_the_slots_of_a_reply() -> None:
    """Kind and facts without repeats are always set, topic and offer when there is something to set."""
    tracker = Patient().tracker("hi")
    reply = Reply(kind="answered", facts=["F1", "F2", "F1"], topic="faq/what_is", offer="check")
    assert Turn([], reply_slots(reply, tracker)).slots == {
        "answer_kind": "answered",
        "answered_facts": ["F1", "F2"],
        "pending_offer": "check",
        "last_topic": "faq/what_is",
    }
    empty = {"answer_kind": "smalltalk", "answered_facts": []}
    assert Turn([], reply_slots(Reply(kind="smalltalk"), tracker)).slots == empty
    patient = Patient()
    patient.slots["pending_offer"] = "check"
    taken_back = Turn([], reply_slots(Reply(kind="smalltalk"), patient.tracker("hi"))).slots
    assert taken_back == {**empty, "pending_offer": None}


def test_only_changes_of_the_record_are_stored() -> None:
    """An unchanged record sets nothing but its first copy; a change sets its slot."""
    patient = Patient.with_answers(to=2)
    tracker = patient.tracker()
    record = record_of(tracker)
    patient.slots.update(Turn([], record_slots(record, tracker)).slots)
    tracker = patient.tracker()
    record = record_of(tracker)
    assert record_slots(record, tracker) == []
    record.answer("temperature", "yes", "yes", "answer")
    assert set(Turn([], record_slots(record, tracker)).slots) == {"temperature", "check_record"}


@pytest.mark.parametrize("value", ["maybe", True, 3, ["no"], {}])
def test_a_wrong_value_counts_as_not_answered(value: Any) -> None:
    """A slot that was set from outside to something else is no answer."""
    patient = Patient.with_answers("done")
    patient.slots["herpes"] = value
    record = record_of(patient.tracker())
    assert record.values["herpes"] is None
    assert [i for i in ITEMS if record.values[i] == "no"] == [i for i in ITEMS if i != "herpes"]
