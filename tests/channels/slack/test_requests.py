"""Slack's requests: its signature, the challenge that verifies the address, and forms."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from rasa_ext.channels.base import ChannelError
from rasa_ext.channels.messengers.slack import SlackInput
from tests.messenger_server import Messenger
from tests.transports.base import Webhook
from tests.transports.slack import (
    FORM,
    callback,
    message,
    request,
    signature,
)

#: "Verifying requests from Slack": the example of a slash command, its secret, and its signature.
EXAMPLE_TIME = "1531420618"
EXAMPLE_BODY = (
    b"token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V"
    b"&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text="
    b"&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIGlgcZRskXaIFfN"
    b"&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c"
)
EXAMPLE_SIGNATURE = "v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503"


class _Request:
    """As much of a request as a signature needs."""

    def __init__(self, body: bytes, headers: dict[str, str]):
        self.body, self.headers = body, {name.lower(): value for name, value in headers.items()}


class TestSignature:
    def verify(self, channel: SlackInput, at: str, given: str, body: bytes = EXAMPLE_BODY) -> bool:
        """Tells whether a request with these headers is taken."""
        headers = {"X-Slack-Request-Timestamp": at, "X-Slack-Signature": given}
        try:
            channel.verify(_Request(body, headers))
        except ChannelError as error:
            return error.status != 403
        return True

    @pytest.mark.parametrize(
        ("later", "taken"), [(0, True), (299, True), (301, False), (-299, True), (-301, False)]
    )
    def test_the_published_example(
        self, channel: SlackInput, monkeypatch: pytest.MonkeyPatch, later: int, taken: bool
    ) -> None:
        """It is right for five minutes after (and before) its own time."""
        monkeypatch.setattr(time, "time", lambda: float(EXAMPLE_TIME) + later)
        assert signature(EXAMPLE_BODY, EXAMPLE_TIME) == EXAMPLE_SIGNATURE
        assert self.verify(channel, EXAMPLE_TIME, EXAMPLE_SIGNATURE) is taken
        assert not self.verify(channel, EXAMPLE_TIME, EXAMPLE_SIGNATURE, EXAMPLE_BODY + b"x")

    def test_a_captured_request(self, bot: Messenger) -> None:
        """Sent again with its own signature an hour later, it causes nothing, not even for a new server."""
        old = callback(message("4242", "start over"), at=str(int(time.time()) - 3600))
        assert bot.transport.status(old) == 403
        bot.settled()
        assert (bot.heard, bot.fake.calls) == ([], [])


class TestChallenge:
    def challenge(self, value: Any) -> Webhook:
        """Returns the request by which Slack verifies the address."""
        body = {"token": "one-long-verification-token", "challenge": value, "type": "url_verification"}
        return request(json.dumps(body).encode())

    def test_it_is_sent_back(self, bot: Messenger) -> None:
        """As plain text, and nothing else happens."""
        value = "3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"
        status, kind, body = bot.transport.answer(self.challenge(value))
        assert (status, kind, body) == (200, "text/plain", value.encode())
        assert (bot.fake.calls, bot.heard) == ([], [])

    @pytest.mark.parametrize("value", [None, 7, "", "<script>", "a b", "x" * 257, "\ud800", {"a": 1}])
    def test_odd_ones(self, bot: Messenger, value: Any) -> None:
        """Are not sent back."""
        assert bot.transport.answer(self.challenge(value))[::2] == (200, b"")

    def test_unsigned(self, bot: Messenger) -> None:
        """Nobody else learns that something is here that answers."""
        real = self.challenge("abc")
        assert {bot.transport.answer(forged)[0] for forged in bot.transport.forged(real)} == {403}

    def test_of_a_message(self, bot: Messenger) -> None:
        """A message that has such a field gets an empty answer."""
        event = callback({**message("4242", "hello"), "challenge": "abc"})
        assert bot.transport.answer(event)[::2] == (200, b"")
        bot.settled()


class TestForms:
    @pytest.mark.parametrize(
        ("body", "status"),
        [
            (b"payload=%7B", 400),
            (b"payload=" + b"%5B" * 100_000, 400),
            (b"payload=[]", 200),
            (b"payload=%ff", 400),
            (b"&".join(b"a=1" for _ in range(30)), 400),
            (EXAMPLE_BODY, 200),
            (b"ssl_check=1&token=x", 200),
            (b"", 200),
        ],
        ids=lambda value: str(value)[:20],
    )
    def test_odd_forms(self, bot: Messenger, body: bytes, status: int) -> None:
        """Cause nothing."""
        assert bot.transport.status(request(body, FORM)) == status
        bot.settled()
        assert (bot.heard, bot.fake.calls) == ([], [])
