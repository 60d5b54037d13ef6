"""Slack's Web API as far as we use it, as strict as docs.slack.dev says, and stricter with escaping."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tests.fakes.platform import Fake, RefusedError

TOKEN = "xoxb-1111111111-2222222222222-TestTokenOfTheTests"
#: From "Verifying requests from Slack".
SIGNING_SECRET = "8f742231b10e8888abcd99yyyzzz85a5"

#: Arguments of chat.postMessage that an app with a bot token may use.
ARGUMENTS = set(
    "channel text blocks attachments mrkdwn parse link_names metadata thread_ts reply_broadcast unfurl_links "
    "unfurl_media username icon_url icon_emoji".split()
)
_LINK = re.compile(r"<((?:https?://|mailto:|tel:)[^<>|\s]+)\|([^<>|\n]+)>")
_BOLD = re.compile(r"(?<![\w*])\*(?=\S)([^*\n]*[^*\s])\*(?![\w*])")


def shown(text: str) -> str:
    """Returns the words of mrkdwn as the app shows them. Raises ValueError when something is not escaped."""
    bare = _LINK.sub(r"\2", text)
    if re.search(r"[<>]|&(?!(?:amp|lt|gt);)", bare):
        raise ValueError("a sign that Slack reads is not escaped")
    return html.unescape(_BOLD.sub(r"\1", bare))


def sections(body: Mapping[str, Any]) -> str:
    """Returns the words of a message."""
    texts = [block["text"]["text"] for block in body["blocks"] if block["type"] == "section"]
    return "\n".join(shown(text) for text in texts)


def buttons(body: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Returns the buttons of a message."""
    return [e for block in body["blocks"] if block["type"] == "actions" for e in block["elements"]]


@dataclass
class FakeSlack(Fake):
    """The Web API for one bot."""

    def method(self, path: str) -> str:
        """Reads /api/<method>."""
        if not path.startswith("api/"):
            raise RefusedError(404, {})
        return path.removeprefix("api/")

    def serve(self, method: str, body: dict[str, Any], headers: Mapping[str, str]) -> Any:
        """Serves the methods that we use."""
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            raise _error("invalid_auth")
        if headers.get("Content-Type", "").replace(" ", "").lower() != "application/json;charset=utf-8":
            raise _error("missing_charset")
        if method == "auth.test":
            return {"ok": True, "user": "stria", "team": "Clinic", "user_id": "U0B0T", "bot_id": "B0B0T"}
        if method != "chat.postMessage":
            raise _error("unknown_method")
        return self._post(body)

    def _post(self, body: dict[str, Any]) -> Any:
        if "as_user" in body:
            raise _error("as_user_not_supported")
        if set(body) - ARGUMENTS:
            raise _error("invalid_arguments")
        if not re.fullmatch(r"[CDG][A-Z0-9]+", str(body.get("channel"))):
            raise _error("channel_not_found")
        if not re.fullmatch(r"\d+\.\d+", str(body.get("thread_ts", "1.1"))):
            raise _error("invalid_thread_ts")
        # Not a rule but a recommendation: notifications and screen readers have nothing else.
        if not str(body.get("text") or "").strip():
            raise _error("no_text")
        if len(body["text"]) > 40_000:
            raise _error("msg_too_long")
        _check_blocks(body.get("blocks"))
        try:
            shown(body["text"])
            sections(body)
        except ValueError as error:
            raise _error("invalid_blocks", str(error)) from None
        ts = f"1800000000.{len(self.calls):06}"
        return {"ok": True, "channel": body["channel"], "ts": ts, "message": {"bot_id": "B0B0T", **body}}


def _check_blocks(blocks: Any) -> None:
    if not isinstance(blocks, list) or not 1 <= len(blocks) <= 50:
        raise _error("invalid_blocks", "blocks")
    for block in blocks:
        check = {"section": _check_section, "actions": _check_actions}.get(block.get("type"))
        if check is None:
            raise _error("invalid_blocks", "type")
        check(block)
    words = [block["text"]["text"] for block in blocks if block["type"] == "section"]
    labels = [e["text"]["text"] for e in buttons({"blocks": blocks})]
    # Not in the documents: slackapi/bolt-js#2509.
    if sum(map(len, words + labels)) > 12_000:
        raise _error("msg_blocks_too_long")


def _check_section(block: dict[str, Any]) -> None:
    if set(block) - {"type", "text", "expand", "block_id"}:
        raise _error("invalid_blocks", "section")
    _check_text(block.get("text"), ("mrkdwn", "plain_text"), 3000)


def _check_actions(block: dict[str, Any]) -> None:
    elements = block.get("elements")
    if set(block) - {"type", "elements", "block_id"} or not elements or len(elements) > 25:
        raise _error("invalid_blocks", "elements")
    for element in elements:
        if element.get("type") != "button" or set(element) - {"type", "action_id", "text", "value", "style"}:
            raise _error("invalid_blocks", "element")
        _check_text(element.get("text"), ("plain_text",), 75)
        if not 1 <= len(str(element.get("action_id") or "")) <= 255:
            raise _error("invalid_blocks", "action_id")
        if not 1 <= len(str(element.get("value") or "")) <= 2000:
            raise _error("invalid_blocks", "value")
    if len({element["action_id"] for element in elements}) != len(elements):
        raise _error("invalid_blocks", "action_id is not unique")


def _check_text(text: Any, kinds: tuple[str, ...], most: int) -> None:
    if not isinstance(text, dict) or text.get("type") not in kinds or set(text) - {"type", "text"}:
        raise _error("invalid_blocks", "text object")
    if not 1 <= len(str(text.get("text") or "")) <= most:
        raise _error("invalid_blocks", f"must be less than {most + 1} characters")


def _error(code: str, why: str = "") -> RefusedError:
    """Returns an error as Slack tells it, with HTTP 200."""
    return RefusedError(200, {"ok": False, "error": code, **({"errors": [why]} if why else {})})
