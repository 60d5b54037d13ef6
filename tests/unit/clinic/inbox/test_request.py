"""The page of one request: all that it tells, its state and its note."""

from __future__ import annotations

import html
import re
from typing import Any

import pytest

from clinic.listing import LONGEST_NOTE
from tests.clinic_rows import add, audited, deliver, row
from tests.inbox import Visitor
from tests.unit.screening.records import full


def back(page: str) -> str:
    """Returns where the way back to the list leads."""
    found = re.search(r'<p class="back"><a href="([^"]+)"', page)
    assert found
    return html.unescape(found[1])


class TestRequest:
    def test_all_of_it(self, anna: Visitor) -> None:
        """How to reach the patient, the consent, the check, the deliveries, the note."""
        known = add(1, full(), note="called twice")
        deliver(known, error="SMTPConnectError")
        deliver(known, "webhook", delivered=1.0)
        page = anna.ask(f"/requests/{known}").text
        for told in (
            'href="tel:+442079460000"', 'href="mailto:ann@mail.example"', "2026-11", "warfrin", "called twice",
            "Signs of an emergency were described", "<strong>E-mail</strong> failed, and is tried again, <time", "2 tries",
            "the mail server can&#39;t be reached (SMTPConnectError)", "<strong>Webhook</strong> sent, <time", known,
            "the website&#39;s chat, in English",
        ):  # fmt: skip
            assert told in page, told
        assert "Ann Example" not in re.findall("<title>(.+)</title>", page)[0]
        assert audited()[-1] == ("anna", "view", known)

    def test_a_patient_who_asked_twice(self, anna: Visitor) -> None:
        """Each request leads to the other, so that nobody is called twice; one of somebody else is not there."""
        first, second = add(2, conversation="web:a", state="done"), add(1, conversation="web:a")
        add(3, conversation="web:b")
        page = anna.ask(f"/requests/{second}").text
        shown = page[page.index("Other requests of this conversation") : page.index("Summary of the check")]
        assert re.findall(r'href="([^"]+)"', shown) == [f"/requests/{first}"]
        assert "Done</span>" in shown
        assert "Other requests" not in anna.ask("/requests/" + add(4)).text

    def test_history(self, anna: Visitor) -> None:
        """Who changed what, the latest first; who only looked is left to the audit log."""
        known = add(1)
        assert "What was done" not in anna.ask(f"/requests/{known}").text
        anna.post(f"/requests/{known}/state", state="in_progress")
        anna.post(f"/requests/{known}/note", note="called", seen="")
        page = anna.ask(f"/requests/{known}").text
        history = page[page.index("What was done") :]
        assert re.findall(r"</time>: ([^<]+)</li>", history) == [
            "Changed the note, by anna",
            "Marked as in progress, by anna",
        ]

    def test_without_a_check(self, anna: Visitor) -> None:
        """It says so, and there is no page to print."""
        known = add(1)
        page = anna.ask(f"/requests/{known}").text
        assert "No check was begun" in page
        assert "Open to print" not in page
        assert "Only this inbox" in page
        answer = anna.ask(f"/requests/{known}/summary")
        assert answer.status_code == 404
        assert "There is no summary" in answer.text

    def test_a_check_that_can_not_be_read(self, anna: Visitor) -> None:
        """The contact is there all the same."""
        known = add(1, slots="{")
        page = anna.ask(f"/requests/{known}").text
        assert "The check can&#39;t be shown" in page or "The check can't be shown" in page
        assert "+442079460000" in page
        assert anna.post(f"/requests/{known}/export", form="fhir").status_code == 409
        assert anna.post(f"/requests/{known}/export", form="csv").status_code == 200

    def test_gone(self, anna: Visitor) -> None:
        """What was erased is not there, for anything."""
        add(1)
        for path in ("/requests/x", "/requests/x/summary"):
            assert anna.ask(path).status_code == 404
        for part in ("state", "note", "take", "give-back", "export"):
            assert anna.post(f"/requests/x/{part}", state="done", form="csv").status_code == 404

    def test_summary(self, anna: Visitor) -> None:
        """The page to print names the patient, and opening it is kept."""
        known = add(1, full())
        assert "Ann Example 1" in anna.ask(f"/requests/{known}/summary").text
        assert audited()[-1] == ("anna", "print", known)


