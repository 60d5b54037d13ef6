"""What patients ask: the weekly figures, and questions without an answer in groups."""

from __future__ import annotations

import threading
import time

from flask import Blueprint, render_template, request

from clinic import database
from clinic.insights import groups, report, sheets
from clinic.insights.groups import Ranked

blueprint = Blueprint("questions", __name__)
MENU = ("questions.listed", "What patients ask")

#: What can be chosen, in weeks.
WEEKS = (1, 4, 8, 26, 52)
#: Seconds for which groups are kept: to find them anew takes seconds, and they change slowly.
KEPT = 300.0
_found: dict[tuple[str, int], tuple[float, Ranked]] = {}
_one_at_a_time = threading.Lock()


@blueprint.get("/questions")
def listed() -> str:
    """Show them."""
    asked = request.args.get("weeks", "")
    weeks = next((w for w in WEEKS if str(w) == asked), report.WEEKS)
    figures = report.weekly(weeks)
    found = _groups(weeks)
    return render_template(
        "questions.html",
        weeks=weeks,
        choices=WEEKS,
        first=figures.first,
        sheets=[*sheets.figures_sheets(figures), sheets.group_sheet(found)],
        groups=[(g.number, g.label, lines) for g in found.groups if (lines := sheets.group_lines(g))],
    )


def _groups(weeks: int) -> Ranked:
    key = database.url(), weeks
    with _one_at_a_time:
        at, found = _found.get(key, (0.0, None))
        if found is None or not 0 <= time.monotonic() - at < KEPT:
            found = groups.ranked(weeks)
            _found[key] = (time.monotonic(), found)
        return found
