"""A request in the forms in which it leaves the house: text, page and JSON."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from assistant.screening.fhir import questionnaire_response
from assistant.screening.fhir_rules import check_response
from assistant.screening.fhir_values import clean
from assistant.screening.record import CheckRecord
from assistant.screening.report import Circumstances
from assistant.screening.summary import open_questions
from assistant.screening.summary_letter import moment, summary_letter
from assistant.screening.summary_page import summary_page
from assistant.wording import wording
from clinic.export import Made, NoSummaryError, guarded
from clinic.requests import Request, iso


def letter(request: Request) -> str:
    """Return the request as text, with the summary of the check when there is one."""
    rows = [
        ("number", request.number), ("name", request.name), ("phone", request.phone),
        ("email", request.email), ("wish", request.wish), ("created", moment(iso(request.created))),
        ("consent", f"{moment(request.consent.at)}, {request.consent.version}"),
        ("channel", request.channel),
    ]  # fmt: skip
    lines = [f"{wording(f'handover.letter.{name}')}: {clean(value)}" for name, value in rows if value]
    return "\n\n".join(["\n".join(lines), _summary(request)])


def _summary(request: Request) -> str:
    unreadable = wording("handover.letter.unreadable") + "\n"
    if request.slots is None:
        return unreadable
    try:
        return guarded(request, _of_check, request.check or CheckRecord())
    except NoSummaryError:
        return unreadable


def _of_check(check: CheckRecord, about: Circumstances) -> str:
    if check.tells:
        return summary_letter(check, about)
    lines = [wording("handover.letter.no_check")]
    if check.unanswered:
        lines.append(clean(wording("summary.questions", questions="; ".join(open_questions(check)))))
    return "\n".join(lines) + "\n"


def page(request: Request) -> str | None:
    """Return the summary as a page to print; None without a check, or when it can't be read."""
    return _made(request, summary_page)


def as_json(request: Request) -> dict[str, Any]:
    """Return the request as a webhook gets it: docs/handover.md names the fields."""
    return {
        "id": request.id,
        "number": request.number,
        "created": iso(request.created),
        "channel": request.channel,
        "locale": request.locale,
        "name": request.name,
        "phone": request.phone,
        "email": request.email,
        "wish": request.wish,
        "consent": {"version": request.consent.version, "at": request.consent.at},
        "outcome": request.outcome,
        "summary": letter(request),
        "fhir": _fhir(request),
    }


def _fhir(request: Request) -> Any:
    resource = _made(request, questionnaire_response)
    # Better none than one that breaks a rule; the text beside it tells the same.
    return None if resource is None or check_response(resource) else resource


def _made(request: Request, make: Callable[[CheckRecord, Circumstances], Made]) -> Made | None:
    check = request.check
    try:
        return guarded(request, make, check) if check else None
    except NoSummaryError:
        return None
