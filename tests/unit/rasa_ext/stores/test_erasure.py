"""One way to erase a person: whole, under the lock, whatever comes at the same time or kills the server."""

from __future__ import annotations

import asyncio
import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import sqlalchemy as sa
from rasa.core.lock_store import InMemoryLockStore
from rasa.shared.core.events import UserUttered

from clinic import database, sqlite_file, tables
from rasa_ext.channels.messengers.claims import Claims
from rasa_ext.stores import claims, erasure
from rasa_ext.stores.retention import purge
from rasa_ext.stores.sql import StoreConflict
from scripts._env import ROOT, child_environment
from tests.databases import Postgres, Redis
from tests.sql_stores import SECRET, Make, on_postgres, on_sqlite, read, say, texts
from tests.unit.clinic.test_privacy import add_request, everything

pytestmark = pytest.mark.usefixtures("clinic_db")


def claimed(store: Any) -> int:
    """Returns how many claims there are."""
    claims.prepare(store.engine)
    with store.engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(claims.table)).scalar())


async def test_everything_of_one_person(make: Make) -> None:
    """Events, claims, requests and flags of one, and none of another."""
    store, other = make(), make()
    for sender in ("web:a", "web:b"):
        await say(store, sender=sender)
        await Claims().claim(store, sender, "m1")
        add_request(sender)
    erased = await erasure.erase(other, "web:a")
    assert (erased.rows, erased.sent) == (2, False)
    assert await store.retrieve_full_tracker("web:a") is None
    assert await texts(store, "web:b") == [SECRET]
    assert claimed(store) == 1
    assert not any("web:a" in row for row in everything())
    assert any("web:b" in row for row in everything())
    assert await Claims().claim(store, "web:a", "m1")


async def test_what_is_stored_is_told(make: Make) -> None:
    """Messages, since when, and the consent of the first one."""
    store = make()
    assert await erasure.talk_of(store, "web:a") == erasure.Talk()
    tracker = await read(store)
    consent = {"consent": {"version": "7", "time": "2026-01-02T03:04:05+00:00"}}
    tracker.update(UserUttered("hello", metadata=consent, timestamp=1000.0))
    tracker.update(UserUttered("again", timestamp=2000.0))
    await store.save(tracker)
    assert await erasure.talk_of(make(), "web:a") == erasure.Talk(
        2, 1000.0, ("7", "2026-01-02T03:04:05+00:00")
    )


@pytest.mark.parametrize(
    "metadata", [None, {}, {"consent": None}, {"consent": {"version": "1"}}, {"consent": 3}]
)
async def test_no_consent(tmp_path: Path, metadata: Any) -> None:
    """None, or of a shape that nobody knows."""
    store = on_sqlite(tmp_path / "events.db")
    tracker = await read(store)
    tracker.update(UserUttered("hello", metadata=metadata))
    await store.save(tracker)
    assert (await erasure.talk_of(store, "web:a")).consent is None


async def test_messages_at_the_same_time(make: Make) -> None:
    """Two servers: whatever is said while all is erased again and again is erased or begins anew."""
    stores, lock, said = (make(), make()), InMemoryLockStore(), 0
    erased_up_to = 0

    async def talk(store: Any) -> None:
        nonlocal said
        for _ in range(12):
            async with lock.lock("web:a"):
                said += 1
                await say(store, str(said))
            await asyncio.sleep(0)

    async def erase(store: Any) -> None:
        nonlocal erased_up_to
        for _ in range(6):
            async with lock.lock("web:a"):
                await erasure.erase(store, "web:a")
                erased_up_to = said
            await asyncio.sleep(0)

    await asyncio.gather(talk(stores[0]), talk(stores[1]), erase(stores[0]), erase(stores[1]))
    expected = [str(number) for number in range(erased_up_to + 1, said + 1)]
    assert await texts(make()) == expected


async def test_a_turn_without_the_lock_brings_nothing_back(make: Make) -> None:
    """A server whose lock was lost has read the conversation before, and stores after."""
    store, other = make(), make()
    await say(store)
    stale = await read(other)
    stale.update(UserUttered("late"))
    await erasure.erase(store, "web:a")
    with pytest.raises(StoreConflict):
        await other.save(stale)
    assert await store.retrieve_full_tracker("web:a") is None


@pytest.mark.parametrize("seed", [3, 5])
async def test_no_trace_is_left_in_the_files(tmp_path: Path, seed: int) -> None:
    """Many people of all lengths, erased at random: with these seeds overwriting alone leaves copies."""
    chance, store, marks = random.Random(seed), on_sqlite(tmp_path / "events.db"), dict[str, str]()
    for _ in range(400):
        name = f"web:{chance.randrange(25)}"
        if chance.random() < 0.15 and name in marks:
            await erasure.erase(store, name)
            mark = marks.pop(name).encode()
            assert [p.name for p in tmp_path.iterdir() if mark in p.read_bytes()] == []
        else:
            mark_ = marks.setdefault(name, "mark" + "".join(chance.choices("abcdefghij", k=12)))
            await say(store, f"{mark_} " * chance.choice([1, 3, 10, 60, 400]), name)
            if chance.random() < 0.3:
                add_request(name, wish=f"{mark_} " * chance.choice([1, 5, 100, 900]), name=mark_)


