"""Telegram: https://core.telegram.org/bots/api (limits as of Bot API 9)."""

from __future__ import annotations

import hmac
import html
import re
from typing import Any

from sanic.request import Request

from assistant.rendering.markup import HTML
from assistant.rendering.splitting import pieces, utf16_units
from rasa_ext.channels.messengers import choices, texts
from rasa_ext.channels.messengers.base import Event, MessengerInput, forbidden
from rasa_ext.channels.messengers.client import Answer, Client, DeliveryError, retry_after_header
from rasa_ext.channels.messengers.reading import at, id_at, json_of, text_at
from rasa_ext.channels.replies import Reply
from rasa_ext.channels.settings import Settings

#: sendMessage: "1-4096 characters after entities parsing". Counted in UTF-16, with the markup.
MAX_MESSAGE = 4096
#: InlineKeyboardButton, callback_data: "1-64 bytes".
MAX_DATA = 64
#: Characters of labels in one row of buttons; more are cut on a phone. Not a limit of the API.
ROW = 24
#: What we want to get; everything else stays with Telegram.
UPDATES = ("message", "callback_query")
#: Sent by Telegram's own buttons. The assistant knows words, not commands.
COMMANDS = {"/start": "Hello", "/help": "Help"}

#: Parts of a message that are more than words. Others tell about the chat, such as a pinned message.
MEDIA = tuple(
    "photo voice audio video video_note animation sticker document location venue contact poll dice "
    "game story paid_media checklist".split()
)
SECRET_HEADER = "x-telegram-bot-api-secret-token"
_TOKEN = r"\d{3,20}:[A-Za-z0-9_-]{20,80}"
#: setWebhook, secret_token: "1-256 characters [...] A-Z, a-z, 0-9, _ and -".
_SECRET = r"[A-Za-z0-9_-]{16,256}"
_COMMAND = re.compile(r"(/[a-z]+)(?:@\w+)?(?:\s.*)?", re.DOTALL)


