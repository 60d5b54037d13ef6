"""The private REST channel over real HTTP: what it takes, what it refuses and how."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rasa.core.channels.channel import UserMessage

from rasa_ext.channels.base import MAX_BODY, MAX_SENDER, MAX_TEXT
from rasa_ext.channels.rest import RestInput
from tests.channel_server import Answer, ChannelServer, echo, serving

PATH = "/webhooks/rest/webhook"
SECRET = "Zorvolex since my divorce"


@pytest.fixture(scope="module")
def running() -> Iterator[ChannelServer]:
    """The server, started once for this file."""
    with serving(RestInput()) as server:
        yield server


@pytest.fixture
def server(running: ChannelServer) -> ChannelServer:
    """The server with an assistant that echoes and has heard nothing yet."""
    running.agent.turn, running.agent.ready, running.agent.finished = echo, True, 0
    running.agent.messages.clear()
    return running


def say(server: ChannelServer, text: Any = "hello", sender: Any = "ada") -> Answer:
    """Posts one message."""
    return server.post(PATH, {"sender": sender, "message": text})


def test_a_message_is_answered(server: ChannelServer) -> None:
    """Text and sender arrive, the reply comes back as a list in Rasa's format."""
    answer = say(server, "is it painful?")
    assert (answer.status, answer.content_type) == (200, "application/json")
    assert answer.json == [{"recipient_id": "ada", "text": "You said is it painful?"}]
    message = server.agent.messages[0]
    assert (message.text, message.sender_id, message.input_channel) == (
        "is it painful?",
        "ada",
        "rest",
    )


def test_nothing_of_the_caller_gets_into_the_tracker(server: ChannelServer) -> None:
    """Metadata, another channel's name or slots in the request are ignored."""
    more = {"metadata": {"x": 1}, "input_channel": "voice", "slots": {"herpes": "no"}}
    assert server.post(PATH, {"sender": "ada", "message": "hi", **more}).status == 200
    message = server.agent.messages[0]
    assert (message.metadata or {}, message.input_channel) == ({}, "rest")


@pytest.mark.parametrize("sender", [None, "", "  ", 42, 4.2, True, ["a"], {"a": 1}])
def test_a_sender_has_to_be_a_text(server: ChannelServer, sender: Any) -> None:
    """Nobody lands in a conversation that is shared with others."""
    answer = say(server, sender=sender)
    assert (answer.status, answer.error) == (400, "no_sender")
    assert not server.agent.messages


def test_a_missing_sender_is_refused(server: ChannelServer) -> None:
    """Stock Rasa puts everybody without a sender into the conversation "default"."""
    answer = server.post(PATH, {"message": "hello"})
    assert (answer.status, answer.error) == (400, "no_sender")


@pytest.mark.parametrize(
    "sender", ["a\x00b", "a\nb", "a\x1b[0m", "\x7f", "a\u202eb", "a\u200bb", "\ud800", "x" * 300]
)
def test_a_strange_sender_is_refused(server: ChannelServer, sender: str) -> None:
    """NUL ends a Rasa on PostgreSQL; invisible characters make two senders look like one."""
    answer = say(server, sender=sender)
    assert (answer.status, answer.error) == (400, "bad_sender")
    assert not server.agent.messages


@pytest.mark.parametrize("sender", ["x" * MAX_SENDER, "ada@clinic.example", "Żaneta 😀", "'; --"])
def test_other_senders_are_taken(server: ChannelServer, sender: str) -> None:
    """Letters of all languages are fine, up to the limit."""
    assert say(server, sender=sender).json[0]["recipient_id"] == sender


@pytest.mark.parametrize("text", [None, 42, True, ["a"], {"text": "a"}, "", "  \n ", "\x00\x07"])
def test_a_message_has_to_be_a_text(server: ChannelServer, text: Any) -> None:
    """Stock Rasa answers `200 []` to these."""
    answer = say(server, text)
    assert (answer.status, answer.error) == (400, "no_message")
    assert server.post(PATH, {"sender": "ada"}).error == "no_message"
    assert not server.agent.messages


def test_the_length_of_a_message_is_limited(server: ChannelServer) -> None:
    """Just so long, and no longer."""
    assert say(server, "x" * MAX_TEXT).status == 200
    answer = say(server, "x" * (MAX_TEXT + 1))
    assert (answer.status, answer.error) == (413, "too_long")
    assert say(server, "😀" * MAX_TEXT).status == 200


@pytest.mark.parametrize("size", [MAX_BODY + 1, 3_000_000])
def test_the_size_of_a_request_is_limited(server: ChannelServer, size: int) -> None:
    """Also when the long part is one that nobody reads."""
    body = json.dumps({"sender": "ada", "message": "hi", "more": "x" * size}).encode()
    answer = server.request(PATH, body)
    assert (answer.status, answer.error) == (413, "too_long")
    assert say(server).status == 200


def raw(server: ChannelServer, *parts: bytes) -> bytes:
    """Sends bytes as they are and returns the first of what comes back."""
    with server.connection() as connection:
        for part in parts:
            connection.sendall(part)
        return connection.recv(4096)


HEAD = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n".encode()


def test_a_huge_request_is_refused_before_it_is_sent(server: ChannelServer) -> None:
    """The server neither waits for it nor keeps it."""
    started = time.monotonic()
    assert b" 413 " in raw(server, HEAD + b"Content-Length: 90000000\r\n\r\n" + b"x" * 100)
    assert time.monotonic() - started < 2


