"""Prints the summary of one conversation from the tracker store: text, page, PDF or FHIR.

    make summary                                        lists conversations that have a check
    make summary SENDER=...                             text
    make summary SENDER=... FORMAT=html OUT=file        also pdf and fhir
    make summary FORMAT=questionnaire                   the Questionnaire that the FHIR resource answers

It never says who the patient is: a conversation does not hold that, and its name can be a phone number.
"""

from __future__ import annotations

import asyncio
import os
import stat
import subprocess
import sys
import tempfile
import warnings
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from assistant.datafiles import DataFileError
from scripts import _quiet
from scripts._env import QUIET, ROOT, CommandError, project_file, run_command, say
from scripts._ports import read_ports
from scripts._stack import rasa_settings
from scripts.browser import need_browser

FORMATS = ("text", "html", "pdf", "fhir", "questionnaire")
#: How many conversations are listed, the latest first.
LISTED = 20
PRINT_SECONDS = 120


def conversations(store: Any) -> list[tuple[str, float]]:
    """Returns names and times of the latest conversations in which the check, or words for it, were stored.

    Raises:
        CommandError: When the store can't be asked.
    """
    import sqlalchemy as sa
    from rasa.core.tracker_store import SQLTrackerStore

    from rasa_ext.channels import stores

    inner = stores.innermost(store)
    if not isinstance(inner, SQLTrackerStore):
        raise CommandError(
            "this tracker store can't list its conversations; name one: make summary SENDER=..."
        )
    event = inner.SQLEvent
    with inner.session_scope() as session:
        latest = sa.func.max(event.timestamp)
        found = session.query(event.sender_id, latest).filter(
            event.type_name == "slot", event.action_name == "check_record"
        )
        rows = found.group_by(event.sender_id).order_by(latest.desc()).limit(LISTED).all()
    return [(str(sender), float(time)) for sender, time in rows]


def listing(found: list[tuple[str, float]]) -> str:
    """Returns the list of conversations, a line each.

    Raises:
        CommandError: When there is none.
    """
    if not found:
        raise CommandError("no conversation has a check yet; talk to the assistant first: make chat")
    from assistant.screening.fhir_values import clean

    # A name comes from outside: nothing in it may steer the terminal.
    lines = [
        f"{datetime.fromtimestamp(time, timezone.utc):%Y-%m-%d %H:%M} UTC  {clean(sender)}"
        for sender, time in found
    ]
    return "\n".join(["Latest conversations with a check; show one with make summary SENDER=...", *lines, ""])


async def load(store: Any, sender: str) -> Any:
    """Returns the tracker of a conversation.

    Raises:
        CommandError: When there is none of that name.
    """
    from rasa_ext.channels import stores

    tracker = await stores.load(store, sender)
    if tracker is None:
        raise CommandError("there is no conversation of that name; make summary lists those with a check")
    return tracker


def open_store() -> Any:
    """Returns the tracker store of endpoints.yml, which knows the slots of the project and of its base."""
    from rasa.core.tracker_store import TrackerStore
    from rasa.core.utils import AvailableEndpoints
    from rasa.shared.core.domain import Domain

    endpoints = AvailableEndpoints.read_endpoints(str(project_file("endpoints.yml")))
    files = {str(ROOT / "domain.yml"), str(project_file("domain.yml"))}
    with warnings.catch_warnings():
        # For every domain with slots Rasa tells what has changed since its second version.
        warnings.simplefilter("ignore", UserWarning)
        domain = Domain.load(sorted(files))
    return TrackerStore.create(endpoints.tracker_store, domain)


def rendered(slots: Mapping[str, Any], channel: str, form: str) -> str:
    """Returns the summary in a form that is text (`pdf`: the page to be printed).

    Args:
        slots: of the conversation.
        channel: on which the patient wrote last.
        form: one of FORMATS, not `questionnaire`.

    Raises:
        CommandError: When there is nothing to tell, or the resource breaks a rule of FHIR.
    """
    from assistant.locales import DEFAULT, SLOT
    from assistant.screening.fhir import questionnaire_response, to_json
    from assistant.screening.fhir_rules import check_response
    from assistant.screening.record import CheckRecord
    from assistant.screening.report import Circumstances
    from assistant.screening.summary_letter import summary_letter
    from assistant.screening.summary_page import summary_page

    record = CheckRecord.from_slots(slots)
    about = Circumstances(channel=channel, language=str(slots.get(SLOT) or DEFAULT))
    if not record.tells:
        raise CommandError("this conversation has no check yet; make summary lists those with one")
    if form == "text":
        return summary_letter(record, about)
    if form != "fhir":
        return summary_page(record, about)
    resource = questionnaire_response(record, about)
    if problems := check_response(resource):
        raise CommandError(f"the summary can't be told in FHIR: {problems[0]} make check names what to mend")
    return to_json(resource)


