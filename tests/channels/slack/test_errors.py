"""Answers of Slack's: `ok: false`, limits, and long ones."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import pytest

from rasa_ext.channels.messengers.client import Answer
from rasa_ext.channels.messengers.reading import at
from rasa_ext.channels.messengers.slack import SlackClient
from tests.fakes.platform import Failure
from tests.messenger_server import Messenger


class TestErrors:
    def test_final(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """`ok: false` is an error, tried once; the log has Slack's code for it and no words."""
        refusal = {"ok": False, "error": "channel_not_found", "needed": "my secret sore"}
        bot.fake.fail("chat.postMessage", Failure(200, refusal))
        assert len(bot.say("my secret sore")) == 1
        assert "slack could not send: DeliveryError (channel_not_found)" in caplog.text
        assert "sore" not in caplog.text

    @pytest.mark.parametrize(
        "body", [None, [], {"ok": False}, {"ok": False, "error": "My words!"}, {}], ids=str
    )
    def test_unknown(self, bot: Messenger, caplog: pytest.LogCaptureFixture, body: Any) -> None:
        """Whatever does not say ok is an error, and nothing of it is logged."""
        bot.fake.fail("chat.postMessage", Failure(200, body))
        assert len(bot.say("hello")) == 1
        assert "slack could not send: DeliveryError (not ok)" in caplog.text

    @pytest.mark.parametrize(
        "code", ["internal_error", "fatal_error", "service_unavailable", "request_timeout"]
    )
    def test_passing(self, bot: Messenger, code: str) -> None:
        """Tried again, though it came with 200."""
        bot.fake.fail("chat.postMessage", *[Failure(200, {"ok": False, "error": code})] * 2)
        assert len(bot.say("hello")) == 2
        assert len(bot.fake.failed) == 2

    @pytest.mark.parametrize("status", [429, 200])
    def test_ratelimited(self, bot: Messenger, status: int) -> None:
        """Waited for as long as Retry-After says."""
        limited = Failure(status, {"ok": False, "error": "ratelimited"}, {"Retry-After": "1"})
        bot.fake.fail("chat.postMessage", limited)
        started = time.monotonic()
        assert len(bot.say("hello")) == 2
        assert 1 <= time.monotonic() - started < 4

    def test_too_long_a_wait(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """Who is to wait for minutes is not waited for."""
        limited = Failure(429, {"ok": False, "error": "ratelimited"}, {"Retry-After": "120"})
        bot.fake.fail("chat.postMessage", limited)
        assert len(bot.say("hello")) == 1
        assert "HTTP 429" in caplog.text


async def _in_parts(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers a call in two parts, some time apart."""
    body = json.dumps({"ok": True, "message": "x" * 1000}).encode()
    await reader.readuntil(b"\r\n\r\n")
    writer.write(
        b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n" % len(body)
    )
    for part in (body[:100], body[100:]):
        writer.write(part)
        await writer.drain()
        await asyncio.sleep(0.05)
    writer.close()


def test_an_answer_in_parts() -> None:
    """Slack repeats the message, so its answers are long; they are read whole."""

    async def call() -> Answer:
        server = await asyncio.start_server(_in_parts, "127.0.0.1", 0)
        client = SlackClient(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        try:
            return await client.post("chat.postMessage", {})
        finally:
            await client.close()
            server.close()

    assert at(asyncio.run(call()).body, "message") == "x" * 1000
