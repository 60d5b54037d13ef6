"""Lets nothing of deleted rows be left in the file of a tracker store."""

from __future__ import annotations

import asyncio
import logging
from typing import Any

from assistant import logs
from clinic import sqlite_file

logger = logging.getLogger(__name__)

#: Bytes of a file that is written anew at once, in about half a second; a larger one is, at the next purge.
SMALL = 64 * 1024 * 1024


async def forget_deleted(store: Any, *, most: int | None = None) -> None:
    """Sweep SQLite's file and its log, beside the event loop; does nothing elsewhere and never raises.

    Args:
        store: an SQL tracker store.
        most: bytes; of a larger file only the log is emptied.
    """
    url = store.engine.url
    if store.engine.dialect.name != "sqlite" or url.database in (None, "", ":memory:"):
        return
    try:
        await asyncio.to_thread(sqlite_file.sweep, url.database, most)
    except Exception as error:
        # The rows are gone all the same; the next purge does the rest.
        logger.warning("stores: SQLite's file could not be swept now: %s", logs.kind(error))
