"""Rasa's SQL tracker store for production: nothing lost, nothing half stored, no exit because of data.

In endpoints.yml: `type: rasa_ext.stores.sql.SafeSQLTrackerStore`, with the settings of Rasa's own
`type: SQL`, of which it is a kind. Tested with SQLite and PostgreSQL. Stock Rasa ends the process
when a sender holds a NUL byte, trusts connections that are gone, and loses what two servers store
at the same time (research/ops.md 0 and 2).
"""

from __future__ import annotations

import contextlib
import json
import logging
import os
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from rasa.core.constants import POSTGRESQL_MAX_OVERFLOW, POSTGRESQL_POOL_SIZE
from rasa.core.tracker_store import SQLTrackerStore, create_engine_kwargs, ensure_schema_exists
from rasa.shared.core.events import SessionStarted
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from sqlalchemy import orm
from sqlalchemy.pool import QueuePool, StaticPool

from clinic import patience
from clinic.patience import CONNECT, STATEMENT
from rasa_ext.stores import apart
from rasa_ext.stores.apart import WAIT
from rasa_ext.stores.lean import lean
from rasa_ext.stores.migration import migrate

logger = logging.getLogger(__name__)

#: Characters of Rasa's columns for names.
COLUMN = 255
#: Connections of a process to PostgreSQL: it uses one at a time, nearly always.
POOL, OVERFLOW = 2, 3
MOST_CONNECTIONS = 1000
_MARK = "stria_stored"


class BadSender(RasaException):  # type: ignore[misc]
    """A name of a conversation that not every database can hold; its message does not quote it."""


class StoreConflict(RasaException):  # type: ignore[misc]
    """Somebody else has stored events of this conversation since it was read."""


@dataclass(frozen=True)
class _Stored:
    """How far a tracker is stored: its first `count` events, the last of which has this id."""

    count: int
    last: int | None


