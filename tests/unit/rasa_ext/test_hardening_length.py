"""A request with a nonsense length is refused, and the server lives on."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from rasa_ext.channels.rest import RestInput
from tests.channel_server import ChannelServer, serving

pytestmark = pytest.mark.usefixtures("mended")
LINES = {
    "channel": b"POST /webhooks/rest/webhook",
    "readiness": b"GET /webhooks/rest/",
    "unknown address": b"POST /nowhere",
}


@pytest.fixture(scope="module")
def server(mended: None) -> Iterator[ChannelServer]:
    """The channel over real HTTP."""
    with serving(RestInput()) as running:
        yield running


def status(server: ChannelServer, line: bytes, *headers: bytes) -> int:
    """Sends a bare request and returns the status of its answer."""
    lines = [line + b" HTTP/1.1", b"Host: x", b"Content-Type: application/json", *headers]
    with server.connection() as connection:
        connection.settimeout(5)
        connection.sendall(b"\r\n".join(lines) + b"\r\n\r\n{}")
        answer = connection.recv(4096)
        assert connection.recv(4096) == b"", "the connection is closed after it"
    return int(answer.split()[1])


def test_stock_sanic_hangs(stock: dict[str, Any]) -> None:
    """Without the mend one request takes the whole server down, and another is a 500."""
    assert " 500 " in stock["lengths"]["abc"]
    assert stock["lengths"]["-5"] == stock["lengths"]["next"] == "no answer"


@pytest.mark.parametrize("line", list(LINES.values()), ids=list(LINES))
@pytest.mark.parametrize("length", [b"abc", b"-5", b"", b"1e3", b"1_0", b"+2", "٣".encode(), b"9" * 40])
def test_a_nonsense_length_is_a_bad_request(server: ChannelServer, line: bytes, length: bytes) -> None:
    """Refused at every address, and the next request is answered."""
    assert status(server, line, b"Content-Length: " + length) == 400
    assert server.request("/webhooks/rest/").status == 200


@pytest.mark.parametrize(
    "headers",
    [
        (b"Content-Length: 2", b"Content-Length: 3"),
        (b"Content-Length: 2", b"Transfer-Encoding: chunked"),
        (b"Transfer-Encoding: gzip",),
        (b"Transfer-Encoding: chunked", b"Transfer-Encoding: chunked"),
    ],
)
def test_contradictory_lengths_are_refused(server: ChannelServer, headers: tuple[bytes, ...]) -> None:
    """What a proxy and Sanic could read in two ways is read in none."""
    assert status(server, LINES["channel"], *headers) == 400


def test_ordinary_requests_pass(server: ChannelServer) -> None:
    """With a length, without one, and in the right case."""
    assert server.post("/webhooks/rest/webhook", {"sender": "a", "message": "b"}).status == 200
    assert server.request("/webhooks/rest/").status == 200
