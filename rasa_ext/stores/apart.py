"""Work with PostgreSQL is done beside the event loop, and comes to an end.

All work of a server with its database goes through one thread in stock Rasa, the one that serves
everybody: while PostgreSQL does not answer, nobody gets anything, not even a page. And a PostgreSQL
that is frozen, or behind a network that swallows packets, does not answer for as long as it likes:
its own time limits do not run either. Here a few threads wait, no longer than `clinic.patience` lets them.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.pool import QueuePool

#: Seconds to wait for a free thread, a connection of the pool, another writer of SQLite.
WAIT = 5
#: Threads where the pool of connections tells no number.
THREADS = 5

Result = TypeVar("Result")


class NotInTimeError(ConnectionError):
    """A database did not answer in time."""


class _Room:
    """As many threads as an engine may have connections."""

    def __init__(self, engine: Any):
        pool = engine.pool
        size = pool.size() + pool._max_overflow if isinstance(pool, QueuePool) else THREADS
        self._size = max(1, size)
        self._threads = ThreadPoolExecutor(self._size, thread_name_prefix="database")
        self._turns: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    async def work(self, work: Callable[[], Result]) -> Result:
        loop = asyncio.get_running_loop()
        turns = self._turns.setdefault(loop, asyncio.Semaphore(self._size))
        try:
            await asyncio.wait_for(turns.acquire(), WAIT)
        except asyncio.TimeoutError:
            raise NotInTimeError("The database is busy for too long.") from None
        working = loop.run_in_executor(self._threads, work)

        def ended(done: asyncio.Future[Result]) -> None:
            turns.release()
            if not done.cancelled():
                done.exception()  # looked at, or asyncio logs it

        # A turn lasts as long as its work, also when the caller goes away.
        working.add_done_callback(ended)
        return await asyncio.shield(working)


_rooms: WeakKeyDictionary[Any, _Room] = WeakKeyDictionary()


async def apart(engine: Any, work: Callable[[], Result]) -> Result:
    """Do what waits for a database, and return its result.

    Work with PostgreSQL is done in one of as many threads as there may be connections; with SQLite,
    which waits for nobody but the disk, here and now.

    Raises:
        NotInTimeError: All threads are busy for too long.
    """
    if engine.dialect.name == "sqlite":
        return work()
    room = _rooms.get(engine)
    if room is None:
        room = _rooms[engine] = _Room(engine)
    return await room.work(work)
