"""A chat with the Facebook Page in Messenger."""

from __future__ import annotations

import base64
import hashlib
import json
from dataclasses import replace
from itertools import count
from typing import Any, ClassVar

from assistant.rendering.choices import HOW_TO_CHOOSE
from tests import meta
from tests.fakes.messenger import TOKEN, FakeMessenger
from tests.fakes.platform import Call
from tests.meta import APP_SECRET, VERIFY_TOKEN
from tests.numbered import listed
from tests.transports.base import MessengerTransport, Webhook

PATH = "/webhooks/messenger/webhook"
PAGE = "17841400000000001"
_numbers = count(1)


def mid() -> str:
    """Returns the id of a message, as long as Instagram's are."""
    number = next(_numbers)
    return "m_" + base64.urlsafe_b64encode(f"item:1:IGMessageID:{number:0140}".encode()).decode()


def tracked(message_id: str) -> str:
    """Returns the id that the tracker has for a message: long ones are hashed."""
    return message_id if len(message_id) <= 64 else hashlib.sha256(message_id.encode()).hexdigest()


def item(user: str, **parts: Any) -> dict[str, Any]:
    """Returns one event; `parts` say what happened."""
    return {
        "sender": {"id": user},
        "recipient": {"id": PAGE},
        "timestamp": 1_800_000_000_000 + next(_numbers),
        **parts,
    }


def message(user: str, text: str | None = None, **more: Any) -> dict[str, Any]:
    """Returns an event with a message; `more` are other parts of the message."""
    words = {} if text is None else {"text": text}
    return item(user, message={"mid": mid(), **words, **more})


def entry(*items: dict[str, Any]) -> dict[str, Any]:
    """Returns an entry of a batch."""
    return {"id": PAGE, "time": 1_800_000_000_000, "messaging": list(items)}


class MessengerAppTransport(MessengerTransport):
    """People who write to the Page."""

    name = "messenger"
    shows = ("messages",)
    prefix = "STRIA_MESSENGER_"
    object: ClassVar[str] = "page"
    #: One for both platforms, which may be played side by side: the server knows one address.
    fake: FakeMessenger = FakeMessenger()

    def channel(self) -> type[Any]:
        """Returns the class of the channel."""
        from rasa_ext.channels.messengers.messenger import FacebookInput

        return FacebookInput

    def credentials(self) -> dict[str, str]:
        """Returns the settings."""
        return {
            "token": TOKEN,
            "app_secret": APP_SECRET,
            "verify_token": VERIFY_TOKEN,
            "api_base": self.fake.url,
        }

    def text(self, user: str, text: str) -> Webhook:
        """Returns a webhook with a message."""
        return self.event(message(user, text))

    def pressed(self, user: str, payload: str) -> Webhook:
        """Returns a webhook with a pressed quick reply; a choice without one is typed as its number."""
        if payload.isdecimal():
            return self.text(user, payload)
        return self.event(message(user, "what stood on it", quick_reply={"payload": payload}))

    def photo(self, user: str) -> Webhook:
        """Returns a webhook with a picture."""
        picture = {"type": "image", "payload": {"url": "https://cdn.example/picture.jpg"}}
        return self.event(message(user, attachments=[picture]))

    def forged(self, webhook: Webhook) -> list[Webhook]:
        """Returns it as others would send it."""
        return meta.forged(webhook)

    def signed(self, body: bytes) -> Webhook:
        """Returns any bytes with their signature."""
        return Webhook(PATH, body, meta.headers(meta.signature(body)))

    def seen(self, call: Call) -> dict[str, Any]:
        """Reads a message as the app shows it."""
        shown = call.body["message"]
        text, replies = shown["text"], shown.get("quick_replies") or []
        titles, payloads = [r["title"] for r in replies], [r["payload"] for r in replies]
        rest, numbered = listed(text)
        if text.endswith(HOW_TO_CHOOSE) or (replies and len(numbered) == len(replies)):
            text, titles = rest, numbered
            payloads = payloads or [str(n) for n in range(1, len(numbered) + 1)]
        buttons = [{"title": t, "payload": p} for t, p in zip(titles, payloads, strict=True)]
        return {"user": call.body["recipient"]["id"], "text": text, "buttons": buttons}

    def event(self, event: dict[str, Any]) -> Webhook:
        """Returns the request that delivers one event."""
        return self.batch(entry(event))

    def batch(self, *entries: dict[str, Any]) -> Webhook:
        """Returns the request that delivers entries; its id is that of the last event."""
        # Meta escapes what is not ASCII, and signs that.
        body = json.dumps({"object": self.object, "entry": list(entries)})
        events = [e for one in entries for e in one.get("messaging", [])]
        number = events[-1].get("message", {}).get("mid", "") if events else ""
        return replace(self.signed(body.encode()), id=tracked(number))


TRANSPORT = MessengerAppTransport
