"""Connections to the action server are kept open between calls.

Stock Rasa makes a session and a connection for each call and closes them after it, on both sides.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
from rasa.utils import endpoints
from rasa.utils.endpoints import EndpointConfig

#: Seconds for which an idle connection is kept: less than the five after which rasa_sdk closes it.
IDLE = 4.0
#: Seconds that a second try has at the least.
LEAST = 0.5


class _Kept:
    """A session that outlives the `async with` of its user."""

    def __init__(self, session: aiohttp.ClientSession):
        self.session = session

    async def __aenter__(self) -> _Kept:
        return self

    async def __aexit__(self, *_: Any) -> None:
        """Leave the session open."""

    @contextlib.asynccontextmanager
    async def request(self, method: str, url: str, **options: Any) -> AsyncIterator[Any]:
        """Send a request; once more when the connection turns out to be closed at the other end.

        An action computes from what it is sent, and what it stores it stores once, so a second call is
        as good as the first. Both together have the time of one.
        """
        begun = time.monotonic()
        try:
            response = await self.session.request(method, url, **options)
        except aiohttp.ClientConnectorError:
            # Of a new connection: there is nobody.
            raise
        except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
            seconds = options.get("timeout")
            if isinstance(seconds, int | float):
                options["timeout"] = max(seconds - (time.monotonic() - begun), LEAST)
            response = await self.session.request(method, url, **options)
        async with response:
            yield response


class _Connector(aiohttp.TCPConnector):  # type: ignore[misc]
    """Connections that end with the process; aiohttp would complain in the log that nobody closed them."""

    def __del__(self, _warnings: Any = None) -> None:
        """Say nothing."""


#: By event loop, and by what its user wants of it.
_kept: dict[asyncio.AbstractEventLoop, dict[str, _Kept]] = {}


@atexit.register
def _detach(only_closed: bool = False) -> None:
    """Forget sessions, so that aiohttp does not complain in the log that nobody closed them."""
    for loop in [loop for loop in _kept if loop.is_closed() or not only_closed]:
        for kept in _kept.pop(loop).values():
            kept.session.detach()


def _session(endpoint: Any) -> aiohttp.ClientSession:
    """Return a session as Rasa would make it, but for how long its connections are kept."""
    headers, auth = dict(endpoint.headers), endpoint.basic_auth
    if auth:
        headers["Authorization"] = aiohttp.encode_basic_auth(auth["username"], auth["password"])
    return aiohttp.ClientSession(
        connector=_Connector(keepalive_timeout=IDLE),
        # What a session remembers would go from one conversation to the next.
        cookie_jar=aiohttp.DummyCookieJar(),
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=endpoints.DEFAULT_REQUEST_TIMEOUT),
    )


def _kept_session(self: Any) -> Any:
    """Return the session of this event loop and endpoint, made at the first call."""
    loop = asyncio.get_running_loop()
    if loop not in _kept:
        _detach(only_closed=True)
    here = _kept.setdefault(loop, {})
    name = repr((sorted(self.headers.items()), sorted(self.basic_auth.items())))
    if name not in here:
        here[name] = _Kept(_session(self))
    return here[name]


def install() -> None:
    """Replace EndpointConfig.session."""
    EndpointConfig.session = _kept_session  # type: ignore[method-assign]
