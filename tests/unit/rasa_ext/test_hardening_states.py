"""Rules see as much of a conversation as they are long, and decide as in stock Rasa."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rasa.core.policies.rule_policy import RulePolicy
from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActiveLoop,
    Event,
    LoopInterrupted,
    Restarted,
    SlotSet,
    UserUtteranceReverted,
    UserUttered,
)

from rasa_ext.hardening.recent_states import longest_rule, reads_texts
from tests.engine import Engine
from tests.unit.rasa_ext.speed import states_made

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
    mended = RulePolicy._prediction_states, RulePolicy._find_action_from_rules
    RulePolicy._prediction_states, RulePolicy._find_action_from_rules = (m.of_rasa for m in mended)
    try:
        assert found == predicted(engine)
    finally:
        RulePolicy._prediction_states, RulePolicy._find_action_from_rules = mended


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
