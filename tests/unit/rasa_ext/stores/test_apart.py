"""Work with PostgreSQL beside the event loop: others are served meanwhile, and it ends."""

from __future__ import annotations

import asyncio
import time
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore

from clinic import patience
from rasa_ext.channels import stores
from rasa_ext.stores import apart, erasure
from rasa_ext.stores.apart import NotInTimeError
from tests.databases import Postgres
from tests.sql_stores import on_postgres, on_sqlite, say, texts


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less patience than in production."""
    monkeypatch.setattr(apart, "WAIT", 1.0)
    monkeypatch.setattr(patience, "CONNECT", 1.0)
    monkeypatch.setattr(patience, "PATIENCE", 1.5)


async def longest_pause(work: Any) -> tuple[float, float, Any]:
    """Returns for how long at most the loop did nothing else, how long the work took, and its outcome."""
    pause, began = 0.0, time.monotonic()
    task = asyncio.ensure_future(asyncio.gather(work, return_exceptions=True))
    last = began
    while not task.done():
        await asyncio.sleep(0.01)
        now = time.monotonic()
        pause, last = max(pause, now - last), now
    return pause, time.monotonic() - began, task.result()[0]


@pytest.mark.usefixtures("quick")
class TestFrozen:
    """PostgreSQL has its connections open and answers nobody; its own limits of time stand still."""

    async def test_stock_rasa_stands_still(self, postgres: Postgres) -> None:
        """The whole process waits, for as long as it takes."""
        store = on_postgres(postgres, postgres.new_database(), SQLTrackerStore)
        await say(store, "one")

        def thaw() -> None:
            time.sleep(2)
            frozen.__exit__(None, None, None)

        frozen = postgres.frozen()
        frozen.__enter__()
        thread = asyncio.get_running_loop().run_in_executor(None, thaw)
        from psycopg2 import extensions

        extensions.set_wait_callback(None)
        try:
            pause, _, _ = await longest_pause(store.retrieve("anna"))
        finally:
            patience.install()
            await thread
        assert pause > 1.5

    @pytest.mark.parametrize("what", ["read", "store", "look up", "last replies", "erase"])
    async def test_others_are_served(self, postgres: Postgres, what: str) -> None:
        """The work fails in time, and the loop goes on; afterwards everything is as before."""
        store = on_postgres(postgres, postgres.new_database())
        await say(store, "one")
        tracker = await store.get_or_create_tracker("anna")
        work = {
            "read": lambda: store.retrieve("anna"),
            "store": lambda: store.save(tracker),
            "look up": lambda: stores.look_up(store, "anna", "message-1"),
            "last replies": lambda: stores.last_replies(store, "anna"),
            "erase": lambda: erasure._erase(store, "anna"),
        }[what]
        with postgres.frozen():
            pause, took, error = await longest_pause(work())
        assert isinstance(error, sa.exc.OperationalError)
        assert pause < 0.5
        # The connection that is there, and a new one.
        assert took < 4
        await say(store, "two")
        assert await texts(store) == ["one", "two"]

    async def test_many_who_wait(self, postgres: Postgres) -> None:
        """They are told in time as well: nobody stands in a line for ever."""
        store = on_postgres(postgres, postgres.new_database())
        await say(store, "one")
        with postgres.frozen():
            began = time.monotonic()
            found = await asyncio.gather(*(store.retrieve("anna") for _ in range(40)), return_exceptions=True)
            took = time.monotonic() - began
        assert {type(error) for error in found} == {sa.exc.OperationalError, NotInTimeError}
        assert took < 6
        assert await texts(store) == ["one"]


async def test_who_goes_away(postgres: Postgres) -> None:
    """What was begun is done, and gives its place back."""
    store = on_postgres(postgres, postgres.new_database())
    done = []

    def work() -> None:
        time.sleep(0.3)
        done.append(1)

    for _ in range(12):
        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(apart.apart(store.engine, work), 0.01)
    await asyncio.sleep(1.5)
    assert len(done) >= 5
    assert await apart.apart(store.engine, lambda: 7) == 7


async def test_sqlite_is_asked_at_once(tmp_path: Any) -> None:
    """It waits for the disk alone; a thread would cost more than the work."""
    import threading

    store = on_sqlite(tmp_path / "events.db")
    assert await apart.apart(store.engine, threading.current_thread) is threading.current_thread()


async def test_changes_of_a_table_may_take_long(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """The start of a server on a large table."""
    store = on_postgres(postgres, postgres.new_database())
    monkeypatch.setattr(patience, "PATIENCE", 0.2)
    with pytest.raises(sa.exc.OperationalError), store.engine.connect() as connection:
        connection.execute(sa.text("SELECT pg_sleep(0.6)"))
    monkeypatch.setattr(patience, "PATIENCE", 5)
    with store.engine.connect() as connection:
        monkeypatch.setattr(patience, "PATIENCE", 0.2)
        with patience.unlimited():
            connection.execute(sa.text("SELECT pg_sleep(0.6)"))
