"""A request line that can't be read is a bad request, and the server says so."""

from __future__ import annotations

import logging
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from rasa_ext.channels.rest import RestInput
from tests.channel_server import ChannelServer, serving
from tests.unit.rasa_ext.stock import UNREADABLE, first_line
from tests.web_agent import WebAgent, make_assets, web_settings

pytestmark = pytest.mark.usefixtures("mended")


@pytest.fixture(scope="module")
def server(mended: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChannelServer]:
    """Both channels over real HTTP."""
    from rasa_ext.channels.web import WebInput

    folder = make_assets(tmp_path_factory.mktemp("dist"))
    web = WebInput.from_credentials(web_settings(folder))
    with serving(RestInput(), web, agent=WebAgent(channel=web)) as running:
        yield running


def test_stock_sanic_does_not_answer(stock: dict[str, Any]) -> None:
    """A traceback instead, and 500 for such bytes in the method."""
    assert set(stock["unreadable"]) == {"", "HTTP/1.1 500 Internal Server Error"}


@pytest.mark.parametrize("line", UNREADABLE, ids=repr)
def test_a_line_that_can_not_be_read(
    server: ChannelServer, line: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    """400 without a traceback; the next request is answered."""
    with caplog.at_level(logging.DEBUG):
        assert first_line(server, line) == "HTTP/1.1 400 Bad Request"
    assert [r for r in caplog.records if r.levelno >= logging.ERROR] == []
    assert server.request("/webhooks/rest/").status == 200


@pytest.mark.parametrize(
    ("line", "status"),
    [
        (b"GET /webhooks/rest/ HTTP/1.1", 200),
        (b"HEAD /nowhere HTTP/1.1", 404),
        (b"OPTIONS * HTTP/1.1", 405),
        (b"PATCH /webhooks/web/webhook HTTP/1.1", 405),
        (b"GET /%ff%fe?x=%ff HTTP/1.1", 404),
        (b"GET /webhooks/rest/ HTTP/1.1\r\nCookie: stria_session=\xff\r\nX-\xfe: \xff", 200),
        (b"GET /webhooks/web/session HTTP/1.1\r\nX-Stria: 1\r\nCookie: stria_session=\xff", 401),
        (b"GET /webhooks/web/session HTTP/1.1\r\nX-Stria: 1\r\nAuthorization: Bearer \xff", 401),
        (b"GET /webhooks/web/session HTTP/1.1\r\nX-Stria: \xff", 403),
        (b"GET /webhooks/web/session HTTP/1.1\r\nX-Stria: 1\r\nOrigin: \xff", 403),
        (
            b"POST /webhooks/web/session HTTP/1.1\r\nX-Stria: 1\r\nContent-Type: \xff\r\nContent-Length: 0",
            415,
        ),
        (b"POST /webhooks/rest/webhook HTTP/1.1\r\nContent-Type: \xff\r\nContent-Length: 0", 415),
    ],
)
def test_other_requests_are_answered_as_before(server: ChannelServer, line: bytes, status: int) -> None:
    """Also with raw bytes in headers."""
    assert int(first_line(server, line).split()[1]) == status


def test_random_bytes(server: ChannelServer) -> None:
    """Never a 500, never silence, and the server lives on."""
    random.seed(7)
    parts = [
        b"GET",
        b"POST",
        b" ",
        b" /webhooks/web/",
        b"webhook",
        b"\xff",
        b"\xc3\xa9",
        b"\0",
        b"[",
        b"%",
        b":",
    ]
    parts += [b" HTTP/1.1", b" HTTP/9.9", b"\r\nContent-Length: 3", b"\r\n:", b"\r\nX-Stria: 1", b"//", b"?"]
    seen: set[str] = set()
    for _ in range(400):
        line = b"".join(random.choices(parts, k=random.randint(1, 9)))
        seen.add(first_line(server, line, body=b"{}\n"))
    assert {s.split()[1][0] for s in seen if s} <= {"2", "4"}
    assert "" not in seen
    assert server.request("/webhooks/rest/").status == 200


def test_the_mends_of_requests_stand_side_by_side(server: ChannelServer, tmp_path: Path) -> None:
    """The length is still checked."""
    assert (
        first_line(server, b"POST /webhooks/rest/webhook HTTP/1.1\r\nContent-Length: -5").split()[1] == "400"
    )
