"""Presses of Slack's buttons."""

from __future__ import annotations

from typing import Any

import pytest

from rasa_ext.channels.messengers import texts
from tests.fakes.slack import sections
from tests.messenger_server import Messenger
from tests.transports.slack import (
    interaction,
    press,
)


class TestPresses:
    def test_in_a_thread(self, bot: Messenger) -> None:
        """The answer goes there."""
        below = press("4242", "Start the check")
        below["message"]["thread_ts"] = "1700000000.000009"
        bot.deliver(interaction(below))
        assert bot.heard == ["Start the check"]
        assert {body["thread_ts"] for body in bot.fake.of("chat.postMessage")} == {"1700000000.000009"}

    def test_in_a_channel(self, bot: Messenger) -> None:
        """Refused like a mention."""
        bot.deliver(interaction(press("4242", "Yes", channel={"id": "C1", "name": "general"})))
        (body,) = bot.fake.of("chat.postMessage")
        assert (body["channel"], sections(body), bot.heard) == ("C1", texts.PRIVATE_ONLY, [])

    def test_without_a_channel(self, bot: Messenger) -> None:
        """The container says where it was."""
        payload = press("4242", "Start the check")
        del payload["channel"]
        bot.deliver(interaction(payload))
        assert bot.heard == ["Start the check"]

    def test_twice(self, bot: Messenger) -> None:
        """One press counts once; pressing again is another press."""
        one = interaction(press("4242", "hello"))
        bot.deliver(one)
        bot.deliver(one)
        bot.deliver(interaction(press("4242", "hello")))
        assert bot.heard == ["hello", "hello"]

    @pytest.mark.parametrize("value", [None, ""])
    def test_without_a_value(self, bot: Messenger, value: Any) -> None:
        """It means nothing any more."""
        bot.deliver(interaction(press("4242", value)))
        assert (bot.heard, bot.texts()) == ([], [texts.LOST_BUTTON])

    def test_what_is_no_button(self, bot: Messenger) -> None:
        """Menus and the like are not ours."""
        payload = press("4242", "Yes")
        payload["actions"][0]["type"] = "static_select"
        bot.deliver(interaction(payload))
        assert (bot.heard, bot.fake.calls) == ([], [])
