"""Erases a person: all that is stored of a conversation, wherever it is. The one way to do it.

First the clinic's tables, in one transaction; then the events and the claims, in one. Whoever is
killed or fails in between has erased a part, has told nobody that it is done, and does the rest
when it is asked again. Counts stay: they name nobody. A hash of the message that asked for it stays for
a day (`erased`), so that whoever is killed after it has the patient told by another server.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from dataclasses import dataclass
from typing import Any

from rasa.core.tracker_store import InMemoryTrackerStore, RedisTrackerStore, SQLTrackerStore
from rasa.shared.core.events import UserUttered

from clinic import privacy, sqlite_file
from rasa_ext.metrics.timing import store_work
from rasa_ext.stores import claims, erased, received
from rasa_ext.stores.apart import apart
from rasa_ext.stores.events import SMALL, forget_deleted
from rasa_ext.stores.wrappers import every, innermost

_KNOWN = (SQLTrackerStore, InMemoryTrackerStore, RedisTrackerStore)


@dataclass(frozen=True)
class By:
    """The message that asks for an erasure: the channel's id of it, and the language of its conversation."""

    message: str
    language: str


def can_erase(store: Any) -> bool:
    """Tell whether conversations in this tracker store can be erased."""
    return all(isinstance(s, _KNOWN) for s in every(store))


async def erase(store: Any, sender: str, by: By | None = None) -> privacy.Erased:
    """Erase all that is stored of a conversation; to be called under its lock.

    Args:
        store: the tracker store, with its wrappers.
        sender: the name of the conversation.
        by: the message that asks for it, if one does; when it comes again, it is answered as the first time.

    Raises:
        NotImplementedError: This kind of tracker store is not known; nothing was erased.
        ClinicDatabaseError: The clinic's tables could not be erased; nothing was.
        Exception: The tracker store could not; a part may still be there.
    """
    for inner in every(store):
        if not isinstance(inner, _KNOWN):
            raise NotImplementedError(type(inner).__name__)
    stores, begun = every(store), erased.Note(claims.of_conversation(sender), True, "")
    if await in_clinic(lambda: privacy.may_have_left(sender)):
        for inner in stores:
            await _begin(inner, begun)
    gone: privacy.Erased = await in_clinic(lambda: privacy.erase(sender))
    # Perhaps an earlier try came no further than this, and the clinic's tables tell nothing of it any more.
    sent = gone.sent or any([await _is_begun(inner, begun) for inner in stores])
    note = erased.Note(claims.of_message(sender, by.message), sent, by.language) if by else None
    for inner in stores:
        await _erase(inner, sender, note)
    return privacy.Erased(gone.rows, sent)


async def in_clinic(work: Any) -> Any:
    """Do what waits for the clinic's database, of which others make use, beside the event loop."""
    return await asyncio.to_thread(work)


async def _begin(store: Any, note: erased.Note) -> None:
    """Note that something of a conversation may have left, before what tells of it is erased."""

    def in_sql() -> None:
        erased.prepare(store.engine)
        with store.engine.connect() as connection, connection.begin():
            erased.write(connection, note)

    if isinstance(store, SQLTrackerStore):
        await apart(store.engine, in_sql)
    elif isinstance(store, InMemoryTrackerStore):
        erased.write_in_memory(store, note)
    else:
        erased.write_in_redis(store.red, store, note)


async def _is_begun(store: Any, note: erased.Note) -> bool:
    def in_sql() -> bool:
        erased.prepare(store.engine)
        with store.engine.connect() as connection:
            return erased.read(connection, note.message) is not None

    if isinstance(store, SQLTrackerStore):
        return await apart(store.engine, in_sql)
    return erased.elsewhere(store, note.message) is not None


@store_work("erase")
async def _erase(store: Any, sender: str, note: erased.Note | None = None) -> None:
    if isinstance(store, SQLTrackerStore):
        await apart(store.engine, lambda: erase_rows(store, sender, note=note))
        await forget_deleted(store, most=SMALL)
    elif isinstance(store, InMemoryTrackerStore):
        store.store.pop(sender, None)
        erased.forget_in_memory(store, claims.of_conversation(sender))
        if note:
            erased.write_in_memory(store, note)
    else:
        with store.red.pipeline() as together:
            begun = erased.in_redis(store, claims.of_conversation(sender))
            together.delete(store.key_prefix + sender, claims.in_redis(store, sender), begun)
            if note:
                erased.write_in_redis(together, store, note)
            together.execute()


def erase_rows(store: Any, sender: str, *conditions: Any, note: erased.Note | None = None) -> int:
    """Delete events and claims of a conversation in one transaction; return how many events there were.

    Nothing is deleted where no event meets the `conditions`. `events.forget_deleted` has to follow,
    after one deletion or several. A `note` of the message that asked for it is written with it.
    """
    claims.prepare(store.engine)
    received.prepare(store.engine)
    erased.prepare(store.engine)
    with store.session_scope() as session:
        is_sqlite = session.get_bind().dialect.name == "sqlite"
        if is_sqlite:
            # Overwrites with zeros; else the words stay in the file until their place is used.
            session.connection().exec_driver_sql("PRAGMA secure_delete = ON")
        event = store.SQLEvent
        rows = session.query(event).filter(event.sender_id == sender, *conditions)
        deleted = int(rows.delete(synchronize_session=False))
        if deleted and is_sqlite:
            session.connection().exec_driver_sql(sqlite_file.MARK)
        if deleted or not conditions:
            of_sender = claims.table.c.conversation == claims.of_conversation(sender)
            session.execute(claims.table.delete().where(of_sender))
            received.erase(session, sender, note.message if note else "")
            erased.forget(session, claims.of_conversation(sender))
        if note:
            erased.write(session, note)
        session.commit()
    return deleted


@dataclass(frozen=True)
class Talk:
    """What the tracker store holds of a conversation.

    Attributes:
        messages: of the patient.
        since: seconds since 1970; None when there is none.
        consent: version and time (ISO 8601) of what was agreed to last on the website; None elsewhere.
    """

    messages: int = 0
    since: float | None = None
    consent: tuple[str, str] | None = None


@store_work("look_up")
async def talk_of(store: Any, sender: str) -> Talk:
    """Return what is stored of a conversation. Raises when the store fails."""
    inner = innermost(store)
    if isinstance(inner, SQLTrackerStore):
        return await apart(inner.engine, lambda: _talk_in_sql(inner, sender))
    tracker = await inner.retrieve_full_tracker(sender)
    typed = [e for e in tracker.events if isinstance(e, UserUttered)] if tracker else []
    if not typed:
        return Talk()
    consents = [found for e in typed if (found := _consent(e.metadata))]
    return Talk(len(typed), typed[0].timestamp, consents[-1] if consents else None)


def _talk_in_sql(store: Any, sender: str) -> Talk:
    with store.session_scope() as session:
        event = store.SQLEvent
        typed = session.query(event.data, event.timestamp).filter(
            event.sender_id == sender, event.type_name == UserUttered.type_name
        )
        count, first = typed.count(), typed.order_by(event.id).first()
        agreed = typed.filter(event.data.contains('"consent": {"version": ', autoescape=True))
        last = agreed.order_by(event.id.desc()).first()
    if first is None:
        return Talk()
    consent = _consent(json.loads(last.data).get("metadata")) if last else None
    return Talk(count, first.timestamp, consent)


def _consent(metadata: Any) -> tuple[str, str] | None:
    with contextlib.suppress(KeyError, TypeError):
        return str(metadata["consent"]["version"]), str(metadata["consent"]["time"])
    return None
