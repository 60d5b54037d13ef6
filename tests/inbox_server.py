"""The inbox as a process of its own, with an empty database, for tests with real browsers and clients."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clinic import database, staff
from scripts import _http
from scripts._env import ROOT, child_environment
from scripts._ports import LOOPBACK
from tests.inbox import NAME, PASSWORD
from tests.silence import silence
from tests.stack import free_port

START_SECONDS = 60.0


@dataclass
class InboxServer:
    """A running inbox."""

    port: int
    process: subprocess.Popen[bytes]
    log: Path

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://{LOOPBACK}:{self.port}"

    def stop(self) -> int:
        """Asks it to stop; returns its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


def start_inbox(folder: Path, **variables: str) -> InboxServer:
    """Returns a new inbox that answers. This process uses the same database from now on.

    Args:
        folder: for the log, and for the database when `variables` name none.
        variables: of the environment.
    """
    port = free_port()
    url = variables.get(database.URL) or f"sqlite:///{folder / 'clinic.db'}"
    os.environ[database.URL] = url
    database.close()
    staff.set_password(NAME, PASSWORD, "a test")
    settings = {
        database.URL: url,
        "INBOX_PORT": str(port),
        "STRIA_INBOX_SECRET": "a secret for tests of the inbox!",
        **variables,
    }
    log = folder / "inbox.log"
    with log.open("wb") as file:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts.inbox"],
            cwd=ROOT, env=child_environment(settings), stdout=file, stderr=file, start_new_session=True,
        )  # fmt: skip
    server = InboxServer(port, process, log)
    end = time.monotonic() + START_SECONDS
    while _http.get(f"{server.url}/health")[0] != 200:
        assert process.poll() is None, log.read_text()
        assert time.monotonic() < end, log.read_text()
        time.sleep(0.05)
    return server


@contextmanager
def inbox(folder: Path, **variables: str) -> Iterator[InboxServer]:
    """Runs an inbox for a while."""
    before = os.environ.get(database.URL)
    server = start_inbox(folder, **variables)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.process.kill()
            server.process.wait()
        silence.listen_below(folder)
        database.close()
        os.environ.pop(database.URL, None)
        if before is not None:
            os.environ[database.URL] = before
