"""What is stored of a message is enough to go on with, and no more."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from rasa.shared.core.events import BotUttered, Event, SlotSet, UserUttered

from rasa_ext.stores.lean import lean
from tests.sql_stores import Make, read

WORD = "Zorvolex"
PARSED: Any = {
    "intent": {"name": "inform_health", "confidence": 0.9, "id": 7},
    "entities": [
        {"entity": "medicine", "role": "present", "value": WORD, "start": 7, "end": 15, "extractor": "ours"},
        {"entity": "red_flag", "value": WORD},
    ],
    "intent_ranking": [{"name": "inform_health", "confidence": 0.9}],
    "response_selector": {"faq": {"response": {"responses": []}}},
    "topics": {"whole": [["inform_health", 0.9]], "hits": [{"topic": "faq/pain", "text": WORD}]},
    "text_tokens": [[0, 4]],
}


def message() -> UserUttered:
    """A message as it is after its turn."""
    entities = PARSED["entities"]
    return UserUttered(
        f"I take {WORD}", PARSED["intent"], entities, PARSED, message_id="m1", metadata={"a": 1}
    )


def test_only_intent_and_kinds_of_entities():
    """The patient's words stand there once, as they were typed."""
    stored = lean(message().as_dict())
    assert stored["parse_data"] == {
        "intent": {"name": "inform_health", "confidence": 0.9},
        "entities": [{"entity": "medicine", "role": "present"}, {"entity": "red_flag"}],
    }
    assert json.dumps(stored).count(WORD) == 1
    assert (stored["message_id"], stored["metadata"]) == ("m1", {"a": 1})


def test_the_rules_see_the_same():
    """What they choose by is what it was."""
    again = Event.from_parameters(lean(message().as_dict()))
    assert isinstance(again, UserUttered)
    assert again.as_sub_state() == message().as_sub_state()


async def test_in_the_store(make: Make) -> None:
    """The event in memory stays whole, the stored one is lean."""
    store = make()
    tracker = await read(store)
    tracker.update(message())
    await store.save(tracker)
    assert tracker.events[-1].parse_data["topics"] == PARSED["topics"]  # type: ignore[attr-defined]
    again = await store.retrieve("web:a")
    assert again is not None
    assert "topics" not in again.events[-1].parse_data  # type: ignore[attr-defined]
    assert again.events[-1].text == f"I take {WORD}"  # type: ignore[attr-defined]


def test_other_events_are_stored_as_they_are():
    """Replies and slots."""
    for event in (BotUttered("reply", metadata={"utter_action": "utter_x"}), SlotSet("herpes", "yes")):
        assert lean(event.as_dict()) == event.as_dict()


@given(
    st.recursive(st.none() | st.text() | st.integers(), lambda x: st.lists(x) | st.dictionaries(st.text(), x))
)
def test_any_shape(parsed: Any):
    """Whatever stands there, the result is an event that Rasa can read."""
    event = {"event": "user", "text": "hi", "parse_data": parsed, "timestamp": 1.0, "metadata": {}}
    assert isinstance(lean(event), dict)
