"""What a visitor can do with a conversation: read it, sum it up, start over, delete it."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from rasa.shared.core.events import SlotSet

from clinic import database
from tests.channel_server import ChannelServer
from tests.unit.clinic.test_privacy import add_request, everything
from tests.web_agent import Gate, WebAgent, eventually
from tests.web_client import Visitor, arrived


def test_the_transcript(visitor: Visitor) -> None:
    """Both sides in order, with the ids that the replies had, buttons and times."""
    assert visitor.messages() == []
    visitor.say("is it painful?", "message-1")
    user, first, second = visitor.messages()
    assert user.items() >= {"id": "message-1", "from": "user", "text": "is it painful?"}.items()
    assert first.items() >= {"id": "message-1.1", "from": "bot"}.items()
    assert "buttons" not in first
    assert [b["payload"] for b in second["buttons"]] == ["yes please", "No"]
    assert user["time"] <= first["time"] <= second["time"]


def test_start_over(visitor: Visitor, agent: WebAgent) -> None:
    """The transcript is empty, the session stays, old messages are still not done twice."""
    visitor.say("hello", "message-1")
    sender = agent.messages[0].sender_id
    assert visitor.restart().json == {"restarted": True}
    assert visitor.messages() == []
    assert "restart" in agent.stored(sender)
    visitor.say("hello again", "message-2")
    assert visitor.said() == ["hello again"]
    assert visitor.say("hello", "message-1").texts[0] == "You said hello"
    assert len(agent.messages) == 2
    assert agent.messages[1].sender_id == sender


def test_start_over_before_the_first_message(visitor: Visitor, agent: WebAgent) -> None:
    """There is nothing to do."""
    assert visitor.restart().status == 200
    assert agent.stored() == {}


async def fill(agent: WebAgent, sender: str) -> None:
    """Stores an answer of the check."""
    tracker = await agent.tracker_store.get_or_create_tracker(sender)
    tracker.update(SlotSet("cardiovascular", "yes"))
    tracker.update(SlotSet("check_record", {"status": "active", "asked": ["cardiovascular"]}))
    await agent.tracker_store.save(tracker)


def test_the_summary(visitor: Visitor, agent: WebAgent) -> None:
    """As far as the check has come; 404 before it and after a start over."""
    assert visitor.get("summary").error == (404, "no_summary")
    visitor.say()
    assert visitor.get("summary").error == (404, "no_summary")
    asyncio.run(fill(agent, agent.messages[0].sender_id))
    text = visitor.get("summary").json["text"]
    assert "1 of 6 questions answered" in text
    assert "Heart rhythm or blood pressure: yes" in text
    visitor.restart()
    assert visitor.get("summary").error == (404, "no_summary")


def test_deletion(visitor: Visitor, server: ChannelServer, agent: WebAgent) -> None:
    """All events are gone, the cookie too, and the old token is refused; others keep theirs."""
    other = arrived(server.port)
    other.say("of somebody else")
    visitor.say("hello")
    visitor.restart()
    visitor.say("hello again")
    assert len(agent.stored()) == 2
    cookie = visitor.cookie
    answer = visitor.delete()
    assert (answer.status, answer.json, visitor.cookie) == (200, {"deleted": True}, "")
    assert "Max-Age=0" in answer.headers["set-cookie"]
    assert list(agent.stored()) == [agent.messages[0].sender_id]
    visitor.cookie = cookie
    for again in (visitor.say(), visitor.get("messages"), visitor.get("session"), visitor.delete()):
        assert again.error == (401, "no_session")
    assert other.said() == ["of somebody else"]
    assert visitor.open().status == 201
    assert visitor.messages() == []


def test_a_running_turn_does_not_bring_data_back(
    visitor: Visitor, server: ChannelServer, agent: WebAgent
) -> None:
    """The deletion waits for what came before, and refuses what comes after."""
    agent.script = gate = Gate()
    cookie = visitor.cookie
    late = Visitor(server.port, cookie)
    with visitor.start("one"), ThreadPoolExecutor(1) as pool:
        assert gate.begun.wait(10)
        with visitor.start("two"):
            agent.wait_for_line(agent.messages[0].sender_id, 2)
            deletion = pool.submit(visitor.delete)
            eventually(lambda: late.get("session").status == 401)
            assert late.say("three").error == (401, "no_session")
            gate.open.set()
            assert deletion.result().status == 200
    eventually(lambda: agent.finished == 2)
    assert [m.text for m in agent.messages] == ["one", "two"]
    assert agent.stored() == {}


def test_a_deletion_that_fails_is_told(visitor: Visitor, agent: WebAgent, monkeypatch: Any) -> None:
    """The session stays, so that the visitor can try again."""
    visitor.say()
    with monkeypatch.context() as patch:
        patch.setattr("rasa_ext.stores.erasure.every", lambda store: [object()])
        assert visitor.delete().error == (503, "unavailable")
    assert len(visitor.messages()) == 3
    assert visitor.delete().status == 200
    assert agent.stored() == {}


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """An empty database of the clinic."""
    monkeypatch.setenv(database.URL, f"sqlite:///{tmp_path / 'clinic.db'}")
    database.close()
    yield
    database.close()


@pytest.mark.usefixtures("clinic")
class TestTheClinicsData:
    """Deletion erases it, too, and first."""

    def test_it_goes_with_the_conversation(self, visitor: Visitor, agent: WebAgent) -> None:
        """The requests and flags of this visitor."""
        visitor.say()
        add_request(agent.messages[0].sender_id)
        add_request("web:other")
        assert visitor.delete().status == 200
        assert not any(agent.messages[0].sender_id in row for row in everything())
        assert any("web:other" in row for row in everything())

    def test_without_it_nothing_is_deleted(
        self, visitor: Visitor, agent: WebAgent, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        """The visitor is told, keeps the session, and can try again."""
        visitor.say()
        with monkeypatch.context() as patch:
            patch.setenv(database.URL, f"sqlite:///{tmp_path}")
            assert visitor.delete().error == (503, "unavailable")
        assert len(visitor.messages()) == 3
        assert visitor.delete().status == 200
        assert agent.stored() == {}
