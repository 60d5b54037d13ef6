"""A receiver of webhooks: a real HTTP server on this machine that keeps what it gets."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from scripts._ports import LOOPBACK


@dataclass(frozen=True)
class Post:
    """What was posted."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """A running server; `status` and `location` are what it answers, `silent` lets it wait."""

    url: str
    status: int = 200
    location: str = ""
    silent: bool = False
    got: list[Post] = field(default_factory=list)


@contextlib.contextmanager
def receiving() -> Iterator[Receiver]:
    """Serves until the end of the block."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            """Keeps it and answers."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.got.append(Post(self.path, dict(self.headers), body))
            until = time.monotonic() + 30
            while receiver.silent and time.monotonic() < until:
                time.sleep(0.02)
            with contextlib.suppress(OSError):
                self.send_response(receiver.status)
                if receiver.location:
                    self.send_header("Location", receiver.location)
                self.send_header("Content-Length", "0")
                self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Says nothing."""

    server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
    receiver = Receiver(f"http://{LOOPBACK}:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.silent = False
        server.shutdown()
        server.server_close()
