"""Messages over the web channel: what is taken, what is refused, and what of it reaches the tracker."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.tracker_store import FailSafeTrackerStore, SQLTrackerStore

from rasa_ext.channels.base import MAX_BODY, MAX_TEXT
from rasa_ext.stores import erasure
from tests.web_agent import WebAgent
from tests.web_client import CONSENT, Visitor, new_id


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


@pytest.mark.parametrize("kind", ["memory", "sql"])
def test_a_new_consent_goes_with_the_next_message(
    visitor: Visitor, agent: WebAgent, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """Each version once, whatever else was said; also after a restart, and after an erasure."""
    if kind == "sql":
        store = FailSafeTrackerStore(SQLTrackerStore(agent.domain, db=str(tmp_path / "e.db")))
        monkeypatch.setattr(agent, "tracker_store", store)

    def versions() -> list[Any]:
        return [((m.metadata or {}).get("consent") or {}).get("version") for m in agent.messages]

    visitor.say("one")
    visitor.say('"consent": {"version": "9"')
    visitor.open(consent="2027")
    visitor.say("three")
    visitor.say("four")
    assert versions() == [CONSENT, None, "2027", None]
    assert agent.channel is not None
    agent.channel.conversations._recorded.clear()
    visitor.say("five")
    assert versions()[4:] == [None]
    loop = asyncio.new_event_loop()
    sender = agent.messages[0].sender_id
    if kind == "sql":
        talk = loop.run_until_complete(erasure.talk_of(agent.tracker_store, sender))
        assert (talk.messages, talk.consent[0]) == (5, "2027")
    loop.run_until_complete(erasure.erase(agent.tracker_store, sender))
    loop.close()
    visitor.say("six")
    assert versions()[5:] == ["2027"]


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


@pytest.mark.parametrize("language", ["es", "pt-BR", "../es", "", 5, None, ["es"], "e" * 90])
def test_the_language_of_the_page_goes_with_every_message(
    visitor: Visitor, agent: WebAgent, language: Any
) -> None:
    """It counts at the beginning and after a start over; what is no language tag is left out."""
    for _ in range(2):
        visitor.request("POST", "webhook", {"message": "hola", "id": new_id(), "language": language})
    kept = {"language": language} if language in ("es", "pt-BR") else {}
    first, second = agent.messages
    assert {k: v for k, v in first.metadata.items() if k != "consent"} == kept
    assert (second.metadata or {}) == kept
