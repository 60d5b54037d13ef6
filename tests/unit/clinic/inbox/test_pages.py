"""What staff see and do: the list, a request, its state and note, conversations, exports, the audit."""

from __future__ import annotations

import csv
import html
import io
import json
import re
import time
from typing import Any

import pytest
from flask import Flask

from assistant.screening.fhir_rules import check_response
from clinic import audit, database, export, outbox, takeovers
from clinic.bundle import check_bundle
from clinic.inbox import exports
from clinic.listing import LONGEST_NOTE
from clinic.outbox import NEVER
from tests.clinic_rows import add, audited, deliver, row
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

    def test_a_delivery_that_was_given_up(self, anna: Visitor) -> None:
        """It has no next try; why it failed is told in words, or by its kind."""
        known = add(1)
        deliver(known, due=NEVER, attempts=100)
        deliver(known, "webhook", due=NEVER, attempts=1, error="HTTP 503")
        page = anna.ask(f"/requests/{known}").text
        assert "<strong>E-mail</strong> failed for days, and is no longer tried." in page
        assert "100 tries; the last time Timeout." in page
        assert "1 try; the last time the receiver refused it (HTTP 503)." in page

    def test_a_way_that_is_switched_off(self, anna: Visitor) -> None:
        """It is told on both pages, counts as no failure, and there is nothing to try again."""
        known = add(1)
        deliver(known, "webhook", attempts=3, error="Timeout")
        assert outbox.claim(["email"]) is None
        page = anna.ask(f"/requests/{known}").text
        assert "<strong>Webhook</strong> was not sent: it is switched off." in page
        assert "It is sent when somebody switches it on again." in page
        assert "Try again now" not in page
        page = anna.ask("/").text
        assert "Webhook was not sent: it is switched off<" in page
        assert "not delivered by e-mail or webhook yet" not in page
        assert names(anna.ask("/?failed=1").text) == []

    def test_try_again(self, anna: Visitor) -> None:
        """All that failed of this request is due now, the audit tells it, and the page too."""
        known, other = add(1), add(2)
        for request in (known, other):
            deliver(request, due=NEVER, attempts=100)
        deliver(known, "webhook", delivered=1.0)
        assert anna.post(f"/requests/{known}/deliver").status_code == 303
        assert audited()[-1] == ("anna", "deliver_again", known)
        page = anna.ask(f"/requests/{known}").text
        assert "<strong>E-mail</strong> waits to be sent." in page
        assert "Try again now" not in page
        assert "It is tried again now" in page
        assert "Had a delivery tried again, by anna" in page
        claimed = outbox.claim(["email", "webhook"])
        assert claimed
        assert claimed.request.id == known
        assert outbox.claim(["email", "webhook"]) is None

    def test_try_again_what_did_not_fail(self, anna: Visitor) -> None:
        """There is no button; a form that is too old changes nothing, and of no request is an error."""
        known = add(1)
        deliver(known, attempts=0, error="")
        assert "Try again now" not in anna.ask(f"/requests/{known}").text
        before = audited()
        anna.post(f"/requests/{known}/deliver")
        assert "No delivery of this request has failed" in anna.ask("/").text
        assert [entry for entry in audited()[len(before) :] if entry[1] == "deliver_again"] == []
        assert anna.post("/requests/none/deliver").status_code == 404

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


class TestConversations:
    def test_taken_and_given_back(self, anna: Visitor) -> None:
        """The pages tell it, and who had it first keeps it."""
        known = add(1)
        anna.post(f"/requests/{known}/take")
        assert takeovers.taken()["web:1"].by == "anna"
        assert "anna has taken it over" in anna.ask(f"/requests/{known}").text
        assert "Taken over by anna" in anna.ask("/").text
        anna.post(f"/requests/{known}/take")
        assert "Somebody has taken the conversation over already" in anna.ask("/").text
        anna.post(f"/requests/{known}/give-back")
        assert takeovers.taken() == {}

    def test_list(self, anna: Visitor) -> None:
        """All of them, by a name that is nobody's phone number, also without a request."""
        takeovers.take("whatsapp:4917612345678", "ben")
        page = anna.ask("/taken").text
        assert "4917612345678" not in page
        known = takeovers.audit_id("whatsapp:4917612345678")
        assert known in page
        assert anna.post("/taken/give-back", conversation="x").status_code == 404
        assert anna.post("/taken/give-back", conversation=known).status_code == 303
        assert takeovers.taken() == {}

    def test_the_request_behind_it(self, anna: Visitor) -> None:
        """The latest one of the conversation, when there is one."""
        add(2, conversation="web:9", name="Older")
        known = add(1, conversation="web:9", name="Latest")
        takeovers.take("web:9", "ben")
        takeovers.take("web:8", "ben")
        page = anna.ask("/taken").text
        assert f'href="/requests/{known}"' in page
        assert "Latest" in page
        assert "Older" not in page
        assert page.count("Without a request") == 1


