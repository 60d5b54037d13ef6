"""Writing to SQLite without waiting for the disk, where a killed process must lose nothing but a power cut may."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any


@contextlib.contextmanager
def unsynced(connection: Any) -> Iterator[None]:
    """Let SQLite not wait for the disk within this block: waiting costs 1 to 7 ms."""
    if connection.dialect.name != "sqlite":
        yield
        return
    before = connection.connection.execute("PRAGMA synchronous").fetchone()[0]
    _pragma(connection, 1)
    try:
        yield
    finally:
        # The connection goes back to the tracker store, which does wait.
        _pragma(connection, before)


def _pragma(connection: Any, synchronous: int) -> None:
    # On the bare connection: within a transaction, which SQLAlchemy would open, SQLite ignores it.
    connection.connection.execute(f"PRAGMA synchronous = {int(synchronous)}")
