"""Telegram's Bot API as far as we use it, as strict as core.telegram.org/bots/api says."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from tests.fakes.platform import Fake, RefusedError

TOKEN = "123456789:AAtestTokenThatIsLongEnoughForTheRule"
SECRET = "a-secret-of-the-tests"
#: Everything that "HTML style" lists.
TAGS = set("b strong i em u ins s strike del span tg-spoiler a tg-emoji code pre blockquote".split())
ACTIONS = {"typing", "upload_photo", "record_voice", "upload_document", "choose_sticker", "find_location"}


class _Reader(HTMLParser):
    """Reads a message in HTML; what Telegram can't parse raises."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.text, self._open = "", list[str]()

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        if tag not in TAGS:
            raise ValueError(f'Unsupported start tag "{tag}"')
        self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self._open or self._open.pop() != tag:
            raise ValueError(f'Unmatched end tag "{tag}"')

    def handle_data(self, data: str) -> None:
        if "<" in data:
            raise ValueError("Unclosed start tag")
        self.text += data

    def handle_entityref(self, name: str) -> None:
        known = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}
        self.text += known.get(name, f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.text += html.unescape(f"&#{name};")

    def read(self, text: str) -> str:
        self.feed(text)
        self.close()
        if self._open:
            raise ValueError(f"Can't find end tag corresponding to start tag {self._open[-1]}")
        return self.text


def shown(body: Mapping[str, Any]) -> str:
    """Returns the words of a message as the patient sees them. Raises ValueError when it can't be parsed."""
    text = str(body.get("text", ""))
    return _Reader().read(text) if body.get("parse_mode") == "HTML" else text


def keyboard(body: Mapping[str, Any]) -> list[dict[str, str]]:
    """Returns the buttons of a message, row by row."""
    rows = (body.get("reply_markup") or {}).get("inline_keyboard") or []
    return [button for row in rows for button in row]


@dataclass
class FakeTelegram(Fake):
    """The Bot API of one bot. `pressed` holds the presses that wait for answerCallbackQuery."""

    pressed: set[str] = field(default_factory=set)
    webhook: dict[str, Any] = field(default_factory=dict)

    def method(self, path: str) -> str:
        """Reads /bot<token>/<method>."""
        found = re.fullmatch(r"bot([^/]+)/(\w+)", path)
        if not found or found[1] != TOKEN:
            raise _error(401, "Unauthorized")
        return found[2]

    def serve(self, method: str, body: dict[str, Any], headers: Mapping[str, str]) -> Any:
        """Serves the methods that we use."""
        known = {
            "sendMessage": self._send,
            "answerCallbackQuery": self._answer_press,
            "sendChatAction": self._action,
            "setWebhook": self._set_webhook,
            "getWebhookInfo": lambda body: {"pending_update_count": 0, **self.webhook},
        }
        if method not in known:
            raise _error(404, "Not Found")
        return {"ok": True, "result": known[method](body)}

    def _send(self, body: dict[str, Any]) -> Any:
        if not isinstance(body.get("chat_id"), int):
            raise _error(400, "Bad Request: chat not found")
        try:
            text = shown(body)
        except ValueError as error:
            raise _error(400, f"Bad Request: can't parse entities: {error}") from None
        if not text.strip():
            raise _error(400, "Bad Request: message text is empty")
        if len(text.encode("utf-16-le")) // 2 > 4096:
            raise _error(400, "Bad Request: message is too long")
        buttons = keyboard(body)
        if len(buttons) > 100:
            raise _error(400, "Bad Request: reply markup is too long")
        for button in buttons:
            if not str(button.get("text") or "").strip():
                raise _error(400, "Bad Request: can't parse inline keyboard button: Text buttons are empty")
            if not 1 <= len(str(button.get("callback_data") or "").encode()) <= 64:
                raise _error(400, "Bad Request: BUTTON_DATA_INVALID")
        return {"message_id": len(self.calls) + 1, "chat": {"id": body["chat_id"]}, "text": text}

    def _answer_press(self, body: dict[str, Any]) -> Any:
        if body.get("callback_query_id") not in self.pressed:
            raise _error(
                400, "Bad Request: query is too old and response timeout expired or query ID is invalid"
            )
        if len(str(body.get("text") or "")) > 200:
            raise _error(400, "Bad Request: MESSAGE_TOO_LONG")
        self.pressed.discard(body["callback_query_id"])
        return True

    def _action(self, body: dict[str, Any]) -> Any:
        if body.get("action") not in ACTIONS:
            raise _error(400, "Bad Request: wrong parameter action in request")
        return True

    def _set_webhook(self, body: dict[str, Any]) -> Any:
        if not str(body.get("url", "")).startswith("https://"):
            raise _error(400, "Bad Request: bad webhook: An HTTPS URL must be provided for webhook")
        if not re.fullmatch(r"[A-Za-z0-9_-]{1,256}", str(body.get("secret_token", ""))):
            raise _error(400, "Bad Request: secret token contains unallowed characters")
        self.webhook = {"url": body["url"]}
        return True


def _error(status: int, description: str) -> RefusedError:
    return RefusedError(status, {"ok": False, "error_code": status, "description": description})
