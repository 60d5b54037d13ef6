"""The list of requests, one request, and what staff do with it."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import (
    Blueprint,
    Response,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from werkzeug.wrappers import Response as Answer

from assistant.screening.summary_page import page_policy
from clinic import audit, export, listing, outbox, takeovers
from clinic.inbox import errors, summary, words
from clinic.inbox.visitors import who
from clinic.listing import OPEN, Listed, Query
from clinic.requests import NEW, STATES

blueprint = Blueprint("requests", __name__)

PRINT = "print"
#: Of a page number: more is a mistake, and too much for a database.
_LAST_PAGE = 100_000


@dataclass(frozen=True)
class Asked:
    """What the address of the list asks for: a query and a page, from 1."""

    query: Query
    page: int = 1

    @classmethod
    def read(cls, values: dict[str, str]) -> Asked:
        """Read the parts of an address; what can't be used asks for nothing."""
        state = values.get("state", OPEN)
        page = values.get("page", "")
        number = int(page) if page.isascii() and page.isdecimal() and len(page) < 7 else 1
        state = state if state in ("", OPEN, *STATES) else OPEN
        query = Query(values.get("search", ""), state, values.get("failed") == "1")
        return cls(query, min(max(number, 1), _LAST_PAGE))

    def parts(self, **others: str) -> dict[str, str]:
        """Return the parts of the address of this list, with some others."""
        state = "" if self.query.state == OPEN else self.query.state or "all"
        parts = {"search": self.query.search, "state": state, "failed": "1" if self.query.failed else ""}
        return {name: value for name, value in {**parts, **others}.items() if value}

    def place(self) -> dict[str, str]:
        """Return the parts by which a request's page knows the way back to this page of the list."""
        return self.parts(page=str(self.page) if self.page > 1 else "")

    def address(self, **others: str) -> str:
        """Return the address of this list, with some other parts."""
        return f"{url_for('requests.listed')}?{urlencode(self.parts(**others))}".rstrip("?")


def asked() -> Asked:
    """Return what this request asks the list for."""
    return _asked(request.values.to_dict())


def came_from() -> dict[str, Any]:
    """Return from which page of the list staff came, by the address of a request's page.

    These are parts of our own list, each of which is read and written anew: nothing else can be led to.
    """
    return _asked(request.args.to_dict()).place()


def _asked(values: dict[str, str]) -> Asked:
    if values.get("state") == "all":
        values["state"] = ""
    return Asked.read(values)


@blueprint.get("/")
def listed() -> str | Answer:
    """Show the list."""
    about = asked()
    start = (about.page - 1) * listing.PAGE
    found = listing.find(about.query, who(), start=start)
    pages = max(1, -(-found.total // listing.PAGE))
    if about.page > pages:
        return redirect(about.address(page=str(pages)), 303)
    return render_template(
        "list.html",
        asked=about,
        found=found,
        taken=takeovers.taken(),
        pages_count=pages,
        page_address=lambda page: about.address(page=str(page)),
        now=time.time(),
    )


@blueprint.get("/requests/<request_id>")
def shown(request_id: str) -> str:
    """Show one request."""
    return _page(_one(request_id, listing.VIEW))


@blueprint.get("/requests/<request_id>/summary")
def printed(request_id: str) -> Response:
    """Show the summary as a page to print."""
    try:
        page = export.as_page(_one(request_id, PRINT))
    except export.NoSummaryError:
        return errors.page(404, "There is no summary", "No check was begun, or what is stored can't be read.")
    response = make_response(page)
    # It has its own style inside, and allows itself nothing else.
    response.headers["Content-Security-Policy"] = f"{page_policy()}; frame-ancestors 'none'"
    return response


@blueprint.post("/requests/<request_id>/state")
def set_state(request_id: str) -> Answer:
    """Set the state."""
    state = request.form.get("state", "")
    if state not in STATES:
        abort(400)
    if not listing.set_state(request_id, state, who()):
        abort(404)
    flash(f"The request is now {'new' if state == NEW else state.replace('_', ' ')}.")
    return _back(request_id)


@blueprint.post("/requests/<request_id>/note")
def set_note(request_id: str) -> Answer | Response:
    """Set the note."""
    note = request.form.get("note", "")
    try:
        if not listing.set_note(request_id, note, who(), seen=request.form.get("seen", "")):
            abort(404)
    except listing.ChangedMeanwhileError:
        return _again(
            request_id, note, "Somebody else has changed the note meanwhile. Theirs is shown below.", 409
        )
    except ValueError:
        text = f"The note is too long: {listing.LONGEST_NOTE} characters at most. It was not saved."
        return _again(request_id, note, text, 400)
    flash("The note was saved.")
    return _back(request_id)


@blueprint.post("/requests/<request_id>/deliver")
def deliver(request_id: str) -> Answer:
    """Let failed deliveries of it be tried again now; the assistant's process does it, within seconds."""
    _one(request_id, None)
    if outbox.retry(who(), request_id):
        flash("It is tried again now, which takes some seconds. Load this page again to see how it went.")
    else:
        flash("No delivery of this request has failed.")
    return _back(request_id)


@blueprint.post("/requests/<request_id>/take")
def take(request_id: str) -> Answer:
    """Take the conversation over."""
    found = _one(request_id, None)
    if takeovers.take(found.conversation, who()):
        flash("You have taken the conversation over. The assistant is silent in it now.")
    else:
        flash("Somebody has taken the conversation over already.")
    return _back(request_id)


@blueprint.post("/requests/<request_id>/give-back")
def give_back(request_id: str) -> Answer:
    """Give the conversation back to the assistant."""
    takeovers.give_back(_one(request_id, None).conversation, who())
    flash("The assistant answers in the conversation again.")
    return _back(request_id)


def _one(request_id: str, action: str | None) -> Listed:
    found = listing.one(request_id, who(), action)
    if found is None:
        abort(404)
    return found


def _back(request_id: str) -> Answer:
    return redirect(url_for("requests.shown", request_id=request_id, **came_from()), 303)


def _page(found: Listed, draft: str | None = None, problem: str = "") -> str:
    try:
        has_check = export.record_of(found) is not None
        check = export.made(found, summary.shown) if has_check else None
    except export.NoSummaryError:
        has_check, check = True, None
    taken = takeovers.taken().get(found.conversation)
    return render_template(
        "request.html",
        one=found,
        has_check=has_check,
        check=check,
        taken=taken,
        draft=draft,
        problem=problem,
        longest=listing.LONGEST_NOTE,
        others=listing.others(found),
        place=came_from(),
        history=audit.about(found.id, words.CHANGES),
        now=time.time(),
    )


def _again(request_id: str, draft: str, problem: str, status: int) -> Response:
    """Show the request with a note that could not be saved, so that it is not lost."""
    return make_response(_page(_one(request_id, listing.VIEW), draft, problem), status)