class TestExports:
    def test_csv(self, anna: Visitor) -> None:
        """What the list shows, all pages of it, as a file."""
        for number in range(1, 31):
            add(number, name=f"=cmd{number}", state="done" if number == 30 else "new")
        answer = anna.post("/export", form="csv", search="cmd")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert re.fullmatch(
            r'attachment; filename="requests-\d{4}-\d\d-\d\d\.csv"', answer.headers["Content-Disposition"]
        )
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert [r["name"] for r in rows] == [f"'=cmd{n}" for n in range(1, 30)]
        assert len([entry for entry in audited() if entry[1] == "export_csv"]) == 29

    def test_fhir(self, anna: Visitor) -> None:
        """A Bundle of many, a response of one; both keep all rules."""
        known = add(1, full())
        add(2)
        answer = anna.post("/export", form="fhir")
        assert answer.headers["Content-Type"].startswith("application/fhir+json")
        assert check_bundle(json.loads(answer.text)) == []
        assert len(json.loads(answer.text)["entry"]) == 2
        one = anna.post(f"/requests/{known}/export", form="fhir")
        assert check_response(json.loads(one.text)) == []
        assert audited()[-1] == ("anna", "export_fhir", known)

    def test_text(self, anna: Visitor) -> None:
        """One request as a file of text."""
        answer = anna.post(f"/requests/{add(1, full())}/export", form="text")
        assert "Summary for the specialist" in answer.text
        assert 'filename="request-00000000-' in answer.headers["Content-Disposition"]

    @pytest.mark.parametrize("form", ["", "pdf", "html", "csv\r\nX: y"])
    def test_unknown(self, anna: Visitor, form: str) -> None:
        """There are no other forms."""
        known = add(1)
        assert anna.post("/export", form=form).status_code == 400
        assert anna.post(f"/requests/{known}/export", form=form).status_code == 400

    def test_too_many(self, anna: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        """They are refused, with what to do."""
        add(1), add(2)
        monkeypatch.setattr(exports, "MOST", 1)
        answer = anna.post("/export", form="csv")
        assert answer.status_code == 400
        assert "2 requests were found" in answer.text

    def test_one_that_can_not_be_told(self, anna: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing leaves, and nothing is said to have left."""
        add(1, full())
        monkeypatch.setattr(export, "check_response", lambda _: ["broken"])
        assert anna.post("/export", form="fhir").status_code == 409
        assert not [entry for entry in audited() if entry[1].startswith("export")]


class TestAudit:
    def test_it_tells(self, anna: Visitor) -> None:
        """Who did what, with a way to the request."""
        known = add(1)
        anna.ask(f"/requests/{known}")
        page = anna.ask("/audit").text
        assert "Looked at a request" in page
        assert f'href="/requests/{known}"' in page
        assert "Logged in" in page

    def test_filters(self, anna: Visitor) -> None:
        """By name and by kind; what is not there asks for nothing."""
        anna.ask("/")
        assert "1 entry." in anna.ask("/audit?who=anna&action=list").text
        assert "0 entries." in anna.ask("/audit?who=ben").text
        for query in ("page=0", "page=x", "action=lost", "who=%00", "who=" + "x" * 999, "page=999999"):
            assert anna.ask(f"/audit?{query}").status_code == 200

    def test_pages(self, app: Flask, anna: Visitor) -> None:
        """A hundred each."""
        with database.transaction() as connection:
            for _ in range(120):
                audit.record(connection, "anna", "list")
        page = anna.ask("/audit?action=list").text
        assert page.count("<tr><td>") == 100
        assert "Page 1 of 2" in page
        assert anna.ask("/audit?action=list&page=2").text.count("<tr><td>") == 20


def test_unfinished_check(anna: Visitor) -> None:
    """It is shown as what it is."""
    from assistant.screening.record import CheckRecord

    record = CheckRecord()
    record.answer("cardiovascular", "no", "no", "answer")
    page: Any = anna.ask(f"/requests/{add(1, record)}").text
    assert "1 of 6" in page
    assert "The check is not finished" in page
