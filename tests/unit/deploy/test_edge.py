"""The edge and the balancer of deploy/nginx, with the real nginx and stand-ins for the servers."""

from __future__ import annotations

import contextlib
import itertools
import json
import socket
import ssl
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse
from pathlib import Path

import pytest

from scripts._ports import LOOPBACK
from tests.edge import HOST, make_certificate, make_edge
from tests.names import NameServer
from tests.nginx import Nginx, make_nginx
from tests.stack import free_port
from tests.upstreams import ADDRESSES, Upstreams, upstreams, vanished
from tests.waiting import eventually

WEB = "/webhooks/web/"
#: Visitors: each test has addresses of its own, so that no limit of another one counts.
_visitors = (f"127.0.{a}.{b}" for a, b in itertools.product(range(2, 250), range(1, 250)))


@dataclass
class Place:
    """An nginx, the servers behind it, and the names by which it finds them."""

    nginx: Nginx
    behind: Upstreams
    names: NameServer

    def ask(
        self,
        path: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: dict[str, str] | None = None,
        visitor: str = "",
    ) -> tuple[HTTPResponse, bytes]:
        """Sends a request as it is typed; returns the answer and its body."""
        source = (visitor or next(_visitors), 0)
        connection = HTTPConnection(LOOPBACK, self.nginx.port, timeout=20, source_address=source)
        with contextlib.closing(connection):
            connection.request(method, path, body, {"Host": HOST, **(headers or {})})
            answer = connection.getresponse()
            return answer, answer.read()

    def asked_by_one_request(self) -> set[str]:
        """Returns the servers that one request is tried with."""
        self.behind.asked.clear()
        self.ask(WEB)
        return {asked.address for asked in self.behind.asked}

    def status(self, path: str, method: str = "GET", **more: object) -> int:
        """Returns the status of an answer."""
        return self.ask(path, method, **more)[0].status  # type: ignore[arg-type]


@contextlib.contextmanager
def place(kind: str, certificate: Path | None = None, real_ip: str = "") -> Iterator[Place]:
    """Runs an nginx in front of two servers until the end of the block."""
    names = NameServer()
    names.names = {"behind.test": ADDRESSES}
    with upstreams() as behind:
        server = f"behind.test:{behind.port}"
        if kind == "edge":
            nginx = make_edge(names.address, server, certificate, real_ip)
        else:
            port = free_port()
            settings = {"STRIA_ACTIONS": server, "STRIA_BALANCER_PORT": str(port)}
            nginx = make_nginx("actions", port, {"NGINX_LOCAL_RESOLVERS": names.address, **settings})
        nginx.start()
        found = Place(nginx, behind, names)
        try:
            probe = f"{WEB}ready" if kind == "edge" else "/health"
            if certificate is None:
                eventually(lambda: found.status(probe) == 200)
            behind.asked.clear()
            yield found
        finally:
            nginx.stop()
            names.close()


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


@pytest.fixture(scope="module")
def certificate() -> Iterator[Path]:
    """A certificate for the edge's name, where others may read it: nginx runs as somebody else."""
    with tempfile.TemporaryDirectory(prefix="stria-tls-") as folder:
        Path(folder).chmod(0o755)
        yield make_certificate(Path(folder))


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
        visitor = next(_visitors)
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
        visitor = next(_visitors)
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
        visitor = next(_visitors)
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


def while_one_vanishes(found: Place, path: str) -> list[int]:
    """Asks again and again while a server's address is gone, and then its name too; returns the statuses."""
    gone = "127.0.1.3"
    with vanished(gone, found.behind.port), ThreadPoolExecutor(30) as pool:
        found.names.names = {"behind.test": (ADDRESSES[0], gone)}
        time.sleep(4)  # the names are looked up every two seconds
        asked = []
        for number in range(30):
            if number == 10:
                found.names.names = {"behind.test": ADDRESSES[:1]}
            asked.append(pool.submit(found.status, path, "POST", body=b"{}"))
            time.sleep(0.15)
        return [one.result() for one in asked]


