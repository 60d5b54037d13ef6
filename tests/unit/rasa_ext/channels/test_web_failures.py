"""Turns over the web channel that fail: told honestly, and without a word in the log."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from tests.web_agent import WebAgent
from tests.web_client import Visitor

SECRET = "Zorvolex since my divorce"


async def fails_at_once(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Fails before the first reply."""
    raise ValueError(message.text)
    yield {}


async def fails_later(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Fails after the first reply."""
    yield {"text": "so far"}
    raise ValueError(message.text)


async def says_nothing(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Has nothing that could be shown."""
    yield {"custom": {"type": "unknown"}}


def test_a_failed_turn_is_an_error(visitor: Visitor, agent: WebAgent) -> None:
    """With a status before the first reply, as the last line after it; the retry works."""
    agent.script = fails_at_once
    assert visitor.say("hello", "message-1").error == (503, "unavailable")
    agent.script = fails_later
    message, error = visitor.say("hello", "message-1").lines
    assert message["text"] == "so far"
    assert error["type"] == "error"
    assert error["error"]["code"] == "unavailable"
    assert visitor.messages() == []
    agent.script = says_nothing
    assert visitor.say("hello", "message-2").error == (503, "unavailable")
    agent.ready = False
    assert visitor.say("hello", "message-3").error == (503, "unavailable")


def test_a_broken_store_is_an_error(visitor: Visitor, agent: WebAgent, monkeypatch: Any) -> None:
    """Not an empty conversation, as Rasa's own fail-safe has it."""

    async def broken(sender: str) -> None:
        raise OSError(SECRET)

    monkeypatch.setattr(agent.tracker_store._tracker_store, "retrieve_full_tracker", broken)  # type: ignore[attr-defined]
    for answer in (visitor.say(SECRET), visitor.get("messages"), visitor.get("summary")):
        assert answer.error == (503, "unavailable")
        assert b"Zorvolex" not in answer.body


def test_no_word_gets_into_the_log(
    visitor: Visitor, agent: WebAgent, caplog: pytest.LogCaptureFixture
) -> None:
    """At no level, whether the turn works, fails, is repeated or abandoned."""
    with caplog.at_level(logging.DEBUG):
        visitor.say(SECRET, "message-1")
        visitor.say(SECRET, "message-1")
        visitor.say(SECRET * 100)
        for script in (fails_at_once, fails_later, says_nothing):
            agent.script = script
            visitor.say(SECRET)
        visitor.request("POST", "webhook", raw=b'{"message": "Zorvolex')
        visitor.messages()
        visitor.get("summary")
        visitor.restart()
        visitor.delete()
        visitor.say(SECRET)
    assert "turn failed on channel web: ValueError" in caplog.messages
    assert "Zorvolex" not in caplog.text
