"""The sign that an answer is being written: only while one is awaited for long."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from rasa_ext.channels.messengers.base import TYPING_AFTER
from tests import transports
from tests.fakes.platform import Call, Failure
from tests.messenger_server import Messenger, messenger
from tests.transports.base import MessengerTransport, started
from tests.web_agent import WebAgent


async def thinks_when_asked(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Answers after a while when the message asks for it."""
    if message.text == "think":
        await asyncio.sleep(2 * TYPING_AFTER)
    yield {"text": "thought"}


def is_typing(call: Call) -> bool:
    """Tells whether a call shows the sign."""
    return (
        call.method == "sendChatAction"
        or call.body.get("sender_action") == "typing_on"
        or "typing_indicator" in call.body
    )


@pytest.fixture(params=["telegram", "messenger", "instagram", "whatsapp"])
def bot(request: pytest.FixtureRequest) -> Iterator[Messenger]:
    """A bot on each platform that has a sign of its own, which takes a while when asked to think."""
    with started(transports.transport(request.param)) as transport:
        assert isinstance(transport, MessengerTransport)
        transport.fake.clear()
        with messenger(transport, WebAgent(script=thinks_when_asked)) as running:
            yield running


def test_shown_while_an_answer_takes_long(bot: Messenger) -> None:
    """Once, before the answer."""
    bot.say("think")
    shown = [call for call in bot.fake.calls if is_typing(call) or call.method in bot.transport.shows]
    assert [is_typing(call) for call in shown] == [True, False]


def test_not_shown_with_an_answer_that_is_there(bot: Messenger) -> None:
    """It would come after the answer and stay below it."""
    bot.say("hello")
    bot.say("hello")
    assert not [call for call in bot.fake.calls if is_typing(call)]


def test_a_sign_that_fails(bot: Messenger) -> None:
    """It is not tried again, and the answer comes."""
    signs = {"telegram": "sendChatAction", "whatsapp": "read"}.get(bot.transport.name, "sender_action")
    bot.fake.fail(signs, *[Failure(500)] * 2)
    assert bot.say("think") == ["thought"]
    assert not [call for call in bot.fake.calls if is_typing(call)]
