"""Requests of patients to be contacted: stored as a whole with what is to be delivered, or not at all."""

from __future__ import annotations

import dataclasses
import json
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from assistant.handover.record import ContactRecord
from assistant.screening import record as checks
from assistant.screening.record import CheckRecord
from assistant.screening.report import Circumstances, Consent, Patient
from clinic.database import ClinicDatabaseError, transaction
from clinic.tables import outbox, requests

#: States of a request.
NEW, IN_PROGRESS, DONE = STATES = ("new", "in_progress", "done")
#: So much of an id is the number that patients and staff read to each other.
NUMBER = 8
#: So many requests of a conversation are taken in so many seconds: an inbox must stay readable.
LIMIT, DAY = 5, 86400.0

Kind = TypeVar("Kind", bound="Request")


class TooManyError(Exception):
    """This conversation has sent LIMIT requests today; this one is not stored."""


@dataclass(frozen=True)
class Request:
    """A wish to be contacted. The attributes are the columns of `clinic_requests`, as `from_row` reads them.

    Attributes:
        id: chosen before the patient said yes; the same request is never stored twice.
        conversation, channel, locale: where the patient wrote. `conversation` is what is erased by.
        name, phone, email, wish: as the patient gave them; empty when left out.
        consent_version, consent_at: text and time (seconds since 1970) of the patient's yes.
        outcome: result of the check; None without one.
        slots: of the check; empty when the patient said nothing to it, None when they can't be read.
        created, changed: seconds since 1970.
        state, note: of the inbox.
    """

    id: str
    conversation: str
    channel: str
    locale: str
    consent_version: str
    consent_at: float
    name: str = ""
    phone: str = ""
    email: str = ""
    wish: str = ""
    outcome: str | None = None
    slots: dict[str, Any] | None = field(default_factory=dict)
    created: float = 0.0
    changed: float = 0.0
    state: str = NEW
    note: str = ""

    @classmethod
    def of(
        cls, record: ContactRecord, check: CheckRecord | None, *, conversation: str, channel: str, locale: str
    ) -> Request:
        """Return the request that a patient made.

        Args:
            record: what was agreed to and given.
            check: state of the check, when something of it goes with the request.
            conversation: name of the conversation.
            channel: on which the patient wrote.
            locale: of the conversation.

        Raises:
            ValueError: There is no consent, no id, or no way to reach the patient.
        """
        if not (record.consent and record.id and (record.phone or record.email)):
            raise ValueError("a request needs a consent, an id and a way to reach the patient")
        finished = check is not None and check.status == checks.DONE and check.next_item is None
        return cls(
            id=record.id,
            conversation=conversation,
            channel=channel[:32],
            locale=locale[:8],
            consent_version=record.consent["version"],
            consent_at=datetime.fromisoformat(record.consent["at"]).timestamp(),
            name=record.name,
            phone=record.phone,
            email=record.email,
            wish=record.wish,
            outcome=check.outcome() if check is not None and finished else None,
            slots=check.to_slots() if check is not None else {},
        )

    @classmethod
    def from_row(cls: type[Kind], row: Mapping[str, Any], **more: Any) -> Kind:
        """Return the request in a row of the table, with what else a kind of it has."""
        return cls(**{**row, "slots": _read(row["slots"])}, **more)

    def row(self) -> dict[str, Any]:
        """Return the row of the table that it makes."""
        columns = {f.name: getattr(self, f.name) for f in dataclasses.fields(Request)}
        return {**columns, "slots": json.dumps(self.slots or {}, ensure_ascii=False)}

    @property
    def number(self) -> str:
        """What patients and staff call it."""
        return self.id[:NUMBER].upper()

    @property
    def check(self) -> CheckRecord | None:
        """The patient's check; None when nothing of it was sent, or when it can't be read."""
        return CheckRecord.from_slots(self.slots) if self.slots else None

    @property
    def about(self) -> Circumstances:
        """What its summary tells beside the check: who the patient is, and the consent."""
        return Circumstances(
            number=self.number,
            channel=self.channel,
            language=self.locale,
            consent=self.consent,
            patient=Patient(self.name, self.phone, self.email),
        )

    @property
    def consent(self) -> Consent:
        """When the patient agreed (UTC, ISO 8601), and to which version of the text."""
        return Consent(iso(self.consent_at), self.consent_version)


def iso(at: float) -> str:
    """Return a time, in seconds since 1970, in ISO 8601, in UTC."""
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="seconds")


def _read(text: str) -> dict[str, Any] | None:
    try:
        slots = json.loads(text)
    except ValueError:
        return None
    return slots if isinstance(slots, dict) else None


def add(request: Request, ways: Iterable[str] = ()) -> bool:
    """Store a request and what is to be delivered of it, in one transaction.

    Args:
        request: the wish; its times and its state are set here.
        ways: of delivery beside the inbox.

    Returns:
        False when it was stored before.

    Raises:
        ClinicDatabaseError: Nothing is stored, or another conversation has a request of this id.
        TooManyError: The conversation has sent LIMIT of them today.
    """
    now = time.time()
    row = {**request.row(), "created": now, "changed": now, "state": NEW, "note": ""}
    with transaction() as connection:
        found = connection.execute(
            sa.select(requests.c.conversation).where(requests.c.id == request.id)
        ).scalar()
        if found is None and _count(connection, request.conversation, now - DAY) >= LIMIT:
            raise TooManyError
        stored = found is None and _insert(connection, row)
        if stored:
            rows = [{"request": request.id, "way": way, "due": now} for way in dict.fromkeys(ways)]
            if rows:
                connection.execute(sa.insert(outbox), rows)
        elif found is None:
            # Two processes at once: the other one's transaction has ended before this insert did.
            found = connection.execute(
                sa.select(requests.c.conversation).where(requests.c.id == request.id)
            ).scalar()
    if not stored and found != request.conversation:
        raise ClinicDatabaseError("OtherConversation")
    return bool(stored)


def _count(connection: Any, conversation: str, since: float) -> int:
    of_today = sa.and_(requests.c.conversation == conversation, requests.c.created > since)
    return int(connection.execute(sa.select(sa.func.count()).select_from(requests).where(of_today)).scalar())


def _insert(connection: Any, row: Mapping[str, Any]) -> bool:
    insert = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}[connection.dialect.name]
    result = connection.execute(insert(requests).values(**row).on_conflict_do_nothing())
    return bool(result.rowcount)


def get(number: str) -> Request | None:
    """Return the request of an id; None when there is none.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    with transaction() as connection:
        row = connection.execute(sa.select(requests).where(requests.c.id == number)).mappings().first()
    return Request.from_row(row) if row else None
