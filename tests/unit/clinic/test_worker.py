"""The thread that delivers: it starts at once, wakes when something is stored, and outlives errors."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator

import pytest

from clinic import database, delivery, requests, worker
from clinic.database import ClinicDatabaseError
from tests.clinic_rows import counts
from tests.receiver import Receiver, receiving
from tests.unit.clinic.made import request


def wait_for(true: Callable[[], bool]) -> None:
    """Waits until something is true, for ten seconds."""
    until = time.monotonic() + 10
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A webhook that is switched on, and a worker that is not running yet and ends with the test."""
    with receiving() as running:
        monkeypatch.setenv("STRIA_WEBHOOK_URL", running.url)
        monkeypatch.setenv("STRIA_WEBHOOK_SECRET", "s" * 20)
        monkeypatch.setattr(worker, "_thread", None)
        monkeypatch.setattr(worker, "POLL", 0.05)
        monkeypatch.setattr(worker, "AFTER_ERROR", 0.05)
        yield running
        worker.stop(10)
        assert worker._thread is None or not worker._thread.is_alive()


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No way is on; a worker that is not running yet and ends with the test."""
    monkeypatch.setattr(worker, "_thread", None)
    yield
    worker.stop(10)
    assert worker._thread is None or not worker._thread.is_alive()


def test_without_ways(idle: None) -> None:
    """What waits for a way that was switched off is marked, and alarms nobody."""
    requests.add(request(), ("webhook",))
    assert counts()["waiting"] == 1
    assert not worker.start()
    wait_for(lambda: counts()["waiting"] == 0)


def test_without_ways_a_database_that_is_away_is_none_of_our_business(
    idle: None, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """Nobody waits for it here, so nothing is logged; it is tried again."""
    calls, real = [], delivery.deliver_one

    def away() -> str:
        calls.append(1)
        if len(calls) < 3:
            raise ClinicDatabaseError("OperationalError")
        return real()

    monkeypatch.setattr(worker, "AFTER_ERROR", 0.01)
    monkeypatch.setattr(delivery, "deliver_one", away)
    worker.start()
    wait_for(lambda: len(calls) >= 3)
    assert caplog.text == ""


def test_it_delivers_what_is_stored(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """At once, not at the next look."""
    monkeypatch.setattr(worker, "POLL", 60.0)
    assert worker.start()
    made = request()
    requests.add(made, delivery.ways())
    worker.wake()
    wait_for(lambda: bool(receiver.got))
    wait_for(lambda: counts()["delivered"] == 1)


def test_it_starts_once(receiver: Receiver) -> None:
    """However often it is asked."""
    worker.start()
    thread = worker._thread
    worker.start()
    assert worker._thread is thread
    assert thread is not None
    assert thread.daemon


def test_the_start_does_not_wait_for_the_database(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, tmp_path: object, caplog: pytest.LogCaptureFixture
) -> None:
    """It is away, then comes; what was stored meanwhile goes out. One line in the log for all the time."""
    calls, real = [], delivery.deliver_one

    def away() -> str:
        calls.append(1)
        if len(calls) < 4:
            raise ClinicDatabaseError("OperationalError")
        return real()

    monkeypatch.setattr(delivery, "deliver_one", away)
    requests.add(request(), ("webhook",))
    worker.start()
    wait_for(lambda: len(receiver.got) == 1)
    assert caplog.text.count("deliveries wait for the clinic's database: OperationalError") == 1
    database.close()


def test_wrong_settings_are_said_at_the_start(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By the name of the variable."""
    monkeypatch.setenv("STRIA_WEBHOOK_SECRET", "short")
    worker.start()
    assert "STRIA_WEBHOOK_SECRET needs 16 characters or more; requests are kept until then" in caplog.text
