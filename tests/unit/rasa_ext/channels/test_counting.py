"""What the channels count, and the line of the log that each turn gets."""

from __future__ import annotations

import asyncio
import json
import logging
import re
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from rasa.core.channels.channel import UserMessage

from assistant.observability import metrics
from rasa_ext.channels.messengers import texts
from rasa_ext.channels.rest import RestInput
from tests.channel_server import ChannelServer, serving
from tests.counted import counted, series
from tests.fakes.platform import Failure
from tests.messenger_server import Messenger, messenger
from tests.transports.telegram import TelegramTransport
from tests.web_agent import WebAgent, eventually, web_server
from tests.web_client import Visitor, arrived

SECRET = "Zorvolex since my divorce"


async def fails(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Says nothing and fails with what was typed."""
    raise ValueError(message.text)
    yield {}


class TestWeb:
    def test_a_turn(self, visitor: Visitor) -> None:
        """Turn, answer, the line, the lock and the store, once each."""
        with counted() as grown:
            visitor.say()
            eventually(lambda: turns("web", "ok") > 0)
        assert grown == {
            'stria_turns_total{channel="web",status="ok"}': 1,
            'stria_turn_seconds_count{channel="web"}': 1,
            'stria_answers_total{channel="web",kind="none"}': 1,
            'stria_lock_wait_seconds_count{lock="line"}': 1,
            'stria_lock_wait_seconds_count{lock="memory"}': 1,
            'stria_tracker_store_seconds_count{operation="look_up"}': 1,
            'stria_tracker_store_seconds_count{operation="transcript"}': 1,
            'stria_tracker_store_seconds_count{operation="retrieve"}': 1,
            # The scripted assistant stores an empty conversation first.
            'stria_tracker_store_seconds_count{operation="save"}': 2,
        }

    def test_the_time_of_a_turn_holds_the_wait(self, server: ChannelServer, visitor: Visitor) -> None:
        """From the arrival: two at once, of which the second waits for the first."""
        assert isinstance(server.agent, WebAgent)

        async def slow(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
            await asyncio.sleep(0.15)
            yield {"text": "said"}

        server.agent.script = slow
        before = series()
        threads = [threading.Thread(target=visitor.say) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        key = ("stria_turn_seconds_sum", (("channel", "web"),))
        eventually(lambda: series()[key] - before.get(key, 0) > 0.4)

    def test_a_turn_that_fails(self, visitor: Visitor, agent: WebAgent) -> None:
        """It has no answer, and is an error answer as well."""
        agent.script = fails
        with counted() as grown:
            assert visitor.say(SECRET).error == (503, "unavailable")
        assert grown['stria_turns_total{channel="web",status="failed"}'] == 1
        assert grown['stria_messages_refused_total{channel="web",reason="unavailable"}'] == 1
        assert not any(name.startswith("stria_answers") for name in grown)

    def test_without_a_model(self, visitor: Visitor, agent: WebAgent) -> None:
        """A turn that failed."""
        agent.ready = False
        with counted() as grown:
            visitor.say()
        assert grown['stria_turns_total{channel="web",status="failed"}'] == 1

    def test_a_message_that_comes_again(self, visitor: Visitor) -> None:
        """It is counted as what it is, and takes no time of a turn."""
        visitor.say("hello", "message-1")
        with counted() as grown:
            visitor.say("hello", "message-1")
        assert grown['stria_turns_total{channel="web",status="repeated"}'] == 1
        assert grown['stria_messages_refused_total{channel="web",reason="duplicate"}'] == 1
        assert 'stria_turn_seconds_count{channel="web"}' not in grown

    @pytest.mark.parametrize(
        ("request_", "reason"),
        [
            ({"raw": SECRET.encode()}, "malformed"),
            ({"data": {"message": SECRET, "id": SECRET}}, "bad_id"),
            ({"data": {"message": "a" * 1001, "id": "12345678"}}, "too_long"),
            ({"data": {"message": "", "id": "12345678"}}, "no_message"),
            ({"data": {}, "headers": {"X-Stria": None}}, "bad_origin"),
            ({"data": {}, "headers": {"Cookie": None}}, "no_session"),
            ({"data": {}, "headers": {"Content-Type": "text/plain"}}, "not_json"),
        ],
        ids=lambda value: value if isinstance(value, str) else "",
    )
    def test_requests_that_are_refused(self, visitor: Visitor, request_: Any, reason: str) -> None:
        """By the code of the error; nothing else is counted."""
        with counted() as grown:
            visitor.request("POST", "webhook", **request_)
        assert grown == {f'stria_messages_refused_total{{channel="web",reason="{reason}"}}': 1}

    def test_too_many(self, assets: Path) -> None:
        """429 has its own name."""
        with web_server(assets, rate_session="1/hour") as server:
            visitor = arrived(server.port)
            with counted() as grown:
                assert [visitor.say().status for _ in range(3)] == [200, 429, 429]
        assert grown['stria_messages_refused_total{channel="web",reason="too_many"}'] == 2

    def test_zeros_from_the_beginning(self, server: ChannelServer) -> None:
        """The first failure has to be seen as an increase."""
        for status in metrics.STATUSES:
            assert ("stria_turns_total", (("channel", "web"), ("status", status))) in series()


class TestRest:
    @pytest.fixture(scope="class")
    def rest(self) -> Iterator[ChannelServer]:
        """The private channel."""
        with serving(RestInput()) as server:
            yield server

    def test_turns_and_refusals(self, rest: ChannelServer) -> None:
        """As on the web."""
        with counted() as grown:
            rest.post("/webhooks/rest/webhook", {"sender": SECRET, "message": "hello"})
            rest.post("/webhooks/rest/webhook", {"sender": "", "message": "hello"})
        assert grown == {
            'stria_turns_total{channel="rest",status="ok"}': 1,
            'stria_turn_seconds_count{channel="rest"}': 1,
            'stria_answers_total{channel="rest",kind="none"}': 1,
            'stria_messages_refused_total{channel="rest",reason="no_sender"}': 1,
        }


class TestMessengers:
    @pytest.fixture(scope="class")
    def transport(self) -> Iterator[TelegramTransport]:
        """Telegram, started once."""
        found = TelegramTransport()
        found.start()
        yield found
        found.stop()

    @pytest.fixture
    def bot(self, transport: TelegramTransport) -> Iterator[Messenger]:
        """A bot that has heard nothing yet."""
        transport.fake.clear()
        with messenger(transport) as running:
            yield running

    def test_a_turn(self, bot: Messenger) -> None:
        """Its calls to the platform are counted beside it."""
        with counted() as grown:
            bot.say("hello")
        assert grown['stria_turns_total{channel="telegram",status="ok"}'] == 1
        calls = len(bot.fake.calls)
        assert calls >= 2
        assert grown['stria_outgoing_calls_total{channel="telegram",status="2xx"}'] == calls
        assert grown['stria_outgoing_seconds_count{channel="telegram"}'] == calls

    def test_calls_that_fail(self, bot: Messenger) -> None:
        """By the class of their status; what was sent in the end is not lost."""
        bot.fake.fail("sendMessage", Failure(500), Failure(429))
        with counted() as grown:
            bot.say("hello")
        assert grown['stria_outgoing_calls_total{channel="telegram",status="5xx"}'] == 1
        assert grown['stria_outgoing_calls_total{channel="telegram",status="429"}'] == 1
        assert 'stria_replies_lost_total{channel="telegram"}' not in grown

    def test_a_reply_that_is_lost(self, bot: Messenger) -> None:
        """A 403 is final: the patient has blocked the bot."""
        bot.fake.fail("sendMessage", Failure(403))
        with counted() as grown:
            bot.say("hello")
        assert grown['stria_outgoing_calls_total{channel="telegram",status="4xx"}'] == 1
        assert grown['stria_replies_lost_total{channel="telegram"}'] == 1

    def test_what_is_not_taken(self, bot: Messenger) -> None:
        """Delivered again, too long, no text, forged."""
        update = bot.transport.text(bot.user, "hello")
        with counted() as grown:
            for webhook in (update, update, bot.transport.photo(bot.user)):
                bot.post(webhook)
            bot.settled()
            bot.say("a" * 1001)
            bot.transport.status(bot.transport.forged(update)[0])
        assert bot.texts()[-2:] == [texts.NOT_TEXT, texts.TOO_LONG]
        refused = {
            re.sub(r'.*reason="(\w+)".*', r"\1", name): number
            for name, number in grown.items()
            if name.startswith("stria_messages_refused")
        }
        assert refused == {"duplicate": 1, "not_text": 1, "too_long": 1, "forbidden": 1}

    def test_zeros_from_the_beginning(self, bot: Messenger) -> None:
        """Before anything was sent."""
        assert ("stria_replies_lost_total", (("channel", "telegram"),)) in series()


class TestTheLineOfATurn:
    def test_what_it_says(self, visitor: Visitor, agent: WebAgent, caplog: pytest.LogCaptureFixture) -> None:
        """Channel, a hash of the sender, milliseconds, kind and status; nothing that names anybody."""
        with caplog.at_level(logging.INFO, "rasa_ext.access"):
            visitor.say(SECRET)
            eventually(lambda: len(caplog.records) > 0)
        (record,) = (r for r in caplog.records if r.name == "rasa_ext.access")
        line = record.getMessage()
        assert re.fullmatch(r"turn: channel=web sender=[0-9a-f]{16} ms=\d+ kind=none status=ok", line)
        sender = agent.messages[0].sender_id
        assert sender.partition(":")[2][:16] not in line
        assert "Zorvolex" not in caplog.text

    def test_at_warning_there_is_none(self, visitor: Visitor, caplog: pytest.LogCaptureFixture) -> None:
        """It is for INFO only."""
        with caplog.at_level(logging.WARNING, "rasa_ext.access"):
            visitor.say()
        assert [r for r in caplog.records if r.name == "rasa_ext.access"] == []

    def test_a_failed_turn(self, visitor: Visitor, agent: WebAgent, caplog: pytest.LogCaptureFixture) -> None:
        """It has a line as well."""
        agent.script = fails
        with caplog.at_level(logging.INFO, "rasa_ext.access"):
            visitor.say(SECRET)
        assert "status=failed" in caplog.text
        assert "Zorvolex" not in caplog.text


def turns(channel: str, status: str) -> float:
    """Returns how many turns have ended so."""
    return series().get(("stria_turns_total", (("channel", channel), ("status", status))), 0)


def test_no_series_holds_what_was_typed(visitor: Visitor, agent: WebAgent) -> None:
    """Whatever was sent to whatever address."""
    visitor.say(SECRET)
    visitor.request("POST", f"/webhooks/web/{SECRET.replace(' ', '')}", {SECRET: SECRET})
    visitor.request("GET", "webhook", headers={"Origin": f"https://{SECRET.replace(' ', '')}.example"})
    agent.script = fails
    visitor.say(SECRET)
    assert "zorvolex" not in json.dumps([str(key) for key in series()]).lower()
    assert agent.messages[0].sender_id not in json.dumps([str(key) for key in series()])
