"""HTTP over a bare socket: requests that no library would send, and what comes back."""

from __future__ import annotations

import contextlib
import re
import socket
import struct
import time
from collections.abc import Sequence
from dataclasses import dataclass

from scripts._ports import LOOPBACK

#: Seconds after which a server that says nothing and does not hang up counts as hanging.
PATIENCE = 15.0
_STATUS = re.compile(rb"HTTP/1\.[01] (\d{3}) ")


class HangError(AssertionError):
    """The server neither answered nor hung up."""


@dataclass(frozen=True)
class Request:
    """The parts of a request, of which each may be nonsense; `raw` puts them together."""

    method: bytes
    target: bytes
    headers: tuple[tuple[bytes, bytes], ...] = ()
    body: bytes = b""
    version: bytes = b"HTTP/1.1"
    #: Whether Content-Length tells the truth; else it is among the headers, or missing.
    measured: bool = True

    def raw(self, *, last: bool = True) -> bytes:
        """Returns the bytes; the last request of a connection asks to close it."""
        headers = list(self.headers)
        if self.measured and (self.body or self.method not in (b"GET", b"HEAD", b"OPTIONS")):
            headers.append((b"Content-Length", b"%d" % len(self.body)))
        if last:
            headers.append((b"Connection", b"close"))
        head = b" ".join((self.method, self.target, self.version))
        return b"\r\n".join((head, *(n + b": " + v for n, v in headers), b"", self.body))


def exchange(port: int, *parts: bytes, pause: float = 0.0, quiet: float = PATIENCE) -> list[int]:
    """Sends parts one by one and reads until the server hangs up; returns the statuses in it.

    Args:
        port: Where the server listens, on this machine.
        parts: What is sent.
        pause: Seconds between the parts.
        quiet: Seconds without an answer after which we say that nothing more will come.

    Raises:
        HangError: The server does not hang up, even then.
    """
    with connected(port) as wire:
        with contextlib.suppress(ConnectionError):
            for number, part in enumerate(parts):
                if number and pause:
                    time.sleep(pause)
                wire.sendall(part)
        answer, ended = _rest(wire, quiet)
        if not ended and quiet < PATIENCE:
            with contextlib.suppress(OSError):
                wire.shutdown(socket.SHUT_WR)
            more, ended = _rest(wire, PATIENCE)
            answer += more
        if not ended:
            raise HangError(f"no end after {PATIENCE} s; so far {statuses(answer)}")
        return statuses(answer)


def abandon(port: int, part: bytes) -> None:
    """Sends something and is gone at once, without a word of farewell (RST)."""
    with connected(port) as wire:
        with contextlib.suppress(ConnectionError):
            wire.sendall(part)
        wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def connected(port: int) -> socket.socket:
    """Returns a new connection."""
    wire = socket.create_connection((LOOPBACK, port), timeout=PATIENCE)
    wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return wire


def statuses(answer: bytes) -> list[int]:
    """Returns the statuses of the answers in some bytes."""
    return [int(status) for status in _STATUS.findall(answer)]


def _rest(wire: socket.socket, quiet: float) -> tuple[bytes, bool]:
    """Reads until the other side hangs up, or says nothing for so many seconds; tells whether it hung up."""
    found = b""
    wire.settimeout(quiet)
    while True:
        try:
            part = wire.recv(65_536)
        except ConnectionError:
            return found, True
        except TimeoutError:
            return found, False
        if not part:
            return found, True
        found += part


def ok(port: int, targets: Sequence[bytes]) -> bool:
    """Tells whether plain GETs of these are answered with 200."""
    return all(exchange(port, Request(b"GET", target).raw()) == [200] for target in targets)
