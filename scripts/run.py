"""Starts the assistant on this machine: the action server and Rasa, until Ctrl-C."""

from __future__ import annotations

import os

from scripts._env import run_command, say
from scripts._ports import Ports, read_ports
from scripts._stack import demo_is_on, prepare, serve


def welcome(ports: Ports, *, token: bool, demo: bool) -> str:
    """Returns what is shown when both servers answer.

    Args:
        ports: Where they listen.
        token: Whether Rasa's API asks for a token.
        demo: Whether the demo page is on.
    """
    address = f"{ports.rasa_url}/webhooks/rest/webhook"
    page = f"  In a browser        {ports.rasa_url}/ (demo page: a clinic's website with the chat)"
    lines = [
        "",
        "Stria is ready.",
        "",
        *([page] if demo else []),
        "  Talk in a terminal  make chat" + (f" PORT={ports.rasa}" if ports.rasa != 5005 else ""),
        f"  Chat endpoint       {address}",
        f"  Try it              curl -s {address} -H 'Content-Type: application/json' \\",
        """                        -d '{"sender": "me", "message": "does it hurt?"}'""",
        "  Stop                Ctrl-C",
        "",
    ]
    if token:
        lines.insert(-1, "  The API asks for the token in RASA_TOKEN; the chat endpoint does not.")
    return "\n".join(lines)


def main() -> int:
    """Prepares and runs the assistant; returns the exit status."""
    ports = read_ports()
    prepare(ports)
    say("Starting the action server and Rasa (about ten seconds) ...")
    token = bool(os.environ.get("RASA_TOKEN"))
    status = serve(ports, lambda: say(welcome(ports, token=token, demo=demo_is_on(ports))))
    say("Stopped.")
    return status


if __name__ == "__main__":
    run_command(main)
