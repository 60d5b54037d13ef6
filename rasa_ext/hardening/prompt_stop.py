"""A server that was asked to stop ends each connection after the answer that is under way.

Sanic 21.12 closes only those that are idle at that moment. A proxy keeps the others and goes on using
them; after 15 seconds they are cut, in the middle of a turn.
"""

from __future__ import annotations

import asyncio
from typing import Any

from sanic.http import Stage
from sanic.server.protocols.http_protocol import HttpProtocol


def install() -> None:
    """Look, where Sanic waits for the next request of a connection, whether it is stopping."""
    original = HttpProtocol.receive_more
    if getattr(original, "stops_promptly", False):
        return

    async def receive_more(self: Any) -> None:
        # `signal` of the runner: stopped is set when no new connections are taken any more.
        if self.signal.stopped and self._http.stage is Stage.IDLE:
            # Ends the task of this connection, which closes it.
            raise asyncio.CancelledError
        await original(self)

    receive_more.stops_promptly = True  # type: ignore[attr-defined]
    HttpProtocol.receive_more = receive_more  # type: ignore[method-assign]
