"""The requests of patients on the command line: what the inbox shows, without it.

    make requests                            lists those that are open
    SEARCH="ann" make requests STATE=all     looks in name, phone, e-mail and wish
    make requests ID=0B6F6A52                shows one; FORMAT=html, fhir or csv tells it in another form
    make requests ID=0B6F6A52 STATE=done     sets the state: new, in_progress or done
    make requests ID=0B6F6A52 RETRY=1        lets the assistant try again now what could not be delivered
    make requests FAILED=1                   lists those of which a delivery failed
    make requests FORMAT=csv OUT=file        all that are found, for a spreadsheet; FORMAT=fhir for systems

What a patient is called stands before make: what stands behind it is in the list of processes, which all users of
the machine can read. Everything is kept in the audit, under the name of who runs it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from datetime import datetime, timezone
from pathlib import Path

from assistant.datafiles import DataFileError
from assistant.screening.fhir import to_json
from assistant.screening.fhir_values import clean
from clinic import database, export, listing, outbox
from clinic.listing import OPEN, Listed, Query
from clinic.requests import STATES
from scripts._env import CommandError, caller, run_command, say
from scripts.summary import write

FORMATS = ("text", "html", "csv", "fhir")
ALL = "all"
RETRIED = "It is tried again now: by the assistant within seconds when it runs, else by make deliver.\n"


def who() -> str:
    """Returns under which name the audit knows this command."""
    return caller("make requests")


def lines(found: listing.Found, query: Query) -> str:
    """Returns the list, a line or two each; nothing in it steers the terminal."""
    if not found.requests:
        return "No request fits.\n"
    shown = []
    for one in found.requests:
        ways = ", ".join(way for way in (one.phone, one.email) if way)
        late = " (not delivered yet)" if one.late else ""
        when = f"{datetime.fromtimestamp(one.created, timezone.utc):%Y-%m-%d %H:%M} UTC"
        by = f" by {_line(one.by)}" if one.by else ""
        head = (
            f"{when}  {one.state + by:<11}  {one.number}  {_line(one.name) or 'no name'}: {_line(ways)}{late}"
        )
        shown += [head, *([f"    {_line(one.wish)}"] if one.wish else [])]
    total = f"{found.total} {'request' if found.total == 1 else 'requests'}"
    kind = f" {query.state.replace('_', ' ')}" if query.state else ""
    return "\n".join([*shown, f"{total}{kind}. Show one: make requests ID=...", ""])


def one(request: Listed, form: str) -> str:
    """Returns one request in a form.

    Raises:
        CommandError: It can't be told in this form.
    """
    try:
        if form == "html":
            return export.as_page(request)
        if form == "fhir":
            return to_json(export.as_response(request))
    except export.NoSummaryError as error:
        raise CommandError(str(error)) from None
    return export.as_csv([request]) if form == "csv" else export.as_text(request)


def many(query: Query, form: str) -> str:
    """Returns all requests that a query finds, in a form, or as a list.

    Raises:
        CommandError: They can't be told in this form.
    """
    found = listing.find(query, who(), most=None)
    if not form:
        return lines(found, query)
    if form == "html":
        raise CommandError("FORMAT=html is for one request: name it with ID=...")
    try:
        if form == "fhir":
            text = to_json(export.as_bundle(found.requests))
        elif form == "csv":
            text = export.as_csv(found.requests)
        else:
            text = "\n".join(export.as_text(request) for request in found.requests)
    except export.NoSummaryError as error:
        raise CommandError(str(error)) from None
    listing.exported(found.requests, who(), form)
    return text


def told(environ: Mapping[str, str]) -> str:
    """Does what the variables ask for; returns what to print.

    Raises:
        CommandError: It can't be done.
    """
    number, form, state = (environ.get(name, "").strip() for name in ("ID", "FORMAT", "STATE"))
    if form and form not in FORMATS:
        raise CommandError(f"FORMAT={form} is not known; use one of {', '.join(FORMATS)}")
    if not number:
        if state not in ("", ALL, OPEN, *STATES):
            raise CommandError(f"STATE={state} is not known; use one of {', '.join((*STATES, OPEN, ALL))}")
        shown = "" if state == ALL else state or OPEN
        return many(Query(environ.get("SEARCH", ""), shown, environ.get("FAILED", "") == "1"), form)
    if state and state not in STATES:
        raise CommandError(f"STATE={state} can't be set; use one of {', '.join(STATES)}")
    known = listing.id_of(number)
    if known is None:
        raise CommandError("there is no request of this ID or number; make requests lists them")
    if environ.get("RETRY", "").strip() == "1":
        return RETRIED if outbox.retry(who(), known) else "No delivery of this request has failed.\n"
    if state:
        listing.set_state(known, state, who())
        return f"The request is now {state.replace('_', ' ')}.\n"
    found = listing.one(known, who(), None if form else listing.VIEW)
    if found is None:
        raise CommandError("the request was erased in this moment")
    text = one(found, form)
    if form:
        listing.exported([found], who(), form)
    return text


def main() -> int:
    """Prints or writes what the variables ask for; returns the exit status."""
    named = os.environ.get("OUT", "")
    try:
        text = told(os.environ)
    except database.ClinicDatabaseError as error:
        raise CommandError(
            f"the clinic's database can't be used ({error}); is {database.URL} right?"
        ) from None
    except DataFileError as error:
        raise CommandError(str(error)) from None
    if not named:
        sys.stdout.write(text)
        return 0
    out = Path(named).expanduser().absolute()
    write(text.encode(), out)
    say(f"Written: {out}")
    return 0


def _line(text: str) -> str:
    return " ".join(clean(text).split()) if text else ""


if __name__ == "__main__":
    run_command(main)
