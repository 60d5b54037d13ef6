"""Conversations are erased so many days after the last message of the patient, and no others."""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
import time
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.lock_store import InMemoryLockStore, LockError
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, Event, SessionStarted, UserUttered

from clinic import audit, database, tables, takeovers
from rasa_ext.channels.web import WebInput
from rasa_ext.stores import claims, received, retention
from rasa_ext.stores.retention import DAY, purge, purge_clinic
from rasa_ext.stores.sql import SafeSQLTrackerStore
from tests.databases import Postgres
from tests.web_agent import DOMAIN, web_settings

SECRET = "Zorvolex since my divorce"
NOW = 2_000_000_000.0


@pytest.fixture
def store(tmp_path: Path) -> SQLTrackerStore:
    """A store in a file."""
    return SQLTrackerStore(Domain.from_yaml(DOMAIN), db=str(tmp_path / "events.db"))


@pytest.fixture(params=["sqlite", "our sqlite", "postgresql"])
def any_store(request: pytest.FixtureRequest, store: SQLTrackerStore, tmp_path: Path) -> SQLTrackerStore:
    """Each kind of store that can be purged."""
    if request.param == "sqlite":
        return store
    domain = Domain.from_yaml(DOMAIN)
    if request.param == "our sqlite":
        return SafeSQLTrackerStore(domain, db=str(tmp_path / "ours.db"))
    server: Postgres = request.getfixturevalue("postgres")
    where = {"host": "127.0.0.1", "port": server.port, "db": server.new_database(), "username": "stria"}
    return SafeSQLTrackerStore(domain, "postgresql", **where)


async def talk(store: SQLTrackerStore, sender: str, *events: tuple[type[Event] | Any, float]) -> None:
    """Stores events, each so many days old."""
    tracker = store.init_tracker(sender)
    for make, days in events:
        event = make()
        event.timestamp = NOW - days * DAY
        tracker.update(event)
    await store.save(tracker)


def said() -> UserUttered:
    """What a patient typed."""
    return UserUttered(SECRET)


async def senders(store: SQLTrackerStore) -> set[str]:
    """Returns whose conversations there are."""
    return set(await store.keys())


async def test_only_what_is_over_is_erased(any_store: SQLTrackerStore) -> None:
    """The last message counts: not the first one, and not what the assistant did later."""
    store = any_store
    answer = lambda: BotUttered("reply")  # noqa: E731
    await talk(store, "old", (said, 40), (answer, 40), (said, 30.01))
    await talk(store, "old, touched since", (said, 31), (SessionStarted, 1))
    await talk(store, "never wrote", (SessionStarted, 31))
    await talk(store, "came back", (said, 400), (said, 29.99))
    await talk(store, "new", (said, 0))
    await talk(store, "just opened", (SessionStarted, 0))
    assert await purge(store, InMemoryLockStore(), 30, NOW) == 3
    assert await senders(store) == {"came back", "new", "just opened"}
    full = await store.retrieve_full_tracker("came back")
    assert full is not None
    assert len([e for e in full.events if isinstance(e, UserUttered)]) == 2
    assert await purge(store, InMemoryLockStore(), 30, NOW) == 0


@pytest.mark.parametrize("days", [1, 30, 400])
async def test_the_setting_counts(store: SQLTrackerStore, days: int) -> None:
    """One second before its time a conversation is kept, one second after it is not."""
    second = 1 / DAY
    await talk(store, "kept", (said, days - second))
    await talk(store, "gone", (said, days + second))
    assert await purge(store, InMemoryLockStore(), days, NOW) == 1
    assert await senders(store) == {"kept"}


