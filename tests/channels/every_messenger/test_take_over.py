"""Every messenger while a person of the clinic has taken over: no errors, no signs, no notices."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from rasa_ext.channels.messengers import base, texts
from rasa_ext.metrics import turns
from tests.messenger_server import CHOICES, Messenger


async def left(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Leaves the answer to a person, as the policy does."""
    turns.left_to_a_person()
    for nothing in ():
        yield nothing


class Flags:
    """Stands in for the watch."""

    def __init__(self) -> None:
        self.taken: dict[str, float] = {}

    def seen(self) -> dict[str, float]:
        """Returns what is taken over."""
        return self.taken


@pytest.fixture
def flags(monkeypatch: pytest.MonkeyPatch) -> Flags:
    """What the clinic has set."""
    made = Flags()
    monkeypatch.setattr(base, "watch", made)
    return made


@pytest.fixture
def taken(bot: Messenger, flags: Flags) -> Iterator[Messenger]:
    """A bot that has asked a question, whose conversation was then taken over."""
    bot.say("hello")
    flags.taken = {bot.transport.conversation_of(bot.user): 1.0}
    bot.agent.script = left
    return bot


def test_a_message_is_met_with_silence(taken: Messenger) -> None:
    """It is taken, and nobody is told of a failure, that it was seen, or that somebody writes."""
    before = len(taken.fake.calls)
    assert taken.say("are you there?") == []
    assert taken.heard[-1] == "are you there?"
    assert len(taken.fake.calls) == before


def test_another_conversation_is_answered(taken: Messenger) -> None:
    """As ever."""
    taken.agent.script = type(taken.agent).script
    taken.deliver(taken.transport.text("777", "hello"))
    assert next(m["text"] for m in taken.shown("777")) == "You said hello"


def test_a_picture_is_for_the_person(taken: Messenger, flags: Flags) -> None:
    """That the assistant can't see it does not matter; once the person is gone, it does."""
    before = len(taken.shown())
    taken.deliver(taken.transport.photo(taken.user))
    assert len(taken.shown()) == before
    flags.taken = {}
    taken.deliver(taken.transport.photo(taken.user))
    assert taken.texts()[before:] == [texts.NOT_TEXT]


def test_what_was_not_read_is_said(taken: Messenger) -> None:
    """Nobody has looked for an emergency in it."""
    assert taken.say("a" * 1001) == [texts.TOO_LONG]


def test_an_old_button_is_met_with_silence(taken: Messenger) -> None:
    """Of a question that is not the last one any more."""
    asked = taken.shown()[-1]
    taken.say("are you there?")
    yes = next(b for b in asked["buttons"] if b["title"] == CHOICES[0])
    before = len(taken.shown())
    taken.press(yes["payload"])
    assert len(taken.shown()) == before


def test_an_emergency_is_answered(taken: Messenger) -> None:
    """The assistant speaks, so the channel does."""

    async def speaks(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        yield {"text": "Call 112 now."}

    taken.agent.script = speaks
    assert taken.say("I can't breathe") == ["Call 112 now."]
