"""Who may log in to the inbox: names and hashes of passwords."""

from __future__ import annotations

import math
import re
import time
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from werkzeug.security import check_password_hash, generate_password_hash

from clinic import audit
from clinic.database import transaction
from clinic.tables import staff

#: Characters of a password. The most is for whoever wants to keep the server busy.
SHORTEST, LONGEST = 12, 256
#: In small letters; also what a proxy may name.
NAME = re.compile(r"[a-z0-9][a-z0-9._@+-]{0,63}")
#: Memory-hard: 32 MB and a tenth of a second for each try.
_METHOD = "scrypt:32768:8:1"
#: Of no password; compared with when nobody has the name, so that it takes as long.
_NOBODY = generate_password_hash("", _METHOD)
#: Names of what is done, in the audit.
SET, REMOVED, LOGGED_OUT = "password_set", "staff_removed", "log_out"


class StaffError(ValueError):
    """A name or password can't be used; the message says why and does not hold the password."""


@dataclass(frozen=True)
class Member:
    """A member of staff. Sessions that began before `valid_from` (seconds since 1970) are over."""

    name: str
    created: float
    valid_from: float


def known_name(name: str) -> str:
    """Return a name as it is kept.

    Raises:
        StaffError: It can't be one.
    """
    small = name.strip().lower()
    if not NAME.fullmatch(small):
        raise StaffError("a name has 1 to 64 characters: small letters of English, digits, . _ - + and @")
    return small


def set_password(name: str, password: str, who: str) -> bool:
    """Let somebody log in with a password; all sessions with the old one end. True when the name is new.

    Args:
        name: of the member of staff.
        password: SHORTEST characters or more.
        who: who does this, for the audit.

    Raises:
        StaffError: Name or password can't be used.
        ClinicDatabaseError: The database can't be used.
    """
    known = known_name(name)
    _check(password, known)
    hashed = generate_password_hash(password, _METHOD)
    with transaction() as connection:
        member = _one(connection, known)
        values = {"password": hashed, "valid_from": _next(member)}
        if member is None:
            new = sa.insert(staff).values(name=known, created=values["valid_from"], **values)
            connection.execute(new)
        else:
            connection.execute(sa.update(staff).where(staff.c.name == known).values(**values))
        audit.record(connection, who, SET, known)
    return member is None


def remove(name: str, who: str) -> bool:
    """Let somebody log in no more, and end all sessions; False when there is nobody of this name.

    Raises:
        StaffError: It can't be a name.
        ClinicDatabaseError: The database can't be used.
    """
    known = known_name(name)
    with transaction() as connection:
        gone = bool(connection.execute(sa.delete(staff).where(staff.c.name == known)).rowcount)
        if gone:
            audit.record(connection, who, REMOVED, known)
    return gone


def end_sessions(name: str) -> None:
    """End all sessions of somebody, as logging out does.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    with transaction() as connection:
        change = sa.update(staff).where(staff.c.name == name)
        connection.execute(change.values(valid_from=_next(_one(connection, name))))
        audit.record(connection, name, LOGGED_OUT)


def member(name: str) -> Member | None:
    """Return a member of staff by the name, or None.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    with transaction() as connection:
        return _one(connection, name)


def members() -> list[Member]:
    """Return all who may log in with a password, by their names.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    with transaction() as connection:
        rows = connection.execute(sa.select(staff).order_by(staff.c.name)).all()
    return [Member(row.name, row.created, row.valid_from) for row in rows]


def checked(name: str, password: str) -> tuple[Member | None, str]:
    """Return the member of staff whose name and password these are, else None; both take as long.

    The second value is the name, empty when nobody has it: it is for the audit alone.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    small = name.strip().lower()
    known = small if NAME.fullmatch(small) else ""
    with transaction() as connection:
        found = _one(connection, known)
        hashed = sa.select(staff.c.password).where(staff.c.name == known)
        kept = connection.execute(hashed).scalar() or _NOBODY
    # Outside of the transaction: it takes long.
    fits = check_password_hash(kept, password[: LONGEST + 1])
    return (found if fits else None), (found.name if found else "")


def _one(connection: Any, name: str) -> Member | None:
    row = connection.execute(sa.select(staff).where(staff.c.name == name)).first()
    return Member(row.name, row.created, row.valid_from) if row else None


def _next(member: Member | None) -> float:
    """Return the time before which sessions are over, later than the one before: clocks are set back."""
    now = time.time()
    return now if member is None else max(now, math.nextafter(member.valid_from, math.inf))


def _check(password: str, name: str) -> None:
    if len(password) < SHORTEST:
        raise StaffError(
            f"a password has {SHORTEST} characters or more; several words are easy to keep in mind"
        )
    if len(password) > LONGEST:
        raise StaffError(f"a password has at most {LONGEST} characters")
    if name in password.lower() and len(name) * 2 > len(password):
        raise StaffError("a password that is mostly the name is easy to guess")
    if len({*password.lower()}) < 5:
        raise StaffError("a password of so few different characters is easy to guess")
