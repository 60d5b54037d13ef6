"""The weekly figures, as data, as text, as a page and as a picture."""

from __future__ import annotations

import datetime
import re
from dataclasses import replace

import pytest
import sqlalchemy as sa

from clinic import tables
from clinic.database import transaction
from clinic.insights import store
from clinic.insights.groups import Group, Ranked
from clinic.insights.page import page
from clinic.insights.report import DropOff, Weekly, added, weekly
from clinic.insights.sheets import Sheet, as_text, figures_sheets, group_sheet

TODAY = datetime.date(2026, 11, 29)
COUNTS = {
    ("2026-11-29", store.CONVERSATIONS, "web"): 3,
    ("2026-11-29", store.MESSAGES, "web"): 9,
    ("2026-11-23", store.MESSAGES, "rest"): 1,
    ("2026-11-22", store.MESSAGES, "web"): 4,
    ("2026-11-29", store.ANSWERS, "answered"): 5,
    ("2026-11-29", store.ANSWERS, "unclear"): 2,
    ("2026-11-29", store.REFUSALS, "price"): 2,
    ("2026-11-29", store.REFUSALS, "other"): 1,
    ("2026-11-29", store.EMERGENCIES, "self_harm"): 1,
    ("2026-11-29", store.BEGUN, "web"): 4,
    ("2026-11-29", store.FINISHED, "contraindicated"): 1,
    ("2026-11-29", store.ASKED, "cardiovascular"): 4,
    ("2026-11-29", store.ANSWERED, "cardiovascular"): 1,
    ("2026-11-29", store.LEFT, "cardiovascular/stopped"): 1,
    ("2026-11-29", store.LEFT, "none/other"): 1,
}
GROUPS = Ranked(
    (
        Group(1, "may i bring <b>my dog</b>", 5, 4.5, "2026-11-01", "2026-11-29", "", {}, ("may i bring <b>my dog</b>", "dogs?")),
        Group(2, "how much is it", 3, 2.0, "2026-11-01", "2026-11-02", "price"),
    ),
    few=4,
    total=12,
    left_out=2,
)  # fmt: skip


@pytest.fixture
def figures() -> Weekly:
    """Two weeks."""
    return added(["2026-11-16", "2026-11-23"], COUNTS)


def test_weeks(figures: Weekly) -> None:
    """A week begins on Monday; all of them together are there as well."""
    old, new = figures.weeks
    assert (old.monday, new.monday) == ("2026-11-16", "2026-11-23")
    assert dict(old.figures.messages) == {"web": 4}
    assert dict(new.figures.messages) == {"web": 9, "rest": 1}
    assert figures.total.messages.total() == 14
    assert figures.total.answers["answered"] == 5
    assert figures.first == "2026-11-16"


def test_what_is_not_known_is_left_out() -> None:
    """Other weeks, other names, and days that are none."""
    counts = {
        ("2026-11-08", "messages", "web"): 1,
        ("x", "messages", "web"): 1,
        ("2026-11-23", "x", "web"): 1,
    }
    assert added(["2026-11-23"], counts) == added(["2026-11-23"], {})


def test_where_the_check_was_left(figures: Weekly) -> None:
    """By item and reason; who said nothing more is what is left over."""
    before, first = figures.total.drop_offs()
    assert before == DropOff("none", 0, 0, {"other": 1}, 0)
    assert first == DropOff("cardiovascular", 4, 1, {"stopped": 1}, 2)


def test_never_less_than_nothing() -> None:
    """Answers to questions that were put last week."""
    odd = added(
        ["2026-11-23"],
        {("2026-11-23", store.ASKED, "herpes"): 1, ("2026-11-23", store.ANSWERED, "herpes"): 3},
    )
    assert [d.silent for d in odd.total.drop_offs()] == [0]


