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

from clinic import audit
from clinic.database import transaction
from clinic.requests import DONE, Request
from clinic.tables import outbox, requests

#: Seconds for which a claim holds; longer than any delivery takes.
LEASE = 120.0
#: Seconds before the second attempt, and the longest between two.
FIRST, LONGEST = 5.0, 3600.0
#: A delivery counts as failed after so many seconds, which bridge a long weekend, and so many attempts.
GIVE_UP, ATTEMPTS = 5 * 86400.0, 100
#: When a failed delivery is due: never by itself.
NEVER = 1e12
#: Stands as the error of what is not sent because its way is switched off.
OFF = "SwitchedOff"
DELIVERED, WAITING, FAILED = "delivered", "waiting", "failed"
#: Of a delivery whose request is no longer there.
ERASED = "erased"
#: Name of what staff do, in the audit.
AGAIN = "deliver_again"


@dataclass(frozen=True)
class Standing:
    """How deliveries on one way stand.

    Attributes:
        delivered, waiting: how many; what failed and is tried again is waiting.
        oldest: when the oldest request was stored that is waiting (seconds since 1970); None without one.
        given_up: how many are no longer tried.

    The last two leave out requests that staff have marked as done: nobody waits for them. The last three leave
    out what is not sent because its way is switched off: nobody can mend that but who switched it off.
    """

    delivered: int
    waiting: int
    oldest: float | None
    given_up: int


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


class ErasedError(Exception):
    """The request was erased since its delivery was claimed; nothing of it may leave."""


def claim(ways: Sequence[str], now: float | None = None) -> Delivery | None:
    """Claim the delivery that has been due longest; nobody else gets it while the claim holds.

    When there is none, it is noted what waits for a way that is not among `ways`, or is again.

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
            _note(connection, ways, now)
            return None
        connection.execute(sa.update(outbox).where(outbox.c.id == row["id"]).values(leased=now + LEASE))
        found = connection.execute(sa.select(requests).where(requests.c.id == row["request"]))
        return Delivery(row["id"], row["way"], row["attempts"], Request.from_row(found.mappings().one()))


def look_again(delivery: Delivery) -> None:
    """Make sure that a claimed request is still there; to be called right before it leaves.

    Connecting to a slow server takes seconds, in which its patient may have erased it.

    Raises:
        ErasedError: It is not.
        ClinicDatabaseError: Nobody knows; it may not leave, and the claim ends by itself.
    """
    with transaction() as connection:
        there = sa.select(outbox.c.id).where(outbox.c.id == delivery.id)
        if connection.execute(there).first() is None:
            raise ErasedError


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


def standing() -> dict[str, Standing]:
    """Return how deliveries stand, by their way; ways without any row are left out.

    Raises:
        ClinicDatabaseError: The database can't be used.
    """
    never, open_, left = outbox.c.due >= NEVER, requests.c.state != DONE, _left() & (outbox.c.error != OFF)
    columns = (
        sa.func.sum(sa.case((outbox.c.delivered.is_not(None), 1), else_=0)),
        sa.func.sum(sa.case((left & ~never, 1), else_=0)),
        sa.func.min(sa.case((left & ~never & open_, requests.c.created))),
        sa.func.sum(sa.case((left & never & open_, 1), else_=0)),
    )
    joined = outbox.join(requests, outbox.c.request == requests.c.id)
    query = sa.select(outbox.c.way, *columns).select_from(joined).group_by(outbox.c.way)
    with transaction() as connection:
        rows = connection.execute(query).all()
    return {way: Standing(int(out), int(wait), oldest, int(up)) for way, out, wait, oldest, up in rows}


def retry(who: str, request: str = "") -> int:
    """Let failed deliveries begin anew, now: their tries count from nothing; the audit tells it.

    What is not sent because its way is switched off stays as it is.

    Args:
        who: name of the member of staff, or of the command.
        request: id of the request of which all that failed is tried; without one, what was given up of any.

    Returns:
        How many deliveries there are of that kind.

    Raises:
        ClinicDatabaseError: The database can't be used; nothing is changed.
    """
    failed = (outbox.c.attempts > 0, outbox.c.request == request) if request else (outbox.c.due >= NEVER,)
    with transaction() as connection:
        asked = sa.select(outbox.c.id, outbox.c.request).where(_left(), outbox.c.error != OFF, *failed)
        found = connection.execute(asked).all()
        anew = sa.update(outbox).where(outbox.c.id == sa.bindparam("row"), _left())
        anew = anew.values(due=time.time(), attempts=0, error="")
        for row in found:
            connection.execute(anew, {"row": row.id})
        for named in sorted({row.request for row in found}):
            audit.record(connection, who, AGAIN, named)
    return len(found)


def _note(connection: Any, ways: Sequence[str], now: float) -> None:
    """Mark what waits for a way that is switched off, and let go on what waits for one that is on again."""
    marked = outbox.c.error == OFF
    off = sa.update(outbox).where(_left(), ~marked, outbox.c.way.not_in(ways))
    connection.execute(off.values(error=OFF))
    on = sa.update(outbox).where(_left(), marked, outbox.c.way.in_(ways))
    # What was given up stays so, until somebody has it tried again.
    due = sa.case((outbox.c.due >= NEVER, outbox.c.due), else_=now)
    connection.execute(on.values(error="", due=due))


def _left() -> Any:
    return outbox.c.delivered.is_(None)
