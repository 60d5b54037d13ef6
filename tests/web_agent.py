"""Stands in for Rasa behind the web channel: real stores and trackers, scripted replies."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.lock_store import InMemoryLockStore, LockStore
from rasa.core.tracker_store import FailSafeTrackerStore, InMemoryTrackerStore, TrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered

from rasa_ext.channels.web import WebInput
from rasa_ext.hardening.first_look import is_to_be_taken
from tests.channel_server import ChannelServer, FakeAgent, serving
from tests.waiting import eventually

Script = Callable[[UserMessage], AsyncIterator[dict[str, Any]]]
#: The item of the check that the slots of the tests know.
DOMAIN = """
version: "3.1"
slots:
  cardiovascular: {type: any, influence_conversation: false, mappings: [{type: custom}]}
  check_record: {type: any, influence_conversation: false, mappings: [{type: custom}]}
"""


async def two_replies(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Answers with what was typed, and a choice."""
    yield {"text": f"You said {message.text}"}
    yield {"text": "Shall I go on?", "buttons": [{"title": "Yes", "payload": "yes please"}, {"title": "No"}]}


class Gate:
    """A script that answers only when the test opens the gate."""

    def __init__(self) -> None:
        self.begun, self.open = threading.Event(), threading.Event()

    async def __call__(self, message: UserMessage) -> AsyncIterator[dict[str, Any]]:
        """Says one thing, waits, and says another."""
        yield {"text": f"first {message.text}"}
        self.begun.set()
        while not self.open.is_set():
            await asyncio.sleep(0.005)
        yield {"text": f"second {message.text}"}


@dataclass
class WebAgent(FakeAgent):
    """Takes turns as Rasa does: under the lock, replies at once, stored at the end."""

    script: Script = two_replies
    domain: Domain = field(default_factory=lambda: Domain.from_yaml(DOMAIN))
    tracker_store: TrackerStore = field(init=False)
    lock_store: LockStore = field(default_factory=InMemoryLockStore)
    action_endpoint: Any = None
    channel: WebInput | None = None

    def __post_init__(self) -> None:
        """Begins without conversations."""
        self.tracker_store = FailSafeTrackerStore(InMemoryTrackerStore(self.domain))

    async def handle_message(self, message: UserMessage) -> None:
        """Takes a turn."""
        async with self.lock_store.lock(message.sender_id):
            if not await is_to_be_taken(message):
                return
            self.messages.append(message)
            tracker = await self.tracker_store.get_or_create_tracker(message.sender_id)
            tracker.update(
                UserUttered(message.text, message_id=message.message_id, metadata=message.metadata),
                self.domain,
            )
            async for reply in self.script(message):
                event = BotUttered(reply.get("text"), {k: v for k, v in reply.items() if k != "text"})
                tracker.update(event)
                await message.output_channel.send_response(message.sender_id, event.message())
            await self.tracker_store.save(tracker)
        self.finished += 1

    def wait_for_line(self, sender: str, length: int) -> None:
        """Waits until so many messages of a conversation stand in line, the one in work among them."""
        assert self.channel is not None
        order = self.channel.conversations.order
        eventually(lambda: order.standing(sender) == length)

    def stored(self, sender: str = "") -> Any:
        """Returns what the store holds: of one conversation, or of all."""
        store = self.tracker_store._tracker_store.store  # type: ignore[attr-defined]
        return store.get(sender) if sender else store


def web_settings(folder: Path, **more: Any) -> dict[str, Any]:
    """Returns settings with built files in `folder` and rates that no test reaches by accident."""
    many = dict.fromkeys(("rate_session", "rate_ip", "rate_new_sessions", "rate_reads"), "100000/minute")
    return {"secret": "s" * 40, "assets": str(folder), **many, **more}


def make_assets(folder: Path) -> Path:
    """Writes small files as the widget's build does; returns the folder."""
    asset = folder / "assets" / "0a1b"
    asset.mkdir(parents=True)
    (folder / "loader.js").write_text("loader()")
    page = '<!doctype html><script nonce="__NONCE__"></script><style nonce="__NONCE__"></style>'
    for name in ("chat.html", "demo.html", "demo-2.html"):
        (folder / name).write_text(f"{page}{name}")
    for name in ("frame.js", "frame.css", "icon.svg", "LICENSE.txt"):
        (asset / name).write_text(f"plain {name}")
    (asset / "frame.js.br").write_text("as br")
    (asset / "frame.js.gz").write_text("as gzip")
    (asset / "frame.css.gz").write_text("as gzip")
    (folder / "secret.key").write_text("not for others")
    return folder


@contextlib.contextmanager
def web_server(folder: Path, **settings: Any) -> Iterator[ChannelServer]:
    """Serves the web channel with a scripted assistant."""
    channel = WebInput.from_credentials(web_settings(folder, **settings))
    with serving(channel, agent=WebAgent(channel=channel)) as server:
        yield server
