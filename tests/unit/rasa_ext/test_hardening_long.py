"""A long conversation is cut into sessions, and nobody notices."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from rasa.core.actions.action import ActionSessionStart
from rasa.shared.core.events import (
    ActionExecuted,
    BotUttered,
    ConversationPaused,
    FollowupAction,
    SessionStarted,
    SlotSet,
    UserUttered,
)

from rasa_ext.hardening import long_conversations
from rasa_ext.hardening.long_conversations import MOST, shorten
from tests.engine import Engine

pytestmark = pytest.mark.usefixtures("mended")
#: A check with questions in between, a correction, commands, and what comes after it.
TALK = [
    ("is it painful?", "faq"),
    ("start the check", "start_check"),
    ("no", "deny"),
    ("how long is recovery?", "faq"),
    ("no", "deny"),
    ("37.0", "inform_health"),
    ("actually I have palpitations", "inform_health"),
    ("what?", "nlu_fallback"),
    ("no", "deny"),
    ("go back", "smalltalk"),
    ("I have a cold sore", "inform_health"),
    ("yes, doxycycline", "inform_health"),
    ("Show my summary", "smalltalk"),
    ("is it painful?", "faq"),
    ("start the check", "start_check"),
    ("yes", "affirm"),
    ("stop", "smalltalk"),
]


@pytest.fixture
def engine() -> Engine:
    """A new conversation."""
    return Engine()


async def talk(engine: Engine, cut: bool) -> list[tuple[list[str], dict[str, Any], str | None]]:
    """Has the conversation; returns replies, slots and form after each message."""
    told = []
    for text, intent in TALK:
        if cut:
            assert shorten(engine.tracker)
        said = await engine.say(text, intent)
        slots = copy.deepcopy(engine.slots)
        record = slots.get("check_record")
        if isinstance(record, dict):  # holds times
            slots["check_record"] = str(record).count("'")
        told.append((said, slots, engine.loop))
    return told


async def test_nobody_notices(monkeypatch: pytest.MonkeyPatch) -> None:
    """With a new session before each message: the same replies, slots and form."""
    whole = await talk(Engine(), cut=False)
    monkeypatch.setattr(long_conversations, "MOST", 0)
    cut = await talk(Engine(), cut=True)
    for expected, found in zip(whole, cut, strict=True):
        assert found[0] == expected[0]
        assert found[1:] == expected[1:]


async def test_only_long_ones_are_cut(engine: Engine) -> None:
    """A new session begins with all slots and the form; then it is short again."""
    await engine.say("start the check", "start_check")
    await engine.say("no", "deny")
    assert not shorten(engine.tracker)
    while len(engine.tracker.events) <= MOST:
        engine.tracker.update(BotUttered("filling"))
    before, loop, count = engine.slots, engine.loop, len(engine.tracker.events)
    assert shorten(engine.tracker)
    assert (engine.slots, engine.loop) == (before, loop)
    new = list(engine.tracker.events)[count:]
    assert isinstance(new[0], SessionStarted)
    assert isinstance(new[-1], ActionExecuted)
    assert len(new) < MOST / 2
    assert "Question 3 of 6" in (await engine.say("no", "deny"))[-1]


@pytest.mark.parametrize("event", [UserUttered("hi"), ActionExecuted("action_answer"), ConversationPaused()])
def test_not_in_the_middle_of_a_turn(engine: Engine, event: Any) -> None:
    """Only while the user is waited for."""
    for _ in range(MOST + 1):
        engine.tracker.update(BotUttered("filling"))
    engine.tracker.update(event)
    if isinstance(event, UserUttered):
        engine.tracker.update(FollowupAction("action_answer"))
    assert not shorten(engine.tracker)


async def test_a_session_carries_the_last_values(engine: Engine) -> None:
    """Also the one that begins after silence."""
    for number in range(50):
        engine.set(last_topic=f"topic {number}", answered_facts=[])
    events = await ActionSessionStart().run(None, None, engine.tracker, engine.domain)  # type: ignore[arg-type]
    slots = [e for e in events if isinstance(e, SlotSet)]
    assert [(s.key, s.value) for s in slots if s.key == "last_topic"] == [("last_topic", "topic 49")]
    assert len(slots) <= 3


def test_stock_rasa_carries_all(stock: dict[str, Any]) -> None:
    """Every value there ever was, in each new session."""
    assert stock["carried"] == 50
