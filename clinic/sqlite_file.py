"""Lets nothing of deleted rows stand in an SQLite file.

`secure_delete` overwrites a row where it is deleted, but not the copies that SQLite left in the free
part of other pages when it moved rows between them: found by a test that erased 60 times at random.
Only a file that is written anew (VACUUM) is free of them. A mark in the file (`user_version`, which
nobody else uses here) tells that this is still to be done, so that a killed process leaves it to the next.
"""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path
from typing import Any

#: Seconds to wait for others.
WAIT = 5
#: What has to be executed in the transaction that deletes.
MARK = "PRAGMA user_version = 1"


def sweep(path: str, most: int | None = None) -> None:
    """Write the file anew when something was deleted since the last time, and empty its log.

    Args:
        path: of the file.
        most: bytes; a larger file is not written anew, and the mark stays.

    Raises:
        sqlite3.Error: Others are using it for too long, or it can't be used; the mark stays.
    """
    with contextlib.closing(sqlite3.connect(path, timeout=WAIT, isolation_level=None)) as connection:
        small = most is None or Path(path).stat().st_size <= most
        if small and _first(connection, "PRAGMA user_version"):
            connection.execute("PRAGMA secure_delete = ON")
            # Else a copy of all would be written into the machine's folder for temporary files.
            connection.execute("PRAGMA temp_store = MEMORY")
            connection.execute("VACUUM")
            if _first(connection, "PRAGMA wal_checkpoint(TRUNCATE)"):
                raise sqlite3.OperationalError("busy")
            connection.execute("PRAGMA user_version = 0")
        if _first(connection, "PRAGMA wal_checkpoint(TRUNCATE)"):
            raise sqlite3.OperationalError("busy")


def _first(connection: sqlite3.Connection, sql: str) -> Any:
    return connection.execute(sql).fetchone()[0]
