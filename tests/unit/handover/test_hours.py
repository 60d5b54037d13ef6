"""What patients are told about the clinic's hours and ways."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from assistant.handover import hours
from assistant.handover.clinic_file import Clinic, read

FILE = {
    "hours": {
        "time_zone": "Europe/Berlin",
        "monday": "09:00-12:30, 14:00-18:00",
        "friday": "20:00-24:00",
        "saturday": "00:00-02:00",
        "closed": ["2026-12-25"],
    },
    "consent_version": "1",
}


def clinic(**changes: object) -> Clinic:
    """Returns a clinic of a file, which has nothing wrong with it."""
    found, problems = read({**FILE, **changes})
    assert problems == []
    return found


@pytest.mark.parametrize(
    ("now", "is_open", "change"),
    [
        ("2026-11-30T08:00+00:00", True, "2026-11-30T12:30+01:00"),  # 09:00 in Berlin
        ("2026-11-30T07:59+00:00", False, "2026-11-30T09:00+01:00"),
        ("2026-11-30T11:30+00:00", False, "2026-11-30T14:00+01:00"),  # 12:30: just closed
        ("2026-11-30T17:00+00:00", False, "2026-12-04T20:00+01:00"),
        ("2026-12-04T22:59+00:00", True, "2026-12-05T00:00+01:00"),
        ("2026-12-04T23:00+00:00", True, "2026-12-05T02:00+01:00"),
        ("2026-12-24T12:00+00:00", False, "2026-12-26T00:00+01:00"),  # Friday is closed
        ("2026-03-29T12:00+00:00", False, "2026-03-30T09:00+02:00"),  # summer time begins
    ],
)
def test_opening(now: str, is_open: bool, change: str) -> None:
    """In the clinic's own time, with its closed days."""
    found = hours.opening(clinic(), datetime.fromisoformat(now))
    assert found == (is_open, datetime.fromisoformat(change))


def test_unknown_hours() -> None:
    """Nothing is known without hours, and nothing when it never opens."""
    now = datetime.now(timezone.utc)
    assert hours.opening(Clinic(), now) is None
    days = [f"2026-{m:02}-{d:02}" for m in (1, 2, 3) for d in range(1, 29)]
    shut = clinic(hours={"time_zone": "UTC", "monday": "09:00-10:00", "closed": days})
    assert hours.opening(shut, datetime(2026, 1, 1, tzinfo=timezone.utc)) is None


@pytest.mark.parametrize(
    ("now", "said"),
    [
        ("2026-11-30T08:00+00:00", "It is open now, until 12:30."),
        ("2026-11-30T07:00+00:00", "It is closed now and opens today at 09:00."),
        ("2026-11-30T17:00+00:00", "It is closed now and opens on Friday at 20:00."),
        ("2026-12-04T22:00+00:00", "It is open now, until 24:00."),
    ],
)
def test_texts(monkeypatch: pytest.MonkeyPatch, now: str, said: str) -> None:
    """As a sentence."""
    monkeypatch.setattr(hours, "clinic", clinic)
    assert hours.hours_text(datetime.fromisoformat(now)) == said


def test_a_later_opening_has_its_date(monkeypatch: pytest.MonkeyPatch) -> None:
    """A weekday alone would mean the next one."""
    days = ["2026-12-04", "2026-12-05", "2026-12-07"]
    monkeypatch.setattr(hours, "clinic", lambda: clinic(hours={**FILE["hours"], "closed": days}))  # type: ignore[dict-item]
    said = hours.hours_text(datetime.fromisoformat("2026-12-01T12:00+00:00"))
    assert said == "It is closed now and opens on Friday, 2026-12-11, at 20:00."


def test_ways(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the file has, and nothing that it does not have."""
    monkeypatch.setattr(hours, "clinic", lambda: Clinic(contact={"phone": "+49 30 901820"}))
    assert hours.reach_text() == "You can reach the clinic yourself: phone: +49 30 901820."
    monkeypatch.setattr(hours, "clinic", Clinic)
    assert "call or write" in hours.reach_text()
    assert hours.hours_text() == ""
