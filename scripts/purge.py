"""Erases once what has been kept for too long, for a timer of the machine (cron). The server does it, too.

Conversations: the stores of endpoints.yml, the days of the web channel in credentials.yml. The clinic's
data: its database (STRIA_CLINIC_DB), the days of data/retention.yml.
"""

from __future__ import annotations

import asyncio
import os
import warnings
from pathlib import Path
from typing import Any

from assistant.datafiles import DataFileError
from assistant.retention import FILE
from clinic.database import ClinicDatabaseError
from scripts import _quiet
from scripts._env import QUIET, ROOT, CommandError, run_command, say
from scripts._ports import read_ports
from scripts._stack import rasa_settings

#: What a row of each kind is called.
_NAMES = {
    "requests_done": "request(s) that were done",
    "requests_open": "request(s) that were not done",
    "questions": "question(s)",
    "audit": "line(s) of the audit",
    "counts": "count(s)",
}
WEB = "rasa_ext.channels.web.WebInput"


def session_days(folder: Path) -> int:
    """Returns after how many days a conversation expires, by the folder's credentials.yml."""
    from rasa.shared.exceptions import RasaException
    from rasa.shared.utils.io import read_config_file

    from rasa_ext.channels.settings import Settings

    try:
        values = read_config_file(str(folder / "credentials.yml")).get(WEB)
        return Settings(WEB, values).number("session_days", 30, 1, 400)
    except RasaException as error:
        raise CommandError(str(error)) from None


async def purge(folder: Path, days: int) -> tuple[int, dict[str, int]]:
    """Returns how many conversations were erased in the stores of the folder's endpoints.yml, and what else."""
    from rasa.core.lock_store import LockStore
    from rasa.core.tracker_store import TrackerStore
    from rasa.core.utils import AvailableEndpoints

    from rasa_ext.stores import retention

    endpoints = AvailableEndpoints.read_endpoints(str(folder / "endpoints.yml"))
    store: Any = TrackerStore.create(endpoints.tracker_store)
    if not retention.can_purge(store):
        raise CommandError("the tracker store of endpoints.yml is no SQL store")
    erased = await retention.purge(store, LockStore.create(endpoints.lock_store), days)
    return erased, await retention.purge_clinic(store, days)


def purge_once(folder: Path) -> int:
    """Erases what has expired, with the stores and settings of a folder; returns the exit status.

    Raises:
        CommandError: It did not work.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    warnings.showwarning = _quiet.show_warning
    # The paths in endpoints.yml start at the project's folder.
    os.chdir(ROOT)
    days = session_days(folder)
    try:
        erased, of_clinic = asyncio.run(purge(folder, days))
    except CommandError:
        raise
    except DataFileError as error:
        raise CommandError(str(error)) from None
    except ClinicDatabaseError as error:
        raise CommandError(f"the clinic's data could not be erased ({error})") from None
    except Exception as error:
        # Type only: the message of an exception may hold what a patient typed.
        raise CommandError(f"the conversations could not be erased ({type(error).__name__})") from None
    what = "conversation" if erased == 1 else "conversations"
    say(f"Erased {erased} {what} without a message in the last {days} days.")
    rows = [f"{count} {_NAMES[kind]}" for kind, count in of_clinic.items() if count]
    if rows:
        say(f"Erased of the clinic's data, by data/{FILE}: {', '.join(rows)}.")
    return 0


def main() -> int:
    """Erases what has expired here; returns the exit status."""
    for name, value in rasa_settings(read_ports(), os.environ).items():
        os.environ.setdefault(name, value)
    return purge_once(ROOT)


if __name__ == "__main__":
    run_command(main)
