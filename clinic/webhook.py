"""Posts a request to an address of the clinic, signed so that the receiver knows who sent it."""

from __future__ import annotations

import hashlib
import hmac
import http.client
import json
import ssl
import time
from collections.abc import Callable
from urllib.parse import urlsplit

from clinic.letter import as_json
from clinic.requests import Request
from clinic.settings import Webhook

#: Seconds for each step of the talk with the receiver.
TIMEOUT = 15
ID, TIMESTAMP, SIGNATURE = "Stria-Request-Id", "Stria-Timestamp", "Stria-Signature"


class RefusedError(Exception):
    """The receiver did not take it; `status` is what it said."""

    def __init__(self, status: int) -> None:
        """Keep the status."""
        super().__init__(f"HTTP {status}")
        self.status = status


def send(request: Request, settings: Webhook, look_again: Callable[[], None] = lambda: None) -> None:
    """Post the request. A redirect is not followed: the address is what the clinic has set.

    Args:
        request: what to tell.
        settings: of the receiver.
        look_again: called when all is ready to send; what it raises keeps the request here.

    Raises:
        RefusedError: The answer was none of 200 to 299.
        OSError, http.client.HTTPException: There was no answer.
    """
    body = json.dumps(as_json(request), ensure_ascii=False).encode("utf-8", "replace")
    parts = urlsplit(settings.url)
    host = parts.hostname or ""
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection: http.client.HTTPConnection = http.client.HTTPSConnection(
            host, parts.port, timeout=TIMEOUT, context=context
        )
    else:
        connection = http.client.HTTPConnection(host, parts.port, timeout=TIMEOUT)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.connect()
        look_again()
        connection.request("POST", path, body, headers(request, body, settings.secret))
        status = connection.getresponse().status
    finally:
        connection.close()
    if not 200 <= status < 300:
        raise RefusedError(status)


def headers(request: Request, body: bytes, secret: str, now: float | None = None) -> dict[str, str]:
    """Return the headers: the id for a receiver that gets it twice, the time, and the signature."""
    at = str(int(time.time() if now is None else now))
    return {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": "Stria",
        ID: request.id,
        TIMESTAMP: at,
        SIGNATURE: f"v1={sign(secret, at, body)}",
    }


def sign(secret: str, timestamp: str, body: bytes) -> str:
    """Return the HMAC-SHA256, in hex, over the timestamp, a dot and the body."""
    return hmac.new(secret.encode(), timestamp.encode() + b"." + body, hashlib.sha256).hexdigest()
