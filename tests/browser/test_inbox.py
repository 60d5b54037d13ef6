"""The inbox in a real browser: a day's work in it, by mouse and by keyboard alone, and accessible everywhere."""

from __future__ import annotations

import csv
import io
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from playwright.sync_api import Browser, Page, expect

from assistant.screening.fhir_rules import check_response
from clinic import database, tables, takeovers
from clinic.insights import store
from clinic.outbox import NEVER
from tests.browser.conftest import NewContext, Watch, watched
from tests.browser.test_axe import violations
from tests.clinic_rows import add, audited, deliver, row
from tests.inbox import NAME, PASSWORD, make_app
from tests.inbox_server import InboxServer, inbox
from tests.unit.screening.records import finished, full

#: Words that are hard to set: without a blank, from right to left, markup, lines.
LONG = "x" * 300 + " <b>bold</b> " + "مرحبا بالعالم\n" * 8
Open = Callable[..., Page]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[InboxServer]:
    """An inbox with a process of its own."""
    with inbox(tmp_path_factory.mktemp("inbox"), STRIA_INBOX_ZONE="Europe/London") as running:
        yield running


@pytest.fixture(autouse=True)
def requests(server: InboxServer) -> dict[str, str]:
    """Empties the inbox, and puts requests of each kind into it; returns their ids."""
    with database.transaction() as connection:
        for table in (
            tables.outbox,
            tables.requests,
            tables.takeovers,
            tables.audit,
            tables.counts,
            tables.questions,
        ):
            connection.execute(sa.delete(table))
    made = {
        "full": add(1, full(), name="Ann Full"),
        "none": add(2, name="", email="", wish="", conversation="web:1"),
        "broken": add(3, name="Bo Broken", slots="{"),
        "done": add(4, finished(), name="Dora Done", state="done"),
        "long": add(5, full(), name="Lena Long " + LONG[:200], wish=LONG, note=LONG, state="in_progress"),
    }
    deliver(made["full"])
    deliver(made["full"], "webhook", delivered=1.0)
    deliver(made["long"], due=NEVER)
    for number in range(10, 40):
        add(number, finished())
    today = store.day_of(time.time())
    asked = [store.Question(today, "not_in_document", "price", f"how much is it {n}") for n in range(5)]
    store.add({(today, store.CONVERSATIONS, "web"): 7, (today, store.ANSWERS, "answered"): 31}, asked)
    return made


@pytest.fixture
def open_context(browser: Browser, server: InboxServer, watch: Watch) -> Iterator[NewContext]:
    """Makes browsers of staff."""
    with watched(browser, watch, base_url=server.url) as make:
        yield make


@pytest.fixture(scope="module")
def cookies() -> list[Any]:
    """The session of somebody who has logged in before: tries to log in are limited."""
    return []


@pytest.fixture
def staff_page(open_context: NewContext, cookies: list[Any]) -> Open:
    """Opens a page as somebody who has logged in."""

    def open_page(**options: Any) -> Page:
        context = open_context(**options)
        page = context.new_page()
        context.add_cookies(cookies)
        page.goto("/")
        if "/login" in page.url:  # nobody has, or somebody has logged out since
            log_in(page)
            cookies[:] = context.cookies()
        return page

    return open_page


def log_in(page: Page) -> None:
    """Logs in by the form."""
    page.goto("/login")
    page.get_by_label("Name").fill(NAME)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    expect(page.get_by_role("heading", name="Requests", level=1)).to_be_visible()


def press(page: Page, name: str) -> None:
    """Presses a button by its name."""
    page.get_by_role("button", name=name, exact=True).click()


