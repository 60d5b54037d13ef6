"""Messenger and Instagram, one after the other, and their channel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rasa_ext.channels.messengers.messenger import FacebookInput
from tests.fakes.messenger import TOKEN
from tests.meta import APP_SECRET, VERIFY_TOKEN
from tests.transports.base import started
from tests.transports.instagram import InstagramTransport
from tests.transports.messenger import MessengerAppTransport


@pytest.fixture(scope="module", params=[MessengerAppTransport, InstagramTransport], ids=lambda t: str(t.name))
def transport(request: pytest.FixtureRequest) -> Iterator[MessengerAppTransport]:
    """One of both platforms, started once."""
    with started(request.param()) as found:
        yield found


@pytest.fixture
def channel() -> FacebookInput:
    """The channel alone."""
    return FacebookInput(TOKEN, APP_SECRET, VERIFY_TOKEN, "http://127.0.0.1:1")
