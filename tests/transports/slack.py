"""A direct message to the Slack app."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from dataclasses import replace
from itertools import count
from typing import Any
from urllib.parse import urlencode

from assistant.rendering.choices import HOW_TO_CHOOSE
from tests.fakes.platform import Call
from tests.fakes.slack import SIGNING_SECRET, TOKEN, FakeSlack, buttons, sections
from tests.numbered import listed
from tests.transports.base import MessengerTransport, Webhook

PATH = "/webhooks/slack/webhook"
JSON = "application/json; charset=utf-8"
FORM = "application/x-www-form-urlencoded"
_numbers = count(1)
_NUMBERED = re.compile(r"\d+\. ")


def signature(body: bytes, at: str, secret: str = SIGNING_SECRET) -> str:
    """Returns what Slack writes into X-Slack-Signature."""
    signed = b"v0:" + at.encode() + b":" + body
    return "v0=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def request(body: bytes, kind: str = JSON, message_id: str = "", at: str = "", **more: str) -> Webhook:
    """Returns a rightly signed request; `more` are other headers, with _ for -."""
    at = at or str(int(time.time()))
    headers = {
        "Content-Type": kind,
        "User-Agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
        "X-Slack-Request-Timestamp": at,
        "X-Slack-Signature": signature(body, at),
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return Webhook(PATH, body, headers, message_id)


def stamp() -> str:
    """Returns a new time stamp, which is the id of a message in its channel."""
    return f"1800000000.{next(_numbers):06}"


def escaped(text: str) -> str:
    """Returns a text as Slack hands it over."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def message(user: str, text: str = "", **more: Any) -> dict[str, Any]:
    """Returns the event of a direct message; `more` are other fields."""
    ts = stamp()
    return {
        "type": "message",
        "user": f"U{user}",
        "ts": ts,
        "client_msg_id": f"b0b0b0b0-0000-0000-0000-{ts[-6:]:0>12}",
        "text": escaped(text),
        "team": "T123ABC456",
        "blocks": [
            {
                "type": "rich_text",
                "block_id": "x1",
                "elements": [
                    {"type": "rich_text_section", "elements": [{"type": "text", "text": text or " "}]}
                ],
            }
        ],
        "channel": f"D{user}",
        "event_ts": ts,
        "channel_type": "im",
        **more,
    }


def callback(event: dict[str, Any], **headers: str) -> Webhook:
    """Returns the request that delivers an event."""
    body = {
        "token": "one-long-verification-token",
        "team_id": "T123ABC456",
        "api_app_id": "A0PNCHHK2",
        "event": event,
        "type": "event_callback",
        "authorizations": [
            {"team_id": "T123ABC456", "user_id": "U0B0T", "is_bot": True, "is_enterprise_install": False}
        ],
        "event_id": f"Ev{next(_numbers):08}",
        "event_time": 1800000000,
    }
    return request(json.dumps(body).encode(), message_id=str(event.get("ts", "")), **headers)


def press(user: str, value: str, **more: Any) -> dict[str, Any]:
    """Returns the payload of a press; `more` are other parts of it."""
    return {
        "type": "block_actions",
        "user": {"id": f"U{user}", "username": "ann", "name": "ann", "team_id": "T123ABC456"},
        "api_app_id": "A0PNCHHK2",
        "token": "one-long-verification-token",
        "container": {
            "type": "message",
            "message_ts": "1700000000.000001",
            "channel_id": f"D{user}",
            "is_ephemeral": False,
        },
        "trigger_id": "13345224609.738474920.8088930838d88f008e0",
        "team": {"id": "T123ABC456", "domain": "clinic"},
        "enterprise": None,
        "is_enterprise_install": False,
        "channel": {"id": f"D{user}", "name": "directmessage"},
        "message": {
            "bot_id": "B0B0T",
            "type": "message",
            "text": "a question",
            "user": "U0B0T",
            "ts": "1700000000.000001",
        },
        "state": {"values": {}},
        "response_url": "https://hooks.slack.com/actions/T123ABC456/1/x",
        "actions": [
            {
                "action_id": "choice-1",
                "block_id": "b1",
                "text": {"type": "plain_text", "text": "Yes", "emoji": True},
                "value": value,
                "type": "button",
                "action_ts": stamp(),
            }
        ],
        **more,
    }


