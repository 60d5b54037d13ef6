"""The SQL tracker store with SQLite and PostgreSQL: all or nothing, whatever happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.events import BotUttered, Restarted, SessionStarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from rasa_ext.stores.sql import BadSender, StoreConflict
from tests.databases import Postgres
from tests.sql_stores import SECRET, Make, on_postgres, on_sqlite, read, say, texts


async def test_turns(make: Make) -> None:
    """Several turns, seen by another server, each conversation by itself."""
    store = make()
    assert await store.retrieve("web:a") is None
    for text in ("one", "two", "three"):
        await say(store, text)
    await say(store, "other", "web:b")
    assert await texts(make()) == ["one", "two", "three"]
    assert await texts(make(), "web:b") == ["other"]
    assert set(await store.keys()) == {"web:a", "web:b"}


@pytest.mark.parametrize(
    "text", ["a\0b", "half \ud83d a character", "🙂 \u202e'; DROP TABLE events; --", "x" * 70_000]
)
async def test_any_text_can_be_stored(make: Make, text: str) -> None:
    """What was typed comes back as it was."""
    store = make()
    tracker = await read(store)
    intent = {"name": text, "confidence": 1.0}
    tracker.update(UserUttered(text, intent, parse_data={"intent": intent}, metadata={"x": text}))
    tracker.update(SlotSet("cardiovascular", text))
    await store.save(tracker)
    assert await texts(make()) == [text]
    again = await store.retrieve("web:a")
    assert again is not None
    assert again.get_slot("cardiovascular") == text


@pytest.mark.parametrize("sender", ["a\0b", "a\ud83db", "x" * 256], ids=["NUL", "half", "long"])
async def test_names_that_can_not_be_stored(make: Make, sender: str) -> None:
    """They are refused, and the server lives on; the error does not quote them."""
    store = make()
    for call in (store.retrieve, store.retrieve_full_tracker, store.get_or_create_tracker):
        with pytest.raises(BadSender) as caught:
            await call(sender)
        assert "x" * 20 not in str(caught.value)
    with pytest.raises(BadSender):
        await store.save(store.init_tracker(sender))
    await say(store, sender="x" * 255)
    assert await store.keys() == ["x" * 255]


async def test_stock_rasa_ends_the_process(postgres: Postgres) -> None:
    """One name with a NUL byte."""
    stock = on_postgres(postgres, postgres.new_database(), SQLTrackerStore)
    with pytest.raises(SystemExit):
        await stock.retrieve("a\0b")


async def test_two_servers_at_the_same_time(make: Make) -> None:
    """The later one is told; what the first has stored stays, and nothing of the second."""
    first, second = make(), make()
    await say(first, "before")
    trackers = [await read(store) for store in (first, second)]
    for tracker, text in zip(trackers, ("one", "two"), strict=True):
        tracker.update(UserUttered(text))
        tracker.update(BotUttered("reply"))
    await first.save(trackers[0])
    with pytest.raises(StoreConflict):
        await second.save(trackers[1])
    await say(second, "two, again")
    assert await texts(make()) == ["before", "one", "two, again"]


async def test_stock_rasa_loses_one(tmp_path: Path) -> None:
    """It counts what is stored, and takes the other's events for its own."""
    store = on_sqlite(tmp_path / "events.db", SQLTrackerStore)
    await say(store, "before")
    trackers = [await read(store) for _ in range(2)]
    for tracker, text in zip(trackers, ("one", "two"), strict=True):
        tracker.update(UserUttered(text))
        tracker.update(BotUttered("reply"))
        await store.save(tracker)
    assert await texts(store) == ["before", "one"]


async def test_the_same_tracker_may_be_saved_again(make: Make) -> None:
    """Only what is new is added, also after a new session."""
    store = make()
    tracker = await read(store)
    for event in (
        UserUttered("one"),
        SessionStarted(),
        UserUttered("two"),
        Restarted(),
        UserUttered("three"),
    ):
        tracker.update(event)
        await store.save(tracker)
        await store.save(tracker)
    assert await texts(store) == ["one", "two", "three"]
    full = await store.retrieve_full_tracker("web:a")
    assert full is not None
    assert len(full.events) == 5
    full.update(UserUttered("four"))
    await store.save(full)
    assert await texts(store) == ["one", "two", "three", "four"]


