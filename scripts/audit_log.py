"""What staff and commands did with requests: make audit-log (WHO=anna, ACTION=view, LINES=50)."""

from __future__ import annotations

import os
import sys
from datetime import datetime, timezone

from assistant.screening.fhir_values import clean
from clinic import audit, database
from scripts._env import CommandError, run_command

LINES = 50


def read_lines(text: str) -> int:
    """Returns how many lines to show.

    Raises:
        CommandError: It is no number.
    """
    if not text:
        return LINES
    if not (text.isascii() and text.isdecimal() and len(text) < 8 and 1 <= int(text) <= 1_000_000):
        raise CommandError(f"LINES={text} is no number from 1 to 1000000")
    return int(text)


def told(entries: list[audit.Entry], total: int) -> str:
    """Returns the entries, the latest last, as logs are read."""
    shown = [
        f"{datetime.fromtimestamp(e.at, timezone.utc):%Y-%m-%d %H:%M:%S} UTC  {clean(e.who)}  {clean(e.action)}"
        + (f"  {clean(e.what)}" if e.what else "")
        for e in reversed(entries)
    ]
    return "\n".join([*shown, f"{len(entries)} of {total}.", ""])


def main() -> int:
    """Prints them; returns the exit status."""
    most = read_lines(os.environ.get("LINES", "").strip())
    try:
        entries, total = audit.find(os.environ.get("WHO", ""), os.environ.get("ACTION", ""), most=most)
    except database.ClinicDatabaseError as error:
        raise CommandError(
            f"the clinic's database can't be used ({error}); is {database.URL} right?"
        ) from None
    sys.stdout.write(told(entries, total))
    return 0


if __name__ == "__main__":
    run_command(main)
