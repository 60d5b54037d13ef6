"""What data/clinic.yml says: how the clinic is reached, and when somebody is there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from assistant.datafiles import DataFileError, find, line_of, load_yaml

FILE = "clinic.yml"
#: Monday is 0, as in `date.weekday`.
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CONTACT = ("phone", "email", "website", "address")
#: What a column of the database leaves beside the language and the hash of the text (`consent`).
VERSION_LENGTH = 16
MIDNIGHT = "24:00"

#: From and to, as times of the day; a `to` of midnight is the end of the day.
Span = tuple[time, time]


@dataclass(frozen=True)
class Clinic:
    """The clinic, as far as it said; what is not known is empty.

    Attributes:
        contact: phone, email, website and address, without those that are empty.
        zone: of the hours; None when there are none.
        hours: of each weekday, in order.
        closed: days on which nobody is there.
        phone_region: country of phone numbers without one, or an empty text.
        consent_version: of the text that patients agree to.
    """

    contact: Mapping[str, str] = field(default_factory=dict)
    zone: ZoneInfo | None = None
    hours: tuple[tuple[Span, ...], ...] = ((),) * 7
    closed: frozenset[date] = frozenset()
    phone_region: str = ""
    consent_version: str = ""


@dataclass(frozen=True)
class Problem:
    """Something in the file that can't be used: the key to look for, what is wrong, the remedy."""

    key: str
    text: str
    remedy: str


@lru_cache(maxsize=1)
def clinic() -> Clinic:
    """Return the clinic.

    Raises:
        DataFileError: the file is missing, or something in it can't be used.
    """
    found, problems = read(load_yaml(FILE))
    for problem in problems:
        raise DataFileError(find(FILE), problem.text, problem.remedy, line_of(FILE, problem.key))
    return found


def read(data: Any) -> tuple[Clinic, list[Problem]]:
    """Return what the parsed file says, and all that is wrong with it."""
    if not isinstance(data, dict):
        return Clinic(), [Problem("", "no sections", "Restore the file from the repository")]
    problems: list[Problem] = []
    contact = _section(data, "contact", problems)
    hours = _section(data, "hours", problems)
    problems += _unknown(data, ("contact", "hours", "phone_region", "consent_version"))
    problems += _unknown(contact, CONTACT)
    problems += _unknown(hours, ("time_zone", *DAYS, "closed"))
    ways = {name: _text(contact, name, problems) for name in CONTACT}
    days = tuple(_spans(hours, day, problems) for day in DAYS)
    found = Clinic(
        contact={name: way for name, way in ways.items() if way},
        zone=_zone(_text(hours, "time_zone", problems), any(days), problems),
        hours=days,
        closed=frozenset(_closed(hours.get("closed"), problems)),
        phone_region=_text(data, "phone_region", problems).upper(),
        consent_version=_text(data, "consent_version", problems),
    )
    if not 0 < len(found.consent_version) <= VERSION_LENGTH:
        problems.append(
            Problem("consent_version", "consent_version has to be a short text",
                    f"Write one of up to {VERSION_LENGTH} characters, such as the month")
        )  # fmt: skip
    return found, problems


def _section(data: Mapping[str, Any], name: str, problems: list[Problem]) -> Mapping[str, Any]:
    found = data.get(name) or {}
    if isinstance(found, dict):
        return found
    problems.append(Problem(name, f"{name} is no section", "Compare it with the repository's"))
    return {}


def _unknown(data: Mapping[str, Any], known: tuple[str, ...]) -> Iterator[Problem]:
    for key in data:
        if key not in known:
            yield Problem(str(key), f"nothing reads {key!r}", f"Use one of {', '.join(known)}")


def _text(data: Mapping[str, Any], name: str, problems: list[Problem]) -> str:
    value = data.get(name)
    if value is None or isinstance(value, str):
        return " ".join((value or "").split())
    problems.append(Problem(f"{name}:", f"{name} is no text", "Put it into quotes"))
    return ""


def _zone(name: str, needed: bool, problems: list[Problem]) -> ZoneInfo | None:
    if not name:
        if needed:
            problems.append(Problem("time_zone", "hours need a time zone", "Name it, such as Europe/Berlin"))
        return None
    try:
        return ZoneInfo(name)
    except (OSError, ValueError, LookupError):
        problems.append(
            Problem("time_zone", f"there is no time zone {name!r}", "Use a name such as Europe/Berlin")
        )
        return None


def _spans(hours: Mapping[str, Any], day: str, problems: list[Problem]) -> tuple[Span, ...]:
    text = _text(hours, day, problems)
    spans: list[Span] = []
    try:
        for part in text.split(",") if text else ():
            start, end = (_time(t) for t in part.split("-"))
            # The end of the day is written 24:00 and is its first moment for Python.
            if end != time.min and start >= end:
                raise ValueError
            if spans and (spans[-1][1] == time.min or start < spans[-1][1]):
                raise ValueError
            spans.append((start, end))
    except ValueError:
        problems.append(
            Problem(f"{day}:", f"{day}: {text!r} are no hours",
                    "Write them in order, as in 09:00-12:30, 14:00-18:00")
        )  # fmt: skip
        return ()
    return tuple(spans)


def _time(text: str) -> time:
    text = text.strip()
    return time.min if text == MIDNIGHT else time.fromisoformat(text.zfill(5))


def _closed(days: Any, problems: list[Problem]) -> Iterator[date]:
    if days and not isinstance(days, list):
        problems.append(Problem("closed:", "closed is no list of days", "Write [2026-12-25, 2026-12-26]"))
        return
    for day in days or ():
        try:
            yield date.fromisoformat(str(day))
        except ValueError:
            problems.append(Problem(str(day), f"closed: {str(day)!r} is no day", "Write it as 2026-12-25"))
