"""Requests for tests, stored as the hand-over stores them."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import sqlalchemy as sa

from assistant.screening.record import CheckRecord
from clinic import database, outbox, tables


def add(number: int = 1, record: CheckRecord | None = None, **values: Any) -> str:
    """Stores a request; returns its id.

    Args:
        number: the larger, the older it is (hours).
        record: of the check; None when there was none.
        values: columns that differ.
    """
    at = time.time() - 3600 * number
    row = {
        "id": str(uuid.UUID(int=number)),
        "conversation": f"web:{number}",
        "channel": "web",
        "locale": "en",
        "created": at,
        "changed": at,
        "state": "new",
        "name": f"Ann Example {number}",
        "phone": "+442079460000",
        "email": "ann@mail.example",
        "wish": "Please call me in the afternoon.",
        "consent_version": "2026-11",
        "consent_at": at,
        "outcome": record.outcome() if record and record.next_item is None else None,
        "slots": json.dumps(record.to_slots()) if record else "{}",
        "note": "",
        **values,
    }
    with database.transaction() as connection:
        connection.execute(sa.insert(tables.requests), row)
    return str(row["id"])


def deliver(request: str, way: str = "email", **values: Any) -> None:
    """Stores a delivery of a request: one that failed, unless `values` say otherwise."""
    row = {
        "request": request,
        "way": way,
        "attempts": 2,
        "due": time.time() + 60,
        "error": "Timeout",
        **values,
    }
    with database.transaction() as connection:
        connection.execute(sa.insert(tables.outbox), row)


def audited() -> list[tuple[str, str, str]]:
    """Returns who did what about which request, the first thing first."""
    with database.transaction() as connection:
        rows = connection.execute(sa.select(tables.audit).order_by(tables.audit.c.id)).all()
    return [(row.who, row.action, row.what) for row in rows]


def row(request: str) -> Any:
    """Returns a request as it is stored."""
    with database.transaction() as connection:
        return connection.execute(sa.select(tables.requests).where(tables.requests.c.id == request)).one()


def counts() -> dict[str, int]:
    """Returns how many deliveries were delivered, wait, and were given up, of requests that are not done."""
    found = outbox.standing().values()
    return {
        "delivered": sum(way.delivered for way in found),
        "waiting": sum(way.waiting for way in found),
        "failed": sum(way.given_up for way in found),
    }
