"""A private chat with the Telegram bot."""

from __future__ import annotations

import json
from dataclasses import replace
from itertools import count
from typing import Any

from tests.fakes.platform import Call
from tests.fakes.telegram import SECRET, TOKEN, FakeTelegram, keyboard, shown
from tests.transports.base import MessengerTransport, Webhook

PATH = "/webhooks/telegram/webhook"
_numbers = count(1)


def headers(secret: str | None = SECRET) -> dict[str, str]:
    """Returns the headers of Telegram's requests."""
    found = {"Content-Type": "application/json"}
    return found if secret is None else {**found, "X-Telegram-Bot-Api-Secret-Token": secret}


def person(user: int) -> dict[str, Any]:
    """Returns who writes."""
    return {"id": user, "is_bot": False, "first_name": "Ann", "language_code": "en"}


def message(user: int, text: str | None = None, **more: Any) -> dict[str, Any]:
    """Returns an update with a message in a private chat; `more` are other parts of the message."""
    number = next(_numbers)
    body: dict[str, Any] = {
        "message_id": number,
        "from": person(user),
        "chat": {"id": user, "first_name": "Ann", "type": "private"},
        "date": 1_800_000_000 + number,
        **more,
    }
    if text is not None:
        body["text"] = text
    return {"update_id": number, "message": body}


def press(user: int, data: str, press_id: str = "", **more: Any) -> dict[str, Any]:
    """Returns an update with a press; `more` are other parts of the message that holds the button."""
    below = message(user, "a question", **more)
    below["message"]["from"] = {
        "id": 123456789,
        "is_bot": True,
        "first_name": "Stria",
        "username": "stria_bot",
    }
    query = {
        "id": press_id or f"press-{below['update_id']}",
        "from": person(user),
        "chat_instance": "1",
        "message": below["message"],
        "data": data,
    }
    return {"update_id": below["update_id"], "callback_query": query}


class TelegramTransport(MessengerTransport):
    """People who write to the bot."""

    name = "telegram"
    shows = ("sendMessage",)
    prefix = "STRIA_TELEGRAM_"

    def __init__(self) -> None:
        """Prepares the fake platform."""
        self.fake: FakeTelegram = FakeTelegram()

    def channel(self) -> type[Any]:
        """Returns the class of the channel."""
        from rasa_ext.channels.messengers.telegram import TelegramInput

        return TelegramInput

    def credentials(self) -> dict[str, str]:
        """Returns the settings."""
        return {"token": TOKEN, "secret": SECRET, "api_base": self.fake.url}

    def text(self, user: str, text: str) -> Webhook:
        """Returns an update with a message."""
        return self.update(message(int(user), text))

    def pressed(self, user: str, payload: str) -> Webhook:
        """Returns an update with a press, which Telegram wants to see answered."""
        update = press(int(user), payload)
        self.fake.pressed.add(update["callback_query"]["id"])
        return self.update(update)

    def photo(self, user: str) -> Webhook:
        """Returns an update with a picture."""
        sizes = [
            {"file_id": "AgAC1", "file_unique_id": "AQAD1", "width": 90, "height": 67, "file_size": 1253}
        ]
        return self.update(message(int(user), photo=sizes))

    def forged(self, webhook: Webhook) -> list[Webhook]:
        """Returns it without the secret and with others."""
        wrong = (None, "", SECRET[:-1], SECRET + "x", SECRET.upper(), "ümläut")
        return [replace(webhook, headers=headers(secret)) for secret in wrong]

    def signed(self, body: bytes) -> Webhook:
        """Returns any bytes with the secret."""
        return Webhook(PATH, body, headers())

    def seen(self, call: Call) -> dict[str, Any]:
        """Reads a message as the app shows it."""
        buttons = [{"title": b["text"], "payload": b["callback_data"]} for b in keyboard(call.body)]
        return {"user": call.body["chat_id"], "text": shown(call.body), "buttons": buttons}

    def update(self, update: dict[str, Any]) -> Webhook:
        """Returns the request that delivers an update."""
        return Webhook(PATH, json.dumps(update).encode(), headers(), str(update["update_id"]))


TRANSPORT = TelegramTransport
