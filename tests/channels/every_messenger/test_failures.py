"""Platforms and turns that fail, on every messenger."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from rasa_ext.channels.messengers import texts
from tests.fakes.platform import Failure
from tests.messenger_server import Messenger

#: What a platform does with a call, and what then happens to the message.
HELPED = (Failure(500), Failure(503, "<html>"), Failure(429, {}, {"Retry-After": "0"}))
SECRET_WORDS = "my secret sore"


@pytest.mark.parametrize("failure", HELPED, ids=lambda f: str(f.status))
def test_a_platform_that_fails_is_asked_again(bot: Messenger, failure: Failure) -> None:
    """The answer arrives, complete and in order, and the turn is taken once."""
    bot.fake.fail(bot.transport.shows[0], failure, failure)
    assert bot.say("hello")[0] == "You said hello"
    assert (len(bot.shown()), bot.heard) == (2, ["hello"])


def test_a_platform_that_refuses(bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
    """Asked once; the turn counts, the next message is answered, and the log has no words of anybody."""
    bot.fake.fail(bot.transport.shows[0], Failure(403, {"description": SECRET_WORDS}))
    with caplog.at_level(logging.DEBUG, "rasa_ext"):
        bot.say(SECRET_WORDS)
    assert bot.heard == [SECRET_WORDS]
    assert len(bot.fake.failed) == 1
    assert SECRET_WORDS not in caplog.text
    assert "could not send" in caplog.text
    assert bot.say("hello")[0] == "You said hello"


def test_a_platform_that_is_down(bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
    """After some tries the message is given up; the turn is stored all the same."""
    bot.fake.fail(bot.transport.shows[0], *[Failure(502)] * 8)
    with caplog.at_level(logging.ERROR):
        assert bot.say("hello") == []
    assert len(bot.fake.failed) == 8
    assert "HTTP 502" in caplog.text
    assert bot.agent.stored(bot.transport.conversation_of(bot.user))
    assert len(bot.say("again")) == 2


def test_a_turn_that_fails(bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
    """The patient is told honestly, whether the assistant breaks, is silent, or has no model."""

    async def breaks(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        yield {"text": "A part."}
        raise RuntimeError(SECRET_WORDS)

    async def silent(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        for nothing in ():
            yield nothing

    bot.agent.script = breaks
    with caplog.at_level(logging.DEBUG, "rasa_ext"):
        assert bot.say(SECRET_WORDS) == ["A part.", texts.FAILED]
    assert SECRET_WORDS not in caplog.text
    bot.agent.script = silent
    assert bot.say("hello") == [texts.FAILED]
    bot.agent.ready = False
    assert bot.say("hello") == [texts.FAILED]
