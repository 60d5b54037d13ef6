"""Messages with a classification that the test gives, and readers of what was replied."""

from __future__ import annotations

from assistant.dialogue.message import Hit, UserMessage
from assistant.rendering.reply import Reply
from assistant.screening.items import ITEMS, Item
from assistant.screening.record import CheckRecord


def said(text: str, topic: str = "", confidence: float = 0.9, *, turn: int = 3) -> UserMessage:
    """A message that the classifier takes for `topic`; without a topic it knows nothing."""
    if not topic:
        return UserMessage(text, turn=turn)
    ranking = ((topic, confidence), ("out_of_scope", (1 - confidence) / 2))
    return UserMessage(text, ranking, (Hit(topic, confidence, text),), turn)


def spoken(reply: Reply) -> str:
    """All that a reply says: its texts, and the names of its responses."""
    return "\n".join(m.text or m.response for m in reply.messages)


def titles(reply: Reply) -> list[str]:
    """The titles of the choices beside a reply."""
    return [c.title for m in reply.messages for c in m.choices]


def answered(*values: str) -> CheckRecord:
    """A running check whose first questions were answered with `values`."""
    record = CheckRecord(status="active")
    for item, value in zip(ITEMS, values, strict=False):
        record.answer(item, value, value, "answer")  # type: ignore[arg-type]
    return record


def open_item(record: CheckRecord) -> Item:
    """The item whose question is open."""
    item = record.next_item
    assert item is not None
    return item
