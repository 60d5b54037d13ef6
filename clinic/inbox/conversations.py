"""Conversations that somebody has taken over."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from clinic import listing, takeovers
from clinic.inbox.visitors import who

blueprint = Blueprint("conversations", __name__)


@blueprint.get("/taken")
def taken() -> str:
    """Show them, each by the name under which the audit knows it: its own can be a phone number."""
    taken_over = takeovers.taken()
    requests = listing.latest_of(taken_over, who())
    found = [(takeovers.audit_id(name), one, requests.get(name)) for name, one in taken_over.items()]
    return render_template("taken.html", found=found)


@blueprint.post("/taken/give-back")
def give_back() -> Answer:
    """Give one back to the assistant."""
    asked = request.form.get("conversation", "")
    named = [name for name in takeovers.taken() if takeovers.audit_id(name) == asked]
    if not named:
        abort(404)
    takeovers.give_back(named[0], who())
    flash("The assistant answers in the conversation again.")
    return redirect(url_for("conversations.taken"), 303)
