"""Where it is written that a message was taken, beside the tracker; erased with its conversation.

A claim is a hash of a message and a hash of its conversation. Hashes of short names, such as phone
numbers, can be guessed by trying all: so claims are no more than the tracker holds, and go with it.
"""

from __future__ import annotations

import hashlib
import time
from typing import Any
from weakref import WeakSet

import sqlalchemy as sa

#: Seconds for which a claim is kept. WhatsApp sends again for 7 days, the others for less.
KEPT = 30 * 86_400

_metadata = sa.MetaData()
#: Beside Rasa's own table.
table = sa.Table(
    "stria_claims",
    _metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    # Empty in rows of servers before this column was there; those are gone after 30 days.
    sa.Column("conversation", sa.String(64), nullable=False, server_default="", index=True),
)
_ADD = "ALTER TABLE stria_claims ADD COLUMN conversation VARCHAR(64) NOT NULL DEFAULT ''"
_INDEX = "CREATE INDEX IF NOT EXISTS ix_stria_claims_conversation ON stria_claims (conversation)"

#: Databases in which the table is as it should be.
_ready: WeakSet[Any] = WeakSet()


def of_message(sender: str, message_id: str) -> str:
    """Return the hash of a message."""
    return hashlib.sha256(f"{sender}\n{message_id}".encode()).hexdigest()


def of_conversation(sender: str) -> str:
    """Return the hash of a conversation."""
    return hashlib.sha256(sender.encode()).hexdigest()


def prepare(engine: Any) -> None:
    """Make the table, or what it lacks, once; another process may be doing the same."""
    if engine in _ready:
        return
    # As each database says that somebody else was faster; one that does not answer is asked once.
    failures: tuple[Any, ...] = sa.exc.ProgrammingError, sa.exc.IntegrityError
    if engine.dialect.name == "sqlite":
        failures = (sa.exc.OperationalError,)
    try:
        _metadata.create_all(engine)
    except failures:
        if not sa.inspect(engine).has_table(table.name):
            raise
    if not _has_column(engine):
        try:
            with engine.begin() as connection:
                connection.execute(sa.text(_ADD))
                connection.execute(sa.text(_INDEX))
        except failures:
            if not _has_column(engine):
                raise
    _ready.add(engine)


def _has_column(engine: Any) -> bool:
    return any(c["name"] == "conversation" for c in sa.inspect(engine).get_columns(table.name))


def clear(connection: Any, now: float) -> None:
    """Delete the claims that nobody needs any more."""
    connection.execute(table.delete().where(table.c.at < now - KEPT))


def in_redis(store: Any, sender: str) -> str:
    """Return the key under which a Redis store keeps the claims of a conversation."""
    return f"{store.key_prefix}claims:{of_conversation(sender)}"


def claim_in_redis(store: Any, sender: str, message_id: str) -> bool:
    """Claim a message in the Redis of a tracker store; tell whether nobody had."""
    key = in_redis(store, sender)
    with store.red.pipeline() as together:
        together.hsetnx(key, of_message(sender, message_id), int(time.time()))
        together.expire(key, KEPT)
        return bool(together.execute()[0])
