"""A running web channel with a scripted assistant."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from rasa.core.lock_store import InMemoryLockStore

from tests.channel_server import ChannelServer
from tests.web_agent import WebAgent, make_assets, two_replies, web_server
from tests.web_client import Visitor, arrived


@pytest.fixture(scope="session")
def assets(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder of built files."""
    return make_assets(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def running(assets: Path) -> Iterator[ChannelServer]:
    """The server, started once."""
    with web_server(assets, sites="https://www.clinic.example https://*.other.example", demo=True) as server:
        yield server


@pytest.fixture
def server(running: ChannelServer) -> ChannelServer:
    """The server with an assistant that has heard nothing yet."""
    agent = running.agent
    assert isinstance(agent, WebAgent)
    agent.messages.clear()
    agent.script, agent.ready, agent.finished = two_replies, True, 0
    agent.lock_store = InMemoryLockStore()
    agent.stored().clear()
    return running


@pytest.fixture
def agent(server: ChannelServer) -> WebAgent:
    """The scripted assistant."""
    assert isinstance(server.agent, WebAgent)
    return server.agent


@pytest.fixture
def visitor(server: ChannelServer) -> Visitor:
    """Somebody with a session."""
    return arrived(server.port)
