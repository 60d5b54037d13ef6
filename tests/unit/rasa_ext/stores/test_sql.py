"""The SQL tracker store with SQLite and PostgreSQL: all or nothing, whatever happens."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from rasa_ext.stores.sql import BadSender, SafeSQLTrackerStore, StoreConflict
from tests.databases import Postgres
from tests.web_agent import DOMAIN

SECRET = "Zorvolex since my divorce"
KIND = "rasa_ext.stores.sql.SafeSQLTrackerStore"
Make = Callable[[], SafeSQLTrackerStore]


def on_sqlite(file: Path, kind: type[SQLTrackerStore] = SafeSQLTrackerStore, **more: Any) -> Any:
    """Returns a store in a file."""
    return kind(Domain.from_yaml(DOMAIN), db=str(file), **more)


def on_postgres(server: Postgres, database: str, kind: type[SQLTrackerStore] = SafeSQLTrackerStore) -> Any:
    """Returns a store in a database."""
    where = {"host": "127.0.0.1", "port": server.port, "db": database, "username": "stria"}
    return kind(Domain.from_yaml(DOMAIN), "postgresql", **where)


@pytest.fixture(params=["sqlite", "postgresql"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Connects to the same new database each time, as several servers do."""
    if request.param == "sqlite":
        return lambda: on_sqlite(tmp_path / "events.db")
    server: Postgres = request.getfixturevalue("postgres")
    database = server.new_database()
    return lambda: on_postgres(server, database)


async def read(store: TrackerStore, sender: str = "web:a") -> DialogueStateTracker:
    """Returns the conversation."""
    return await store.get_or_create_tracker(sender, append_action_listen=False)


async def say(store: TrackerStore, text: str = SECRET, sender: str = "web:a") -> None:
    """Takes a turn."""
    tracker = await read(store, sender)
    tracker.update(UserUttered(text, message_id=text))
    tracker.update(BotUttered(f"reply to {text}"))
    await store.save(tracker)


async def texts(store: TrackerStore, sender: str = "web:a") -> list[str]:
    """Returns all that was said by the patient."""
    tracker = await store.retrieve_full_tracker(sender)
    return [str(e.text) for e in tracker.events if isinstance(e, UserUttered)] if tracker else []


async def test_turns(make: Make) -> None:
    """Several turns, seen by another server, each conversation by itself."""
    store = make()
    assert await store.retrieve("web:a") is None
    for text in ("one", "two", "three"):
        await say(store, text)
    await say(store, "other", "web:b")
    assert await texts(make()) == ["one", "two", "three"]
    assert await texts(make(), "web:b") == ["other"]
    assert set(await store.keys()) == {"web:a", "web:b"}


@pytest.mark.parametrize(
    "text", ["a\0b", "half \ud83d a character", "🙂 \u202e'; DROP TABLE events; --", "x" * 70_000]
)
async def test_any_text_can_be_stored(make: Make, text: str) -> None:
    """What was typed comes back as it was."""
    store = make()
    tracker = await read(store)
    intent = {"name": text, "confidence": 1.0}
    tracker.update(UserUttered(text, intent, parse_data={"intent": intent}, metadata={"x": text}))
    tracker.update(SlotSet("cardiovascular", text))
    await store.save(tracker)
    assert await texts(make()) == [text]
    again = await store.retrieve("web:a")
    assert again is not None
    assert again.get_slot("cardiovascular") == text


@pytest.mark.parametrize("sender", ["a\0b", "a\ud83db", "x" * 256], ids=["NUL", "half", "long"])
async def test_names_that_can_not_be_stored(make: Make, sender: str) -> None:
    """They are refused, and the server lives on; the error does not quote them."""
    store = make()
    for call in (store.retrieve, store.retrieve_full_tracker, store.get_or_create_tracker):
        with pytest.raises(BadSender) as caught:
            await call(sender)
        assert "x" * 20 not in str(caught.value)
    with pytest.raises(BadSender):
        await store.save(store.init_tracker(sender))
    await say(store, sender="x" * 255)
    assert await store.keys() == ["x" * 255]


async def test_stock_rasa_ends_the_process(postgres: Postgres) -> None:
    """One name with a NUL byte: research/ops.md 0, finding 1."""
    stock = on_postgres(postgres, postgres.new_database(), SQLTrackerStore)
    with pytest.raises(SystemExit):
        await stock.retrieve("a\0b")


