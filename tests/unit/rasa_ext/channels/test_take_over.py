"""Channels while a person of the clinic has taken over: no reply is no failure."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import ActionExecuted, BotUttered, SlotSet, UserUttered

from rasa_ext.channels import transcript
from rasa_ext.channels.rest import RestInput
from rasa_ext.metrics import turns
from tests.channel_server import serving
from tests.counted import counted
from tests.web_agent import WebAgent, two_replies
from tests.web_client import Visitor


async def left(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Leaves the answer to a person, as the policy does."""
    turns.left_to_a_person()
    for nothing in ():
        yield nothing


def test_the_website_gets_the_last_line_only(visitor: Visitor, agent: WebAgent) -> None:
    """The widget then shows the message as sent; the next turn is one of its own."""
    agent.script = left
    with counted() as grown:
        assert visitor.say("hello", "message-1").lines == [{"type": "done"}]
    assert grown['stria_turns_total{channel="web",status="ok"}'] == 1
    assert [m["text"] for m in visitor.messages()] == ["hello"]
    agent.script = two_replies
    assert len(visitor.say("hello", "message-2").lines) == 3


def test_rest_gets_an_empty_list(caplog: pytest.LogCaptureFixture) -> None:
    """With 200, and nothing of it is an error."""

    async def silent(message: UserMessage) -> None:
        turns.left_to_a_person()

    with caplog.at_level(logging.DEBUG, "rasa_ext"), serving(RestInput()) as server:
        server.agent.turn = silent
        answer = server.post("/webhooks/rest/webhook", {"sender": "ada", "message": "hello"})
    assert (answer.status, answer.json) == (200, [])
    assert [r.levelname for r in caplog.records if r.levelno >= logging.WARNING] == []


def test_a_silent_turn_is_told_from_a_failure() -> None:
    """By the kind of the answer that is stored with it, in this turn and no other."""
    person, other = SlotSet("answer_kind", "person"), SlotSet("answer_kind", "smalltalk")
    events = [
        UserUttered("one", message_id="m-1"), other, BotUttered("hello"), ActionExecuted("action_listen"),
        UserUttered("two", message_id="m-2"), person, ActionExecuted("action_listen"),
        UserUttered("three", message_id="m-3"), ActionExecuted("action_listen"),
    ]  # fmt: skip
    ids = ("m-1", "m-2", "m-3", "m-4")
    assert [transcript.was_left_to_a_person(events, i) for i in ids] == [False, True, False, False]
    assert [transcript.replies_to(events, i) for i in ids[1:]] == [[], [], None]
