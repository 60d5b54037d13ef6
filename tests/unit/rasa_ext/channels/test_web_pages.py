"""The files of the widget, readiness and what is at no address."""

from __future__ import annotations

import asyncio
import http.server
import re
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from assistant.observability import metrics
from rasa_ext.channels import readiness
from rasa_ext.channels.readiness import Readiness
from tests.channel_server import ChannelServer
from tests.web_agent import WebAgent, web_server
from tests.web_client import Visitor, WebAnswer


@pytest.fixture
def stranger(server: ChannelServer) -> Visitor:
    """A browser without a session."""
    return Visitor(server.port)


def plain(visitor: Visitor, path: str, method: str = "GET", **headers: str | None) -> WebAnswer:
    """Asks as a page or a script tag does, without the header of the API."""
    return visitor.request(method, path, headers={"X-Stria": None, "Content-Type": None, **headers})


def policy(answer: WebAnswer) -> dict[str, list[str]]:
    """Returns the directives of the Content-Security-Policy."""
    parts = answer.headers["content-security-policy"].split("; ")
    return {name: values for name, *values in (part.split(" ") for part in parts)}


def test_the_loader(stranger: Visitor) -> None:
    """Cacheable for an hour and readable for all sites, which they need to check its hash."""
    answer = plain(stranger, "loader.js", Origin="https://www.clinic.example")
    assert (answer.status, answer.body) == (200, b"loader()")
    expected = {
        "content-type": "text/javascript; charset=utf-8",
        "cache-control": "public, max-age=3600",
        "access-control-allow-origin": "*",
        "cross-origin-resource-policy": "cross-origin",
        "x-content-type-options": "nosniff",
        "vary": "Accept-Encoding",
    }
    assert expected.items() <= {k.lower(): v for k, v in answer.headers.items()}.items()


def test_the_frame(stranger: Visitor) -> None:
    """A fresh nonce at each place, a strict policy, our own page and the sites of the settings."""
    first, second = plain(stranger, "chat"), plain(stranger, "chat?locale=en")
    rules = policy(first)
    assert rules["default-src"] == ["'none'"]
    assert rules["connect-src"] == ["'self'"]
    assert rules["base-uri"] == rules["form-action"] == ["'none'"]
    assert rules["frame-ancestors"] == ["'self'", "https://www.clinic.example", "https://*.other.example"]
    assert "'unsafe-inline'" not in str(rules)
    nonce = re.findall(rb'nonce="([\w-]{24})"', first.body)
    assert len(nonce) == 2
    assert len(set(nonce)) == 1
    assert f"'nonce-{nonce[0].decode()}'" in rules["script-src"]
    assert f"'nonce-{nonce[0].decode()}'" in rules["style-src"]
    assert b"__NONCE__" not in first.body
    assert nonce[0] not in second.body
    assert first.headers["cache-control"] == "no-store"
    assert first.headers["content-type"] == "text/html; charset=utf-8"
    assert first.headers["referrer-policy"] == "no-referrer"


@pytest.mark.parametrize(("path", "name"), [("/", b"demo.html"), ("/about", b"demo-2.html")])
def test_the_demo(stranger: Visitor, path: str, name: bytes) -> None:
    """In place of Rasa's greeting."""
    answer = plain(stranger, path)
    assert answer.status == 200
    assert answer.body.endswith(name)
    assert policy(answer)["frame-ancestors"] == ["'none'"]
    assert plain(stranger, path, "HEAD").status == 200


def test_without_the_demo(assets: Path, tmp_path: Path) -> None:
    """Off, or not built: Rasa's greeting stays."""
    for folder, demo in ((assets, False), (tmp_path, True)):
        with web_server(folder, demo=demo) as server:
            assert plain(Visitor(server.port), "/").body.startswith(b"Hello from Rasa")
            assert plain(Visitor(server.port), "/about").status == 404


def test_files_that_were_not_built(tmp_path: Path) -> None:
    """A clear error, not a 500."""
    with web_server(tmp_path) as server:
        for path in ("loader.js", "chat", "assets/0a1b/frame.js"):
            assert plain(Visitor(server.port), path).error == (404, "not_found")


