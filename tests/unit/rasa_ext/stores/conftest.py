"""Real databases, started once for all tests that need them, and stores in each kind."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.databases import Postgres, Redis, start_postgres, start_redis
from tests.sql_stores import Make, on_postgres, on_sqlite


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A PostgreSQL server."""
    server = start_postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    """A Redis server."""
    server = start_redis()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", "postgresql"])
def make(request: pytest.FixtureRequest, tmp_path: Path) -> Make:
    """Connects to the same new database each time, as several servers do."""
    if request.param == "sqlite":
        return lambda: on_sqlite(tmp_path / "events.db")
    server: Postgres = request.getfixturevalue("postgres")
    database = server.new_database()
    return lambda: on_postgres(server, database)
