"""The SQL tracker store in PostgreSQL: restarts, connections, large numbers, rights."""

from __future__ import annotations

import asyncio

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.exceptions import RasaException

from rasa_ext.stores.sql import SafeSQLTrackerStore
from tests.databases import Postgres
from tests.sql_stores import SECRET, on_postgres, say, texts
from tests.web_agent import DOMAIN


class TestPostgreSQL:
    async def test_a_restart_loses_nothing(self) -> None:
        """The connection that is gone is noticed before it is used; during the outage there is an error."""
        from tests.databases import start_postgres

        server = start_postgres()
        try:
            store = on_postgres(server, server.new_database())
            await say(store, "one")
            server.kill()
            server.start()
            await say(store, "two")
            server.kill()
            with pytest.raises(sa.exc.OperationalError):
                await say(store, "lost, and known to be")
            server.start()
            await say(store, "three")
            assert await texts(store) == ["one", "two", "three"]
        finally:
            server.stop()

    def test_the_number_of_connections(self, postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
        """Few, with Rasa's variables for other numbers."""
        store = on_postgres(postgres, postgres.new_database())
        assert (store.engine.pool.size(), store.engine.pool._max_overflow) == (2, 3)
        monkeypatch.setenv("SQL_POOL_SIZE", "7")
        monkeypatch.setenv("SQL_MAX_OVERFLOW", "0")
        store = on_postgres(postgres, postgres.new_database())
        assert (store.engine.pool.size(), store.engine.pool._max_overflow) == (7, 0)

    async def test_numbers_do_not_run_out(self, postgres: Postgres) -> None:
        """Rasa's own table ends at 2,147,483,647; ours is changed at the start, with what is in it."""
        database = postgres.new_database()
        stock = on_postgres(postgres, database, SQLTrackerStore)
        await say(stock, "one")
        postgres.query(database, "SELECT setval('events_id_seq', 2147483647)")
        with pytest.raises(sa.exc.DataError):
            await say(stock, "two")
        store = on_postgres(postgres, database)
        await say(store, "three")
        assert await texts(store) == ["one", "three"]
        assert postgres.query(database, "SELECT max(id) > 2147483647 FROM events") == [(True,)]

    async def test_servers_that_start_together(self, postgres: Postgres) -> None:
        """All of them work, and the table is changed once."""
        database = postgres.new_database()
        stores = await asyncio.gather(*(asyncio.to_thread(on_postgres, postgres, database) for _ in range(4)))
        for number, store in enumerate(stores):
            await say(store, str(number))
        assert await texts(stores[0]) == ["0", "1", "2", "3"]

    async def test_without_the_right_to_change_the_table(
        self, postgres: Postgres, caplog: pytest.LogCaptureFixture
    ) -> None:
        """It is told, and the store works."""
        database = postgres.new_database()
        on_postgres(postgres, database, SQLTrackerStore)
        postgres.query("postgres", "DROP ROLE IF EXISTS reader")
        postgres.query("postgres", "CREATE ROLE reader LOGIN")
        postgres.query(database, "GRANT ALL ON ALL TABLES IN SCHEMA public TO reader")
        postgres.query(database, "GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO reader")
        where = {"host": "127.0.0.1", "port": postgres.port, "db": database, "username": "reader"}
        store = SafeSQLTrackerStore(Domain.from_yaml(DOMAIN), "postgresql", **where)
        assert "could not be changed (InsufficientPrivilege)" in caplog.text
        await say(store)
        assert await texts(store) == [SECRET]
        postgres.query(database, "DROP OWNED BY reader")

    async def test_a_slow_statement_is_given_up(self, postgres: Postgres) -> None:
        """Somebody locks the table; the server must not wait for ever."""
        store = on_postgres(postgres, postgres.new_database())
        assert store.engine.execute("SHOW statement_timeout").scalar() == "5s"
        name = store.engine.execute("SHOW application_name").scalar()
        assert name == "stria"

    def test_a_missing_schema_stops_the_start(
        self, postgres: Postgres, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """As Rasa's own store does, but by an error and not in the middle of a conversation."""
        database = postgres.new_database()
        monkeypatch.setenv("POSTGRESQL_SCHEMA", "nowhere")
        with pytest.raises((RasaException, sa.exc.SQLAlchemyError)):
            on_postgres(postgres, database)
        postgres.query(database, "CREATE SCHEMA clinic")
        monkeypatch.setenv("POSTGRESQL_SCHEMA", "clinic")
        on_postgres(postgres, database)
        found = postgres.query(
            database,
            "SELECT data_type FROM information_schema.columns WHERE table_schema = 'clinic' "
            "AND table_name = 'events' AND column_name = 'id'",
        )
        assert found == [("bigint",)]