async def test_two_servers_at_the_same_time(make: Make) -> None:
    """The later one is told; what the first has stored stays, and nothing of the second."""
    first, second = make(), make()
    await say(first, "before")
    trackers = [await read(store) for store in (first, second)]
    for tracker, text in zip(trackers, ("one", "two"), strict=True):
        tracker.update(UserUttered(text))
        tracker.update(BotUttered("reply"))
    await first.save(trackers[0])
    with pytest.raises(StoreConflict):
        await second.save(trackers[1])
    await say(second, "two, again")
    assert await texts(make()) == ["before", "one", "two, again"]


async def test_stock_rasa_loses_one(tmp_path: Path) -> None:
    """It counts what is stored, and takes the other's events for its own."""
    store = on_sqlite(tmp_path / "events.db", SQLTrackerStore)
    await say(store, "before")
    trackers = [await read(store) for _ in range(2)]
    for tracker, text in zip(trackers, ("one", "two"), strict=True):
        tracker.update(UserUttered(text))
        tracker.update(BotUttered("reply"))
        await store.save(tracker)
    assert await texts(store) == ["before", "one"]


async def test_the_same_tracker_may_be_saved_again(make: Make) -> None:
    """Only what is new is added, also after a new session."""
    store = make()
    tracker = await read(store)
    for event in (
        UserUttered("one"),
        SessionStarted(),
        UserUttered("two"),
        Restarted(),
        UserUttered("three"),
    ):
        tracker.update(event)
        await store.save(tracker)
        await store.save(tracker)
    assert await texts(store) == ["one", "two", "three"]
    full = await store.retrieve_full_tracker("web:a")
    assert full is not None
    assert len(full.events) == 5
    full.update(UserUttered("four"))
    await store.save(full)
    assert await texts(store) == ["one", "two", "three", "four"]


async def test_a_tracker_that_is_not_ours(make: Make) -> None:
    """Made anew from events, as Rasa's API does: what is stored already is not stored twice."""
    store = make()
    await say(store, "one")
    found = await store.retrieve("web:a")
    assert found is not None
    events = [*found.events, UserUttered("two")]
    await store.save(DialogueStateTracker.from_events("web:a", events))
    assert await texts(store) == ["one", "two"]


async def test_sessions(make: Make) -> None:
    """A session holds what came after its start, even when the clock was set back since."""
    store = make()
    await say(store, "old")
    tracker = await read(store)
    start = SessionStarted()
    start.timestamp += 3600
    tracker.update(start)
    tracker.update(UserUttered("new"))
    await store.save(tracker)
    session = await store.retrieve("web:a")
    assert session is not None
    assert [e.text for e in session.events if isinstance(e, UserUttered)] == ["new"]
    assert await texts(store) == ["old", "new"]
    await say(store, "newer")
    assert await texts(store) == ["old", "new", "newer"]


async def test_a_turn_is_stored_as_a_whole_or_not_at_all(make: Make) -> None:
    """Its last event can't be stored; afterwards nothing is locked."""
    store = make()
    await say(store, "before")
    broken = UserUttered("broken")
    broken.as_dict = lambda: {"name": object()}  # type: ignore[method-assign]
    tracker = await read(store)
    tracker.update(UserUttered("whole"))
    tracker.update(broken)
    with pytest.raises(TypeError):
        await store.save(tracker)
    assert await texts(store) == ["before"]
    await say(make(), "after")
    assert await texts(store) == ["before", "after"]


async def test_errors_do_not_quote(make: Make) -> None:
    """The values of a statement are not in the error."""
    store = make()
    tracker = await read(store)
    tracker.update(UserUttered(SECRET))
    store.engine.execute("ALTER TABLE events DROP COLUMN action_name")
    with pytest.raises(sa.exc.SQLAlchemyError) as caught:
        await store.save(tracker)
    assert "Zorvolex" not in f"{caught.value} {caught.value!r}"


async def test_expired_conversations_can_be_found_fast(make: Make) -> None:
    """By an index, which is made once."""
    for store in (make(), make()):
        names = [i["name"] for i in sa.inspect(store.engine).get_indexes("events")]
        assert "ix_events_timestamp" in names
        assert len(names) == 2


