"""Requests for tests, as the form makes them."""

from __future__ import annotations

import uuid
from typing import Any

from assistant.handover.record import NAME, WAY, WISH, ContactRecord
from assistant.screening.record import DONE, CheckRecord
from clinic.requests import Request
from tests.unit.dialogue.fakes import answered


def contact(name: str = "Maria Gomez", phone: str = "+49 171 2345678", **more: str) -> ContactRecord:
    """Returns a request that was read back."""
    record = ContactRecord()
    record.agree("2026-11")
    record.settle(NAME, name=name)
    record.settle(WAY, phone=phone, email=more.get("email", ""))
    record.settle(WISH, wish=more.get("wish", "please call after 5"))
    record.read_back()
    return record


def finished(herpes: str = "yes") -> CheckRecord:
    """Returns a check with a result."""
    record = answered("no", "no", "no", "no", herpes, "no")
    record.status = DONE
    return record


def request(conversation: str = "web:1", check: CheckRecord | None = None, **more: Any) -> Request:
    """Returns a request of a conversation, with an id of its own."""
    made = Request.of(contact(**more), check, conversation=conversation, channel="web", locale="en")
    assert uuid.UUID(made.id)
    return made
