"""WhatsApp's errors and limits."""

from __future__ import annotations

import logging
import time

import pytest

from rasa_ext.channels.messengers import whatsapp
from rasa_ext.channels.messengers.client import Answer
from tests.fakes.platform import Failure
from tests.fakes.whatsapp import TOKEN, error_body
from tests.messenger_server import Messenger


class TestErrors:
    def test_the_24_hours(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """An answer that comes too late is given up at once, and the log says why."""
        bot.fake.silent.add(bot.user)  # type: ignore[attr-defined]
        with caplog.at_level(logging.ERROR):
            assert bot.say("hello") == []
        assert [c.status for c in bot.fake.refused] == [400, 400]
        assert "HTTP 400, error 131047: the 24 hours after" in caplog.text
        assert bot.agent.stored(bot.transport.conversation_of(bot.user))

    @pytest.mark.parametrize(("status", "code"), [(429, 130429), (400, 80007), (400, 4), (400, 130429)])
    def test_rate_limits(self, bot: Messenger, status: int, code: int) -> None:
        """They are waited for, though some come with HTTP 400."""
        bot.fake.fail("send", *[Failure(status, error_body(code))] * 2)
        assert len(bot.say("hello")) == 2

    @pytest.mark.parametrize("status", [400, 429])
    def test_too_many_to_one_person(
        self, bot: Messenger, status: int, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """WhatsApp allows one message in six seconds after a burst: so long is waited."""
        monkeypatch.setattr(whatsapp, "PAIR_WAIT", 0.3)
        bot.fake.fail("send", Failure(status, error_body(131056)))
        started = time.monotonic()
        assert len(bot.say("hello")) == 2
        assert 0.3 <= time.monotonic() - started < 3

    @pytest.mark.parametrize(
        ("answer", "seconds"),
        [
            (Answer(400, error_body(131056), {}), 6),
            (Answer(429, error_body(131056), {"Retry-After": "9"}), 9),
            (Answer(429, error_body(130429), {}), None),
            (Answer(500, None, None), None),
        ],
    )
    def test_how_long_is_waited(self, answer: Answer, seconds: float | None) -> None:
        """As long as is asked; the limit for one person has a time of its own."""
        assert whatsapp.retry_after(answer) == seconds

    def test_a_wrong_token(self, bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
        """It is not tried again, and the log has the meaning, not the token."""
        bot.fake.fail("send", *[Failure(401, error_body(190))] * 2)
        with caplog.at_level(logging.ERROR):
            bot.say("hello")
        assert "error 190: the access token is wrong" in caplog.text
        assert TOKEN not in caplog.text
