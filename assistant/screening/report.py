"""The summary for the specialist as data: what the printed page and the FHIR resource are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timezone
from typing import Any, Literal, get_args

from assistant.knowledge.content import content
from assistant.screening.items import ITEMS, UNSURE, VALUES, Item, Value
from assistant.screening.numbers import (
    BloodPressure,
    Temperature,
    read_blood_pressures,
    read_temperatures,
)
from assistant.screening.outcome import Outcome
from assistant.screening.record import DONE, CheckRecord
from assistant.screening.summary import grounds, named_medicines, open_questions
from assistant.wording import wording

Status = Literal["in-progress", "completed", "amended"]
#: How something was said: in answer to the question, by itself, or to change an answer.
How = Literal["asked", "volunteered", "correction"]
HOW: tuple[How, ...] = get_args(How)


@dataclass(frozen=True)
class Consent:
    """The patient's agreement that the clinic gets the summary.

    Attributes:
        at: when, in ISO 8601 with an offset.
        version: of the text that the patient agreed to.
    """

    at: str
    version: str

    def __post_init__(self) -> None:
        """Check the time. Raises ValueError when it has no offset."""
        if datetime.fromisoformat(self.at).utcoffset() is None:
            raise ValueError("the time of a consent needs an offset, such as +00:00")


@dataclass(frozen=True)
class Patient:
    """Who the patient is, as far as the patient said; parts that are not known are empty."""

    name: str = ""
    phone: str = ""
    email: str = ""


@dataclass(frozen=True)
class Circumstances:
    """What a summary tells beside the record. Without a consent it never tells who the patient is.

    Attributes:
        number: by which the clinic finds it again; empty when it has none.
        channel: on which the patient wrote, such as `web`; empty when it is not to be told.
        language: of the conversation (BCP 47).
        consent: of the patient, when it was given.
        patient: who the patient is; needs the consent.
    """

    number: str = ""
    channel: str = ""
    language: str = "en"
    consent: Consent | None = None
    patient: Patient | None = None

    def __post_init__(self) -> None:
        """Refuse an identity without a consent. Raises ValueError."""
        if self.patient is not None and self.consent is None:
            raise ValueError("a summary names the patient only with the patient's consent")


NOTHING_ELSE = Circumstances()


@dataclass(frozen=True)
class Entry:
    """One thing that the patient said to a question, and what was stored. See `CheckRecord.entries`."""

    item: Item
    how: How
    value: Value
    before: Value | None
    words: str
    cue: str
    at: str


@dataclass(frozen=True)
class Answer:
    """The present answer to a question and the words behind it; None when there is none yet."""

    item: Item
    value: Value | None
    words: tuple[str, ...]


@dataclass(frozen=True)
class Measured:
    """A reading as typed, and the number that the software read in it, if any."""

    typed: str
    temperature: Temperature | None = None
    pressure: BloodPressure | None = None


@dataclass(frozen=True)
class Report:
    """The summary for the specialist.

    Attributes:
        status: `completed` with all six answers, `amended` when something was added or changed after that.
        authored: time of the last thing that was said (UTC, ISO 8601); None when nothing was.
        outcome: the result; None while the check is in progress.
        because: what the result rests on, in words; empty without a result.
        answers: one for each question, in order.
        readings, medicines, off_list, questions: see `CheckRecord` and `summary_text`.
        red_flags: signs of an emergency with their times.
        history: everything that was said to a question, in order.
        document: hash of the document that the answers rest on.
        about: what is told beside the record.
    """

    status: Status
    authored: str | None
    outcome: Outcome | None
    because: str
    answers: tuple[Answer, ...]
    readings: tuple[Measured, ...]
    medicines: tuple[str, ...]
    off_list: tuple[str, ...]
    red_flags: tuple[tuple[str, str], ...]
    history: tuple[Entry, ...]
    questions: tuple[str, ...]
    document: str
    about: Circumstances

    @property
    def changes(self) -> list[Entry]:
        """The corrections that changed an answer."""
        return [e for e in self.history if e.how == "correction" and e.before != e.value]


def report(record: CheckRecord, about: Circumstances = NOTHING_ELSE) -> Report:
    """Return the summary of `record` as data. The same record always gives the same."""
    history = tuple(_entries(record.entries))
    flags = tuple((str(f["sign"]), str(f["at"])) for f in record.red_flags)
    finished = record.status == DONE and record.next_item is None
    outcome = record.outcome() if finished else None
    times = [*(e.at for e in history), *(at for _, at in flags)]
    return Report(
        status=_status(history, flags) if finished else "in-progress",
        authored=max(times, key=_instant) if times else None,
        outcome=outcome,
        because=_because(record, outcome) if outcome else "",
        answers=tuple(Answer(i, record.values[i], tuple(record.words_of(i))) for i in ITEMS),
        readings=tuple(measured(typed) for typed in record.readings),
        medicines=tuple(named_medicines(record)),
        off_list=tuple(record.off_list),
        red_flags=flags,
        history=history,
        questions=tuple(open_questions(record)),
        document="sha256:" + hashlib.sha256(content().document.encode()).hexdigest(),
        about=about,
    )


def _entries(rows: Iterable[dict[str, Any]]) -> Iterable[Entry]:
    for row in rows:
        yield Entry(
            row["item"], row["how"], row["value"], row["old"], row["words"], row["cue"], row["at"]
        )  # fmt: skip


def _because(record: CheckRecord, outcome: Outcome) -> str:
    named = grounds(record)
    path = f"summary.because.{outcome}"
    return wording(path, list=", ".join(named)) if named else wording(path)


def _status(history: tuple[Entry, ...], flags: tuple[tuple[str, str], ...]) -> Status:
    """Tell whether anything was said or changed after the sixth answer."""
    done = _completion(history)
    if done is None:
        return "completed"
    last = history[done]
    rest = list(history[done + 1 :])
    # What the last answer told beside it ("ibuprofen, and I have a cold sore") belongs to it.
    while rest and rest[0].how == "volunteered" and rest[0].words in last.words:
        del rest[0]
    later = any(_instant(at) > _instant(last.at) for _, at in flags)
    return "amended" if rest or later else "completed"


def _instant(at: str) -> datetime:
    """Return a time to compare; one without an offset, which fhir_rules.py refuses, counts as UTC."""
    time = datetime.fromisoformat(at)
    return time if time.tzinfo else time.replace(tzinfo=timezone.utc)


def _completion(history: tuple[Entry, ...]) -> int | None:
    """Return the index of the entry with which the check was complete for the first time."""
    values: dict[Item, Value] = {}
    asked: set[Item] = set()
    for number, entry in enumerate(history):
        values[entry.item] = entry.value
        if entry.how != "volunteered":
            asked.add(entry.item)
        if all(values.get(i) in VALUES and (values[i] != UNSURE or i in asked) for i in ITEMS):
            return number
    return None


def measured(typed: str) -> Measured:
    """Return a reading of the record with its number; the message it stood in is not needed any more."""
    if pressures := read_blood_pressures(typed, asked=True):
        return Measured(typed, pressure=pressures[0])
    found = read_temperatures(typed, asked=True)
    return Measured(typed, temperature=found[0] if found else None)
