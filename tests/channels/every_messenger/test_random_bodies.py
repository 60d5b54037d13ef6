"""A thousand signed bodies for each messenger that its platform would never send: no error, and all goes on."""

from __future__ import annotations

import logging
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings

from tests.messenger_server import Messenger
from tests.mutations import bodies

NUMBER = 1000
#: The same bodies in each run, with nothing kept between runs.
SAME = settings(
    max_examples=NUMBER,
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)


def test_random_bodies(bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
    """Fields are missing, of another type, huge, nested, in other alphabets; some still mean something."""
    real = [
        bot.transport.text("4242", "hello"),
        bot.transport.pressed("4242", "Yes"),
        bot.transport.photo("4242"),
    ]
    statuses: Counter[int] = Counter()

    @SAME
    @given(bodies([webhook.body for webhook in real]))
    def post(body: bytes) -> None:
        status = bot.transport.status(bot.transport.signed(body))
        statuses[status] += 1
        assert status in (200, 400)

    with caplog.at_level(logging.ERROR):
        post()
    bot.settled()
    assert statuses.total() >= NUMBER
    assert "could not be read" not in caplog.text
    bot.user = "777"
    assert len(bot.say("hello")) == 2
