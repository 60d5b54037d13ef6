"""Whether the clinic is open, and what patients are told about reaching it."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone

from assistant.handover.clinic_file import DAYS, Clinic, clinic
from assistant.wording import wording

#: So many days are looked through for the next opening.
AHEAD = 60


def opening(about: Clinic, now: datetime) -> tuple[bool, datetime] | None:
    """Tell whether somebody is there, and until when; if not, from when on.

    Args:
        about: the clinic.
        now: the time, with an offset.

    Returns:
        (open, the next change in the clinic's time); None when the hours are not known, or when it
        does not open in the next AHEAD days.
    """
    if about.zone is None or not any(about.hours):
        return None
    local = now.astimezone(about.zone)
    for ahead in range(AHEAD):
        day = local.date() + timedelta(days=ahead)
        for start, end in about.hours[day.weekday()] if day not in about.closed else ():
            opens, closes = _moment(about, day, start), _moment(about, day, end, end=True)
            if opens <= local < closes:
                return True, closes
            if local < opens:
                return False, opens
    return None


def _moment(about: Clinic, day: date, at: time, *, end: bool = False) -> datetime:
    following = end and at == time.min
    return datetime.combine(day + timedelta(days=following), at, tzinfo=about.zone)


def hours_text(now: datetime | None = None) -> str:
    """Return whether the clinic is open, as a sentence; an empty text when that is not known."""
    about = clinic()
    now = now or datetime.now(timezone.utc)
    found = opening(about, now)
    if found is None:
        return ""
    is_open, change = found
    # An end at midnight is today's 24:00, not tomorrow's 00:00.
    at = f"{change:%H:%M}" if not (is_open and change.time() == time.min) else "24:00"
    if is_open:
        return wording("handover.open", until=at)
    day = wording(f"handover.days.{DAYS[change.weekday()]}")
    today = now.astimezone(change.tzinfo).date()
    days = (change.date() - today).days
    if days == 0:
        return wording("handover.opens_today", time=at)
    if days < len(DAYS):
        return wording("handover.opens", day=day, time=at)
    return wording("handover.opens_later", day=f"{day}, {change:%Y-%m-%d}", time=at)


def reach_text() -> str:
    """Return how the clinic is reached beside this chat, as a sentence."""
    contact = clinic().contact
    if not contact:
        return wording("handover.reach_unknown")
    ways = [f"{wording(f'handover.ways.{name}')}: {value}" for name, value in contact.items()]
    return wording("handover.reach", ways="; ".join(ways))
