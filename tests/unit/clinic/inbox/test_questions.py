"""What patients ask, as the inbox shows it: figures, groups, and nothing of anybody."""

from __future__ import annotations

import datetime

import pytest

from clinic.inbox import app as application
from clinic.insights import store
from clinic.insights.store import Question
from tests.inbox import Visitor, make_app

TODAY = datetime.datetime.now(datetime.timezone.utc).date().isoformat()


def test_nothing_yet(anna: Visitor) -> None:
    """It says so."""
    page = anna.ask("/questions").text
    assert "There is none yet." in page
    assert 'aria-current="page">What patients ask' in page


def test_figures_and_groups(anna: Visitor) -> None:
    """Numbers of the weeks, and questions of a group; markup in a question is text."""
    asked = [f"how much is it <b>{n}</b>" for n in ("now", "then", "later")]
    questions = [Question(TODAY, "not_in_document", "price", text) for text in asked]
    store.add({(TODAY, store.CONVERSATIONS, "web"): 7, (TODAY, store.ANSWERS, "answered"): 31}, questions)
    page = anna.ask("/questions?weeks=4").text
    assert "<td>31</td>" in page.replace(' dir="auto"', "")
    assert "how much is it &lt;b&gt;" in page
    assert "<b>now" not in page
    assert 'weeks=4" aria-current="true"' in page


@pytest.mark.parametrize("weeks", ["", "0", "-1", "x", "999999", "٤"])
def test_weeks_that_can_not_be_told(anna: Visitor, weeks: str) -> None:
    """Eight are."""
    assert 'weeks=8" aria-current="true"' in anna.ask(f"/questions?weeks={weeks}").text


def test_without_insights(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where that part is missing, neither the page nor its entry in the menu is there."""
    monkeypatch.setattr(application, "_is_there", lambda _: False)
    visitor = Visitor(make_app()).log_in()
    assert visitor.ask("/questions").status_code == 404
    assert "What patients ask" not in visitor.ask("/").text
