"""A messenger's server, for the `transport` that each folder or file names."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.messenger_server import Messenger, messenger
from tests.transports.base import MessengerTransport


@pytest.fixture
def bot(transport: MessengerTransport) -> Iterator[Messenger]:
    """A server with an assistant that has heard nothing yet, and a platform that was told nothing."""
    transport.fake.clear()
    with messenger(transport) as running:
        yield running
