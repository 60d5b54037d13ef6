"""Corrections in the check: which answer a message takes back, and what is said and stored then."""

from __future__ import annotations

from assistant.dialogue.check_step import CLEAR_COMMAND_GATE, COMMAND_GATE
from assistant.dialogue.message import UserMessage
from assistant.rendering.reply import Reply
from assistant.screening.correction import Correction, find_correction
from assistant.screening.evidence import Reading
from assistant.screening.items import Item
from assistant.screening.record import CheckRecord
from assistant.screening.slips import find_slip, takes_back
from assistant.wording import wording


def last_answered(record: CheckRecord, item: Item) -> Item | None:
    """Return the item answered last; None when the open question, `item`, was tried since."""
    return record.asked[-1] if record.asked and not record.attempts.get(item) else None


def named(message: UserMessage, record: CheckRecord, item: Item, reading: Reading) -> Correction | None:
    """Return the correction of the answer that the words name, while `item` is asked."""
    last = record.asked[-1] if record.asked else None
    return find_correction(
        message.text,
        reading,
        answered=record.answered,
        last=last,
        asked=item,
        declared=message.is_a("correct_answer", at_least=COMMAND_GATE),
    )


def slip(message: UserMessage, record: CheckRecord, item: Item, reading: Reading) -> Correction | None:
    """Return what words of a slip change: the answer that they name, else the one given last."""
    last = last_answered(record, item)
    found = find_slip(message.text, reading, last=last, value=record.values[last] if last else None)
    # "Wrong button, no boils": the words name an answer, and maybe its value.
    names = found or (takes_back(message.text) and not reading.speaks_of(item))
    return (named(message, record, item, reading) if names else None) or found


def declared_slip(
    message: UserMessage, record: CheckRecord, item: Item, reading: Reading
) -> Correction | None:
    """Have the last question asked again when the classifier is sure of a correction, and nothing tells of what."""
    last = last_answered(record, item)
    sure = message.is_a("correct_answer", at_least=CLEAR_COMMAND_GATE) and "?" not in message.text
    if last is None or not sure or reading.values or reading.off_list or reading.touched:
        return None
    return Correction(last, None)


def apply_correction(text: str, record: CheckRecord, correction: Correction, reply: Reply) -> None:
    """Store a correction (or reopen the question) and say it back."""
    name = wording(f"items.{correction.item}.name")
    if correction.value is None:
        record.reopen(correction.item)
        reply.say(wording("check.reopened"))
        return
    old = record.correct(correction.item, correction.value, text.strip())
    new = wording(f"check.values.{correction.value}")
    if old == correction.value:
        reply.say(wording("check.same", item=name, new=new))
        return
    before = wording(f"check.values.{old or 'none'}")
    reply.say(wording("check.changed", item=name, old=before, new=new))
