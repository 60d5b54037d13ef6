"""Calls of Meta's API: token and proof, limits and errors."""

from __future__ import annotations

import json
import logging
import time

import pytest

from rasa_ext.channels.messengers import graph
from rasa_ext.channels.messengers.client import Answer
from tests.fakes.messenger import PROOF, TOKEN, error_body
from tests.fakes.platform import Failure
from tests.messenger_server import Messenger, messenger
from tests.transports.messenger import MessengerAppTransport


class TestCalls:
    def test_the_token(self, bot: Messenger) -> None:
        """In a header, never in an address; with the proof of the app secret."""
        bot.say("hello")
        for call in bot.fake.calls:
            assert call.headers["Authorization"] == f"Bearer {TOKEN}"
            assert call.body["appsecret_proof"] == PROOF
            assert TOKEN not in json.dumps(call.body)

    def test_without_a_proof(self, transport: MessengerAppTransport) -> None:
        """It can be switched off, for a token of another app."""
        transport.fake.clear()
        transport.fake.needs_proof = False
        try:
            with messenger(transport, appsecret_proof="off", version="v24.0") as bot:
                assert len(bot.say("hello")) == 2
            assert not any("appsecret_proof" in call.body for call in transport.fake.calls)
        finally:
            transport.fake.needs_proof = True

    @pytest.mark.parametrize(("status", "code"), [(400, 4), (403, 4), (400, 613), (400, 80006), (400, 1200)])
    def test_too_often(self, bot: Messenger, status: int, code: int) -> None:
        """Limits come as 400 or 403 with a code; they are tried again, and the order is kept."""
        limited = Failure(status, error_body(code, "(#613) Calls to this API have exceeded the rate limit."))
        bot.fake.fail("messages", limited, limited)
        assert bot.say("hello")[0] == "You said hello"
        assert (len(bot.shown()), len(bot.fake.failed)) == (2, 2)

    def test_retry_after(self, bot: Messenger) -> None:
        """A limit is waited for as long as the header says."""
        bot.fake.fail("messages", Failure(400, error_body(613, "too often"), {"Retry-After": "1"}))
        started = time.monotonic()
        assert len(bot.say("hello")) == 2
        assert 1 <= time.monotonic() - started < 3

    @pytest.mark.parametrize(
        ("code", "subcode", "meaning"),
        [
            (10, 2018278, "24 hours"),
            (10, 2534022, "24 hours"),
            (551, 1545041, "can't be reached"),
            (190, 460, "access token"),
            (100, 2018001, "no such person"),
            (200, 0, "permission"),
            (9999, 0, "error 9999"),
        ],
    )
    def test_final_errors(
        self, bot: Messenger, caplog: pytest.LogCaptureFixture, code: int, subcode: int, meaning: str
    ) -> None:
        """Asked once; the log has the code and what it means, and nothing that was said."""
        body = error_body(code, "You said my secret sore", subcode)
        bot.fake.fail("messages", Failure(400, body), Failure(400, body))
        with caplog.at_level(logging.DEBUG, "rasa_ext"):
            assert bot.say("my secret sore") == []
        assert len(bot.fake.failed) == 2
        assert bot.heard == ["my secret sore"]
        assert meaning in caplog.text
        assert "secret sore" not in caplog.text
        assert TOKEN not in caplog.text

    def test_a_passing_error_is_named_by_meta(self, bot: Messenger) -> None:
        """`is_transient` is tried again, whatever the code."""
        body = error_body(1, "An unknown error occurred")
        body["error"]["is_transient"] = True
        bot.fake.fail("messages", Failure(400, body))
        assert len(bot.say("hello")) == 2

    @pytest.mark.parametrize(
        ("answer", "seconds"),
        [
            (Answer(400, error_body(613, ""), {"Retry-After": "7"}), 7),
            (Answer(400, error_body(80006, ""), {graph.USAGE_HEADER: '{"1": [{"estimated_time_to_regain_access": 1}]}'}), 60),
            (Answer(400, error_body(80006, ""), {graph.USAGE_HEADER: '{"1": [{"estimated_time_to_regain_access": 0}]}'}), None),
            (Answer(400, error_body(80006, ""), {graph.USAGE_HEADER: '{"1": [7], "2": 8, "3": [{}]}'}), None),
            (Answer(400, error_body(80006, ""), {graph.USAGE_HEADER: "<"}), None),
            (Answer(400, error_body(80006, ""), {graph.USAGE_HEADER: "[]"}), None),
            (Answer(500, None, {graph.USAGE_HEADER: '{"1": [{"estimated_time_to_regain_access": 5}]}'}), None),
            (Answer(429, "x", None), None),
        ],
    )  # fmt: skip
    def test_where_it_says_how_long(self, answer: Answer, seconds: float | None) -> None:
        """In the header of HTTP, else in Meta's own, which counts minutes."""
        assert graph.retry_after(answer) == seconds
