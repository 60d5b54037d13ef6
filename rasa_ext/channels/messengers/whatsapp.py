"""WhatsApp by Meta's Cloud API.

Sources are pages of developers.facebook.com/documentation/business-messaging/whatsapp, as of 2026
(Graph API v25.0): messages/*, webhooks/reference/messages/*, typing-indicators, groups/groups-messaging,
business-scoped-user-ids, support/error-codes.
"""

from __future__ import annotations

import hashlib
import logging
import re
from typing import Any

from sanic.request import Request

from assistant.rendering.choices import Form, Limits, Offer, Option, offer
from assistant.rendering.markup import WHATSAPP
from assistant.rendering.splitting import pieces, utf16_units
from assistant.text import shorten
from rasa_ext.channels.messengers import choices, graph, texts
from rasa_ext.channels.messengers.base import Event
from rasa_ext.channels.messengers.client import Answer
from rasa_ext.channels.messengers.reading import at, id_at, items_at, json_of, text_at
from rasa_ext.channels.replies import Button, Reply
from rasa_ext.channels.settings import Settings

logger = logging.getLogger(__name__)

#: text-messages, body: "Maximum 4096 characters". Counted in UTF-16, the strictest reading.
MAX_TEXT = 4096
#: interactive-reply-buttons-messages, body: "Maximum 1024 characters"; sources differ about lists.
MAX_BODY = 1024
#: Reply buttons: "up to three", title "Maximum 20 characters". Lists: "up to 10 rows for all sections
#: combined", row title 24, row description 72.
LIMITS = Limits(buttons=3, label=20, rows=10, row=24, detail=72)
#: Characters of the id of a reply button, and of a row.
MAX_BUTTON_ID, MAX_ROW_ID = 256, 200
#: What opens a list, "Maximum 20 characters", and what stands above its rows, at most 24.
OPEN_LIST, ABOVE_ROWS = "Choose", "Choices"
#: Error 131056: too many messages to one person. "1 message every 6 seconds", after bursts.
PAIR_LIMIT, PAIR_WAIT = 131056, 6.0

#: Types of messages that are more than words; images, videos and documents can have a caption.
MEDIA = frozenset("image video audio voice document sticker location contacts order unsupported".split())
#: Messages of type `unsupported` that only change an earlier one.
CHANGES = frozenset("edit revoke pin unpin keep_in_chat poll_update poll_vote reaction".split())
#: Characters of an id that the tracker gets as it is. Meta promises no length.
LONGEST_ID = 100
#: A blank line.
_PARAGRAPH = re.compile(r"\n\s*\n")


class WhatsAppInput(graph.GraphInput):
    """The channel of one phone number of a WhatsApp Business account."""

    NEEDED = ("token", "app_secret", "verify_token", "phone_number_id")
    PASTE = (
        "In the App Dashboard, WhatsApp, Configuration: set the callback URL to {url} and the verify token\n"
        "to what STRIA_WHATSAPP_VERIFY_TOKEN holds, press Verify and save, and subscribe to the field messages."
    )

    def __init__(self, token: str, app_secret: str, verify_token: str, phone_number_id: str, api_base: str):
        """Keep the secrets; `api_base` includes the version."""
        address = f"{api_base.rstrip('/')}/{phone_number_id}"
        super().__init__(graph.GraphClient(address, token, retry_after), app_secret, verify_token)
        self._number = phone_number_id

    @classmethod
    def name(cls) -> str:
        """Return the name in the address."""
        return "whatsapp"

    @classmethod
    def make(cls, settings: Settings, api_base: str) -> WhatsAppInput:
        """Return the channel. Raises SettingError."""
        app = graph.App.read(settings, api_base, "EAAG..., the token of a system user")
        number = settings.text(
            "phone_number_id", "", r"\d{5,32}", "106540352242922; it is not the number itself"
        )
        return cls(app.token, app.secret, app.verify_token, number, app.api_base)

    def parse(self, request: Request) -> list[Event]:
        """Read a batch. Only messages to our number are for us; receipts are looked at for errors."""
        body = json_of(request)
        if text_at(body, "object") != "whatsapp_business_account":
            return []
        events = []
        for entry in items_at(body, "entry"):
            for change in items_at(entry, "changes"):
                value = at(change, "value")
                ours = id_at(value, "metadata", "phone_number_id") == self._number
                if text_at(change, "field") != "messages" or not ours:
                    continue
                for status in items_at(value, "statuses"):
                    _tell_failure(status)
                for message in items_at(value, "messages"):
                    events += _events(message)
        return events

    def render(self, reply: Reply, event: Event) -> list[dict[str, Any]]:
        """Return texts, the last with reply buttons or a list."""
        offered = offer([button.title for button in reply.buttons], LIMITS)
        text = offered.below(reply.text or texts.CHOOSE)
        if offered.form in (Form.NONE, Form.NUMBERS):
            return [_text(part) for part in pieces(text, WHATSAPP, MAX_TEXT, utf16_units)]
        above, body = _parts(text)
        return [*(_text(part) for part in above), _interactive(body, reply, offered)]

    async def send(self, event: Event, message: dict[str, Any]) -> None:
        """Send a message."""
        await self.client.post("messages", {**_PRODUCT, **event.to["address"], **message})

    async def mark(self, event: Event) -> None:
        """Mark a message as read."""
        await self._read(event, {})

    async def typing(self, event: Event) -> None:
        """Show that the assistant writes."""
        # typing-indicators: a part of the call that marks as read; ends with the answer or after 25 seconds.
        await self._read(event, {"typing_indicator": {"type": "text"}})

    async def _read(self, event: Event, more: dict[str, Any]) -> None:
        if event.to["message"]:
            body = {**_PRODUCT, "status": "read", "message_id": event.to["message"], **more}
            # Not again: when it comes late, it is wrong.
            await self.client.post("messages", body, attempts=1)


