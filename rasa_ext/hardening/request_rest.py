"""What is left of a request after its answer, and can't be read, ends the connection; nothing more.

Sanic 21.12 reads such a rest after it has answered. When it is nonsense, an uncaught error and its
traceback go into the log, at every request that anybody makes so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from sanic.exceptions import InvalidUsage, PayloadTooLarge, RequestTimeout
from sanic.http import Http, Stage


def install() -> None:
    """Replace the reading of a body in parts."""
    if getattr(Http.__aiter__, "ends_quietly", False):
        return

    async def parts(self: Any) -> AsyncIterator[bytes]:
        while self.request_body:
            try:
                data = await self.read()
            except (InvalidUsage, RequestTimeout):
                if self.stage is not Stage.IDLE:
                    raise
                # The answer is out. At this one, Sanic closes the connection.
                raise PayloadTooLarge("The rest can't be read.") from None
            if data:
                yield data

    parts.ends_quietly = True  # type: ignore[attr-defined]
    Http.__aiter__ = parts  # type: ignore[method-assign,assignment]
