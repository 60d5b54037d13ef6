"""What one unit test begins in its process doesn't live on into the next one."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clinic import takeover_watch


@pytest.fixture(autouse=True)
def nobody_watches() -> Iterator[None]:
    """Ends the thread that reads the take-overs, which a policy or a channel under test has begun."""
    yield
    takeover_watch.watch.stop()
