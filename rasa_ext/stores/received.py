"""What messengers delivered and nobody has answered yet, beside the tracker (SQL).

A platform that got its 200 does not send a message again. So what it delivered is written down before,
and struck out when it is answered. A server holds what it works on for some seconds and says again and
again that it does; what a killed server held is free after that, and another one takes it.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from weakref import WeakSet

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from rasa_ext.stores.claims import of_conversation, of_message
from rasa_ext.stores.unsynced import unsynced

#: Seconds for which a server holds a message without saying so again.
HELD = 6.0
#: So often a message is taken up; one that ends the process each time must not do so for ever.
TRIES = 3
#: What is taken up at once.
BATCH = 50

_metadata = sa.MetaData()
#: The words of a patient stand in `event`, for as long as the answer takes.
table = sa.Table(
    "stria_received",
    _metadata,
    sa.Column("id", sa.String(64), primary_key=True),
    sa.Column("conversation", sa.String(64), nullable=False, index=True),
    sa.Column("channel", sa.String(32), nullable=False),
    sa.Column("at", sa.Float, nullable=False),
    sa.Column("owner", sa.String(32), nullable=False),
    sa.Column("until", sa.Float, nullable=False, index=True),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("event", sa.Text, nullable=False),
)
_ready: WeakSet[Any] = WeakSet()
_INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


@dataclass(frozen=True)
class Message:
    """A delivered message: its conversation, the platform's id of it, and the event as JSON."""

    sender: str
    id: str
    event: str


def usable(engine: Any) -> bool:
    """Tell whether messages can be kept in this database: SQLite or PostgreSQL."""
    return engine.dialect.name in _INSERT


def prepare(engine: Any) -> None:
    """Make the table, once; another process may be doing the same."""
    if engine in _ready:
        return
    try:
        _metadata.create_all(engine)
    except (sa.exc.OperationalError, sa.exc.ProgrammingError, sa.exc.IntegrityError):
        if not sa.inspect(engine).has_table(table.name):
            raise
    _ready.add(engine)


def keep(engine: Any, channel: str, owner: str, messages: list[Message]) -> None:
    """Write messages down, all or none; one that stands there already stays its owner's."""
    prepare(engine)
    now = time.time()
    rows = [
        {
            "id": of_message(message.sender, message.id),
            "conversation": of_conversation(message.sender),
            "channel": channel,
            "at": now,
            "owner": owner,
            "until": now + HELD,
            "tries": 1,
            "event": message.event,
        }
        for message in messages
    ]
    statement = _INSERT[engine.dialect.name](table).on_conflict_do_nothing()
    with engine.connect() as connection, unsynced(connection), connection.begin():
        connection.execute(statement, rows)


def strike_out(engine: Any, owner: str, ids: list[str]) -> None:
    """Remove what an owner has answered; `ids` are hashes of messages (`claims.of_message`)."""
    prepare(engine)
    gone = table.delete().where(table.c.id.in_(ids), table.c.owner == owner)
    with engine.connect() as connection, unsynced(connection), connection.begin():
        connection.execute(gone)


def hold(engine: Any, owner: str, ids: list[str]) -> None:
    """Say that an owner still works on these messages."""
    prepare(engine)
    held = table.update().where(table.c.id.in_(ids), table.c.owner == owner)
    with engine.connect() as connection, unsynced(connection), connection.begin():
        connection.execute(held.values(until=time.time() + HELD))


def take_up(engine: Any, channel: str, owner: str) -> list[str]:
    """Make messages of a channel, which nobody holds any more, an owner's; return their events, oldest first.

    What was taken up too often is removed instead.
    """
    prepare(engine)
    now = time.time()
    free = sa.select(table).where(table.c.channel == channel, table.c.until < now)
    with engine.connect() as connection, unsynced(connection), connection.begin():
        rows = connection.execute(free.order_by(table.c.at, table.c.id).limit(BATCH)).all()
        events = []
        for row in rows:
            # As it was found: another server may be taking it at the same moment.
            unchanged = (table.c.id == row.id, table.c.until == row.until)
            if row.tries >= TRIES:
                connection.execute(table.delete().where(*unchanged))
                continue
            mine = table.update().where(*unchanged)
            mine = mine.values(owner=owner, until=now + HELD, tries=row.tries + 1)
            if connection.execute(mine).rowcount == 1:
                events.append(str(row.event))
    return events


def clear(connection: Any, before: float) -> int:
    """Remove what came before then, such as of a channel that is switched off; return how many there were."""
    return int(connection.execute(table.delete().where(table.c.at < before)).rowcount)


def erase(connection: Any, sender: str) -> None:
    """Remove all of a conversation, in a transaction of the caller's; the table has to be there."""
    connection.execute(table.delete().where(table.c.conversation == of_conversation(sender)))
