"""What the runner of conversations needs of a channel, and what all messengers share."""

from __future__ import annotations

import contextlib
import http.client
import time
import urllib.parse
import zlib
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, TypeVar

from assistant import locales
from assistant.rendering.markup import parse, plain_text
from assistant.text import words
from tests.client import Button, Client, Reply, StackError
from tests.documents import domain
from tests.fakes.platform import Call, Fake
from tests.silence import silence

Started = TypeVar("Started", bound="Transport")
#: Seconds for one turn.
PATIENCE = 60.0
STEP = 0.004


class Transport(ABC):
    """Patients on one channel; a sender is the runner's name for one of them."""

    client: Client

    def start(self) -> dict[str, str]:
        """Opens what is needed; returns variables of the environment for the assistant."""
        return {}

    def connect(self, client: Client) -> None:
        """Says where the assistant runs."""
        self.client = client

    def stop(self) -> None:
        """Closes what was opened."""
        return

    @abstractmethod
    def send(self, sender: str, text: str) -> Reply:
        """Types a message and returns what the patient then sees. Raises StackError."""

    def press(self, sender: str, button: Button) -> Reply:
        """Presses a button of the last reply and returns what the patient then sees."""
        return self.send(sender, button.payload)

    @abstractmethod
    def conversation(self, sender: str) -> str:
        """Returns the name of the conversation in the tracker."""

    def slots(self, sender: str) -> dict[str, Any]:
        """Returns the slots of the conversation."""
        return self.client.slots(self.conversation(sender))


@dataclass(frozen=True)
class Webhook:
    """A request of a platform to the assistant. `id`: of the message, as the tracker will have it."""

    path: str
    body: bytes
    headers: Mapping[str, str]
    id: str = ""


