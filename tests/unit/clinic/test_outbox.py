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
from tests.clinic_rows import audited, counts
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
    assert counts() == {"delivered": 1, "waiting": 0, "failed": 0}


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
    assert counts() == {"delivered": 0, "waiting": int(again), "failed": int(not again)}
    assert requests.get(made.id) is not None
    if not again:
        assert outbox.claim(WAYS, now + 1e7) is None


class TestTriedAgain:
    @staticmethod
    def fail(made: Request, *, given_up: bool) -> None:
        """Lets the deliveries of a request fail, once or for good."""
        due = outbox.NEVER if given_up else time.time() + 3600
        ours = table.c.request == made.id
        with transaction() as connection:
            connection.execute(sa.update(table).where(ours).values(attempts=200, due=due, error="Timeout"))

    def test_all_that_were_given_up(self) -> None:
        """They begin anew: what fails once more is not given up at once. The audit names the requests."""
        given_up, later = added("email", "webhook"), added("email")
        self.fail(given_up, given_up=True)
        self.fail(later, given_up=False)
        assert outbox.retry("anna") == 2
        assert outbox.retry("anna") == 0
        claimed = [outbox.claim(WAYS), outbox.claim(WAYS)]
        assert {c.request.id for c in claimed if c} == {given_up.id}
        assert outbox.claim(WAYS) is None
        assert claimed[0]
        assert outbox.failed(claimed[0], "Timeout", given_up.created + outbox.GIVE_UP * 100)
        assert audited() == [("anna", "deliver_again", given_up.id)]

    @pytest.mark.parametrize("given_up", [True, False])
    def test_one_request(self, given_up: bool) -> None:
        """What waits for its next try as well, and of no other request; nothing that was delivered."""
        made, other = added("email", "webhook"), added("email")
        self.fail(made, given_up=given_up)
        self.fail(other, given_up=given_up)
        with transaction() as connection:
            sent = (table.c.request == made.id, table.c.way == "webhook")
            connection.execute(sa.update(table).where(*sent).values(delivered=1.0))
        assert outbox.retry("anna", made.id) == 1
        claimed = outbox.claim(WAYS)
        assert claimed
        assert (claimed.request.id, claimed.way, claimed.attempts) == (made.id, "email", 0)
        assert outbox.claim(WAYS) is None
        assert outbox.retry("anna", added("email").id) == 0
        assert audited() == [("anna", "deliver_again", made.id)]

    def test_one_that_is_under_way(self) -> None:
        """Keeps its claim: nobody delivers it a second time meanwhile."""
        made = added("email")
        claimed = outbox.claim(WAYS)
        assert claimed
        self.fail(made, given_up=False)
        assert outbox.retry("anna", made.id) == 1
        assert outbox.claim(WAYS) is None


def test_how_they_stand() -> None:
    """By way; the oldest that waits, and what was given up, until staff have done the request."""
    assert outbox.standing() == {}
    first, second, third = added("email"), added("email", "webhook"), added("email")
    with transaction() as connection:
        connection.execute(sa.update(stored).where(stored.c.id == first.id).values(created=1000.0))
        connection.execute(sa.update(stored).where(stored.c.id == second.id).values(created=2000.0))
    assert outbox.standing()["email"] == outbox.Standing(0, 3, 1000.0, 0)
    with transaction() as connection:
        connection.execute(sa.update(table).where(table.c.request == first.id).values(due=outbox.NEVER))
        connection.execute(sa.update(table).where(table.c.request == third.id).values(delivered=5.0))
    found = outbox.standing()
    assert found == {
        "email": outbox.Standing(1, 1, 2000.0, 1),
        "webhook": outbox.Standing(0, 1, 2000.0, 0),
    }
    with transaction() as connection:
        connection.execute(sa.update(stored).where(stored.c.id == first.id).values(state="done"))
    assert outbox.standing()["email"] == outbox.Standing(1, 1, 2000.0, 0)
    with transaction() as connection:
        connection.execute(sa.update(stored).where(stored.c.id == second.id).values(state="done"))
    assert outbox.standing()["email"] == outbox.Standing(1, 1, None, 0)


class TestSwitchedOff:
    """A way that the settings have no more: its rows are kept, alarm nobody, and go out when it returns."""

    def test_they_stand_apart(self) -> None:
        """What waits, what failed and what was given up; rows of other ways, and sent ones, stay as they are."""
        waits, failed, given_up, sent = (added("webhook", "email") for _ in range(4))
        changes = {
            failed.id: {"attempts": 3, "due": time.time() + 900, "error": "Timeout"},
            given_up.id: {"attempts": 200, "due": outbox.NEVER, "error": "Timeout"},
            sent.id: {"delivered": 5.0},
        }
        with transaction() as connection:
            for one, values in changes.items():
                ours = (table.c.request == one, table.c.way == "webhook")
                connection.execute(sa.update(table).where(*ours).values(**values))
            connection.execute(sa.update(table).where(table.c.way == "email").values(delivered=6.0))
        assert outbox.claim(("email",)) is None
        assert outbox.standing()["webhook"] == outbox.Standing(1, 0, None, 0)
        assert outbox.retry("anna") == outbox.retry("anna", failed.id) == 0
        # The way is back: what failed need not wait for its next try.
        claimed = [c.request.id for _ in range(5) if (c := outbox.claim(WAYS))]
        assert claimed == [waits.id, failed.id]
        found = outbox.standing()["webhook"]
        assert (found.waiting, found.given_up) == (2, 1)
        assert outbox.retry("anna", given_up.id) == 1

    def test_no_way_at_all(self) -> None:
        """The last one was switched off."""
        added("email")
        assert outbox.claim(()) is None
        assert outbox.standing()["email"] == outbox.Standing(0, 0, None, 0)


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
    assert counts() == {"delivered": 0, "waiting": 0, "failed": 0}
