"""How Meta verifies the webhook's address, and how its requests and our calls are signed."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any, cast

import pytest

from rasa_ext.channels.base import ChannelError
from rasa_ext.channels.messengers import graph
from tests.messenger_server import Messenger
from tests.meta import VERIFY_TOKEN
from tests.transports.messenger import MessengerAppTransport, entry, message

USER = "4242"


class TestVerification:
    def test_the_challenge(self, bot: Messenger) -> None:
        """With the right token it is given back as it came."""
        right = {"mode": "subscribe", "verify_token": VERIFY_TOKEN, "challenge": "1158201444"}
        assert bot.get(**right) == (200, "1158201444")

    @pytest.mark.parametrize(
        "wrong",
        [
            {"verify_token": "another"},
            {"verify_token": ""},
            {"verify_token": VERIFY_TOKEN + "x"},
            {"verify_token": "ümläut"},
            {"mode": "unsubscribe"},
            {"mode": ""},
            {"challenge": ""},
            {"challenge": "<script>"},
        ],
        ids=str,
    )
    def test_a_wrong_one(self, bot: Messenger, wrong: dict[str, str]) -> None:
        """403, and the challenge is not shown."""
        query = {"mode": "subscribe", "verify_token": VERIFY_TOKEN, "challenge": "1158201444", **wrong}
        status, body = bot.get(**query)
        assert status == 403
        assert "1158201444" not in body
        assert VERIFY_TOKEN not in body

    def test_a_published_signature(self) -> None:
        """The scheme is that of all X-Hub-Signature-256; GitHub publishes a vector of it."""
        secret, body = b"It's a Secret to Everybody", b"Hello, World!"
        right = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
        request = SimpleNamespace(headers={"x-hub-signature-256": right}, body=body)
        graph.verify_signature(cast(Any, request), secret)
        request.body += b"!"
        with pytest.raises(ChannelError):
            graph.verify_signature(cast(Any, request), secret)

    def test_a_published_proof(self) -> None:
        """appsecret_proof is an HMAC-SHA256 of the token: RFC 4231, case 2."""
        expected = "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        assert graph.secret_proof("what do ya want for nothing?", b"Jefe") == expected

    def test_the_bytes_are_signed(self, bot: Messenger) -> None:
        """Escaped, as Meta sends them, and as UTF-8."""
        assert isinstance(bot.transport, MessengerAppTransport)
        for escaped, word in ((True, "äöå 👍"), (False, "éèê 👍")):
            batch = {"object": bot.transport.object, "entry": [entry(message(USER, word))]}
            body = json.dumps(batch, ensure_ascii=escaped).encode()
            bot.deliver(bot.transport.signed(body))
        assert bot.heard == ["äöå 👍", "éèê 👍"]
