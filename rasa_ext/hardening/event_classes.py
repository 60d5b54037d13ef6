"""Looks up the class of an event once for each type.

Stock Rasa walks the class tree for every event of a conversation on every message: 40 % of the cost
of a long conversation (research/ops.md 1.4).
"""

from __future__ import annotations

from functools import lru_cache

from rasa.shared.core.events import Event


def install() -> None:
    """Cache Event.resolve_by_type."""
    if getattr(Event.resolve_by_type, "cache_info", None):
        return
    original = Event.resolve_by_type

    @lru_cache(maxsize=256)
    def resolve(type_name: str, default: type[Event] | None = None) -> type[Event] | None:
        return original(type_name, default)

    Event.resolve_by_type = staticmethod(resolve)  # type: ignore[assignment]
