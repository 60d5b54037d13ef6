"""Deletes rows of Rasa's table of events, so that nothing of them is left in a file."""

from __future__ import annotations

from typing import Any


def delete_events(store: Any, *conditions: Any) -> int:
    """Delete the rows of an SQL tracker store that meet all conditions; return how many there were."""
    with store.session_scope() as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        if is_sqlite:
            # Overwrites with zeros; else the words stay in the file until their place is used.
            session.connection().exec_driver_sql("PRAGMA secure_delete = ON")
        rows = session.query(store.SQLEvent).filter(*conditions)
        deleted = int(rows.delete(synchronize_session=False))
        session.commit()
    if is_sqlite and deleted:
        with store.engine.connect() as connection:
            # The words may still stand in the write-ahead log. Empties it; does nothing without one.
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    return deleted
