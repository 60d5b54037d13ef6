"""SQL tracker stores for tests, and turns that are taken and read there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from rasa.core.tracker_store import SQLTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_ext.stores.sql import SafeSQLTrackerStore
from tests.databases import Postgres
from tests.web_agent import DOMAIN

SECRET = "Zorvolex since my divorce"
Make = Callable[[], SafeSQLTrackerStore]


def on_sqlite(file: Path, kind: type[SQLTrackerStore] = SafeSQLTrackerStore, **more: Any) -> Any:
    """Returns a store in a file."""
    return kind(Domain.from_yaml(DOMAIN), db=str(file), **more)


def on_postgres(server: Postgres, database: str, kind: type[SQLTrackerStore] = SafeSQLTrackerStore) -> Any:
    """Returns a store in a database."""
    where = {"host": "127.0.0.1", "port": server.port, "db": database, "username": "stria"}
    return kind(Domain.from_yaml(DOMAIN), "postgresql", **where)


async def read(store: TrackerStore, sender: str = "web:a") -> DialogueStateTracker:
    """Returns the conversation."""
    return await store.get_or_create_tracker(sender, append_action_listen=False)


async def say(store: TrackerStore, text: str = SECRET, sender: str = "web:a") -> None:
    """Takes a turn."""
    tracker = await read(store, sender)
    tracker.update(UserUttered(text, message_id=text))
    tracker.update(BotUttered(f"reply to {text}"))
    await store.save(tracker)


async def texts(store: TrackerStore, sender: str = "web:a") -> list[str]:
    """Returns all that was said by the patient."""
    tracker = await store.retrieve_full_tracker(sender)
    return [str(e.text) for e in tracker.events if isinstance(e, UserUttered)] if tracker else []
