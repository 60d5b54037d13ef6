"""The page of `make insights` in a real browser: accessible, without requests, narrow screens included."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from clinic.insights.groups import Group, Ranked
from clinic.insights.page import page
from clinic.insights.report import added
from scripts._insights_plot import draw
from tests.browser.conftest import Watch
from tests.unit.clinic.insights.test_report import COUNTS, GROUPS

OPTIONS = {"resultTypes": ["violations"]}
FIGURES = added(["2026-11-16", "2026-11-23"], COUNTS)
LONG = Ranked(
    (Group(1, "x" * 500, 9, 1.0, "2026-11-01", "2026-11-02", "", {}, ("x" * 500, "y " * 300)),), 0, 9
)


@pytest.mark.parametrize("groups", [GROUPS, LONG, Ranked((), 0, 0)], ids=["groups", "long", "none"])
@pytest.mark.parametrize("width", [320, 1280])
def test_accessible(paper: Page, groups: Ranked, width: int) -> None:
    """Axe finds no violation; tables scroll within themselves, the page does not."""
    paper.set_viewport_size({"width": width, "height": 800})
    paper.set_content(page(FIGURES, groups, draw(FIGURES, groups)))
    found = Axe().run(paper, options=OPTIONS)
    assert found.response["violations"] == [], found.generate_report()
    assert paper.evaluate("document.documentElement.scrollWidth") <= width
    assert paper.evaluate("document.images[0].naturalWidth") > 500
    assert paper.evaluate("getComputedStyle(document.querySelector('thead th')).textAlign") == "left"


def test_policy(paper: Page, watch: Watch) -> None:
    """Should markup ever get in, it runs no script and fetches nothing."""
    harm = "<img src='https://x.example/a.png'><script>window.hit = 1</script>"
    paper.set_content(page(FIGURES, GROUPS).replace("<main>", f"<main>{harm}"))
    assert paper.evaluate("window.hit") is None
    assert len(watch.problems) == 2
    assert all("Content Security Policy" in problem for problem in watch.problems)
    watch.requests.clear()
    watch.problems.clear()