@pytest.mark.parametrize(
    ("name", "content_type"),
    [
        ("frame.js", "text/javascript; charset=utf-8"),
        ("frame.css", "text/css; charset=utf-8"),
        ("icon.svg", "image/svg+xml; charset=utf-8"),
        ("LICENSE.txt", "text/plain; charset=utf-8"),
    ],
)
def test_assets(stranger: Visitor, name: str, content_type: str) -> None:
    """They may be kept for ever, and have their type."""
    answer = plain(stranger, f"assets/0a1b/{name}")
    assert (answer.status, answer.body) == (200, f"plain {name}".encode())
    assert answer.headers["content-type"] == content_type
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    head = plain(stranger, f"assets/0a1b/{name}", "HEAD")
    assert (head.status, head.body) == (200, b"")


@pytest.mark.parametrize(
    ("name", "accepted", "encoding"),
    [
        ("frame.js", "gzip, deflate, br, zstd", "br"),
        ("frame.js", "gzip", "gzip"),
        ("frame.js", "br;q=0, GZIP;q=0.5", "gzip"),
        ("frame.js", "br;q=0.0,gzip;q=0", None),
        ("frame.js", "", None),
        ("frame.css", "br, gzip", "gzip"),
        ("icon.svg", "br, gzip", None),
    ],
)
def test_compressed_variants(stranger: Visitor, name: str, accepted: str, encoding: str | None) -> None:
    """The best one that is there and that the browser takes."""
    answer = plain(stranger, f"assets/0a1b/{name}", **{"Accept-Encoding": accepted})
    assert answer.headers["content-encoding"] == encoding
    assert answer.body == (f"as {encoding}" if encoding else f"plain {name}").encode()
    assert answer.headers["vary"] == "Accept-Encoding"
    assert answer.headers["content-type"].startswith(("text/", "image/"))


NOWHERE = ["nothing", "chat.html", "demo.html", "secret.key", "assets", "assets/0a1b", "assets/0a1b/"]
NOWHERE += [
    "assets/0a1b/frame.js.br",
    "assets/0a1b/none.js",
    "assets/none/frame.js",
    "assets/0a1b/x/frame.js",
]
NOWHERE += ["assets/../chat.html", "assets/0a1b/..", "assets/0a1b/%2e%2e", "assets/0a1b/..%2f..%2fchat.html"]
NOWHERE += [
    "assets/%2e%2e/chat.html",
    "assets/0a1b/..%5c..%5cchat.html",
    "assets/0a1b/frame.js%00",
    "webhook/x",
]
NOWHERE += ["assets//frame.js", "%2f%2fetc%2fpasswd", "assets/0a1b/.frame.js", "%C3%BC", "%00", "x" * 2000]


@pytest.mark.parametrize("path", NOWHERE)
def test_other_addresses(stranger: Visitor, path: str) -> None:
    """Our own error, and nothing outside of the folder."""
    assert stranger.get(path).error == (404, "not_found")


ODD = [
    b"Cookie: stria_session=\xff\xfe",
    b'Cookie: \xff=;;="',
    b"Authorization: Bearer \xff",
    b"X-Stria: \xff",
]
ODD += [
    b"Authorization: Bearer",
    b"Origin: \xff",
    b"Host: \xff",
    b"X-Forwarded-For: \xff",
    b"Content-Type: \xff",
]
ODD += [b"Accept-Encoding: \xff;q=x", b"Upgrade: websocket", b"Content-Length: 0", b"Sec-Fetch-Site: \xff"]


@pytest.mark.parametrize("line", ODD, ids=repr)
@pytest.mark.parametrize("path", ["session", "messages", "webhook", "loader.js", "chat", "", "%ff", "?%ff"])
def test_odd_headers(server: ChannelServer, line: bytes, path: str) -> None:
    """An answer of ours, never a 500 or a hang."""
    for method in ("GET", "POST"):
        head = f"{method} /webhooks/web/{path} HTTP/1.1\r\nX-Stria: 1\r\nConnection: close\r\n".encode(
            "latin-1"
        )
        with server.connection() as connection:
            connection.sendall(head + line + b"\r\n\r\n")
            answer = b""
            while part := connection.recv(65536):
                answer += part
        status = int(answer.split(b" ", 2)[1])
        assert status in (200, 400, 401, 403, 404, 405, 415, 503), answer
        if status >= 400 and path not in ("", "?%ff"):
            assert b'{"error":{"code":' in answer


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("POST", "", "GET, HEAD"),
        ("POST", "loader.js", "GET, HEAD"),
        ("DELETE", "chat", "GET, HEAD"),
        ("PUT", "assets/0a1b/frame.js", "GET, HEAD"),
        ("GET", "webhook", "POST"),
        ("HEAD", "messages", "GET"),
        ("PATCH", "session", "POST, GET, DELETE"),
        ("POST", "summary", "GET"),
        ("GET", "restart", "POST"),
    ],
)
def test_wrong_methods(stranger: Visitor, method: str, path: str, allowed: str) -> None:
    """The answer says which ones there are."""
    answer = stranger.request(method, path)
    assert (answer.status, answer.headers["allow"]) == (405, allowed)
    if method != "HEAD":
        assert answer.error == (405, "not_allowed")


