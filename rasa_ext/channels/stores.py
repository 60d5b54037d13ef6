"""The tracker store, as a channel needs it: read a conversation, start it over, erase it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from itertools import takewhile
from typing import Any, NamedTuple

from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import Restarted, UserUttered

from rasa_ext.channels import transcript
from rasa_ext.channels.replies import Reply
from rasa_ext.metrics.timing import store_work
from rasa_ext.stores import erased, erasure
from rasa_ext.stores.apart import apart
from rasa_ext.stores.claims import of_message
from rasa_ext.stores.wrappers import innermost, primary

__all__ = [
    "can_erase",
    "erase",
    "has_metadata",
    "innermost",
    "last_replies",
    "load",
    "look_up",
    "primary",
    "start_over",
]

#: Events of what was said that hold the last turn; a turn has few replies.
_RECENT = 30


class Looked(NamedTuple):
    """What is known of a message.

    Attributes:
        used: the patient has written before.
        events: all of the conversation, when this message may be among them.
        erased: what to tell when this message had everything erased.
    """

    used: bool
    events: Sequence[Any]
    erased: erased.Note | None


@store_work("transcript")
async def load(store: Any, sender: str) -> Any | None:
    """Return the tracker with all events of a conversation, or None. Raises when the store fails."""
    return await primary(store).retrieve_full_tracker(sender)


@store_work("look_up")
async def look_up(store: Any, sender: str, message_id: str) -> Looked:
    """Look for what is known of a message.

    A long conversation takes long to load, so SQL is asked first whether it has to be.
    """
    inner = innermost(store)
    if isinstance(inner, SQLTrackerStore):
        used, seen, note = await apart(inner.engine, lambda: _used_and_seen(inner, sender, message_id))
        if not seen:
            return Looked(used, (), note)
    else:
        note = erased.elsewhere(inner, of_message(sender, message_id))
    tracker = await load(store, sender)
    events = list(tracker.events) if tracker else []
    return Looked(any(isinstance(e, UserUttered) for e in events), events, note)


def _used_and_seen(store: Any, sender: str, message_id: str) -> tuple[bool, bool, erased.Note | None]:
    """Tell whether the patient has written before, whether this message may be among it, or has erased all."""
    erased.prepare(store.engine)
    with store.session_scope() as session:
        event = store.SQLEvent
        typed = session.query(event.id).filter(event.sender_id == sender, event.type_name == "user")
        # Rasa stores JSON: in what was typed, quotes have a backslash before them.
        mark = event.data.contains(f'"message_id": "{message_id}"', autoescape=True)
        used = typed.first() is not None
        if used and typed.filter(mark).first() is not None:
            return True, True, None
        return used, False, erased.read(session, of_message(sender, message_id))


@store_work("look_up")
async def has_metadata(store: Any, sender: str, metadata: Mapping[str, Any]) -> bool:
    """Tell whether a message of the patient was stored with this metadata. Raises when the store fails."""
    inner = innermost(store)
    if not isinstance(inner, SQLTrackerStore):
        tracker = await load(store, sender)
        events = tracker.events if tracker else ()
        return any((getattr(e, "metadata", None) or {}).items() >= metadata.items() for e in events)
    return await apart(inner.engine, lambda: _stored_with(inner, sender, metadata))


def _stored_with(store: Any, sender: str, metadata: Mapping[str, Any]) -> bool:
    with store.session_scope() as session:
        event = store.SQLEvent
        typed = session.query(event.id).filter(event.sender_id == sender, event.type_name == "user")
        for name, value in metadata.items():
            # As it stands in the JSON that is stored; Rasa adds names of its own beside it.
            typed = typed.filter(event.data.contains(json.dumps({name: value})[1:-1], autoescape=True))
        return typed.first() is not None


@store_work("look_up")
async def last_replies(store: Any, sender: str) -> list[Reply]:
    """Return the replies of the last turn since the last start over, with their ids."""
    inner = innermost(store)
    if not isinstance(inner, SQLTrackerStore):
        tracker = await load(store, sender)
        return transcript.last_replies(tracker.events) if tracker else []
    rows = await apart(inner.engine, lambda: _said_last(inner, sender))
    turn = list(takewhile(lambda row: row.type_name == "bot", rows))
    if len(turn) == len(rows) or not turn:
        return []
    # Of what was typed only the id: the rest is what Rasa made of it, and long.
    typed = transcript.typed_id(json.loads(rows[len(turn)].data))
    return transcript.numbered(typed, [json.loads(row.data) for row in reversed(turn)]) if typed else []


def _said_last(store: Any, sender: str) -> list[Any]:
    with store.session_scope() as session:
        event = store.SQLEvent
        said = session.query(event.type_name, event.data).filter(
            event.sender_id == sender, event.type_name.in_(("user", "bot", "restart"))
        )
        return list(said.order_by(event.id.desc()).limit(_RECENT).all())


async def start_over(agent: Any, sender: str) -> None:
    """Reset conversation and slots; the next message starts a new session. Nothing is erased."""
    store = primary(agent.tracker_store)
    async with agent.lock_store.lock(sender):
        tracker = await store.retrieve(sender)
        if tracker is not None and tracker.applied_events():
            tracker.update(Restarted())
            await store.save(tracker)


async def erase(agent: Any, sender: str) -> None:
    """Erase all that is stored of a person, when no turn is being taken that could bring it back.

    Raises:
        NotImplementedError: This kind of tracker store is not known.
        ClinicDatabaseError: The clinic's tables could not be erased, and nothing was.
    """
    async with agent.lock_store.lock(sender):
        await erasure.erase(agent.tracker_store, sender)


def can_erase(store: Any) -> bool:
    """Tell whether conversations in this store can be erased."""
    return erasure.can_erase(store)
