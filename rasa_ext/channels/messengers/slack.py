"""Slack: https://docs.slack.dev (Events API, interactivity, Block Kit, chat.postMessage).

There is no typing sign: bots can't show one in a direct message (slackapi/bolt-js#885), and
assistant.threads.setStatus is for the threads of "AI apps".
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import time
from collections.abc import Mapping
from typing import Any
from urllib.parse import parse_qs

from sanic.request import Request
from sanic.response import HTTPResponse, empty, text

from assistant.rendering.choices import Form, Limits, Offer, offer
from assistant.rendering.markup import MRKDWN
from assistant.rendering.splitting import pieces, utf16_units
from rasa_ext.channels.base import ChannelError
from rasa_ext.channels.messengers import choices, texts
from rasa_ext.channels.messengers.base import Event, MessengerInput, forbidden
from rasa_ext.channels.messengers.client import Answer, Client, DeliveryError
from rasa_ext.channels.messengers.reading import at, items_at, json_of, text_at
from rasa_ext.channels.messengers.slack_text import typed
from rasa_ext.channels.replies import Reply
from rasa_ext.channels.settings import Settings

#: Section block, text: "Minimum length [...] is 1 and maximum length is 3000 characters", written with
#: markup and escapes. A message of ours has one, so it also stays below the 50 blocks of a message, the
#: 12,000 characters of all blocks (msg_blocks_too_long) and the 40,000 of `text`.
MAX_SECTION = 3000
#: Actions block, elements: "There is a maximum of 25 elements in each action block".
MAX_BUTTONS = 25
#: Button element, text: "Maximum length for the text in this field is 75 characters".
MAX_LABEL = 75
#: Button element, value: "Maximum length for this field is 2000 characters". We count bytes.
MAX_VALUE = 2000
#: Seconds. "If the request timestamp is more than five minutes from local time", it may be a replay.
MAX_AGE = 300

#: Messages of these kinds hold what the person wrote. Others are changes, deletions and news of the
#: chat, and come from bots.
KINDS = ("", "file_share", "me_message", "thread_broadcast")
#: Ids of direct messages begin so.
PRIVATE = "D"
#: Errors that Slack gives with HTTP 200, and that pass: tried again, as the status that they mean.
PASSING = {
    "ratelimited": 429,
    "rate_limited": 429,
    "internal_error": 503,
    "fatal_error": 503,
    "service_unavailable": 503,
    "request_timeout": 503,
}
#: Fields of a form of Slack's; it has one.
MOST_FIELDS = 20

SIGNATURE_HEADER = "x-slack-signature"
TIME_HEADER = "x-slack-request-timestamp"
FORM = "application/x-www-form-urlencoded"
_TOKEN = r"xoxb-[A-Za-z0-9-]{10,250}"
_SECRET = r"[A-Za-z0-9]{20,64}"
_CODE = re.compile(r"[a-z_]{1,50}")
_CHALLENGE = re.compile(r"[A-Za-z0-9._~=-]{1,256}")
_TIME = re.compile(r"[0-9]{1,12}")


class SlackClient(Client):
    """Calls of Slack's Web API, which tells most errors with HTTP 200 and `"ok": false`."""

    async def _once(
        self, path: str, data: Mapping[str, Any] | None, form: Mapping[str, str] | None
    ) -> tuple[Answer | None, str]:
        answer, why = await super()._once(path, data, form)
        if answer is None or answer.status >= 400 or at(answer.body, "ok") is True:
            return answer, why
        code = text_at(answer.body, "error")
        status = PASSING.get(code, 400)
        return Answer(status, answer.body, answer.headers), code if _CODE.fullmatch(code) else "not ok"


class SlackInput(MessengerInput):
    """The channel of a Slack app. Only direct messages are served."""

    NEEDED = ("token", "signing_secret")
    API = "https://slack.com/api"

    def __init__(self, token: str, signing_secret: str, api_base: str):
        """Keep the secret with which Slack signs."""
        # JSON without a charset gets a warning, missing_charset.
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"}
        super().__init__(SlackClient(api_base, headers=headers))
        self._secret = signing_secret.encode()

    @classmethod
    def name(cls) -> str:
        """Return the name in the address."""
        return "slack"

    @classmethod
    def make(cls, settings: Settings, api_base: str) -> SlackInput:
        """Return the channel. Raises SettingError."""
        token = settings.secret("token", _TOKEN, "xoxb-..., the Bot User OAuth Token")
        secret = settings.secret("signing_secret", _SECRET, "32 letters and digits, from Basic Information")
        return cls(token, secret, api_base)

    def verify(self, request: Request) -> None:
        """Compare the signature of the time and the body; what was signed long ago does not count."""
        given = (request.headers.get(SIGNATURE_HEADER) or "").encode("utf-8", "replace")
        at_time = request.headers.get(TIME_HEADER) or ""
        signed = b"v0:" + at_time.encode("utf-8", "replace") + b":" + request.body
        expected = "v0=" + hmac.new(self._secret, signed, hashlib.sha256).hexdigest()
        if not (hmac.compare_digest(given, expected.encode()) and _is_now(at_time)):
            raise forbidden()

    def parse(self, request: Request) -> list[Event]:
        """Read one event or press. A retry has the same id as the first try."""
        body = _body(request)
        kind = text_at(body, "type")
        if kind == "block_actions":
            return _presses(body)
        event = at(body, "event") if kind == "event_callback" else None
        if text_at(event, "type") == "message":
            return _message(event)
        return _mention(event) if text_at(event, "type") == "app_mention" else []

    def accepted(self, request: Request) -> HTTPResponse:
        """Return the challenge by which Slack verifies the address, as plain text; else nothing."""
        body = _body(request)
        challenge = text_at(body, "challenge")
        if text_at(body, "type") == "url_verification" and _CHALLENGE.fullmatch(challenge):
            return text(challenge)
        return empty(200)

    def render(self, reply: Reply, event: Event) -> list[dict[str, Any]]:
        """Return the bodies of chat.postMessage: mrkdwn, the buttons below the last one."""
        offered = offer([b.title for b in reply.buttons], Limits(buttons=MAX_BUTTONS, label=MAX_LABEL))
        whole = offered.below(reply.text or texts.CHOOSE)
        bodies = [_section(part) for part in pieces(whole, MRKDWN, MAX_SECTION, utf16_units)]
        if offered.form is Form.BUTTONS:
            bodies[-1]["blocks"].append({"type": "actions", "elements": _buttons(reply, offered)})
        return bodies

    async def send(self, event: Event, message: dict[str, Any]) -> None:
        """Post a message into the chat, and into the thread when the person wrote in one."""
        thread = {"thread_ts": event.to["thread"]} if event.to["thread"] else {}
        await self.client.post("chat.postMessage", {"channel": event.to["channel"], **thread, **message})

    async def connect(self, public_url: str) -> str:
        """Try the token; tell what to set where. Slack has no call that sets the address."""
        try:
            known = (await self.client.post("auth.test", {})).body
        except DeliveryError as error:
            raise DeliveryError(f"the token: {error}") from None
        return (
            f"The token is of the bot {text_at(known, 'user')} in {text_at(known, 'team')}. "
            "At https://api.slack.com/apps, choose the app and set this Request URL twice, in "
            "Event Subscriptions and in Interactivity & Shortcuts, while the server runs:\n"
            f"{self.webhook_url(public_url)}"
        )


