"""Requests to every messenger that are forged or too large; odd ones: test_random_bodies.py."""

from __future__ import annotations

from tests.messenger_server import Messenger


def test_forged_requests_cause_nothing(bot: Messenger) -> None:
    """403, no call to the platform, no turn; the real one is taken afterwards."""
    real = bot.transport.text(bot.user, "start over")
    for forged in [*bot.transport.forged(real), *bot.transport.forged(bot.transport.photo(bot.user))]:
        assert bot.transport.status(forged) == 403
    bot.settled()
    assert (bot.fake.calls, bot.fake.refused, bot.agent.messages) == ([], [], [])
    bot.deliver(real)
    assert bot.heard == ["start over"]


def test_too_large_bodies(bot: Messenger) -> None:
    """Refused before they are kept."""
    assert bot.transport.status(bot.transport.signed(b" " * 1_100_000)) == 413
