"""A chat with the clinic's Instagram account, over the same webhook as Messenger."""

from __future__ import annotations

from tests.transports.messenger import MessengerAppTransport


class InstagramTransport(MessengerAppTransport):
    """People who write to the account."""

    name = "instagram"
    object = "instagram"


TRANSPORT = InstagramTransport
