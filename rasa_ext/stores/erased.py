"""Which message had everything erased, so that it is answered as such when it comes again.

The conversation is gone, and with it all that tells of the message. A server that is killed before its
reply has left, or a connection that breaks, has the same message sent once more, perhaps to another
server; without this note it would begin a new conversation. The note is written with the erasure or
not at all: a hash of the message, a time, and what the reply needs. No word, and nobody's name.

Before an erasure of which something may have left, the same is noted of the conversation: the first step
erases what tells of it, and the second may fail.
"""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa
from rasa.core.tracker_store import RedisTrackerStore

from rasa_ext.stores import beside

#: Seconds for which a note is kept: as long as a message that nobody answered may be taken up (`received.KEPT`).
KEPT = 86_400

table = sa.Table(
    "stria_erased",
    sa.MetaData(),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("at", sa.Float, nullable=False, index=True),
    sa.Column("sent", sa.Boolean, nullable=False),
    sa.Column("language", sa.String(8), nullable=False),
)
_BY_ID = sa.select(table.c.at, table.c.sent, table.c.language).where(table.c.id == sa.bindparam("name"))


@dataclass(frozen=True)
class Note:
    """What the reply to a message that had everything erased needs.

    Attributes:
        message: hash of the message (`claims.of_message`), or of the conversation of which it was begun.
        sent: something may have left by e-mail or webhook.
        language: of the conversation.
    """

    message: str
    sent: bool
    language: str


#: By stores that are in memory: when each note was written, by the hash of its message.
_in_memory: WeakKeyDictionary[Any, dict[str, tuple[float, Note]]] = WeakKeyDictionary()


def prepare(engine: Any) -> None:
    """Make the table where it is missing."""
    beside.make(engine, table)


def write(connection: Any, note: Note) -> None:
    """Write a note in a transaction of the caller's, and delete old ones; the table has to be there."""
    clear(connection, time.time())
    forget(connection, note.message)
    row = {"id": note.message, "at": time.time(), "sent": note.sent, "language": note.language}
    connection.execute(table.insert().values(row))


def read(connection: Any, message: str) -> Note | None:
    """Return the note of a message (`claims.of_message`); the table has to be there."""
    row = connection.execute(_BY_ID, {"name": message}).first()
    return None if row is None or _is_over(row.at) else Note(message, bool(row.sent), row.language)


def forget(connection: Any, message: str) -> None:
    """Delete a note in a transaction of the caller's; the table has to be there."""
    connection.execute(table.delete().where(table.c.id == message))


def clear(connection: Any, now: float) -> None:
    """Delete the notes that nobody needs any more; the table has to be there."""
    connection.execute(table.delete().where(table.c.at < now - KEPT))


def write_in_memory(store: Any, note: Note) -> None:
    """Keep a note beside a store that is in memory."""
    notes = _in_memory.setdefault(store, {})
    for message in [m for m, (at, _) in notes.items() if _is_over(at)]:
        del notes[message]
    notes[note.message] = (time.time(), note)


def forget_in_memory(store: Any, message: str) -> None:
    """Forget a note beside a store that is in memory."""
    _in_memory.get(store, {}).pop(message, None)


def write_in_redis(pipeline: Any, store: Any, note: Note) -> None:
    """Add a note to what is done together in a Redis store."""
    value = json.dumps({"sent": note.sent, "language": note.language})
    pipeline.set(in_redis(store, note.message), value, ex=int(KEPT))


def elsewhere(store: Any, message: str) -> Note | None:
    """Return a note in a store that is no SQL store."""
    if isinstance(store, RedisTrackerStore):
        found = store.red.get(in_redis(store, message))
        return Note(message, **json.loads(found)) if found else None
    at, note = _in_memory.get(store, {}).get(message, (0.0, None))
    return None if _is_over(at) else note


def in_redis(store: Any, message: str) -> str:
    """Return the key of a note in a Redis store."""
    return f"{store.key_prefix}erased:{message}"


def _is_over(at: float) -> bool:
    return at < time.time() - KEPT
