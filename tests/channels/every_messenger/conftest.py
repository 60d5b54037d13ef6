"""Every messenger, one after the other: each test here is run for each transport of tests/transports."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests import transports
from tests.transports.base import MessengerTransport, started


@pytest.fixture(scope="module", params=transports.messengers())
def transport(request: pytest.FixtureRequest) -> Iterator[MessengerTransport]:
    """A platform, started once."""
    with started(transports.transport(request.param)) as found:
        assert isinstance(found, MessengerTransport)
        yield found
