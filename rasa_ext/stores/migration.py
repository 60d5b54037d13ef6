"""Brings Rasa's table of events up to what production needs; does nothing when it is there already.

PostgreSQL: `id` becomes bigint (Rasa's integer is used up after 400 million messages). All: an index
on `timestamp`, by which expired conversations are found (research/ops.md 5 and 7.3).
"""

from __future__ import annotations

import logging
from typing import Any

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from clinic.patience import unlimited

logger = logging.getLogger(__name__)

INDEX = "CREATE INDEX IF NOT EXISTS ix_events_timestamp ON events (timestamp)"
#: Any number: servers that start together wait for each other.
_LOCK = 5_872_331


def migrate(engine: Any) -> None:
    """Change the table where it has to be; when that is not allowed, say so and go on."""
    try:
        with unlimited(), engine.begin() as connection:
            if engine.dialect.name == "postgresql":
                _migrate_postgresql(connection)
            elif engine.dialect.name == "sqlite":
                connection.execute(sa.text(INDEX))
    except SQLAlchemyError as error:
        kind = type(getattr(error, "orig", None) or error).__name__
        logger.warning("stores: the table of events could not be changed (%s): see docs/channels.md", kind)


def _migrate_postgresql(connection: Any) -> None:
    # On a large table this takes longer than a statement may otherwise.
    connection.execute(sa.text("SET LOCAL statement_timeout = 0"))
    connection.execute(sa.text(f"SELECT pg_advisory_xact_lock({_LOCK})"))
    kind = connection.execute(
        sa.text(
            "SELECT data_type FROM information_schema.columns WHERE table_schema = current_schema()"
            " AND table_name = 'events' AND column_name = 'id'"
        )
    ).scalar()
    if kind == "integer":
        connection.execute(sa.text("ALTER TABLE events ALTER COLUMN id TYPE bigint"))
        sequence = connection.execute(sa.text("SELECT pg_get_serial_sequence('events', 'id')")).scalar()
        if sequence:
            connection.execute(sa.text(f"ALTER SEQUENCE {sequence} AS bigint"))
    there = connection.execute(sa.text("SELECT to_regclass('ix_events_timestamp')")).scalar()
    if there is None:
        connection.execute(sa.text(INDEX))
