"""Requests to every messenger that are forged, odd or too large."""

from __future__ import annotations

import json
import logging
import random
import string
from collections.abc import Iterator
from typing import Any

import pytest

from tests.messenger_server import Messenger
from tests.transports.base import MessengerTransport


def test_forged_requests_cause_nothing(bot: Messenger) -> None:
    """403, no call to the platform, no turn; the real one is taken afterwards."""
    real = bot.transport.text(bot.user, "start over")
    for forged in [*bot.transport.forged(real), *bot.transport.forged(bot.transport.photo(bot.user))]:
        assert bot.transport.status(forged) == 403
    bot.settled()
    assert (bot.fake.calls, bot.fake.refused, bot.agent.messages) == ([], [], [])
    bot.deliver(real)
    assert bot.heard == ["start over"]


def bodies(transport: MessengerTransport, number: int) -> Iterator[bytes]:
    """Yields bodies: random bytes, random JSON, and real ones with parts exchanged."""
    chance = random.Random(7)
    odd: list[Any] = [
        None,
        True,
        -1,
        10**40,
        1.5,
        "",
        "\ud800",
        "\x00",
        "x" * 300,
        [],
        {},
        [[]],
        [None],
        {"a": {}},
    ]

    def value(depth: int) -> Any:
        pick = chance.random()
        if depth > 3 or pick < 0.5:
            return chance.choice(odd)
        if pick < 0.7:
            return [value(depth + 1) for _ in range(chance.randrange(3))]
        return {"".join(chance.choices(string.ascii_letters, k=3)): value(depth + 1) for _ in range(3)}

    def changed(thing: Any) -> Any:
        if chance.random() < 0.12:
            return value(2)
        if isinstance(thing, dict):
            return {k: changed(v) for k, v in thing.items() if chance.random() > 0.04}
        return [changed(v) for v in thing] if isinstance(thing, list) else thing

    real = [transport.text("4242", "hello"), transport.pressed("4242", "Yes"), transport.photo("4242")]
    for n in range(number):
        kind = n % 4
        if kind == 0:
            yield chance.randbytes(chance.randrange(200))
        elif kind == 1:
            yield json.dumps(value(0)).encode()
        else:
            body = chance.choice(real).body
            try:
                yield json.dumps(changed(json.loads(body))).encode()
            except ValueError:  # a form
                cut = chance.randrange(len(body))
                yield body[:cut] + chance.randbytes(3) + body[cut + chance.randrange(20) :]


def test_random_bodies(bot: Messenger, caplog: pytest.LogCaptureFixture) -> None:
    """A thousand signed bodies, of which some mean something: never a 500, and all goes on."""
    with caplog.at_level(logging.ERROR):
        statuses = {bot.transport.status(bot.transport.signed(body)) for body in bodies(bot.transport, 1000)}
    bot.settled()
    assert statuses <= {200, 400}
    assert "could not be read" not in caplog.text
    bot.user = "777"
    assert len(bot.say("hello")) == 2


def test_too_large_bodies(bot: Messenger) -> None:
    """Refused before they are kept."""
    assert bot.transport.status(bot.transport.signed(b" " * 1_100_000)) == 413
