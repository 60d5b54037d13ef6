"""The clinic's database: SQLite by default, PostgreSQL by its URL in STRIA_CLINIC_DB.

Of its own, not the tracker store's: staff and patients are served by different processes, and only
this one keeps how a person can be reached.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy.pool import NullPool

from assistant.datafiles import project_dir
from clinic import patience, sqlite_file
from clinic.tables import metadata

URL = "STRIA_CLINIC_DB"
#: Seconds to wait for another writer of SQLite, a free connection, and whoever prepares the first one.
WAIT = 5


class ClinicDatabaseError(Exception):
    """The database can't be used. The message names the kind of the error, and no value."""


def url() -> str:
    """Return the address of the database: STRIA_CLINIC_DB, else SQLite in the project's var/.

    Its variable with _FILE at the end names a file that holds the address, with its password.

    Raises:
        ClinicDatabaseError: The file can't be read.
    """
    if address := os.environ.get(URL):
        return address
    if file := os.environ.get(f"{URL}_FILE"):
        try:
            return Path(file).read_text(encoding="utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise ClinicDatabaseError(type(error).__name__) from None
    return f"sqlite:///{project_dir() / 'var' / 'clinic.db'}"


@contextlib.contextmanager
def transaction() -> Iterator[Any]:
    """Return a connection; what is done with it is stored as a whole or not at all.

    On SQLite it is a writer's from the beginning, so that two of them can't get in each other's way.

    Raises:
        ClinicDatabaseError: The database can't be used; nothing is stored.
    """
    try:
        with _engine(url()).begin() as connection:
            yield connection
    except (sa.exc.SQLAlchemyError, OSError) as error:
        original = getattr(error, "orig", None) or error
        raise ClinicDatabaseError(type(original).__name__) from None


def ready() -> bool:
    """Tell whether the database answers."""
    try:
        with transaction() as connection:
            connection.execute(sa.text("SELECT 1"))
    except ClinicDatabaseError:
        return False
    return True


def deleting(connection: Any) -> None:
    """Note in a transaction that it deletes words of a patient; `forget_deleted` has to follow."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(sqlite_file.MARK)


def forget_deleted() -> None:
    """Let nothing of what was deleted stand in SQLite's files; does nothing elsewhere.

    Raises:
        ClinicDatabaseError: Others are using it for too long, or it can't be used; the next time does it.
    """
    try:
        engine = _engine(url())
        if engine.dialect.name == "sqlite":
            sqlite_file.sweep(str(engine.url.database))
    except (sa.exc.SQLAlchemyError, sqlite3.Error, OSError) as error:
        raise ClinicDatabaseError(type(error).__name__) from None


def close() -> None:
    """Forget all connections, such as before another database is used."""
    with _lock:
        _made.cache_clear()


_lock = threading.Lock()


def _engine(address: str) -> Any:
    # Two threads that come first at the same time must not both make the tables. When the database does
    # not answer, those who stand behind each other must not wait for all before them.
    if not _lock.acquire(timeout=WAIT):
        raise TimeoutError("the database does not answer")
    try:
        return _made(address)
    finally:
        _lock.release()


@lru_cache(maxsize=4)
def _made(address: str) -> Any:
    parsed = _parsed(address)
    options: dict[str, Any] = {"future": True, "hide_parameters": True}
    if parsed.get_backend_name() == "sqlite":
        if not parsed.database or parsed.database == ":memory:":
            raise OSError("the database has to be a file")
        Path(parsed.database).parent.mkdir(parents=True, exist_ok=True)
        # Connections of SQLite are cheap, and may not be shared between threads.
        options |= {"poolclass": NullPool, "connect_args": {"timeout": WAIT}}
    else:
        patience.install()
        timeouts = {
            "connect_timeout": patience.CONNECT,
            "options": f"-c statement_timeout={patience.STATEMENT}s",
        }
        options |= {"pool_pre_ping": True, "pool_size": 2, "max_overflow": 3, "pool_timeout": WAIT}
        options |= {"connect_args": timeouts}
    try:
        engine = sa.create_engine(parsed, **options)
    except (ImportError, TypeError) as error:
        # No driver of that kind of database is installed, or an address holds options that it does not know.
        raise ClinicDatabaseError(type(error).__name__) from None
    if engine.dialect.name == "sqlite":
        sa.event.listen(engine, "connect", _prepare)
        sa.event.listen(engine, "begin", lambda c: c.exec_driver_sql("BEGIN IMMEDIATE"))
    else:
        patience.try_shortly(engine)
    _create(engine)
    return engine


def _parsed(address: str) -> Any:
    try:
        return sa.engine.make_url(address)
    except ValueError as error:
        # Its message holds a part of the address, which can be one of the password.
        raise ClinicDatabaseError(type(error).__name__) from None


def _create(engine: Any) -> None:
    """Make what tables are missing; another process may be doing the same."""
    try:
        metadata.create_all(engine)
    except (sa.exc.OperationalError, sa.exc.ProgrammingError, sa.exc.IntegrityError) as error:
        if engine.dialect.name != "sqlite" and isinstance(error, sa.exc.OperationalError):
            # PostgreSQL is not there: no use in waiting for it a second time.
            raise
        if not all(sa.inspect(engine).has_table(name) for name in metadata.tables):
            raise


def _prepare(connection: Any, _record: Any) -> None:
    # SQLAlchemy begins transactions itself, by the listener above.
    connection.isolation_level = None
    with contextlib.closing(connection.cursor()) as cursor:
        cursor.execute("PRAGMA journal_mode = WAL")
        cursor.execute("PRAGMA synchronous = FULL")
        cursor.execute("PRAGMA secure_delete = ON")
        cursor.execute("PRAGMA foreign_keys = ON")
