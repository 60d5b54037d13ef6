"""The lock of conversations within one server: first come, first served, without polling.

Stock Rasa takes a ticket out of the line when it is a minute old, also that of the turn which is
being taken; then two work on one conversation, and as numbers are given anew, the end of one turn
frees the other's place. It also looks only once a second whether its turn has come (research/ops.md
1.6). Here a turn keeps its place to its end, and the next begins at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from rasa.core.lock import TicketLock
from rasa.core.lock_store import InMemoryLockStore, LockError

from rasa_ext.metrics.timing import lock_wait

#: Seconds after which somebody who waits in vain is told so.
PATIENCE = 60.0


class _Line:
    def __init__(self) -> None:
        self.lock = asyncio.Lock()  # first come, first served
        self.members = 0


@asynccontextmanager
async def _lock(
    self: Any, conversation_id: str, lock_lifetime: float = 0, wait_time_in_seconds: float = 0
) -> AsyncIterator[TicketLock]:
    """Wait for the turn of this caller; Rasa's times are not needed."""
    lines: dict[str, _Line] = self.__dict__.setdefault("stria_lines", {})
    line = lines.setdefault(conversation_id, _Line())
    line.members += 1
    try:
        try:
            with lock_wait("memory"):
                await asyncio.wait_for(line.lock.acquire(), PATIENCE)
        except asyncio.TimeoutError:
            raise LockError("The conversation is busy for too long.") from None
        try:
            yield TicketLock(conversation_id)
        finally:
            line.lock.release()
    finally:
        line.members -= 1
        if not line.members:
            lines.pop(conversation_id, None)


def install() -> None:
    """Replace InMemoryLockStore.lock."""
    InMemoryLockStore.lock = _lock  # type: ignore[method-assign,assignment]
