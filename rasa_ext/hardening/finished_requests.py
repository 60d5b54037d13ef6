"""What a request to Rasa's API has begun in a conversation is finished, also when the caller goes away.

Stock Rasa stops in the middle: an action has done its work, and the tracker knows nothing of it
(research/ops.md 0, finding 8). Our channels shield their turns by themselves (`channels.base.finish`).
"""

from __future__ import annotations

import asyncio
import functools
from collections.abc import Callable
from typing import Any

from rasa import server

_running: set[asyncio.Future[Any]] = set()


def _ended(task: asyncio.Future[Any]) -> None:
    _running.discard(task)
    if not task.cancelled():
        # Looked at, or asyncio logs it.
        task.exception()


async def _finish(work: Any) -> Any:
    task = asyncio.ensure_future(work)
    _running.add(task)
    task.add_done_callback(_ended)
    return await asyncio.shield(task)


def install() -> None:
    """Wrap all routes of the API, by the decorator that each of them has."""
    original = server.requires_auth
    if getattr(original, "finishes", False):
        return

    @functools.wraps(original)  # with the marks of other mends of it
    def requires_auth(app: Any, token: str | None = None) -> Callable[[Any], Any]:
        protect = original(app, token)

        def decorate(handler: Any) -> Any:
            protected = protect(handler)

            @functools.wraps(handler)
            async def finished(request: Any, *args: Any, **kwargs: Any) -> Any:
                work = protected(request, *args, **kwargs)
                changes = request.method not in ("GET", "HEAD") and "/conversations/" in request.path
                return await (_finish(work) if changes else work)

            return finished

        return decorate

    requires_auth.finishes = True  # type: ignore[attr-defined]
    server.requires_auth = requires_auth