def test_from_the_database() -> None:
    """Counts, and the requests that are stored, week by week without gaps."""
    store.add(COUNTS, ())
    row = {
        "id": "a", "conversation": "web:1", "channel": "web", "locale": "en", "changed": 0.0, "state": "new",
        "consent_version": "1", "consent_at": 0.0, "created": 1_795_950_000.0,
    }  # fmt: skip
    with transaction() as connection:
        connection.execute(sa.insert(tables.requests), row)
    found = weekly(4, TODAY)
    assert [w.monday for w in found.weeks] == ["2026-11-02", "2026-11-09", "2026-11-16", "2026-11-23"]
    assert found.total.messages.total() == 14
    assert dict(found.total.hand_overs) == {"web": 1}
    assert weekly(1, TODAY).total.messages.total() == 10


@pytest.mark.parametrize("weeks", [0, -1, 521])
def test_weeks_that_can_t_be_told(weeks: int) -> None:
    """Are refused with the limits."""
    with pytest.raises(ValueError, match="1 to 520"):
        weekly(weeks, TODAY)


def test_sheets(figures: Weekly) -> None:
    """Plain texts, the same for all surfaces; a table without numbers is left out."""
    sheets = {s.name: s for s in figures_sheets(figures)}
    assert list(sheets) == ["weeks", "channels", "drop_offs", "refusals", "emergencies"]
    assert sheets["refusals"].rows == (("the price", "2"), ("without a topic of its own", "1"))
    assert sheets["weeks"].rows[-1][:3] == ("All", "3", "14")
    assert sheets["channels"].rows == (("rest", "0", "1", "0", "0"), ("web", "3", "13", "4", "0"))
    assert all(len(row) == len(s.head) for s in sheets.values() for row in s.rows)
    assert [s.name for s in figures_sheets(added(["2026-11-23"], {}))] == ["weeks"]


def test_groups_as_a_sheet() -> None:
    """With what is not shown as a number."""
    sheet = group_sheet(GROUPS)
    assert sheet.rows[1] == ("2", "3", "how much is it", "the price", "2026-11-01", "2026-11-02")
    part = replace(GROUPS.groups[1], part=True)
    assert group_sheet(Ranked((part,), 0, 3)).rows[0][3] == "part of: the price"
    assert sheet.note == (
        "4 more questions are in groups smaller than 3, which are not shown. 2 older ones were left out."
    )
    assert group_sheet(Ranked((), 1, 1)).note.startswith("1 more question is in")
    assert group_sheet(Ranked((), 0, 0)).note == "There is none yet."


def test_text() -> None:
    """Columns stand below each other, numbers on the right, lines of a row below it."""
    sheet = Sheet("x", "Title", ("Name", "Number of\nthem"), (("a", "5"), ("longer", "10")), "Note.")
    assert as_text(sheet, [["more"]]).splitlines() == [
        "Title",
        "=====",
        "",
        "        Number",
        "            of",
        "Name      them",
        "a            5",
        "       - more",
        "longer      10",
        "Note.",
    ]


def test_nothing_steers_the_terminal() -> None:
    """Also when somebody wrote into the table by hand."""
    bad = Ranked((Group(1, "a\x1b[31m\u202eb", 3, 1.0, "x", "y", "to\x07pic"),), 0, 3)
    assert not re.search(r"[\x00-\x09\x0b-\x1f]", as_text(group_sheet(bad)))


def test_page(figures: Weekly) -> None:
    """One file, everything escaped, nothing loaded from elsewhere; the same data give the same page."""
    html = page(figures, GROUPS, b"\x89PNG")
    assert html == page(figures, GROUPS, b"\x89PNG")
    assert "&lt;b&gt;my dog&lt;/b&gt;" in html
    assert "<b>" not in html
    assert 'src="data:image/png;base64,iVBORw=="' in html
    assert "default-src 'none'; img-src data:" in html.replace("&#39;", "'")
    assert re.findall(r"(?:href|src)=\"(?!data:)", html) == []
    assert "<script" not in html
    assert "dogs?" in html
    assert "<img" not in page(figures, GROUPS)
    assert "There is none yet." in page(added(["2026-11-23"], {}), Ranked((), 0, 0))
