"""Erases what the clinic's tables have held for longer than data/retention.yml says."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timezone
from typing import Any

import sqlalchemy as sa

from assistant.retention import Kind, retention
from clinic.database import deleting, transaction
from clinic.privacy import erase_requests, forget_names, overwrite
from clinic.tables import audit, counts, questions, requests, takeovers
from clinic.takeovers import GIVE_BACK, TAKE, audit_id

DAY = 86_400
#: The state of a request that needs nobody any more.
DONE = "done"


def purge(now: float | None = None) -> dict[Kind, int]:
    """Erase what is too old; return how many rows of each kind went. Each kind goes as a whole or not.

    Args:
        now: seconds since 1970; the present when left out.

    Raises:
        DataFileError: data/retention.yml can't be used; nothing is erased.
        ClinicDatabaseError: The database can't be used; kinds before the one that failed are erased.
    """
    present, erased = time.time() if now is None else now, dict[Kind, int]()
    for kind, days in retention().items():
        with transaction() as connection:
            erased[kind] = _ERASE[kind](connection, present - days * DAY)
            if erased[kind]:
                deleting(connection)
    # Also what an earlier erasure could not.
    overwrite()
    return erased


def taken_over_before(moment: float) -> list[str]:
    """Return the conversations that a person took over before then. Raises ClinicDatabaseError."""
    with transaction() as connection:
        query = sa.select(takeovers.c.conversation).where(takeovers.c.since < moment)
        return list(connection.execute(query).scalars())


def forget_takeovers(conversations: list[str]) -> None:
    """Erase the flags of conversations that are over, and their hashes. Raises ClinicDatabaseError."""
    if conversations:
        with transaction() as connection:
            connection.execute(sa.delete(takeovers).where(takeovers.c.conversation.in_(conversations)))
            deleting(connection)
        forget_names(conversations)
        overwrite()


def forget_old_names(moment: float) -> None:
    """Take the hashes of conversations out of what the audit kept of take-overs before then; the lines stay.

    Each goes with its conversation (`privacy.forget_names`); this is for what a killed process has left.
    Those that are taken over now stay. Raises ClinicDatabaseError.
    """
    with transaction() as connection:
        now = [audit_id(name) for name in connection.execute(sa.select(takeovers.c.conversation)).scalars()]
        old = (audit.c.action.in_((TAKE, GIVE_BACK)), audit.c.at < moment, audit.c.what != "")
        unnamed = sa.update(audit).where(*old, audit.c.what.not_in(now)).values(what="")
        if not connection.execute(unnamed).rowcount:
            return
        deleting(connection)
    overwrite()


def _done(connection: Any, before: float) -> int:
    return _requests(connection, requests.c.state == DONE, before)


def _open(connection: Any, before: float) -> int:
    return _requests(connection, requests.c.state != DONE, before)


def _requests(connection: Any, condition: Any, before: float) -> int:
    query = sa.select(requests.c.id).where(condition, requests.c.changed < before)
    return erase_requests(connection, list(connection.execute(query).scalars()))


def _rows(table: Any, column: Any, *, days: bool) -> Callable[[Any, float], int]:
    """Return what erases the rows of a table in which a column (an ISO day, else a time) is too old."""

    def erase(connection: Any, before: float) -> int:
        limit = datetime.fromtimestamp(before, timezone.utc).date().isoformat() if days else before
        return int(connection.execute(sa.delete(table).where(column < limit)).rowcount)

    return erase


_ERASE: dict[Kind, Callable[[Any, float], int]] = {
    "requests_done": _done,
    "requests_open": _open,
    "questions": _rows(questions, questions.c.day, days=True),
    "audit": _rows(audit, audit.c.at, days=False),
    "counts": _rows(counts, counts.c.day, days=True),
}
