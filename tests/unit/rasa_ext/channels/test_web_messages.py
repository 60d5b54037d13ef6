"""Messages over the web channel: what is taken, what is refused, once each and in order."""

from __future__ import annotations

import asyncio
import json
import logging
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.channels.channel import UserMessage
from rasa.shared.core.events import SlotSet

from rasa_ext.channels.base import MAX_BODY, MAX_TEXT
from tests.channel_server import ChannelServer
from tests.web_agent import WebAgent, eventually
from tests.web_client import CONSENT, Visitor, arrived, new_id

SECRET = "Zorvolex since my divorce"


class Gate:
    """A script that answers only when the test opens the gate."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()

    async def __call__(self, message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        """Says one thing, waits, and says another."""
        yield {"text": f"first {message.text}"}
        self.begun.set()
        while not self.open.is_set():
            await asyncio.sleep(0.005)
        yield {"text": f"second {message.text}"}


def test_a_message_is_answered(visitor: Visitor, agent: WebAgent) -> None:
    """A line a reply, with ids and buttons, and a last line; the channel's name and id go to Rasa."""
    answer = visitor.say("is it painful?", "message-1")
    buttons = [{"title": "Yes", "payload": "yes please"}, {"title": "No", "payload": "No"}]
    assert answer.lines == [
        {"type": "message", "id": "message-1.1", "text": "You said is it painful?"},
        {"type": "message", "id": "message-1.2", "text": "Shall I go on?", "buttons": buttons},
        {"type": "done"},
    ]
    assert answer.headers["cache-control"] == "no-store"
    message = agent.messages[0]
    assert (message.text, message.input_channel, message.message_id) == (
        "is it painful?",
        "web",
        "message-1",
    )
    assert message.sender_id.startswith("web:")
    assert len(message.sender_id) == 68


def test_the_consent_goes_with_the_first_message(visitor: Visitor, agent: WebAgent) -> None:
    """Its version and time are kept once a conversation, and again after it was erased."""
    visitor.say()
    visitor.say()
    first, second = agent.messages
    assert set(first.metadata) == {"consent"}
    assert first.metadata["consent"]["version"] == CONSENT
    assert first.metadata["consent"]["time"].endswith("+00:00")
    assert second.metadata is None


def test_nothing_of_the_caller_gets_into_the_tracker(visitor: Visitor, agent: WebAgent) -> None:
    """Another sender, channel, metadata or slots in the request are ignored."""
    more = {"sender": "web:x", "metadata": {"x": 1}, "input_channel": "voice", "slots": {"herpes": "no"}}
    visitor.request("POST", "webhook", {"message": "hi", "id": new_id(), **more})
    message = agent.messages[0]
    assert set(message.metadata) == {"consent"}
    assert message.input_channel == "web"
    assert list(agent.stored()) == [message.sender_id] != ["web:x"]


@pytest.mark.parametrize("text", [None, 42, True, ["a"], {"text": "a"}, "", "  \n ", "\x00\x07"])
def test_a_message_has_to_be_a_text(visitor: Visitor, agent: WebAgent, text: Any) -> None:
    """Other types and nothing at all are refused."""
    answer = visitor.request("POST", "webhook", {"message": text, "id": new_id()})
    assert answer.error == (400, "no_message")
    assert not agent.messages


@pytest.mark.parametrize(
    "wrong", [None, 42, True, ["abcdefgh"], "", "seven77", "x" * 65, "with blank", "ümläut-x", "a/b/c/d/e/"]
)
def test_an_id_has_to_be_one(visitor: Visitor, agent: WebAgent, wrong: Any) -> None:
    """8 to 64 plain characters; a missing one is refused, too."""
    assert visitor.request("POST", "webhook", {"message": "hi", "id": wrong}).error == (400, "bad_id")
    assert visitor.request("POST", "webhook", {"message": "hi"}).error == (400, "bad_id")
    assert not agent.messages


@pytest.mark.parametrize("good", ["x" * 8, "x" * 64, "A-b_C-9_"])
def test_other_ids_are_taken(visitor: Visitor, good: str) -> None:
    """The shortest and the longest."""
    assert visitor.say("hi", good).replies[0]["id"] == f"{good}.1"


def test_the_length_of_a_message_is_limited(visitor: Visitor) -> None:
    """Just so long, and no longer."""
    assert visitor.say("😀" * MAX_TEXT).replies
    assert visitor.say("x" * (MAX_TEXT + 1)).error == (413, "too_long")
    body = json.dumps({"message": "hi", "id": new_id(), "more": "x" * MAX_BODY}).encode()
    assert visitor.request("POST", "webhook", raw=body).error == (413, "too_long")


