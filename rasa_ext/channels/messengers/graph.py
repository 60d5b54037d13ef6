"""What Meta's platforms share: the app and its signed webhooks, the verification request, and the errors of the Graph API.

Sources, on developers.facebook.com: docs/messenger-platform/webhooks (verification, validation),
docs/graph-api/guides/error-handling, docs/graph-api/overview/rate-limiting, and
documentation/business-messaging/messenger-platform/error-codes (of March 2026).
"""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import NamedTuple

from sanic.request import Request
from sanic.response import HTTPResponse, text

from rasa_ext.channels.messengers.base import MessengerInput, forbidden
from rasa_ext.channels.messengers.client import Answer, Client, retry_after_header
from rasa_ext.channels.messengers.reading import at, items_at
from rasa_ext.channels.settings import Settings

#: The version of the Graph API when none is set.
VERSION = "v25.0"
#: Of the raw body. X-Hub-Signature, with SHA-1, is the old one and counts for nothing.
SIGNATURE_HEADER = "x-hub-signature-256"
USAGE_HEADER = "X-Business-Use-Case-Usage"
#: hub.challenge: "An int you must pass back to us".
_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{1,256}")

#: "Too many calls": of the app (4), a user (17), a Page (32), custom (613), and by business use case:
#: Pages (80001), Instagram (80002), Messenger (80006), WhatsApp (80007). They come with HTTP 400 or 403,
#: not with 429. WhatsApp: the throughput of the number (130429), too many to one person (131056).
TOO_OFTEN = frozenset((4, 17, 32, 613, 80001, 80002, 80006, 80007, 130429, 131056))
#: "Service temporarily unavailable" and "Temporary send message failure. Please try again later."
PASSING = frozenset((2, 1200))
#: What the owner can do about an error: of a code with a subcode, else of the code.
MEANINGS: Mapping[tuple[int, int], str] = {
    (10, 2018278): "the 24 hours after the person's last message are over",
    (10, 2534022): "the 24 hours after the person's last message are over",
    (10, 0): "the app has no permission for this",
    (100, 0): "the request was not accepted",
    (100, 2018001): "there is no such person for this Page",
    (190, 0): "the access token is wrong or has expired, make a new one",
    (200, 0): "the app has no permission for this",
    (131026, 0): "the person can't get messages of this number",
    (131047, 0): "the 24 hours after the person's last message are over",
    (551, 0): "the person can't be reached, for example because they blocked the Page",
}


def verify_signature(request: Request, app_secret: bytes) -> None:
    """Make sure that Meta signed the body. Raises `forbidden()`."""
    given = request.headers.get(SIGNATURE_HEADER) or ""
    right = "sha256=" + hmac.new(app_secret, request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(given.encode("utf-8", "replace"), right.encode()):
        raise forbidden()


def answer_challenge(request: Request, verify_token: bytes) -> HTTPResponse:
    """Answer the GET by which Meta makes sure that the address is ours. Raises `forbidden()`."""
    given = str(request.args.get("hub.verify_token") or "")
    known = hmac.compare_digest(given.encode("utf-8", "replace"), verify_token)
    challenge = str(request.args.get("hub.challenge") or "")
    if not known or request.args.get("hub.mode") != "subscribe" or not _CHALLENGE.fullmatch(challenge):
        raise forbidden()
    return text(challenge, headers={"X-Content-Type-Options": "nosniff"})


def secret_proof(token: str, app_secret: bytes) -> str:
    """Return the `appsecret_proof` of a token: docs/graph-api/guides/secure-requests."""
    return hmac.new(app_secret, token.encode(), hashlib.sha256).hexdigest()


def retry_after(answer: Answer) -> float | None:
    """Return the seconds that an answer asks to wait: its Retry-After, else what the usage header says.

    `estimated_time_to_regain_access` is in minutes.
    """
    asked = retry_after_header(answer)
    if asked is not None or not is_too_often(answer):
        return asked
    try:
        usage = json.loads((answer.headers or {}).get(USAGE_HEADER, ""))
    except (ValueError, RecursionError):
        return None
    named = usage if isinstance(usage, dict) else {}
    found = [at(one, "estimated_time_to_regain_access") for name in named for one in items_at(named, name)]
    minutes = max((m for m in found if isinstance(m, int) and not isinstance(m, bool)), default=0)
    return minutes * 60.0 if minutes > 0 else None


def is_too_often(answer: Answer) -> bool:
    """Tell whether a rate limit was reached."""
    return answer.status == 429 or _number(answer, "code") in TOO_OFTEN


class GraphClient(Client):
    """Calls the Graph API, which tells by codes in the body what may be tried again, and what is wrong."""

    def __init__(
        self, base: str, token: str, retry_after: Callable[[Answer], float | None] = retry_after
    ) -> None:
        """Keep where it calls, `base` with the version, and the access token."""
        super().__init__(base, headers={"Authorization": f"Bearer {token}"}, retry_after=retry_after)

    def _told(self, why: str, answer: Answer | None) -> str:
        """Add numbers of Meta's, and words of ours."""
        code = _number(answer, "code") if answer else 0
        if not answer or not code:
            return why
        subcode = _number(answer, "error_subcode")
        limited = "too many calls" if code in TOO_OFTEN else ""
        meaning = MEANINGS.get((code, subcode)) or MEANINGS.get((code, 0)) or limited
        number = f"{code}/{subcode}" if subcode else str(code)
        return f"{why}, error {number}" + (f": {meaning}" if meaning else "")

    def _wait(self, attempt: int, answer: Answer | None) -> float | None:
        if answer and answer.status < 500 and _may_pass(answer):
            answer = replace(answer, status=429)
        return super()._wait(attempt, answer)


class App(NamedTuple):
    """The settings of a Meta app; `api_base` includes the version of the Graph API."""

    token: str
    secret: str
    verify_token: str
    api_base: str

    @classmethod
    def read(cls, settings: Settings, api_base: str, token: str) -> App:
        """Return them; `token` says what the access token looks like. Raises SettingError."""
        version = settings.text("version", VERSION, r"v\d{1,3}\.\d", VERSION)
        return cls(
            settings.secret("token", r"[A-Za-z0-9_|.-]{20,1000}", token),
            settings.secret("app_secret", r"[0-9a-f]{32}", "32 digits and letters from a to f"),
            settings.secret("verify_token", r"[A-Za-z0-9_-]{16,256}", "16 to 256 letters, digits, _ or -"),
            f"{api_base.rstrip('/')}/{version}",
        )


class GraphInput(MessengerInput):
    """A channel of a Meta app, which signs its webhooks with the app secret."""

    API = "https://graph.facebook.com"

    def __init__(self, client: GraphClient, app_secret: str, verify_token: str) -> None:
        """Keep the secrets."""
        super().__init__(client)
        self._app_secret, self._verify_token = app_secret.encode(), verify_token.encode()

    def verify(self, request: Request) -> None:
        """Check X-Hub-Signature-256, made with the app secret."""
        verify_signature(request, self._app_secret)

    def challenge(self, request: Request) -> HTTPResponse:
        """Answer Meta's verification request."""
        return answer_challenge(request, self._verify_token)


def _may_pass(answer: Answer) -> bool:
    code = _number(answer, "code")
    return code in TOO_OFTEN | PASSING or at(answer.body, "error", "is_transient") is True


def _number(answer: Answer, name: str) -> int:
    found = at(answer.body, "error", name)
    return found if isinstance(found, int) and not isinstance(found, bool) else 0
