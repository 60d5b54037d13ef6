"""Real databases, started once for all tests that need them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.databases import Postgres, Redis, start_postgres, start_redis


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
