"""Messages of which nobody knows how far a server came: each makes one turn, in its place, and is answered once."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock
from urllib.parse import urlsplit

import pytest
from sqlalchemy import create_engine, text

from rasa_ext.channels.messengers import base, choices, texts
from rasa_ext.channels.messengers import received as watch
from rasa_ext.stores import received
from tests.messenger_server import Messenger, messenger, sql_agent
from tests.transports.base import MessengerTransport, Webhook
from tests.web_agent import eventually


@pytest.fixture(autouse=True)
def soon(transport: MessengerTransport) -> Iterator[None]:
    """Servers are taken for dead soon, looked for often, and stop without finishing."""
    transport.fake.clear()
    with (
        mock.patch.object(received, "HELD", 0.3),
        mock.patch.object(watch, "LOOK", 0.05),
        mock.patch.object(base, "LAST_SENDING", 0.0),
    ):
        yield


def rows(path: Path) -> int:
    """Returns how many messages are written down."""
    with create_engine(f"sqlite:///{path}").connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM stria_received")).scalar() or 0)


def killed_with(transport: MessengerTransport, path: Path, *webhooks: Webhook, held: float = 0.3) -> None:
    """A server writes messages down and is killed before it does anything else; so long it counts as alive."""
    with (
        mock.patch.object(received, "HELD", held),
        mock.patch.object(base.MessengerInput, "accept", return_value=None),
        messenger(transport, sql_agent(path)) as killed,
    ):
        for webhook in webhooks:
            killed.post(webhook)
    assert rows(path) == len(webhooks)


async def says_nothing(*_: Any) -> list[Any]:
    """Looks at nothing, and holds nothing."""
    return []


def answered(bot: Messenger, path: Path) -> None:
    """Waits until nothing is left to answer."""
    eventually(lambda: rows(path) == 0)
    bot.settled()


def test_it_was_taken_up_before_it_comes_again(transport: MessengerTransport, tmp_path: Path) -> None:
    """The platform, which saw no 200, sends it again when the next server has answered it."""
    path, webhook = tmp_path / "one.db", transport.text("4242", "hello")
    killed_with(transport, path, webhook)
    with messenger(transport, sql_agent(path)) as bot:
        bot.wait(lambda: len(bot.shown()) == 2)
        answered(bot, path)
        bot.deliver(webhook)
        answered(bot, path)
        assert bot.heard == ["hello"]
        assert len(bot.shown()) == 2


def test_it_comes_again_before_it_is_taken_up(transport: MessengerTransport, tmp_path: Path) -> None:
    """While the server that was killed still counts as alive."""
    path, webhook = tmp_path / "one.db", transport.text("4242", "hello")
    killed_with(transport, path, webhook, held=2.0)
    with messenger(transport, sql_agent(path)) as bot:
        bot.post(webhook)
        answered(bot, path)
        assert bot.heard == ["hello"]
        assert len(bot.shown()) == 2


def test_a_server_that_was_taken_for_dead_wakes_up(transport: MessengerTransport, tmp_path: Path) -> None:
    """Stopped between claim and turn; another one has taken the turn in the meantime."""
    path, webhook = tmp_path / "one.db", transport.text("4242", "hello")
    typed, sleeps = choices.typed, asyncio.Event()

    async def asleep(*args: Any, **more: Any) -> str:
        if not sleeps.is_set():
            sleeps.set()
            await asyncio.sleep(1.5)
        return await typed(*args, **more)

    agents = [sql_agent(path) for _ in range(2)]
    agents[1].lock_store = agents[0].lock_store
    with (
        mock.patch.object(choices, "typed", asleep),
        messenger(transport, agents[0]) as first,
        mock.patch.object(first.channel._received, "_look", says_nothing),
    ):
        first.post(webhook)
        eventually(sleeps.is_set)
        with messenger(transport, agents[1]) as second:
            second.wait(lambda: len(second.shown()) == 2)
            first.settled()
            answered(second, path)
            assert len(second.shown()) == 2
    assert [len(agent.messages) for agent in agents] == [0, 1]


def test_who_asks_goes_away(transport: MessengerTransport, tmp_path: Path) -> None:
    """The platform hangs up while the database takes long; it may not ask again."""
    keep = watch.Received.keep

    async def slow(*args: Any) -> Any:
        await asyncio.sleep(0.5)
        return await keep(*args)

    path, webhook = tmp_path / "one.db", transport.text("4242", "hello")
    with messenger(transport, sql_agent(path)) as bot, mock.patch.object(watch.Received, "keep", slow):
        address = urlsplit(transport.client.url)
        assert address.hostname
        assert address.port
        headers = {"Host": "localhost", "Content-Length": str(len(webhook.body)), **webhook.headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        with socket.create_connection((address.hostname, address.port)) as connection:
            connection.sendall(f"POST {webhook.path} HTTP/1.1\r\n{head}\r\n".encode() + webhook.body)
            with contextlib.suppress(TimeoutError):
                connection.settimeout(0.2)
                connection.recv(1)
        bot.wait(lambda: len(bot.shown()) == 2)
        answered(bot, path)
        assert bot.heard == ["hello"]


def test_later_messages_wait_for_what_a_dead_server_left(
    transport: MessengerTransport, tmp_path: Path
) -> None:
    """Or the older one, such as a no that was typed twice, would answer the question that comes after its own."""
    path = tmp_path / "one.db"
    killed_with(transport, path, transport.text("4242", "one"), held=2.0)
    # As long as servers hold their messages, so long another one waits.
    with messenger(transport, sql_agent(path)) as bot, mock.patch.object(received, "HELD", 2.0):
        bot.post(transport.text("4242", "two"))
        bot.post(transport.text("4242", "three"))
        answered(bot, path)
        assert bot.heard == ["one", "two", "three"]


def test_an_emergency_does_not_wait_for_it(transport: MessengerTransport, tmp_path: Path) -> None:
    """It ends the check, whatever the older message answered."""
    path = tmp_path / "one.db"
    killed_with(transport, path, transport.text("4242", "one"), held=2.0)
    with messenger(transport, sql_agent(path)) as bot, mock.patch.object(received, "HELD", 2.0):
        bot.post(transport.text("4242", "I can't breathe"))
        answered(bot, path)
        assert bot.heard == ["I can't breathe", "one"]


def test_what_ends_each_server_is_told_to_the_patient(
    transport: MessengerTransport, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    """It is given up, and whoever wrote it does not wait in vain."""
    path = tmp_path / "one.db"
    killed_with(transport, path, transport.text("4242", "a secret"))
    with create_engine(f"sqlite:///{path}").begin() as connection:
        connection.execute(text("UPDATE stria_received SET tries = 3"))
    with caplog.at_level(logging.WARNING), messenger(transport, sql_agent(path)) as bot:
        bot.wait(lambda: len(bot.shown()) == 1)
        answered(bot, path)
        assert bot.heard == []
        assert texts.FAILED in bot.texts()[0]
    assert "given up" in caplog.text
    assert "a secret" not in caplog.text