class TestSettings:
    def test_in_endpoints(self, tmp_path: Path) -> None:
        """The type is named there; the rest is as with Rasa's own SQL store."""
        endpoint = EndpointConfig(
            type=KIND, dialect="sqlite", db=str(tmp_path / "a.db"), synchronous="NORMAL"
        )
        store = TrackerStore.create(endpoint, Domain.empty())
        assert type(store) is SafeSQLTrackerStore
        assert store.engine.execute("PRAGMA synchronous").scalar() == 1

    @pytest.mark.parametrize("kind", ["rasa_ext.stores.sql.Misspelt", "no_such.Store"])
    def test_a_wrong_type_stops_the_start(self, mended: None, kind: str) -> None:
        """It is not replaced by one in memory."""
        with pytest.raises(RasaException, match=r"endpoints.yml: there is no tracker store"):
            TrackerStore.create(EndpointConfig(type=kind), Domain.empty())

    def test_a_missing_driver_stops_the_start(self, mended: None) -> None:
        """Rasa would take an ImportError for a misspelt name."""
        endpoint = EndpointConfig(type=KIND, dialect="postgresql+nosuch", db="x")
        with pytest.raises(Exception, match="nosuch"):
            TrackerStore.create(endpoint, Domain.empty())

    def test_a_wrong_value_stops_the_start(self, tmp_path: Path) -> None:
        """It is named."""
        with pytest.raises(RasaException, match="synchronous has to be"):
            on_sqlite(tmp_path / "a.db", synchronous="maybe")

    def test_stock_rasa_keeps_conversations_in_memory(self, stock: dict[str, Any]) -> None:
        """With nothing but a warning."""
        assert stock["unknown_store"] == "InMemoryTrackerStore"