class SafeSQLTrackerStore(SQLTrackerStore):
    """Stores a turn as a whole or not at all; every failure is raised."""

    engine: Any

    def __init__(self, *args: Any, synchronous: str = "FULL", **kwargs: Any):
        """Wait for the database, make what is missing in it, and connect as production needs it.

        `synchronous` is SQLite's: FULL survives a power cut, NORMAL is faster by 1 ms a message.
        """
        try:
            # Before Rasa reads them, whose error names no variable.
            _numbers_of_connections()
            super().__init__(*args, **kwargs)
            url = self.engine.url
            self.engine.dispose()
            self.engine = sa.create_engine(url, **_engine_options(url))
            _listen(self.engine, synchronous)
            self.Base.metadata.create_all(self.engine)
            self.sessionmaker = orm.sessionmaker(bind=self.engine)
            self._statements = _Statements(self.SQLEvent.__table__)
            with contextlib.closing(self.sessionmaker()) as session:
                ensure_schema_exists(session)
        except (AttributeError, ImportError, ValueError) as error:
            # Rasa would take the first two as "no such store" and keep conversations in memory.
            raise RasaException(f"The tracker store can't be used: {type(error).__name__}: {error}") from None
        migrate(self.engine)

    @contextlib.contextmanager
    def session_scope(self) -> Iterator[Any]:
        """Return a session; unlike Rasa's, it does not end the process when a value is wrong."""
        with contextlib.closing(self.sessionmaker()) as session:
            yield session

    async def _retrieve(
        self, sender_id: str, fetch_events_from_all_sessions: bool
    ) -> DialogueStateTracker | None:
        """Return the conversation, marked with how far it is stored."""
        _check(sender_id)
        statement = self._statements.all if fetch_events_from_all_sessions else self._statements.session
        rows = await apart.apart(self.engine, lambda: self._rows(statement, sender_id))
        if not rows:
            return None
        events = [json.loads(row.data) for row in rows]
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        setattr(tracker, _MARK, _Stored(len(tracker.events), rows[-1].id))
        return tracker

    def _rows(self, statement: Any, sender_id: str) -> list[Any]:
        with self.engine.connect() as connection:
            return list(connection.execute(statement, {"sender": sender_id}).all())

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Store what is new, all or nothing; then tell the event broker.

        Raises:
            BadSender: The conversation's name can't be stored.
            StoreConflict: Its events have changed since they were read; nothing is stored.
        """
        _check(tracker.sender_id)
        events = list(tracker.events)
        before, last = await apart.apart(self.engine, lambda: self._store(tracker, events))
        setattr(tracker, _MARK, _Stored(len(events), last))
        await self._publish(tracker.sender_id, events[before:])

    def _store(self, tracker: DialogueStateTracker, events: list[Any]) -> tuple[int, int | None]:
        """Store the new events; return how many were stored before, and the id of the last one."""
        with self.engine.connect() as connection, connection.begin():
            _one_at_a_time(connection, tracker.sender_id)
            before = self._position(connection, tracker)
            new, last = events[before.count :], before.last
            if new:
                rows = [_row(tracker.sender_id, event) for event in new]
                connection.execute(self._statements.insert, rows)
                last = self._last(connection, tracker.sender_id)
        return before.count, last

    async def _publish(self, sender_id: str, events: list[Any]) -> None:
        """Tell the event broker what was stored; stock Rasa tells it what may never be stored."""
        if self.event_broker is None or not events:
            return
        try:
            await self._stream_new_events(self.event_broker, events, sender_id)
        except Exception as error:
            # The turn is stored, so it counts. Type only: a message may quote events.
            logger.error("stores: the event broker was not told: %s", type(error).__name__)

    def _position(self, connection: Any, tracker: DialogueStateTracker) -> _Stored:
        """Return how far the tracker is stored; of one that is not ours, as Rasa guesses it."""
        last = self._last(connection, tracker.sender_id)
        mark: _Stored | None = getattr(tracker, _MARK, None)
        if mark is None:
            stored = connection.execute(self._statements.session, {"sender": tracker.sender_id}).all()
            return _Stored(len(stored), last)
        if mark.last != last:
            raise StoreConflict("The conversation was changed by another server in the meantime.")
        return mark

    def _last(self, connection: Any, sender_id: str) -> int | None:
        """Return the id of the last event of a conversation."""
        found = connection.execute(self._statements.last, {"sender": sender_id}).scalar()
        return None if found is None else int(found)


class _Statements:
    """What is asked of the table of events, made once: building a statement costs more than it does."""

    def __init__(self, table: Any):
        event, of_sender = table.c, table.c.sender_id == sa.bindparam("sender")
        self.last = sa.select(sa.func.max(event.id)).where(of_sender)
        self.all = sa.select(event.id, event.data).where(of_sender).order_by(event.id)
        # Sessions by id, since clocks may be set back.
        start = self.last.where(event.type_name == SessionStarted.type_name).scalar_subquery()
        self.session = self.all.where(event.id >= sa.func.coalesce(start, 0))
        self.insert = sa.insert(table)


def _check(sender_id: str) -> None:
    """Refuse what PostgreSQL can't hold: changing it could mix two conversations up.

    Raises:
        BadSender: It is too long, or holds a NUL or half a character.
    """
    if not isinstance(sender_id, str) or len(sender_id) > COLUMN:
        raise BadSender(f"A conversation's name has to be a text of at most {COLUMN} characters.")
    if "\0" in sender_id or any(unicodedata.category(c) == "Cs" for c in sender_id):
        raise BadSender("A conversation's name holds a character that can't be stored.")


def _row(sender_id: str, event: Any) -> dict[str, Any]:
    data = event.as_dict()
    intent = ((data.get("parse_data") or {}).get("intent") or {}).get("name")
    return {
        "sender_id": sender_id,
        "type_name": event.type_name,
        "timestamp": data.get("timestamp"),
        "intent_name": _name(intent),
        "action_name": _name(data.get("name")),
        # Escapes all that is not ASCII, NUL as well.
        "data": json.dumps(lean(data)),
    }


def _name(name: Any) -> str | None:
    """Return a name as its column can hold it; the whole name is in the data."""
    if name is None:
        return None
    return str(name).replace("\0", "").encode("utf-8", "replace").decode()[:COLUMN]


def _one_at_a_time(connection: Any, sender_id: str) -> None:
    """Let nobody else store events of this conversation until the end of the transaction."""
    dialect = connection.dialect.name
    if dialect == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    elif dialect == "postgresql":
        connection.execute(sa.text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": sender_id})


def _engine_options(url: Any) -> dict[str, Any]:
    """Return how to connect. Values are never shown in errors."""
    options: dict[str, Any] = {"hide_parameters": True, "pool_pre_ping": True, "pool_timeout": WAIT}
    backend = url.get_backend_name()
    if backend == "sqlite":
        options["connect_args"] = {"timeout": WAIT, "check_same_thread": False}
        if url.database in (None, "", ":memory:"):
            del options["pool_timeout"]
            return {**options, "poolclass": StaticPool}
        # One connection that is kept; others only while a second session is open.
        return {**options, "poolclass": QueuePool, "pool_size": 1, "max_overflow": 4}
    if backend == "postgresql":
        patience.install()
        of_rasa: Mapping[str, Any] = create_engine_kwargs(url).get("connect_args", {})
        options["connect_args"] = {
            **of_rasa,
            "connect_timeout": CONNECT,
            "application_name": "stria",
            # A server that is gone without a word is noticed within about 15 seconds.
            "keepalives_idle": 5,
            "keepalives_interval": 5,
            "keepalives_count": 2,
            "tcp_user_timeout": 15_000,
        }
        options["pool_size"], options["max_overflow"] = _numbers_of_connections()
        options["pool_recycle"] = 1800
    return options


def _numbers_of_connections() -> tuple[int, int]:
    """Return how many connections are kept, and how many more there may be. Raises ValueError."""
    # A pool of none or fewer would be one without an end.
    return _connections(POSTGRESQL_POOL_SIZE, POOL, 1), _connections(POSTGRESQL_MAX_OVERFLOW, OVERFLOW, 0)


def _connections(variable: str, default: int, least: int) -> int:
    """Return a number of connections. Raises ValueError, which names the variable."""
    text = (os.environ.get(variable) or "").strip() or str(default)
    if not (text.isascii() and text.isdecimal() and least <= int(text) <= MOST_CONNECTIONS):
        raise ValueError(f"{variable} has to be a whole number from {least} to {MOST_CONNECTIONS}")
    return int(text)


def _listen(engine: Any, synchronous: str) -> None:
    """Prepare each new connection."""
    dialect = engine.dialect.name
    if synchronous not in ("FULL", "NORMAL", "EXTRA"):
        raise ValueError("synchronous has to be FULL, NORMAL or EXTRA")

    def prepare(connection: Any, _record: Any) -> None:
        with contextlib.closing(connection.cursor()) as cursor:
            if dialect == "sqlite":
                cursor.execute("PRAGMA journal_mode = WAL")
                cursor.execute(f"PRAGMA synchronous = {synchronous}")
                cursor.execute("PRAGMA secure_delete = ON")
            elif dialect == "postgresql":
                cursor.execute(f"SET statement_timeout = '{STATEMENT}s'")
                connection.commit()

    sa.event.listen(engine, "connect", prepare)