class TestVanishing:
    """A container that ends takes its address with it: nothing refuses a connection, and soon its name is gone.

    What waits in this moment can't go to another one by `proxy_next_upstream`: nginx knows other servers now.
    """

    def test_at_the_edge(self) -> None:
        """Everybody is served by the one that is left."""
        with place("edge") as found:
            assert while_one_vanishes(found, f"{WEB}webhook") == [200] * 30
            assert {(a.method, a.path, a.body) for a in found.behind.asked} == {
                ("POST", f"{WEB}webhook", b"{}")
            }

    def test_at_the_balancer(self) -> None:
        """Every call is answered by the one that is left."""
        with place("actions") as found:
            assert while_one_vanishes(found, "/webhook") == [200] * 30
            assert {(a.method, a.path, a.body) for a in found.behind.asked} == {("POST", "/webhook", b"{}")}

    @pytest.mark.parametrize(("kind", "path"), [("edge", f"{WEB}webhook"), ("actions", "/webhook")])
    def test_most_are_only_starting(self, kind: str, path: str) -> None:
        """As in a rolling update of Compose: their names are known before they listen. Who listens gets it, once."""
        starting = tuple(f"127.0.1.{number}" for number in range(4, 8))
        with place(kind) as found:
            found.names.names = {"behind.test": (ADDRESSES[0], *starting)}
            time.sleep(4)
            found.behind.asked.clear()
            assert {found.status(path, "POST", body=b"{}") for _ in range(30)} == {200}
            assert len(found.behind.asked) == 30

    def test_the_checked_address_is_passed_on(self) -> None:
        """Also then."""
        with place("edge") as found:
            found.names.names = {"behind.test": ADDRESSES[:1]}
            found.behind.dying = {*ADDRESSES}
            eventually(lambda: found.asked_by_one_request() == {ADDRESSES[0]})
            found.behind.asked.clear()
            assert found.status(f"/conversations/x/../..{WEB}a%20b%0Ac/../d?x=1", "POST", body=b"{}") == 503
            assert [(a.path, a.body) for a in found.behind.asked] == [(f"{WEB}d?x=1", b"{}")] * 2


class TestTls:
    @pytest.fixture(scope="class")
    def tls(self, certificate: Path) -> Iterator[Place]:
        """An edge with a certificate."""
        with place("edge", certificate) as found:
            yield found

    def handshake(self, tls: Place, certificate: Path, name: str, most: ssl.TLSVersion | None = None) -> str:
        """Asks for the chat over TLS and returns the head of the answer."""
        context = ssl.create_default_context(cafile=str(certificate))
        if most:
            context.maximum_version = most
        with (
            socket.create_connection((LOOPBACK, tls.nginx.port), timeout=20) as bare,
            context.wrap_socket(bare, server_hostname=name) as connection,
        ):
            connection.sendall(f"GET {WEB} HTTP/1.1\r\nHost: {name}\r\n\r\n".encode())
            return connection.recv(4096).decode()

    def test_https(self, tls: Place, certificate: Path) -> None:
        """It answers under its name, tells browsers to stay with https, and Rasa that it was https."""
        eventually(lambda: " 200 " in self.handshake(tls, certificate, HOST))
        head = self.handshake(tls, certificate, HOST)
        assert "Strict-Transport-Security: max-age=31536000" in head
        assert "nginx/" not in head
        assert tls.behind.asked[-1].headers["x-forwarded-proto"] == "https"

    def test_another_name(self, tls: Place, certificate: Path) -> None:
        """There is no handshake, so no certificate tells who is here."""
        with pytest.raises(ssl.SSLError):
            self.handshake(tls, certificate, "other.example")

    def test_old_tls(self, tls: Place, certificate: Path) -> None:
        """TLS 1.1 is refused."""
        with pytest.raises((ssl.SSLError, OSError)), pytest.warns(match="TLSv1_1"):
            self.handshake(tls, certificate, HOST, ssl.TLSVersion.TLSv1_1)

    def test_http(self, tls: Place) -> None:
        """It leads to https, method and path unchanged."""
        port = int(tls.nginx.variables["STRIA_EDGE_HTTP_PORT"])
        with contextlib.closing(HTTPConnection(LOOPBACK, port, timeout=20)) as connection:
            connection.request("GET", f"{WEB}chat?a=1", headers={"Host": HOST})
            answer = connection.getresponse()
        assert (answer.status, answer.headers["location"]) == (308, f"https://{HOST}{WEB}chat?a=1")


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
