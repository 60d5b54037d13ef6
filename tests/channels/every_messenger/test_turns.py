"""Turns on every messenger: each message once, in order, and what is not taken."""

from __future__ import annotations

import threading
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from rasa_ext.channels.messengers import texts
from tests.client import Client
from tests.fakes.platform import Failure
from tests.messenger_server import CHOICES, QUESTION, Messenger, messenger, sql_agent
from tests.transports.base import MessengerTransport
from tests.web_agent import eventually


def test_a_turn(bot: Messenger) -> None:
    """The message reaches the assistant under a name of the channel's own; the replies come in order."""
    assert bot.say("hello") == ["You said hello", f"{QUESTION} ({bot.agent.messages[0].message_id})"]
    message = bot.agent.messages[0]
    assert message.sender_id == bot.transport.conversation_of(bot.user)
    assert [b["title"] for b in bot.shown()[-1]["buttons"]] == list(CHOICES)
    assert not bot.fake.refused


def test_a_message_counts_once(bot: Messenger) -> None:
    """Delivered again, also at the same time and after other messages, it causes nothing."""
    webhook = bot.transport.text(bot.user, "hello")
    for _ in range(3):
        bot.post(webhook)
    bot.settled()
    bot.say("and more")
    calls = len(bot.fake.calls)
    for _ in range(3):
        bot.post(webhook)
    bot.settled()
    assert (bot.heard, len(bot.fake.calls)) == (["hello", "and more"], calls)


def test_two_servers_take_a_message_once(transport: MessengerTransport, tmp_path: Path) -> None:
    """With one database, and also after a restart: one turn, one answer, nothing from a replay."""
    transport.fake.clear()
    agents = [sql_agent(tmp_path / "one.db") for _ in range(2)]
    with messenger(transport, agents[0]) as first:
        client = transport.client
        with messenger(transport, agents[1]) as second:
            clients = (client, transport.client)
            webhooks = [transport.text(first.user, f"message {n}") for n in range(8)]

            def deliver(to: Client, webhook: Any) -> None:
                other = type(transport)()
                other.connect(to)
                other.post(webhook)

            for webhook in webhooks:
                threads = [threading.Thread(target=deliver, args=(c, webhook)) for c in clients]
                for thread in threads:
                    thread.start()
                for thread in threads:
                    thread.join()
                first.settled()
                second.settled()
            assert len(agents[0].messages) + len(agents[1].messages) == 8
            assert len(first.shown()) == 16
    calls = len(transport.fake.calls)
    with messenger(transport, sql_agent(tmp_path / "one.db")) as again:
        for webhook in webhooks:
            again.post(webhook)
        again.settled()
        assert (again.heard, len(transport.fake.calls)) == ([], calls)


def test_messages_of_one_person_are_in_order(bot: Messenger) -> None:
    """Turns and answers keep the order of arrival, though the platform is slow with the first."""
    bot.fake.fail(bot.transport.shows[0], Failure(500), Failure(500))
    for n in range(5):
        bot.post(bot.transport.text(bot.user, f"message {n}"))
    bot.settled()
    assert bot.heard == [f"message {n}" for n in range(5)]
    assert [t for t in bot.texts() if t.startswith("You")] == [f"You said message {n}" for n in range(5)]


def test_people_do_not_wait_for_each_other(bot: Messenger) -> None:
    """One whose messages the platform does not take holds up nobody else."""
    bot.fake.fail(bot.transport.shows[0], Failure(hang=1.5))
    bot.post(bot.transport.text(bot.user, "slow"))
    bot.wait(lambda: bool(bot.fake.failed))
    started = time.monotonic()
    bot.post(bot.transport.text("4343", "quick"))
    bot.wait(lambda: len(bot.shown("4343")) == 2)
    assert time.monotonic() - started < 1
    bot.settled()


def test_too_many_waiting(bot: Messenger) -> None:
    """Who writes faster than it can be read is told so, once, and nobody else is."""
    gate = threading.Event()

    async def slow(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        import asyncio

        while not gate.is_set():
            await asyncio.sleep(0.005)
        yield {"text": f"You said {message.text}"}

    bot.agent.script = slow
    for n in range(12):
        bot.post(bot.transport.text(bot.user, f"message {n}"))
    gate.set()
    bot.settled()
    assert bot.heard == [f"message {n}" for n in range(6)]
    assert bot.texts().count(texts.TOO_MANY) == 1
    assert len(bot.shown()) == 7


def test_what_is_not_text(bot: Messenger) -> None:
    """A picture gets a kind text and no turn: a check that is under way stays as it is."""
    bot.say("hello")
    bot.deliver(bot.transport.photo(bot.user))
    assert (bot.texts()[-1], bot.heard) == (texts.NOT_TEXT, ["hello"])


@pytest.mark.parametrize(
    ("text", "answer"), [("x" * 1001, texts.TOO_LONG), ("\u202e\u0000 ", texts.NOT_TEXT)]
)
def test_text_that_is_not_taken(bot: Messenger, text: str, answer: str) -> None:
    """Too long, or nothing that can be read: told, and no turn."""
    assert bot.say(text) == [answer]
    assert bot.heard == []


def test_typed_commands_are_text(bot: Messenger) -> None:
    """A slash has no power; the text reaches the assistant as it is."""
    bot.say("/restart")
    assert bot.heard == ["/restart"]


def test_what_it_adds_to_a_turn(bot: Messenger) -> None:
    """Between the webhook and the first message stand a few milliseconds, not more."""
    times = []
    for n in range(40):
        before = len(bot.shown())
        started = time.perf_counter()
        bot.post(bot.transport.text(bot.user, f"message {n}"))
        eventually(lambda before=before: len(bot.shown()) > before)  # type: ignore[misc]
        times.append(time.perf_counter() - started)
        bot.settled()
    # With both ends of two HTTP calls in this one process; docs/results.md has the figure without.
    assert sorted(times)[20] < 0.1
