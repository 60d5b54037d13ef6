"""The tracker store, as a channel needs it: read a conversation, start it over, erase it."""

from __future__ import annotations

from collections.abc import Sequence
from inspect import isawaitable
from typing import Any

from rasa.core.tracker_store import (
    AwaitableTrackerStore,
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    RedisTrackerStore,
    SQLTrackerStore,
)
from rasa.shared.core.events import Restarted, UserUttered


def primary(store: Any) -> Any:
    """Return the store behind Rasa's fail-safe, which hides errors behind an empty conversation."""
    return store._tracker_store if isinstance(store, FailSafeTrackerStore) else store


async def load(store: Any, sender: str) -> Any | None:
    """Return the tracker with all events of a conversation, or None. Raises when the store fails."""
    return await primary(store).retrieve_full_tracker(sender)


async def look_up(store: Any, sender: str, message_id: str) -> tuple[bool, Sequence[Any]]:
    """Tell whether the patient has written before; return all events when this message may be among them.

    A long conversation takes long to load, so SQL is asked first whether it has to be.
    """
    inner = _all(primary(store))[0]
    if isinstance(inner, SQLTrackerStore):
        with inner.session_scope() as session:
            event = inner.SQLEvent
            typed = session.query(event.id).filter(event.sender_id == sender, event.type_name == "user")
            # Rasa stores JSON: in what was typed, quotes have a backslash before them.
            mark = event.data.contains(f'"message_id": "{message_id}"', autoescape=True)
            used, seen = typed.first() is not None, typed.filter(mark).first() is not None
        if not seen:
            return used, ()
    tracker = await load(store, sender)
    events = list(tracker.events) if tracker else []
    return any(isinstance(e, UserUttered) for e in events), events


async def start_over(agent: Any, sender: str) -> None:
    """Reset conversation and slots; the next message starts a new session. Nothing is erased."""
    store = primary(agent.tracker_store)
    async with agent.lock_store.lock(sender):
        tracker = await store.retrieve(sender)
        if tracker is not None and tracker.applied_events():
            tracker.update(Restarted())
            await store.save(tracker)


async def erase(agent: Any, sender: str) -> None:
    """Erase all events of a conversation, when no turn is being taken that could bring them back.

    Raises:
        NotImplementedError: This kind of store is not known.
    """
    async with agent.lock_store.lock(sender):
        for store in _all(agent.tracker_store):
            await _erase(store, sender)


def can_erase(store: Any) -> bool:
    """Tell whether conversations in this store can be erased."""
    return all(isinstance(s, SQLTrackerStore | InMemoryTrackerStore | RedisTrackerStore) for s in _all(store))


def _all(store: Any) -> list[Any]:
    """Return the stores behind Rasa's wrappers; a fail-safe may have a second one in memory."""
    if isinstance(store, FailSafeTrackerStore):
        behind = [store._tracker_store, store._fallback_tracker_store]
        return [inner for s in behind if s is not None for inner in _all(s)]
    if isinstance(store, AwaitableTrackerStore):
        return _all(store._tracker_store)
    return [store]


async def _erase(store: Any, sender: str) -> None:
    if isinstance(store, SQLTrackerStore):
        with store.session_scope() as session:
            if session.get_bind().dialect.name == "sqlite":
                # Overwrites with zeros; else the words stay in the file until their place is used.
                session.connection().exec_driver_sql("PRAGMA secure_delete = ON")
            events = session.query(store.SQLEvent).filter(store.SQLEvent.sender_id == sender)
            events.delete(synchronize_session=False)
            session.commit()
    elif isinstance(store, InMemoryTrackerStore):
        store.store.pop(sender, None)
    elif isinstance(store, RedisTrackerStore):
        store.red.delete(store.key_prefix + sender)
    else:
        raise NotImplementedError(type(store).__name__)


async def answers(store: Any) -> bool:
    """Tell whether the store can be read."""
    try:
        found = primary(store).retrieve("readiness")
        if isawaitable(found):
            await found
    except Exception:
        return False
    return True
