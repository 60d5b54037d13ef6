"""A chat with the clinic's number in WhatsApp, by the Cloud API."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from itertools import count
from typing import Any

from tests import meta
from tests.fakes.platform import Call
from tests.fakes.whatsapp import NUMBER, TOKEN, FakeWhatsApp
from tests.meta import APP_SECRET, VERIFY_TOKEN
from tests.numbered import listed
from tests.transports.base import MessengerTransport, Webhook

PATH = "/webhooks/whatsapp/webhook"
_BOLD = re.compile(r"\*(\S(?:[^*\n]*\S)?)\*")
_numbers = count(1)


def message(user: str, kind: str, content: Any, **more: Any) -> dict[str, Any]:
    """Returns a message of a type; `more` are other parts of it."""
    number = next(_numbers)
    found = {
        "from": user,
        "id": f"wamid.HBgL{number:08}",
        "timestamp": str(1_800_000_000 + number),
        "type": kind,
    }
    return {**found, kind: content, **more}


def value(*messages: dict[str, Any], number: str = NUMBER, **more: Any) -> dict[str, Any]:
    """Returns the value of a change; `more` are other parts of it."""
    metadata = {"display_phone_number": "15550783881", "phone_number_id": number}
    found: dict[str, Any] = {"messaging_product": "whatsapp", "metadata": metadata, **more}
    if messages:
        people = {m["from"] for m in messages if "from" in m}
        found["contacts"] = [{"profile": {"name": "Sheena"}, "wa_id": person} for person in sorted(people)]
        found["messages"] = list(messages)
    return found


def body(*values: dict[str, Any], field: str = "messages") -> dict[str, Any]:
    """Returns a whole request, with an entry for each value."""
    entries = [{"id": "102290129340398", "changes": [{"value": one, "field": field}]} for one in values]
    return {"object": "whatsapp_business_account", "entry": entries}


class WhatsAppTransport(MessengerTransport):
    """People who write to the number."""

    name = "whatsapp"
    shows = ("send",)
    prefix = "STRIA_WHATSAPP_"

    def __init__(self) -> None:
        """Prepares the fake platform."""
        self.fake: FakeWhatsApp = FakeWhatsApp()

    def channel(self) -> type[Any]:
        """Returns the class of the channel."""
        from rasa_ext.channels.messengers.whatsapp import WhatsAppInput

        return WhatsAppInput

    def credentials(self) -> dict[str, str]:
        """Returns the settings."""
        return {
            "token": TOKEN,
            "app_secret": APP_SECRET,
            "verify_token": VERIFY_TOKEN,
            "phone_number_id": NUMBER,
            "api_base": self.fake.url,
        }

    def text(self, user: str, text: str) -> Webhook:
        """Returns a webhook with a message."""
        return self.message(message(user, "text", {"body": text}))

    def pressed(self, user: str, payload: str) -> Webhook:
        """Returns a webhook with a pressed reply button; a choice that has only a number is typed."""
        if payload.isdecimal():
            return self.text(user, payload)
        return self.message(chosen(user, payload))

    def photo(self, user: str) -> Webhook:
        """Returns a webhook with a picture."""
        picture = {
            "mime_type": "image/jpeg",
            "sha256": "SfInY0gGKTsJlUWbwxC1k+FAD0FZHvzwfpvO0zX0GUI=",
            "id": "1",
        }
        return self.message(message(user, "image", picture))

    def forged(self, webhook: Webhook) -> list[Webhook]:
        """Returns it as others would send it."""
        return meta.forged(webhook)

    def signed(self, body: bytes) -> Webhook:
        """Returns any bytes with their signature."""
        return Webhook(PATH, body, meta.headers(meta.signature(body)))

    def seen(self, call: Call) -> dict[str, Any]:
        """Reads a message as the app shows it."""
        user = call.body.get("to") or call.body.get("recipient")
        if call.body["type"] == "text":
            text, titles = listed(_BOLD.sub(r"\1", call.body["text"]["body"]))
            numbered = [{"title": t, "payload": str(n)} for n, t in enumerate(titles, 1)]
            return {"user": user, "text": text, "buttons": numbered}
        shown = call.body["interactive"]
        text, action = _BOLD.sub(r"\1", shown["body"]["text"]), shown["action"]
        if shown["type"] == "list":
            options = [row for section in action["sections"] for row in section["rows"]]
        else:
            options = [button["reply"] for button in action["buttons"]]
        titles = [option.get("description") or option["title"] for option in options]
        if any(title.endswith("…") for title in titles):
            text, titles = listed(text)
        buttons = [{"title": t, "payload": o["id"]} for t, o in zip(titles, options, strict=True)]
        return {"user": user, "text": text, "buttons": buttons}

    def message(self, *messages: dict[str, Any]) -> Webhook:
        """Returns the request that delivers messages; its id is that of the last."""
        return self.request(body(value(*messages)), messages[-1]["id"])

    def request(self, body: dict[str, Any], number: str = "") -> Webhook:
        """Returns a request with any JSON."""
        # Meta escapes what is not ASCII, and signs that.
        return replace(self.signed(json.dumps(body).encode()), id=number)


def chosen(user: str, payload: str, kind: str = "button_reply") -> dict[str, Any]:
    """Returns a message by a reply button, or by a row of a list (`list_reply`)."""
    reply = {"type": kind, kind: {"id": payload, "title": "what stood on it"}}
    return message(user, "interactive", reply, context={"from": "15550783881", "id": "wamid.sent-1"})


TRANSPORT = WhatsAppTransport