async def test_a_tracker_that_is_not_ours(make: Make) -> None:
    """Made anew from events, as Rasa's API does: what is stored already is not stored twice."""
    store = make()
    await say(store, "one")
    found = await store.retrieve("web:a")
    assert found is not None
    events = [*found.events, UserUttered("two")]
    await store.save(DialogueStateTracker.from_events("web:a", events))
    assert await texts(store) == ["one", "two"]


async def test_sessions(make: Make) -> None:
    """A session holds what came after its start, even when the clock was set back since."""
    store = make()
    await say(store, "old")
    tracker = await read(store)
    start = SessionStarted()
    start.timestamp += 3600
    tracker.update(start)
    tracker.update(UserUttered("new"))
    await store.save(tracker)
    session = await store.retrieve("web:a")
    assert session is not None
    assert [e.text for e in session.events if isinstance(e, UserUttered)] == ["new"]
    assert await texts(store) == ["old", "new"]
    await say(store, "newer")
    assert await texts(store) == ["old", "new", "newer"]


async def test_a_turn_is_stored_as_a_whole_or_not_at_all(make: Make) -> None:
    """Its last event can't be stored; afterwards nothing is locked."""
    store = make()
    await say(store, "before")
    broken = UserUttered("broken")
    broken.as_dict = lambda: {"name": object()}  # type: ignore[method-assign]
    tracker = await read(store)
    tracker.update(UserUttered("whole"))
    tracker.update(broken)
    with pytest.raises(TypeError):
        await store.save(tracker)
    assert await texts(store) == ["before"]
    await say(make(), "after")
    assert await texts(store) == ["before", "after"]


async def test_errors_do_not_quote(make: Make) -> None:
    """The values of a statement are not in the error."""
    store = make()
    tracker = await read(store)
    tracker.update(UserUttered(SECRET))
    store.engine.execute("ALTER TABLE events DROP COLUMN action_name")
    with pytest.raises(sa.exc.SQLAlchemyError) as caught:
        await store.save(tracker)
    assert "Zorvolex" not in f"{caught.value} {caught.value!r}"


async def test_expired_conversations_can_be_found_fast(make: Make) -> None:
    """By an index, which is made once."""
    for store in (make(), make()):
        names = [i["name"] for i in sa.inspect(store.engine).get_indexes("events")]
        assert "ix_events_timestamp" in names
        assert len(names) == 2


class Broker:
    """Keeps what is published, with what was stored at that time."""

    def __init__(self, failure: Exception | None = None):
        self.store: Any = None
        self.told: list[tuple[str, int]] = []
        self._failure = failure

    def publish(self, event: dict[str, Any]) -> None:
        """Publishes an event."""
        if self._failure:
            raise self._failure
        with self.store.session_scope() as session:
            self.told.append((event["event"], session.query(self.store.SQLEvent.id).count()))


class TestEventBroker:
    async def test_it_is_told_what_is_stored(self, make: Make) -> None:
        """Each event once, after it was stored: stock Rasa publishes first."""
        store = make()
        store.event_broker = broker = Broker()
        broker.store = store
        await say(store, "one")
        await say(store, "two")
        stored = [event for event, _ in broker.told]
        tracker = await store.retrieve_full_tracker("web:a")
        assert stored == [e.type_name for e in tracker.events]
        assert [count for _, count in broker.told] == [2, 2, 4, 4]

    async def test_what_is_not_stored_is_not_told(self, make: Make) -> None:
        """A conflict with another server, for example."""
        store, other = make(), make()
        store.event_broker = broker = Broker()
        broker.store = store
        await say(store, "one")
        tracker = await read(store)
        await say(other, "two")
        tracker.update(UserUttered("lost"))
        with pytest.raises(StoreConflict):
            await store.save(tracker)
        assert len(broker.told) == 2

    async def test_a_broker_that_fails(self, make: Make, caplog: pytest.LogCaptureFixture) -> None:
        """The turn counts all the same: it is stored."""
        store = make()
        store.event_broker = Broker(ValueError(SECRET))
        await say(store, "one")
        assert await texts(store) == ["one"]
        assert "the event broker was not told: ValueError" in caplog.text
        assert SECRET not in caplog.text
