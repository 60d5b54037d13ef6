"""Requests that come slowly, that can't be read to their end, and what Rasa's API can't use."""

from __future__ import annotations

import logging
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from rasa_ext import hardening
from rasa_ext.channels.rest import RestInput
from rasa_ext.hardening import request_time
from tests.channel_server import ChannelServer, serving
from tests.unit.rasa_ext.stock import ApiAgent, api_server
from tests.unit.rasa_ext.stock_requests import (
    BODIES,
    FAILURES,
    QUOTED,
    UNREAD,
    blamed,
    error_log,
    post,
    sent,
    trickle,
)

SLOW = {
    "head": b"GET /" + b"a" * 100,
    "body": b"POST /webhooks/rest/webhook HTTP/1.1\r\nContent-Length: 99\r\n\r\n" + b"a" * 90,
    "rest of a body": b"POST /nowhere HTTP/1.1\r\nContent-Length: 99\r\n\r\n" + b"a" * 90,
}


@pytest.fixture(autouse=True)
def mended_server() -> None:
    """Rasa's server in this process has the mends."""
    hardening.install(server=True)


@pytest.fixture
def server() -> Iterator[ChannelServer]:
    """The channel over real HTTP."""
    with serving(RestInput()) as running:
        yield running


class TestRequests:
    def test_stock_sanic(self, stock: dict[str, Any]) -> None:
        """500 to a byte in a header, a traceback for each unreadable rest, and no end of waiting."""
        assert " 500 " in stock["requests"]["quoted"]
        assert "uncaught" in stock["requests"]["unread"]
        assert stock["requests"]["slow"] == 2

    def test_a_header_that_an_error_quotes(self, server: ChannelServer) -> None:
        """The error keeps its status."""
        assert sent(server.port, QUOTED).startswith(b"HTTP/1.1 417 ")

    def test_a_rest_that_can_not_be_read(self, server: ChannelServer) -> None:
        """The connection is closed after the answer, without a word in the log."""
        with error_log() as logged:
            assert sent(server.port, UNREAD).startswith(b"HTTP/1.1 404 ")
        assert logged.getvalue() == ""

    def test_a_body_that_can_not_be_read(self, server: ChannelServer) -> None:
        """400, as our other errors."""
        line = b"POST /webhooks/rest/webhook HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"
        for chunks in (b"zz\r\n\r\n", b"-1\r\n\r\n", b"5" * 100):
            answer = sent(server.port, line + chunks)
            assert answer.startswith(b"HTTP/1.1 400 ")
            assert b'"malformed"' in answer


class TestSlowRequests:
    @pytest.mark.parametrize("kind", SLOW)
    def test_a_byte_now_and_then(
        self, server: ChannelServer, kind: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Ends after some seconds; the time does not begin anew with each byte."""
        monkeypatch.setattr(request_time, "SECONDS", 1.0)
        line, _, more = SLOW[kind].rpartition(b"\r\n\r\n")
        begun = line + b"\r\n\r\n" if line else b""
        raw = begun + more
        started = time.monotonic()
        assert trickle(server.port, raw, end=8, pause=0.02) < 5
        assert time.monotonic() - started > 0.9
        assert server.request("/webhooks/rest/").status == 200

    def test_it_is_told(self, server: ChannelServer, monkeypatch: pytest.MonkeyPatch) -> None:
        """408 for what is unfinished."""
        monkeypatch.setattr(request_time, "SECONDS", 0.3)
        assert sent(server.port, SLOW["head"]).startswith(b"HTTP/1.1 408 ")
        assert b'"too_slow"' in sent(server.port, SLOW["body"])

    def test_pieces_in_quick_succession(self, server: ChannelServer) -> None:
        """None is overlooked, whenever it comes."""
        body = b'{"sender": "me", "message": "hello"}'
        head = (
            b"POST /webhooks/rest/webhook HTTP/1.1\r\nContent-Type: application/json\r\nConnection: close\r\n"
        )
        raw = head + b"Content-Length: %d\r\n\r\n" % len(body) + body
        for number in range(300):
            with server.connection() as wire:
                wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                wire.settimeout(3)
                size = 11 + number % 40
                for at in range(0, len(raw), size):
                    wire.sendall(raw[at : at + size])
                    time.sleep(number % 4 * 0.0002)
                assert wire.recv(4096).startswith(b"HTTP/1.1 200 ")

    def test_time_between_requests_does_not_count(
        self, server: ChannelServer, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A connection that is kept open may send its next request later."""
        monkeypatch.setattr(request_time, "SECONDS", 0.3)
        with server.connection() as wire:
            for _ in range(3):
                wire.sendall(b"GET /webhooks/rest/ HTTP/1.1\r\nHost: x\r\n\r\n")
                assert wire.recv(4096).startswith(b"HTTP/1.1 200 ")
                time.sleep(0.5)


class TestApi:
    def test_stock_rasa_blames_itself(self, stock: dict[str, Any]) -> None:
        """500 for everything."""
        assert set(stock["blamed"].values()) == {500}

    def test_who_is_to_blame(self) -> None:
        """The caller, a store, or ourselves."""
        assert blamed(api_server, ApiAgent) == {
            "lock": 503,
            "store": 503,
            "data": 400,
            "fault": 500,
            **dict.fromkeys(BODIES, 400),
        }

    @pytest.mark.parametrize("name", ["lock", "store", "data"])
    def test_nothing_is_quoted(self, name: str, caplog: pytest.LogCaptureFixture) -> None:
        """An error may hold what was typed; the answer and our log name its kind at most."""
        with caplog.at_level(logging.ERROR, "rasa_ext"), api_server(ApiAgent(failure=FAILURES[name])) as port:
            _, told = post(port, "/conversations/a/messages", {"text": "hi", "sender": "user"})
        assert "Zorvolex" not in told
        assert "Zorvolex" not in caplog.text

    def test_a_body_that_is_no_json(self) -> None:
        """It keeps the status that it had."""
        with api_server(ApiAgent()) as port:
            raw = b"POST /model/parse HTTP/1.1\r\nContent-Length: 3\r\nConnection: close\r\n\r\n{,}"
            assert sent(port, raw).startswith(b"HTTP/1.1 400 ")


def test_mends_of_one_place_do_not_pile_up() -> None:
    """Two of them look where Sanic waits for bytes; each does it once, however often all are installed."""
    from sanic.server.protocols.http_protocol import HttpProtocol

    before = HttpProtocol.receive_more
    hardening.install(server=True)
    assert HttpProtocol.receive_more is before
    assert before.ends  # type: ignore[attr-defined]
    assert before.stops_promptly  # type: ignore[attr-defined]