async def test_a_large_file_is_swept_by_the_next_purge(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Writing it anew takes long; the mark in it waits, also for another process."""
    monkeypatch.setattr(erasure, "SMALL", 1000)
    store, file = on_sqlite(tmp_path / "events.db"), tmp_path / "events.db"
    await say(store)
    await erasure.erase(store, "web:a")
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (1,)
    assert await purge(on_sqlite(file), InMemoryLockStore(), 30) == 0
    with closing(sqlite3.connect(file)) as connection:
        assert connection.execute("PRAGMA user_version").fetchone() == (0,)


async def test_a_file_in_use_is_swept_later(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    """Somebody reads for too long: the rows are gone, a line tells it, and the mark stays."""
    store, file = on_sqlite(tmp_path / "events.db"), tmp_path / "events.db"
    await say(store)
    with closing(sqlite3.connect(file, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM events").fetchone()
        with mock.patch.object(sqlite_file, "WAIT", 0.1):
            await erasure.erase(store, "web:a")
        assert "could not be swept now: OperationalError" in caplog.text
        assert await texts(store) == []
    await erasure.erase(store, "web:a")
    assert SECRET.encode() not in b"".join(p.read_bytes() for p in tmp_path.iterdir())


KILLED = """
import asyncio, os, sys
from tests.sql_stores import on_sqlite
from rasa_ext.stores import erasure
from pathlib import Path
store = on_sqlite(Path(sys.argv[1]))
print("ready", flush=True)
for number in range(10_000):
    sender = f"web:{number}"
    asyncio.run(erasure.erase(store, sender))
    print(sender, flush=True)
"""


@pytest.mark.parametrize("after", [0.0, 0.013, 0.05, 0.11])
async def test_a_killed_server_has_told_nothing_wrong(tmp_path: Path, after: float) -> None:
    """What was told as erased is; of the one in work the rest is erased by the next wish."""
    store, people = on_sqlite(tmp_path / "events.db"), 60
    for number in range(people):
        await say(store, sender=f"web:{number}")
        add_request(f"web:{number}")
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(tmp_path / "events.db")],
        cwd=ROOT,
        env=child_environment({"STRIA_CLINIC_DB": os.environ["STRIA_CLINIC_DB"]}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout
    assert process.stdout.readline() == "ready\n"
    time.sleep(after)
    process.send_signal(signal.SIGKILL)
    told = process.stdout.read().split()
    process.wait(30)
    rows = everything()
    for sender in told:
        assert await store.retrieve_full_tracker(sender) is None
        assert not any(sender in row for row in rows)
    if len(told) < people:
        await erasure.erase(store, f"web:{len(told)}")
        assert await store.retrieve_full_tracker(f"web:{len(told)}") is None
    for number in range(len(told) + 1, people):
        assert await texts(store, f"web:{number}") == [SECRET]
    with database.transaction() as connection:
        left = connection.execute(sa.select(sa.func.count()).select_from(tables.requests)).scalar()
    assert left == max(0, people - len(told) - 1)


async def test_a_table_of_claims_from_before(tmp_path: Path) -> None:
    """It gets the column; old rows stay until their time is over, new ones go with their conversation."""
    file = tmp_path / "events.db"
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("CREATE TABLE stria_claims (id VARCHAR(64) PRIMARY KEY, at FLOAT NOT NULL)")
        connection.execute("INSERT INTO stria_claims VALUES ('old', 1.0)")
    store = on_sqlite(file)
    assert await Claims().claim(store, "web:a", "m1")
    await erasure.erase(store, "web:a")
    with closing(sqlite3.connect(file)) as connection:
        # The first claim of a process also clears what is over.
        assert connection.execute("SELECT count(*) FROM stria_claims").fetchone() == (0,)
        columns = [row[1] for row in connection.execute("PRAGMA table_info(stria_claims)")]
    assert columns == ["id", "at", "conversation"]


async def test_a_table_of_claims_from_before_in_postgresql(postgres: Postgres) -> None:
    """The same there, by two servers at the same time."""
    name = postgres.new_database()
    postgres.query(name, "CREATE TABLE stria_claims (id VARCHAR(64) PRIMARY KEY, at FLOAT NOT NULL)")
    stores = [on_postgres(postgres, name) for _ in range(2)]
    taken = await asyncio.gather(*(Claims().claim(store, "web:a", "m1") for store in stores))
    assert sorted(taken) == [False, True]
    await erasure.erase(stores[0], "web:a")
    assert postgres.query(name, "SELECT count(*) FROM stria_claims") == [(0,)]


async def test_the_clinics_tables_in_postgresql(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the same database as the events, as deploy/ has it."""
    name = postgres.new_database()
    address = f"postgresql://stria@127.0.0.1:{postgres.port}/{name}"
    monkeypatch.setenv(database.URL, address)
    database.close()
    store = on_postgres(postgres, name)
    await say(store)
    with database.transaction() as connection:
        row = {"conversation": "web:a", "since": 1.0, "by": "anna"}
        connection.execute(sa.insert(tables.takeovers), row)
    assert (await erasure.erase(store, "web:a")).rows == 1
    assert postgres.query(name, "SELECT count(*) FROM clinic_takeovers") == [(0,)]
    assert postgres.query(name, "SELECT count(*) FROM events") == [(0,)]


def test_redis_needs_no_scan(redis: Redis) -> None:
    """Claims of a conversation are under one key, so that erasing them is one step."""
    from types import SimpleNamespace

    store = SimpleNamespace(red=redis.client(3), key_prefix="tracker:")
    assert claims.claim_in_redis(store, "whatsapp:491", "1")
    assert not claims.claim_in_redis(store, "whatsapp:491", "1")
    assert claims.claim_in_redis(store, "whatsapp:491", "2")
    assert store.red.keys("*") == [claims.in_redis(store, "whatsapp:491").encode()]
