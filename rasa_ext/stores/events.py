"""Deletes rows of Rasa's table of events, so that nothing of them is left in a file."""

from __future__ import annotations

from typing import Any


def delete_events(store: Any, *conditions: Any) -> int:
    """Delete the rows of an SQL tracker store that meet all conditions; return how many there were.

    `forget_deleted` has to follow, after one deletion or several.
    """
    with store.session_scope() as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        if is_sqlite:
            # Overwrites with zeros; else the words stay in the file until their place is used.
            session.connection().exec_driver_sql("PRAGMA secure_delete = ON")
        rows = session.query(store.SQLEvent).filter(*conditions)
        deleted = int(rows.delete(synchronize_session=False))
        session.commit()
    return deleted


def forget_deleted(store: Any) -> None:
    """Empty SQLite's write-ahead log, in which deleted words still stand; does nothing without one."""
    if store.engine.dialect.name == "sqlite":
        with store.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
