"""What the clinic's tables hold of one conversation: told, and erased, all or nothing.

`clinic.tables.PERSONAL` names the tables; a new one needs no change here.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from assistant import logs
from assistant.dialogue.own_data import Wish
from clinic import database
from clinic.database import transaction
from clinic.tables import PERSONAL, audit, outbox, requests
from clinic.takeovers import audit_id

logger = logging.getLogger(__name__)

#: Columns that hold who a patient is and how to reach them.
CONTACT = ("name", "phone", "email")
#: What is among them when the check went with the request.
CHECK = "check"
#: Requests that are erased by one statement: databases limit the values in one.
BATCH = 500


@dataclass(frozen=True)
class Erased:
    """What was erased.

    Attributes:
        rows: of the tables in `PERSONAL`.
        sent: something of it may have left by e-mail or webhook, from where nobody can take it back.
    """

    rows: int = 0
    sent: bool = False


def known(conversation: str) -> list[Wish]:
    """Return the requests of a conversation, the oldest first.

    Raises:
        ClinicDatabaseError: The database can't be read.
    """
    told = ("created", "state", *CONTACT, "wish", "slots", "note", "consent_at", "consent_version")
    columns = [requests.c[name] for name in told]
    query = sa.select(*columns).where(requests.c.conversation == conversation)
    with transaction() as connection:
        rows = connection.execute(query.order_by(requests.c.created)).all()
    return [
        Wish(
            created=row.created,
            state=row.state,
            contact=(
                *(name for name in CONTACT if getattr(row, name)),
                *([CHECK] if row.slots not in ("", "{}") else []),
            ),
            consent_at=row.consent_at,
            consent_version=row.consent_version,
            wish=row.wish,
            noted=bool(row.note),
        )
        for row in rows
    ]


def may_have_left(conversation: str) -> bool:
    """Tell whether a request of a conversation may have left by e-mail or webhook. Raises ClinicDatabaseError."""
    with transaction() as connection:
        return _may_have_left(connection, _requests_of(connection, conversation))


def erase(conversation: str) -> Erased:
    """Erase all that the clinic's tables hold of a conversation, in one transaction.

    What staff did stays in the audit. The id of a request that is gone does not, nor the hash of the
    conversation: that of a phone number can be found by trying all.

    Raises:
        ClinicDatabaseError: It did not work, and nothing was erased.
    """
    with transaction() as connection:
        ids = _requests_of(connection, conversation)
        named = _unname(connection, [conversation])
        sent = _may_have_left(connection, ids)
        rows = erase_requests(connection, ids)
        for table, column in PERSONAL.items():
            rows += connection.execute(sa.delete(table).where(column == conversation)).rowcount
        if rows or named:
            database.deleting(connection)
    if rows or named:
        overwrite()
    return Erased(rows, sent)


def erase_requests(connection: Any, ids: list[str]) -> int:
    """Erase requests by their ids, with all that names them; return how many there were."""
    erased = 0
    for start in range(0, len(ids), BATCH):
        some = ids[start : start + BATCH]
        connection.execute(sa.update(audit).where(audit.c.what.in_(some)).values(what=""))
        connection.execute(sa.delete(outbox).where(outbox.c.request.in_(some)))
        erased += connection.execute(sa.delete(requests).where(requests.c.id.in_(some))).rowcount
    return erased


def forget_names(conversations: Iterable[str]) -> int:
    """Take the hashes of conversations that are over out of the audit; return in how many lines they stood.

    Raises:
        ClinicDatabaseError: The database can't be used; some may still be there.
    """
    names, lines = list(conversations), 0
    for start in range(0, len(names), BATCH):
        with transaction() as connection:
            named = _unname(connection, names[start : start + BATCH])
            if named:
                database.deleting(connection)
        lines += named
    if lines:
        overwrite()
    return lines


def overwrite() -> None:
    """Let nothing of what was deleted stand in SQLite's files; never raises."""
    try:
        database.forget_deleted()
    except Exception as error:
        # The rows are gone all the same; the next deletion or the next purge does the rest.
        logger.warning("privacy: SQLite's file could not be swept now: %s", logs.kind(error))


def _unname(connection: Any, conversations: list[str]) -> int:
    hashes = [audit_id(name) for name in conversations]
    named = sa.update(audit).where(audit.c.what.in_(hashes)).values(what="")
    return int(connection.execute(named).rowcount)


def _requests_of(connection: Any, conversation: str) -> list[str]:
    query = sa.select(requests.c.id).where(requests.c.conversation == conversation)
    return list(connection.execute(query).scalars())


def _may_have_left(connection: Any, ids: list[str]) -> bool:
    """Tell whether a delivery of these requests was ever begun; from here on nobody begins one."""
    columns = (outbox.c.delivered, outbox.c.attempts, outbox.c.leased)
    # Locked (PostgreSQL): else a worker could claim it between this look and the erasure.
    query = sa.select(*columns).where(outbox.c.request.in_(ids)).with_for_update()
    rows = connection.execute(query).all() if ids else []
    return any(row.delivered is not None or row.attempts > 0 or row.leased > 0 for row in rows)
