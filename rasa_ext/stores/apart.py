"""Work with PostgreSQL is done beside the event loop, and comes to an end.

All work of a server with its database goes through one thread in stock Rasa, the one that serves
everybody: while PostgreSQL does not answer, nobody gets anything, not even a page. And a PostgreSQL
that is frozen, or behind a network that swallows packets, does not answer for as long as it likes:
its own time limits do not run either. Here a few threads wait, no longer than some seconds.
"""

from __future__ import annotations

import asyncio
import contextlib
import select
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy.pool import QueuePool

#: Seconds to wait for a free thread, a connection of the pool, another writer of SQLite.
WAIT = 5
#: Seconds for a new connection; one that does not answer is tried before it, for PATIENCE.
CONNECT = 3
#: Seconds after which PostgreSQL gives a statement up, and after which we do.
STATEMENT, PATIENCE = 5, 6
#: Threads where the pool of connections tells no number.
THREADS = 5

Result = TypeVar("Result")
_limits = threading.local()


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


@contextlib.contextmanager
def unlimited() -> Iterator[None]:
    """Let this thread wait for as long as its statements take, such as for changes of a table."""
    _limits.off = True
    try:
        yield
    finally:
        _limits.off = False


def wait(connection: Any) -> None:
    """Wait for what a connection of psycopg2 does.

    Raises:
        psycopg2.OperationalError: It takes too long; psycopg2 then closes the connection.
    """
    import psycopg2
    from psycopg2 import extensions

    connecting = connection.status == extensions.STATUS_SETUP
    end = time.monotonic() + (CONNECT if connecting else PATIENCE)
    while (state := connection.poll()) != extensions.POLL_OK:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
        left = None if getattr(_limits, "off", False) else end - time.monotonic()
        if left is not None and (left <= 0 or not poll.poll(left * 1000)):
            raise psycopg2.OperationalError("PostgreSQL does not answer.")
        if left is None:
            poll.poll()


def install() -> None:
    """Let all connections of psycopg2 in this process wait so."""
    from psycopg2 import extensions

    extensions.set_wait_callback(wait)
