"""What stands in front of every page: the right name, limits, the login, forms of our own, headers."""

from __future__ import annotations

import hashlib
import time
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, redirect, request, session, url_for
from flask_limiter import Limiter
from flask_login import current_user
from flask_wtf import CSRFProtect
from werkzeug.exceptions import HTTPException
from werkzeug.wrappers import Response as Answer

from clinic.inbox.settings import InboxSettings
from clinic.inbox.visitors import client_address, note_use, settings

#: All that can be reached without a login.
LOGIN, STATIC, HEALTH = "login.page", "static", ("health.alive", "health.ready")
PUBLIC = (LOGIN, STATIC, *HEALTH)
#: For each address, for tries to log in of an address, and of a name.
RATE, RATE_ADDRESS, RATE_NAME = "300/minute", "10/minute;60/hour", "5/minute;20/hour"

POLICY = (
    "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # Flask-WTF looks at it when the page came by TLS.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}
_YEAR = 31_536_000


def cookie_settings(known: InboxSettings) -> dict[str, Any]:
    """Return how Flask keeps the cookie of the session."""
    return {
        # With this name browsers take it by TLS only, and from no other host of the domain.
        "SESSION_COOKIE_NAME": "__Host-stria_inbox" if known.https else "stria_inbox",
        "SESSION_COOKIE_SECURE": known.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_PATH": "/",
        # How old a signature may be; the limits of a session are in visitors.py.
        "PERMANENT_SESSION_LIFETIME": known.most_seconds,
        # The token of forms lives as long as the session.
        "WTF_CSRF_TIME_LIMIT": None,
    }


def install(app: Flask, known: InboxSettings) -> None:
    """Put everything in front of the pages of `app`, which has them all already. The order counts."""
    app.before_request(_only_our_name)
    _limit(app, known)
    app.before_request(_only_after_login)
    CSRFProtect(app)
    app.after_request(_with_headers)


def safe_target(target: str) -> str:
    """Return where to go after the login: a page of ours, else the first one."""
    parts = urlsplit(target)
    ours = target.startswith("/") and not target.startswith(("//", "/\\")) and target.isprintable()
    return target if ours and not parts.scheme and not parts.netloc else url_for("requests.listed")


def _limit(app: Flask, known: InboxSettings) -> None:
    limiter = Limiter(
        client_address,
        app=app,
        application_limits=[RATE],
        storage_uri=known.rate_store,
        # A Redis that fails locks nobody out, and lets nobody guess.
        in_memory_fallback_enabled=True,
    )
    for name in (STATIC, *HEALTH):
        limiter.exempt(app.view_functions[name])
    view: Any = app.view_functions[LOGIN]
    for rate, key in ((RATE_ADDRESS, client_address), (RATE_NAME, _login_name)):
        view = limiter.limit(rate, key_func=key, methods=["POST"])(view)
    app.view_functions[LOGIN] = view
    app.extensions["stria_limiter"] = limiter


def _login_name() -> str:
    """Return what tries of a name are counted by; the store of the counts learns no name."""
    try:
        name = request.form.get("name", "").strip().lower()
    except HTTPException:
        # Too long, which the page itself will say.
        name = ""
    return hashlib.sha256(name.encode("utf-8", "replace")).hexdigest()


def _only_our_name() -> None:
    # Probes of a cluster call a server by its address.
    if request.endpoint not in HEALTH and not settings().knows_host(request.host):
        abort(421)


def _only_after_login() -> Answer | None:
    if request.endpoint in PUBLIC:
        return None
    if current_user.is_authenticated:
        note_use()
        return None
    if settings().sso_header:
        abort(403)
    if request.method not in ("GET", "HEAD"):
        abort(401)
    target = request.full_path.rstrip("?") if request.endpoint else ""
    return redirect(url_for(LOGIN, next=None if target in ("", "/") else target), 303)


def _with_headers(response: Response) -> Response:
    if request.endpoint != STATIC or response.status_code >= 400:
        response.headers["Cache-Control"] = "no-store"
    response.headers.setdefault("Content-Security-Policy", POLICY)
    response.headers.extend(_HEADERS)
    if response.status_code == 429:
        response.headers["Retry-After"] = str(_seconds_to_wait())
    if settings().https:
        response.headers["Strict-Transport-Security"] = f"max-age={_YEAR}"
    return response


def _seconds_to_wait() -> int:
    limit = current_app.extensions["stria_limiter"].current_limit
    return max(1, int(limit.reset_at - time.time())) if limit else 60


def forget_session() -> None:
    """Take everything out of the browser's session."""
    session.clear()
