"""A request has to arrive within some seconds, its head and its body.

Sanic 21.12 begins to count anew with every byte, and waits an hour for the next byte of a body: with
a byte now and then, a caller keeps as many connections as the process may have, for ever.
"""

from __future__ import annotations

import functools
from contextvars import ContextVar
from typing import Any

from sanic.exceptions import RequestTimeout
from sanic.http import Http, Stage
from sanic.server.protocols.http_protocol import HttpProtocol

#: Seconds from the first byte that is waited for to the last. A message of 16 KB takes as long at 6.5 kbit/s.
SECONDS = 20.0
#: When the request that this connection's task reads has to be there; each connection has a task of its own.
_end: ContextVar[float | None] = ContextVar("request_end", default=None)


def install() -> None:
    """Count from the beginning of each request, wherever Sanic waits for bytes."""
    wait, begin = HttpProtocol.receive_more, Http.init_for_request
    if getattr(wait, "ends", False):
        return

    def init_for_request(self: Any) -> None:
        _end.set(None)
        begin(self)

    @functools.wraps(wait)  # with the marks of other mends of it
    async def receive_more(self: Any) -> None:
        http = self._http
        if http is None or (http.stage is Stage.IDLE and not http.request_body):
            return await wait(self)  # between requests; Sanic closes an idle connection
        now = self.loop.time()
        end = _end.get()
        if end is None:
            end = now + SECONDS
            _end.set(end)
        # Not `wait_for`, whose task starts later: bytes that come in between would wake nobody.
        alarm = self.loop.call_later(max(0.0, end - now), self._data_received.set)
        try:
            await wait(self)
        finally:
            alarm.cancel()
        if self.loop.time() >= end:
            raise RequestTimeout("The request took too long.")
        return None

    receive_more.ends = True  # type: ignore[attr-defined]
    HttpProtocol.receive_more = receive_more  # type: ignore[method-assign]
    Http.init_for_request = init_for_request  # type: ignore[method-assign]