def definition() -> str:
    """Returns the Questionnaire."""
    from assistant.screening.fhir import to_json
    from assistant.screening.questionnaire import questionnaire

    return to_json(questionnaire())


def summary(sender: str, form: str) -> str:
    """Returns the summary of a conversation, or without a name the list of conversations.

    Raises:
        CommandError: When there is none; it says what to do.
    """
    for name, value in {**QUIET, **rasa_settings(read_ports(), os.environ)}.items():
        os.environ.setdefault(name, value)
    warnings.showwarning = _quiet.show_warning
    # The paths in endpoints.yml start at the project's folder.
    os.chdir(ROOT)
    try:
        store = open_store()
        if not sender:
            return listing(conversations(store))
        tracker = asyncio.run(load(store, sender))
        return rendered(tracker.current_slot_values(), tracker.get_latest_input_channel() or "", form)
    except (CommandError, DataFileError):
        raise
    except Exception as error:
        # Type only: the message of an exception may hold what a patient typed.
        kind = type(error).__name__
        raise CommandError(f"the conversation can't be read ({kind}); is STRIA_DB its database?") from None


def print_to_pdf(page: str, out: Path) -> None:
    """Prints a page with Chromium, which needs neither a window nor the network for it.

    Raises:
        CommandError: When there is no Chromium, or it fails.
    """
    browser = need_browser()
    with tempfile.TemporaryDirectory(prefix="stria-") as folder:
        source, made = Path(folder, "summary.html"), Path(folder, "summary.pdf")
        source.write_text(page, encoding="utf-8")
        command = [browser, "--headless", "--disable-gpu", "--no-pdf-header-footer"]
        command += [f"--user-data-dir={folder}/profile", f"--print-to-pdf={made}"]
        # Chromium's sandbox can't be made by root; the page has no scripts and fetches nothing.
        command += ["--no-sandbox"] if os.geteuid() == 0 else []
        try:
            subprocess.run(
                [*command, source.as_uri()], capture_output=True, check=True, timeout=PRINT_SECONDS
            )
            write(made.read_bytes(), out)
        except (OSError, subprocess.SubprocessError) as error:
            kind = type(error).__name__
            raise CommandError(
                f"Chromium could not print it ({kind}); use FORMAT=html and print that"
            ) from None


def write(content: bytes, out: Path) -> None:
    """Writes a file that only its owner can read: it is about somebody's health.

    Raises:
        CommandError: When that is not possible.
    """
    try:
        with os.fdopen(os.open(out, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                os.fchmod(file.fileno(), 0o600)
            file.write(content)
    except OSError as error:
        raise CommandError(f"OUT={out} can't be written ({error.strerror}); name another file") from None


def main() -> int:
    """Prints or writes what the variables ask for; returns the exit status."""
    sender, form = os.environ.get("SENDER", ""), os.environ.get("FORMAT", "")
    named = os.environ.get("OUT", "")
    # From the folder in which the command was given, not the project's.
    out = Path(named).expanduser().absolute() if named else None
    if form and form not in FORMATS:
        raise CommandError(f"FORMAT={form} is not known; use one of {', '.join(FORMATS)}")
    if form == "pdf" and out is None:
        raise CommandError("a PDF needs a file: make summary SENDER=... FORMAT=pdf OUT=summary.pdf")
    if not sender and (form or out) and form != "questionnaire":
        raise CommandError("name the conversation with SENDER=...; make summary lists them")
    try:
        text = definition() if form == "questionnaire" else summary(sender, form or "text")
    except DataFileError as error:
        raise CommandError(str(error)) from None
    if out is None:
        sys.stdout.write(text)
        return 0
    print_to_pdf(text, out) if form == "pdf" else write(text.encode(), out)
    say(f"Written: {out}")
    return 0


if __name__ == "__main__":
    run_command(main)
