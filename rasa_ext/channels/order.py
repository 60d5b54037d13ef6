"""Messages of one conversation are taken one after the other, in the order of their arrival."""

from __future__ import annotations

import asyncio
from types import TracebackType

from rasa_ext.channels.rates import too_many
from rasa_ext.metrics.timing import lock_wait

#: Seconds after which somebody is told to try again when too many messages wait.
TRY_AGAIN = 5


class _Line:
    """Those who want one conversation: `members` of any kind, of which `limited` count."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()  # first come, first served
        self.members = self.limited = 0


class Order:
    """The lines in front of all conversations of one process.

    Rasa has its own lock for the time of a turn, which also holds between processes. It polls once
    a second and does not limit how many wait.
    """

    def __init__(self, most_waiting: int):
        """Let at most so many messages wait for the one that is being answered."""
        self._most_waiting = most_waiting
        self._lines: dict[str, _Line] = {}

    def join(self, key: str, *, limited: bool = True) -> Place:
        """Take a place at once, without waiting; the caller then enters it (`async with`).

        Raises:
            ChannelError: 429 when too many limited ones wait already.
        """
        line = self._lines.get(key) or _Line()
        # The first does not wait: it is being served.
        if limited and line.limited > self._most_waiting:
            raise too_many(TRY_AGAIN)
        self._lines[key] = line
        return Place(self, key, line, limited)

    def standing(self, key: str) -> int:
        """Return how many limited ones stand in a line, the one that is being served among them."""
        line = self._lines.get(key)
        return line.limited if line else 0

    def leave(self, key: str, line: _Line) -> None:
        """Forget a line in which nobody stands."""
        if not line.members:
            self._lines.pop(key, None)

    def __len__(self) -> int:
        return len(self._lines)


class Place:
    """A place in the line of a conversation. Entering it waits for the turn to come."""

    def __init__(self, order: Order, key: str, line: _Line, limited: bool):
        """Stand in the line."""
        self._order, self._key, self._line, self._limited = order, key, line, int(limited)
        line.members += 1
        line.limited += self._limited

    async def __aenter__(self) -> None:
        try:
            with lock_wait("line"):
                await self._line.lock.acquire()
        except BaseException:
            self._leave()
            raise

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._line.lock.release()
        self._leave()

    def _leave(self) -> None:
        self._line.members -= 1
        self._line.limited -= self._limited
        self._order.leave(self._key, self._line)