class TestWork:
    def test_a_day(self, open_context: NewContext, requests: dict[str, str], tmp_path: Path) -> None:
        """Logs in, searches, reads, takes over, notes, sets the state, exports, prints, and logs out."""
        page = open_context().new_page()
        page.goto(f"/requests/{requests['full']}")
        expect(page).to_have_url("/login?next=/requests/" + requests["full"])
        page.get_by_label("Name").fill(NAME)
        page.get_by_label("Password").fill(PASSWORD)
        page.keyboard.press("Enter")
        expect(page.get_by_role("heading", name="Ann Full")).to_be_visible()

        page.get_by_role("link", name="Requests", exact=True).click()
        page.get_by_label("Search").fill("full")
        press(page, "Search")
        expect(page.get_by_role("status")).to_contain_text("1 request with “full”")
        with page.expect_download() as download:
            press(page, "CSV")
        text = Path(download.value.path()).read_text(encoding="utf-8-sig")
        assert [r["name"] for r in csv.DictReader(io.StringIO(text))] == ["Ann Full"]

        page.get_by_role("link", name="Ann Full").click()
        page.get_by_role("link", name="Back to the requests").click()
        expect(page.get_by_role("status")).to_contain_text("1 request with “full”")
        page.get_by_role("link", name="Ann Full").click()
        expect(page.get_by_text("Signs of an emergency were described in this conversation.")).to_be_visible()
        press(page, "Take over")
        expect(page.get_by_role("status")).to_contain_text("The assistant is silent")
        assert takeovers.taken()["web:1"].by == NAME
        page.get_by_label("Patients don't see it").fill("called\nat noon")
        press(page, "Save the note")
        expect(page.get_by_role("status")).to_have_text("The note was saved.")
        press(page, "Mark as done")
        expect(page.get_by_role("status")).to_have_text("The request is now done.")
        found = row(requests["full"])
        assert (found.state, found.note) == ("done", "called\nat noon")
        with page.expect_download() as download:
            press(page, "FHIR")
        resource = json.loads(Path(download.value.path()).read_text(encoding="utf-8"))
        assert check_response(resource) == []
        assert resource["contained"][0]["name"] == [{"text": "Ann Full"}]
        page.get_by_role("link", name="Open to print").click()
        expect(page.get_by_text("warfrin and some green capsules")).to_have_count(2)
        printed = page.pdf(prefer_css_page_size=True, tagged=True)
        assert printed.startswith(b"%PDF-")
        page.go_back()
        press(page, "Give back to the assistant")
        page.get_by_role("link", name="Audit log").click()
        expect(page.get_by_role("row", name="Marked as done")).to_have_count(1)
        press(page, "Log out")
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        page.go_back()
        expect(page.get_by_role("heading", name="Log in")).to_be_visible()
        done = [action for _, action, _ in audited()]
        for action in ("log_in", "search", "view", "take_over", "note", "done", "export_csv", "export_fhir", "print",
                       "give_back", "log_out"):  # fmt: skip
            assert action in done, action

    def test_keyboard_alone(self, staff_page: Open, requests: dict[str, str]) -> None:
        """From the first link to a saved state; what has the focus can be seen."""
        page = staff_page()
        page.goto(f"/requests/{requests['none']}")
        page.keyboard.press("Tab")
        expect(page.get_by_role("link", name="To the content")).to_be_focused()
        expect(page.get_by_role("link", name="To the content")).to_be_in_viewport()
        page.keyboard.press("Enter")
        seen = []
        while (name := _focused(page)) != "Mark as in progress":
            page.keyboard.press("Tab")
            seen.append(name)
            assert len(seen) < 30, seen
            assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_have_text("The request is now in progress.")
        assert "Log out" not in seen

    def test_two_of_staff(self, staff_page: Open, requests: dict[str, str]) -> None:
        """The second note does not overwrite the first, and both are shown."""
        one, other = staff_page(), staff_page()
        for page in (one, other):
            page.goto(f"/requests/{requests['none']}")
        for page, text in ((one, "from one"), (other, "from the other")):
            page.get_by_label("Patients don't see it").fill(text)
            press(page, "Save the note")
        expect(other.get_by_role("alert")).to_contain_text("Somebody else has changed the note")
        expect(other.get_by_label("Patients don't see it")).to_have_value("from the other")
        assert violations(other) == []
        press(other, "Save the note")
        expect(other.get_by_role("status")).to_have_text("The note was saved.")
        assert row(requests["none"]).note == "from the other"

    def test_times(self, staff_page: Open, requests: dict[str, str]) -> None:
        """They are those of the clinic's zone, which is named."""
        with database.transaction() as connection:
            change = sa.update(tables.requests).where(tables.requests.c.id == requests["none"])
            connection.execute(change.values(created=1_784_000_000.0))
        page = staff_page()
        page.goto(f"/requests/{requests['none']}")
        expect(page.get_by_text("Came in 14 Jul 2026, 04:33")).to_be_visible()
        expect(page.get_by_text("Times are in Europe/London.")).to_be_visible()


def paths(requests: dict[str, str]) -> list[str]:
    """Returns the addresses of all pages, with each kind of request."""
    shown = [f"/requests/{request}" for request in requests.values()]
    lists = ["/", "/?state=all&page=2", "/?search=zebra", "/?state=all&failed=1", "/?search=Lena"]
    return [
        *lists,
        *shown,
        f"/requests/{requests['full']}/summary",
        "/taken",
        "/questions",
        "/audit",
        "/audit?who=ben",
        "/nothing",
    ]