class TelegramInput(MessengerInput):
    """The channel of a Telegram bot. Only private chats are served."""

    NEEDED = ("token", "secret")
    API = "https://api.telegram.org"

    def __init__(self, token: str, secret: str, api_base: str):
        """Keep the secret by which Telegram shows that it is Telegram."""
        super().__init__(Client(f"{api_base.rstrip('/')}/bot{token}", retry_after=retry_after))
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        """Return the name in the address."""
        return "telegram"

    @classmethod
    def make(cls, settings: Settings, api_base: str) -> TelegramInput:
        """Return the channel. Raises SettingError."""
        token = settings.secret("token", _TOKEN, "123456789:AA... as BotFather gave it")
        secret = settings.secret("secret", _SECRET, "16 to 256 letters, digits, _ or -")
        return cls(token, secret, api_base)

    def verify(self, request: Request) -> None:
        """Compare the secret that we gave to setWebhook."""
        given = request.headers.get(SECRET_HEADER) or ""
        if not hmac.compare_digest(given.encode("utf-8", "replace"), self._secret):
            raise forbidden()

    def parse(self, request: Request) -> list[Event]:
        """Read one update: a message or a press. Edits, channels and changes of members are not for us."""
        update = json_of(request)
        number = id_at(update, "update_id")
        press, message = at(update, "callback_query"), at(update, "message")
        if not number:
            return []
        return _press(press, number) if press else _message(message, number)

    def render(self, reply: Reply, event: Event) -> list[dict[str, Any]]:
        """Return the bodies of sendMessage: HTML, the buttons below the last one."""
        parts = pieces(reply.text or texts.CHOOSE, HTML, MAX_MESSAGE, utf16_units)
        bodies: list[dict[str, Any]] = [
            {"text": part, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
            for part in parts
        ]
        if reply.buttons:
            bodies[-1]["reply_markup"] = {"inline_keyboard": _keyboard(reply)}
        return bodies

    async def send(self, event: Event, message: dict[str, Any]) -> None:
        """Send a message; once more without markup when Telegram can't read it."""
        body = {"chat_id": event.to["chat"], **message}
        try:
            await self.client.post("sendMessage", body)
        except DeliveryError as error:
            if not _is_markup_error(error):
                raise
            plain = {name: value for name, value in body.items() if name != "parse_mode"}
            await self.client.post("sendMessage", {**plain, "text": _unmarked(body["text"])})

    async def mark(self, event: Event) -> None:
        """End the waiting sign of a pressed button."""
        if event.to["press"]:
            await self.client.post("answerCallbackQuery", {"callback_query_id": event.to["press"]})

    async def typing(self, event: Event) -> None:
        """Show "typing"."""
        # Not again: when it comes late, it is wrong.
        await self.client.post(
            "sendChatAction", {"chat_id": event.to["chat"], "action": "typing"}, attempts=1
        )

    async def connect(self, public_url: str) -> str:
        """Set the webhook. What waits at Telegram is kept and delivered."""
        body = {
            "url": self.webhook_url(public_url),
            "secret_token": self._secret.decode(),
            "allowed_updates": list(UPDATES),
        }
        await self.client.post("setWebhook", body)
        info = (await self.client.post("getWebhookInfo")).body
        waiting = at(info, "result", "pending_update_count") or 0
        problem = text_at(info, "result", "last_error_message")
        lines = [f"Telegram now sends updates to {body['url']}. Waiting there: {waiting}."]
        return "\n".join(
            lines + ([f"The last problem that Telegram had with it: {problem}"] if problem else [])
        )


def retry_after(answer: Answer) -> float | None:
    """Return the seconds that a 429 asks for, in Telegram's own field."""
    asked = at(answer.body, "parameters", "retry_after")
    if isinstance(asked, int | float) and not isinstance(asked, bool) and asked >= 0:
        return float(asked)
    return retry_after_header(answer)


def _press(press: Any, number: str) -> list[Event]:
    if not id_at(press, "id"):
        return []
    # Without a message it was below one sent "via" the bot: only the presser is known.
    chat = at(press, "message", "chat") or {"id": at(press, "from", "id"), "type": "private"}
    user, to = id_at(chat, "id"), {"chat": at(chat, "id"), "press": id_at(press, "id")}
    if text_at(chat, "type") != "private":
        return [_refusal(user, number, to)]
    data = text_at(press, "data")
    # Without data it is a button of a game, which is not ours; the press is answered all the same.
    return [Event(user, number, press=data, notice="" if data else texts.LOST_BUTTON, to=to)]


def _message(message: Any, number: str) -> list[Event]:
    user, kind = id_at(message, "chat", "id"), text_at(message, "chat", "type")
    to = {"chat": at(message, "chat", "id"), "press": ""}
    text, caption = text_at(message, "text"), text_at(message, "caption")
    shown = next((name for name in MEDIA if at(message, name) is not None), "")
    if at(message, "from", "is_bot") is True or not (text or caption or shown):
        return []  # another bot, or news about the chat itself
    if kind in ("group", "supergroup"):
        return [_refusal(user, number, to)]
    if kind != "private":
        return []
    events = []
    if shown:
        # The pictures of an album come one by one; one answer is enough.
        album = id_at(message, "media_group_id")
        seen = f"album-{album}" if album else f"{number}-{shown}"
        notice = texts.ONLY_CAPTION if caption else texts.NOT_TEXT
        events.append(Event(user, seen, notice=notice, to=to))
    if text or caption:
        # User, language_code: "IETF language tag of the user's language", optional.
        language = text_at(message, "from", "language_code")
        events.append(Event(user, number, text=_words(text or caption), language=language, to=to))
    return events


def _refusal(user: str, number: str, to: dict[str, Any]) -> Event:
    return Event(user, number, notice=texts.PRIVATE_ONLY, once=True, to=to)


def _words(text: str) -> str:
    found = _COMMAND.fullmatch(text.strip())
    return COMMANDS.get(found[1], text) if found else text


def _keyboard(reply: Reply) -> list[list[dict[str, str]]]:
    """Return the buttons: short ones beside each other, others in a row each."""
    buttons = [{"text": b.title, "callback_data": choices.payload(reply, b, MAX_DATA)} for b in reply.buttons]
    if sum(len(b.title) for b in reply.buttons) <= ROW:
        return [buttons]
    return [[button] for button in buttons]


def _is_markup_error(error: DeliveryError) -> bool:
    told = text_at(error.answer.body if error.answer else None, "description")
    return error.status == 400 and "can't parse entities" in told


def _unmarked(text: str) -> str:
    """Return what we wrote as HTML without its marks."""
    spelled = re.sub(r'<a href="([^"]*)">([^<]*)</a>', r"\2 (\1)", text)
    return html.unescape(re.sub(r"</?b>", "", spelled))
