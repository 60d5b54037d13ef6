"""Delivers the requests that are due, once, for a timer of the machine (cron). The action server does it, too.

With RETRY=1 it also tries what was given up before.
"""

from __future__ import annotations

import os

from assistant.datafiles import DataFileError
from clinic import delivery, outbox
from clinic.database import ClinicDatabaseError
from scripts._env import ROOT, CommandError, caller, run_command, say


def deliver(*, retry: bool) -> int:
    """Delivers all that is due and says what is left; returns 1 when something was given up, else 0.

    Args:
        retry: Also what was given up before.

    Raises:
        CommandError: A setting is wrong, or the database can't be used.
    """
    if problems := delivery.wrong_settings():
        raise CommandError("; ".join(problems))
    if not delivery.ways():
        say("Nothing to deliver: requests only go to the inbox (docs/handover.md).")
        return 0
    sent = 0
    try:
        if retry:
            outbox.retry(caller("make deliver"))
        while found := delivery.deliver_one():
            sent += found == outbox.DELIVERED
        left = outbox.standing().values()
    except ClinicDatabaseError as error:
        raise CommandError(f"the clinic's database can't be used ({error})") from None
    except DataFileError as error:
        raise CommandError(str(error)) from None
    waiting, given_up = (sum(getattr(way, name) for way in left) for name in ("waiting", "given_up"))
    say(f"Delivered {sent}. Waiting: {waiting}. Given up: {given_up}.")
    return 1 if given_up else 0


def main() -> int:
    """Delivers; returns the exit status."""
    # The path of the default database starts at the project's folder.
    os.chdir(ROOT)
    return deliver(retry=bool(os.environ.get("RETRY")))


if __name__ == "__main__":
    run_command(main)
