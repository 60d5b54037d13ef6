"""The Send API of a Facebook Page, or of an Instagram account, as strict as Meta's documentation says."""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.platform import Fake, RefusedError
from tests.meta import APP_SECRET

TOKEN = "EAAGtestTokenOfThePageThatIsLongEnoughZDZD"
PROOF = hmac.new(APP_SECRET.encode(), TOKEN.encode(), hashlib.sha256).hexdigest()
#: Ids of people who read in Instagram begin so, where one fake serves both.
INSTAGRAM_IDS = "17841"
ACTIONS = {"mark_seen", "typing_on", "typing_off"}
#: Calls and what may stand in them.
PARTS = {
    "messages": {"recipient", "messaging_type", "message", "appsecret_proof"},
    "sender_action": {"recipient", "sender_action", "appsecret_proof"},
    "subscribed_apps": {"subscribed_fields", "appsecret_proof"},
    "messenger_profile": {"get_started", "appsecret_proof"},
}


@dataclass
class FakeMessenger(Fake):
    """One Page or account. A call that shows typing or seen is a `sender_action`, another a `messages`."""

    instagram: bool = False
    #: The app setting "Require App Secret".
    needs_proof: bool = True
    _acts: bool = False

    async def _body(self, request: web.Request, raw: bytes) -> dict[str, Any]:
        body = await super()._body(request, raw)
        # `method` is asked for this request right afterwards, before any other one is looked at.
        self._acts = "sender_action" in body
        return body

    def method(self, path: str) -> str:
        """Reads /<version>/me/<edge>."""
        found = re.fullmatch(r"v\d+\.\d/me/(messages|subscribed_apps|messenger_profile)", path)
        if not found:
            raise error(404, 2500, "Unknown path components")
        return "sender_action" if self._acts else found[1]

    def serve(self, method: str, body: dict[str, Any], headers: Mapping[str, str]) -> Any:
        """Serves the calls that we use."""
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            raise error(401, 190, "Invalid OAuth access token.")
        if self.needs_proof and body.get("appsecret_proof") != PROOF:
            raise error(400, 100, "Invalid appsecret_proof provided in the API argument")
        if body.keys() - PARTS[method]:
            raise error(400, 100, f"Param {body.keys() - PARTS[method]} is not known here")
        if method == "subscribed_apps":
            self._must(bool(body.get("subscribed_fields")), "The parameter subscribed_fields is required.")
            return {"success": True}
        if method == "messenger_profile":
            self._must(bool((body.get("get_started") or {}).get("payload")), "get_started needs a payload")
            return {"result": "success"}
        to = (body.get("recipient") or {}).get("id")
        if not isinstance(to, str) or not to.isdecimal():
            raise error(400, 100, "No matching user found", 2018001)
        if method == "sender_action":
            self._must(body["sender_action"] in ACTIONS, "Param sender_action must be one of its values")
            return {"recipient_id": to}
        self._must(body.get("messaging_type") == "RESPONSE", "Param messaging_type is required")
        self._message(body.get("message"), to)
        return {"recipient_id": to, "message_id": f"m_{len(self.calls)}"}

    def _message(self, message: Any, to: str = "") -> None:
        self._must(isinstance(message, dict), "Param message must be an object")
        self._must(
            not message.keys() - {"text", "quick_replies", "metadata"}, "Param message has unknown keys"
        )
        text = message.get("text")
        self._must(isinstance(text, str) and bool(text.strip()), "Message cannot be empty")
        if self.instagram or to.startswith(INSTAGRAM_IDS):
            self._must(len(text.encode()) <= 1000, "Length of param message[text] must be <= 1000 bytes")
            self._must(len(text) < 1000, "Length of param message[text] must be less than 1000 characters")
        else:
            self._must(
                len(text.encode("utf-16-le")) // 2 <= 2000, "Length of param message[text] must be <= 2000"
            )
        if "quick_replies" not in message:
            return
        replies = message["quick_replies"]
        self._must(isinstance(replies, list) and 1 <= len(replies) <= 13, "Between 1 and 13 quick replies")
        for reply in replies:
            self._must(reply.get("content_type") == "text", "content_type must be one of its values")
            title, payload = reply.get("title"), reply.get("payload")
            self._must(isinstance(title, str) and 1 <= len(title) <= 20, "title: 1 to 20 characters")
            self._must(
                isinstance(payload, str) and 1 <= len(payload) <= 1000, "payload: 1 to 1000 characters"
            )

    def _must(self, holds: bool, message: str) -> None:
        if not holds:
            raise error(400, 100, f"(#100) {message}")


def error_body(code: int, message: str, subcode: int = 0) -> dict[str, Any]:
    """Returns an error as the Graph API words it."""
    body: dict[str, Any] = {"message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1b2"}
    if subcode:
        body["error_subcode"] = subcode
    return {"error": body}


def error(status: int, code: int, message: str, subcode: int = 0) -> RefusedError:
    """Returns the refusal of a call."""
    return RefusedError(status, error_body(code, message, subcode))