async def test_many(store: SQLTrackerStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than are looked up at once."""
    monkeypatch.setattr(retention, "BATCH", 3)
    for number in range(10):
        await talk(store, f"p{number}", (said, 31 if number % 5 else 1))
    assert await purge(store, InMemoryLockStore(), 30, NOW) == 8
    assert await senders(store) == {"p0", "p5"}


async def test_the_words_are_not_left_in_the_file(store: SQLTrackerStore, tmp_path: Path) -> None:
    """Neither in the database nor in its write-ahead log."""
    await talk(store, "old", *[(said, 31)] * 50)
    with sqlite3.connect(tmp_path / "events.db") as database:
        assert database.execute("PRAGMA journal_mode = WAL").fetchone() == ("wal",)
    await talk(store, "old", *[(said, 31)] * 100)
    await purge(store, InMemoryLockStore(), 30, NOW)
    files = [p for p in tmp_path.iterdir() if SECRET.encode() in p.read_bytes()]
    assert files == []


async def test_a_message_that_comes_meanwhile_keeps_its_conversation(store: SQLTrackerStore) -> None:
    """The patient writes while the erasure waits for the conversation's lock."""
    await talk(store, "patient", (said, 31))
    locks = InMemoryLockStore()
    async with locks.lock("patient"):
        erasing = asyncio.create_task(purge(store, locks, 30, NOW))
        await asyncio.sleep(0.05)
        tracker = await store.retrieve("patient")
        assert tracker is not None
        message = said()
        message.timestamp = NOW
        tracker.update(message)
        await store.save(tracker)
    assert await erasing == 0
    full = await store.retrieve_full_tracker("patient")
    assert full is not None
    assert len(full.events) == 2


async def test_a_busy_conversation_does_not_stop_the_others(
    store: SQLTrackerStore, caplog: pytest.LogCaptureFixture
) -> None:
    """Its turn comes next time; the log does not name it."""

    class Locks(InMemoryLockStore):
        def lock(self, conversation_id: str, *args: Any, **more: Any) -> Any:
            if conversation_id == "b":
                raise LockError("b")
            return super().lock(conversation_id, *args, **more)

    for sender in "abc":
        await talk(store, sender, (said, 31))
    assert await purge(store, Locks(), 30, NOW) == 2
    assert await senders(store) == {"b"}
    assert "a conversation is busy" in caplog.text


async def test_other_stores_are_refused() -> None:
    """Nothing pretends to have erased."""
    store = InMemoryTrackerStore(Domain.empty())
    assert not retention.can_purge(store)
    with pytest.raises(NotImplementedError, match="InMemoryTrackerStore"):
        await purge(store, InMemoryLockStore(), 30)


async def test_a_failure_is_logged_and_tried_again(
    store: SQLTrackerStore, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The database may be away for a while; only the kind of error is logged."""
    monkeypatch.setattr(retention, "HOUR", 0.02)
    await talk(store, "old", (said, 31))
    store.engine.execute("ALTER TABLE events RENAME TO away")
    with caplog.at_level(logging.DEBUG, "rasa_ext"):
        job = asyncio.create_task(retention.keep_purging(store, InMemoryLockStore(), 30, 1))
        await until(lambda: "could not be erased: OperationalError" in caplog.text)
        store.engine.execute("ALTER TABLE away RENAME TO events")
        store.engine.execute("UPDATE events SET timestamp = ?", time.time() - 31 * DAY)
        await until(lambda: "erased 1 conversation(s) older than 30 days" in caplog.text)
    job.cancel()
    assert "old:" not in caplog.text
    assert await senders(store) == set()


async def until(condition: Any) -> None:
    """Waits until something is so."""
    end = time.monotonic() + 10
    while not condition():
        assert time.monotonic() < end
        await asyncio.sleep(0.01)


async def test_a_message_that_nobody_answered_goes(any_store: SQLTrackerStore) -> None:
    """Also that of a conversation that never began, such as on a channel that was switched off."""
    message = received.Message("telegram:1", "7", json.dumps({"text": SECRET}))
    received.keep(any_store.engine, "telegram", "a", message)
    with any_store.engine.begin() as connection:
        connection.execute(received.table.update().values(at=NOW - received.KEPT - 1))
    await purge(any_store, InMemoryLockStore(), 30, NOW)
    with any_store.engine.connect() as connection:
        assert connection.execute(received.table.select()).all() == []
    if any_store.engine.dialect.name == "sqlite":
        folder = Path(any_store.engine.url.database).parent
        assert not [p for p in folder.iterdir() if SECRET.encode() in p.read_bytes()]


async def test_claims_go_with_their_conversation_or_their_time(any_store: SQLTrackerStore) -> None:
    """A claim of the last month stays only while its conversation does."""
    store = any_store
    await talk(store, "old", (said, 31))
    await talk(store, "new", (said, 1))
    claims.prepare(store.engine)
    ages = {"old": ("old", 5), "new": ("new", 5), "from before": ("", 29), "over": ("new", 31)}
    with store.engine.begin() as connection:
        for name, (sender, days) in ages.items():
            row = {"id": name, "at": NOW - days * DAY, "conversation": claims.of_conversation(sender)}
            connection.execute(claims.table.insert().values(row))
    await purge(store, InMemoryLockStore(), 30, NOW)
    with store.engine.connect() as connection:
        left = {row.id for row in connection.execute(claims.table.select())}
    assert left == {"new", "from before"}


async def test_messages_that_nobody_took_up_are_not_kept_for_ever(
    any_store: SQLTrackerStore, tmp_path: Path
) -> None:
    """A channel that is switched off after a kill takes nothing up; there may be no conversation either."""
    for name, days in (("old", 1.1), ("new", 0.9)):
        message = received.Message(name, "1", f"{SECRET} {name}")
        received.keep(any_store.engine, "sms", "x", message)
        with any_store.engine.begin() as connection:
            its = received.table.c.conversation == received.of_conversation(name)
            connection.execute(received.table.update().where(its).values(at=NOW - days * DAY))
    assert await purge(any_store, InMemoryLockStore(), 30, NOW) == 0
    with any_store.engine.connect() as connection:
        left = [row.event for row in connection.execute(received.table.select())]
    assert left == [f"{SECRET} new"]
    assert not [p for p in tmp_path.iterdir() if f"{SECRET} old".encode() in p.read_bytes()]


async def test_flags_of_the_clinic_go_with_their_conversation(any_store: SQLTrackerStore) -> None:
    """One that a person has taken over, and that is in the store no more; not one that goes on."""
    await talk(any_store, "goes on", (said, 1))
    with database.transaction() as connection:
        connection.execute(tables.takeovers.delete())
        for name, days in (("goes on", 40), ("over", 40), ("over, but new", 1)):
            row = {"conversation": name, "since": NOW - days * DAY, "by": "anna"}
            connection.execute(tables.takeovers.insert().values(row))
    await purge_clinic(any_store, 30, NOW)
    with database.transaction() as connection:
        left = {row.conversation for row in connection.execute(tables.takeovers.select())}
        connection.execute(tables.takeovers.delete())
    assert left == {"goes on", "over, but new"}


def named_in_audit() -> set[tuple[str, str]]:
    """Returns what staff did, and with what."""
    with database.transaction() as connection:
        return {(row.who, row.what) for row in connection.execute(tables.audit.select())}


async def test_what_staff_did_names_no_conversation_that_is_over(any_store: SQLTrackerStore) -> None:
    """The line in the audit stays; the hash, of a phone number perhaps, goes with its conversation."""
    with database.transaction() as connection:
        connection.execute(tables.audit.delete())
    await talk(any_store, "sms:+491712345678", (said, 31))
    await talk(any_store, "goes on", (said, 1))
    for name, staff in (("sms:+491712345678", "anna"), ("goes on", "ben")):
        takeovers.take(name, staff)
        takeovers.give_back(name, staff)
    await purge(any_store, InMemoryLockStore(), 30, NOW)
    assert named_in_audit() == {("anna", ""), ("ben", takeovers.audit_id("goes on"))}


async def test_a_name_that_a_killed_purge_has_left(any_store: SQLTrackerStore) -> None:
    """It goes when the line is as old as a conversation gets, unless somebody still has it taken over."""
    with database.transaction() as connection:
        for table in (tables.audit, tables.takeovers):
            connection.execute(table.delete())
    await talk(any_store, "goes on", (said, 1))
    for name, staff in (("over", "anna"), ("goes on", "ben"), ("over, but new", "eve")):
        takeovers.take(name, staff)
    takeovers.give_back("over", "anna")
    with database.transaction() as connection:
        audit.record(connection, "joe", "view", "of a request")
        old = tables.audit.update().where(tables.audit.c.who != "eve")
        connection.execute(old.values(at=NOW - 40 * DAY))
        connection.execute(tables.audit.update().where(tables.audit.c.who == "eve").values(at=NOW - DAY))
        connection.execute(tables.takeovers.update().values(since=NOW))
    await purge_clinic(any_store, 30, NOW)
    kept = {(w, takeovers.audit_id(name)) for w, name in (("ben", "goes on"), ("eve", "over, but new"))}
    assert named_in_audit() == {("anna", ""), ("joe", "of a request"), *kept}
    with database.transaction() as connection:
        connection.execute(tables.takeovers.delete())


async def test_each_kind_is_erased_though_another_fails(
    store: SQLTrackerStore, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """A database that is down keeps the other from nothing; a line names the kind of the error."""
    monkeypatch.setenv(database.URL, "sqlite:////proc/no/such.db")
    await talk(store, "old", (said, 1))
    store.engine.execute("UPDATE events SET timestamp = ?", time.time() - 8 * DAY)
    job = asyncio.create_task(retention.keep_purging(store, InMemoryLockStore(), 7, 6))
    told, until = "the clinic's data could not be erased: ClinicDatabaseError", time.monotonic() + 10
    while told not in caplog.text and time.monotonic() < until:
        await asyncio.sleep(0.05)
    job.cancel()
    assert await senders(store) == set()
    assert told in caplog.text


class TestInTheChannel:
    def channel(self, folder: Path, **settings: Any) -> WebInput:
        """Returns a channel with settings."""
        return WebInput.from_credentials(web_settings(folder, **settings))

    async def test_it_begins_at_the_start(self, store: SQLTrackerStore, tmp_path: Path) -> None:
        """With the store behind Rasa's wrapper, the agent's locks, and the days of a session."""
        await talk(store, "old", (said, 1))
        store.engine.execute("UPDATE events SET timestamp = ?", time.time() - 8 * DAY)
        agent = SimpleNamespace(tracker_store=FailSafeTrackerStore(store), lock_store=InMemoryLockStore())
        job = self.channel(tmp_path, session_days=9)._start_purging(agent)
        assert job
        await asyncio.sleep(0.1)
        job.cancel()
        assert await senders(store) == {"old"}
        job = self.channel(tmp_path, session_days=7)._start_purging(agent)
        assert job
        await asyncio.sleep(0.1)
        job.cancel()
        assert await senders(store) == set()

    async def test_it_can_be_off(self, store: SQLTrackerStore, tmp_path: Path) -> None:
        """Where a timer of the machine does it."""
        agent = SimpleNamespace(tracker_store=store, lock_store=InMemoryLockStore())
        assert self.channel(tmp_path, purge_hours=0)._start_purging(agent) is None
        assert self.channel(tmp_path)._start_purging(None) is None

    async def test_a_store_that_can_not(self, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
        """It is told at the start; the clinic's data is erased all the same."""
        agent = SimpleNamespace(tracker_store=InMemoryTrackerStore(Domain.empty()), lock_store=None)
        purging = self.channel(tmp_path)._start_purging(agent)
        assert purging
        purging.cancel()
        assert "are not erased" in caplog.text
