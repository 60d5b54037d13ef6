"""The record of processing in a real browser: accessible on screens and phones, and nothing is cut off on paper."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from clinic.records import as_page, record
from tests.unit.clinic.test_records import configuration

#: A4, lying, without its margins of 15 mm, at 96 dots an inch.
PAPER = round((297 - 30) / 25.4 * 96)


@pytest.fixture
def page_of_records() -> str:
    """The page with all that can be switched on."""
    environ = {
        "STRIA_SMTP_HOST": "mail.clinic.example",
        "STRIA_WEBHOOK_URL": "https://x.example/" + "y" * 300,
    }
    return as_page(record(configuration(environ=environ, channels=("telegram", "slack"))))


@pytest.mark.parametrize("width", [320, 1280])
def test_accessible(paper: Page, page_of_records: str, width: int) -> None:
    """Axe finds no violation, and only the wide table is scrolled sideways, by keyboard as well."""
    paper.set_viewport_size({"width": width, "height": 800})
    paper.set_content(page_of_records)
    found = Axe().run(paper, options={"resultTypes": ["violations"]})
    assert found.response["violations"] == [], found.generate_report()
    assert paper.evaluate("document.documentElement.scrollWidth") <= width


def test_paper(paper: Page, page_of_records: str) -> None:
    """On A4 the widest table has room, and the style was taken."""
    paper.set_viewport_size({"width": PAPER, "height": 700})
    paper.emulate_media(media="print")
    paper.set_content(page_of_records)
    assert paper.evaluate("document.documentElement.scrollWidth") <= PAPER
    assert paper.evaluate("getComputedStyle(document.querySelector('table')).borderCollapse") == "collapse"
