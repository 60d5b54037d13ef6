"""What Meta's platforms share: one app with its secrets, and webhooks that are signed with them, or forged."""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import replace

from tests.transports.base import Webhook

APP_SECRET = "0123456789abcdef0123456789abcdef"
VERIFY_TOKEN = "a-verify-token-of-the-tests"


def signature(body: bytes, secret: str = APP_SECRET) -> str:
    """Returns the value of X-Hub-Signature-256."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def headers(signed: str | None) -> dict[str, str]:
    """Returns the headers of Meta's requests."""
    found = {"Content-Type": "application/json", "User-Agent": "facebookexternalua"}
    return found if signed is None else {**found, "X-Hub-Signature-256": signed}


def forged(webhook: Webhook) -> list[Webhook]:
    """Returns a webhook unsigned, wrongly signed, with the old signature only, and changed after signing."""
    right = signature(webhook.body)
    digest = right.removeprefix("sha256=")
    old = hmac.new(APP_SECRET.encode(), webhook.body, hashlib.sha1).hexdigest()
    wrong = (
        None,
        "",
        "sha256=",
        digest,
        right[:-1],
        right + "0",
        right.upper(),
        f"sha1={digest}",
        f"md5={digest}",
        signature(webhook.body, "another secret"),
        signature(webhook.body, ""),
        signature(b""),
        f"sha1={old}",
        "ümläut",
    )
    found = [replace(webhook, headers=headers(value)) for value in wrong]
    found.append(replace(webhook, headers={**headers(None), "X-Hub-Signature": f"sha1={old}"}))
    found.append(replace(webhook, headers={**headers(None), "X-Hub-Signature": right}))
    found.append(replace(webhook, body=webhook.body + b" "))
    return found
