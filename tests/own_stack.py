"""An assistant of a test file's own: with settings, and with processes that may be killed and restarted."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any

from scripts import _http
from scripts._env import child_environment
from scripts._ports import LOOPBACK
from tests.stack import Service, Stack, start_stack
from tests.waiting import eventually

READY_SECONDS = 120.0
#: For rates that no test reaches by accident.
MANY = "100000/minute"


class OwnStack(Stack):
    """A running assistant whose processes the tests may stop, kill and start again."""

    settings: dict[str, str]

    @property
    def port(self) -> int:
        """Rasa's port."""
        return int(self.url.rsplit(":", 1)[1])

    def query(self, sql: str, *values: str) -> list[Any]:
        """Returns rows of the database of the conversations."""
        assert self.folder is not None
        with closing(sqlite3.connect(self.folder / "stria.db")) as database:
            return database.execute(sql, values).fetchall()

    def senders(self) -> dict[str, int]:
        """Returns how many events there are of each conversation."""
        return dict(self.query("SELECT sender_id, count(*) FROM events GROUP BY sender_id"))

    def newest_sender(self, beginning: str = "") -> str:
        """Returns the conversation in which something happened last, of those that begin so."""
        newest = "SELECT sender_id FROM events WHERE sender_id LIKE ? ORDER BY id DESC LIMIT 1"
        return str(self.query(newest, f"{beginning}%")[0][0])

    def user_turns(self, sender: str) -> list[str]:
        """Returns what was typed, as the tracker has it."""
        return [str(e["text"]) for e in self.events(sender) if e["event"] == "user"]

    def events(self, sender: str) -> list[dict[str, Any]]:
        """Returns the events of a conversation, as Rasa tells them."""
        return list(self.client.tracker(sender)["events"])

    def database_bytes(self) -> bytes:
        """Returns the whole database, with its write-ahead log."""
        assert self.folder is not None
        return b"".join(p.read_bytes() for p in self.folder.glob("stria.db*"))

    def ready(self) -> tuple[int, Any]:
        """Returns status and body of the web channel's readiness; status 0 when nobody answers."""
        status, body = _http.get(f"{self.url}/webhooks/web/")
        return status, json.loads(body) if status else {}

    def kill(self, name: str) -> None:
        """Kills a process as a crash would, with SIGKILL."""
        service = self.service(name)
        os.killpg(service.process.pid, signal.SIGKILL)
        service.process.wait(READY_SECONDS)

    def start(self, name: str) -> None:
        """Starts it again with the same settings, at the same port, and waits until all is well."""
        old = self.service(name)
        log = old.log.with_name(f"{name}-{time.time_ns()}.log")
        self.services[self.services.index(old)] = Service.start(name, self.command(name), log, self.settings)
        eventually(lambda: self.ready()[0] == 200, READY_SECONDS)

    @contextmanager
    def frozen(self, name: str) -> Iterator[None]:
        """Stops a process for a while, as if it were hopelessly busy."""
        pid = self.service(name).process.pid
        os.killpg(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.killpg(pid, signal.SIGCONT)

    def service(self, name: str) -> Service:
        """Returns one of the processes: `actions` or `rasa`."""
        return next(s for s in self.services if s.name == name)

    def command(self, name: str) -> list[str]:
        """Returns how a process was started."""
        arguments = self.service(name).process.args
        assert isinstance(arguments, list)
        return [str(part) for part in arguments]

    def all_logs(self) -> str:
        """Returns what all processes have printed so far."""
        assert self.folder is not None
        return "\n".join(p.read_text(errors="replace") for p in self.folder.glob("*.log"))


def start_own(settings: Mapping[str, str]) -> OwnStack:
    """Returns a newly started assistant.

    Args:
        settings: Variables of the environment; `STRIA_WEB_SECRET` among them, so that sessions
            outlive a restart.
    """
    stack = start_stack(settings)
    own = OwnStack(stack.client, stack.services, stack.folder)
    actions = own.command("actions")
    port = actions[actions.index("--port") + 1]
    own.settings = child_environment(
        {
            "ACTION_ENDPOINT_URL": f"http://{LOOPBACK}:{port}/webhook",
            "STRIA_DB": f"{own.folder}/stria.db",
            "STRIA_CLINIC_DB": f"sqlite:///{own.folder}/clinic.db",
            "SANIC_HOST": LOOPBACK,
            **settings,
        }
    )
    return own
