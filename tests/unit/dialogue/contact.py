"""A request to the clinic in tests: up to a question, and a message to it."""

from __future__ import annotations

from assistant.dialogue.handover import ContactStep, Turn, advance
from assistant.handover.record import CONSENT, NAME, WAY, WISH, ContactRecord
from assistant.screening.record import CheckRecord
from tests.unit.dialogue.fakes import said


def at(question: str) -> ContactRecord:
    """Returns a request whose questions before this one were answered."""
    record = ContactRecord()
    if question == CONSENT:
        return record
    record.agree("1")
    given_ = {NAME: {"name": "Maria"}, WAY: {"phone": "+49 171 2345678"}, WISH: {"wish": "call me"}}
    for before, values in given_.items():
        if before == question:
            return record
        record.settle(before, **values)
    record.read_back()
    return record


def say(
    record: ContactRecord, question: str, text: str, topic: str = "", confidence: float = 0.9,
    check: CheckRecord | None = None,
) -> ContactStep:  # fmt: skip
    """Sends a message to a question."""
    return advance(Turn(said(text, topic, confidence), record, question, check or CheckRecord()))
