"""Corrections of a request to the clinic, at any of its questions."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.handover.contact import Found, read_contact, read_name, read_wish
from assistant.handover.forms import has_any, has_own, is_field, named_field, new_wish
from assistant.handover.record import CHANGE, CONSENT, NAME, SEND, WAY, WISH, ContactRecord
from assistant.text import words
from assistant.wording import wording

_QUESTION = {"name": NAME, "phone": WAY, "email": WAY, "way": WAY, "wish": WISH}
#: A wish may hold the same words; what is longer than this is one.
_SHORT, _SHORT_VALUE = 8, 12


@dataclass(frozen=True)
class Changed:
    """What was said to a correction, and the question to put next (empty: the next open one)."""

    said: str = ""
    ask: str = ""


def change(text: str, record: ContactRecord, question: str, region: str) -> Changed | None:
    """Apply a correction to `record`; None when the message is none.

    Args:
        text: the message.
        record: the request so far.
        question: the open question, whose own answers are not read here.
        region: country of phone numbers without one.
    """
    count = len(words(text))
    changes = has_any(text, "change") or has_any(text, "remove")
    field = named_field(text)
    reads_back = question in (SEND, CHANGE)
    if question == CONSENT or (count > _SHORT_VALUE and not reads_back):
        return None
    if question != NAME and (name := _new_name(text, question, changes=changes)):
        record.settle(NAME, name=name)
        return Changed(wording("handover.changed_name", value=name))
    if question != WAY and (changed := _new_way(text, record, question, region, changes, field)):
        return changed
    found = new_wish(text) if changes and field == "wish" and question != WISH else ""
    if found and (wish := read_wish(found)):
        record.settle(WISH, wish=wish)
        return Changed(wording("handover.changed"))
    # "Is the number of sessions correct" is a wish, "my number is not correct" is a change.
    meant = question != WISH or has_any(text, "own")
    if changes and meant and field and _QUESTION[field] != question and count <= _SHORT:
        return _without_value(text, record, field)
    if question == CHANGE and (whole := is_field(text)):
        record.reopen(_QUESTION[whole])
        return Changed(ask=_QUESTION[whole])
    return None


def _new_name(text: str, question: str, *, changes: bool) -> str:
    if question == WISH and not changes and len(words(text)) > 5:
        return ""
    name = read_name(text, asked=False)
    # "My name is wrong" gives none.
    return "" if has_any(name, "change") else name


def _new_way(
    text: str, record: ContactRecord, question: str, region: str, changes: bool, field: str | None
) -> Changed | None:
    found = read_contact(text, region)
    says_so = field in ("phone", "email", "way") and (changes or has_own(text, field))
    if not (says_so or question in (SEND, CHANGE)):
        return None
    if found.any:
        record.settle(WAY, phone=found.phone or record.phone, email=found.email or record.email)
        return Changed(wording("handover.changed"))
    if found.problem and question in (SEND, CHANGE):
        return _refused(record, found)
    return None


def _refused(record: ContactRecord, found: Found) -> Changed:
    """Say what is wrong with a new way; the old one stays until there is one."""
    record.reopen(WAY)
    record.doubted = found.doubted
    if found.problem == "doubtful":
        return Changed(wording("handover.problem.doubtful", number=found.doubted), WAY)
    return Changed(wording(f"handover.problem.{found.problem}"), WAY)


def _without_value(text: str, record: ContactRecord, field: str) -> Changed:
    question = _QUESTION[field]
    if has_any(text, "remove") and field != "way":
        other = {"phone": record.email, "email": record.phone}.get(field, "nothing needed")
        if other:
            record.settle(question, **{field: ""})
            return Changed(wording("handover.changed"))
        return Changed(wording("handover.need_way"))
    record.reopen(question)
    return Changed(ask=question)
