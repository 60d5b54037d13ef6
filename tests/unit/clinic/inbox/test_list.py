"""The list of requests as staff see it: what is on it, how it is searched, and how deliveries stand."""

from __future__ import annotations

import html
import re
import time

import pytest

from clinic import listing
from clinic.outbox import NEVER
from tests.clinic_rows import add, deliver
from tests.inbox import Visitor
from tests.unit.screening.records import finished, full

HARM = "<script>alert(1)</script><b>\"'&{{ 7*7 }}"


def names(page: str) -> list[str]:
    """Returns the names of the requests on the list."""
    return [html.unescape(name) for name in re.findall(r"<h2><a [^>]+><bdi>([^<]+)</bdi>", page)]


class TestList:
    def test_open_ones(self, anna: Visitor) -> None:
        """What is not done, the latest first, with contact, wish and result."""
        add(2, full(), state="in_progress", name="")
        add(1, finished())
        add(3, state="done")
        page = anna.ask("/").text
        assert names(page) == ["Ann Example 1", "No name given"]
        assert "+442079460000" in page
        assert "Please call me in the afternoon." in page
        assert "No listed reason reported" in page
        assert "A listed reason was named" in page
        assert page.count("Signs of an emergency") == 1

    def test_empty(self, anna: Visitor) -> None:
        """It says that there is nothing, and why a search found nothing."""
        assert "New requests stand here when you look again" in anna.ask("/").text
        page = anna.ask("/?search=<zebra>").text
        assert "Nothing fits" in page
        assert "<zebra>" not in page
        assert "&lt;zebra&gt;" in page

    def test_pages(self, anna: Visitor) -> None:
        """25 each; one that is too far leads to the last; search and state stay."""
        for number in range(1, 31):
            add(number)
        first = anna.ask("/?search=Ann&state=new").text
        assert len(names(first)) == 25
        assert 'href="/?search=Ann&amp;state=new&amp;page=2"' in first
        assert len(names(anna.ask("/?search=Ann&state=new&page=2").text)) == 5
        assert anna.ask("/?search=Ann&page=9").headers["Location"] == "/?search=Ann&page=2"

    @pytest.mark.parametrize("query", ["page=0", "page=-1", "page=x", "page=99999999999", "page=٣", "state=lost",
                                       "failed=x", "search=%00%ff", "search=" + "x" * 5000, "page=1&page=2"])  # fmt: skip
    def test_what_can_not_be_used(self, anna: Visitor, query: str) -> None:
        """It asks for nothing, and breaks nothing."""
        add(1)
        assert anna.ask(f"/?{query}").status_code in (200, 303)

    def test_failed_deliveries(self, anna: Visitor) -> None:
        """They are told above the list, whatever is looked at, until the request is done, and can be listed."""
        deliver(add(1, state="in_progress"))
        deliver(add(2, state="done"))
        add(3)
        page = anna.ask("/?state=new").text
        assert "A request was not delivered by e-mail or webhook yet" in page
        link = re.search(r'href="(/\?[^"]*failed=1)"', page)
        assert link
        assert names(anna.ask(html.unescape(link[1])).text) == ["Ann Example 1"]

    def test_how_deliveries_stand(self, anna: Visitor) -> None:
        """Each request says it for each way, with the time of the next try."""
        deliver(add(1), delivered=1.0)
        assert "E-mail sent<" in anna.ask("/").text
        deliver(add(2), attempts=0, error="")
        assert "E-mail waits to be sent<" in anna.ask("/").text
        deliver(add(3), "webhook", due=time.time() + 600)
        page = anna.ask("/").text
        assert "Webhook not sent yet<" in page
        assert "next try <time" in page
        deliver(add(4), due=NEVER)
        assert "no longer tried" in anna.ask("/").text

    def test_who_has_it_in_progress(self, anna: Visitor) -> None:
        """The name of whoever said so last, as text; nobody's once it is done or new again."""
        listing.set_state(add(1), "in_progress", "ben")
        listing.set_state(add(2), "in_progress", "<i>eve")
        twice, again = add(3), add(4)
        for state, staff in (("in_progress", "ben"), ("new", "ben"), ("in_progress", "zoe")):
            listing.set_state(twice, state, staff)
        for state in ("in_progress", "new"):
            listing.set_state(again, state, "joe")
        add(5, state="in_progress")
        page = anna.ask("/?state=in_progress").text
        badges = re.findall(r'<span class="badge in_progress">([^<]+)</span>', page)
        assert badges == [
            "In progress: ben", "In progress: &lt;i&gt;eve", "In progress: zoe", "In progress",
        ]  # fmt: skip
        assert "joe" not in anna.ask("/").text
        assert "In progress: zoe</span>" in anna.ask(f"/requests/{twice}").text

    def test_words_stand_apart(self, anna: Visitor) -> None:
        """No blank is lost between two sentences."""
        assert "Show all open ones</a> As of" in " ".join(anna.ask("/?search=zebra").text.split())

    def test_it_does_not_change_by_itself(self, anna: Visitor) -> None:
        """So it says of when it is, and has a link to the same list of now."""
        add(1)
        page = anna.ask("/?search=Ann&state=new").text
        assert "As of <time" in page
        assert '<a href="/?search=Ann&amp;state=new">Look for new ones</a>' in page

    def test_markup(self, anna: Visitor) -> None:
        """Whatever a patient wrote is text."""
        known = add(1, name=HARM, wish=HARM, email=HARM[:100], phone="<i>1", channel="<i>", note=HARM)
        for path in ("/", f"/requests/{known}", "/audit", f"/?search={HARM}"):
            page = anna.ask(path).text
            assert "<script>alert" not in page
            assert "<i>" not in page
            assert "49" not in re.findall(r"&#39;&amp;(\d+)", page)
