"""WhatsApp's Cloud API as far as we use it, as strict as the pages under messages/ and support/error-codes say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.platform import Fake, RefusedError

TOKEN = "EAAGtestTokenOfASystemUserThatIsLongEnough"
NUMBER = "106540352242922"


@dataclass
class FakeWhatsApp(Fake):
    """The messages of one phone number. `silent`: people whose last message is more than 24 hours old."""

    silent: set[str] = field(default_factory=set)

    def clear(self) -> None:
        """Forgets all calls and failures, and who was silent."""
        super().clear()
        self.silent.clear()

    def method(self, path: str) -> str:
        """Reads /<version>/<phone number id>/messages."""
        found = re.fullmatch(r"v\d+\.\d/(\d+)/messages", path)
        if not found:
            raise error(404, 2500, "Unknown path components")
        if found[1] != NUMBER:
            raise error(400, 100, "Unsupported post request. Object does not exist", 33)
        return "messages"

    def kind(self, method: str, body: dict[str, Any]) -> str:
        """Tells receipts from messages."""
        return "read" if "status" in body else "send"

    def serve(self, method: str, body: dict[str, Any], headers: Mapping[str, str]) -> Any:
        """Serves a message or a receipt."""
        if headers.get("Authorization") != f"Bearer {TOKEN}":
            raise error(401, 190, "Invalid OAuth access token - Cannot parse access token")
        _must(body.get("messaging_product") == "whatsapp", 100, "(#100) Invalid parameter")
        if method == "read":
            return self._read(body)
        return self._send(body)

    def _read(self, body: dict[str, Any]) -> Any:
        _must(
            set(body) <= {"messaging_product", "status", "message_id", "typing_indicator"},
            100,
            "Unexpected key",
        )
        _must(
            body["status"] == "read" and str(body.get("message_id")).startswith("wamid."),
            131009,
            "message_id",
        )
        _must(body.get("typing_indicator", {"type": "text"}) == {"type": "text"}, 131009, "typing_indicator")
        return {"success": True}

    def _send(self, body: dict[str, Any]) -> Any:
        kind, to = body.get("type"), body.get("to") or body.get("recipient")
        _must(isinstance(to, str) and bool(to), 131008, "(#131008) Required parameter is missing: to")
        _must(body.get("recipient_type") in ("individual", "group"), 131009, "recipient_type")
        if body["recipient_type"] == "individual" and "to" in body:
            _must(re.fullmatch(r"\+?\d{3,20}", str(body["to"])) is not None, 131009, "to is no phone number")
        if to in self.silent:
            raise error(400, 131047, "Re-engagement message")
        _must(
            kind in ("text", "interactive") and kind in body,
            131008,
            "(#131008) Required parameter is missing",
        )
        if kind == "text":
            _limited(body["text"].get("body"), 4096, "text.body")
        else:
            _interactive(body["interactive"])
        contact = {"input": to, "wa_id": to}
        sent = {"id": f"wamid.sent-{len(self.calls)}"}
        return {"messaging_product": "whatsapp", "contacts": [contact], "messages": [sent]}


def _interactive(what: dict[str, Any]) -> None:
    _limited(what.get("body", {}).get("text"), 1024, "interactive.body.text")
    action = what.get("action", {})
    if what.get("type") == "button":
        _must(
            set(action) == {"buttons"} and 1 <= len(action["buttons"]) <= 3,
            131009,
            "Buttons count: min 1, max 3",
        )
        replies = [button["reply"] for button in action["buttons"] if button.get("type") == "reply"]
        _must(len(replies) == len(action["buttons"]), 131009, "Button type")
        for reply in replies:
            _limited(reply.get("title"), 20, "Button title")
            _limited(reply.get("id"), 256, "Button id")
            _must(reply["id"] == reply["id"].strip(), 131009, "Button id has blanks")
        _unique(replies)
        return
    _must(what.get("type") == "list", 131009, "interactive.type")
    _limited(action.get("button"), 20, "Button label")
    sections = action.get("sections") or []
    _must(1 <= len(sections) <= 10, 131009, "Sections count: min 1, max 10")
    for section in sections:
        if len(sections) > 1 or "title" in section:
            _limited(section.get("title"), 24, "Section title")
    rows = [row for section in sections for row in section.get("rows") or []]
    _must(1 <= len(rows) <= 10, 131009, "Total row count exceed max allowed count: 10")
    for row in rows:
        _limited(row.get("title"), 24, "Row title")
        _limited(row.get("id"), 200, "Row id")
        if "description" in row:
            _limited(row["description"], 72, "Row description")
    _unique(rows)


def _limited(text: Any, most: int, name: str) -> None:
    """Refuses what is missing or too long, counted in UTF-16."""
    _must(
        isinstance(text, str) and bool(text.strip()),
        131008,
        f"(#131008) Required parameter is missing: {name}",
    )
    _must(len(text.encode("utf-16-le")) // 2 <= most, 131009, f"(#131009) {name} is too long, max {most}")


def _unique(items: list[dict[str, Any]]) -> None:
    for name in ("title", "id"):
        _must(len({item[name] for item in items}) == len(items), 131009, f"(#131009) {name} must be unique")


def _must(holds: bool, code: int, message: str) -> None:
    if not holds:
        raise error(400, code, message)


def error(status: int, code: int, message: str, subcode: int = 0) -> RefusedError:
    """Returns an error as the Graph API words it."""
    return RefusedError(status, error_body(code, message, subcode))


def error_body(code: int, message: str = "", subcode: int = 0) -> dict[str, Any]:
    """Returns the body of an error of the Graph API."""
    found = {
        "message": message,
        "type": "OAuthException",
        "code": code,
        "fbtrace_id": "Az8or2yhqkZfEZ-_4Qn_Bam",
    }
    details = {"error_data": {"messaging_product": "whatsapp", "details": message}}
    return {"error": {**found, **details, **({"error_subcode": subcode} if subcode else {})}}
