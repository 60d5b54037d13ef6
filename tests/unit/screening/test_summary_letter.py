"""The summary as text for the clinic: what the chat shows, why, and who, when and which versions."""

from __future__ import annotations

import pytest
from hypothesis import given, settings

from assistant.screening.record import CheckRecord
from assistant.screening.report import Circumstances, Patient
from assistant.screening.summary import summary_text
from assistant.screening.summary_letter import moment, summary_letter
from tests.unit.screening.records import ANN, CIRCUMSTANCES, CONSENT, at, full, records

SETTINGS = settings(max_examples=100, deadline=None, derandomize=True, database=None)


@pytest.mark.parametrize(
    "line",
    [
        "Why: Answered with yes, and on the document's list: a fever or high temperature.",
        "Patient: Ann Example",
        "Phone: +44 20 7946 0000",
        "E-mail: ann@mail.example",
        "Agreed that the clinic gets this: 2026-11-22 11:00 UTC+01:00, text 2026-11",
        "Number: S-17",
        "State: finished, changed later",
        "Last answer: 2026-11-22 09:36 UTC",
        "Channel: web",
        "Language: en",
        "Questionnaire: http://clinic.example/fhir/Questionnaire/laser-stretch-mark-screening|1.0.0",
    ],
)
def test_lines(line: str) -> None:
    """It starts with the summary of the chat; the rest stands below, a line each."""
    letter = summary_letter(full(), Circumstances("S-17", "web", consent=CONSENT, patient=ANN))
    assert letter.startswith(summary_text(full()))
    assert line in letter.splitlines()


def test_unknown() -> None:
    """What is not known has no line; that nobody is named is said."""
    letter = summary_letter(CheckRecord())
    assert "Patient: The patient has not said who they are." in letter
    assert [w for w in ("Phone", "Number", "Channel", "Last answer", "Why", "Agreed") if w in letter] == []


def test_partly() -> None:
    """A patient who gave a phone number only has no empty lines."""
    letter = summary_letter(full(), Circumstances(consent=CONSENT, patient=Patient(phone="020 7946 0000")))
    assert "Phone: 020 7946 0000" in letter
    assert "Patient:" not in letter


@SETTINGS
@given(records(), CIRCUMSTANCES)
def test_any(record: CheckRecord, about: Circumstances) -> None:
    """Whatever was typed, it can be written, and no control character reaches a terminal."""
    letter = summary_letter(record, about)
    letter.encode()
    assert [c for c in letter if c != "\n" and not c.isprintable() and ord(c) < 160 and c not in "\t\r"] == []


def test_moment() -> None:
    """Times are told with their zone."""
    assert moment(at(0)) == "2026-11-22 09:30 UTC"
    assert moment("2026-11-22T11:00:00+05:30") == "2026-11-22 11:00 UTC+05:30"
