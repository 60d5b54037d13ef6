"""The two servers of the assistant: starts them through honcho, waits for them, stops them.

As a program (`python -m scripts._stack`) it starts what `prepare` has made ready.
"""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from types import FrameType

from honcho.manager import Manager

from scripts import _http
from scripts._env import (
    ROOT,
    VAR,
    CommandError,
    child_environment,
    module,
    project_file,
    run_command,
    shown,
)
from scripts._model import model_path
from scripts._ports import LOOPBACK, Ports, read_ports, require_free

START_SECONDS = 240
#: In what Rasa says about its version; its root address may hold the demo page.
RASA_SIGN = '"minimum_compatible_version"'
#: What the demo page loads; without it Rasa's own greeting is at the root address.
DEMO_SIGN = "/webhooks/web/loader.js"


def rasa_command(ports: Ports, environ: Mapping[str, str]) -> list[str]:
    """Returns how Rasa is started: on the loopback interface only, with its API."""
    command = [*module("rasa"), "run", "-i", LOOPBACK, "-p", str(ports.rasa)]
    command += ["--enable-api", "--model", shown(model_path())]
    for option in ("endpoints", "credentials"):
        command += [f"--{option}", shown(project_file(f"{option}.yml"))]
    token = environ.get("RASA_TOKEN")
    return [*command, "--auth-token", token] if token else command


def rasa_settings(ports: Ports, environ: Mapping[str, str]) -> dict[str, str]:
    """Returns the variables that endpoints.yml reads."""
    database = shown(VAR / "stria.db")
    return {
        "ACTION_ENDPOINT_URL": f"{ports.actions_url}/webhook",
        "STRIA_DB": environ.get("STRIA_DB") or database,
    }


def actions_command(ports: Ports) -> list[str]:
    """Returns how the action server is started; its address is set by SANIC_HOST."""
    return [*module("rasa_sdk"), "--quiet", "--actions", "actions", "--port", str(ports.actions)]


def prepare(ports: Ports) -> None:
    """Makes everything ready to start: free ports, readable data, a current model, `var/`.

    Raises:
        CommandError: When something stands in the way.
    """
    from scripts.train import ensure_model  # here: the program form needs none of it

    require_free(ports)
    check = [sys.executable, "-m", "assistant.check", "--quick"]
    if subprocess.run(check, cwd=ROOT, env=child_environment(), check=False).returncode != 0:
        raise CommandError("the data files cannot be used; correct what is named above and try again")
    ensure_model()
    VAR.mkdir(exist_ok=True)


def rasa_state(ports: Ports, token: str | None) -> str:
    """Returns the state of Rasa: `down`, `other` (another program), `no model` or `ready`."""
    status, body = _http.get(f"{ports.rasa_url}/version")
    if status == 0:
        return "down"
    if RASA_SIGN not in body:
        return "other"
    status, _ = _http.get(f"{ports.rasa_url}/status", token=token)
    # A token that is not ours says nothing about the model.
    return "no model" if status == 409 else "ready"


def actions_are_up(ports: Ports) -> bool:
    """Tells whether the action server answers."""
    status, body = _http.get(f"{ports.actions_url}/health")
    try:
        return status == 200 and json.loads(body).get("status") == "ok"
    except (ValueError, AttributeError):
        return False


def demo_is_on(ports: Ports) -> bool:
    """Tells whether Rasa shows the demo page at its root address."""
    status, body = _http.get(f"{ports.rasa_url}/")
    return status == 200 and DEMO_SIGN in body


class Stack(Manager):  # type: ignore[misc]  # honcho has no type hints
    """Both servers as one thing: it is ready when both answer and stops when either does."""

    def __init__(self, ports: Ports, on_ready: Callable[[], None]) -> None:
        """Prepares both processes; `loop` starts them.

        Args:
            ports: Where they listen.
            on_ready: Called once when both answer.
        """
        super().__init__()
        self.problem: str | None = None
        self._ports = ports
        self._on_ready = on_ready
        self._stop_asked = False
        rasa = child_environment(rasa_settings(ports, os.environ))
        # Its own default is every interface, and it has neither a password nor a need for guests.
        actions = child_environment({"SANIC_HOST": os.environ.get("ACTIONS_HOST", LOOPBACK)})
        for name, command, environment in (
            ("actions", actions_command(ports), actions),
            ("rasa", rasa_command(ports, os.environ), rasa),
        ):
            self.add_process(name, f"exec {shlex.join(command)}", env=environment, cwd=str(ROOT))

    def terminate(self) -> None:
        """Stops both processes; honcho calls it on a signal and when one of them has ended."""
        if not self._all_started():
            # honcho cannot stop what has no process id yet; the watcher does it a moment later.
            self._stop_asked = True
        elif not self._terminating:
            self.problem = self.problem or self._what_ended()
            super().terminate()

    def _what_ended(self) -> str | None:
        ended = [name for name, process in self._processes.items() if "returncode" in process]
        what = {"rasa": "Rasa", "actions": "the action server"}
        return f"{what[ended[0]]} ended by itself, so the rest was stopped" if ended else None

    def _start(self) -> None:
        super()._start()
        # After honcho has forked: a thread does not survive a fork.
        threading.Thread(target=self._watch, daemon=True).start()

    def _system_print(self, data: str) -> None:
        """Keeps honcho's own notes ("rasa started (pid=...)") off the terminal."""

    def _watch(self) -> None:
        """Waits until both answer; stops them when that does not happen."""
        while not self._all_started():
            time.sleep(0.02)
        if self._stop_asked:
            self.terminate()
        end = time.monotonic() + START_SECONDS
        while not self._terminating:
            state = rasa_state(self._ports, os.environ.get("RASA_TOKEN"))
            if state == "ready" and actions_are_up(self._ports):
                self._on_ready()
                return
            if state == "no model":
                self.problem = "Rasa could not load the model; train it again: make train FORCE=1"
            elif time.monotonic() > end:
                self.problem = f"the servers did not answer within {START_SECONDS} s"
            if self.problem:
                self.terminate()
                return
            time.sleep(0.2)


def serve(ports: Ports, on_ready: Callable[[], None]) -> int:
    """Runs both servers until a signal stops them; returns the exit status 0.

    Args:
        ports: Where they listen.
        on_ready: Called once when both answer.

    Raises:
        CommandError: When one of them ended or never answered.
    """

    def hang_up(_signal: int, _frame: FrameType | None) -> None:
        # A closed terminal must not leave servers behind; honcho itself only knows SIGTERM.
        os.kill(os.getpid(), signal.SIGTERM)

    signal.signal(signal.SIGHUP, hang_up)
    stack = Stack(ports, on_ready)
    stack.loop()
    if stack.problem:
        raise CommandError(stack.problem)
    return 0


if __name__ == "__main__":
    run_command(lambda: serve(read_ports(), lambda: None))
