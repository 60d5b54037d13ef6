"""What one process holds of delivered messages, while the database fails and after it."""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import sqlalchemy as sa
from rasa.core.channels.channel import register
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from sanic import Sanic

from rasa_ext.channels.messengers.events import Event
from rasa_ext.channels.messengers.received import Received
from rasa_ext.channels.messengers.telegram import TelegramInput
from rasa_ext.stores import received
from rasa_ext.stores.sql import SafeSQLTrackerStore
from tests.channel_server import listening
from tests.fakes.telegram import SECRET, TOKEN
from tests.web_agent import DOMAIN


def store_in(folder: Path) -> Any:
    """Returns a tracker store in a file."""
    return SafeSQLTrackerStore(Domain.from_yaml(DOMAIN), db=str(folder / "one.db"))


def count(store: Any) -> int:
    """Returns how many messages are written down."""
    with store.engine.connect() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(received.table)).scalar() or 0)


async def test_after_a_long_failure_all_is_struck_out(tmp_path: Path) -> None:
    """However much was answered meanwhile; what can't be struck out is tried again."""
    store, held = store_in(tmp_path), Received("telegram")
    for number in range(3):
        assert await held.keep(store, "telegram:1", Event("1", str(number))) == []
    with mock.patch.object(received, "strike_out", side_effect=sa.exc.OperationalError("", {}, Exception())):
        for number in range(3):
            await held.answered(store, "telegram:1", Event("1", str(number)))
    assert count(store) == 3
    held._answered.update(f"message {number}" for number in range(3 * received.BATCH))
    with mock.patch.object(received, "strike_out", wraps=received.strike_out) as strike_out:
        assert await held._look(store) == []
    assert count(store) == 0
    # SQLite takes 32,766 of them in one statement, or 250,000.
    assert max(len(call.kwargs["ids"]) for call in strike_out.call_args_list) == received.BATCH
    assert held._answered == set()


async def test_the_same_message_again_is_no_new_one(tmp_path: Path) -> None:
    """In this process, also when it has forgotten what it has seen; what it holds it goes on holding."""
    store, held = store_in(tmp_path), Received("telegram")
    event = Event("1", "7")
    assert await held.keep(store, "telegram:1", event) == []
    assert await held.keep(store, "telegram:1", event) is None
    assert len(held._held) == 1
    other = Received("telegram")
    assert await other.keep(store, "telegram:1", event) is None
    assert other._held == set()


async def test_other_stores_keep_nothing() -> None:
    """There, nothing has to be waited for either."""
    store, held = InMemoryTrackerStore(Domain.from_yaml(DOMAIN)), Received("telegram")
    assert await held.keep(store, "telegram:1", Event("1", "7")) == []
    await held.wait_for(store, ["a name"])
    assert await held._look(store) == []
    await held.answered(store, "telegram:1", Event("1", "7"))
    assert (held._held, held._answered) == (set(), set())


async def test_waiting_has_an_end(tmp_path: Path) -> None:
    """Another server that lives may take long with what came before."""
    store, other, held = store_in(tmp_path), Received("telegram"), Received("telegram")
    await other.keep(store, "telegram:1", Event("1", "7"))
    (before,) = await held.keep(store, "telegram:1", Event("1", "8")) or ()
    with mock.patch.object(received, "HELD", 0.1), mock.patch(f"{Received.__module__}.LOOK", 0.05):
        await held.wait_for(store, [before])
    assert count(store) == 2


def test_a_server_that_has_no_agent_yet_complains_of_nothing(caplog: pytest.LogCaptureFixture) -> None:
    """Rasa sets the agent while the server starts, or later: until then nobody can look, and that is no error."""
    settings = {"token": TOKEN, "secret": SECRET, "api_base": "http://127.0.0.1:9"}
    Sanic.test_mode = True
    app = Sanic(f"test-{uuid.uuid4().hex}", configure_logging=False)
    register([TelegramInput.from_credentials(settings)], app, route="/webhooks/")
    with caplog.at_level("ERROR"), listening(app):
        time.sleep(0.2)
    assert "can't be looked at" not in caplog.text