def _is_now(at_time: str) -> bool:
    return bool(_TIME.fullmatch(at_time)) and abs(time.time() - int(at_time)) <= MAX_AGE


def _body(request: Request) -> Any:
    """Return the JSON of a request, which presses have in a field of a form. Raises ChannelError 400."""
    kind = (request.headers.get("content-type") or "").partition(";")[0].strip().lower()
    if kind != FORM:
        return json_of(request)
    try:
        fields = parse_qs(request.body.decode("utf-8", "replace"), max_num_fields=MOST_FIELDS)
        return json.loads(fields["payload"][0]) if "payload" in fields else {}
    except (ValueError, RecursionError):
        raise ChannelError(400, "malformed", "The field 'payload' is not valid JSON.") from None


def _is_bot(event: Any) -> bool:
    return any(at(event, name) is not None for name in ("bot_id", "bot_profile"))


def _message(event: Any) -> list[Event]:
    """Read a direct message; what is said in channels is left alone."""
    user, number = text_at(event, "channel"), text_at(event, "ts")
    kind = text_at(event, "subtype")
    if text_at(event, "channel_type") != "im" or kind not in KINDS or at(event, "hidden") is True:
        return []
    if _is_bot(event) or not (text_at(event, "user") and number):
        return []
    words, to = typed(event), {"channel": user, "thread": text_at(event, "thread_ts")}
    found = []
    if kind == "file_share" or items_at(event, "files"):
        notice = texts.ONLY_CAPTION if words else texts.NOT_TEXT
        found.append(Event(user, f"{number}-files", notice=notice, to=to))
        if not words:
            return found
    return [*found, Event(user, number, text=words, to=to)]


def _mention(event: Any) -> list[Event]:
    """Refuse, in a thread and once a channel, to talk in public. Direct messages never come this way."""
    channel, number = text_at(event, "channel"), text_at(event, "ts")
    if _is_bot(event) or not number or channel.startswith(PRIVATE):
        return []
    to = {"channel": channel, "thread": text_at(event, "thread_ts") or number}
    return [Event(channel, number, notice=texts.PRIVATE_ONLY, once=True, to=to)]


def _presses(body: Any) -> list[Event]:
    channel = text_at(body, "channel", "id") or text_at(body, "container", "channel_id")
    to = {
        "channel": channel,
        "thread": text_at(body, "message", "thread_ts") or text_at(body, "container", "thread_ts"),
    }
    found = []
    for action in items_at(body, "actions"):
        number = text_at(action, "action_ts")
        if text_at(action, "type") != "button" or not number:
            continue
        number = f"{number}-{text_at(action, 'action_id')}"
        value = text_at(action, "value")
        if not channel.startswith(PRIVATE):
            found.append(Event(channel, number, notice=texts.PRIVATE_ONLY, once=True, to=to))
        else:
            found.append(
                Event(channel, number, press=value, notice="" if value else texts.LOST_BUTTON, to=to)
            )
    return found


def _section(part: str) -> dict[str, Any]:
    return {
        # Notifications and screen readers take this one: "screen readers will default to the top-level
        # text field of your post, and will not read the content of any interior blocks".
        "text": part,
        # expand: else the app may hide the end behind "see more".
        "blocks": [{"type": "section", "expand": True, "text": {"type": "mrkdwn", "text": part}}],
        "unfurl_links": False,
        "unfurl_media": False,
    }


def _buttons(reply: Reply, offered: Offer) -> list[dict[str, Any]]:
    return [
        {
            "type": "button",
            "action_id": f"choice-{option.number}",
            "text": {"type": "plain_text", "text": option.label},
            "value": choices.payload(reply, button, MAX_VALUE),
        }
        for option, button in zip(offered.options, reply.buttons, strict=True)
    ]
