"""The edge and the balancer of deploy/nginx, with the real nginx and stand-ins for the servers."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from http.client import HTTPException
from pathlib import Path

import pytest

from scripts._ports import LOOPBACK
from tests.edge import HOST
from tests.nginx_place import WEB, Place, place, visitors
from tests.upstreams import ADDRESSES
from tests.waiting import eventually


@pytest.fixture(scope="module")
def shared_edge() -> Iterator[Place]:
    """An edge without TLS, as behind an Ingress."""
    with place("edge") as found:
        yield found


@pytest.fixture
def edge(shared_edge: Place) -> Place:
    """The edge, with nothing asked yet and all servers well."""
    shared_edge.behind.asked.clear()
    shared_edge.behind.dying.clear()
    shared_edge.behind.go_on.clear()
    return shared_edge


class TestConfiguration:
    @pytest.mark.parametrize("kind", ["edge", "actions"])
    def test_is_sound(self, kind: str) -> None:
        """`nginx -t` takes it without a warning."""
        with place(kind) as found:
            assert "warn" not in found.nginx.check()

    def test_is_sound_with_tls(self, certificate: Path) -> None:
        """With a certificate as well."""
        with place("edge", certificate) as found:
            assert "warn" not in found.nginx.check()

    @pytest.mark.parametrize("kind", ["edge", "actions"])
    def test_no_variable_is_left(self, kind: str) -> None:
        """All that the templates name in capitals is filled in."""
        with place(kind) as found:
            for file in found.nginx.folder.glob("*.conf"):
                assert "${" not in file.read_text()


class TestPaths:
    @pytest.mark.parametrize(
        "path", [WEB, f"{WEB}chat", f"{WEB}loader.js?v=1", f"{WEB}assets/0a/frame.js", f"{WEB}webhook"]
    )
    def test_the_chat_is_public(self, edge: Place, path: str) -> None:
        """All below /webhooks/web/ reaches Rasa."""
        assert edge.status(path) == 200
        assert edge.behind.asked[0].path == path

    @pytest.mark.parametrize("name", ["messenger", "slack", "telegram", "twilio", "whatsapp"])
    def test_webhooks_of_messengers(self, edge: Place, name: str) -> None:
        """One address of each reaches Rasa, with the query by which a platform verifies it."""
        assert edge.status(f"/webhooks/{name}/webhook?hub.challenge=1", "GET") == 200
        assert edge.behind.asked[0].path == f"/webhooks/{name}/webhook?hub.challenge=1"

    @pytest.mark.parametrize(
        "path",
        [
            "/",
            "/about",
            "/version",
            "/status",
            "/model",
            "/model/parse",
            "/domain",
            "/conversations/x/tracker",
            "/metrics",
            "/healthz",
            "/webhooks/",
            "/webhooks/web",
            "/webhooks/rest/",
            "/webhooks/rest/webhook",
            "/webhooks/callback/webhook",
            "/webhooks/telegram/",
            "/webhooks/telegram/set_webhook",
            "/webhooks/web/../rest/webhook",
            "/webhooks/web/%2e%2e/rest/webhook",
            "/webhooks/web/..%2frest/webhook",
            "/webhooks/telegram/webhook/../../rest/webhook",
            "//webhooks/rest/webhook",
        ],
    )
    def test_all_else_is_hidden(self, edge: Place, path: str) -> None:
        """404 from the edge; nothing of it reaches Rasa."""
        assert edge.status(path) == 404
        assert edge.behind.asked == []

    def test_the_checked_address_is_passed_on(self, edge: Place) -> None:
        """Not the one that was typed: it would mean something else to Rasa."""
        assert edge.status("/conversations/x/../../webhooks/web/tracker") == 200
        assert edge.status("/conversations/x/../../webhooks/slack/webhook") == 200
        assert [a.path for a in edge.behind.asked] == [f"{WEB}tracker", "/webhooks/slack/webhook"]

    def test_another_name_gets_no_answer(self, edge: Place) -> None:
        """Whoever asks for another host, or for an address."""
        with pytest.raises((HTTPException, OSError)):
            edge.ask(WEB, headers={"Host": "other.example"})
        assert edge.behind.asked == []


class TestLimits:
    def test_a_large_body(self, edge: Place) -> None:
        """More than 8 KB is refused in the form of the channel and never reaches Rasa."""
        answer, body = edge.ask(f"{WEB}webhook", "POST", b"x" * 8193)
        assert (answer.status, json.loads(body)["error"]["code"]) == (413, "too_long")
        assert answer.headers["content-type"] == "application/json"
        assert edge.behind.asked == []
        assert edge.status(f"{WEB}webhook", "POST", body=b"x" * 8192) == 200

    def test_a_large_body_without_a_length(self, edge: Place) -> None:
        """It is counted while it comes."""
        with socket.create_connection((LOOPBACK, edge.nginx.port), timeout=20) as connection:
            head = f"POST {WEB}webhook HTTP/1.1\r\nHost: {HOST}\r\nTransfer-Encoding: chunked\r\n\r\n"
            connection.sendall(head.encode() + b"2001\r\n" + b"x" * 0x2001 + b"\r\n0\r\n\r\n")
            assert b" 413 " in connection.recv(4096)
        assert edge.behind.asked == []

    def test_batches_of_platforms(self, edge: Place) -> None:
        """They may be larger, up to a megabyte."""
        assert edge.status("/webhooks/messenger/webhook", "POST", body=b"x" * 100_000) == 200
        assert edge.status("/webhooks/messenger/webhook", "POST", body=b"x" * 1_100_000) == 413

    def test_a_flood(self, edge: Place) -> None:
        """One address is slowed down, in the form of the channel; another one is not."""
        visitor = next(visitors)
        answers = [edge.ask(f"{WEB}webhook", "POST", b"{}", visitor=visitor) for _ in range(80)]
        refused = [(a, body) for a, body in answers if a.status != 200]
        assert refused
        answer, body = refused[0]
        assert (answer.status, json.loads(body)["error"]["code"]) == (429, "too_many")
        assert answer.headers["retry-after"] == "5"
        assert edge.status(f"{WEB}webhook", "POST", body=b"{}") == 200


class TestWhoAsks:
    def test_the_address_of_the_visitor(self, edge: Place) -> None:
        """It is passed on; what the visitor claims is thrown away."""
        visitor = next(visitors)
        claims = {"X-Forwarded-For": "9.9.9.9", "Forwarded": "for=9.9.9.9", "X-Forwarded-Proto": "https"}
        edge.ask(WEB, headers=claims, visitor=visitor)
        headers = edge.behind.asked[0].headers
        assert (headers["x-forwarded-for"], headers["x-forwarded-proto"]) == (visitor, "http")
        assert headers["host"] == HOST
        assert "9.9.9.9" not in str(headers)

    def test_behind_a_load_balancer(self) -> None:
        """What a trusted one says counts, the last address before it."""
        trust = "set_real_ip_from 127.0.0.0/8; real_ip_header X-Forwarded-For; real_ip_recursive on;"
        with place("edge", real_ip=trust) as found:
            found.ask(WEB, headers={"X-Forwarded-For": "9.9.9.9, 192.0.2.7"})
            assert found.behind.asked[0].headers["x-forwarded-for"] == "192.0.2.7"

    def test_the_log_tells_nothing_about_visitors(self, edge: Place) -> None:
        """Neither addresses nor queries."""
        visitor = next(visitors)
        edge.ask(f"{WEB}loader.js?token=geheim", visitor=visitor)
        eventually(lambda: "loader.js" in edge.nginx.log())
        assert "geheim" not in edge.nginx.log()
        assert visitor not in edge.nginx.log()


class TestServers:
    def test_a_visitor_stays_at_one(self, edge: Place) -> None:
        """By the cookie or the token; many visitors use both servers."""
        for number in range(30):
            cookie = {"Cookie": f"stria_session=visitor-{number}"}
            assert [edge.status(WEB, headers=cookie) for _ in range(2)] == [200, 200]
            token = {"Authorization": f"Bearer visitor-{number}"}
            assert [edge.status(WEB, headers=token) for _ in range(2)] == [200, 200]
        places = [a.address for a in edge.behind.asked]
        assert places[::2] == places[1::2]
        assert set(places) == set(ADDRESSES)

    @pytest.mark.parametrize(("path", "method"), [(f"{WEB}webhook", "POST"), (f"{WEB}session", "DELETE")])
    @pytest.mark.parametrize("dead", ADDRESSES)
    def test_one_dies_with_a_request(self, edge: Place, dead: str, path: str, method: str) -> None:
        """The other one gets it, once, with the whole body; nobody notices."""
        edge.behind.dying.add(dead)
        for number in range(12):
            cookie = {"Cookie": f"stria_session=visitor-{number}"}
            assert edge.status(path, method, body=b'{"id": 1}', headers=cookie) == 200
        alive = [a for a in edge.behind.asked if a.address != dead]
        assert len(alive) == 12
        assert {a.body for a in alive} == {b'{"id": 1}'}

    def test_all_are_dead(self, edge: Place) -> None:
        """It says so in the form of the channel, at once."""
        edge.behind.dying.update(ADDRESSES)
        answer, body = edge.ask(f"{WEB}webhook", "POST", b"{}")
        assert (answer.status, json.loads(body)["error"]["code"]) == (503, "unavailable")
        assert len(edge.behind.asked) <= 2

    def test_replies_come_as_they_are_made(self, edge: Place) -> None:
        """A line is passed on before the next one is there."""
        with socket.create_connection((LOOPBACK, edge.nginx.port), timeout=20) as connection:
            connection.sendall(f"GET {WEB}slow HTTP/1.1\r\nHost: {HOST}\r\n\r\n".encode())
            seen = b""
            while b"first" not in seen:
                seen += connection.recv(4096)
            assert b"second" not in seen
            edge.behind.go_on.set()
            while b"second" not in seen:
                seen += connection.recv(4096)

    def test_servers_come_and_go(self) -> None:
        """Their name is looked up again: a new server is used, one that left is not, without a restart."""
        with place("edge") as found:
            found.names.names = {"behind.test": ADDRESSES[1:]}

            def only_the_second() -> bool:
                found.behind.asked.clear()
                for number in range(10):
                    found.ask(WEB, headers={"Cookie": f"stria_session={number}"})
                return {a.address for a in found.behind.asked} == {ADDRESSES[1]}

            eventually(only_the_second)


class TestBalancer:
    @pytest.fixture(scope="class")
    def balancer(self) -> Iterator[Place]:
        """The balancer in front of two action servers."""
        with place("actions") as found:
            yield found

    def test_both_work(self, balancer: Place) -> None:
        """Calls go to one after the other."""
        balancer.behind.asked.clear()
        assert {balancer.status("/webhook", "POST", body=b"{}") for _ in range(6)} == {200}
        assert {a.address for a in balancer.behind.asked} == set(ADDRESSES)

    def test_one_dies_with_a_call(self, balancer: Place) -> None:
        """The other one gets it."""
        balancer.behind.dying.add(ADDRESSES[0])
        assert {balancer.status("/webhook", "POST", body=b"x" * 2_000_000) for _ in range(4)} == {200}
        balancer.behind.dying.clear()

    @pytest.mark.parametrize("path", ["/", "/actions", "/webhook/x"])
    def test_all_else_is_hidden(self, balancer: Place, path: str) -> None:
        """The list of actions, too."""
        assert balancer.status(path) == 404
