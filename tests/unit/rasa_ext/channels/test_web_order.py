"""Turns over the web channel: each message once, in order, finished whoever goes away."""

from __future__ import annotations

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from rasa.core.channels.channel import UserMessage

from tests.channel_server import ChannelServer
from tests.web_agent import Gate, WebAgent, eventually
from tests.web_client import Visitor, arrived


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
