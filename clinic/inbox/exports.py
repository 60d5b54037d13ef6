"""Files to take away: one request, or all that a query finds."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timezone

from flask import Blueprint, Response, abort, make_response, request

from assistant.screening.fhir import to_json
from clinic import export, listing
from clinic.inbox import errors
from clinic.inbox.requests import asked
from clinic.inbox.visitors import who
from clinic.listing import Listed

blueprint = Blueprint("exports", __name__)

#: Kind and ending of each form.
KINDS = {
    "csv": ("text/csv; charset=utf-8", "csv"),
    "fhir": ("application/fhir+json; charset=utf-8", "json"),
    "text": ("text/plain; charset=utf-8", "txt"),
}
#: So many requests at once: more would hold others up.
MOST = 1000


@blueprint.post("/requests/<request_id>/export")
def one(request_id: str) -> Response:
    """Hand one request out."""
    form = _form("csv", "fhir", "text")
    found = listing.one(request_id, who(), None)
    if found is None:
        abort(404)
    return _file(form, [found], f"request-{found.number}", single=True)


@blueprint.post("/export")
def many() -> Response:
    """Hand out all that the query of the list finds."""
    form = _form("csv", "fhir")
    found = listing.find(asked().query, who(), most=MOST)
    if found.total > MOST:
        text = (
            f"{found.total} requests were found, and {MOST} can be exported at once. Search or filter first."
        )
        return errors.page(400, "Those are too many", text)
    return _file(form, found.requests, "requests", single=False)


def _form(*allowed: str) -> str:
    form = request.form.get("form", "")
    if form not in allowed:
        abort(400)
    return form


def _file(form: str, found: Sequence[Listed], name: str, *, single: bool) -> Response:
    try:
        content = _content(form, found, single=single)
    except export.NoSummaryError as error:
        return errors.page(409, "It can't be exported", f"{error}.")
    # Kept first: nothing leaves without it.
    listing.exported(found, who(), form)
    kind, ending = KINDS[form]
    response = make_response(content)
    response.headers["Content-Type"] = kind
    day = f"{datetime.now(timezone.utc):%Y-%m-%d}"
    safe = "".join(c for c in name if c.isascii() and (c.isalnum() or c == "-"))
    response.headers["Content-Disposition"] = f'attachment; filename="{safe}-{day}.{ending}"'
    return response


def _content(form: str, found: Sequence[Listed], *, single: bool) -> str:
    if form == "csv":
        return export.as_csv(found)
    if form == "text":
        return "\n".join(export.as_text(one) for one in found)
    return to_json(export.as_response(found[0]) if single else export.as_bundle(found))
