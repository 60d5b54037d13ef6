"""What is still to be delivered: claimed by one worker at a time, tried again later and later, never lost.

A worker that was killed keeps nothing: its claim ends by itself, and another one delivers. So a
delivery can happen twice, with the same id. What can't be delivered for days stays, and can be seen.
"""

from __future__ import annotations

import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from clinic.database import transaction
from clinic.requests import Request
from clinic.tables import outbox, requests

#: Seconds for which a claim holds; longer than any delivery takes.
LEASE = 120.0
#: Seconds before the second attempt, and the longest between two.
FIRST, LONGEST = 5.0, 3600.0
#: A delivery counts as failed after so many seconds, which bridge a long weekend, and so many attempts.
GIVE_UP, ATTEMPTS = 5 * 86400.0, 100
#: When a failed delivery is due: never by itself.
NEVER = 1e12
DELIVERED, WAITING, FAILED = "delivered", "waiting", "failed"


@dataclass(frozen=True)
class Delivery:
    """A claimed delivery.

    Attributes:
        id: of the row.
        way: of delivery.
        attempts: that failed before.
        request: what is to be delivered.
    """

    id: int
    way: str
    attempts: int
    request: Request


def claim(ways: Sequence[str], now: float | None = None) -> Delivery | None:
    """Claim the delivery that has been due longest; nobody else gets it while the claim holds.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    now = time.time() if now is None else now
    free = sa.and_(
        outbox.c.delivered.is_(None), outbox.c.due <= now, outbox.c.leased <= now, outbox.c.way.in_(ways)
    )
    with transaction() as connection:
        first = sa.select(outbox).where(free).order_by(outbox.c.due, outbox.c.id).limit(1)
        row = connection.execute(first.with_for_update(skip_locked=True)).mappings().first()
        if row is None:
            return None
        connection.execute(sa.update(outbox).where(outbox.c.id == row["id"]).values(leased=now + LEASE))
        found = connection.execute(sa.select(requests).where(requests.c.id == row["request"]))
        return Delivery(row["id"], row["way"], row["attempts"], Request.from_row(found.mappings().one()))


def delivered(delivery: Delivery, now: float | None = None) -> None:
    """Keep that it was delivered. Raises ClinicDatabaseError; it is then delivered once more."""
    at = time.time() if now is None else now
    with transaction() as connection:
        connection.execute(
            sa.update(outbox)
            .where(outbox.c.id == delivery.id, outbox.c.delivered.is_(None))
            .values(delivered=at, error="", leased=0.0)
        )


def failed(delivery: Delivery, error: str, now: float | None = None) -> bool:
    """Keep that it was not delivered, and when to try again.

    Args:
        delivery: the claim.
        error: the kind of the error, a name of ours or of a class; never its text.
        now: the time.

    Returns:
        Whether it will be tried again.

    Raises:
        ClinicDatabaseError: The database can't be used; the claim then ends by itself.
    """
    at = time.time() if now is None else now
    again = at - delivery.request.created < GIVE_UP or delivery.attempts + 1 < ATTEMPTS
    due = at + delay(delivery.attempts) if again else NEVER
    with transaction() as connection:
        connection.execute(
            sa.update(outbox)
            .where(outbox.c.id == delivery.id, outbox.c.delivered.is_(None))
            .values(attempts=outbox.c.attempts + 1, due=due, leased=0.0, error=error[:64])
        )
    return again


def delay(attempts: int) -> float:
    """Return the seconds before the next attempt: twice as many each time, from half of them on by chance."""
    longest = min(LONGEST, FIRST * 2.0 ** min(attempts, 20))
    return longest * (0.5 + random.random() / 2)


def state(row: Any) -> str:
    """Return the state of a row of the outbox: `delivered`, `waiting` or `failed`."""
    if row["delivered"] is not None:
        return DELIVERED
    return FAILED if row["due"] >= NEVER else WAITING


def counts() -> dict[str, int]:
    """Return how many deliveries there are in each state. Raises ClinicDatabaseError."""
    with transaction() as connection:
        rows = connection.execute(sa.select(outbox)).mappings().all()
    found = dict.fromkeys((DELIVERED, WAITING, FAILED), 0)
    for row in rows:
        found[state(row)] += 1
    return found


def retry() -> int:
    """Make all failed deliveries due again; return how many there were. Raises ClinicDatabaseError."""
    with transaction() as connection:
        result = connection.execute(
            sa.update(outbox)
            .where(outbox.c.delivered.is_(None), outbox.c.due >= NEVER)
            .values(due=time.time())
        )
    return int(result.rowcount)
