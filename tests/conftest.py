"""What all tests share: the conversation runner and the running assistant."""

from __future__ import annotations

import pytest

from tests.conversation_plugin import shared_stack
from tests.stack import Client, Stack

pytest_plugins = ["pytester", "tests.conversation_plugin"]


@pytest.fixture(scope="session")
def stack(request: pytest.FixtureRequest) -> Stack:
    """The real assistant, started once for all tests (or the one at `STRIA_TEST_URL`)."""
    return shared_stack(request.config)


@pytest.fixture
def client(stack: Stack) -> Client:
    """A chat with the real assistant."""
    return stack.client
