"""Logging in and out."""

from __future__ import annotations

from flask import Blueprint, Response, abort, g, make_response, redirect, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response as Answer

from clinic import audit, staff
from clinic.database import transaction
from clinic.inbox import visitors, words
from clinic.inbox.guard import forget_session, safe_target

blueprint = Blueprint("login", __name__)

#: In the audit; who tries a name that is not there could have typed a password into its field.
LOG_IN, FAILED, UNKNOWN = "log_in", "log_in_failed", "unknown"


@blueprint.route("/login", methods=["GET", "POST"])
def page() -> Answer | Response:
    """Show the form, or look at what it sent."""
    if visitors.settings().sso_header:
        abort(404)
    target = request.values.get("next", "")
    if current_user.is_authenticated:
        return redirect(safe_target(target), 303)
    if request.method != "POST":
        return _form(target, words.SESSION_ENDED if g.get("session_ended") else "", 200)
    name = request.form.get("name", "")
    found, tried = staff.checked(name, request.form.get("password", ""))
    with transaction() as connection:
        action = LOG_IN if found else FAILED
        audit.record(connection, tried or UNKNOWN, action, visitors.client_address())
    if found is None:
        return _form(target, words.WRONG_LOGIN, 401, name)
    visitors.begin(found)
    return redirect(safe_target(target), 303)


@blueprint.post("/logout")
def out() -> Answer:
    """End all sessions of this member of staff, on every device."""
    if visitors.settings().sso_header:
        abort(404)
    staff.end_sessions(visitors.who())
    forget_session()
    return redirect(url_for("login.page"), 303)


def _form(target: str, message: str, status: int, name: str = "") -> Response:
    shown = render_template("login.html", target=target, message=message, failed=status >= 400, name=name)
    return make_response(shown, status)
