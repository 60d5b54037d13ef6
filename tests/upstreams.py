"""Stands in for servers behind an nginx: the same port at several addresses of this machine."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from tests.stack import free_port

#: Loopback has many addresses.
ADDRESSES = ("127.0.1.1", "127.0.1.2")


@dataclass(frozen=True)
class Asked:
    """A request that arrived: at which server, and what it was."""

    address: str
    method: str
    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Upstreams:
    """What arrived, and how it is answered."""

    port: int
    asked: list[Asked] = field(default_factory=list)
    #: Servers that take a request and end the connection.
    dying: set[str] = field(default_factory=set)
    #: Whoever asks for `/slow` gets the second half of the answer after this.
    go_on: threading.Event = field(default_factory=threading.Event)


@contextlib.contextmanager
def upstreams(addresses: Sequence[str] = ADDRESSES) -> Iterator[Upstreams]:
    """Serves at all addresses until the end of the block."""
    behind = Upstreams(free_port())
    servers = [_server(behind, address) for address in addresses]
    try:
        yield behind
    finally:
        behind.go_on.set()
        for server in servers:
            server.shutdown()
            server.server_close()


@contextlib.contextmanager
def vanished(address: str, port: int) -> Iterator[None]:
    """Lets connections to an address hang, as to that of a container that is gone: nobody there refuses them."""
    with socket.socket() as listener, contextlib.ExitStack() as queued:
        listener.bind((address, port))
        listener.listen(0)
        # One that waits fills the queue; what comes now is not answered.
        for _ in range(2):
            waiting = queued.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex((address, port))
        yield


def _server(behind: Upstreams, address: str) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            self._answer()

        def do_POST(self) -> None:
            self._answer()

        def do_DELETE(self) -> None:
            self._answer()

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            headers = {name.lower(): value for name, value in self.headers.items()}
            body = self.rfile.read(length)
            behind.asked.append(Asked(address, self.command, self.path, headers, body))
            if address in behind.dying:
                self.close_connection = True
                return
            self.send_response(200)
            self.send_header("Transfer-Encoding", "chunked")
            self.end_headers()
            self._chunk(b"first\n")
            if "/slow" in self.path:
                behind.go_on.wait(20)
            self._chunk(b"second\n")
            self._chunk(b"")

        def _chunk(self, data: bytes) -> None:
            self.wfile.write(f"{len(data):x}\r\n".encode() + data + b"\r\n")

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer((address, behind.port), Handler)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
