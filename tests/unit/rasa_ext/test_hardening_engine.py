"""The check of the action server's answers, the classes of events, and the installation."""

from __future__ import annotations

import time
from typing import Any

import pytest
from rasa.core.actions.action import RemoteAction
from rasa.core.processor import MessageProcessor
from rasa.shared.core.events import Event, SlotSet, UserUttered

from rasa_ext import hardening

pytestmark = pytest.mark.usefixtures("mended")
ACTION = RemoteAction("action_x", None)


@pytest.mark.parametrize(
    "answer",
    [
        {"events": [], "responses": []},
        {"events": [{"event": "slot", "name": "herpes", "value": None}], "responses": []},
        {"events": [{"event": "active_loop", "name": None}], "responses": [{"text": "hi"}]},
        {},
    ],
)
def test_a_good_answer_is_accepted(answer: dict[str, Any]) -> None:
    """What the action server really sends passes."""
    assert ACTION._validate_action_result(answer)


@pytest.mark.parametrize(
    "answer",
    [
        {"events": "my chest hurts"},
        {"events": [{"name": "my chest hurts"}]},
        {"responses": ["my chest hurts"]},
        {"responses": {"text": "my chest hurts"}},
        ["my chest hurts"],
        "my chest hurts",
        None,
    ],
)
def test_a_bad_answer_is_refused_without_quoting_it(answer: Any) -> None:
    """The error says nothing of what the patient typed."""
    with pytest.raises(ValueError, match="does not have Rasa's format") as caught:
        ACTION._validate_action_result(answer)
    assert "chest" not in f"{caught.value} {caught.value.__cause__} {caught.value.__context__}"


def test_stock_rasa_quotes_the_answer(stock: dict[str, Any]) -> None:
    """Without the mend the error, which is logged, holds the patient's words."""
    assert "my chest hurts" in stock["schema_error"]


def test_the_check_is_much_faster(stock: dict[str, Any]) -> None:
    """The schema is not checked itself on each call any more."""
    started = time.process_time()
    for _ in range(20):
        ACTION._validate_action_result({"events": [], "responses": []})
    assert time.process_time() - started < stock["schema_seconds"] / 3


def test_event_classes_are_looked_up_once(stock: dict[str, Any]) -> None:
    """The class tree is walked once for each type."""
    assert not stock["event_class_is_cached"]
    Event.resolve_by_type.cache_clear()  # type: ignore[attr-defined]
    for _ in range(3):
        assert Event.resolve_by_type("slot") is SlotSet
    assert Event.resolve_by_type.cache_info().misses == 1  # type: ignore[attr-defined]


def test_events_are_read_as_before() -> None:
    """Known types, unknown ones and the default give what stock Rasa gives."""
    assert Event.resolve_by_type("user", SlotSet) is UserUttered
    assert Event.resolve_by_type("topic") is None
    for _ in range(2):
        with pytest.raises(ValueError, match="Unknown event"):
            Event.resolve_by_type("no_such_event")
    assert Event.resolve_by_type("no_such_event", SlotSet) is SlotSet
    data = {"event": "slot", "timestamp": None, "name": "herpes", "value": "no"}
    event = Event.from_parameters(data)
    assert event == SlotSet("herpes", "no")


def test_installing_twice_changes_nothing() -> None:
    """Each component of ours installs the mends; only the first time counts."""
    before = (MessageProcessor._run_action, Event.resolve_by_type)
    hardening.install()
    assert (MessageProcessor._run_action, Event.resolve_by_type) == before