def interaction(payload: dict[str, Any]) -> Webhook:
    """Returns the request that delivers a press."""
    action = payload["actions"][0]
    body = urlencode({"payload": json.dumps(payload)}).encode()
    return request(body, FORM, f"{action['action_ts']}-{action['action_id']}")


class SlackTransport(MessengerTransport):
    """People who write to the app; the number of one is that of the user and of the direct message."""

    name = "slack"
    shows = ("chat.postMessage",)
    prefix = "STRIA_SLACK_"

    def __init__(self) -> None:
        """Prepares the fake platform."""
        self.fake: FakeSlack = FakeSlack()

    def channel(self) -> type[Any]:
        """Returns the class of the channel."""
        from rasa_ext.channels.messengers.slack import SlackInput

        return SlackInput

    def credentials(self) -> dict[str, str]:
        """Returns the settings."""
        return {"token": TOKEN, "signing_secret": SIGNING_SECRET, "api_base": f"{self.fake.url}/api"}

    def conversation_of(self, user: str) -> str:
        """Returns the name of the conversation: that of the direct message."""
        return f"slack:D{user}"

    def text(self, user: str, text: str) -> Webhook:
        """Returns an event with a message."""
        return callback(message(user, text))

    def pressed(self, user: str, payload: str) -> Webhook:
        """Returns a press."""
        return interaction(press(user, payload))

    def photo(self, user: str) -> Webhook:
        """Returns an event with a picture."""
        picture = {"id": "F123", "name": "image.png", "mimetype": "image/png", "filetype": "png"}
        return callback(message(user, subtype="file_share", files=[picture], upload=False))

    def forged(self, webhook: Webhook) -> list[Webhook]:
        """Returns it unsigned, signed by others, for another version, too early, too late, and changed."""
        now = int(time.time())
        right = dict(webhook.headers)

        def signed(given: str | None, at: str | None) -> Webhook:
            ours = {"X-Slack-Signature": given, "X-Slack-Request-Timestamp": at}
            headers = {**right, **ours}
            return replace(webhook, headers={k: v for k, v in headers.items() if v is not None})

        at = right["X-Slack-Request-Timestamp"]
        given = right["X-Slack-Signature"]
        return [
            signed(None, None),
            signed(None, at),
            signed(given, None),
            signed("", at),
            signed(given, str(int(at) + 1)),
            signed("v1" + given[2:], at),
            signed(given.upper(), at),
            signed(given[3:], at),
            signed("ümläut", at),
            signed(signature(webhook.body, at, "another" + SIGNING_SECRET[7:]), at),
            *(
                signed(signature(webhook.body, t), t)
                for t in (str(now - 310), str(now + 310), "", "0", f"{now}.5", "soon", f"{now}" + "0" * 5000)
            ),
            replace(webhook, body=webhook.body + b" "),
        ]

    def signed(self, body: bytes) -> Webhook:
        """Returns any bytes, signed; what begins as a form comes as one."""
        return request(body, FORM if body.startswith(b"payload=") else JSON)

    def seen(self, call: Call) -> dict[str, Any]:
        """Reads a message as the app shows it."""
        text = sections(call.body)
        found = [{"title": b["text"]["text"], "payload": b["value"]} for b in buttons(call.body)]
        if text.endswith(HOW_TO_CHOOSE):
            text, titles = listed(text)
            found = [{"title": title, "payload": str(n)} for n, title in enumerate(titles, 1)]
        elif found and all(_NUMBERED.match(b["title"]) for b in found):
            text, titles = listed(text)
            found = [{**b, "title": title} for b, title in zip(found, titles, strict=True)]
        return {"user": call.body["channel"].removeprefix("D"), "text": text, "buttons": found}


TRANSPORT = SlackTransport
