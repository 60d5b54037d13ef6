"""Pages for what went wrong: kind, and without anything of the inside or of a patient."""

from __future__ import annotations

import logging
from typing import Any

from flask import Flask, Response, make_response, render_template
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException

from assistant import logs
from assistant.datafiles import DataFileError
from clinic.database import ClinicDatabaseError
from clinic.inbox import words

logger = logging.getLogger(__name__)

#: Seconds after which to try again, when the database is down.
_AGAIN = "10"


def install(app: Flask) -> None:
    """Let `app` answer with these pages."""
    # Flask's own stubs want a handler for each kind to take that kind alone.
    handlers: dict[type[Exception], Any] = {
        CSRFError: _stale,
        HTTPException: _refused,
        ClinicDatabaseError: _database,
        Exception: _failed,
    }
    for kind, handler in handlers.items():
        app.register_error_handler(kind, handler)


def page(status: int, title: str = "", text: str = "") -> Response:
    """Return the page for a status, with words of its own when there are some."""
    known = words.ERRORS.get(status, words.ERRORS[500 if status >= 500 else 400])
    shown = render_template("error.html", title=title or known[0], text=text or known[1], status=status)
    return make_response(shown, status)


def _stale(_error: CSRFError) -> Response:
    return page(400, *words.STALE)


def _refused(error: HTTPException) -> Any:
    if error.response is not None or error.code is None or error.code < 400:
        # A redirection, or an answer that is made already.
        return error.get_response()
    made = page(error.code)
    for name, value in error.get_headers():
        if name == "Allow":
            made.headers[name] = value
    return made


def _database(error: ClinicDatabaseError) -> Response:
    # The message is the kind of the error alone.
    logger.error("inbox: the database can't be used (%s)", error)
    made = page(503)
    made.headers["Retry-After"] = _AGAIN
    return made


def _failed(error: Exception) -> Response:
    if isinstance(error, DataFileError):
        logger.error("inbox: a content file can't be used; make check names it")
    else:
        # Kinds and places only: the message of an exception may hold what a patient typed.
        logger.error("inbox: a page failed\n%s", logs.places(error))
    return page(500)
