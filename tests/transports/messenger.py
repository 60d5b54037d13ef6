"""A chat with the Facebook Page in Messenger."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import re
from dataclasses import replace
from itertools import count
from typing import Any, ClassVar

from assistant.rendering.choices import HOW_TO_CHOOSE
from tests.fakes.messenger import APP_SECRET, TOKEN, VERIFY_TOKEN, FakeMessenger
from tests.fakes.platform import Call
from tests.transports.base import MessengerTransport, Webhook

PATH = "/webhooks/messenger/webhook"
PAGE = "17841400000000001"
_LINE = re.compile(r"(\d+)\. (.+)")
_numbers = count(1)


def signature(body: bytes, secret: str = APP_SECRET) -> str:
    """Returns the value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers(signed: str | None) -> dict[str, str]:
    """Returns the headers of Meta's requests."""
    found = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
    return found if signed is None else {**found, "X-Hub-Signature-256": signed}


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
        """Returns it unsigned, wrongly signed, with the old signature only, and changed after signing."""
        right = signature(webhook.body)
        digest = right.removeprefix("sha256=")
        old = hmac.new(APP_SECRET.encode(), webhook.body, hashlib.sha1).hexdigest()
        wrong = (
            None,
            "",
            "sha256=",
            digest,
            right[:-1],
            right + "0",
            right.upper(),
            f"sha1={digest}",
            f"md5={digest}",
            signature(webhook.body, "another secret"),
            signature(webhook.body, ""),
            signature(b""),
            f"sha1={old}",
            "ümläut",
        )
        found = [replace(webhook, headers=headers(value)) for value in wrong]
        found.append(replace(webhook, headers={**headers(None), "X-Hub-Signature": f"sha1={old}"}))
        found.append(replace(webhook, headers={**headers(None), "X-Hub-Signature": right}))
        found.append(replace(webhook, body=webhook.body + b" "))
        return found

    def signed(self, body: bytes) -> Webhook:
        """Returns any bytes with their signature."""
        return Webhook(PATH, body, headers(signature(body)))

    def seen(self, call: Call) -> dict[str, Any]:
        """Reads a message as the app shows it."""
        shown = call.body["message"]
        text, replies = shown["text"], shown.get("quick_replies") or []
        titles, payloads = [r["title"] for r in replies], [r["payload"] for r in replies]
        rest, listed = _listed(text)
        if text.endswith(HOW_TO_CHOOSE) or (replies and len(listed) == len(replies)):
            text, titles = rest, listed
            payloads = payloads or [str(n) for n in range(1, len(listed) + 1)]
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


def _listed(text: str) -> tuple[str, list[str]]:
    """Returns a text without the numbered lines at its end, and what these say; none when there are none."""
    lines = text.split("\n")
    if lines[-1] == HOW_TO_CHOOSE:
        lines.pop()
    titles: list[str] = []
    while lines and (found := _LINE.fullmatch(lines[-1])):
        titles.insert(0, found[2])
        lines.pop()
        if found[1] == "1":
            return "\n".join(lines).rstrip(), titles
    return text, []


TRANSPORT = MessengerAppTransport
