"""What the clinic's figures need of a turn beside its metrics: its questions without an answer, and counts.

Read from the events, as `reading` does; handed to `clinic.insights`, which stores it some seconds later.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Reversible
from dataclasses import dataclass
from itertools import takewhile
from typing import Any

from rasa.shared.core.events import ActiveLoop, Event, Restarted, SlotSet, UserUttered

from assistant.dialogue.message import GATE, UserMessage, from_latest_message
from assistant.screening.assertion import Assertion
from clinic.insights import store
from clinic.insights.questions import Asked
from rasa_ext.metrics.reading import FORM, Happened

SILENT, OUT_OF_SCOPE, UNCLEAR, ANSWERED = "not_in_document", "out_of_scope", "unclear", "answered"
#: A question on the topic that has no entry of its own.
OTHER = "other"
_HEALTH = frozenset(("condition", "medicine", "temperature", "blood_pressure", "red_flag"))
_CODE = re.compile(r"[a-z]{2,3}(?:-[A-Z]{2})?")
#: What the record of the check keeps of what somebody told; lists that only grow.
_TOLD = ("off_list", "readings", "red_flags")


@dataclass(frozen=True)
class Beside:
    """What `Happened` does not hold: whether the conversation began, refused topics, and questions."""

    first: bool = False
    refused: tuple[str, ...] = ()
    asked: tuple[Asked, ...] = ()


def read_beside(events: Reversible[Event], happened: Happened) -> Beside:
    """Return what the last message of the patient asked in vain.

    Args:
        events: all events of the session, oldest first.
        happened: what the turn was about.
    """
    new: list[Any] = []
    older: Iterator[Event] = iter(reversed(events))
    message: Any = None
    for event in older:
        if event.type_name == UserUttered.type_name:
            message = event
            break
        new.append(event)
    if message is None:
        return Beside()
    older = takewhile(lambda event: event.type_name != Restarted.type_name, older)
    before: list[Any] = []
    first = True
    for event in older:
        before.append(event)
        if event.type_name == UserUttered.type_name:
            first = False
            break
    if happened.kind not in (SILENT, OUT_OF_SCOPE, UNCLEAR, ANSWERED):
        return Beside(first)
    understood = from_latest_message({**(message.parse_data or {}), "text": message.text})
    refused = _refused(understood, happened, new)
    if happened.kind == ANSWERED and not refused:
        return Beside(first)
    before.extend(older)
    loop = _loop(before)
    if loop not in (None, FORM) or _tells(message, new, before):
        # Of another form, such as that of how to reach somebody, nothing is kept.
        return Beside(first, refused)
    language = _language([*new, *before])
    return Beside(first, refused, _asked(understood, happened, refused, loop is not None, language))


def counts_of(channel: str, happened: Happened, beside: Beside) -> tuple[tuple[str, str], ...]:
    """Return what is counted once more: (name, label)."""
    counts = [(store.MESSAGES, channel), (store.ANSWERS, happened.kind)]
    if beside.first:
        counts.append((store.CONVERSATIONS, channel))
    counts += [(store.REFUSALS, topic) for topic in beside.refused]
    if happened.emergency:
        counts.append((store.EMERGENCIES, happened.emergency))
    if happened.begun:
        counts.append((store.BEGUN, channel))
    if happened.outcome:
        counts.append((store.FINISHED, happened.outcome))
    if happened.left:
        counts.append((store.LEFT, "/".join(happened.left)))
    if happened.asked:
        counts.append((store.ASKED, happened.asked))
    return (*counts, *((store.ANSWERED, item) for item in happened.answered))


def _refused(message: UserMessage, happened: Happened, new: list[Any]) -> tuple[str, ...]:
    """Return the silent topics that the reply refused."""
    if happened.kind not in (SILENT, ANSWERED):
        return ()
    hits = [h.topic for h in message.hits if h.confidence >= GATE] or [message.best]
    topics = [t.partition("/")[2] for t in hits if t.startswith(f"{SILENT}/")]
    if not topics and happened.kind == SILENT:
        # The lexicon, not the classifier, found it: the reply says which one it was.
        last = next((e.value for e in new if _is_slot(e, "last_topic")), "")
        parent, _, name = str(last or "").partition("/")
        topics = [name if parent == SILENT else OTHER]
    return tuple(dict.fromkeys(topics))


def _asked(
    message: UserMessage, happened: Happened, refused: tuple[str, ...], in_check: bool, language: str
) -> tuple[Asked, ...]:
    texts = {h.topic.partition("/")[2]: h.text for h in message.hits if h.topic.startswith(f"{SILENT}/")}
    if happened.kind in (SILENT, ANSWERED):
        found = [(SILENT, topic, texts.get(topic) or message.text) for topic in refused]
    else:
        found = [(happened.kind, "", message.text)]
    return tuple(
        Asked(kind, topic, text, message.text, message.ranking, in_check, language)
        for kind, topic, text in found
    )


def _loop(before: list[Any]) -> str | None:
    """Return the form that was open when the message came; `before` begins with the newest."""
    loops = (e for e in before if e.type_name == ActiveLoop.type_name)
    return next((str(e.name) if e.name else None for e in loops), None)


def _language(events: list[Any]) -> str:
    """Return the language of the conversation; `events` begin with the newest."""
    found = next((e.value for e in events if _is_slot(e, "language")), None)
    return found if isinstance(found, str) and _CODE.fullmatch(found) else "en"


def _tells(message: Any, new: list[Any], before: list[Any]) -> bool:
    """Tell whether something about somebody's health was said, as far as the lexicon and the record know."""
    entities = (message.parse_data or {}).get("entities") or message.entities or ()
    for entity in entities:
        if entity.get("entity") in _HEALTH and entity.get("role") != Assertion.HYPOTHETICAL.value:
            return True
    now = next((e.value for e in new if _is_slot(e, "check_record")), None)
    if not isinstance(now, dict):
        return False
    found = next((e.value for e in before if _is_slot(e, "check_record")), None)
    was = found if isinstance(found, dict) else {}
    if any(len(now.get(name) or ()) > len(was.get(name) or ()) for name in _TOLD):
        return True
    entries = (now.get("entries") or ())[len(was.get("entries") or ()) :]
    return any(not isinstance(e, dict) or e.get("value") != "no" for e in entries)


def _is_slot(event: Any, slot: str) -> bool:
    return bool(event.type_name == SlotSet.type_name and event.key == slot)