_PRODUCT = {"messaging_product": "whatsapp"}


def retry_after(answer: Answer) -> float | None:
    """Return the seconds that an answer asks to wait; the limit for one person has its own time."""
    asked = graph.retry_after(answer)
    if asked is None and at(answer.body, "error", "code") == PAIR_LIMIT:
        return PAIR_WAIT
    return asked


def _tell_failure(status: Any) -> None:
    """Log that a message did not arrive, by Meta's number; the rest of a receipt is not for us."""
    for error in items_at(status, "errors") if text_at(status, "status") == "failed" else ():
        code = at(error, "code")
        if isinstance(code, int):
            meaning = graph.MEANINGS.get((code, 0), "see Meta's list of error codes")
            logger.error("whatsapp: a message was not delivered: error %d: %s", code, meaning)


def _events(message: Any) -> list[Event]:
    kind, whole_id = text_at(message, "type"), id_at(message, "id")
    number = (
        whole_id
        if len(whole_id) <= LONGEST_ID
        else hashlib.sha256(whole_id.encode("utf-8", "replace")).hexdigest()
    )
    if group := id_at(message, "group_id"):
        return [_refusal(group, number)]
    phone, person = id_at(message, "from"), text_at(message, "from_user_id")
    # The number can be hidden, and sent later; the id of the person stays. To numbers `to` is meant.
    address = {"to": phone} if phone else {"recipient": person}
    to = {"address": {"recipient_type": "individual", **address}, "message": whole_id}
    user = person or phone
    if kind == "interactive":
        chosen = at(message, "interactive", "button_reply") or at(message, "interactive", "list_reply")
        press = id_at(chosen, "id")
        return [Event(user, number, press=press, to=to)] if press else []
    if kind == "text":
        return [Event(user, number, text=text_at(message, "text", "body"), to=to)]
    if kind == "button":  # of a template, which is not ours: its words count
        words = text_at(message, "button", "text") or text_at(message, "button", "payload")
        return [Event(user, number, text=words, to=to)]
    if kind not in MEDIA or text_at(message, "unsupported", "type") in CHANGES:
        return []  # a reaction, a new phone number, a changed message
    caption = text_at(message, kind, "caption")
    if not caption:
        return [Event(user, number, notice=texts.NOT_TEXT, to=to)]
    return [
        Event(user, f"{number}-{kind}", notice=texts.ONLY_CAPTION, to=to),
        Event(user, number, text=caption, to=to),
    ]


def _refusal(group: str, number: str) -> Event:
    to = {"address": {"recipient_type": "group", "to": group}, "message": ""}
    return Event(group, number, notice=texts.PRIVATE_ONLY, once=True, to=to)


def _parts(text: str) -> tuple[list[str], str]:
    """Return the texts that stand above, and the one to which the choices belong.

    It is short: where it can be, it is the last paragraphs, with the question.
    """
    short = pieces(text, WHATSAPP, MAX_BODY, utf16_units)
    if len(short) > 1:
        paragraphs = _PARAGRAPH.split(text)
        for start in range(1, len(paragraphs)):
            last = pieces("\n\n".join(paragraphs[start:]), WHATSAPP, MAX_BODY, utf16_units)
            if len(last) == 1:
                return pieces("\n\n".join(paragraphs[:start]), WHATSAPP, MAX_TEXT, utf16_units), last[0]
    return short[:-1], short[-1]


def _text(body: str) -> dict[str, Any]:
    return {"type": "text", "text": {"body": body, "preview_url": False}}


def _interactive(body: str, reply: Reply, offered: Offer) -> dict[str, Any]:
    if offered.form is Form.BUTTONS:
        labels = _different(offered, LIMITS.label)
        action: dict[str, Any] = {
            "buttons": [
                {
                    "type": "reply",
                    "reply": {"id": _id(reply, button, MAX_BUTTON_ID), "title": label},
                }
                for button, label in zip(reply.buttons, labels, strict=True)
            ]
        }
        kind = "button"
    else:
        labels = _different(offered, LIMITS.row)
        rows = [
            {"id": _id(reply, button, MAX_ROW_ID), "title": label, **_detail(option)}
            for button, option, label in zip(reply.buttons, offered.options, labels, strict=True)
        ]
        action = {"button": OPEN_LIST, "sections": [{"title": ABOVE_ROWS, "rows": rows}]}
        kind = "list"
    return {"type": "interactive", "interactive": {"type": kind, "body": {"text": body}, "action": action}}


def _id(reply: Reply, button: Button, limit: int) -> str:
    """Return what a choice carries. It "cannot have leading or trailing spaces"; then its number is sent."""
    found = choices.payload(reply, button, limit)
    return found if found == found.strip() else choices.payload(reply, button, 0)


def _detail(option: Option) -> dict[str, str]:
    return {"description": option.detail} if option.detail else {}


def _different(offered: Offer, limit: int) -> list[str]:
    """Return the labels, with numbers where two were alike: "must be unique within the message"."""
    labels = [option.label for option in offered.options]
    if len(set(labels)) == len(labels):
        return labels
    whole = [(option.number, option.detail or option.label) for option in offered.options]
    return [shorten(f"{number}. {title}", limit - 1) for number, title in whole]