class TestDeliveries:
    def test_a_delivery_that_failed(self, staff_page: Open, requests: dict[str, str]) -> None:
        """Seen above the list, opened, tried again with the keyboard, and seen to wait."""
        page = staff_page()
        page.get_by_role("link", name="Show them").click()
        expect(page.get_by_role("heading", level=2)).to_have_count(2)
        page.get_by_role("link", name="Ann Full").click()
        delivery = page.get_by_role("region", name="Delivery")
        expect(delivery).to_contain_text("E-mail failed, and is tried again")
        expect(delivery).to_contain_text("Webhook sent")
        page.get_by_role("button", name="Try again now").focus()
        page.keyboard.press("Enter")
        expect(page.get_by_role("status")).to_contain_text("It is tried again now")
        expect(delivery).to_contain_text("E-mail waits to be sent")
        expect(delivery.get_by_role("button")).to_have_count(0)
        expect(page.get_by_role("region", name="What was done")).to_contain_text("tried again, by anna")
        assert violations(page) == []
        assert ("anna", "deliver_again", requests["full"]) in audited()


class TestAccessible:
    def test_no_page_is_left_out(self, requests: dict[str, str]) -> None:
        """What the tests below look at are all pages that there are."""
        rules = make_app().url_map
        reached = {rules.bind("localhost").match(path.partition("?")[0])[0] for path in paths(requests)[:-1]}
        pages = {rule.endpoint for rule in rules.iter_rules() if "GET" in (rule.methods or ())}
        assert pages - reached == {"login.page", "static", "health.alive", "health.ready"}

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    @pytest.mark.parametrize("width", [320, 1280])
    def test_every_page(self, staff_page: Open, requests: dict[str, str], scheme: str, width: int) -> None:
        """Axe finds no violation, and nothing has to be scrolled sideways."""
        takeovers.take("web:5", "ben")
        page = staff_page(color_scheme=scheme, viewport={"width": width, "height": 800})
        found = {}
        for path in paths(requests):
            page.goto(path)
            problems: list[Any] = violations(page)
            if page.evaluate("document.documentElement.scrollWidth") > width:
                problems.append("sideways")
            found[path] = problems
        assert {path: problems for path, problems in found.items() if problems} == {}

    @pytest.mark.parametrize("scheme", ["light", "dark"])
    def test_login(self, open_context: NewContext, scheme: str) -> None:
        """Before and after a wrong password, which is announced."""
        page = open_context(color_scheme=scheme, viewport={"width": 320, "height": 640}).new_page()
        page.goto("/login")
        assert violations(page) == []
        page.get_by_label("Name").fill(f"nobody-{scheme}")
        page.get_by_label("Password").fill("wrong")
        press(page, "Log in")
        expect(page.get_by_role("alert")).to_have_text("The name or the password is not right.")
        assert violations(page) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 320

    def test_larger_text(self, staff_page: Open, requests: dict[str, str]) -> None:
        """With letters of double size nothing is cut off or has to be scrolled sideways."""
        page = staff_page(viewport={"width": 1280, "height": 800})
        for path in paths(requests):
            page.goto(path)
            page.evaluate("document.documentElement.style.fontSize = '200%'")
            assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path

    def test_forced_colours(self, staff_page: Open, requests: dict[str, str]) -> None:
        """With the system's own colours every button has an edge."""
        page = staff_page(forced_colors="active")
        page.goto(f"/requests/{requests['full']}")
        edges = "[...document.querySelectorAll('button, .button, input, textarea')].filter(e => e.type !== 'hidden')"
        edges += ".map(e => getComputedStyle(e).borderTopStyle)"
        assert set(page.evaluate(edges)) == {"solid"}
        assert violations(page) == []

    def test_paper(self, staff_page: Open, requests: dict[str, str]) -> None:
        """A request on paper has contact and summary, and no buttons; dark browsers print dark on white."""
        page = staff_page(color_scheme="dark")
        page.goto(f"/requests/{requests['full']}")
        page.emulate_media(media="print", color_scheme="dark")
        for hidden in ("button", "nav", "textarea"):
            expect(page.locator(hidden).first).to_be_hidden()
        expect(page.get_by_text("ann@mail.example")).to_be_visible()
        expect(page.get_by_role("row", name="Medicines yes")).to_be_visible()
        assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        assert page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"


def _focused(page: Page) -> str:
    return str(page.evaluate("(document.activeElement?.innerText ?? '').trim()"))
