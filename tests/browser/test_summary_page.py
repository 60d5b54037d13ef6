"""The printed summary in a real browser: accessible, complete on paper and on small phones, without requests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page

from assistant.screening.record import CheckRecord
from assistant.screening.report import Circumstances
from assistant.screening.summary_page import summary_page
from scripts.summary import print_to_pdf
from tests.browser.conftest import Watch
from tests.unit.screening.records import ANN, CONSENT, full

#: A4 without its margins of 15 mm, at 96 dots an inch.
PAPER = round((210 - 30) / 25.4 * 96)
OPTIONS = {"resultTypes": ["violations"]}


def long() -> CheckRecord:
    """A check with words that are hard to set: endless, from right to left, markup, many lines."""
    record = full()
    record.off_list += ["x" * 1000, "مرحبا بالعالم", "<b>bold</b>", "line\n" * 40]
    record.readings += ["38.6"] * 30
    return record


@pytest.fixture
def paper(browser: Browser, watch: Watch) -> Iterator[Page]:
    """An empty page in a browser of its own."""
    context = browser.new_context(java_script_enabled=True)
    watch.add(context)
    yield context.new_page()
    context.close()


@pytest.mark.parametrize("make", [full, long, CheckRecord])
@pytest.mark.parametrize("width", [320, 1280])
def test_accessible(paper: Page, make: type[CheckRecord], width: int) -> None:
    """Axe finds no violation, and nothing has to be scrolled sideways."""
    paper.set_viewport_size({"width": width, "height": 800})
    about = Circumstances("S-1", "web", consent=CONSENT, patient=ANN)
    paper.set_content(summary_page(make(), about))
    found = Axe().run(paper, options=OPTIONS)
    assert found.response["violations"] == [], found.generate_report()
    assert paper.evaluate("document.documentElement.scrollWidth") <= width


def test_paper(paper: Page) -> None:
    """On A4 nothing is cut off, rows are not torn apart, and the file tells its structure and language."""
    paper.set_viewport_size({"width": PAPER, "height": 1000})
    paper.emulate_media(media="print")
    paper.set_content(summary_page(long()))
    assert paper.evaluate("document.documentElement.scrollWidth") <= PAPER
    assert paper.evaluate("getComputedStyle(document.querySelector('tr')).breakInside") == "avoid"
    assert paper.evaluate("getComputedStyle(document.querySelector('thead')).display") == "table-header-group"
    printed = paper.pdf(prefer_css_page_size=True, tagged=True)
    assert b"/StructTreeRoot" in printed
    assert b"/Lang (en)" in printed
    # A4 in points.
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed


def test_printed_by_the_command(tmp_path: Path) -> None:
    """`make summary FORMAT=pdf` prints the page into a file that only its owner can read."""
    file = tmp_path / "summary.pdf"
    print_to_pdf(summary_page(full()), file)
    printed = file.read_bytes()
    assert printed.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in printed
    assert file.stat().st_mode & 0o777 == 0o600


def test_light(paper: Page) -> None:
    """It is dark on white, also where the browser prefers dark pages."""
    paper.emulate_media(color_scheme="dark")
    paper.set_content(summary_page(full()))
    assert paper.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_policy(paper: Page, watch: Watch) -> None:
    """Should markup ever get in, it runs no script and fetches nothing."""
    stopped: list[str] = []
    paper.on("requestfailed", lambda request: stopped.append(str(request.failure)))
    harm = "<img src='https://x.example/a.png'><script>window.hit = 1</script>"
    paper.set_content(summary_page(full()).replace("<main>", f"<main>{harm}"))
    assert paper.evaluate("window.hit") is None
    assert stopped == ["csp"]
    assert len(watch.problems) == 2
    assert all("Content Security Policy" in problem for problem in watch.problems)
    watch.requests.clear()
    watch.problems.clear()
