"""data/clinic.yml: what is read, and what can't be."""

from __future__ import annotations

from datetime import date, time
from typing import Any

import pytest

from assistant.handover.clinic_file import Clinic, clinic, read

BASE: dict[str, Any] = {"consent_version": "2026-11"}


def test_the_file_of_the_project() -> None:
    """It says nothing that somebody could take for a real clinic's, and has a text to agree to."""
    found = clinic()
    assert (dict(found.contact), found.zone, any(found.hours), found.phone_region) == ({}, None, False, "")
    assert found.consent_version


def test_all_that_can_be_said() -> None:
    """Quoted or not, as YAML has it."""
    found, problems = read(
        {
            "contact": {"phone": " +49 30  901820 ", "email": "a@b.org", "website": "", "address": None},
            "hours": {
                "time_zone": "UTC",
                "monday": "9:00-12:30,14:00 - 24:00",
                "closed": [date(2026, 12, 25)],
            },
            "phone_region": "de",
            "consent_version": "1",
        }
    )
    assert problems == []
    assert found.contact == {"phone": "+49 30 901820", "email": "a@b.org"}
    assert found.hours[0] == ((time(9), time(12, 30)), (time(14), time(0)))
    assert (found.closed, found.phone_region) == (frozenset((date(2026, 12, 25),)), "DE")


@pytest.mark.parametrize(
    ("data", "key", "problem"),
    [
        (None, "", "no sections"),
        ({**BASE, "telephone": "1"}, "telephone", "nothing reads 'telephone'"),
        ({**BASE, "contact": "a@b.org"}, "contact", "contact is no section"),
        ({**BASE, "contact": {"fax": "1"}}, "fax", "nothing reads 'fax'"),
        ({**BASE, "contact": {"phone": 49301}}, "phone:", "phone is no text"),
        ({**BASE, "hours": {"monday": "09:00-10:00"}}, "time_zone", "hours need a time zone"),
        ({**BASE, "hours": {"time_zone": "Berlin"}}, "time_zone", "there is no time zone 'Berlin'"),
        ({**BASE, "hours": {"time_zone": "../UTC"}}, "time_zone", "there is no time zone '../UTC'"),
        ({**BASE, "hours": {"time_zone": "UTC", "monday": "9-17"}}, "monday:", "monday: '9-17' are no hours"),
        (
            {**BASE, "hours": {"time_zone": "UTC", "monday": "17:00-09:00"}},
            "monday:",
            "monday: '17:00-09:00' are no hours",
        ),
        (
            {**BASE, "hours": {"time_zone": "UTC", "sunday": "09:00-12:00, 11:00-13:00"}},
            "sunday:",
            "sunday: '09:00-12:00, 11:00-13:00' are no hours",
        ),
        ({**BASE, "hours": {"closed": "2026-12-25"}}, "closed:", "closed is no list of days"),
        ({**BASE, "hours": {"closed": ["25.12."]}}, "25.12.", "closed: '25.12.' is no day"),
        ({}, "consent_version", "consent_version has to be a short text"),
        ({"consent_version": "x" * 33}, "consent_version", "consent_version has to be a short text"),
    ],
)
def test_what_is_wrong(data: Any, key: str, problem: str) -> None:
    """Each is named with the word to look for, and a remedy."""
    found, problems = read(data)
    assert [(p.key, p.text) for p in problems] == [(key, problem)]
    assert problems[0].remedy
    assert isinstance(found, Clinic)
