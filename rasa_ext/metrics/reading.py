"""What a turn was about, read from the events that it has added to the tracker. Pure.

Only slots and events of the contract are read (README.md, Contracts), of them only values that are
known beforehand: whatever else stands there can't become a label.
"""

from __future__ import annotations

from collections.abc import Mapping, Reversible
from dataclasses import dataclass, field
from typing import Any, get_args

from rasa.shared.core.events import ActiveLoop, BotUttered, Event, SlotSet, UserUttered

from assistant.safety.second_net import KINDS as EMERGENCIES
from assistant.screening.items import ITEMS
from assistant.screening.outcome import Outcome
from assistant.screening.record import DONE, EMERGENCY, STOPPED

FORM = "contraindication_check"
FAILED_RESPONSE = "utter_action_failed"
ANSWER_KINDS = (
    "answered",
    "not_in_document",
    "out_of_scope",
    "unclear",
    "condition",
    "emergency",
    "smalltalk",
    "person",
)
#: The turn set no answer kind: an action failed, or nothing had to be said.
NO_KIND = "none"
#: Why a check was left; `other`: its form was given up.
RESTARTED, OTHER = "restarted", "other"


@dataclass
class Happened:
    """What a turn was about.

    Attributes:
        kind: the answer kind, or `none`.
        apology: an action failed in the action server, which said so.
        emergency: `emergency` or `self_harm` when the message tells of one.
        begun: a check was begun.
        outcome: the result, when the check was finished.
        left: (item, reason) when the check was left unfinished; item `none` before its first question.
        asked: the item whose question was put, when it was not open before.
        answered: the items whose question was answered.
    """

    kind: str = NO_KIND
    apology: bool = False
    emergency: str | None = None
    begun: bool = False
    outcome: str | None = None
    left: tuple[str, str] | None = None
    asked: str | None = None
    answered: list[str] = field(default_factory=list)


def read_turn(events: Reversible[Event]) -> Happened:
    """Return what happened since the last message of the patient.

    Args:
        events: All events of the session, oldest first.
    """
    newest_first = iter(reversed(events))
    new: list[Any] = []
    message: Any = None
    for event in newest_first:
        if event.type_name == UserUttered.type_name:
            message = event
            break
        new.append(event)
    happened = Happened()
    intent = (message.intent or {}).get("name") if message else None
    if intent in EMERGENCIES:
        happened.emergency = str(intent)
    kind = _last(new, "answer_kind")
    if kind in ANSWER_KINDS:
        happened.kind = str(kind)
    happened.apology = any(e.type_name == BotUttered.type_name and _is_apology(e) for e in new)
    if any(e.type_name == ActiveLoop.type_name or _is_slot(e, "check_record") for e in new):
        _read_check(happened, list(newest_first), new)
    return happened


def _read_check(happened: Happened, before: list[Any], new: list[Any]) -> None:
    """Compare the check before and after the turn."""
    was = _record(before)
    now = _record(new) or was
    loops = [e.name for e in new if e.type_name == ActiveLoop.type_name]
    open_before, open_now = _last(before, "requested_slot"), _last(new, "requested_slot")
    asked_before, asked_now = _asked(was), _asked(now)
    restarted = not loops and bool(asked_before) and not asked_now and open_now in ITEMS
    happened.begun = restarted or (FORM in loops and not asked_now)
    happened.answered = [i for i in asked_now if restarted or i not in asked_before]
    if open_now in ITEMS and (open_now != open_before or restarted):
        happened.asked = str(open_now)
    status = now.get("status")
    if restarted:
        happened.left = _item(open_before), RESTARTED
    elif not (None in loops and _left_check(loops, before)):
        return
    elif status == DONE:
        outcome = _last(new, "check_outcome")
        happened.outcome = str(outcome) if outcome in get_args(Outcome) else None
    else:
        happened.left = _item(open_before), str(status) if status in (STOPPED, EMERGENCY) else OTHER


def _left_check(loops: list[Any], before: list[Any]) -> bool:
    """Tell whether the form that ended was the check's; `loops` and `before` begin with the newest."""
    older = [
        *loops[loops.index(None) + 1 :],
        *(e.name for e in before if e.type_name == ActiveLoop.type_name),
    ]
    return next((name for name in older if name is not None), FORM) == FORM


def _is_apology(event: Any) -> bool:
    return (event.metadata or {}).get("utter_action") == FAILED_RESPONSE


def _last(events: list[Any], slot: str) -> Any:
    """Return the last value that a slot was set to; `events` begin with the newest."""
    return next((e.value for e in events if _is_slot(e, slot)), None)


def _is_slot(event: Any, slot: str) -> bool:
    return bool(event.type_name == SlotSet.type_name and event.key == slot)


def _record(events: list[Any]) -> Mapping[str, Any]:
    found = _last(events, "check_record")
    return found if isinstance(found, dict) else {}


def _asked(record: Mapping[str, Any]) -> list[str]:
    return [i for i in record.get("asked") or () if i in ITEMS]


def _item(name: Any) -> str:
    return name if name in ITEMS else "none"
