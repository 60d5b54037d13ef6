"""Takes a conversation over, so that the assistant is silent in it, or gives it back.

    make takeover                          lists what is taken over
    make takeover SENDER=... [WHO=anna]    the assistant says so once, and is silent
    make giveback SENDER=... [WHO=anna]    it answers again

The servers see it some seconds later, without a restart. More: docs/takeover.md.
"""

from __future__ import annotations

import asyncio
import os
import sys
import warnings
from datetime import datetime, timezone
from typing import Any

from clinic import takeovers
from clinic.database import URL, ClinicDatabaseError
from clinic.takeover_watch import EVERY
from scripts import _quiet
from scripts._env import QUIET, ROOT, CommandError, run_command, say
from scripts._ports import read_ports
from scripts._stack import rasa_settings

#: Who does it, in the audit, when nobody is named.
NOBODY = "command line"


def known(sender: str) -> bool:
    """Tells whether there is such a conversation; True as well when the store can't tell.

    Raises:
        CommandError: The store can't be read.
    """
    for name, value in {**QUIET, **rasa_settings(read_ports(), os.environ)}.items():
        os.environ.setdefault(name, value)
    warnings.showwarning = _quiet.show_warning
    # The paths in endpoints.yml start at the project's folder.
    os.chdir(ROOT)
    from rasa.core.tracker_store import InMemoryTrackerStore

    from rasa_ext.channels import stores
    from scripts.summary import open_store

    async def found(store: Any) -> bool:
        return await stores.load(store, sender) is not None

    try:
        store = open_store()
        return isinstance(stores.innermost(store), InMemoryTrackerStore) or asyncio.run(found(store))
    except Exception as error:
        # Type only: the message of an exception may hold what a patient typed.
        kind = type(error).__name__
        raise CommandError(f"the conversation can't be read ({kind}); is STRIA_DB its database?") from None


def listing() -> str:
    """Returns a line for each conversation that is taken over."""
    from assistant.screening.fhir_values import clean

    found = takeovers.taken().values()
    if not found:
        return "No conversation is taken over. Take one over with make takeover SENDER=...\n"
    # Names come from outside: nothing in them may steer the terminal.
    lines = [
        f"{datetime.fromtimestamp(t.since, timezone.utc):%Y-%m-%d %H:%M} UTC  {clean(t.by)}  "
        f"{clean(t.conversation)}"
        for t in found
    ]
    return "\n".join(["Taken over; give one back with make giveback SENDER=...", *lines, ""])


def take(sender: str, who: str) -> str:
    """Takes a conversation over and returns what to tell.

    Raises:
        CommandError: There is no such conversation, or somebody has it already.
    """
    if not known(sender):
        raise CommandError("there is no conversation of that name; make summary lists those with a check")
    if not takeovers.take(sender, who):
        raise CommandError("it is taken over already; make takeover tells by whom")
    return (
        f"Taken over. Within {EVERY:.0f} seconds the assistant is silent in it, except in an emergency.\n"
        "Give it back with make giveback SENDER=...\n"
    )


def give_back(sender: str, who: str) -> str:
    """Gives a conversation back and returns what to tell.

    Raises:
        CommandError: Nobody has taken it over.
    """
    if not takeovers.give_back(sender, who):
        raise CommandError("nobody has taken over a conversation of that name; make takeover lists them")
    return f"Given back. Within {EVERY:.0f} seconds the assistant answers in it again.\n"


def main() -> int:
    """Does what the first argument and SENDER ask for; returns the exit status."""
    gives = sys.argv[1:] == ["giveback"]
    if not gives and sys.argv[1:] != ["takeover"]:
        raise CommandError("say takeover or giveback")
    sender, who = os.environ.get("SENDER", ""), os.environ.get("WHO", "").strip() or NOBODY
    try:
        told = (give_back if gives else take)(sender, who) if sender else listing()
    except ValueError as error:
        raise CommandError(f"SENDER or WHO: {error}") from None
    except ClinicDatabaseError as error:
        raise CommandError(f"the clinic's database can't be used ({error}); is {URL} right?") from None
    say(told.rstrip("\n"))
    return 0


if __name__ == "__main__":
    run_command(main)
