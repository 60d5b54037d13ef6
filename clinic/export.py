"""A request in other forms: text, page to print, CSV for spreadsheets, FHIR R4."""

from __future__ import annotations

import csv
import io
import re
import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from assistant.screening.fhir import questionnaire_response
from assistant.screening.fhir_rules import check_response
from assistant.screening.fhir_values import clean
from assistant.screening.record import CheckRecord
from assistant.screening.report import Circumstances
from assistant.screening.summary_letter import summary_letter
from assistant.screening.summary_page import summary_page
from clinic.bundle import bundle, check_bundle
from clinic.listing import Listed
from clinic.requests import Request, iso

COLUMNS = (
    "id", "created", "changed", "state", "name", "phone", "email", "wish", "channel", "language",
    "consent_version", "consent_at", "result", "note", "deliveries",
)  # fmt: skip
#: What a spreadsheet takes for the start of a formula, also in wide letters.
_FORMULA = "=+@\uff1d\uff0b\uff20\uff0d-"
#: Where a cell begins: at its start, and behind what a spreadsheet of other settings would split at.
_START = re.compile(rf"(^|[;\t\r\n\v\f\x85\u2028\u2029])([\s\"']*)([{_FORMULA}])")
#: By it spreadsheets know that a file is in UTF-8.
_MARK = "\ufeff"

Made = TypeVar("Made")


class NoSummaryError(Exception):
    """There is no summary of a request. The message names the request's id and no word of a patient."""


def record_of(request: Request) -> CheckRecord | None:
    """Return the record of the check; None when no check was begun.

    Raises:
        NoSummaryError: What is stored can't be read.
    """
    if request.slots is None:
        raise NoSummaryError(f"the check of request {clean(request.id)} can't be read")
    record = request.check
    return record if record and record.tells else None


def as_letter(request: Request) -> str:
    """Return the summary as text.

    Raises:
        NoSummaryError: There is none.
        DataFileError: The Questionnaire or a wording is missing.
    """
    return made(request, summary_letter)


def made(request: Request, make: Callable[[CheckRecord, Circumstances], Made]) -> Made:
    """Return what `make` makes of the check and what is told beside it. Raises as `as_letter`."""
    record = record_of(request)
    if record is None:
        raise NoSummaryError("no check was begun")
    return guarded(request, make, record)


def as_page(request: Request) -> str:
    """Return the summary as a page to print. Raises as `as_letter`."""
    return made(request, summary_page)


def as_text(request: Listed) -> str:
    """Return the whole request as text: contact, wish, note, and the summary when there is one.

    Raises:
        DataFileError: The Questionnaire or a wording is missing.
    """
    cells = {**dict(zip(COLUMNS, _cells(request), strict=True)), "deliveries": _deliveries(request)}
    lines = [f"{name}: {clean(value)}" for name, value in cells.items() if value]
    try:
        summary = as_letter(request)
    except NoSummaryError as error:
        summary = f"{error}\n"
    return "\n".join([*lines, "", summary])


def as_response(request: Request) -> dict[str, Any]:
    """Return the QuestionnaireResponse; without a check it tells who agreed to what, and no answer.

    Raises:
        NoSummaryError: What is stored can't be read, or breaks a rule of FHIR.
        DataFileError: The Questionnaire or a wording is missing.
    """
    record = record_of(request) or CheckRecord()
    resource = guarded(request, questionnaire_response, record)
    if problems := check_response(resource):
        raise NoSummaryError(f"request {clean(request.id)} can't be told in FHIR: {problems[0]}")
    return resource


def as_bundle(requests: Iterable[Request]) -> dict[str, Any]:
    """Return the QuestionnaireResponses of many requests as a Bundle. Raises as `as_response`."""
    entries = [(_full_url(request.id), as_response(request)) for request in requests]
    found = bundle(entries)
    if problems := check_bundle(found):
        raise NoSummaryError(f"the requests can't be told in FHIR: {problems[0]}")
    return found


def as_csv(requests: Iterable[Listed]) -> str:
    """Return requests as a table for spreadsheets, of which no cell is a formula."""
    file = io.StringIO(newline="")
    writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_defused(cell) for cell in _cells(request)] for request in requests)
    return _MARK + file.getvalue()


def _cells(request: Listed) -> Sequence[str]:
    deliveries = ", ".join(f"{d.way}: {d.state}" for d in request.deliveries)
    return (
        request.id, iso(request.created), iso(request.changed), request.state, request.name, request.phone,
        request.email, request.wish, request.channel, request.locale, request.consent_version,
        iso(request.consent_at), request.outcome or "", request.note, deliveries,
    )  # fmt: skip


def _deliveries(request: Listed) -> str:
    """Return how each delivery stands, with its tries and its times."""
    told = []
    for d in request.deliveries:
        parts = [f"{d.way}: {d.state}"]
        if d.delivered is not None:
            parts.append(iso(d.delivered))
        elif d.state in ("failed", "given_up"):
            parts.append(f"tries {d.attempts}, the last error {d.error}")
            parts += [f"next try {iso(d.due)}"] if d.state == "failed" else []
        told.append(", ".join(parts))
    return "; ".join(told)


def _defused(cell: str) -> str:
    """Return a cell that no spreadsheet computes: a ' stands before what would begin a formula."""
    # A NUL, which spreadsheets leave out, could stand before the sign.
    return _START.sub(r"\1'\2\3", clean(cell)) if cell else ""


def _full_url(request_id: str) -> str:
    try:
        return uuid.UUID(request_id).urn
    except ValueError:
        return uuid.uuid5(uuid.NAMESPACE_OID, clean(request_id)).urn


def guarded(
    request: Request, make: Callable[[CheckRecord, Circumstances], Made], record: CheckRecord
) -> Made:
    """Return what `make` makes of the record, which another version or project may have stored.

    Raises:
        NoSummaryError: It can't be read.
        DataFileError: The Questionnaire or a wording is missing.
    """
    try:
        return make(record, request.about)
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError):
        raise NoSummaryError(f"the check of request {clean(request.id)} can't be read") from None
