"""Speaks to a running assistant the way a patient's chat does: over the REST channel."""

from __future__ import annotations

import json
import os
import time
import urllib.error
import urllib.parse
from dataclasses import dataclass
from typing import Any

from scripts import _http
from tests.silence import silence


class StackError(Exception):
    """The assistant cannot be started or does not answer as it should."""


@dataclass(frozen=True)
class Button:
    """A choice shown below a message: what it says and what pressing it sends."""

    title: str
    payload: str


@dataclass(frozen=True)
class Reply:
    """All messages of one turn of the assistant.

    Attributes:
        texts: The texts, in order.
        buttons: The buttons of all messages, in order.
        raw: The messages as the channel sent them.
        seconds: From sending the message to the last byte of the reply.
    """

    texts: list[str]
    buttons: list[Button]
    raw: list[dict[str, Any]]
    seconds: float

    @classmethod
    def from_messages(cls, messages: list[dict[str, Any]], seconds: float = 0.0) -> Reply:
        """Reads the messages of the REST channel."""
        return cls(
            texts=[str(message["text"]) for message in messages if message.get("text")],
            buttons=[button for message in messages for button in _buttons(message)],
            raw=messages,
            seconds=seconds,
        )

    @property
    def text(self) -> str:
        """All texts, one below the other."""
        return "\n".join(self.texts)

    @property
    def last_buttons(self) -> list[Button]:
        """The buttons of the last message that has any."""
        for message in reversed(self.raw):
            if buttons := _buttons(message):
                return buttons
        return []


def _buttons(message: dict[str, Any]) -> list[Button]:
    """Returns the buttons of one message."""
    return [
        Button(str(button.get("title", "")), str(button.get("payload", button.get("title", ""))))
        for button in message.get("buttons") or []
    ]


class Client:
    """A chat with the assistant at `url`; one `sender` is one patient."""

    def __init__(self, url: str, token: str | None = None, timeout: float = 60.0) -> None:
        """Remembers where the assistant is; nothing is sent yet.

        Args:
            url: Address of the Rasa server, for example `http://127.0.0.1:5005`.
            token: Token of Rasa's API, when it has one; `RASA_TOKEN` by default.
            timeout: Seconds to wait for one reply.
        """
        self.url = url.rstrip("/")
        self.token = token if token is not None else os.environ.get("RASA_TOKEN") or None
        self.timeout = timeout

    def send(self, sender: str, text: str) -> Reply:
        """Sends one message of the patient `sender` and returns the assistant's reply.

        Raises:
            StackError: When no reply comes back; says what happened and where.
        """
        url = f"{self.url}/webhooks/rest/webhook"
        silence.note(text)
        started = time.perf_counter()
        try:
            messages = _http.post_json(url, {"sender": sender, "message": text}, self.timeout)
        except urllib.error.HTTPError as error:
            detail = error.read(500).decode("utf-8", "replace").strip()
            raise StackError(f"{url}: HTTP {error.code} {error.reason} {detail}") from error
        except (*_http.NO_ANSWER, ValueError) as error:
            raise StackError(f"{url}: {type(error).__name__}: {error}") from error
        seconds = time.perf_counter() - started
        if not isinstance(messages, list):
            raise StackError(f"{url}: expected a list of messages, got {messages!r}")
        return Reply.from_messages(messages, seconds)

    def press(self, sender: str, button: Button) -> Reply:
        """Sends what a button sends."""
        return self.send(sender, button.payload)

    def tracker(self, sender: str) -> dict[str, Any]:
        """Returns what Rasa remembers about the conversation with `sender`.

        Raises:
            StackError: When Rasa does not tell.
        """
        url = f"{self.url}/conversations/{urllib.parse.quote(sender, safe=':')}/tracker"
        status, body = _http.get(url, self.timeout, self.token)
        try:
            tracker = json.loads(body)
        except ValueError:
            tracker = None
        if status != 200 or not isinstance(tracker, dict):
            raise StackError(f"{url}: HTTP {status or 'no answer'} {body[:500]}")
        return tracker

    def slots(self, sender: str) -> dict[str, Any]:
        """Returns the slots of the conversation with `sender`."""
        slots = self.tracker(sender).get("slots")
        return slots if isinstance(slots, dict) else {}
