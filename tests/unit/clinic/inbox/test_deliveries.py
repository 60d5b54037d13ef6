"""How deliveries of one request stand, and what staff can do about them."""

from __future__ import annotations

from clinic import outbox
from clinic.outbox import NEVER
from tests.clinic_rows import add, audited, deliver
from tests.inbox import Visitor


def test_a_delivery_that_was_given_up(anna: Visitor) -> None:
    """It has no next try; why it failed is told in words, or by its kind."""
    known = add(1)
    deliver(known, due=NEVER, attempts=100)
    deliver(known, "webhook", due=NEVER, attempts=1, error="HTTP 503")
    page = anna.ask(f"/requests/{known}").text
    assert "<strong>E-mail</strong> failed for days, and is no longer tried." in page
    assert "100 tries; the last time Timeout." in page
    assert "1 try; the last time the receiver refused it (HTTP 503)." in page


def test_a_way_that_is_switched_off(anna: Visitor) -> None:
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
    assert "Nothing here." in anna.ask("/?failed=1").text


def test_try_again(anna: Visitor) -> None:
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


def test_try_again_what_did_not_fail(anna: Visitor) -> None:
    """There is no button; a form that is too old changes nothing, and of no request is an error."""
    known = add(1)
    deliver(known, attempts=0, error="")
    assert "Try again now" not in anna.ask(f"/requests/{known}").text
    before = audited()
    anna.post(f"/requests/{known}/deliver")
    assert "No delivery of this request has failed" in anna.ask("/").text
    assert [entry for entry in audited()[len(before) :] if entry[1] == "deliver_again"] == []
    assert anna.post("/requests/none/deliver").status_code == 404