class TestErrors:
    @pytest.fixture
    def broken(self, mended: None, tmp_path: Path) -> FailSafeTrackerStore:
        """A store whose table is gone, behind Rasa's wrapper."""
        store = on_sqlite(tmp_path / "events.db")
        store.engine.execute("DROP TABLE events")
        return FailSafeTrackerStore(store)

    async def test_they_are_raised(
        self, broken: FailSafeTrackerStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        """In reading and in writing; nothing goes into a second store, and the log quotes nothing."""
        with pytest.raises(sa.exc.OperationalError):
            await broken.retrieve("web:a")
        with pytest.raises(sa.exc.OperationalError):
            await broken.retrieve_full_tracker("web:a")
        with pytest.raises(sa.exc.OperationalError):
            await broken.keys()
        tracker = DialogueStateTracker("web:a", [])
        tracker.update(UserUttered(SECRET))
        with pytest.raises(sa.exc.OperationalError):
            await broken.save(tracker)
        assert broken._fallback_tracker_store is None
        assert "tracker store failed: OperationalError" in caplog.text
        assert "Zorvolex" not in caplog.text

    def test_stock_rasa_forgets(self, stock: dict[str, Any]) -> None:
        """It answers from an empty conversation, and says nothing: research/ops.md 0, finding 5."""
        assert stock["store_errors"] == {
            "retrieve": None,
            "save": "no error",
            "behind": "InMemoryTrackerStore",
        }


class TestSQLite:
    def test_connections(self, tmp_path: Path) -> None:
        """One that is kept, with a write-ahead log that survives a power cut."""
        store = on_sqlite(tmp_path / "events.db")
        pragmas = ("journal_mode", "synchronous", "busy_timeout", "secure_delete")
        values = [store.engine.execute(f"PRAGMA {p}").scalar() for p in pragmas]
        assert values == ["wal", 2, 5000, 1]
        assert (store.engine.pool.size(), store.engine.pool.checkedin()) == (1, 1)

    async def test_in_memory(self) -> None:
        """For tests of others."""
        store = SafeSQLTrackerStore(Domain.from_yaml(DOMAIN), db=":memory:")
        await say(store)
        assert await texts(store) == [SECRET]

    async def test_a_writer_waits_for_another(self, tmp_path: Path) -> None:
        """A backup or a second process holds the file for a moment."""
        store = on_sqlite(tmp_path / "events.db")
        await say(store, "one")
        other = sqlite3.connect(tmp_path / "events.db", check_same_thread=False, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        threading.Timer(0.5, lambda: other.execute("COMMIT")).start()
        await say(store, "two")
        assert await texts(store) == ["one", "two"]
        other.close()

    async def test_reading_goes_on_while_somebody_writes(self, tmp_path: Path) -> None:
        """Readers do not wait."""
        store = on_sqlite(tmp_path / "events.db")
        await say(store, "one")
        other = sqlite3.connect(tmp_path / "events.db", isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        assert await texts(store) == ["one"]
        other.close()

    async def test_a_full_disk(self, tmp_path: Path) -> None:
        """The turn fails as a whole; when there is room again, the next one works."""
        store = on_sqlite(tmp_path / "events.db")
        await say(store, "one")
        pages = store.engine.execute("PRAGMA page_count").scalar()
        store.engine.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(sa.exc.OperationalError, match="full"):
            await say(store, "x" * 50_000)
        assert await texts(store) == ["one"]
        store.engine.execute("PRAGMA max_page_count = 100000")
        await say(store, "two")
        assert await texts(store) == ["one", "two"]


class TestPostgreSQL:
    async def test_a_restart_loses_nothing(self) -> None:
        """The connection that is gone is noticed before it is used; during the outage there is an error."""
        from tests.databases import start_postgres

        server = start_postgres()
        try:
            store = on_postgres(server, server.new_database())
            await say(store, "one")
            server.kill()
            server.start()
            await say(store, "two")
            server.kill()
            with pytest.raises(sa.exc.OperationalError):
                await say(store, "lost, and known to be")
            server.start()
            await say(store, "three")
            assert await texts(store) == ["one", "two", "three"]
        finally:
            server.stop()

    def test_the_number_of_connections(self, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
        """Few, with Rasa's variables for other numbers."""
        store = on_postgres(postgres, postgres.new_database())
        assert (store.engine.pool.size(), store.engine.pool._max_overflow) == (2, 3)
        monkeypatch.setenv("SQL_POOL_SIZE", "7")
        monkeypatch.setenv("SQL_MAX_OVERFLOW", "0")
        store = on_postgres(postgres, postgres.new_database())
        assert (store.engine.pool.size(), store.engine.pool._max_overflow) == (7, 0)

    async def test_numbers_do_not_run_out(self, postgres: Postgres) -> None:
        """Rasa's own table ends at 2,147,483,647; ours is changed at the start, with what is in it."""
        database = postgres.new_database()
        stock = on_postgres(postgres, database, SQLTrackerStore)
        await say(stock, "one")
        postgres.query(database, "SELECT setval('events_id_seq', 2147483647)")
        with pytest.raises(sa.exc.DataError):
            await say(stock, "two")
        store = on_postgres(postgres, database)
        await say(store, "three")
        assert await texts(store) == ["one", "three"]
        assert postgres.query(database, "SELECT max(id) > 2147483647 FROM events") == [(True,)]

    async def test_servers_that_start_together(self, postgres: Postgres) -> None:
        """All of them work, and the table is changed once."""
        database = postgres.new_database()
        stores = await asyncio.gather(*(asyncio.to_thread(on_postgres, postgres, database) for _ in range(4)))
        for number, store in enumerate(stores):
            await say(store, str(number))
        assert await texts(stores[0]) == ["0", "1", "2", "3"]

    async def test_without_the_right_to_change_the_table(
        self, postgres: Postgres, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It is told, and the store works."""
        database = postgres.new_database()
        on_postgres(postgres, database, SQLTrackerStore)
        postgres.query("postgres", "DROP ROLE IF EXISTS reader")
        postgres.query("postgres", "CREATE ROLE reader LOGIN")
        postgres.query(database, "GRANT ALL ON ALL TABLES IN SCHEMA public TO reader")
        postgres.query(database, "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO reader")
        where = {"host": "127.0.0.1", "port": postgres.port, "db": database, "username": "reader"}
        store = SafeSQLTrackerStore(Domain.from_yaml(DOMAIN), "postgresql", **where)
        assert "could not be changed (InsufficientPrivilege)" in caplog.text
        await say(store)
        assert await texts(store) == [SECRET]
        postgres.query(database, "DROP OWNED BY reader")

    async def test_a_slow_statement_is_given_up(self, postgres: Postgres) -> None:
        """Somebody locks the table; the server must not wait for ever."""
        store = on_postgres(postgres, postgres.new_database())
        assert store.engine.execute("SHOW statement_timeout").scalar() == "10s"
        name = store.engine.execute("SHOW application_name").scalar()
        assert name == "stria"

    def test_a_missing_schema_stops_the_start(
        self, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As Rasa's own store does, but by an error and not in the middle of a conversation."""
        database = postgres.new_database()
        monkeypatch.setenv("POSTGRESQL_SCHEMA", "nowhere")
        with pytest.raises((RasaException, sa.exc.SQLAlchemyError)):
            on_postgres(postgres, database)
        postgres.query(database, "CREATE SCHEMA clinic")
        monkeypatch.setenv("POSTGRESQL_SCHEMA", "clinic")
        on_postgres(postgres, database)
        found = postgres.query(
            database,
            "SELECT data_type FROM information_schema.columns WHERE table_schema = 'clinic' "
            "AND table_name = 'events' AND column_name = 'id'",
        )
        assert found == [("bigint",)]


def test_other_stores_are_as_they_were() -> None:
    """Rasa's own store in memory still works behind its wrapper."""
    store = FailSafeTrackerStore(InMemoryTrackerStore(Domain.from_yaml(DOMAIN)))
    asyncio.run(say(store))
    assert asyncio.run(texts(store)) == [SECRET]
