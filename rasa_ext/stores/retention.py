"""Erases what has been kept for as long as it may: conversations, and the clinic's data.

A conversation expires so many days after the last message of the patient. It is erased under its
lock: a message that comes in the same moment either keeps all of it or begins anew. The days of the
clinic's data are in data/retention.yml.
"""

from __future__ import annotations

import asyncio
import logging
import time
from functools import partial
from typing import Any

import sqlalchemy as sa
from rasa.core.lock_store import LockError, LockStore
from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.events import UserUttered

from assistant import logs
from assistant.retention import retention
from clinic import privacy, sqlite_file
from clinic import retention as of_clinic
from clinic.database import ClinicDatabaseError
from rasa_ext.stores import claims, erased, received
from rasa_ext.stores.apart import apart
from rasa_ext.stores.erasure import erase_rows, in_clinic
from rasa_ext.stores.events import forget_deleted

logger = logging.getLogger(__name__)

DAY = 86_400
HOUR = 3_600
#: Old events that are looked up at once.
BATCH = 1000


_promised: dict[str, int] = {}


def promise(days: int) -> None:
    """Note after how many days conversations are erased, for those who ask."""
    _promised["conversations"] = days


def days_kept() -> dict[str, int]:
    """Return for how many days each kind of data is kept; conversations only where that was promised.

    Raises:
        DataFileError: data/retention.yml can't be used.
    """
    return {**_promised, **{str(kind): days for kind, days in retention().items()}}


def can_purge(store: TrackerStore) -> bool:
    """Tell whether expired conversations can be found in this store."""
    return isinstance(store, SQLTrackerStore)


async def purge(store: TrackerStore, locks: LockStore, days: int, now: float | None = None) -> int:
    """Erase all conversations without a message in the last `days`; return how many it were.

    Raises:
        NotImplementedError: The store is no SQL store.
    """
    if not isinstance(store, SQLTrackerStore):
        raise NotImplementedError(type(store).__name__)
    before = (time.time() if now is None else now) - days * DAY
    gone, busy = list[str](), set[str]()
    while len(busy) < BATCH and (found := await apart(store.engine, lambda: _expired(store, before, busy))):
        for sender in found:
            try:
                async with locks.lock(sender):
                    if await apart(store.engine, partial(_erase, store, sender, before)):
                        gone.append(sender)
            except LockError:
                logger.warning("retention: a conversation is busy; its turn comes next time")
                busy.add(sender)
            # Others want to be served in between.
            await asyncio.sleep(0)
    await apart(store.engine, partial(_clear, store, before + days * DAY))
    await forget_deleted(store)
    try:
        await in_clinic(lambda: privacy.forget_names(gone))
    except ClinicDatabaseError as error:
        logger.warning("retention: the audit still names conversations that are over: %s", logs.kind(error))
    return len(gone)


async def purge_clinic(store: TrackerStore | None, days: int, now: float | None = None) -> dict[str, int]:
    """Erase what the clinic's tables have held for too long; return how many rows of each kind went.

    Flags that a person has taken a conversation over go with it: once it is no more in `store`. So do their
    hashes in the audit; what `purge` could not take out goes when it is as old as a conversation gets.

    Raises:
        DataFileError: data/retention.yml can't be used.
        ClinicDatabaseError: The clinic's database can't be used.
    """
    present = time.time() if now is None else now
    erased: dict[str, int] = await in_clinic(lambda: of_clinic.purge(present))
    if isinstance(store, SQLTrackerStore):
        old = await in_clinic(lambda: of_clinic.taken_over_before(present - days * DAY))
        over = await apart(store.engine, lambda: [name for name in old if not _exists(store, name)])
        await in_clinic(lambda: of_clinic.forget_takeovers(over))
        await in_clinic(lambda: of_clinic.forget_old_names(present - days * DAY))
    return erased


async def keep_purging(store: TrackerStore | None, locks: LockStore, days: int, hours: int) -> None:
    """Erase what has expired now and every so many hours, for ever; a failure is logged.

    Args:
        store: of the conversations; None when those in it can't be found by their age.
        locks: of the conversations.
        days: after the last message, for conversations.
        hours: between two times.
    """
    while True:
        try:
            erased = await purge(store, locks, days) if store else 0
            if erased:
                logger.info("retention: erased %d conversation(s) older than %d days", erased, days)
        except Exception as error:
            logger.error("retention: conversations could not be erased: %s", logs.kind(error))
        try:
            rows = sum((await purge_clinic(store, days)).values())
            if rows:
                logger.info("retention: erased %d row(s) of the clinic's tables", rows)
        except Exception as error:
            logger.error("retention: the clinic's data could not be erased: %s", logs.kind(error))
        await asyncio.sleep(hours * HOUR)


def _clear(store: Any, now: float) -> None:
    """Delete what stands beside the events for too long: claims, notes, and messages that nobody answered."""
    for beside in (claims, erased, received):
        beside.prepare(store.engine)
    with store.session_scope() as session:
        if session.get_bind().dialect.name == "sqlite":
            session.connection().exec_driver_sql("PRAGMA secure_delete = ON")
        claims.clear(session, now)
        erased.clear(session, now)
        # Words of a patient, whose conversation may never have begun.
        if received.clear(session, now) and session.get_bind().dialect.name == "sqlite":
            session.connection().exec_driver_sql(sqlite_file.MARK)
        session.commit()


def _exists(store: Any, sender: str) -> bool:
    with store.session_scope() as session:
        event = store.SQLEvent
        return session.query(event.id).filter(event.sender_id == sender).first() is not None


def _expired(store: Any, before: float, busy: set[str]) -> set[str]:
    """Return some conversations that have expired; none when there are no more but the busy ones."""
    event = store.SQLEvent
    # By way of the old events, which are few where this runs often. Not DISTINCT, for which SQLite
    # would read all events.
    with store.session_scope() as session:
        query = session.query(event.sender_id)
        query = query.filter(event.timestamp < before, ~_has_message(store, before))
        query = query.filter(event.sender_id.not_in(busy)).order_by(event.timestamp)
        return {row.sender_id for row in query.limit(BATCH)}


def _erase(store: Any, sender: str, before: float) -> bool:
    """Erase a conversation unless it has a newer message by now; tell whether it was erased."""
    return erase_rows(store, sender, ~_has_message(store, before)) > 0


def _has_message(store: Any, since: float) -> Any:
    """Return the condition that the patient wrote something since then."""
    event, other = store.SQLEvent, sa.orm.aliased(store.SQLEvent)
    return (
        sa.select(other.id)
        .where(
            other.sender_id == event.sender_id,
            other.type_name == UserUttered.type_name,
            other.timestamp >= since,
        )
        .exists()
    )
