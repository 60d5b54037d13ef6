"""Lets nothing of deleted rows be left in a file."""

from __future__ import annotations

from typing import Any


def forget_deleted(store: Any) -> None:
    """Empty SQLite's write-ahead log, in which deleted words still stand; does nothing without one."""
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
