"""Sessions: a signed token in a cookie, or in the page's own storage where cookies are blocked.

Only the server can make a token, and nobody can guess the random id in it. The conversation's name
is a hash of that id, so whoever reads the tracker store can't speak for the patient.
"""

from __future__ import annotations

import hashlib
import secrets
import time
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from http.cookies import CookieError, SimpleCookie
from typing import Any

import jwt
from sanic.request import Request

from rasa_ext.channels.base import ChannelError

COOKIE = "stria_session"
PATH = "/webhooks/web"
_AUDIENCE = "stria-web"
_ALGORITHM = "HS256"


@dataclass(frozen=True)
class Session:
    """One visitor. `stored` tells that the page keeps the token, not a cookie."""

    id: str
    consent: str
    consented: int
    issued: int
    expires: int
    stored: bool = False

    @property
    def sender(self) -> str:
        """The name of the conversation in the tracker."""
        return f"web:{hashlib.sha256(self.id.encode()).hexdigest()}"

    @property
    def expires_in(self) -> int:
        """The seconds that are left."""
        return max(0, self.expires - int(time.time()))

    @property
    def consent_record(self) -> dict[str, Any]:
        """What goes into the tracker about the consent."""
        when = datetime.fromtimestamp(self.consented, timezone.utc).isoformat(timespec="seconds")
        return {"consent": {"version": self.consent, "time": when}}


class Sessions:
    """Makes, reads and ends sessions."""

    def __init__(self, secret: str, seconds: int):
        """Sign with `secret`; a session ends when it was not used for so many seconds."""
        self._secret, self._seconds = secret, seconds
        self._ended: dict[str, int] = {}

    def new(self, consent: str, *, stored: bool, known: Session | None = None) -> Session:
        """Return a new session, or `known` with the new consent: nobody loses a conversation by it."""
        now = int(time.time())
        fresh = known.id if known else secrets.token_urlsafe(32)
        return Session(fresh, consent, now, now, now + self._seconds, stored)

    def renewed(self, session: Session) -> Session | None:
        """Return the session with its full time when more than half is over, else None."""
        if session.expires_in * 2 > self._seconds:
            return None
        now = int(time.time())
        return replace(session, issued=now, expires=now + self._seconds)

    def token(self, session: Session) -> str:
        """Return the signed token."""
        claims = {
            "aud": _AUDIENCE,
            "sid": session.id,
            "iat": session.issued,
            "exp": session.expires,
            "consent": session.consent,
            "consented": session.consented,
        }
        return jwt.encode(claims, self._secret, algorithm=_ALGORITHM)

    def cookie(self, session: Session, *, https: bool) -> str:
        """Return the cookie that keeps a session."""
        return _cookie(self.token(session), session.expires_in, https=https)

    def find(self, request: Request) -> Session | None:
        """Return the session of a request; None when it has none, or one that is not valid."""
        authorization = request.headers.get("authorization") or ""
        kind, _, token = authorization.partition(" ")
        stored = kind.lower() == "bearer"
        if not stored:
            token = _read_cookie(request)
        session = self._read(token.strip(), stored) if token else None
        return None if session is None or self._has_ended(session) else session

    def need(self, request: Request) -> Session:
        """Return the session of a request.

        Raises:
            ChannelError: 401 when there is none; it does not tell why.
        """
        session = self.find(request)
        if session is None:
            raise ChannelError(401, "no_session", "This chat has expired. Please start a new one.")
        return session

    def end(self, session: Session) -> None:
        """Refuse the session from now on. Kept in memory: nothing is behind its token any more."""
        now = int(time.time())
        # Renewed tokens of the same session may run longer than this one.
        self._ended[session.sender] = now + self._seconds
        for sender in [s for s, end in self._ended.items() if end < now]:
            del self._ended[sender]

    def take_back_end(self, session: Session) -> None:
        """Accept the session again: what is behind it could not be erased."""
        self._ended.pop(session.sender, None)

    def _has_ended(self, session: Session) -> bool:
        return self._ended.get(session.sender, 0) > time.time()

    def _read(self, token: str, stored: bool) -> Session | None:
        try:
            c = jwt.decode(
                token,
                self._secret,
                algorithms=[_ALGORITHM],
                audience=_AUDIENCE,
                options={
                    "require": ["aud", "sid", "iat", "exp", "consent", "consented"],
                    # Another server's clock may be ahead of ours, or ours was set back.
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, ValueError):
            return None
        return Session(c["sid"], c["consent"], c["consented"], c["iat"], c["exp"], stored)


def ended_cookie(*, https: bool) -> str:
    """Return the cookie that takes the session out of the browser."""
    return _cookie("", 0, https=https)


def _cookie(value: str, seconds: int, *, https: bool) -> str:
    # A frame on another site gets it only with SameSite=None, Partitioned keeps it to that site.
    site = "Secure; SameSite=None; Partitioned" if https else "SameSite=Lax"
    return f"{COOKIE}={value}; Path={PATH}; Max-Age={seconds}; HttpOnly; {site}"


def _read_cookie(request: Request) -> str:
    try:
        cookies: SimpleCookie = SimpleCookie(request.headers.get("cookie") or "")
    except CookieError:
        return ""
    return cookies[COOKIE].value if COOKIE in cookies else ""
