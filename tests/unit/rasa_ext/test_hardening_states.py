"""Rules see as much of a conversation as they are long, and decide as in stock Rasa."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.constants import SHOULD_NOT_BE_SET
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    BotUttered,
    DefinePrevUserUtteredFeaturization,
    Event,
    LoopInterrupted,
    Restarted,
    SessionStarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_ext.hardening.recent_states import longest_rule, reads_texts
from tests.engine import Engine
from tests.unit.rasa_ext.speed import events_asked, rules_read, states_made

pytestmark = pytest.mark.usefixtures("mended")
FORM = "contraindication_check"
INTENTS = ("faq", "affirm", "start_check", "stop_check", "emergency", "correct_answer", "unknown")


def said(intent: str) -> UserUttered:
    """Returns a message."""
    return UserUttered(intent, {"name": intent, "confidence": 0.9}, parse_data={"intent": {"name": intent}})  # type: ignore[typeddict-item]


EVENTS = st.sampled_from(
    [
        *map(said, INTENTS),
        *(ActionExecuted(n) for n in ("action_listen", "action_answer", "action_start_check", FORM)),
        ActionExecuted("action_listen"), ActionExecuted(FORM), ActiveLoop(FORM), ActiveLoop(None),
        SlotSet("requested_slot", "herpes"), SlotSet("requested_slot", None), LoopInterrupted(True),
        ActionExecutionRejected(FORM), Restarted(), UserUtteranceReverted(),
    ]
)  # fmt: skip


def predicted(engine: Engine) -> tuple[Any, ...]:
    """Returns all that the rules say about what follows."""
    found, _ = engine._policy._predict(engine.tracker, engine.domain)
    return found.probabilities, found.events, found.is_no_user_prediction, found.hide_rule_turn


@settings(deadline=None, max_examples=300)
@given(st.lists(EVENTS, max_size=40))
def test_rules_decide_as_in_stock_rasa(events: list[Event]) -> None:
    """Whatever has happened, with the project's own rules."""
    engine = Engine()
    for event in events:
        engine.tracker.update(event)
    found = predicted(engine)
    with as_in_stock():
        assert found == predicted(engine)


@contextmanager
def as_in_stock() -> Iterator[None]:
    """Takes back what is mended of how rules are found."""
    with ExitStack() as stack:
        for name in ("_prediction_states", "_find_action_from_rules", "_get_possible_keys"):
            stack.enter_context(mock.patch.object(RulePolicy, name, getattr(RulePolicy, name).of_rasa))
        applied = DialogueStateTracker.applied_events.of_rasa
        stack.enter_context(mock.patch.object(DialogueStateTracker, "applied_events", applied))
        yield


PARTS = {
    "prev_action": st.sampled_from([{"action_name": name} for name in ("action_listen", "form", "other")]),
    "user": st.fixed_dictionaries(
        {"intent": st.sampled_from(["faq", "affirm"])},
        optional={"entities": st.sampled_from([("drug",), ("drug", "dose")]), "text": st.just("hello")},
    ),
    "active_loop": st.sampled_from([{"name": "form"}, {"name": SHOULD_NOT_BE_SET}]),
    "slots": st.dictionaries(
        st.sampled_from(["one", "two"]), st.sampled_from([(1.0,), (0.0, 1.0), SHOULD_NOT_BE_SET, "", None])
    ),
}
STATES = st.lists(st.fixed_dictionaries({}, optional=PARTS), min_size=1, max_size=4)


@settings(deadline=None, max_examples=500)
@given(st.lists(STATES, max_size=8), STATES)
def test_the_same_rules_fit_as_in_stock_rasa(rules: list[Any], states: list[Any]) -> None:
    """Whatever rules ask: actions, intents, entities, slots that are set or must not be, the beginning."""
    lookup = {json.dumps(rule, sort_keys=True): "action" for rule in rules}
    policy = Engine()._policy
    expected = RulePolicy._get_possible_keys.of_rasa(policy, lookup, states)  # type: ignore[attr-defined]
    assert policy._get_possible_keys(lookup, states) == expected
    # Of the rules themselves, the states that they are made of fit.
    for rule in rules:
        fitting = [{kind: dict(values) for kind, values in state.items()} for state in rule]
        expected = RulePolicy._get_possible_keys.of_rasa(policy, lookup, fitting)  # type: ignore[attr-defined]
        assert policy._get_possible_keys(lookup, fitting) == expected


def test_a_rule_is_read_once(stock: dict[str, Any]) -> None:
    """Stock Rasa turns each around for each state of each prediction."""
    assert stock["rules_read"] > 100
    assert rules_read() == 0


class Greeted(UserUttered):
    """A message of a kind of its own."""


MORE = st.sampled_from(
    [
        ActionExecuted("action_listen"), said("faq"), ActionExecuted(FORM), ActionExecuted("other_form"),
        ActiveLoop(FORM), ActiveLoop("other_form"), ActiveLoop(None), ActionExecutionRejected(FORM),
        SessionStarted(), ActionReverted(), BotUttered("hi"), Greeted("hi"), DefinePrevUserUtteredFeaturization(True),
    ]
)  # fmt: skip


@settings(deadline=None, max_examples=1000)
@given(st.lists(st.one_of(EVENTS, MORE), max_size=30))
def test_the_same_events_count_as_in_stock_rasa(events: list[Event]) -> None:
    """Whatever was taken back, and whether a form ran; the list is the caller's own."""
    tracker = DialogueStateTracker("a", [])
    tracker.events.extend(events)
    found = tracker.applied_events()
    assert found == DialogueStateTracker.applied_events.of_rasa(tracker)  # type: ignore[attr-defined]
    found.clear()
    assert list(tracker.events) == events


def test_events_are_not_asked_one_by_one(stock: dict[str, Any]) -> None:
    """Stock Rasa asks each of a conversation of 16 what it is, five times."""
    assert stock["events_asked"] >= 16
    assert events_asked() == 0


def test_no_more_states_are_made_than_rules_have(stock: dict[str, Any]) -> None:
    """Stock Rasa makes one of each of twelve moments, once for the text and once for the intent."""
    assert stock["states_made"] == 2 * 12
    assert states_made() <= (longest_rule(Engine()._policy) or 0)


def test_rules_of_texts_are_looked_for_where_there_are_some() -> None:
    """A rule that names a text, or no intent."""
    for state, reads in (
        ({"prev_action": {"action_name": "action_listen"}, "user": {"intent": "faq"}}, False),
        ({"prev_action": {"action_name": "action_answer"}}, False),
        ({"prev_action": {"action_name": "action_listen"}, "user": {"text": "hello"}}, True),
        ({"prev_action": {"action_name": "action_listen"}, "slots": {"a": [1.0]}}, True),
    ):
        lookup = {"rules": {json.dumps([state]): "x"}, "rules_not_in_stories": []}
        policy: Any = type("Policy", (), {"lookup": lookup})()
        assert reads_texts(policy) is reads


def test_a_training_is_as_in_stock_rasa() -> None:
    """While it goes on, the rules are not all there yet."""
    policy: Any = type("Policy", (), {"lookup": {"rules": {}}})()
    assert longest_rule(policy) is None
