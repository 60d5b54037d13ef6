"""What staff and commands did, for everybody who may log in."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from clinic import audit
from clinic.inbox import words
from clinic.requests import NUMBER

blueprint = Blueprint("trail", __name__)

PAGE = 100


@blueprint.get("/audit")
def listed() -> str:
    """Show it, the latest first."""
    who, action = request.args.get("who", "").strip()[:64], request.args.get("action", "")
    action = action if action in words.AUDIT else ""
    text = request.args.get("page", "")
    page = int(text) if text.isascii() and text.isdecimal() and 0 < len(text) < 7 else 1
    page = max(page, 1)
    named = "".join(c for c in who if c.isprintable())
    entries, total = audit.find(named, action, start=(page - 1) * PAGE, most=PAGE)
    pages = max(1, -(-total // PAGE))
    return render_template(
        "audit.html",
        entries=entries,
        total=total,
        page=page,
        pages_count=pages,
        page_address=lambda other: url_for("trail.listed", who=named, action=action, page=other),
        who=named,
        action=action,
        number=NUMBER,
    )
