"""Readiness on real databases: down, frozen, broken, and back again."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from contextlib import closing
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.lock_store import InMemoryLockStore, LockStore
from rasa.core.lock_store import RedisLockStore as StockRedis
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain

from rasa_ext.channels import readiness
from rasa_ext.channels.readiness import Readiness
from rasa_ext.stores.redis_lock import RedisLockStore
from rasa_ext.stores.sql import SafeSQLTrackerStore
from tests.databases import Postgres, Redis, start_postgres, start_redis
from tests.web_agent import DOMAIN


def agent(store: TrackerStore, locks: LockStore | None = None) -> Any:
    """Returns as much of an agent as is asked; it has no action server."""
    return SimpleNamespace(
        tracker_store=FailSafeTrackerStore(store),
        lock_store=locks or InMemoryLockStore(),
        action_endpoint=None,
        is_ready=lambda: True,
    )


def on_postgres(server: Postgres, kind: type[SQLTrackerStore] = SafeSQLTrackerStore) -> Any:
    """Returns a store in a new database."""
    where = {"host": "127.0.0.1", "port": server.port, "db": server.new_database(), "username": "stria"}
    return kind(Domain.from_yaml(DOMAIN), "postgresql", **where)


async def works(asked: Readiness, agent: Any, part: str) -> bool:
    """Asks anew, whatever was answered before; nobody is held up for long."""
    asked._asked = -readiness.KEPT
    started = time.monotonic()
    checks = await asked.checks(agent)
    assert time.monotonic() - started < readiness.PATIENCE + 1
    assert checks["model"]
    return checks[part]


async def eventually_works(asked: Readiness, agent: Any, part: str) -> None:
    """Asks until it works again."""
    for _ in range(40):
        if await works(asked, agent, part):
            return
        await asyncio.sleep(0.25)
    pytest.fail("it did not come back")


async def test_postgresql() -> None:
    """Up, frozen, up, killed, up."""
    server = start_postgres()
    try:
        asked, told = Readiness(), agent(on_postgres(server))
        assert await works(asked, told, "tracker_store")
        with server.frozen():
            assert not await works(asked, told, "tracker_store")
            # The first question has no answer yet: it is not asked a second time.
            started = time.monotonic()
            assert not await works(asked, told, "tracker_store")
            assert time.monotonic() - started < 0.5
        await eventually_works(asked, told, "tracker_store")
        server.kill()
        assert not await works(asked, told, "tracker_store")
        server.start()
        await eventually_works(asked, told, "tracker_store")
    finally:
        server.stop()


async def test_others_are_served_while_a_database_does_not_answer(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The event loop is free meanwhile."""
    monkeypatch.setattr(readiness, "PATIENCE", 0.5)
    asked, told = Readiness(), agent(on_postgres(postgres))
    assert await works(asked, told, "tracker_store")
    late = 0.0
    with postgres.frozen():
        asking = asyncio.ensure_future(works(asked, told, "tracker_store"))
        while not asking.done():
            before = time.monotonic()
            await asyncio.sleep(0.01)
            late = max(late, time.monotonic() - before - 0.01)
    assert not asking.result()
    assert late < 0.3


async def test_stock_rasa_s_store(postgres: Postgres) -> None:
    """It is asked in the same way."""
    assert await works(Readiness(), agent(on_postgres(postgres, SQLTrackerStore)), "tracker_store")


async def test_sqlite(tmp_path: Path) -> None:
    """Without its table it can't be used."""
    file = tmp_path / "events.db"
    asked, told = Readiness(), agent(SafeSQLTrackerStore(Domain.from_yaml(DOMAIN), db=str(file)))
    assert await works(asked, told, "tracker_store")
    with closing(sqlite3.connect(file)) as database:
        database.execute("ALTER TABLE events RENAME TO away")
        assert not await works(asked, told, "tracker_store")
        database.execute("ALTER TABLE away RENAME TO events")
    assert await works(asked, told, "tracker_store")


@pytest.mark.parametrize("kind", [SafeSQLTrackerStore, SQLTrackerStore])
async def test_sqlite_in_memory(kind: type[SQLTrackerStore]) -> None:
    """Read by the thread that has it."""
    assert await works(Readiness(), agent(kind(Domain.from_yaml(DOMAIN))), "tracker_store")


@pytest.mark.parametrize("kind", [RedisLockStore, StockRedis])
async def test_redis(kind: type[Any], tmp_path: Path) -> None:
    """Up, frozen, killed, up; ours leaves nothing behind."""
    server = start_redis()
    try:
        locks = kind(host="127.0.0.1", port=server.port)
        asked, told = Readiness(), agent(SafeSQLTrackerStore(Domain.from_yaml(DOMAIN)), locks)
        assert await works(asked, told, "lock_store")
        assert await works(asked, told, "lock_store")
        assert server.client(1).dbsize() <= 1  # the counter of the line, for some seconds
        with server.frozen():
            assert not await works(asked, told, "lock_store")
        await eventually_works(asked, told, "lock_store")
        server.kill()
        assert not await works(asked, told, "lock_store")
        server.start()
        await eventually_works(asked, told, "lock_store")
    finally:
        server.stop()


async def test_redis_that_takes_nothing(redis: Redis) -> None:
    """It answers, but a lock can't be had: full, or a copy that may only be read."""
    locks = RedisLockStore(host="127.0.0.1", port=redis.port)
    asked, told = Readiness(), agent(SafeSQLTrackerStore(Domain.from_yaml(DOMAIN)), locks)
    redis.client().config_set("maxmemory", "1")
    try:
        assert redis.client().ping()
        assert not await works(asked, told, "lock_store")
    finally:
        redis.client().config_set("maxmemory", "0")
    assert await works(asked, told, "lock_store")