@pytest.mark.parametrize("body", [b"", b"{", b"a=1", b"\xff\xfe{}", b"[]", b'"x"', b"null", b"[" * 9000])
def test_what_is_no_json_object_is_refused(visitor: Visitor, body: bytes) -> None:
    """Broken, deep or merely something else."""
    for path in ("webhook", "restart", "session"):
        assert visitor.request("POST", path, raw=body).error == (400, "malformed")


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", None])
def test_only_json_is_taken(visitor: Visitor, content_type: str | None) -> None:
    """What a page of somebody else could send without asking."""
    for path in ("webhook", "restart", "session"):
        answer = visitor.request("POST", path, {}, headers={"Content-Type": content_type})
        assert answer.error == (415, "not_json")


def test_commands_are_text(visitor: Visitor, agent: WebAgent) -> None:
    """A slash goes on as it was typed, for the guard behind; it resets nothing here."""
    visitor.say("first")
    for text in ("/restart", "/session_start", '/inform{"herpes":"no"}'):
        visitor.say(text)
        assert agent.messages[-1].text == text
    assert len(visitor.said()) == 4


def test_the_same_id_is_answered_again(visitor: Visitor, agent: WebAgent) -> None:
    """The same replies with the same ids, from the tracker, and one turn."""
    first = visitor.say("is it painful?", "message-1")
    visitor.say("thanks", "message-2")
    again = visitor.say("is it painful?", "message-1")
    assert again.lines == first.lines
    assert [m.text for m in agent.messages] == ["is it painful?", "thanks"]
    assert visitor.said() == ["is it painful?", "thanks"]


def test_the_same_id_at_the_same_time_is_one_turn(visitor: Visitor, agent: WebAgent) -> None:
    """The second waits for the first, and repeats its replies."""
    agent.script = gate = Gate()
    with ThreadPoolExecutor(4) as pool:
        answers = [pool.submit(visitor.say, "hello", "message-1") for _ in range(4)]
        assert gate.begun.wait(10)
        gate.open.set()
        texts = [a.result().texts for a in answers]
    assert texts == [["first hello", "second hello"]] * 4
    assert len(agent.messages) == 1


def test_the_same_id_of_another_session_is_another_message(server: ChannelServer, agent: WebAgent) -> None:
    """Ids count within a conversation only: nobody is answered with the words of somebody else."""
    one, two = arrived(server.port), arrived(server.port)
    one.say("from one", "message-1")
    assert two.say("from two", "message-1").texts[0] == "You said from two"
    assert (one.said(), two.said()) == (["from one"], ["from two"])


def test_replies_arrive_as_they_are_produced(visitor: Visitor, agent: WebAgent) -> None:
    """The first one is there while the turn goes on."""
    agent.script = gate = Gate()
    with visitor.start("hello") as connection:
        seen = b""
        while b"first hello" not in seen:
            seen += connection.recv(4096)
        assert b"second hello" not in seen
        assert agent.finished == 0
        gate.open.set()
        while b'"done"' not in seen:
            seen += connection.recv(4096)
    assert b"second hello" in seen


def test_messages_of_a_session_keep_their_order(
    visitor: Visitor, server: ChannelServer, agent: WebAgent
) -> None:
    """Six at once: one is answered, five wait; a seventh and its like are refused with a time to wait."""
    agent.script = gate = Gate()
    connections = []
    for n in range(6):
        connections.append(visitor.start(f"number {n}"))
        assert gate.begun.wait(10)
        agent.wait_for_line(agent.messages[0].sender_id, n + 1)
    refused = visitor.say("one too many")
    assert refused.error == (429, "too_many")
    assert int(refused.headers["retry-after"]) >= 1
    other = arrived(server.port)
    gate.open.set()
    assert other.say("of somebody else").texts == ["first of somebody else", "second of somebody else"]
    for connection in connections:
        seen = b""
        while b'"done"' not in seen:
            seen += connection.recv(4096)
        connection.close()
    assert visitor.said() == [f"number {n}" for n in range(6)]
    assert visitor.say("again").texts == ["first again", "second again"]


