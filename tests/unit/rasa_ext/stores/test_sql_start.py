"""How endpoints.yml names the SQL store, and how Rasa's wrapper hands on its errors."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.exceptions import RasaException
from rasa.utils.endpoints import EndpointConfig

from rasa_ext.stores.sql import SafeSQLTrackerStore
from tests.sql_stores import SECRET, on_sqlite, say, texts
from tests.web_agent import DOMAIN

KIND = "rasa_ext.stores.sql.SafeSQLTrackerStore"


class TestSettings:
    def test_in_endpoints(self, tmp_path: Path) -> None:
        """The type is named there; the rest is as with Rasa's own SQL store."""
        endpoint = EndpointConfig(
            type=KIND, dialect="sqlite", db=str(tmp_path / "a.db"), synchronous="NORMAL"
        )
        store = TrackerStore.create(endpoint, Domain.empty())
        assert type(store) is SafeSQLTrackerStore
        assert store.engine.execute("PRAGMA synchronous").scalar() == 1

    @pytest.mark.parametrize("kind", ["rasa_ext.stores.sql.Misspelt", "no_such.Store"])
    def test_a_wrong_type_stops_the_start(self, mended: None, kind: str) -> None:
        """It is not replaced by one in memory."""
        with pytest.raises(RasaException, match=r"endpoints.yml: there is no tracker store"):
            TrackerStore.create(EndpointConfig(type=kind), Domain.empty())

    def test_a_missing_driver_stops_the_start(self, mended: None) -> None:
        """Rasa would take an ImportError for a misspelt name."""
        endpoint = EndpointConfig(type=KIND, dialect="postgresql+nosuch", db="x")
        with pytest.raises(Exception, match="nosuch"):
            TrackerStore.create(endpoint, Domain.empty())

    def test_a_wrong_value_stops_the_start(self, tmp_path: Path) -> None:
        """It is named."""
        with pytest.raises(RasaException, match="synchronous has to be"):
            on_sqlite(tmp_path / "a.db", synchronous="maybe")

    def test_stock_rasa_keeps_conversations_in_memory(self, stock: dict[str, Any]) -> None:
        """With nothing but a warning."""
        assert stock["unknown_store"] == "InMemoryTrackerStore"


class TestErrors:
    @pytest.fixture
    def broken(self, mended: None, tmp_path: Path) -> FailSafeTrackerStore:
        """A store whose table is gone, behind Rasa's wrapper."""
        store = on_sqlite(tmp_path / "events.db")
        store.engine.execute("DROP TABLE events")
        return FailSafeTrackerStore(store)

    async def test_they_are_raised(
        self, broken: FailSafeTrackerStore, caplog: pytest.LogCaptureFixture
    ) -> None:
        """In reading and in writing; nothing goes into a second store, and the log quotes nothing."""
        with pytest.raises(sa.exc.OperationalError):
            await broken.retrieve("web:a")
        with pytest.raises(sa.exc.OperationalError):
            await broken.retrieve_full_tracker("web:a")
        with pytest.raises(sa.exc.OperationalError):
            await broken.keys()
        tracker = DialogueStateTracker("web:a", [])
        tracker.update(UserUttered(SECRET))
        with pytest.raises(sa.exc.OperationalError):
            await broken.save(tracker)
        assert broken._fallback_tracker_store is None
        assert "tracker store failed: OperationalError" in caplog.text
        assert "Zorvolex" not in caplog.text

    def test_stock_rasa_forgets(self, stock: dict[str, Any]) -> None:
        """It answers from an empty conversation, and says nothing."""
        assert stock["store_errors"] == {
            "retrieve": None,
            "save": "no error",
            "behind": "InMemoryTrackerStore",
        }


def test_other_stores_are_as_they_were() -> None:
    """Rasa's own store in memory still works behind its wrapper."""
    store = FailSafeTrackerStore(InMemoryTrackerStore(Domain.from_yaml(DOMAIN)))
    asyncio.run(say(store))
    assert asyncio.run(texts(store)) == [SECRET]


@pytest.mark.parametrize("variable", ["SQL_POOL_SIZE", "SQL_MAX_OVERFLOW"])
@pytest.mark.parametrize("value", ["x", "-3", "1001", "nan", "\u0663"])
def test_numbers_of_connections(monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    """A wrong one stops the start, and its variable is named."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(RasaException, match=f"{variable} has to be a whole number from"):
        SafeSQLTrackerStore(Domain.from_yaml(DOMAIN), "postgresql", host="127.0.0.1", db="none")
