"""Stands between a client and a server and counts bytes and round trips."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

from scripts._ports import LOOPBACK

_CHUNK = 65536


@dataclass
class Wire:
    """What has passed so far.

    Attributes:
        port: where the client connects.
        sent, received: bytes of the client, and bytes of the server.
        turns: how often the client spoke again after the server had; each is a round trip.
    """

    port: int
    sent: int = 0
    received: int = 0
    turns: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def snapshot(self) -> tuple[int, int]:
        """Returns bytes of both directions together, and round trips."""
        with self._lock:
            return self.sent + self.received, self.turns


@contextmanager
def counted(port: int) -> Iterator[Wire]:
    """Counts what goes to a port of this machine, for those who connect to `Wire.port` instead."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        wire = Wire(listener.getsockname()[1])
        threading.Thread(target=_accept, args=(listener, port, wire), daemon=True).start()
        yield wire


def _accept(listener: socket.socket, port: int, wire: Wire) -> None:
    # It ends when the listener is closed.
    with suppress(OSError):
        while True:
            client, _ = listener.accept()
            try:
                server = socket.create_connection((LOOPBACK, port))
            except OSError:
                client.close()  # as if it had asked the server itself, which does not listen yet
                continue
            spoke = [True]  # whether the server has spoken since the client did; the first word counts
            for ours, theirs, up in ((client, server, True), (server, client, False)):
                ours.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                work = (ours, theirs, up, wire, spoke)
                threading.Thread(target=_copy, args=work, daemon=True).start()


def _copy(source: socket.socket, target: socket.socket, up: bool, wire: Wire, spoke: list[bool]) -> None:
    with suppress(OSError):
        while data := source.recv(_CHUNK):
            with wire._lock:
                if up:
                    wire.sent += len(data)
                    wire.turns += spoke[0]
                else:
                    wire.received += len(data)
                spoke[0] = not up
            target.sendall(data)
    for one in (source, target):
        with suppress(OSError):
            one.shutdown(socket.SHUT_RDWR)
            one.close()
