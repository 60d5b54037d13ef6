"""A confirmation that is sent again after everything was erased is answered as the first time, by any server."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import sqlalchemy as sa
from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.nlg import TemplatedNaturalLanguageGenerator
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, RedisTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered

from assistant.domains import with_languages
from clinic import database, tables
from rasa_ext.channels.base import Incoming
from rasa_ext.channels.conversation import Conversations
from rasa_ext.channels.replies import Reply
from rasa_ext.channels.rest import RestInput
from rasa_ext.hardening.first_look import is_to_be_taken
from rasa_ext.stores import erased, erasure
from rasa_ext.stores.claims import of_message
from rasa_ext.stores.retention import purge
from tests.databases import Postgres, Redis
from tests.engine import Engine
from tests.sql_stores import on_postgres, on_sqlite
from tests.unit.clinic.test_privacy import add_request

pytestmark = pytest.mark.usefixtures("mended", "clinic_db")
SENDER = "telegram:4917612345678"
INTENTS = {"forget me": "delete_data", "yes": "affirm", "sí": "affirm", "borrar mis datos": "delete_data"}
DELETED, SENT = "I have deleted all that was stored", "A message about your request may have gone"


class Server(Engine):
    """A server with the real actions; the classes of its few messages are known."""

    def __init__(self, store: Any) -> None:
        super().__init__()
        self.domain = Domain.from_dict(with_languages(self.domain.as_dict()))
        self.nlg = TemplatedNaturalLanguageGenerator(self.domain.responses)
        self.tracker_store = store
        self.conversations = Conversations(RestInput(), self.handle_message, 5)
        self.taken: list[str] = []

    def is_ready(self) -> bool:
        """Always."""
        return True

    async def handle_message(self, message: UserMessage) -> None:
        """Takes a turn as Rasa does."""
        if not await is_to_be_taken(message):
            return
        text = str(message.text)
        self.taken.append(text)
        intent = INTENTS.get(text, "smalltalk/greet")
        self.tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
        parsed = {"name": intent.partition("/")[0], "confidence": 0.95}
        data = {"intent": parsed, "topics": {"whole": [[intent, 0.95]], "hits": []}}
        event = UserUttered(text, parsed, parse_data=data, message_id=message.message_id)  # type: ignore[arg-type]
        self.tracker.update(event, self.domain)
        assert message.output_channel
        await self._run_prediction_loop(message.output_channel, self.tracker)
        await self.save_tracker(self.tracker)

    async def gets(self, text: str, message_id: str, sender: str = SENDER) -> list[tuple[str, str]]:
        """Gets a message; returns ids and texts of the replies."""
        outbox, said = self.conversations.send(self, Incoming(sender, text, message_id)), []
        while isinstance(item := await outbox.take(), Reply):
            said.append((item.id, item.text))
        assert item is None
        return said


@pytest.fixture(params=["sqlite", "memory", "fail-safe", "postgresql"])
def stores(request: pytest.FixtureRequest, tmp_path: Path) -> list[Any]:
    """The stores of two servers that share what they hold."""
    domain = Engine().domain
    if request.param == "memory":
        return [InMemoryTrackerStore(domain)] * 2
    if request.param == "postgresql":
        postgres: Postgres = request.getfixturevalue("postgres")
        name = postgres.new_database()
        made = [on_postgres(postgres, name) for _ in range(2)]
    else:
        made = [on_sqlite(tmp_path / "events.db") for _ in range(2)]
    for store in made:
        store.domain = domain
    return [FailSafeTrackerStore(s) for s in made] if request.param == "fail-safe" else made


async def test_a_yes_that_comes_again(stores: list[Any]) -> None:
    """The same words with the same ids, also after something new was said; no turn is taken, nothing begins."""
    first, second = map(Server, stores)
    await first.gets("forget me", "message-1")
    told = await first.gets("yes", "message-2")
    assert [text[: len(DELETED)] for _, text in told] == [DELETED]
    assert await second.gets("yes", "message-2") == told
    assert await second.tracker_store.retrieve_full_tracker(SENDER) is None
    await second.gets("hello", "message-3")
    assert await first.gets("yes", "message-2") == told
    assert second.taken == ["hello"]
    # Of another person, the same id is a message like any other.
    assert await second.gets("yes", "message-2", "telegram:1") != told


async def test_what_may_have_left_is_told_again(tmp_path: Path) -> None:
    """And in the language of the conversation that is gone."""
    store = on_sqlite(tmp_path / "events.db")
    first, second = Server(store), Server(store)
    store.domain = first.domain
    add_request(SENDER)
    with database.transaction() as connection:
        connection.execute(sa.update(tables.outbox).values(delivered=1.0))
    await first.gets("hello", "message-0")
    first.set(language="es")
    await store.save(first.tracker)
    await first.gets("borrar mis datos", "message-1")
    told = await first.gets("sí", "message-2")
    assert [text[:16] for _, text in told] == ["He borrado todo ", "Puede que antes "]
    assert await second.gets("sí", "message-2") == told


async def test_what_is_kept(tmp_path: Path) -> None:
    """A hash, a time, whether something may have left, and the language; for a day."""
    store = on_sqlite(tmp_path / "events.db")
    bot = Server(store)
    store.domain = bot.domain
    await bot.gets("forget me", "message-1")
    await bot.gets("yes", "message-2")
    with store.engine.connect() as connection:
        (row,) = connection.execute(sa.select(erased.table)).all()
    assert (len(row.id), row.sent, row.language) == (64, False, "en")
    everything = b"".join(p.read_bytes() for p in tmp_path.iterdir())
    assert b"4917612345678" not in everything
    assert b"message-2" not in everything
    with mock.patch.object(erased, "KEPT", -1.0):
        assert (await bot.gets("yes", "message-2"))[0][1][: len(DELETED)] != DELETED


async def test_a_failure_is_no_erasure(tmp_path: Path) -> None:
    """What was not erased is not told as such when the message comes again."""
    store = on_sqlite(tmp_path / "events.db")
    bot = Server(store)
    store.domain = bot.domain
    await bot.gets("forget me", "message-1")
    with mock.patch("clinic.privacy.erase", side_effect=database.ClinicDatabaseError("x")):
        told = await bot.gets("yes", "message-2")
    assert told[0][1].startswith("Sorry, I could not delete it all.")
    assert await bot.gets("yes", "message-2") == told


def test_in_redis(redis: Redis) -> None:
    """Under a key that ends by itself, and whose name tells nobody's."""
    store = RedisTrackerStore(Engine().domain, host="127.0.0.1", port=redis.port, db=4)
    note = erased.Note(of_message(SENDER, "message-2"), True, "es")
    with store.red.pipeline() as together:
        erased.write_in_redis(together, store, note)
        together.execute()
    assert erased.elsewhere(store, note.message) == note
    assert erased.elsewhere(store, of_message(SENDER, "message-3")) is None
    (key,) = store.red.keys("*")
    assert 0 < store.red.ttl(key) <= erased.KEPT
    assert "4917612345678" not in key


async def test_the_purge_takes_old_notes(tmp_path: Path) -> None:
    """After a day nothing of it is left."""
    store = on_sqlite(tmp_path / "events.db")
    await erasure.erase(store, SENDER, erasure.By("message-2", "en"))

    def count() -> int:
        with store.engine.connect() as connection:
            return int(connection.execute(sa.select(sa.func.count()).select_from(erased.table)).scalar())

    await purge(store, InMemoryLockStore(), 30)
    assert count() == 1
    await purge(store, InMemoryLockStore(), 30, now=time.time() + erased.KEPT + 1)
    assert count() == 0
