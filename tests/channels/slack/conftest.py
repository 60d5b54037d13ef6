"""Slack and its channel."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from rasa_ext.channels.messengers.slack import SlackInput
from tests.fakes.slack import SIGNING_SECRET, TOKEN
from tests.transports.base import started
from tests.transports.slack import (
    SlackTransport,
)


@pytest.fixture(scope="module")
def transport() -> Iterator[SlackTransport]:
    """Slack, started once."""
    with started(SlackTransport()) as found:
        yield found


@pytest.fixture
def channel() -> SlackInput:
    """The channel alone."""
    return SlackInput(TOKEN, SIGNING_SECRET, "http://127.0.0.1:1")