def test_one_session_does_not_wait_for_another(server: ChannelServer, agent: WebAgent) -> None:
    """A slow turn holds up its own conversation only."""
    gate = Gate()

    async def slow_for_one(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        if message.text == "slow":
            async for reply in gate(message):
                yield reply
        else:
            yield {"text": "at once"}

    agent.script = slow_for_one
    one, two = arrived(server.port), arrived(server.port)
    with one.start("slow"):
        assert gate.begun.wait(10)
        assert two.say("quick").texts == ["at once"]
        gate.open.set()
    eventually(lambda: agent.finished == 2)


def test_a_turn_is_finished_when_the_visitor_goes_away(visitor: Visitor, agent: WebAgent) -> None:
    """Nothing is lost: the transcript has the replies, and the retry gives them again."""
    agent.script = gate = Gate()
    visitor.start("hello", "message-1").close()
    assert gate.begun.wait(10)
    gate.open.set()
    eventually(lambda: agent.finished == 1)
    assert [m["text"] for m in visitor.messages()] == ["hello", "first hello", "second hello"]
    assert visitor.say("hello", "message-1").texts == ["first hello", "second hello"]
    assert len(agent.messages) == 1


def test_the_transcript_waits_for_the_turn(visitor: Visitor, agent: WebAgent) -> None:
    """Who reloads the page in the middle of a turn sees its end."""
    agent.script = gate = Gate()
    with visitor.start("hello"), ThreadPoolExecutor(1) as pool:
        assert gate.begun.wait(10)
        transcript = pool.submit(visitor.messages)
        gate.open.set()
        assert [m["text"] for m in transcript.result()] == ["hello", "first hello", "second hello"]


async def fails_at_once(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Fails before the first reply."""
    raise ValueError(message.text)
    yield {}


async def fails_later(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Fails after the first reply."""
    yield {"text": "so far"}
    raise ValueError(message.text)


async def says_nothing(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Has nothing that could be shown."""
    yield {"custom": {"type": "unknown"}}


def test_a_failed_turn_is_an_error(visitor: Visitor, agent: WebAgent) -> None:
    """With a status before the first reply, as the last line after it; the retry works."""
    agent.script = fails_at_once
    assert visitor.say("hello", "message-1").error == (503, "unavailable")
    agent.script = fails_later
    message, error = visitor.say("hello", "message-1").lines
    assert message["text"] == "so far"
    assert error["type"] == "error"
    assert error["error"]["code"] == "unavailable"
    assert visitor.messages() == []
    agent.script = says_nothing
    assert visitor.say("hello", "message-2").error == (503, "unavailable")
    agent.ready = False
    assert visitor.say("hello", "message-3").error == (503, "unavailable")


def test_a_broken_store_is_an_error(visitor: Visitor, agent: WebAgent, monkeypatch: Any) -> None:
    """Not an empty conversation, as Rasa's own fail-safe has it."""

    async def broken(sender: str) -> None:
        raise OSError(SECRET)

    monkeypatch.setattr(agent.tracker_store._tracker_store, "retrieve_full_tracker", broken)  # type: ignore[attr-defined]
    for answer in (visitor.say(SECRET), visitor.get("messages"), visitor.get("summary")):
        assert answer.error == (503, "unavailable")
        assert b"Zorvolex" not in answer.body


def test_no_word_gets_into_the_log(
    visitor: Visitor, agent: WebAgent, caplog: pytest.LogCaptureFixture
) -> None:
    """At no level, whether the turn works, fails, is repeated or abandoned."""
    with caplog.at_level(logging.DEBUG):
        visitor.say(SECRET, "message-1")
        visitor.say(SECRET, "message-1")
        visitor.say(SECRET * 100)
        for script in (fails_at_once, fails_later, says_nothing):
            agent.script = script
            visitor.say(SECRET)
        visitor.request("POST", "webhook", raw=b'{"message": "Zorvolex')
        visitor.messages()
        visitor.get("summary")
        visitor.restart()
        visitor.delete()
        visitor.say(SECRET)
    assert "turn failed on channel web: ValueError" in caplog.messages
    assert "Zorvolex" not in caplog.text


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
        patch.setattr("rasa_ext.channels.stores._all", lambda store: [object()])
        assert visitor.delete().error == (503, "unavailable")
    assert len(visitor.messages()) == 3
    assert visitor.delete().status == 200
    assert agent.stored() == {}


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
BODIES = JSON | st.fixed_dictionaries(
    {}, optional={"id": JSON | st.just("message-1"), "message": JSON, "consent": JSON, "storage": JSON}
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BODIES, st.sampled_from(["webhook", "session", "restart"]))
def test_no_json_makes_a_500(visitor: Visitor, body: Any, path: str) -> None:
    """Whatever comes: an answer, or our own error."""
    answer = visitor.request("POST", path, raw=json.dumps(body).encode())
    if answer.status not in (200, 201):
        assert answer.error[0] == 400
