"""Counts and questions in the clinic's database: added up by all processes, read for a time."""

from __future__ import annotations

import secrets
import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from clinic import tables
from clinic.database import transaction

#: Names of counts, each with what its label is.
CONVERSATIONS = "conversations"  # channel
MESSAGES = "messages"  # channel
ANSWERS = "answers"  # answer kind
REFUSALS = "refusals"  # topic
EMERGENCIES = "emergencies"  # emergency or self_harm
BEGUN = "checks_begun"  # channel
FINISHED = "checks_finished"  # outcome
LEFT = "checks_left"  # item/reason
ASKED = "check_questions"  # item
ANSWERED = "check_answers"  # item
HAND_OVERS = "hand_overs"  # channel

#: What is counted: (day, name, label).
Key = tuple[str, str, str]
_LABEL = 64
_LARGEST_ID = 2**31 - 1


@dataclass(frozen=True)
class Question:
    """A question without an answer, scrubbed; nothing tells who asked it, nor when, but for the day."""

    day: str
    kind: str
    topic: str
    text: str
    locale: str = "en"


def day_of(seconds: float) -> str:
    """Return the day (UTC, ISO) of a time in seconds since 1970."""
    return time.strftime("%Y-%m-%d", time.gmtime(seconds))


def add(counts: Mapping[Key, int], questions: Iterable[Question]) -> None:
    """Add counts to what other processes counted, and questions in no order; all of it or nothing.

    Raises:
        ClinicDatabaseError: nothing is stored.
    """
    # In one order, so that two processes that add the same ones don't wait for each other for ever.
    cut: Counter[Key] = Counter()
    for (day, name, label), count in counts.items():
        cut[day, name, label[:_LABEL]] += count
    rows = [{"day": d, "name": n, "label": label, "count": c} for (d, n, label), c in sorted(cut.items())]
    asked = [{**vars(q), "topic": q.topic[:_LABEL], "id": _random_id()} for q in questions]
    secrets.SystemRandom().shuffle(asked)
    with transaction() as connection:
        if rows:
            insert = _insert(connection, tables.counts)
            more = tables.counts.c.count + insert.excluded.count
            key = ["day", "name", "label"]
            connection.execute(insert.on_conflict_do_update(index_elements=key, set_={"count": more}), rows)
        if asked:
            # A number that is taken, one time in millions, costs one question.
            connection.execute(_insert(connection, tables.questions).on_conflict_do_nothing(), asked)


def keep_hand_overs(first: str, last: str) -> None:
    """Keep how many requests of these days there are as counts, which stay when a request is erased.

    May be done again and again, by several processes: the highest number stays. Raises ClinicDatabaseError.
    """
    found = read_hand_overs(first, last)
    rows = [
        {"day": day, "name": HAND_OVERS, "label": channel[:_LABEL], "count": count}
        for (day, channel), count in sorted(found.items())
    ]
    if not rows:
        return
    with transaction() as connection:
        insert = _insert(connection, tables.counts)
        new, old = insert.excluded.count, tables.counts.c.count
        key = ["day", "name", "label"]
        highest = sa.case((new > old, new), else_=old)
        connection.execute(insert.on_conflict_do_update(index_elements=key, set_={"count": highest}), rows)


def _random_id() -> int:
    """Return a number that tells nothing: one that counts up would be the order of the questions."""
    return secrets.randbelow(_LARGEST_ID) + 1


def _insert(connection: Any, table: Any) -> Any:
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    return dialect.insert(table)


def read_counts(first: str, last: str) -> dict[Key, int]:
    """Return the counts of days from `first` to `last` (ISO, both included). Raises ClinicDatabaseError."""
    table = tables.counts
    with transaction() as connection:
        rows = connection.execute(sa.select(table).where(table.c.day.between(first, last))).all()
    return {(row.day, row.name, row.label): int(row.count) for row in rows}


def read_questions(first: str, last: str) -> list[Question]:
    """Return the questions of these days, sorted by text. Raises ClinicDatabaseError."""
    table = tables.questions
    columns = (table.c.day, table.c.kind, table.c.topic, table.c.text, table.c.locale)
    with transaction() as connection:
        rows = connection.execute(sa.select(*columns).where(table.c.day.between(first, last))).all()
    return sorted((Question(**row._mapping) for row in rows), key=lambda q: (q.text, q.day, q.kind, q.topic))


def read_hand_overs(first: str, last: str) -> dict[tuple[str, str], int]:
    """Return how many requests were stored, by day and channel. Raises ClinicDatabaseError."""
    table = tables.requests
    with transaction() as connection:
        rows = connection.execute(sa.select(table.c.created, table.c.channel)).all()
    found: dict[tuple[str, str], int] = defaultdict(int)
    for row in rows:
        if first <= (day := day_of(row.created)) <= last:
            found[day, row.channel] += 1
    return dict(found)
