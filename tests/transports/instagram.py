"""A chat with the clinic's Instagram account, over the same webhook as Messenger."""

from __future__ import annotations

from tests.fakes.messenger import INSTAGRAM_IDS
from tests.transports.messenger import MessengerAppTransport


class InstagramTransport(MessengerAppTransport):
    """People who write to the account."""

    name = "instagram"
    object = "instagram"

    def user(self, sender: str) -> str:
        """Returns an id by which the fake, which serves both, tells where its owner reads."""
        return INSTAGRAM_IDS + super().user(sender)


TRANSPORT = InstagramTransport
