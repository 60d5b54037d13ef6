"""A message that was answered 200 outlives the server, on every messenger."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.domain import Domain
from sqlalchemy import create_engine, text

from rasa_ext.channels.messengers import base
from rasa_ext.channels.messengers import received as watch
from rasa_ext.stores import erasure, received
from tests.messenger_server import QUESTION, messenger, sql_agent
from tests.transports.base import MessengerTransport
from tests.web_agent import DOMAIN, eventually

RESPONSES = """
responses:
  utter_data_deleted: [{text: All is deleted.}]
"""


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    """Servers are taken for dead soon, looked for often, and stop without finishing."""
    with (
        mock.patch.object(received, "HELD", 0.3),
        mock.patch.object(watch, "LOOK", 0.05),
        mock.patch.object(base, "LAST_SENDING", 0.0),
    ):
        yield


def waiting(path: Path) -> int:
    """Returns how many messages are written down."""
    with create_engine(f"sqlite:///{path}").connect() as connection:
        return int(connection.execute(text("SELECT count(*) FROM stria_received")).scalar() or 0)


async def never(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Works for ever, as a server does that is killed before it has an answer."""
    await asyncio.sleep(3600)
    yield {"text": "too late"}


async def hangs(*_: Any) -> None:
    """Sends for ever, as to a platform that does not answer."""
    await asyncio.sleep(3600)


def test_a_message_without_an_answer_is_answered_by_the_next_server(
    transport: MessengerTransport, tmp_path: Path
) -> None:
    """Once, in its conversation, and then nothing of it is kept."""
    transport.fake.clear()
    path = tmp_path / "one.db"
    killed = sql_agent(path)
    killed.script = never
    with messenger(transport, killed) as first:
        first.post(transport.text(first.user, "hello"))
        eventually(lambda: len(killed.messages) == 1)
        assert waiting(path) == 1
    with messenger(transport, sql_agent(path)) as second:
        second.wait(lambda: len(second.shown()) == 2)
        second.settled()
        assert second.heard == ["hello"]
        assert second.texts()[0] == "You said hello"
        eventually(lambda: waiting(path) == 0)


def test_an_answer_that_was_not_sent_is_sent_by_the_next_server(
    transport: MessengerTransport, tmp_path: Path
) -> None:
    """The turn is not taken again: what was said is said once more."""
    transport.fake.clear()
    path = tmp_path / "one.db"
    with (
        mock.patch.object(base.MessengerInput, "_show", hangs),
        messenger(transport, sql_agent(path)) as first,
    ):
        first.post(transport.text(first.user, "hello"))
        eventually(lambda: first.agent.finished == 1)
    with messenger(transport, sql_agent(path)) as second:
        second.wait(lambda: len(second.shown()) == 2)
        second.settled()
        assert second.heard == []
        assert second.texts()[0] == "You said hello"
        assert second.texts()[1].startswith(QUESTION)


def test_who_erased_everything_is_told_by_the_next_server(
    transport: MessengerTransport, tmp_path: Path, clinic_db: Path
) -> None:
    """The server is killed between the erasure and its reply; meanwhile no word of the patient is kept."""
    transport.fake.clear()
    path, erased = tmp_path / "one.db", asyncio.Event()

    async def erases(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        await erasure.erase(
            killed.tracker_store, message.sender_id, erasure.By(str(message.message_id), "en")
        )
        erased.set()
        async for reply in never(message):
            yield reply

    killed, alive, late = (sql_agent(path) for _ in range(3))
    alive.domain = Domain.from_yaml(DOMAIN + RESPONSES)
    killed.script = erases
    webhook = transport.text("4242", "yes, my Zorvolex too")
    with messenger(transport, killed) as first:
        first.post(webhook)
        eventually(erased.is_set)
        assert waiting(path) == 1
        assert b"Zorvolex" not in b"".join(p.read_bytes() for p in tmp_path.iterdir())
    with messenger(transport, alive) as second:
        second.wait(lambda: len(second.shown()) == 1)
        second.settled()
        assert second.texts() == ["All is deleted."]
        eventually(lambda: waiting(path) == 0)
        # Who it was, by whose id the answer was sent, is in no byte either.
        eventually(lambda: not [p for p in tmp_path.iterdir() if b'"user": ' in p.read_bytes()])
    # The platform sends it once more, to a server that has seen nothing of it.
    with messenger(transport, late) as third:
        third.deliver(webhook)
        assert len(third.shown()) == 1
    assert alive.messages == late.messages == []


def test_a_server_that_lives_keeps_a_long_turn(transport: MessengerTransport, tmp_path: Path) -> None:
    """It takes longer than the time after which a silent server counts as dead, and is answered once."""
    transport.fake.clear()

    async def slow(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        await asyncio.sleep(1.0)
        yield {"text": "at last"}

    path = tmp_path / "one.db"
    agents = [sql_agent(path) for _ in range(2)]
    agents[0].script = slow
    with messenger(transport, agents[0]) as first:
        webhook = transport.text(first.user, "hello")
        client = transport.client
        with messenger(transport, agents[1]):
            transport.connect(client)
            first.post(webhook)
            first.settled()
        assert first.texts() == ["at last"]
        assert (len(agents[0].messages), len(agents[1].messages)) == (1, 0)
        assert waiting(path) == 0


def test_nothing_is_kept_of_what_was_only_told_about(transport: MessengerTransport, tmp_path: Path) -> None:
    """A text that is too long, and a picture: answered without a turn, and struck out like all else."""
    transport.fake.clear()
    path = tmp_path / "one.db"
    with messenger(transport, sql_agent(path)) as bot:
        bot.deliver(transport.text(bot.user, "x" * 1001))
        bot.deliver(transport.photo(bot.user))
        assert len(bot.texts()) == 2
        eventually(lambda: waiting(path) == 0)
