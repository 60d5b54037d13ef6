"""Of a message, only what is read again is stored: data that nobody needs can't be lost.

Rasa stores all that was understood of each message: the rankings of all intents and topics, the text
once more, and of each entity its value and place. A conversation that is read back needs the intent
and the kinds of entities, by which the rules choose; all else served the turn, which is over.
"""

from __future__ import annotations

from typing import Any

_INTENT, _ENTITY = ("name", "confidence"), ("entity", "role", "group")


def lean(event: dict[str, Any]) -> dict[str, Any]:
    """Return what is stored of an event (`Event.as_dict`); the event itself stays as it is."""
    parsed = event.get("parse_data")
    if event.get("event") != "user" or not isinstance(parsed, dict):
        return event
    entities = parsed.get("entities")
    kept = {
        "intent": _only(parsed.get("intent"), _INTENT),
        "entities": [_only(e, _ENTITY) for e in entities] if isinstance(entities, list) else [],
    }
    return {**event, "parse_data": kept}


def _only(value: Any, names: tuple[str, ...]) -> dict[str, Any]:
    found = value if isinstance(value, dict) else {}
    return {name: found[name] for name in names if found.get(name) is not None}
