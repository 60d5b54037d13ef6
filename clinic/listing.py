"""The requests as staff work on them: found, looked at, their state and note changed; each with its audit.

Used by the inbox and by the commands alike. Who asks is always named: nothing here is looked at unseen.
"""

from __future__ import annotations

import time
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import sqlalchemy as sa

from clinic import audit
from clinic.database import transaction
from clinic.outbox import NEVER, OFF
from clinic.requests import DONE, IN_PROGRESS, NUMBER, STATES, Request
from clinic.search import matches
from clinic.tables import audit as trail
from clinic.tables import outbox, requests

#: For a query: whatever is not done.
OPEN = "open"
#: How many requests a page shows, and how long a note may be.
PAGE, LONGEST_NOTE = 25, 4000
#: Names of what is done, in the audit; a new state is named by itself.
LIST, SEARCH, VIEW, NOTE, EXPORT = "list", "search", "view", "note", "export"


class ChangedMeanwhileError(Exception):
    """Somebody else has changed the request since it was looked at; nothing is stored."""


@dataclass(frozen=True)
class Delivery:
    """How far a request got on one way, such as `email`. Times are seconds since 1970 (UTC).

    `error` is the kind of the last failure, empty when there was none.
    """

    way: str
    attempts: int
    due: float
    delivered: float | None
    error: str

    @property
    def state(self) -> str:
        """`delivered`, `waiting`, `failed` (it is tried again when it is due), `given_up` or `off` (its way is)."""
        if self.delivered is not None:
            return "delivered"
        if self.error == OFF:
            return "off"
        if self.due >= NEVER:
            return "given_up"
        return "failed" if self.attempts and self.error else "waiting"


@dataclass(frozen=True)
class Listed(Request):
    """A request as staff see it: with its deliveries, one for each way, in order, and who has it in progress.

    `by` is the name of a member of staff, or of a command; empty when nobody has it, or the audit has forgotten.
    """

    deliveries: tuple[Delivery, ...] = ()
    by: str = ""

    @property
    def late(self) -> bool:
        """Whether a delivery failed, and is tried again or was given up."""
        return any(d.state in ("failed", "given_up") for d in self.deliveries)

    @property
    def emergency(self) -> bool:
        """Whether signs of an emergency were described in the conversation."""
        kept = (self.slots or {}).get("check_record")
        return isinstance(kept, dict) and bool(kept.get("red_flags"))


@dataclass(frozen=True)
class Query:
    """What to look for. Empty parts ask for nothing.

    Attributes:
        search: words, all of which stand in name, phone, e-mail, wish or at the beginning of the number;
            or a part of a phone number.
        state: one of STATES, or OPEN.
        failed: only those of which a delivery failed.
    """

    search: str = ""
    state: str = ""
    failed: bool = False


@dataclass(frozen=True)
class Found:
    """A part of what a query found.

    Attributes:
        requests: the latest ones first.
        total: how many there are in all.
        by_state: how many there would be in each state, and OPEN.
        failed: how many open requests have a delivery that failed, whatever was asked for.
    """

    requests: tuple[Listed, ...]
    total: int
    by_state: dict[str, int] = field(default_factory=dict)
    failed: int = 0


def find(query: Query, who: str, *, start: int = 0, most: int | None = PAGE) -> Found:
    """Return the requests that a query finds, the latest first.

    Args:
        query: what to look for.
        who: name of the member of staff, or of the command.
        start: how many to leave out.
        most: how many to return; None for all.

    Raises:
        ValueError: The query has an unknown state.
        ClinicDatabaseError: The database can't be used.
    """
    where = [*_searched(query), *_in_state(query.state)]
    with transaction() as connection:
        audit.record(connection, who, SEARCH if query.search.strip() else LIST)
        latest = sa.select(requests).where(*where).order_by(requests.c.created.desc(), requests.c.id)
        rows = connection.execute(latest.offset(start).limit(most)).all()
        total = _count(connection, where)
        by_state = _by_state(connection, _searched(query))
        failed = _count(connection, [_delivery_failed(), *_in_state(OPEN)])
        return Found(_made(connection, rows), total, by_state, failed)


def one(request_id: str, who: str, action: str | None = VIEW) -> Listed | None:
    """Return a request, or None when there is none of this id.

    Args:
        request_id: of the request.
        who: name of the member of staff, or of the command.
        action: how the audit names it; None when what follows is kept there itself.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    with transaction() as connection:
        rows = connection.execute(sa.select(requests).where(_id(request_id))).all()
        if not rows:
            return None
        if action:
            audit.record(connection, who, action, request_id)
        return _made(connection, rows)[0]


def others(request: Request) -> list[tuple[str, float, str]]:
    """Return the other requests of the same conversation, the latest first: id, when it came in, state.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    same = (requests.c.conversation == request.conversation, requests.c.id != request.id)
    asked = sa.select(requests.c.id, requests.c.created, requests.c.state).where(*same)
    with transaction() as connection:
        rows = connection.execute(asked.order_by(requests.c.created.desc()).limit(PAGE)).all()
    return [(row.id, row.created, row.state) for row in rows]