class Actions(http.server.BaseHTTPRequestHandler):
    """An action server that is well or not."""

    status = 200

    def do_GET(self) -> None:
        """Answers at /health."""
        self.send_response(self.status if self.path == "/health" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Says nothing."""


@pytest.fixture
def actions(agent: WebAgent) -> Iterator[type[Actions]]:
    """An action server for the scripted assistant."""
    httpd = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Actions)
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    agent.action_endpoint = SimpleNamespace(url=f"http://127.0.0.1:{httpd.server_port}/webhook")
    Actions.status = 200
    yield Actions
    httpd.shutdown()
    httpd.server_close()
    agent.action_endpoint = None


async def ready(agent: Any) -> dict[str, bool]:
    """Asks anew."""
    return await Readiness().checks(agent)


ALL = {"model": True, "actions": True, "tracker_store": True, "lock_store": True}


async def test_readiness(agent: WebAgent, actions: type[Actions], monkeypatch: pytest.MonkeyPatch) -> None:
    """All parts are asked one by one; the metrics show the same."""
    assert await ready(agent) == ALL
    agent.ready = False
    assert await ready(agent) == {**ALL, "model": False}
    assert {part: metrics.READY.labels(part)._value.get() for part in ALL} == {**ALL, "model": False}
    agent.ready = True
    actions.status = 500
    assert await ready(agent) == {**ALL, "actions": False}
    for url in (None, "http://127.0.0.1:1/webhook", "nonsense"):
        agent.action_endpoint.url = url
        assert await ready(agent) == {**ALL, "actions": False}

    async def broken(sender: str) -> None:
        raise OSError

    monkeypatch.setattr(agent.tracker_store._tracker_store, "retrieve", broken)  # type: ignore[attr-defined]
    assert await ready(agent) == {**ALL, "actions": False, "tracker_store": False}
    assert await ready(None) == dict.fromkeys(ALL, False)


async def test_a_part_that_never_answers(
    agent: WebAgent, actions: type[Actions], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It counts as down after a short while, and the others are not held up by it."""

    async def hangs(sender: str) -> None:
        await asyncio.sleep(60)

    monkeypatch.setattr(readiness, "PATIENCE", 0.2)
    monkeypatch.setattr(agent.tracker_store._tracker_store, "retrieve", hangs)  # type: ignore[attr-defined]
    started = time.monotonic()
    assert await ready(agent) == {**ALL, "tracker_store": False}
    assert time.monotonic() - started < 2


async def test_readiness_is_not_asked_too_often(agent: WebAgent, monkeypatch: pytest.MonkeyPatch) -> None:
    """An answer holds for a moment."""
    asked = Readiness()
    assert (await asked.checks(agent))["model"] is True
    agent.ready = False
    assert (await asked.checks(agent))["model"] is True
    monkeypatch.setattr(readiness, "KEPT", 0)
    assert (await asked.checks(agent))["model"] is False


def test_readiness_over_http(assets: Path, tmp_path: Path) -> None:
    """503 with the same shape when one part is missing."""
    with web_server(assets) as server:
        answer = plain(Visitor(server.port), "")
        assert answer.status == 503
        checks = {**ALL, "actions": False}
        assert answer.json == {"status": "unavailable", "checks": checks}
        assert answer.headers["cache-control"] == "no-store"


def test_readiness_when_all_is_well(assets: Path, agent: WebAgent, actions: type[Actions]) -> None:
    """200 and ok."""
    with web_server(assets) as server:
        assert isinstance(server.agent, WebAgent)
        server.agent.action_endpoint = agent.action_endpoint
        answer = plain(Visitor(server.port), "")
        assert (answer.status, answer.json["status"]) == (200, "ok")
