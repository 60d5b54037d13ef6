"""Starts the inbox for the clinic's staff, until Ctrl-C: a process of its own, beside the assistant."""

from __future__ import annotations

import os

from clinic import database, staff
from clinic.inbox.server import serve
from clinic.inbox.settings import InboxSettingError, InboxSettings
from scripts._env import CommandError, run_command, say


def read_settings() -> InboxSettings:
    """Returns the settings.

    Raises:
        CommandError: One is wrong.
    """
    try:
        return InboxSettings.read(os.environ)
    except InboxSettingError as error:
        raise CommandError(str(error)) from None


def welcome(settings: InboxSettings, members: int) -> str:
    """Returns what is shown when it answers."""
    lines = ["", f"The inbox is ready: {settings.address}"]
    if settings.sso_header:
        lines.append(f"  Who may come in is the proxy's to say, in the header {settings.sso_header}.")
    elif not members:
        lines.append("  Nobody can log in yet. In a second terminal: make inbox-user NAME=anna")
    return "\n".join([*lines, "  Stop                Ctrl-C", ""])


def main() -> int:
    """Serves the inbox; returns the exit status."""
    settings = read_settings()
    try:
        members = len(staff.members())
    except database.ClinicDatabaseError as error:
        raise CommandError(
            f"the clinic's database can't be used ({error}); is {database.URL} right?"
        ) from None
    try:
        serve(settings, lambda: say(welcome(settings, members)))
    except OSError as error:
        raise CommandError(
            f"port {settings.port} can't be used ({error.strerror}); choose another one with INBOX_PORT"
        ) from None
    return 0


if __name__ == "__main__":
    run_command(main)
