"""A message that two servers have at the same time is taken once."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from rasa_ext.channels.base import Incoming
from rasa_ext.channels.conversation import Conversations, Outbox
from rasa_ext.channels.replies import Reply
from rasa_ext.channels.web import WebInput
from tests.unit.rasa_ext.stock import refused_turn
from tests.web_agent import WebAgent, web_settings

pytestmark = pytest.mark.usefixtures("mended")


def test_stock_rasa_takes_a_refused_turn(stock: dict[str, Any]) -> None:
    """Nobody can look at a conversation between its lock and the turn."""
    assert stock["refused_turn"] is True


async def test_a_refused_turn_is_not_taken() -> None:
    """With the mend it is left."""
    assert await refused_turn() is False


async def replies(outbox: Outbox) -> list[Reply]:
    """Returns all replies of a turn that ends well."""
    found = []
    while isinstance(item := await outbox.take(), Reply):
        found.append(item)
    assert item is None
    return found


async def test_the_same_message_at_several_servers(tmp_path: Any) -> None:
    """One takes it; all give the same replies, with the same ids."""
    channel = WebInput.from_credentials(web_settings(tmp_path))
    agent = WebAgent()
    servers = [Conversations(channel, agent.handle_message, 5) for _ in range(4)]
    incoming = Incoming("somebody", "hello", "message-1", {"consent": "1"})
    told = await asyncio.gather(*(replies(server.send(agent, incoming)) for server in servers))
    assert len(agent.messages) == 1
    assert [r.text for r in told[0]] == ["You said hello", "Shall I go on?"]
    assert all(other == told[0] for other in told)


async def test_what_is_kept_beside_a_message_is_kept_once(tmp_path: Any) -> None:
    """The consent goes with the first message only, also when two servers have the first two messages."""
    channel = WebInput.from_credentials(web_settings(tmp_path))
    agent = WebAgent()
    servers = [Conversations(channel, agent.handle_message, 5) for _ in range(2)]
    both = [Incoming("somebody", "hello", f"message-{n}", {"consent": "1"}) for n in range(2)]
    outboxes = [server.send(agent, incoming) for server, incoming in zip(servers, both, strict=True)]
    await asyncio.gather(*map(replies, outboxes))
    assert sorted(bool(m.metadata) for m in agent.messages) == [False, True]
