"""The SQL tracker store in an SQLite file: connections, other writers, a full disk."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from rasa.shared.core.domain import Domain

from rasa_ext.stores.sql import SafeSQLTrackerStore
from tests.sql_stores import SECRET, on_sqlite, say, texts
from tests.web_agent import DOMAIN


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
