"""Starts the real assistant for tests: action server and Rasa on free ports, with a new database.

Nothing is trained here: `models/stria.tar.gz` must exist (`make train`).
"""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from scripts import _http
from scripts._env import ROOT, child_environment
from scripts._model import model_path
from scripts._ports import LOOPBACK, Ports
from scripts._stack import actions_are_up, actions_command, rasa_command, rasa_state
from tests.client import Button, Client, Reply, StackError
from tests.ports import free_port
from tests.silence import silence

__all__ = [
    "Button", "Client", "Reply", "Service", "Stack", "StackError", "free_port", "running_stack", "start_stack",
]  # fmt: skip

START_SECONDS = float(os.environ.get("STRIA_TEST_START_SECONDS", "240"))
STOP_SECONDS = 10.0
TAIL_LINES = 40


@dataclass
class Service:
    """One process of the assistant, the leader of its own process group, and its log file."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    @classmethod
    def start(cls, name: str, command: list[str], log: Path, env: dict[str, str]) -> Service:
        """Starts the command in the project's folder; everything it prints goes to the log."""
        with log.open("wb") as out:
            process = subprocess.Popen(
                command,
                cwd=ROOT,
                env=env,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        return cls(name, process, log)

    def size(self) -> int:
        """Returns how many bytes the log has now."""
        return self.log.stat().st_size if self.log.exists() else 0

    def tail(self, lines: int = TAIL_LINES, since: int = 0) -> str:
        """Returns the last lines of the log, at most those written after byte `since`."""
        if not self.log.exists():
            return ""
        text = self.log.read_bytes()[since:].decode("utf-8", "replace")
        return "\n".join(text.splitlines()[-lines:])

    def stop(self) -> None:
        """Ends the whole process group, by force when it does not go by itself."""
        # The second signal is for children that ignored the first.
        for sign in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, sign)
            with contextlib.suppress(subprocess.TimeoutExpired):
                self.process.wait(STOP_SECONDS)


@dataclass
class Stack:
    """A running assistant: its client and, when the tests started it, its processes."""

    client: Client
    services: list[Service]
    folder: Path | None = None

    @property
    def url(self) -> str:
        """The address of the Rasa server."""
        return self.client.url

    def marks(self) -> list[int]:
        """Returns where the logs end now, for `logs(since=...)`."""
        return [service.size() for service in self.services]

    def logs(self, since: list[int] | None = None, lines: int = TAIL_LINES) -> str:
        """Returns the tail of each log, with the name of its process above it."""
        starts = since or [0] * len(self.services)
        parts = []
        for service, start in zip(self.services, starts, strict=False):
            tail = service.tail(lines, start)
            parts.append(f"--- {service.name} ({service.log})\n{tail or '(nothing)'}")
        return "\n".join(parts)

    def stop(self, keep_logs: bool = False) -> None:
        """Ends the processes, Rasa first, and removes the folder unless told to keep it."""
        for service in reversed(self.services):
            service.stop()
        if self.folder is not None:
            silence.listen_below(self.folder)
        if self.folder is not None and not keep_logs:
            shutil.rmtree(self.folder, ignore_errors=True)


def running_stack(url: str) -> Stack:
    """Returns the assistant that runs at an address already; raises StackError when there is none."""
    status, _ = _http.get(f"{url.rstrip('/')}/")
    if status != 200:
        raise StackError(f"STRIA_TEST_URL: no assistant answers at {url}")
    return Stack(Client(url), [])


def start_stack(settings: Mapping[str, str] | None = None) -> Stack:
    """Returns a newly started assistant.

    Args:
        settings: Variables of the environment for its processes.

    Raises:
        StackError: With the tail of the logs, when the assistant does not become ready.
    """
    _need_files()
    folder = Path(tempfile.mkdtemp(prefix="stria-test-"))
    ports = Ports(free_port(), free_port())
    env = child_environment(
        {
            "ACTION_ENDPOINT_URL": f"{ports.actions_url}/webhook",
            "STRIA_DB": str(folder / "stria.db"),
            "STRIA_CLINIC_DB": f"sqlite:///{folder}/clinic.db",
            "SANIC_HOST": LOOPBACK,
            "STRIA_WEB_SECRET": secrets.token_urlsafe(48),
            "RASA_TOKEN": "",
            **(settings or {}),
        }
    )
    stack = Stack(Client(ports.rasa_url, token=env.get("RASA_TOKEN", "")), [], folder)
    try:
        for name, command in (
            ("actions", actions_command(ports)),
            ("rasa", rasa_command(ports, settings or {})),
        ):
            stack.services.append(Service.start(name, command, folder / f"{name}.log", env))
        _wait(stack, ports)
    except BaseException:
        stack.stop(keep_logs=True)
        raise
    return stack


def _need_files() -> None:
    """Says what is missing before anything is started."""
    model = model_path()
    if not model.exists():
        where = model.relative_to(ROOT) if ROOT in model.parents else model
        raise StackError(f"there is no model at {where}: run `make train` first")
    for name in ("endpoints.yml", "credentials.yml"):
        if not (ROOT / name).exists():
            raise StackError(f"{name} is missing in {ROOT}")


def _wait(stack: Stack, ports: Ports) -> None:
    """Waits until both answer; fails as soon as one of them has ended."""
    deadline = time.monotonic() + START_SECONDS
    while True:
        for service in stack.services:
            if (status := service.process.poll()) is not None:
                raise StackError(f"{service.name} ended with status {status} while starting\n{stack.logs()}")
        state = rasa_state(ports, None)
        if state == "no model":
            raise StackError(f"Rasa could not load the model (`make train`)\n{stack.logs()}")
        if state == "ready" and actions_are_up(ports):
            return
        if time.monotonic() > deadline:
            raise StackError(f"not ready after {START_SECONDS:.0f} s\n{stack.logs()}")
        time.sleep(0.2)
