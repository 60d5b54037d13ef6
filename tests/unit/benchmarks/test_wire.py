"""What is counted between a client and a server."""

from __future__ import annotations

import socket
import threading

from benchmarks.wire import counted
from scripts._ports import LOOPBACK
from tests.waiting import eventually


def echo(listener: socket.socket) -> None:
    """Answers each line with itself, doubled."""
    connection, _ = listener.accept()
    with connection, connection.makefile("rb") as lines:
        for line in lines:
            connection.sendall(2 * line)


def test_bytes_and_round_trips() -> None:
    """Of both directions; two lines that are sent together are one round trip."""
    with socket.create_server((LOOPBACK, 0)) as listener:
        threading.Thread(target=echo, args=(listener,), daemon=True).start()
        with counted(listener.getsockname()[1]) as wire:
            with socket.create_connection((LOOPBACK, wire.port)) as client, client.makefile("rb") as lines:
                for sent, answers in ((b"abc\n", 2), (b"d\ne\n", 4)):
                    client.sendall(sent)
                    assert [lines.readline() for _ in range(answers)]
                eventually(lambda: wire.snapshot()[0] == 8 + 16, 5)
            assert (wire.sent, wire.received, wire.turns) == (8, 16, 2)


def test_a_server_that_does_not_listen_yet() -> None:
    """The client is turned away, and may come again."""
    with socket.socket() as later:
        later.bind((LOOPBACK, 0))
        with counted(later.getsockname()[1]) as wire:
            with socket.create_connection((LOOPBACK, wire.port)) as client:
                assert client.recv(1) == b""
            later.listen()
            threading.Thread(target=echo, args=(later,), daemon=True).start()
            with socket.create_connection((LOOPBACK, wire.port)) as client:
                client.sendall(b"a\n")
                assert client.recv(1) == b"a"
