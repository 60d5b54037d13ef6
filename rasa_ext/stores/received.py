"""What messengers delivered and nobody has answered yet, beside the tracker (SQL).

A platform that got its 200 does not send a message again. So what it delivered is written down before,
and struck out when it is answered. A server holds what it works on for some seconds and says again and
again that it does; what a killed server held is free after that, and another one takes it.
"""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from clinic import sqlite_file
from rasa_ext.stores import beside
from rasa_ext.stores.claims import of_conversation, of_message
from rasa_ext.stores.unsynced import unsynced

#: Seconds for which a server holds a message without saying so again.
HELD = 6.0
#: So often a message is taken up; one that ends the process each time must not do so for ever.
TRIES = 3
#: What is taken up, or struck out, at once.
BATCH = 50
#: Seconds after which nobody waits for an answer any more, such as on a channel that was switched off.
KEPT = 86_400
#: In the place of what was typed or pressed, where nobody needs it any more but an answer is due.
WORDLESS = {"text": "-", "press": ""}
#: Messages of this process whose row is all that is left of their conversation: no byte of it may stay.
_alone: set[str] = set()

#: The words of a patient stand in `event`, for as long as the answer takes.
table = sa.Table(
    "stria_received",
    sa.MetaData(),
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False, index=True),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("owner", sa.String(32), nullable=False),
    sa.Column("until", sa.Float, nullable=False, index=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
)
_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Message:
    """A delivered message: its conversation, the platform's id of it, and the event as JSON."""

    sender: str
    id: str
    event: str


@dataclass(frozen=True)
class Kept:
    """Whether a message was written down now, and the names of what else of its conversation stands there."""

    new: bool
    before: Sequence[str] = ()


@dataclass(frozen=True)
class Left:
    """A message that its server has left: the event as JSON, and whether it was taken up too often already."""

    event: str
    given_up: bool


def usable(engine: Any) -> bool:
    """Tell whether messages can be kept in this database: SQLite or PostgreSQL."""
    return engine.dialect.name in _INSERT


def prepare(engine: Any) -> None:
    """Make the table where it is missing."""
    beside.make(engine, table)


def _now(engine: Any) -> Any:
    """Return the time of all who share the database: its own, since clocks of servers may differ."""
    if engine.dialect.name == "postgresql":
        return sa.cast(sa.extract("epoch", sa.func.clock_timestamp()), sa.Float)
    return time.time()


def keep(engine: Any, channel: str, owner: str, message: Message) -> Kept:
    """Write a message down; one that stands there already stays its owner's, who answers it."""
    prepare(engine)
    now = _now(engine)
    row = {
        "id": of_message(message.sender, message.id),
        "conversation": of_conversation(message.sender),
        "channel": channel,
        "at": now,
        "owner": owner,
        "until": now + HELD,
        "tries": 1,
        "event": message.event,
    }
    insert = _INSERT[engine.dialect.name](table).values(row).on_conflict_do_nothing()
    others = sa.select(table.c.id).where(table.c.conversation == row["conversation"], table.c.id != row["id"])
    with engine.connect() as connection, unsynced(connection), connection.begin():
        if connection.execute(insert).rowcount != 1:
            return Kept(False)
        return Kept(True, connection.execute(others).scalars().all())


def still_there(engine: Any, names: Sequence[str]) -> Sequence[str]:
    """Return which of these messages (`claims.of_message`) are not struck out yet."""
    prepare(engine)
    with engine.connect() as connection:
        there: Sequence[str] = (
            connection.execute(sa.select(table.c.id).where(table.c.id.in_(names))).scalars().all()
        )
    return there


def strike_out(engine: Any, owner: str, ids: list[str]) -> bool:
    """Remove what an owner has answered; tell whether `events.forget_deleted` has to follow.

    Args:
        engine: of the tracker store.
        owner: who has answered.
        ids: hashes of messages (`claims.of_message`).
    """
    prepare(engine)
    alone = _alone.intersection(ids)
    gone = table.delete().where(table.c.id.in_(ids), table.c.owner == owner)
    with engine.connect() as connection, unsynced(connection), connection.begin():
        connection.execute(gone)
        if alone and engine.dialect.name == "sqlite":
            connection.exec_driver_sql(sqlite_file.MARK)
    _alone.difference_update(alone)
    return bool(alone)


def hold(engine: Any, owner: str, ids: list[str]) -> None:
    """Say that an owner still works on these messages."""
    prepare(engine)
    held = table.update().where(table.c.id.in_(ids), table.c.owner == owner)
    with engine.connect() as connection, unsynced(connection), connection.begin():
        connection.execute(held.values(until=_now(engine) + HELD))


def take_up(engine: Any, channel: str, owner: str) -> list[Left]:
    """Make messages of a channel, which nobody holds any more, an owner's; return them, oldest first.

    What was taken up too often is removed instead.
    """
    prepare(engine)
    now = _now(engine)
    free = sa.select(table).where(table.c.channel == channel, table.c.until < now)
    with engine.connect() as connection, unsynced(connection), connection.begin():
        rows = connection.execute(free.order_by(table.c.at, table.c.id).limit(BATCH)).all()
        left = []
        for row in rows:
            # As it was found: another server may be taking it at the same moment.
            unchanged = (table.c.id == row.id, table.c.until == row.until)
            given_up = row.tries >= TRIES
            mine = table.update().where(*unchanged)
            mine = mine.values(owner=owner, until=now + HELD, tries=row.tries + 1)
            if connection.execute(table.delete().where(*unchanged) if given_up else mine).rowcount == 1:
                left.append(Left(str(row.event), given_up))
                if (_read(row.event) or {}).items() >= WORDLESS.items():
                    _alone.add(row.id)
    return left


def clear(connection: Any, now: float) -> int:
    """Delete what nobody will answer any more, such as of a channel that is switched off; return how much.

    Args:
        connection: in a transaction of the caller's; the table has to be there.
        now: seconds since 1970.
    """
    return int(connection.execute(table.delete().where(table.c.at < now - KEPT)).rowcount)


def erase(connection: Any, sender: str, message: str = "") -> None:
    """Remove all of a conversation, in a transaction of the caller's; the table has to be there.

    Of one `message` (`claims.of_message`) only the words go: whoever sent it is still to be answered, by
    another server when this one is killed.
    """
    of_sender = table.c.conversation == of_conversation(sender)
    event = _read(connection.execute(sa.select(table.c.event).where(table.c.id == message)).scalar())
    if event is None:
        connection.execute(table.delete().where(of_sender))
        return
    connection.execute(table.delete().where(of_sender, table.c.id != message))
    wordless = json.dumps({**event, **WORDLESS})
    connection.execute(table.update().where(table.c.id == message).values(event=wordless))
    _alone.add(message)


def _read(event: str | None) -> dict[str, Any] | None:
    """Return an event; None for none, and for what another version of us wrote."""
    try:
        read = json.loads(event or "")
    except ValueError:
        return None
    return read if isinstance(read, dict) else None
