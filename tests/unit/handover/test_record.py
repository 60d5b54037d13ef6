"""The request while it is taken down: in slots and back, and which question comes next."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from assistant.handover.record import CONSENT, NAME, SEND, SLOTS, WAY, WISH, ContactRecord

KEYS = st.sampled_from(
    ("version", "at", "phone", "email", "settled", "attempts", "doubted", "ids", *SLOTS)
) | st.text(max_size=8)
#: Whatever could stand in a slot.
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=8,
)


def agreed() -> ContactRecord:
    """Returns a request that the patient agreed to."""
    record = ContactRecord()
    record.agree("1")
    return record


def test_the_order_of_the_questions() -> None:
    """Consent first; nothing is needed beyond a way, and it is read back last."""
    record = ContactRecord()
    assert record.next_question == CONSENT
    record.agree("1")
    for question, values in ((NAME, {"name": ""}), (WAY, {"phone": "+49 1"}), (WISH, {"wish": ""})):
        assert record.next_question == question
        record.settle(question, **values)
    assert record.next_question == SEND


def test_a_way_is_needed() -> None:
    """Settled without one is not settled."""
    record = agreed()
    for question in (NAME, WAY, WISH):
        record.settle(question)
    assert record.next_question == WAY


def test_through_the_slots_and_back() -> None:
    """As JSON, without loss."""
    record = agreed()
    record.settle(NAME, name="Maria")
    record.settle(WAY, phone="+49 171 2345678", email="a@b.org")
    record.settle(WISH, wish="call me")
    record.failed(WAY)
    record.doubted = "+1 5"
    record.read_back()
    slots = json.loads(json.dumps(record.to_slots()))
    assert set(slots) == set(SLOTS)
    assert ContactRecord.from_slots(slots) == record


def test_what_was_given() -> None:
    """By name, for "what do you know about me"."""
    record = agreed()
    assert record.given == ()
    record.settle(WAY, email="a@b.org")
    record.settle(WISH, wish="call me")
    assert record.given == ("email", "wish")
    assert ContactRecord().given is None


def test_nothing_is_kept_without_a_consent() -> None:
    """Neither in the slots nor from them."""
    record = ContactRecord(name="Maria", phone="+49 1")
    assert set(record.to_slots().values()) == {None}
    assert ContactRecord.from_slots({"contact_name": "Maria"}) == ContactRecord()
    record = agreed()
    record.settle(NAME, name="Maria")
    record.empty()
    assert record == ContactRecord()


def test_each_version_that_is_read_back_has_its_own_id() -> None:
    """The same version has the same, so that a repeated yes is one request; all are remembered."""
    record = agreed()
    record.settle(WAY, phone="+49 1")
    record.read_back()
    first = record.id
    record.read_back()
    assert record.id == first
    record.settle(NAME, name="Maria")
    record.read_back()
    assert record.id != first
    assert record.ids == [first, record.id]


def test_what_is_read_back() -> None:
    """All that would be sent, and what was left out."""
    record = agreed()
    record.settle(WAY, email="a@b.org")
    record.settle(WISH, wish="after 5")
    text = record.read_back(["Your answers from the check"])
    assert text.splitlines()[1:] == [
        "- Name: left out", "- E-mail: a@b.org", "- Wish: “after 5”", "- Your answers from the check",
    ]  # fmt: skip
    assert "Nothing from the check" in record.read_back()


@given(st.dictionaries(st.sampled_from(SLOTS), JSON))
def test_any_slots_make_a_record(slots: dict[str, Any]) -> None:
    """A slot with nonsense in it counts as empty."""
    record = ContactRecord.from_slots({CONSENT: {"version": "1", "at": "now"}, **slots})
    assert isinstance(record.next_question, str)
    again = ContactRecord.from_slots(json.loads(json.dumps(record.to_slots())))
    assert again == record
