"""What was said, read from the events of a tracker; nothing is stored a second time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timezone
from itertools import count
from typing import Any

from rasa.shared.core.events import BotUttered, Restarted, UserUttered

from rasa_ext.channels.replies import Reply, reply_id


def replies_to(events: Iterable[Any], message_id: str) -> list[Reply] | None:
    """Return the replies to the message with this id; None when it was not taken yet."""
    found: list[Reply] | None = None
    for event in events:
        if _typed(event):
            if found is not None:
                break
            if event.message_id == message_id:
                found = []
        elif isinstance(event, BotUttered) and found is not None:
            reply = Reply.from_message(_message(event), reply_id(message_id, len(found) + 1))
            found += [reply] if reply else []
    return found


def transcript(events: Iterable[Any]) -> list[dict[str, Any]]:
    """Return what both said since the last start over, oldest first."""
    said: list[dict[str, Any]] = []
    turn, numbers = "", count(1)
    for event in events:
        if isinstance(event, Restarted):
            said.clear()
        elif _typed(event):
            turn, numbers = str(event.message_id or f"at-{event.timestamp}"), count(1)
            said.append({"id": turn, "from": "user", "text": event.text or "", "time": _time(event)})
        elif isinstance(event, BotUttered):
            reply = Reply.from_message(_message(event))
            if reply:
                shown = replace(reply, id=reply_id(turn, next(numbers)))
                said.append({**shown.as_json(), "from": "bot", "time": _time(event)})
    return said


def _typed(event: Any) -> bool:
    """Tell whether the patient wrote it, and not Rasa's API on behalf of another program."""
    return isinstance(event, UserUttered) and not (event.metadata or {}).get("is_external")


def _message(event: Any) -> dict[str, Any]:
    return {**event.data, "text": event.text}


def _time(event: Any) -> str:
    return datetime.fromtimestamp(event.timestamp, timezone.utc).isoformat(timespec="milliseconds")
