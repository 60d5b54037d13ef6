"""Conversations that a person of the clinic has taken over: the assistant stays silent in them.

The flag is the clinic's: the inbox and `make takeover` set it. It says nothing about the patient.
"""

from __future__ import annotations

import hashlib
import time
import unicodedata
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from clinic import audit
from clinic.database import transaction
from clinic.tables import takeovers

#: Names of what is done, in the audit.
TAKE, GIVE_BACK = "take_over", "give_back"
#: Characters of a conversation's name; the column holds no more.
_MOST = 255
#: Kinds of characters that no channel lets into a name: control characters and halves of pairs.
_UNFIT = ("Cc", "Cs")


@dataclass(frozen=True)
class Takeover:
    """A conversation that somebody has taken over, since when (seconds since 1970), and who."""

    conversation: str
    since: float
    by: str


def take(conversation: str, who: str) -> bool:
    """Take a conversation over; False when somebody has it already, and then nothing changes.

    Raises:
        ValueError: This can't be the name of a conversation, or `who` is empty.
        ClinicDatabaseError: The database can't be used; nothing is stored.
    """
    _check(conversation, who)
    with transaction() as connection:
        values = {"conversation": conversation, "since": time.time(), "by": who[:64]}
        taken_now = bool(connection.execute(_insert(connection), values).rowcount)
        if taken_now:
            audit.record(connection, who, TAKE, audit_id(conversation))
    return taken_now


def give_back(conversation: str, who: str) -> bool:
    """Let the assistant answer again; False when nobody had taken the conversation over.

    Raises:
        ValueError: This can't be the name of a conversation, or `who` is empty.
        ClinicDatabaseError: The database can't be used; nothing is changed.
    """
    _check(conversation, who)
    with transaction() as connection:
        ours = takeovers.c.conversation == conversation
        given_back = bool(connection.execute(sa.delete(takeovers).where(ours)).rowcount)
        if given_back:
            audit.record(connection, who, GIVE_BACK, audit_id(conversation))
    return given_back


def taken() -> dict[str, Takeover]:
    """Return all conversations that are taken over, the longest ones first.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    with transaction() as connection:
        rows = connection.execute(sa.select(takeovers).order_by(takeovers.c.since)).all()
    return {row.conversation: Takeover(row.conversation, row.since, row.by) for row in rows}


def audit_id(conversation: str) -> str:
    """Return what names a conversation in the audit: who reads it there learns no number or name."""
    return hashlib.sha256(conversation.encode("utf-8")).hexdigest()[:16]


def _insert(connection: Any) -> Any:
    """Return an insert that does nothing when there is such a row: two of the staff may press at once."""
    dialect = postgresql if connection.dialect.name == "postgresql" else sqlite
    return dialect.insert(takeovers).on_conflict_do_nothing()


def _check(conversation: str, who: str) -> None:
    if not 0 < len(conversation) <= _MOST or any(unicodedata.category(c) in _UNFIT for c in conversation):
        raise ValueError(f"The name of a conversation has 1 to {_MOST} characters, none of them for control.")
    if not who.strip() or any(unicodedata.category(c) in _UNFIT for c in who):
        raise ValueError("It has to be said who does it, without characters for control.")
