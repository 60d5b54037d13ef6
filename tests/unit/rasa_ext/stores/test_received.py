"""What was delivered and not yet answered: written down, held, taken up once, struck out."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from rasa_ext.stores import received
from rasa_ext.stores.claims import of_message
from tests.databases import start_postgres

MESSAGE = received.Message("telegram:1", "7", '{"user": "1"}')
NAME = of_message("telegram:1", "7")


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def database(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """An engine for each kind of database."""
    if request.param == "sqlite":
        path = tmp_path_factory.mktemp("received") / "stria.db"
        yield sa.create_engine(f"sqlite:///{path}", connect_args={"timeout": 10})
        return
    postgres = start_postgres()
    yield sa.create_engine(f"postgresql://stria@127.0.0.1:{postgres.port}/{postgres.new_database()}")
    postgres.stop()


@pytest.fixture
def engine(database: Any) -> Any:
    """An empty table."""
    received.prepare(database)
    with database.begin() as connection:
        connection.execute(received.table.delete())
    return database


def rows(engine: Any) -> list[Any]:
    """Returns all rows."""
    with engine.connect() as connection:
        return list(connection.execute(sa.select(received.table)).all())


def left_alone(engine: Any) -> None:
    """Lets the time of all owners be over."""
    with engine.begin() as connection:
        connection.execute(received.table.update().values(until=0.0))


def test_a_message_is_held_by_who_wrote_it_down(engine: Any) -> None:
    """Nobody else gets it, and the same message again changes nothing."""
    assert received.keep(engine, "telegram", "a", MESSAGE) == received.Kept(True, [])
    assert not received.keep(engine, "telegram", "b", MESSAGE).new
    assert received.take_up(engine, "telegram", "b") == []
    assert [row.owner for row in rows(engine)] == ["a"]


def test_what_nobody_holds_is_taken_up_once(engine: Any) -> None:
    """By one of many that look at the same time, and only on its own channel."""
    received.keep(engine, "telegram", "a", MESSAGE)
    left_alone(engine)
    assert received.take_up(engine, "whatsapp", "b") == []
    found: list[received.Left] = []

    def look(owner: str) -> None:
        found.extend(received.take_up(engine, "telegram", owner))

    threads = [threading.Thread(target=look, args=(f"server {n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [left.event for left in found] == [MESSAGE.event]


def test_who_says_so_goes_on_holding(engine: Any) -> None:
    """A long turn is not taken from a server that lives."""
    received.keep(engine, "telegram", "a", MESSAGE)
    left_alone(engine)
    received.hold(engine, "a", [NAME])
    assert received.take_up(engine, "telegram", "b") == []
    received.hold(engine, "b", [NAME])
    assert [row.owner for row in rows(engine)] == ["a"]


def test_only_the_owner_strikes_out(engine: Any) -> None:
    """A server that was taken for dead may not remove what another one works on."""
    received.keep(engine, "telegram", "a", MESSAGE)
    received.strike_out(engine, "b", [NAME])
    assert len(rows(engine)) == 1
    received.strike_out(engine, "a", [NAME])
    assert rows(engine) == []


def test_a_message_that_ends_each_server_is_given_up(engine: Any) -> None:
    """After some tries it is removed, so that the others can live."""
    received.keep(engine, "telegram", "a", MESSAGE)
    for _ in range(received.TRIES - 1):
        left_alone(engine)
        assert received.take_up(engine, "telegram", "b") == [received.Left(MESSAGE.event, given_up=False)]
    left_alone(engine)
    assert received.take_up(engine, "telegram", "b") == [received.Left(MESSAGE.event, given_up=True)]
    assert rows(engine) == []


def test_messages_of_a_conversation_are_erased(engine: Any) -> None:
    """With everything else of that conversation, and of no other."""
    received.keep(engine, "telegram", "a", MESSAGE)
    received.keep(engine, "telegram", "a", received.Message("telegram:2", "8", "{}"))
    with engine.begin() as connection:
        received.erase(connection, "telegram:1")
    assert [row.event for row in rows(engine)] == ["{}"]


def test_what_came_before_is_told(engine: Any) -> None:
    """Of the same conversation alone, until it is struck out."""
    received.keep(engine, "telegram", "a", MESSAGE)
    received.keep(engine, "telegram", "a", received.Message("telegram:2", "8", "{}"))
    assert received.keep(engine, "telegram", "b", received.Message("telegram:1", "9", "{}")).before == [NAME]
    assert received.still_there(engine, [NAME, "another"]) == [NAME]
    received.strike_out(engine, "a", [NAME])
    assert received.still_there(engine, [NAME, "another"]) == []


def test_clocks_of_servers_may_differ(engine: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Servers that share a PostgreSQL go by its clock; those that share a file have one clock."""
    received.keep(engine, "telegram", "a", MESSAGE)
    if engine.dialect.name == "postgresql":
        monkeypatch.setattr(received.time, "time", lambda: 9e9)
    assert received.take_up(engine, "telegram", "b") == []
    received.hold(engine, "a", [NAME])
    monkeypatch.undo()
    assert abs(rows(engine)[0].until - received.HELD - time.time()) < 5


def test_what_nobody_answers_any_more_goes(engine: Any) -> None:
    """Such as of a channel that was switched off."""
    received.keep(engine, "telegram", "a", MESSAGE)
    with engine.begin() as connection:
        received.clear(connection, time.time())
    assert len(rows(engine)) == 1
    with engine.begin() as connection:
        received.clear(connection, time.time() + received.KEPT + 10)
    assert rows(engine) == []
