"""Who asks: the address of a request, and the member of staff, by session or by a proxy's header."""

from __future__ import annotations

import ipaddress
import time
from typing import Any

from flask import Flask, Request, current_app, g, request, session
from flask_login import LoginManager, current_user, login_user

from clinic import staff
from clinic.inbox.settings import InboxSettings

#: What a session holds, besides what Flask-Login and the protection of forms put there.
BEGAN, SEEN = "began", "seen"
#: Seconds after which the last use is noted again: not with each request.
_NOTE_AGAIN = 30


class User:
    """Who has logged in, as Flask-Login knows users."""

    is_authenticated, is_active, is_anonymous = True, True, False

    def __init__(self, name: str):
        """Has the name under which everything is kept that the user does."""
        self.name = name

    def get_id(self) -> str:
        """Return what the session holds."""
        return self.name


def settings() -> InboxSettings:
    """Return the settings of the inbox that answers this request."""
    found: InboxSettings = current_app.extensions["stria_inbox"]
    return found


def install(app: Flask) -> None:
    """Let Flask-Login find users as is said here."""
    # Not in every template: what says that the database is down must not ask it who has logged in.
    manager = LoginManager(app, add_context_processor=False)
    app.jinja_env.globals["current_user"] = current_user
    manager.session_protection = None  # sessions have limits of their own, below
    manager.user_loader(_by_session)
    manager.request_loader(_by_header)


def client_address() -> str:
    """Return the address of whoever asks: the last one that no proxy of ours has."""
    peer = request.environ.get("REMOTE_ADDR") or ""
    known = settings()
    told = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    while known.is_ours(peer) and told:
        named = told.pop()
        try:
            peer = str(ipaddress.ip_address(named))
        except ValueError:
            break
    return peer


def begin(member: staff.Member) -> None:
    """Begin a session; what the browser had before is forgotten."""
    session.clear()
    now = time.time()
    # Not before what ended the sessions before: the clock may have been set back.
    session[BEGAN], session[SEEN] = max(now, member.valid_from), now
    login_user(User(member.name))


def note_use() -> None:
    """Keep that the session is in use."""
    now = time.time()
    if SEEN in session and not 0 <= now - session[SEEN] < _NOTE_AGAIN:
        session[SEEN] = now


def _by_session(name: str) -> User | None:
    """Return whose session it is; None when it has ended."""
    known = settings()
    if known.sso_header or not _in_time(known):
        return None
    found = staff.member(name)
    return User(name) if found and session[BEGAN] >= found.valid_from else None


def _in_time(known: InboxSettings) -> bool:
    began, seen, now = session.get(BEGAN), session.get(SEEN), time.time()
    if not isinstance(began, float | int) or not isinstance(seen, float | int):
        return False
    ended = now - seen > known.idle_seconds or now - began > known.most_seconds
    if ended:
        g.session_ended = True
    return not ended


def _by_header(asked: Request) -> User | None:
    """Return whom a proxy of ours names; what anybody else says is ignored."""
    known = settings()
    if not known.sso_header or not known.is_ours(asked.environ.get("REMOTE_ADDR") or ""):
        return None
    try:
        return User(staff.known_name(asked.headers.get(known.sso_header, "")))
    except staff.StaffError:
        return None


def who() -> str:
    """Return the name of the member of staff who asks."""
    user: Any = current_user
    return str(user.name)