def test_a_request_in_chunks_is_limited(server: ChannelServer) -> None:
    """No length is declared then; a short one is taken, an endless one is not read to its end."""
    head = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
    body = json.dumps({"sender": "ada", "message": "hi"}).encode()
    assert b"You said hi" in raw(server, head, b"%x\r\n" % len(body), body, b"\r\n0\r\n\r\n")
    assert b" 413 " in raw(server, head, *[b"1000\r\n" + b"x" * 4096 + b"\r\n"] * 5)


DEEP = b"[" * 8000 + b"]" * 8000


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"sender=ada",
        b"{'a': 1}",
        b"\xff\xfe{}",
        b'\xef\xbb\xbf{"sender": "a"}',
        DEEP,
        b'{"sender":' * 1400,
        b"1" * 9000,
        b"[]",
        b'"x"',
        b"null",
        b"true",
        b"1",
        b"NaN",
    ],
)
def test_what_is_no_json_object_is_refused(server: ChannelServer, body: bytes) -> None:
    """Broken, deep or merely something else: always 400 with our own error."""
    answer = server.request(PATH, body, method="POST")
    assert (answer.status, answer.error) == (400, "malformed")


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", None]
)
def test_only_json_is_taken(server: ChannelServer, content_type: str | None) -> None:
    """A page of somebody else can send these without asking first (CORS)."""
    body = json.dumps({"sender": "ada", "message": "hi"}).encode()
    answer = server.request(PATH, body, content_type)
    assert (answer.status, answer.error) == (415, "not_json")
    assert not server.agent.messages


def test_json_with_a_charset_is_taken(server: ChannelServer) -> None:
    """The parameters and the case of the content type do not matter."""
    body = json.dumps({"sender": "ada", "message": "hi"}).encode()
    assert server.request(PATH, body, "Application/JSON; charset=utf-8").status == 200


def test_harmful_characters_are_taken_out(server: ChannelServer) -> None:
    """NUL, terminal escapes, lone surrogates and direction overrides; other signs stay."""
    assert say(server, " a\x00b\x1b[31m\ud800\u202ec\td\ne 😀 ").status == 200
    assert server.agent.messages[0].text == "ab[31mc\td\ne 😀"


@pytest.mark.parametrize("error", [ValueError, KeyError, RuntimeError, OSError, SystemError])
def test_a_failed_turn_is_a_503(
    server: ChannelServer, error: type[Exception], caplog: pytest.LogCaptureFixture
) -> None:
    """The caller learns that it failed; the log holds the kind of error, and no word typed."""

    async def fail(message: UserMessage) -> None:
        raise error(message.text)

    server.agent.turn = fail
    with caplog.at_level(logging.DEBUG):
        answer = say(server, SECRET)
    assert (answer.status, answer.error) == (503, "unavailable")
    assert f"turn failed on channel rest: {error.__name__}" in caplog.messages
    assert "Zorvolex" not in caplog.text
    assert "Zorvolex" not in answer.body.decode()


def test_a_turn_without_a_reply_is_a_503(server: ChannelServer) -> None:
    """Silence is an error: without a model Rasa drops messages and says nothing."""

    async def nothing(message: UserMessage) -> None:
        pass

    server.agent.turn = nothing
    answer = say(server)
    assert (answer.status, answer.error) == (503, "unavailable")


def test_readiness(server: ChannelServer) -> None:
    """Ready with a model, 503 without."""
    assert server.request("/webhooks/rest/").json == {"status": "ok"}
    server.agent.ready = False
    answer = server.request("/webhooks/rest/")
    assert (answer.status, answer.json) == (503, {"status": "no_model"})


def failures(caplog: pytest.LogCaptureFixture) -> list[str]:
    """Returns the failed turns that were logged."""
    return [message for message in caplog.messages if message.startswith("turn failed")]


@pytest.mark.parametrize("fails", [False, True])
def test_a_turn_is_finished_when_the_client_goes_away(
    server: ChannelServer, caplog: pytest.LogCaptureFixture, fails: bool
) -> None:
    """What was begun is stored; stock Rasa runs the action and forgets the turn."""
    begun, ended = threading.Event(), []

    async def slow(message: UserMessage) -> None:
        begun.set()
        await asyncio.sleep(0.3)
        ended.append("ended")
        if fails:
            raise ValueError(message.text)

    server.agent.turn = slow
    body = json.dumps({"sender": "ada", "message": SECRET}).encode()
    connection = server.connection()
    connection.sendall(HEAD + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert begun.wait(5)
    connection.close()
    gc.collect()
    expected = ["turn failed on channel rest: ValueError"] if fails else []
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline and not (ended and failures(caplog) == expected):
        time.sleep(0.01)
    assert ended == ["ended"]
    assert failures(caplog) == expected
    assert "Zorvolex" not in caplog.text


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=40),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=10,
)
BODIES = JSON | st.fixed_dictionaries({}, optional={"sender": JSON, "message": JSON, "metadata": JSON})


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(BODIES)
def test_no_json_makes_a_500(server: ChannelServer, body: Any) -> None:
    """Whatever comes: an answer, or our own error."""
    answer = server.post(PATH, body)
    assert answer.status in (200, 400)
    assert answer.status == 200 or answer.error


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary(max_size=200))
def test_no_bytes_make_a_500(server: ChannelServer, body: bytes) -> None:
    """Random bytes are malformed."""
    assert server.request(PATH, body, method="POST").status == 400
