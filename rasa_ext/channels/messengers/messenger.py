"""Facebook Messenger and Instagram: one webhook and one Send API for both.

Sources are pages of developers.facebook.com: documentation/business-messaging/messenger-platform
(of 2026, Graph API v25.0) and documentation/business-messaging/instagram-messaging. An Instagram
account is served when it is linked to the Facebook Page.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sanic.request import Request

from assistant.rendering.choices import Form, Limits, offer
from assistant.rendering.markup import PLAIN
from assistant.rendering.splitting import pieces, utf16_units
from rasa_ext.channels.messengers import choices, texts
from rasa_ext.channels.messengers.base import Event
from rasa_ext.channels.messengers.client import ATTEMPTS
from rasa_ext.channels.messengers.graph import App, GraphClient, GraphInput, secret_proof
from rasa_ext.channels.messengers.reading import at, id_at, items_at, json_of, text_at
from rasa_ext.channels.replies import Reply
from rasa_ext.channels.settings import Settings

#: send-messages/quick-replies: "A maximum of 13 quick replies are supported", title: "20 character
#: limit", payload: "1000 character limit". instagram-messaging/features/quick-replies: 13, 20 as well.
QUICK_REPLIES = Limits(buttons=13, label=20)
MAX_PAYLOAD = 1000
#: webhooks: of the fields of a Page, what we want to get.
FIELDS = ("messages", "messaging_postbacks")
#: What the button "Get Started" sends, once `connect` has set it.
GREETING = "Hello"

#: Characters of an id that the tracker gets as it is; ids of Instagram are longer than 128.
LONGEST_ID = 64
#: Attachments that are no message to us, and one that only shows a link which stands in the text.
_MENTION, _LINK = "story_mention", "fallback"
#: Payloads that developers give to buttons; the words for people are in the title.
_CONSTANT = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")
_START = re.compile(r"GET_STARTED.*|FACEBOOK_WELCOME|WELCOME.*")


def _utf8_bytes(text: str) -> int:
    return len(text.encode())


@dataclass(frozen=True)
class Platform:
    """What differs: prefix of the sender, length of a text, and whether choices stand in the text too."""

    name: str
    max_text: int
    length: Callable[[str], int]
    lists_choices: bool


#: By the `object` of a webhook. Messenger: 2000 characters, from the older reference of message.text
#: (the pages of 2026 give no number); counted in UTF-16, the strictest reading. Instagram: "UTF-8 and
#: be a 1000 bytes or less" and "less than 1000 characters" (instagram-messaging/features/send-message);
#: its quick replies are "not available on desktop", so the choices stand in the text, too.
PLATFORMS: Mapping[str, Platform] = {
    "page": Platform("messenger", 2000, utf16_units, False),
    "instagram": Platform("instagram", 999, _utf8_bytes, True),
}
_BY_NAME = {platform.name: platform for platform in PLATFORMS.values()}


class FacebookInput(GraphInput):
    """The channel of a Facebook Page and of the Instagram account that is linked to it."""

    NEEDED = ("token", "app_secret", "verify_token")

    def __init__(self, token: str, app_secret: str, verify_token: str, api_base: str, proof: bool = True):
        """Keep the secrets; `api_base` includes the version, `proof` adds `appsecret_proof` to calls."""
        super().__init__(GraphClient(api_base, token), app_secret, verify_token)
        self._proof = {"appsecret_proof": secret_proof(token, self._app_secret)} if proof else {}

    @classmethod
    def name(cls) -> str:
        """Return the name in the address."""
        return "messenger"

    @classmethod
    def make(cls, settings: Settings, api_base: str) -> FacebookInput:
        """Return the channel. Raises SettingError."""
        app = App.read(settings, api_base, "EAAG..., the access token of the Page")
        return cls(*app, proof=settings.flag("appsecret_proof", True))

    def sender(self, event: Event) -> str:
        """Return the name of the conversation: ids of the two platforms may be the same."""
        return f"{event.to['platform']}:{event.user}"

    def parse(self, request: Request) -> list[Event]:
        """Read a batch: entries of several Pages and accounts, each with several events.

        An entry with `standby` instead of `messaging` belongs to another app that has the conversation.
        """
        body = json_of(request)
        platform = PLATFORMS.get(text_at(body, "object"))
        if platform is None:
            return []
        return [
            event
            for entry in items_at(body, "entry")
            for item in items_at(entry, "messaging")
            if id_at(item, "sender", "id") != id_at(entry, "id")  # we ourselves, also when it is no echo
            for event in _read(item, platform)
        ]

    def numbered(self, event: Event) -> bool:
        """Tell whether numbers stand at the choices."""
        return _BY_NAME[event.to["platform"]].lists_choices

    def render(self, reply: Reply, event: Event) -> list[dict[str, Any]]:
        """Return the messages: plain text, with the quick replies at the last one."""
        platform = _BY_NAME[event.to["platform"]]
        titles = [button.title for button in reply.buttons]
        offered = offer(titles, QUICK_REPLIES)
        lines = offered.lines
        if platform.lists_choices and offered.form is Form.BUTTONS:
            lines = tuple(f"{number}. {title}" for number, title in enumerate(titles, 1))
        parts = _parts(reply.text or texts.CHOOSE, "\n".join(lines), platform)
        messages: list[dict[str, Any]] = [{"text": part} for part in parts]
        if offered.form is Form.BUTTONS:
            messages[-1]["quick_replies"] = [
                {
                    "content_type": "text",
                    "title": option.label,
                    "payload": choices.payload(reply, button, MAX_PAYLOAD),
                }
                for option, button in zip(offered.options, reply.buttons, strict=True)
            ]
        return messages

    async def send(self, event: Event, message: dict[str, Any]) -> None:
        """Send a message, as an answer within 24 hours."""
        await self._post(event, {"messaging_type": "RESPONSE", "message": message})

    async def mark(self, event: Event) -> None:
        """Show that the message was seen."""
        await self._sign(event, "mark_seen")

    async def typing(self, event: Event) -> None:
        """Show that the assistant writes."""
        await self._sign(event, "typing_on")

    async def connect(self, public_url: str) -> str:
        """Subscribe the Page to the app and set the start button; tell what has to be set by hand."""
        await self.client.post("me/subscribed_apps", {"subscribed_fields": ",".join(FIELDS), **self._proof})
        await self.client.post("me/messenger_profile", {"get_started": {"payload": GREETING}, **self._proof})
        return (
            "The Page now sends its messages to the app. If this was not done yet, set in the App Dashboard,\n"
            "under Messenger and, for Instagram, under Instagram, at Webhooks:\n"
            f"  Callback URL: {self.webhook_url(public_url)}\n"
            "  Verify token: what STRIA_MESSENGER_VERIFY_TOKEN holds\n"
            f"  Fields: {', '.join(FIELDS)}"
        )

    async def _sign(self, event: Event, action: str) -> None:
        # Not again: when it comes late, it is wrong.
        await self._post(event, {"sender_action": action}, attempts=1)

    async def _post(self, event: Event, body: dict[str, Any], attempts: int = ATTEMPTS) -> None:
        to = {"recipient": {"id": event.user}}
        await self.client.post("me/messages", {**to, **body, **self._proof}, attempts=attempts)


def _parts(text: str, lines: str, platform: Platform) -> list[str]:
    """Return the pieces of a text; the lines of the choices stay together, below the last one."""
    whole = pieces(f"{text}\n\n{lines}", PLAIN, platform.max_text, platform.length)
    listed = pieces(lines, PLAIN, platform.max_text, platform.length)
    if len(listed) != 1 or whole[-1].endswith(listed[0]):
        return whole
    return pieces(text, PLAIN, platform.max_text, platform.length) + listed


def _read(item: Any, platform: Platform) -> list[Event]:
    """Return what a person did; nothing for receipts, reactions, edits, and changes of control."""
    user, to = id_at(item, "sender", "id"), {"platform": platform.name}
    message, postback = at(item, "message"), at(item, "postback")
    if isinstance(message, dict):
        return _message(message, user, to)
    if isinstance(postback, dict):
        return _postback(postback, user, id_at(item, "timestamp"), to)
    return []


def _message(message: dict[str, Any], user: str, to: dict[str, str]) -> list[Event]:
    number = _id(text_at(message, "mid"))
    if not number or any(message.get(mark) is True for mark in ("is_echo", "is_deleted", "is_self")):
        return []
    press = text_at(message, "quick_reply", "payload")
    if press:
        return [Event(user, number, press=press, to=to)]
    text = text_at(message, "text")
    kinds = {text_at(attachment, "type") for attachment in items_at(message, "attachments")} - {_MENTION}
    unreadable = bool(kinds - {_LINK} if text else kinds) or message.get("is_unsupported") is True
    events = []
    if unreadable:
        notice = texts.ONLY_CAPTION if text else texts.NOT_TEXT
        events.append(Event(user, f"{number}-media", notice=notice, to=to))
    if text:
        events.append(Event(user, number, text=text, to=to))
    return events


def _postback(postback: dict[str, Any], user: str, timestamp: str, to: dict[str, str]) -> list[Event]:
    """Read a press of the start button, the menu, or an ice breaker, which the owner has set up."""
    payload, title = text_at(postback, "payload"), text_at(postback, "title")
    number = _id(text_at(postback, "mid")) or (timestamp and f"postback-{timestamp}")
    if _START.fullmatch(payload):
        payload = GREETING
    elif not payload or (title and _CONSTANT.fullmatch(payload)):
        payload = title
    return [Event(user, number, press=payload, to=to)] if number and payload else []


def _id(mid: str) -> str:
    """Return the id of a message in at most LONGEST_ID characters, the same for the same message."""
    return mid if len(mid) <= LONGEST_ID else hashlib.sha256(mid.encode("utf-8", "replace")).hexdigest()
