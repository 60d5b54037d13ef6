"""Deliveries are claimed by one worker, tried again later and later, and never lost."""

from __future__ import annotations

import threading
import time
import uuid

import pytest
import sqlalchemy as sa

from clinic import outbox, requests
from clinic.database import transaction
from clinic.requests import Request
from clinic.tables import outbox as table
from clinic.tables import requests as stored
from tests.unit.clinic.made import request

WAYS = ("email", "webhook")


def added(*ways: str) -> Request:
    """Returns a request that is to be delivered."""
    made = request(f"web:{uuid.uuid4()}")
    requests.add(made, ways)
    return made


def the_row() -> dict[str, object]:
    """Returns the only row."""
    with transaction() as connection:
        return dict(connection.execute(sa.select(table)).mappings().one())


def test_claimed_once() -> None:
    """Until the claim ends, as that of a killed worker does."""
    made, now = added("email"), time.time()
    first = outbox.claim(WAYS, now)
    assert first is not None
    assert (first.request.id, first.way, first.attempts) == (made.id, "email", 0)
    assert outbox.claim(WAYS, now) is None
    assert outbox.claim(WAYS, now + outbox.LEASE - 1) is None
    again = outbox.claim(WAYS, now + outbox.LEASE)
    assert again is not None
    assert again.request.id == made.id


def test_only_ways_that_are_on() -> None:
    """What waits for another way is left."""
    added("webhook")
    assert outbox.claim(("email",)) is None
    assert outbox.claim(()) is None
    assert outbox.claim(("webhook",)) is not None


def test_the_longest_due_first() -> None:
    """Nobody is overtaken for ever."""
    first, second = added("email"), added("email")
    found = [outbox.claim(WAYS), outbox.claim(WAYS)]
    assert [d.request.id for d in found if d] == [first.id, second.id]


def test_by_one_worker_alone() -> None:
    """Of many that look at once."""
    ids = {added("email").id for _ in range(10)}
    claimed: list[str] = []

    def work() -> None:
        while (found := outbox.claim(WAYS)) is not None:
            claimed.append(found.request.id)

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(claimed) == sorted(ids)


def test_delivered() -> None:
    """It is not claimed again; a second worker that failed meanwhile does not undo it."""
    added("email")
    first = outbox.claim(WAYS)
    second = outbox.claim(WAYS, time.time() + outbox.LEASE + 1)
    assert first
    assert second
    outbox.delivered(first, 5.0)
    assert outbox.failed(second, "TimeoutError")
    row = the_row()
    assert (row["delivered"], row["error"], row["attempts"]) == (5.0, "", 0)
    assert outbox.claim(WAYS, time.time() + 1e6) is None
    assert outbox.counts() == {"delivered": 1, "waiting": 0, "failed": 0}


def test_failed_and_tried_again() -> None:
    """Later each time; only the kind of the error is kept."""
    added("email")
    now = time.time()
    for attempt in range(5):
        claimed = outbox.claim(WAYS, now)
        assert claimed is not None
        assert claimed.attempts == attempt
        assert outbox.failed(claimed, "TimeoutError", now)
        row = the_row()
        assert (row["attempts"], row["error"], row["leased"]) == (attempt + 1, "TimeoutError", 0.0)
        wait = float(row["due"]) - now  # type: ignore[arg-type]
        assert outbox.FIRST * 2**attempt / 2 <= wait <= outbox.FIRST * 2**attempt
        assert outbox.claim(WAYS, now + wait - 0.1) is None
        now += wait + 0.1


def test_the_longest_wait() -> None:
    """An hour, whatever came before; never the same twice."""
    waits = {outbox.delay(attempts) for attempts in (12, 50, 10_000) for _ in range(20)}
    assert len(waits) > 50
    assert outbox.LONGEST / 2 <= min(waits)
    assert max(waits) <= outbox.LONGEST


@pytest.mark.parametrize(
    ("age", "attempts", "again"),
    [
        (outbox.GIVE_UP - 60, 10_000, True),
        (outbox.GIVE_UP + 60, outbox.ATTEMPTS - 2, True),
        (outbox.GIVE_UP + 60, outbox.ATTEMPTS - 1, False),
    ],
)
def test_given_up(age: float, attempts: int, again: bool) -> None:
    """After days and many attempts, not one of them alone: a worker that was off for a week is no reason."""
    made = added("email")
    with transaction() as connection:
        connection.execute(sa.update(table).values(attempts=attempts))
    claimed = outbox.claim(WAYS)
    assert claimed is not None
    now = claimed.request.created + age
    assert outbox.failed(claimed, "TimeoutError", now) is again
    assert outbox.counts() == {"delivered": 0, "waiting": int(again), "failed": int(not again)}
    assert requests.get(made.id) is not None
    if not again:
        assert outbox.claim(WAYS, now + 1e7) is None
        assert outbox.retry() == 1
        assert outbox.claim(WAYS) is not None


def test_hours_before_it_is_given_up() -> None:
    """All attempts with the shortest waits: days, as promised."""
    shortest = sum(min(outbox.LONGEST, outbox.FIRST * 2.0**n) / 2 for n in range(outbox.ATTEMPTS))
    assert shortest > 1.5 * 86400
    assert outbox.GIVE_UP > 3 * 86400


def test_a_request_that_is_erased() -> None:
    """Its deliveries go with it, also one that is under way."""
    made = added("email", "webhook")
    claimed = outbox.claim(WAYS)
    with transaction() as connection:
        connection.execute(sa.delete(stored).where(stored.c.id == made.id))
    assert claimed is not None
    outbox.failed(claimed, "TimeoutError")
    outbox.delivered(claimed)
    assert outbox.counts() == {"delivered": 0, "waiting": 0, "failed": 0}
