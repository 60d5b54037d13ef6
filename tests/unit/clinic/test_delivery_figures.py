"""How deliveries stand can be seen from outside: by way, with the age of the oldest, and without a patient."""

from __future__ import annotations

import time
import uuid

import pytest
import sqlalchemy as sa
from prometheus_client import REGISTRY

from clinic import database, delivery, delivery_figures, outbox, requests
from clinic.tables import outbox as table
from clinic.tables import requests as stored
from tests.counted import counted
from tests.receiver import receiving
from tests.unit.clinic.made import request


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was read before."""
    monkeypatch.setattr(delivery_figures, "_seen", {})
    monkeypatch.setattr(delivery_figures, "_well", True)


def shown(name: str, way: str = "email") -> float:
    """Returns the value of a series."""
    value = REGISTRY.get_sample_value(f"stria_deliveries_{name}", {"way": way})
    assert value is not None
    return value


def add(age: float, *ways: str) -> None:
    """Stores a request that came in so many seconds ago."""
    made = request(f"web:{uuid.uuid4()}")
    requests.add(made, ways)
    with database.transaction() as connection:
        change = sa.update(stored).where(stored.c.id == made.id)
        connection.execute(change.values(created=time.time() - age))


def ready() -> float | None:
    """Returns whether the clinic's database is shown as ready."""
    return REGISTRY.get_sample_value("stria_ready", {"part": "clinic_database"})


def test_nothing_waits() -> None:
    """Each way is there with zeros: a first failure is seen as an increase."""
    delivery_figures.show()
    for way in ("email", "webhook"):
        assert [shown(name, way) for name in ("waiting", "oldest_seconds", "given_up")] == [0, 0, 0]
    assert ready() == 1


def test_what_waits() -> None:
    """Each way by itself; the oldest one tells the age; what was given up waits no longer."""
    add(3600.0, "email")
    add(600.0, "email", "webhook")
    add(60.0, "email")
    with database.transaction() as connection:
        first = sa.select(sa.func.min(table.c.id)).scalar_subquery()
        connection.execute(sa.update(table).where(table.c.id == first).values(due=outbox.NEVER))
    delivery_figures.show()
    assert (shown("waiting"), shown("given_up")) == (2, 1)
    assert 600 <= shown("oldest_seconds") < 660
    assert (shown("waiting", "webhook"), shown("given_up", "webhook")) == (1, 0)


def test_while_the_database_is_away(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """What was seen holds and grows older, the part is not ready, and one line says so."""
    add(100.0, "email")
    delivery_figures.show()
    before, now = shown("oldest_seconds"), time.time()

    def away() -> None:
        raise database.ClinicDatabaseError("OperationalError")

    with monkeypatch.context() as patch:
        patch.setattr(outbox, "standing", away)
        patch.setattr(time, "time", lambda: now + 1000)
        delivery_figures.show()
        delivery_figures.show()
    assert ready() == 0
    assert shown("waiting") == 1
    assert before + 990 < shown("oldest_seconds") < before + 1010
    assert caplog.text.count("can't be read") == 1
    assert "OperationalError" in caplog.text
    delivery_figures.show()
    assert ready() == 1


def test_a_clock_that_was_set_back() -> None:
    """No age below zero."""
    add(-500.0, "email")
    delivery_figures.show()
    assert shown("oldest_seconds") == 0


def test_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each is counted by its way and its end, and by nothing of the request."""
    with receiving() as receiver:
        monkeypatch.setenv("STRIA_WEBHOOK_URL", receiver.url)
        monkeypatch.setenv("STRIA_WEBHOOK_SECRET", "s" * 20)
        made = request()
        requests.add(made, ("webhook",))
        receiver.status = 500
        with counted() as grown:
            assert delivery.deliver_one() == outbox.WAITING
        assert grown == {'stria_delivery_tries_total{result="failed",way="webhook"}': 1}
        outbox.retry("a test", made.id)
        receiver.status = 200
        with counted() as grown:
            assert delivery.deliver_one() == outbox.DELIVERED
        assert grown == {'stria_delivery_tries_total{result="delivered",way="webhook"}': 1}
