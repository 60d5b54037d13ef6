"""What is stored of a conversation, told to its patient in plain words: counts and names, and the wish of a request."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone

from assistant.screening.record import CheckRecord
from assistant.wording import section, wording


@dataclass(frozen=True)
class Wish:
    """A request to the clinic.

    Attributes:
        created: seconds since 1970.
        state: of the inbox, such as `new`.
        contact: which of name, phone and email were given, and `check` when something of it went along.
        consent_at: seconds since 1970.
        consent_version: of the text that was agreed to.
        wish: in the patient's own words; empty without one.
        noted: staff have written a note.
    """

    created: float
    state: str
    contact: tuple[str, ...]
    consent_at: float
    consent_version: str
    wish: str = ""
    noted: bool = False


@dataclass(frozen=True)
class OwnData:
    """What is stored of a conversation.

    Attributes:
        messages: of the patient, this turn's with them.
        since: seconds since 1970; None when this turn is the first.
        consent: version and time (ISO 8601) of what was agreed to on the website, if there.
        record: of the check.
        requests: to the clinic, the oldest first.
        days: for which each kind is kept; `conversations` is missing where nothing erases them by age.
        begun: what was given for a request that is not sent yet; None when there is none.
    """

    messages: int
    since: float | None
    consent: tuple[str, str] | None
    record: CheckRecord
    requests: list[Wish] = field(default_factory=list)
    days: Mapping[str, int] = field(default_factory=dict)
    begun: tuple[str, ...] | None = None


def told(data: OwnData) -> str:
    """Return what is stored, a line each."""
    lines = [_messages(data), _consent(data), *_check(data.record), *map(_wish, data.requests)]
    if data.begun is not None:
        lines.append(wording("own_data.begun", contact=_contact(data.begun)))
    elif not data.requests:
        lines.append(wording("own_data.no_request"))
    if "conversations" in data.days:
        lines.append(wording("own_data.kept_chat", days=data.days["conversations"]))
    else:
        lines.append(wording("own_data.kept_by_clinic"))
    if data.requests and {"requests_done", "requests_open"} <= data.days.keys():
        done, open_ = data.days["requests_done"], data.days["requests_open"]
        lines.append(wording("own_data.kept_request", done=done, open=open_))
    if "questions" in data.days:
        lines.append(wording("own_data.kept_questions", days=data.days["questions"]))
    return "\n".join([*(f"- {line}" for line in lines), wording("own_data.how_to_erase")])


def _messages(data: OwnData) -> str:
    if data.since is None or data.messages == 1:
        return wording("own_data.first_message")
    return wording("own_data.messages", day=_day(data.since), count=data.messages)


def _consent(data: OwnData) -> str:
    if data.consent is None:
        return wording("own_data.no_consent")
    version, time = data.consent
    return wording("own_data.consent", day=_iso_day(time), version=version)


def _check(record: CheckRecord) -> list[str]:
    names = [wording(f"items.{item}.name") for item in record.answered]
    lines = [
        wording("own_data.answers", count=len(names), items="; ".join(names))
        if names
        else wording("own_data.no_answers")
    ]
    notes = {
        "off_list": len(record.off_list),
        "readings": len(record.readings),
        "unanswered": len(record.unanswered),
        "red_flags": len(record.red_flags),
        "words": len(record.entries),
    }
    labels = section("own_data.notes")
    kept = [f"{labels[name]}: {count}" for name, count in notes.items() if count]
    return [*lines, wording("own_data.noted", list="; ".join(kept))] if kept else lines


def _wish(wish: Wish) -> str:
    states = section("own_data.states")
    told = wording(
        "own_data.request",
        day=_day(wish.created),
        state=states.get(wish.state.replace(" ", "_"), wish.state),
        contact=_contact(wish.contact),
        consented=_day(wish.consent_at),
        version=wish.consent_version,
    )
    # One line, however it was typed.
    if words := " ".join(wish.wish.split()):
        told += f" {wording('own_data.wish', wish=words)}"
    return f"{told} {wording('own_data.request_note')}" if wish.noted else told


def _contact(names: tuple[str, ...]) -> str:
    labels = section("own_data.contact")
    return ", ".join(labels.get(name, name) for name in names) or wording("own_data.no_contact")


def _day(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, timezone.utc).strftime("%Y-%m-%d")


def _iso_day(time: str) -> str:
    """Return the day of a time in ISO 8601; as it is when it is none."""
    try:
        return datetime.fromisoformat(time).astimezone(timezone.utc).strftime("%Y-%m-%d")
    except ValueError:
        return time