class TestBack:
    PLACE = "search=Ann&state=in_progress&failed=1&page=2"

    def test_to_the_same_list(self, anna: Visitor) -> None:
        """From each request of a list, with search, state, filter and page."""
        for number in range(1, 28):
            deliver(add(number, state="in_progress"))
        page = anna.ask(f"/?{self.PLACE}").text
        links = [html.unescape(link) for link in re.findall(r'<h2><a href="([^"]+)"', page)]
        assert len(links) == 2
        assert all(link.endswith(f"?{self.PLACE}") for link in links)
        assert back(anna.ask(links[0]).text) == f"/?{self.PLACE}"

    @pytest.mark.parametrize("place", ["", "state=all", "search=%22%3E%3Cscript%3E&page=3", "failed=1"])
    def test_after_a_change(self, anna: Visitor, place: str) -> None:
        """What is done on the page leads to the same page, which knows the way back."""
        first, second = add(1, conversation="web:a"), add(2, conversation="web:a")
        deliver(first)
        shown = f"/requests/{first}" + (f"?{place}" if place else "")
        page = anna.ask(shown).text
        assert "<script>" not in page
        actions = [html.unescape(a) for a in re.findall(r'method="post" action="(/requests/[^"]+)"', page)]
        done = {"state": "done", "note": "called", "seen": ""}
        changing = [action for action in actions if "/export" not in action]
        assert len(changing) == 4
        for action in changing:
            assert anna.post(action, **done).headers["Location"] == shown, action
        assert back(page) == (f"/?{place}" if place else "/")
        other = re.search(rf'href="(/requests/{second}[^"]*)"', page)
        assert other
        assert back(anna.ask(html.unescape(other[1])).text) == back(page)

    def test_after_a_note_that_could_not_be_saved(self, anna: Visitor) -> None:
        """The page that shows it again knows the way back as well."""
        known = add(1, note="from ben")
        answer = anna.post(f"/requests/{known}/note?{self.PLACE}", note="from anna", seen="")
        assert (answer.status_code, back(answer.text)) == (409, f"/?{self.PLACE}")

    @pytest.mark.parametrize(
        "place", ["back=https://bad.example", "next=//bad.example", "state=//bad.example", "page=javascript:x",
                  "state=%0d%0aLocation:%20//bad.example"],
    )  # fmt: skip
    def test_it_leads_nowhere_else(self, anna: Visitor, place: str) -> None:
        """Only parts of our own list are taken from the address."""
        known = add(1)
        assert back(anna.ask(f"/requests/{known}?{place}").text) == "/"
        answer = anna.post(f"/requests/{known}/state?{place}", state="done")
        assert answer.headers["Location"] == f"/requests/{known}"


class TestState:
    def test_set(self, anna: Visitor) -> None:
        """It is stored, told once, and kept in the audit."""
        known = add(1)
        answer = anna.post(f"/requests/{known}/state", state="in_progress")
        assert (answer.status_code, answer.headers["Location"]) == (303, f"/requests/{known}")
        assert row(known).state == "in_progress"
        assert "The request is now in progress." in anna.ask(f"/requests/{known}").text
        assert "The request is now" not in anna.ask(f"/requests/{known}").text
        assert ("anna", "in_progress", known) in audited()

    @pytest.mark.parametrize("state", ["", "lost", "open", "NEW"])
    def test_unknown(self, anna: Visitor, state: str) -> None:
        """Nothing is changed."""
        known = add(1)
        assert anna.post(f"/requests/{known}/state", state=state).status_code == 400
        assert row(known).state == "new"


class TestNote:
    def test_saved(self, anna: Visitor) -> None:
        """With its lines, also one that begins with an empty one."""
        known = add(1)
        anna.post(f"/requests/{known}/note", note="\r\none\r\ntwo", seen="")
        assert row(known).note == "one\ntwo"
        assert ">\none\ntwo</textarea>" in anna.ask(f"/requests/{known}").text

    def test_two_at_once(self, anna: Visitor) -> None:
        """The second sees both, and loses nothing."""
        known = add(1, note="from ben")
        answer = anna.post(f"/requests/{known}/note", note="from anna", seen="")
        assert answer.status_code == 409
        assert ">\nfrom anna</textarea>" in answer.text
        assert "from ben</p>" in answer.text
        assert row(known).note == "from ben"
        # The form on that page knows the other's note, so it can be saved now.
        seen = re.search(r'name="seen" value="([^"]*)"', answer.text)
        assert seen
        assert anna.post(f"/requests/{known}/note", note="both", seen=seen[1]).status_code == 303

    def test_too_long(self, anna: Visitor) -> None:
        """It is not saved and not lost."""
        known = add(1)
        answer = anna.post(f"/requests/{known}/note", note="x" * (LONGEST_NOTE + 1), seen="")
        assert answer.status_code == 400
        assert "x" * (LONGEST_NOTE + 1) in answer.text
        assert row(known).note == ""


def test_unfinished_check(anna: Visitor) -> None:
    """It is shown as what it is."""
    from assistant.screening.record import CheckRecord

    record = CheckRecord()
    record.answer("cardiovascular", "no", "no", "answer")
    page: Any = anna.ask(f"/requests/{add(1, record)}").text
    assert "1 of 6" in page
    assert "The check is not finished" in page
