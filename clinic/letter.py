"""A request in the forms in which it leaves the house: text, page and JSON."""

from __future__ import annotations

from typing import Any

from assistant.screening.fhir import questionnaire_response
from assistant.screening.fhir_rules import check_response
from assistant.screening.fhir_values import clean
from assistant.screening.summary import open_questions
from assistant.screening.summary_letter import moment, summary_letter
from assistant.screening.summary_page import summary_page
from assistant.wording import wording
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
    check = request.check
    if request.slots is None:
        return wording("handover.letter.unreadable") + "\n"
    if check is not None and (check.answered or check.off_list):
        return summary_letter(check, request.about)
    lines = [wording("handover.letter.no_check")]
    if check is not None and check.red_flags:
        lines.append(wording("summary.red_flags"))
    if check is not None and check.unanswered:
        lines.append(clean(wording("summary.questions", questions="; ".join(open_questions(check)))))
    return "\n".join(lines) + "\n"


def page(request: Request) -> str | None:
    """Return the summary as a page to print; None without a check."""
    check = request.check
    return summary_page(check, request.about) if check else None


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
    check = request.check
    if check is None:
        return None
    resource = questionnaire_response(check, request.about)
    # Better none than one that breaks a rule; the text beside it tells the same.
    return None if check_response(resource) else resource
