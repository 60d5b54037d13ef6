"""An nginx of deploy/nginx with stand-ins for the servers behind it, and the names by which it finds them."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

from scripts._ports import LOOPBACK
from tests.edge import HOST, make_edge
from tests.names import NameServer
from tests.nginx import Nginx, make_nginx
from tests.ports import free_port
from tests.upstreams import ADDRESSES, Upstreams, upstreams
from tests.waiting import eventually

WEB = "/webhooks/web/"
#: Visitors: each test has addresses of its own, so that no limit of another one counts.
visitors = (f"127.0.{a}.{b}" for a, b in itertools.product(range(2, 250), range(1, 250)))


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
        source = (visitor or next(visitors), 0)
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
