"""How long a process waits for PostgreSQL: some seconds, whatever happens there.

A PostgreSQL that is frozen, or behind a network that swallows packets, does not answer for as long as it
likes: its own time limits do not run either, and neither do those of TCP while its system still
acknowledges. So the limit is kept here, where the answer is waited for.
"""

from __future__ import annotations

import contextlib
import select
import threading
import time
from collections.abc import Iterator
from typing import Any

#: Seconds for a new connection, and before it for one that is there already: does it still answer?
CONNECT, TRY = 3, 2
#: Seconds after which PostgreSQL gives a statement up, and after which we do.
STATEMENT, PATIENCE = 5, 6

_limits = threading.local()


@contextlib.contextmanager
def at_most(seconds: float | None) -> Iterator[None]:
    """Let this thread wait so long for a statement, for all that is done within; None: for ever."""
    _limits.seconds = seconds
    try:
        yield
    finally:
        del _limits.seconds


def unlimited() -> contextlib.AbstractContextManager[None]:
    """Let this thread wait for as long as its statements take, such as for changes of a table."""
    return at_most(None)


def wait(connection: Any) -> None:
    """Wait for what a connection of psycopg2 does.

    Raises:
        psycopg2.OperationalError: It takes too long; psycopg2 then closes the connection.
    """
    import psycopg2
    from psycopg2 import extensions

    connecting = connection.status == extensions.STATUS_SETUP
    limit = getattr(_limits, "seconds", CONNECT if connecting else PATIENCE)
    end = None if limit is None else time.monotonic() + limit
    while (state := connection.poll()) != extensions.POLL_OK:
        poll = select.poll()
        poll.register(connection.fileno(), select.POLLIN if state == extensions.POLL_READ else select.POLLOUT)
        left = None if end is None else end - time.monotonic()
        if left is not None and (left <= 0 or not poll.poll(left * 1000)):
            raise psycopg2.OperationalError("PostgreSQL does not answer.")
        if left is None:
            poll.poll()


def install() -> None:
    """Let all connections of psycopg2 in this process wait so."""
    from psycopg2 import extensions

    extensions.set_wait_callback(wait)


def try_shortly(engine: Any) -> None:
    """Let the pool of an engine find out within TRY whether a connection that it has still answers."""
    ping = engine.dialect.do_ping

    def do_ping(connection: Any) -> bool:
        with at_most(TRY):
            return bool(ping(connection))

    engine.dialect.do_ping = do_ping
