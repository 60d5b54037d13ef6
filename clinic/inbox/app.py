"""Makes the inbox: its pages, and what stands in front of them."""

from __future__ import annotations

import importlib.util
from datetime import datetime, timezone
from importlib import import_module

from flask import Flask
from jinja2 import StrictUndefined

from clinic.inbox import (
    conversations,
    errors,
    exports,
    guard,
    health,
    login,
    requests,
    trail,
    visitors,
    words,
)
from clinic.inbox.settings import InboxSettings

#: Pages that are there when what they show is there: module of the page (with `blueprint`, and `MENU` for
#: its entry) -> module that it needs.
OPTIONAL = {"clinic.inbox.questions": "clinic.insights"}
#: Bytes of a form: a note, and some room.
LARGEST = 64 * 1024
#: Entries of the menu: endpoint, title.
MENU = [
    ("requests.listed", "Requests"),
    ("conversations.taken", "Taken over"),
    ("trail.listed", "Audit log"),
]


def create_app(settings: InboxSettings) -> Flask:
    """Return the inbox as a WSGI application."""
    app = Flask(__name__)
    app.config.update(guard.cookie_settings(settings), SECRET_KEY=settings.secret)
    app.config.update(MAX_CONTENT_LENGTH=LARGEST, PROPAGATE_EXCEPTIONS=False)
    app.extensions["stria_inbox"] = settings
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.filters |= {"moment": lambda at: _moment(at, settings), "iso": _iso}
    menu = [*MENU]
    for module in (health, login, requests, exports, conversations, trail):
        app.register_blueprint(module.blueprint)
    for name, needed in OPTIONAL.items():
        if _is_there(needed):
            page = import_module(name)
            app.register_blueprint(page.blueprint)
            menu.insert(-1, page.MENU)
    app.jinja_env.globals |= {"words": words, "menu": menu, "settings": settings}
    visitors.install(app)
    guard.install(app, settings)
    errors.install(app)
    return app


def _is_there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None


def _moment(at: float, settings: InboxSettings) -> str:
    """Return a time as people read it, in the clinic's zone."""
    moment = datetime.fromtimestamp(at, settings.zone)
    return f"{moment.day} {moment:%b %Y, %H:%M}"


def _iso(at: float) -> str:
    return datetime.fromtimestamp(at, timezone.utc).isoformat(timespec="seconds")
