"""Erasing and starting over in the tracker stores that Rasa has."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from rasa.core.lock_store import InMemoryLockStore
from rasa.core.tracker_store import (
    AwaitableTrackerStore,
    FailSafeTrackerStore,
    InMemoryTrackerStore,
    MongoTrackerStore,
    RedisTrackerStore,
    SQLTrackerStore,
    TrackerStore,
)
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, SlotSet, UserUttered

from rasa_ext.channels import stores
from tests.web_agent import DOMAIN

SECRET = "Zorvolex since my divorce"


class FakeRedis(dict[str, str]):
    """As much of a Redis client as the tracker store uses."""

    def set(self, key: str, value: str, ex: Any = None) -> None:
        """Keeps a value."""
        self[key] = value

    def delete(self, *keys: str) -> None:
        """Removes values."""
        for key in keys:
            self.pop(key, None)

    @contextmanager
    def pipeline(self) -> Iterator[FakeRedis]:
        """Does at once what is to be done together."""
        yield self

    def execute(self) -> None:
        """All is done already."""


def make(kind: str, folder: Path) -> TrackerStore:
    """Returns a store."""
    domain = Domain.from_yaml(DOMAIN)
    if kind == "sql":
        return SQLTrackerStore(domain, db=str(folder / "events.db"))
    if kind == "redis":
        store = RedisTrackerStore(domain, key_prefix="stria")
        store.red = FakeRedis()
        return store
    return InMemoryTrackerStore(domain)


@pytest.fixture(params=["sql", "memory", "redis"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> TrackerStore:
    """Each store that can be erased."""
    return make(request.param, tmp_path)


def agent(store: TrackerStore) -> Any:
    """Returns as much of an agent as is used."""
    return SimpleNamespace(tracker_store=store, lock_store=InMemoryLockStore())


async def talk(store: TrackerStore, sender: str, text: str = SECRET) -> None:
    """Stores a turn."""
    tracker = await store.get_or_create_tracker(sender)
    tracker.update(UserUttered(text, message_id="m1"))
    tracker.update(BotUttered("reply"))
    tracker.update(SlotSet("cardiovascular", "yes"))
    await store.save(tracker)


@pytest.mark.parametrize("wrapped", [False, True])
async def test_erasing(store: TrackerStore, wrapped: bool) -> None:
    """Nothing of one conversation is left, all of the others; also behind Rasa's wrappers."""
    outer = FailSafeTrackerStore(AwaitableTrackerStore(store)) if wrapped else store
    for sender in ("web:a", "web:b", "web:aa"):
        await talk(outer, sender)
        await talk(outer, sender)
    assert stores.can_erase(outer)
    await stores.erase(agent(outer), "web:a")
    assert await stores.load(outer, "web:a") is None
    for sender in ("web:b", "web:aa"):
        tracker = await stores.load(outer, sender)
        assert tracker is not None
        assert [e.text for e in tracker.events if isinstance(e, UserUttered)] == [SECRET] * 2
    await stores.erase(agent(outer), "web:a")
    await stores.erase(agent(outer), "web:unknown")


async def test_the_words_are_not_left_in_the_file(tmp_path: Path) -> None:
    """SQLite would keep them until their place is used again."""
    file = tmp_path / "events.db"
    store = make("sql", tmp_path)
    await talk(store, "web:a", SECRET * 50)
    await talk(store, "web:b", "something else")
    assert b"Zorvolex" in file.read_bytes()
    await stores.erase(agent(store), "web:a")
    rows = sqlite3.connect(file).execute("SELECT DISTINCT sender_id FROM events").fetchall()
    assert rows == [("web:b",)]
    assert b"Zorvolex" not in file.read_bytes()


async def test_the_fallback_is_erased_too(store: TrackerStore) -> None:
    """Rasa keeps turns in memory that it could not save."""
    outer = FailSafeTrackerStore(store)
    await talk(outer.fallback_tracker_store, "web:a")
    await stores.erase(agent(outer), "web:a")
    assert await outer.fallback_tracker_store.retrieve("web:a") is None


async def test_unknown_stores(store: TrackerStore) -> None:
    """They are told at the start, and an erasure does not pretend."""
    unknown = MongoTrackerStore.__new__(MongoTrackerStore)
    assert not stores.can_erase(unknown)
    with pytest.raises(NotImplementedError, match="MongoTrackerStore"):
        await stores.erase(agent(unknown), "web:a")


async def test_looking_up(store: TrackerStore) -> None:
    """Known, unknown, another conversation's, and one that is only spoken of."""
    outer = FailSafeTrackerStore(AwaitableTrackerStore(store))
    assert await stores.look_up(outer, "web:a", "m1") == (False, () if is_sql(store) else [], None)
    await talk(outer, "web:a", 'look: "message_id": "m2", "message_id\\": "m_"')
    used, events, _ = await stores.look_up(outer, "web:a", "m1")
    assert used
    assert [e.message_id for e in events if isinstance(e, UserUttered)] == ["m1"]
    for unknown in ("m2", "m_", "m%", "1"):
        used, events, _ = await stores.look_up(outer, "web:a", unknown)
        assert used
        assert not (events and is_sql(store))
    assert not (await stores.look_up(outer, "web:b", "m1"))[0]


def is_sql(store: TrackerStore) -> bool:
    """Tells whether the store can look up a message without loading all."""
    return isinstance(store, SQLTrackerStore)


async def test_starting_over(store: TrackerStore) -> None:
    """Slots are empty and nothing applies any more; the events stay until they are erased."""
    await talk(store, "web:a")
    await stores.start_over(agent(FailSafeTrackerStore(store)), "web:a")
    tracker = await stores.load(store, "web:a")
    assert tracker is not None
    assert tracker.get_slot("cardiovascular") is None
    assert tracker.applied_events() == []
    count = len(tracker.events)
    await stores.start_over(agent(store), "web:a")
    await stores.start_over(agent(store), "web:nobody")
    again = await stores.load(store, "web:a")
    assert again is not None
    assert len(again.events) == count
    assert await stores.load(store, "web:nobody") is None


async def test_a_store_that_fails(tmp_path: Path) -> None:
    """It is not taken for an empty one."""
    store = make("sql", tmp_path)
    outer = FailSafeTrackerStore(store)
    store.engine.execute("DROP TABLE events")  # type: ignore[attr-defined]
    with pytest.raises(Exception, match="no such table"):
        await stores.load(outer, "web:a")
    with pytest.raises(Exception, match="no such table"):
        await stores.look_up(outer, "web:a", "m1")
