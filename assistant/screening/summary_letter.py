"""The summary for the specialist as text for the clinic, and what every form of it tells about itself."""

from __future__ import annotations

from datetime import datetime

from assistant import locales
from assistant.screening.fhir_values import clean
from assistant.screening.questionnaire import canonical, loaded
from assistant.screening.record import CheckRecord
from assistant.screening.report import NOTHING_ELSE, Circumstances, Report, report
from assistant.screening.summary import summary_text
from assistant.wording import wording


def summary_letter(record: CheckRecord, about: Circumstances = NOTHING_ELSE) -> str:
    """Return the summary as the chat shows it, what the result rests on, and what it is about.

    Raises:
        DataFileError: the Questionnaire or a wording is missing.
    """
    found = report(record, about)
    lines = [clean(line) for line in summary_text(record).splitlines() if line.strip()]
    if found.because:
        lines.append(f"{wording('summary.page.because')}: {clean(found.because)}")
    lines += ["", *(f"{name}: {clean(value)}" for name, value in about_lines(found))]
    return "\n".join(lines) + "\n"


def about_lines(found: Report) -> list[tuple[str, str]]:
    """Return who, when, where and which versions, as (name, value) without what is not known."""
    about = found.about
    patient, consent = about.patient, about.consent
    rows = [
        (wording("summary.page.patient"), patient.name if patient else wording("summary.page.no_patient")),
        (wording("summary.page.phone"), patient.phone if patient else ""),
        (wording("summary.page.email"), patient.email if patient else ""),
        (wording("summary.page.number"), about.number),
        (wording("summary.page.status"), wording(f"summary.page.{found.status}")),
        (wording("summary.page.authored"), moment(found.authored) if found.authored else ""),
        (wording("summary.page.channel"), about.channel),
        (wording("summary.page.language"), locales.shown(about.language)),
        (wording("summary.page.questionnaire"), canonical(loaded())),
        (wording("summary.page.document"), found.document),
    ]
    if consent:
        version = wording("summary.page.consent_version", version=consent.version)
        rows.insert(3, (wording("summary.page.consent"), f"{moment(consent.at)}, {version}"))
    return [(name, value) for name, value in rows if value.strip()]


def moment(at: str) -> str:
    """Return a time as people read it: "2026-11-22 09:36 UTC", or with the offset that it has."""
    time = datetime.fromisoformat(at)
    return f"{time:%Y-%m-%d %H:%M} {time.tzname()}"
