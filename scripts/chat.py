"""A chat in the terminal, over the REST channel; starts the assistant when it is not running."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
from collections.abc import Iterator
from types import FrameType
from typing import NoReturn

from scripts import _http
from scripts._env import ROOT, VAR, CommandError, child_environment, run_command, say, shown
from scripts._ports import Ports, read_ports
from scripts._stack import START_SECONDS, actions_are_up, prepare, rasa_state
from scripts._terminal import Reply, buttons_of, message_for, render

WIDEST = 96
STOP_SECONDS = 15
LEAVE = ("exit", "quit")
#: Rasa's channel has an empty reply for nothing else.
SILENCE = "  (no answer: a person has taken over; make giveback SENDER={sender} ends it)"


def send(url: str, sender: str, message: str) -> list[Reply]:
    """Sends a message and returns the replies; there are none while a person has taken over.

    Raises:
        CommandError: When the server does not answer as it should; it says what happened.
    """
    try:
        replies = _http.post_json(url, {"sender": sender, "message": message})
    except urllib.error.HTTPError as error:
        raise CommandError(f"the server refused the message: {error.code} {error.reason}") from error
    except TimeoutError as error:
        raise CommandError("the server did not answer in time") from error
    except _http.NO_ANSWER as error:
        raise CommandError("the server cannot be reached any more; was it stopped?") from error
    except ValueError as error:
        raise CommandError("the server sent something that is no reply") from error
    if not isinstance(replies, list) or not all(isinstance(reply, dict) for reply in replies):
        raise CommandError("the server sent something that is no reply")
    return replies


def converse(ports: Ports) -> None:
    """Reads lines and shows replies until the user leaves."""
    url = f"{ports.rasa_url}/webhooks/rest/webhook"
    sender = f"terminal-{secrets.token_hex(4)}"
    prompt = "you> " if sys.stdin.isatty() else ""
    buttons: list[dict[str, str]] = []
    say("\nWrite to Stria; a number picks a button, Ctrl-D or `exit` ends.\n")
    while True:
        try:
            line = input(prompt)
        except (EOFError, KeyboardInterrupt):
            say("")
            return
        if line.strip().lower() in LEAVE:
            return
        message = message_for(line, buttons)
        if not message:
            continue
        try:
            replies = send(url, sender, message)
        except CommandError as failure:
            say(f"\n  ({failure})\n")
            continue
        except KeyboardInterrupt:
            say("")
            return
        buttons = buttons_of(replies)
        width = min(shutil.get_terminal_size().columns, WIDEST)
        say(f"\n{render(replies, width) if replies else SILENCE.format(sender=sender)}\n")


def _wait_until_ready(ports: Ports, process: subprocess.Popen[bytes], log: str) -> None:
    end = time.monotonic() + START_SECONDS
    while process.poll() is None and time.monotonic() < end:
        if rasa_state(ports, os.environ.get("RASA_TOKEN")) == "ready" and actions_are_up(ports):
            return
        time.sleep(0.2)
    raise CommandError(f"the assistant could not be started; its log is {log}")


@contextlib.contextmanager
def own_servers(ports: Ports) -> Iterator[None]:
    """Runs the assistant in the background for as long as the chat lasts.

    Raises:
        CommandError: When it cannot be started.
    """
    prepare(ports)
    log = VAR / "log" / "chat.log"
    log.parent.mkdir(parents=True, exist_ok=True)
    say("Starting the assistant (about ten seconds) ...")
    with log.open("wb") as stream:
        process = subprocess.Popen(
            [sys.executable, "-m", "scripts._stack"],
            cwd=ROOT,
            env=child_environment(),
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            # In a group of its own: Ctrl-C is for the chat, which then stops it in order.
            start_new_session=True,
        )
    try:
        _wait_until_ready(ports, process, shown(log))
        yield
    finally:
        process.terminate()
        try:
            process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()


def _leave(_signal: int, _frame: FrameType | None) -> NoReturn:
    """Turns a signal into an ordinary exit, so that what was started is stopped."""
    sys.exit(0)


def main() -> int:
    """Chats; returns the exit status."""
    with contextlib.suppress(ImportError):
        import readline  # noqa: F401  # its import gives `input` line editing and a history
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _leave)
    ports = read_ports()
    state = rasa_state(ports, os.environ.get("RASA_TOKEN"))
    if state == "other":
        raise CommandError(f"another program answers on port {ports.rasa}; set PORT to another number")
    if state == "no model":
        raise CommandError(f"the server on port {ports.rasa} has no model; stop it and run: make run")
    with own_servers(ports) if state == "down" else contextlib.nullcontext():
        converse(ports)
    return 0


if __name__ == "__main__":
    run_command(main)
