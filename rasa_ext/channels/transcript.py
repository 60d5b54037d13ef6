"""What was said, read from the events of a tracker; nothing is stored a second time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timezone
from itertools import count
from typing import Any

from rasa.shared.core.events import BotUttered, Restarted, SlotSet, UserUttered

from assistant.dialogue.takeover import PERSON
from rasa_ext.channels.replies import Reply, reply_id


def replies_to(events: Iterable[Any], message_id: str) -> list[Reply] | None:
    """Return the replies to the message with this id; None when it was not taken yet."""
    turn = _turn(events, message_id)
    return None if turn is None else numbered(message_id, _said(turn))


def was_left_to_a_person(events: Iterable[Any], message_id: str) -> bool:
    """Tell whether the assistant was silent on purpose: a person of the clinic had taken over."""
    kinds = (e.value for e in _turn(events, message_id) or () if _is_kind(e))
    return PERSON in kinds


def _turn(events: Iterable[Any], message_id: str) -> list[Any] | None:
    """Return what followed the message with this id, up to the next one; None when it was not taken yet."""
    found: list[Any] | None = None
    for event in events:
        if _typed(event):
            if found is not None:
                break
            if event.message_id == message_id:
                found = []
        elif found is not None:
            found.append(event)
    return found


def _said(turn: Iterable[Any]) -> Iterable[dict[str, Any]]:
    return (event.as_dict() for event in turn if isinstance(event, BotUttered))


def _is_kind(event: Any) -> bool:
    return isinstance(event, SlotSet) and event.key == "answer_kind"


def transcript(events: Iterable[Any]) -> list[dict[str, Any]]:
    """Return what both said since the last start over, oldest first."""
    said: list[dict[str, Any]] = []
    turn, numbers = "", count(1)
    for event in events:
        if isinstance(event, Restarted):
            said.clear()
        elif _typed(event):
            turn, numbers = _turn_id(event), count(1)
            said.append({"id": turn, "from": "user", "text": event.text or "", "time": _time(event)})
        elif isinstance(event, BotUttered):
            reply = Reply.from_message(_message(event))
            if reply:
                shown = replace(reply, id=reply_id(turn, next(numbers)))
                said.append({**shown.as_json(), "from": "bot", "time": _time(event)})
    return said


def replies(events: Iterable[Any]) -> list[list[Reply]]:
    """Return the replies of each turn since the last start over, with their ids, oldest first."""
    turns: list[tuple[str, list[dict[str, Any]]]] = []
    for event in events:
        if isinstance(event, Restarted):
            turns.clear()
        elif _typed(event):
            turns.append((_turn_id(event), []))
        elif isinstance(event, BotUttered) and turns:
            turns[-1][1].append(event.as_dict())
    return [numbered(turn, said) for turn, said in turns]


def last_replies(events: Iterable[Any]) -> list[Reply]:
    """Return the replies of the last turn."""
    turns = replies(events)
    return turns[-1] if turns else []


def numbered(turn: str, said: Iterable[Mapping[str, Any]]) -> list[Reply]:
    """Return the replies of a turn from its stored events of the bot, with their ids."""
    found: list[Reply] = []
    for event in said:
        message = {**(event.get("data") or {}), "text": event.get("text")}
        reply = Reply.from_message(message, reply_id(turn, len(found) + 1))
        found += [reply] if reply else []
    return found


def typed_id(event: Mapping[str, Any]) -> str:
    """Return the id of a turn from the stored event of what was typed; empty when another program wrote it."""
    if event.get("event") != "user" or (event.get("metadata") or {}).get("is_external"):
        return ""
    return str(event.get("message_id") or f"at-{event.get('timestamp')}")


def _turn_id(event: Any) -> str:
    return str(event.message_id or f"at-{event.timestamp}")


def _typed(event: Any) -> bool:
    """Tell whether the patient wrote it, and not Rasa's API on behalf of another program."""
    return isinstance(event, UserUttered) and not (event.metadata or {}).get("is_external")


def _message(event: Any) -> dict[str, Any]:
    return {**event.data, "text": event.text}


def _time(event: Any) -> str:
    return datetime.fromtimestamp(event.timestamp, timezone.utc).isoformat(timespec="milliseconds")
