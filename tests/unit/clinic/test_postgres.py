"""The same on PostgreSQL, which several servers share: killed, frozen, and written to at once."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from clinic import database, outbox, privacy, requests, tables, worker
from clinic.database import ClinicDatabaseError
from tests.clinic_rows import counts
from tests.databases import Postgres, start_postgres
from tests.receiver import receiving
from tests.unit.clinic.made import request

WAYS = ("email", "webhook")


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """A server of this file's own."""
    running = start_postgres()
    yield running
    running.stop()


@pytest.fixture(autouse=True)
def clinic_db(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A new database for each test."""
    name = server.new_database()
    monkeypatch.setenv(database.URL, f"postgresql://stria@127.0.0.1:{server.port}/{name}")
    database.close()
    yield
    database.close()


def test_at_once() -> None:
    """Many processes with the same yes are one request, many claims one delivery."""
    made, stored, claimed = request(), [], []
    threads = [threading.Thread(target=lambda: stored.append(requests.add(made, WAYS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(stored) == [False] * 3 + [True]
    threads = [threading.Thread(target=lambda: claimed.append(outbox.claim(WAYS))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = [c for c in claimed if c is not None]
    assert sorted(c.way for c in found) == sorted(WAYS)
    for claim in found:
        outbox.delivered(claim)
    assert counts() == {"delivered": 2, "waiting": 0, "failed": 0}


def test_another_conversation() -> None:
    """Its request can't be taken over by an id."""
    made = request("web:1")
    requests.add(made)
    with pytest.raises(ClinicDatabaseError, match="OtherConversation"):
        requests.add(type(made)(**{**vars(made), "conversation": "web:2"}))


def test_erased_while_a_delivery_begins() -> None:
    """Whoever is first: what may have left is told to the patient, also when it was claimed in the same moment."""
    made, erased = request(), []
    requests.add(made, WAYS)
    erasing = threading.Thread(target=lambda: erased.append(privacy.erase(made.conversation)))
    with database.transaction() as connection:
        # As `claim` does it, before its transaction ends.
        connection.execute(sa.select(tables.outbox).with_for_update())
        connection.execute(sa.update(tables.outbox).values(leased=time.time() + 60))
        erasing.start()
        erasing.join(1.0)
        assert erasing.is_alive()
    erasing.join(10.0)
    assert [one.sent for one in erased] == [True]
    assert requests.get(made.id) is None


def test_killed_and_back(server: Postgres) -> None:
    """An error by its kind while it is away; what was stored is there, and what was not can be stored again."""
    first, second = request(), request()
    requests.add(first, WAYS)
    server.kill()
    try:
        with pytest.raises(ClinicDatabaseError, match="OperationalError"):
            requests.add(second, WAYS)
    finally:
        server.start()
    assert requests.get(first.id) is not None
    assert requests.get(second.id) is None
    assert requests.add(second, WAYS)
    assert counts()["waiting"] == 4


@pytest.mark.parametrize("before", ["connected", "new"])
def test_frozen(server: Postgres, before: str) -> None:
    """It does not answer: an error in a few seconds, before Rasa gives up on the action."""
    requests.add(request(), WAYS)
    if before == "new":
        database.close()
    with server.frozen():
        began = time.monotonic()
        with pytest.raises(ClinicDatabaseError):
            requests.add(request(), WAYS)
        assert time.monotonic() - began < 8
    assert counts()["waiting"] == 2


def test_frozen_in_the_middle(server: Postgres) -> None:
    """Also what has begun comes to an end, and nothing of it is stored."""
    made, began = request(), time.monotonic()

    def store_as_it_freezes() -> None:
        with database.transaction() as connection:
            connection.execute(sa.insert(tables.requests), made.row())
            with server.frozen():
                connection.execute(sa.text("SELECT 1"))

    with pytest.raises(ClinicDatabaseError):
        store_as_it_freezes()
    assert time.monotonic() - began < 8
    assert requests.get(made.id) is None
    assert requests.add(made)


def test_frozen_for_many(server: Postgres) -> None:
    """More threads than there are connections: none waits for ever, and none for all the others."""
    requests.add(request(), WAYS)
    took: list[float] = []

    def look() -> None:
        began = time.monotonic()
        with contextlib.suppress(ClinicDatabaseError):
            counts()
        took.append(time.monotonic() - began)

    for again in (False, True):
        if again:
            database.close()
        threads = [threading.Thread(target=look, daemon=True) for _ in range(8)]
        with server.frozen():
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(30)
        assert len(took) == 8
        assert max(took) < 10
        took.clear()
    assert counts()["waiting"] == 2


def test_the_worker_while_it_is_frozen(server: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread does not stay there: it delivers once the database is back, and it can be ended before."""
    monkeypatch.setattr(worker, "_thread", None)
    monkeypatch.setattr(worker, "AFTER_ERROR", 0.1)
    with receiving() as receiver:
        monkeypatch.setenv("STRIA_WEBHOOK_URL", receiver.url)
        monkeypatch.setenv("STRIA_WEBHOOK_SECRET", "s" * 20)
        requests.add(request(), ("webhook",))
        with server.frozen():
            worker.start()
            worker.stop(15)
            assert worker._thread is not None
            assert not worker._thread.is_alive()
            worker.start()
        deadline = time.monotonic() + 20
        while not receiver.got and time.monotonic() < deadline:
            time.sleep(0.05)
        worker.stop(15)
        assert len(receiver.got) == 1
