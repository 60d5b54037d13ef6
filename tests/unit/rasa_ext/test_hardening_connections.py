"""Connections to the action server are kept, and one that was closed meanwhile costs nothing."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Any

import aiohttp
import pytest
from rasa.utils.endpoints import EndpointConfig

from rasa_ext.hardening import kept_connections
from scripts._ports import LOOPBACK
from tests.stack import free_port
from tests.unit.rasa_ext.speed import connections

pytestmark = pytest.mark.usefixtures("mended")


def test_calls_share_a_connection(stock: dict[str, Any]) -> None:
    """Stock Rasa makes one for each."""
    assert stock["connections"] == [3, 3]
    assert connections() == (1, 3)


def test_a_call_over_a_connection_that_is_closed_is_made_again() -> None:
    """The second request meets the end of the first connection, the third of the second one."""
    assert connections(answers=1) == (3, 5)


async def test_nobody_there_is_an_error_at_once() -> None:
    """A new connection that is refused is not tried twice."""
    endpoint, begun = EndpointConfig(f"http://{LOOPBACK}:{free_port()}/webhook"), time.monotonic()
    with pytest.raises(aiohttp.ClientConnectorError):
        await endpoint.request(json={}, timeout=5)
    assert time.monotonic() - begun < 1


async def test_a_silent_server_ends_the_patience_once() -> None:
    """Both tries together have the time of one."""

    async def silent(_reader: Any, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.3)
        writer.close()

    server = await asyncio.start_server(silent, LOOPBACK, 0)
    port = server.sockets[0].getsockname()[1]
    begun = time.monotonic()
    with pytest.raises((aiohttp.ServerDisconnectedError, asyncio.TimeoutError)):
        await EndpointConfig(f"http://{LOOPBACK}:{port}/").request(json={}, timeout=0.4)
    assert time.monotonic() - begun < 0.3 + kept_connections.LEAST + 0.3
    server.close()


async def test_settings_of_endpoints_are_kept_apart() -> None:
    """Headers and logins of one endpoint are not sent to another one."""
    first: Any = EndpointConfig("http://a", headers={"X": "1"}).session()
    second: Any = EndpointConfig("http://b", basic_auth={"username": "u", "password": "p"}).session()
    assert first is not second
    assert "X" in first.session.headers
    assert "X" not in second.session.headers
    assert "Authorization" not in first.session.headers
    assert second.session.headers["Authorization"] == "Basic dTpw"


def test_nothing_is_complained_of_at_the_end(caplog: pytest.LogCaptureFixture) -> None:
    """Not when a loop has ended, and not by a session that is dropped."""
    with caplog.at_level(logging.DEBUG, logger="asyncio"):
        connections()
        kept_connections._detach()
    assert "Unclosed" not in caplog.text


async def test_a_cookie_of_one_conversation_is_not_sent_with_the_next() -> None:
    """As in stock Rasa, whose sessions end with the call."""
    heard: list[bytes] = []

    async def sets_a_cookie(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for _ in range(2):
            heard.append(await reader.readuntil(b"\r\n\r\n"))
            await reader.readexactly(2)
            head = "HTTP/1.1 200 OK\r\nSet-Cookie: patient=1\r\nContent-Length: 2\r\n"
            writer.write(f"{head}Content-Type: application/json\r\n\r\n{{}}".encode())

    server = await asyncio.start_server(sets_a_cookie, LOOPBACK, 0)
    endpoint = EndpointConfig(f"http://localhost:{server.sockets[0].getsockname()[1]}/")
    for _ in range(2):
        assert await endpoint.request(json={}, timeout=5) == {}
    server.close()
    assert len(heard) == 2
    assert not [head for head in heard if b"cookie" in head.lower()]
