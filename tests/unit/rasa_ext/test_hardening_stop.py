"""A server that was asked to stop finishes what is under way, and nothing more."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
import time
from http.client import HTTPConnection

from scripts._env import ROOT, child_environment
from scripts._ports import LOOPBACK
from tests.stack import free_port
from tests.unit.rasa_ext.stopping import GRACE
from tests.waiting import eventually


def kept_after_the_answer(hardening: str) -> float:
    """Returns for how many seconds a connection stays open on which a server answers that is to stop."""
    port = free_port()
    server = subprocess.Popen(
        [sys.executable, "-W", "ignore", "-m", "tests.unit.rasa_ext.stopping", str(port)],
        cwd=ROOT,
        env=child_environment({"STRIA_HARDENING": hardening}),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    connection = HTTPConnection(LOOPBACK, port, timeout=60)

    def listens() -> bool:
        with contextlib.suppress(OSError):
            connection.connect()
            return True
        return False

    try:
        eventually(listens, 120)
        connection.request("GET", "/")
        # It is at work: a request that has not arrived yet is none of the server's.
        assert server.stdout
        assert server.stdout.readline() == b"begun\n"
        server.send_signal(signal.SIGTERM)
        answer = connection.getresponse()
        assert (answer.status, answer.read()) == (200, b"done")
        answered = time.monotonic()
        with contextlib.suppress(ConnectionResetError):
            assert connection.sock.recv(1) == b""
        return time.monotonic() - answered
    finally:
        connection.close()
        server.kill()
        server.communicate()


def test_stock_sanic_keeps_the_connection() -> None:
    """As long as it may, and then cuts it, whatever is under way on it."""
    assert kept_after_the_answer("off") > GRACE / 2


def test_it_ends_after_the_answer() -> None:
    """The answer comes, whole; then the connection is closed."""
    assert kept_after_the_answer("on") < GRACE / 2
