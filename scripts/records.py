"""Writes the record of processing for the clinic's privacy officer, from the configuration in force.

    make records                               text, on the terminal
    make records FORMAT=html OUT=record.html   a page to read and print

It holds nothing about any patient. Its words are in data/records.yml.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import sys
import time
import warnings
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from assistant.datafiles import DataFileError
from clinic import database
from clinic.database import ClinicDatabaseError
from clinic.records import Amount, Configuration, as_page, as_text, day_of, record, without_login
from scripts import _quiet
from scripts._env import QUIET, ROOT, CommandError, project_file, run_command, say, shown
from scripts._ports import read_ports
from scripts._stack import rasa_settings
from scripts.connect import SECTION
from scripts.purge import session_days
from scripts.summary import write

FORMATS = ("text", "html")


def channels(credentials: Path) -> tuple[str, ...]:
    """Returns the names of the messengers that credentials.yml and the environment switch on.

    Raises:
        CommandError: The settings of one are wrong.
    """
    from rasa.shared.exceptions import RasaException
    from rasa.shared.utils.io import read_config_file

    found = []
    for place, settings in read_config_file(str(credentials)).items():
        if not place.startswith(SECTION):
            continue
        module, _, kind = place.rpartition(".")
        try:
            if getattr(import_module(module), kind).read(settings) is not None:
                found.append(place.removeprefix(SECTION).split(".")[0])
        except RasaException as error:
            raise CommandError(str(error)) from None
    return tuple(found)


def amounts(store: Any) -> list[Amount]:
    """Returns how much there is in the tables of the tracker store.

    Raises:
        CommandError: The store can't count.
    """
    import sqlalchemy as sa
    from rasa.core.tracker_store import SQLTrackerStore

    from rasa_ext.stores import claims, erased, received
    from rasa_ext.stores.wrappers import innermost

    inner = innermost(store)
    if not isinstance(inner, SQLTrackerStore):
        raise CommandError("the tracker store of endpoints.yml is no SQL store")
    beside = (claims, erased, received)
    for each in beside:
        each.prepare(inner.engine)
    found = []
    with inner.session_scope() as session:
        columns = {"events": inner.SQLEvent.timestamp}
        columns |= {table.name: table.c.at for table in (each.table for each in beside)}
        for name, age in columns.items():
            count, oldest = session.query(sa.func.count(age), sa.func.min(age)).one()
            found.append(Amount(name, int(count), day_of(oldest)))
    return found


def configuration(folder: Path) -> Configuration:
    """Returns what is in force, by the endpoints.yml and credentials.yml of a folder."""
    from rasa.core.tracker_store import TrackerStore
    from rasa.core.utils import AvailableEndpoints

    from assistant.knowledge.content import content
    from rasa_ext.stores import retention
    from rasa_ext.stores.wrappers import innermost

    endpoints = AvailableEndpoints.read_endpoints(str(folder / "endpoints.yml"))
    store: Any = TrackerStore.create(endpoints.tracker_store)
    events = str(getattr(getattr(innermost(store), "engine", None), "url", type(store).__name__))
    return Configuration(
        environ=os.environ,
        channels=channels(folder / "credentials.yml"),
        conversation_days=session_days(folder) if retention.can_purge(innermost(store)) else None,
        amounts=amounts(store),
        places=[
            ("events, stria_claims, stria_erased, stria_received", without_login(events)),
            ("clinic_*", without_login(database.url())),
        ],
        version=version(),
        document=content_hash(content().document),
        now=time.time(),
    )


def content_hash(document: str) -> str:
    """Returns the hash of the document, as the summary tells it."""
    return hashlib.sha256(document.encode()).hexdigest()


def version() -> str:
    """Returns the version of the project."""
    with contextlib.suppress(OSError):
        told = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
        if found := re.search(r'^version = "([^"]+)"', told, re.MULTILINE):
            return found[1]
    # An image has no such file; the tag of the image tells it.
    return "unknown"


def made(folder: Path, form: str) -> str:
    """Returns the record for the configuration of a folder.

    Raises:
        CommandError: A file or a database can't be used; it says which.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    warnings.showwarning = _quiet.show_warning
    # The paths in endpoints.yml start at the project's folder.
    os.chdir(ROOT)
    try:
        found = record(configuration(folder))
    except CommandError:
        raise
    except DataFileError as error:
        raise CommandError(str(error)) from None
    except ClinicDatabaseError as error:
        raise CommandError(
            f"the clinic's database can't be read ({error}); is STRIA_CLINIC_DB right?"
        ) from None
    except Exception as error:
        # Type only: the message of an exception may hold what a patient typed.
        kind = type(error).__name__
        raise CommandError(
            f"the conversations can't be counted ({kind}); is STRIA_DB their database?"
        ) from None
    return as_page(found) if form == "html" else as_text(found)


def form_of(environ: Mapping[str, str]) -> str:
    """Returns the form that FORMAT asks for.

    Raises:
        CommandError: There is none of that name.
    """
    form = environ.get("FORMAT") or "text"
    if form not in FORMATS:
        raise CommandError(f"FORMAT={form} is not known; use one of {', '.join(FORMATS)}")
    return form


def main() -> int:
    """Prints or writes the record; returns the exit status."""
    form, named = form_of(os.environ), os.environ.get("OUT", "")
    out = Path(named).expanduser().absolute() if named else None
    for name, value in rasa_settings(read_ports(), os.environ).items():
        os.environ.setdefault(name, value)
    text = made(project_file("endpoints.yml").parent, form)
    if out is None:
        sys.stdout.write(text)
        return 0
    write(text.encode(), out)
    say(f"Written: {shown(out)}")
    return 0


if __name__ == "__main__":
    run_command(main)
