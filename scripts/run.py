"""Starts the assistant on this machine: the action server and Rasa, until Ctrl-C."""

from __future__ import annotations

import os

from scripts._env import run_command, say
from scripts._ports import Ports, read_ports
from scripts._stack import prepare, serve


def welcome(ports: Ports, *, token: bool) -> str:
    """Returns what is shown when both servers answer."""
    address = f"{ports.rasa_url}/webhooks/rest/webhook"
    lines = [
        "",
        "Stria is ready.",
        "",
        f"  Chat endpoint       {address}",
        f"  Try it              curl -s {address} -H 'Content-Type: application/json' \\",
        """                        -d '{"sender": "me", "message": "does it hurt?"}'""",
        "  Talk in a terminal  make chat" + (f" PORT={ports.rasa}" if ports.rasa != 5005 else ""),
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
    status = serve(ports, lambda: say(welcome(ports, token=token)))
    say("Stopped.")
    return status


if __name__ == "__main__":
    run_command(main)
