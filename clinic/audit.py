"""What staff and commands did, for whoever has to answer for it."""

from __future__ import annotations

import time
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clinic.database import transaction
from clinic.tables import audit


def record(connection: Any, who: str, action: str, what: str = "") -> None:
    """Keep that somebody did something, in the transaction in which it is done.

    Args:
        connection: of `clinic.database.transaction`.
        who: name of a member of staff, or of a command.
        action: a name of ours, such as `done`.
        what: id of a request; never anything of a patient.
    """
    values = {"at": time.time(), "who": who[:64], "action": action, "what": what}
    connection.execute(sa.insert(audit), values)


@dataclass(frozen=True)
class Entry:
    """Something that somebody did. `at` is in seconds since 1970 (UTC)."""

    at: float
    who: str
    action: str
    what: str


def find(who: str = "", action: str = "", *, start: int = 0, most: int = 100) -> tuple[list[Entry], int]:
    """Return what was done, the latest first, and how much there is in all.

    Args:
        who: only of this member of staff, or command.
        action: only of this name.
        start: how many entries to leave out.
        most: how many to return.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    asked = ((audit.c.who, who), (audit.c.action, action))
    where = [column == value for column, value in asked if value]
    latest = sa.select(audit).where(*where).order_by(audit.c.id.desc()).offset(start).limit(most)
    with transaction() as connection:
        counted = sa.select(sa.func.count()).select_from(audit).where(*where)
        rows = connection.execute(latest).all()
        return [Entry(r.at, r.who, r.action, r.what) for r in rows], int(connection.execute(counted).scalar())


def about(what: str, actions: Collection[str], *, most: int = 20) -> list[Entry]:
    """Return what was done with a request, the latest first.

    Args:
        what: its id.
        actions: the names of what counts.
        most: how many entries to return.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    asked = sa.select(audit).where(audit.c.what == what, audit.c.action.in_(actions))
    with transaction() as connection:
        rows = connection.execute(asked.order_by(audit.c.id.desc()).limit(most)).all()
    return [Entry(r.at, r.who, r.action, r.what) for r in rows]