def latest_of(conversations: Iterable[str], who: str) -> dict[str, Listed]:
    """Return the latest request of each conversation that has one.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    asked = sa.select(requests).where(requests.c.conversation.in_(list(conversations)))
    with transaction() as connection:
        found = _made(connection, connection.execute(asked.order_by(requests.c.created)).all())
        if found:
            audit.record(connection, who, LIST)
    return {one.conversation: one for one in found}


def id_of(named: str) -> str | None:
    """Return the id of the request that has this id or number; None when there is none, or more than one.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    known = readable(named).strip().lower()
    if len(known) < NUMBER:
        return None
    begins = sa.or_(_id(named), sa.func.substr(requests.c.id, 1, len(known)) == known)
    with transaction() as connection:
        found = connection.execute(sa.select(requests.c.id).where(begins).limit(2)).scalars().all()
    return str(found[0]) if len(found) == 1 else None


def exported(found: Iterable[Request], who: str, form: str) -> None:
    """Keep that requests left the inbox in some form, such as `csv`.

    Raises:
        ClinicDatabaseError: The database can't be used; then nothing may be handed out.
    """
    with transaction() as connection:
        for request in found:
            audit.record(connection, who, f"{EXPORT}_{form}", request.id)


def set_state(request_id: str, state: str, who: str) -> bool:
    """Set the state of a request; False when there is none of this id.

    Raises:
        ValueError: There is no such state.
        ClinicDatabaseError: The database can't be used; nothing is changed.
    """
    if state not in STATES:
        raise ValueError(f"a state is one of {', '.join(STATES)}")
    with transaction() as connection:
        change = sa.update(requests).where(_id(request_id), requests.c.state != state)
        if connection.execute(change.values(state=state, changed=time.time())).rowcount:
            audit.record(connection, who, state, request_id)
            return True
        return _count(connection, [_id(request_id)]) == 1


def set_note(request_id: str, note: str, who: str, seen: str | None = None) -> bool:
    """Set the note of staff about a request; False when there is none of this id.

    Args:
        request_id: of the request.
        note: the whole new note; an empty one removes it.
        who: name of the member of staff, or of the command.
        seen: the note that was shown when this one was written; None when it does not matter.

    Raises:
        ValueError: The note is too long.
        ChangedMeanwhileError: Another note was stored since; nothing is changed.
        ClinicDatabaseError: The database can't be used; nothing is changed.
    """
    kept = readable(note).strip()
    if len(kept) > LONGEST_NOTE:
        raise ValueError(f"a note has at most {LONGEST_NOTE} characters")
    with transaction() as connection:
        # Locked, where the database knows that: nobody can come between reading and writing.
        now = sa.select(requests.c.note).where(_id(request_id)).with_for_update()
        row = connection.execute(now).first()
        if row is None:
            return False
        if row.note != kept:
            if seen is not None and row.note != readable(seen).strip():
                raise ChangedMeanwhileError
            change = sa.update(requests).where(_id(request_id)).values(note=kept, changed=time.time())
            connection.execute(change)
            audit.record(connection, who, NOTE, request_id)
        return True


def readable(text: str) -> str:
    """Return a text as every database can hold it: lines, and no control or half characters."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in lines if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))


def _id(request_id: str) -> Any:
    # PostgreSQL knows no NUL, and no half characters.
    return requests.c.id == readable(request_id)


def _searched(query: Query) -> list[Any]:
    columns = (requests.c.name, requests.c.phone, requests.c.email, requests.c.wish)
    found = matches(query.search, columns, requests.c.phone, requests.c.id)
    return [*found, _delivery_failed()] if query.failed else found


def _in_state(state: str) -> list[Any]:
    if not state:
        return []
    if state == OPEN:
        return [requests.c.state != DONE]
    if state not in STATES:
        raise ValueError(f"a state is one of {', '.join(STATES)} or {OPEN}")
    return [requests.c.state == state]


def _delivery_failed() -> Any:
    failed = (outbox.c.delivered.is_(None), outbox.c.attempts > 0, outbox.c.error.not_in(("", OFF)))
    return sa.exists().where(outbox.c.request == requests.c.id, *failed)


def _count(connection: Any, where: Sequence[Any]) -> int:
    counted = sa.select(sa.func.count()).select_from(requests).where(*where)
    return int(connection.execute(counted).scalar())


def _by_state(connection: Any, where: Sequence[Any]) -> dict[str, int]:
    counted = sa.select(requests.c.state, sa.func.count()).where(*where).group_by(requests.c.state)
    rows = {str(state): int(number) for state, number in connection.execute(counted)}
    found = {state: rows.get(state, 0) for state in STATES}
    return {OPEN: sum(rows.values()) - found[DONE], **found}


def _made(connection: Any, rows: Sequence[Any]) -> tuple[Listed, ...]:
    ids = [row.id for row in rows]
    asked = sa.select(outbox).where(outbox.c.request.in_(ids)).order_by(outbox.c.way)
    deliveries: dict[str, list[Delivery]] = {}
    for row in connection.execute(asked) if ids else ():
        made = Delivery(row.way, row.attempts, row.due, row.delivered, row.error)
        deliveries.setdefault(row.request, []).append(made)
    by = _who_has(connection, [row.id for row in rows if row.state == IN_PROGRESS])
    return tuple(
        Listed.from_row(row._mapping, deliveries=tuple(deliveries.get(row.id, ())), by=by.get(row.id, ""))
        for row in rows
    )


def _who_has(connection: Any, ids: Sequence[str]) -> dict[str, str]:
    """Return who marked each of these requests as in progress, last."""
    if not ids:
        return {}
    asked = sa.select(trail.c.what, trail.c.who).where(trail.c.action == IN_PROGRESS, trail.c.what.in_(ids))
    return {row.what: row.who for row in connection.execute(asked.order_by(trail.c.id))}