class MessengerTransport(Transport):
    """Patients on a messenger, whose platform is a fake. The abstract methods are what differs."""

    #: The prefix of the channel's conversations.
    name: ClassVar[str]
    #: Methods of the fake that show something to the patient.
    shows: ClassVar[tuple[str, ...]]
    #: Variables of the environment begin so; the rest is the name of the setting.
    prefix: ClassVar[str]
    #: Whether a press tells to which reply its button belongs; a number that is typed does not.
    tagged: ClassVar[bool] = True
    fake: Fake

    @abstractmethod
    def channel(self) -> type[Any]:
        """Returns the class of the channel. Imports it here: it loads Rasa."""

    @abstractmethod
    def credentials(self) -> dict[str, str]:
        """Returns the settings that switch the channel on and turn it to the (started) fake."""

    @abstractmethod
    def text(self, user: str, text: str) -> Webhook:
        """Returns a signed webhook with a typed text."""

    @abstractmethod
    def pressed(self, user: str, payload: str) -> Webhook:
        """Returns a signed webhook with the press of a button that carries `payload`."""

    @abstractmethod
    def photo(self, user: str) -> Webhook:
        """Returns a signed webhook with a picture without words."""

    @abstractmethod
    def forged(self, webhook: Webhook) -> list[Webhook]:
        """Returns the webhook as others would send it: unsigned, wrongly signed, changed afterwards."""

    @abstractmethod
    def signed(self, body: bytes) -> Webhook:
        """Returns a rightly signed webhook with any bytes as its body."""

    @abstractmethod
    def seen(self, call: Call) -> dict[str, Any]:
        """Returns what one of the `shows` calls shows: `{"user", "text", "buttons"}`.

        `text` is what the patient reads, without lines that only number the choices; `buttons` have
        their whole title, also when the platform cut it, and the payload that a press carries.
        """

    def user(self, sender: str) -> str:
        """Returns the platform's id for a patient of the runner's."""
        return str(10_000_000 + zlib.crc32(sender.encode()))

    def start(self) -> dict[str, str]:
        """Opens the fake platform; returns variables of the environment for the assistant."""
        self.fake.start()
        return self.variables()

    def variables(self) -> dict[str, str]:
        """Returns the variables of the environment that credentials.yml reads the settings from."""
        return {f"{self.prefix}{name.upper()}": value for name, value in self.credentials().items()}

    def stop(self) -> None:
        """Closes it."""
        self.fake.stop()

    def conversation(self, sender: str) -> str:
        """Returns the name of the conversation in the tracker."""
        return self.conversation_of(self.user(sender))

    def conversation_of(self, user: str) -> str:
        """Returns the name of a user's conversation in the tracker."""
        return f"{self.name}:{user}"

    def send(self, sender: str, text: str) -> Reply:
        """Types a message and waits for all that belongs to its turn."""
        silence.note(text)
        user, mark, started = self.user(sender), len(self.fake.calls), time.perf_counter()
        webhook = self.text(user, text)
        self.post(webhook)
        return self._reply(sender, mark, webhook.id, started)

    def press(self, sender: str, button: Button) -> Reply:
        """Presses a button below the last messages."""
        user, mark, started = self.user(sender), len(self.fake.calls), time.perf_counter()
        webhook = self.pressed(user, button.payload)
        self.post(webhook)
        return self._reply(sender, mark, webhook.id, started)

    def post(self, webhook: Webhook) -> None:
        """Posts a webhook to the assistant. Raises StackError when it is not taken."""
        status = self.status(webhook)
        if status >= 300:
            raise StackError(f"{webhook.path}: HTTP {status}")

    def status(self, webhook: Webhook) -> int:
        """Posts a webhook to the assistant; returns the HTTP status."""
        return self.answer(webhook)[0]

    def answer(self, webhook: Webhook) -> tuple[int, str, bytes]:
        """Posts a webhook to the assistant; returns status, content type and body of the answer."""
        place = urllib.parse.urlsplit(self.client.url)
        connection = http.client.HTTPConnection(str(place.hostname), place.port, timeout=PATIENCE)
        try:
            connection.request("POST", webhook.path, webhook.body, dict(webhook.headers))
            answer = connection.getresponse()
            return answer.status, answer.headers.get_content_type(), answer.read()
        finally:
            connection.close()

    def _reply(self, sender: str, mark: int, message_id: str, started: float) -> Reply:
        deadline = time.monotonic() + PATIENCE
        said: list[dict[str, Any]] | None = None
        while True:
            shown = self._shown(sender, mark)
            if shown and said is None:
                # The turn that erases a conversation is not stored.
                said = shown if _is_erased(shown) else self._said(sender, message_id)
            if said is not None and (problem := _missing(said, shown)) is None:
                break
            if self.fake.refused:
                raise StackError(f"{self.name} refused a call: {self.fake.refused[-1]}")
            if time.monotonic() > deadline:
                missing = problem if said is not None else "the turn is not in the tracker"
                raise StackError(f"{self.name}: no whole reply came: {missing}; shown: {shown}")
            time.sleep(STEP)
        messages = [{k: v for k, v in m.items() if k in ("text", "buttons")} for m in shown]
        return Reply.from_messages(messages, time.perf_counter() - started)

    def _shown(self, sender: str, mark: int) -> list[dict[str, Any]]:
        found = [self.seen(call) for call in self.fake.calls[mark:] if call.method in self.shows]
        shown = [m for m in found if str(m["user"]) == self.user(sender)]
        for message in shown:
            if any(sign in message["text"] for sign in ("**", "](", "</", "&amp;", "&lt;")):
                raise StackError(f"{self.name} shows markup: {message['text']!r}")
        return shown

    def _said(self, sender: str, message_id: str) -> list[dict[str, Any]] | None:
        """Returns the replies to a message as the tracker has them; None while the turn goes on."""
        events = self.client.tracker(self.conversation(sender))["events"]
        start = next(
            (n for n, e in enumerate(events) if e["event"] == "user" and e.get("message_id") == message_id),
            None,
        )
        if start is None:
            return None
        replies = [e for e in events[start:] if e["event"] == "bot"]
        return [{"text": e["text"] or "", "buttons": e["data"].get("buttons") or []} for e in replies]


@contextlib.contextmanager
def started(transport: Started) -> Iterator[Started]:
    """Opens what a transport needs until the end of the block; gives the transport."""
    transport.start()
    try:
        yield transport
    finally:
        transport.stop()


def _is_erased(shown: list[dict[str, Any]]) -> bool:
    """Tells whether it was said, in any language, that the conversation is erased."""
    name = "utter_data_deleted"
    said = [domain()["responses"][name], *(locales.locale(code).responses[name] for code in locales.codes())]
    return any(_missing([{"text": rows[0]["text"], "buttons": []}], shown) is None for rows in said)


def _missing(said: list[dict[str, Any]], shown: list[dict[str, Any]]) -> str | None:
    """Returns what was said and is not shown yet; None when all is."""
    there = iter(word for m in shown for word in words(m["text"]))
    for message in said:
        for word in words(plain_text(parse(message["text"]))):
            if word not in there:
                return f"the word '{word}' of {message['text']!r}"
    expected = [b["title"] for m in said for b in m["buttons"]]
    titles = [b["title"] for m in shown for b in m["buttons"]]
    return None if expected == titles else f"the choices {expected}, there are {titles}"
