"""Twilio's Messages resource as far as we use it, as strict as docs/messaging/api/message-resource says."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fakes.platform import Fake, RefusedError

ACCOUNT = "AC0123456789abcdef0123456789abcdef"
TOKEN = "fedcba9876543210fedcba9876543210"
SMS_NUMBER = "+15005550006"
WHATSAPP_NUMBER = "whatsapp:+14155238886"
FIELDS = {"To", "From", "Body"}


@dataclass
class FakeTwilio(Fake):
    """The messages of one account. `stopped`: numbers whose owner has replied STOP."""

    stopped: set[str] = field(default_factory=set)

    def clear(self) -> None:
        """Forgets all calls and failures, and who has said STOP."""
        super().clear()
        self.stopped.clear()

    def method(self, path: str) -> str:
        """Reads /2010-04-01/Accounts/<sid>/Messages.json."""
        found = re.fullmatch(r"2010-04-01/Accounts/(\w+)/(\w+)\.json", path)
        if not found or found[1] != ACCOUNT or found[2] != "Messages":
            raise error(404, 20404, "The requested resource was not found")
        return "send"

    def serve(self, method: str, body: dict[str, Any], headers: Mapping[str, str]) -> Any:
        """Takes a message."""
        if headers.get("Authorization") != basic(ACCOUNT, TOKEN):
            raise error(401, 20003, "Authenticate")
        if headers.get("Content-Type", "").split(";")[0] != "application/x-www-form-urlencoded":
            raise error(400, 21602, "Message body is required.")
        to, sender, text = (str(body.get(name) or "") for name in ("To", "From", "Body"))
        if set(body) - FIELDS or not text.strip():
            raise error(400, 21602, "Message body is required.")
        if sender not in (SMS_NUMBER, WHATSAPP_NUMBER):
            raise error(
                400, 21606, "The 'From' phone number provided is not a valid message-capable phone number."
            )
        if sender.startswith("whatsapp:") != to.startswith("whatsapp:"):
            raise error(400, 21910, "Invalid From and To pair. From and To should be of the same channel")
        if not re.fullmatch(r"(whatsapp:)?\+[1-9]\d{1,14}", to):
            raise error(400, 21211, f"Invalid 'To' Phone Number: {to}")
        if to in self.stopped:
            raise error(400, 21610, "Attempt to send to unsubscribed recipient")
        if len(text.encode("utf-16-le")) // 2 > 1600:
            raise error(400, 21617, "The concatenated message body exceeds the 1600 character limit.")
        return {
            "sid": f"SM{len(self.calls):032x}",
            "status": "queued",
            "to": to,
            "from": sender,
            "error_code": None,
        }


def basic(user: str, password: str) -> str:
    """Returns the header of basic authentication."""
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def error(status: int, code: int, message: str) -> RefusedError:
    """Returns an error as Twilio words it."""
    return RefusedError(status, error_body(status, code, message))


def error_body(status: int, code: int, message: str = "") -> dict[str, Any]:
    """Returns the body of an error."""
    more = f"https://www.twilio.com/docs/errors/{code}"
    return {"code": code, "message": message, "more_info": more, "status": status}
