"""A messenger's channel behind a real HTTP server, with a scripted assistant and a fake platform."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock
from urllib.parse import urlencode

from rasa.core.channels.channel import UserMessage
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain

from rasa_ext.channels.messengers import base
from rasa_ext.channels.messengers.base import MessengerInput
from scripts import _http
from tests.channel_server import serving
from tests.client import Client
from tests.fakes.platform import Fake
from tests.silence import silence
from tests.transports.base import MessengerTransport, Webhook
from tests.web_agent import DOMAIN, WebAgent, eventually

QUESTION = "Shall I go on?"
CHOICES = ("Yes", "No", "Not sure")


async def asks(message: UserMessage) -> AsyncIterator[dict[str, Any]]:
    """Says what it understood, and asks a question with choices."""
    yield {"text": f"You said {message.text}"}
    yield {
        "text": f"{QUESTION} ({message.message_id})",
        "buttons": [{"title": c, "payload": c} for c in CHOICES],
    }


@dataclass
class Messenger:
    """One running server: its platform, its patient's side and its assistant."""

    transport: MessengerTransport
    channel: MessengerInput
    agent: WebAgent
    user: str = "4242"
    taken: int = field(default=0)

    @property
    def fake(self) -> Fake:
        """The platform."""
        return self.transport.fake

    @property
    def heard(self) -> list[str | None]:
        """What the assistant was told."""
        return [message.text for message in self.agent.messages]

    def post(self, webhook: Webhook) -> None:
        """Posts a webhook, which has to be taken."""
        self.transport.post(webhook)

    def deliver(self, webhook: Webhook) -> None:
        """Posts a webhook and waits until nothing is under way."""
        self.post(webhook)
        self.settled()

    def get(self, **query: str) -> tuple[int, str]:
        """Asks for the webhook's address with GET, as Meta does; the names are without their `hub.`.

        Returns:
            Status and body of the answer.
        """
        asked = urlencode({f"hub.{name}": value for name, value in query.items()})
        return _http.get(f"{self.transport.client.url}{self.transport.signed(b'').path}?{asked}")

    def shown(self, user: str = "") -> list[dict[str, Any]]:
        """Returns what the patient has seen."""
        calls = [c for c in self.fake.calls if c.method in self.transport.shows]
        seen = [self.transport.seen(call) for call in calls]
        return [m for m in seen if str(m["user"]) == (user or self.user)]

    def texts(self) -> list[str]:
        """Returns the texts that the patient has seen."""
        return [m["text"] for m in self.shown()]

    def wait(self, condition: Callable[[], bool]) -> None:
        """Waits until something is so; fails when it does not become so."""
        self.fake.wait(condition)

    def settled(self) -> None:
        """Waits until nothing is under way any more."""
        busy = self.channel
        eventually(lambda: not (busy._sending or len(busy.conversations.order) or len(busy._outgoing)))

    def say(self, text: str) -> list[str]:
        """Types a message; returns the texts that answer it."""
        silence.note(text)
        before = len(self.shown())
        self.deliver(self.transport.text(self.user, text))
        return self.texts()[before:]

    def press(self, payload: str) -> list[str]:
        """Presses a button; returns the texts that answer it."""
        before = len(self.shown())
        self.deliver(self.transport.pressed(self.user, payload))
        return self.texts()[before:]


@contextlib.contextmanager
def messenger(
    transport: MessengerTransport, agent: WebAgent | None = None, **settings: str
) -> Iterator[Messenger]:
    """Serves the channel of a transport, whose fake is open already; calls and marks do not wait."""
    channel = transport.channel().from_credentials({**transport.credentials(), **settings})
    assert isinstance(channel, MessengerInput)
    channel.client._first_wait = 0.001
    agent = agent or WebAgent(script=asks)
    with mock.patch.object(base, "MARK_AFTER", 0.0), serving(channel, agent=agent) as server:
        transport.connect(Client(f"http://127.0.0.1:{server.port}"))
        yield Messenger(transport, channel, agent)


def sql_agent(path: Any) -> WebAgent:
    """Returns an assistant that stores in an SQLite file, as several servers would share it."""
    agent = WebAgent(script=asks)
    agent.tracker_store = SQLTrackerStore(Domain.from_yaml(DOMAIN), db=str(path))
    return agent
