"""WhatsApp's Cloud API and its channel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rasa_ext.channels.messengers.whatsapp import WhatsAppInput
from tests.fakes.whatsapp import NUMBER, TOKEN
from tests.meta import APP_SECRET, VERIFY_TOKEN
from tests.transports.base import started
from tests.transports.whatsapp import WhatsAppTransport


@pytest.fixture(scope="module")
def transport() -> Iterator[WhatsAppTransport]:
    """WhatsApp, started once."""
    with started(WhatsAppTransport()) as found:
        yield found


@pytest.fixture
def channel() -> WhatsAppInput:
    """The channel alone."""
    return WhatsAppInput(TOKEN, APP_SECRET, VERIFY_TOKEN, NUMBER, "http://127.0.0.1:1/v25.0")
