"""Which events count is seen from their kinds, where nothing was taken back.

Stock Rasa asks of every event of a conversation, four times a message, whether it is one of five kinds.
Where none takes anything back and no form ran, the events that count are those since the last start.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from rasa.shared.core.events import (
    ActionReverted,
    ActiveLoop,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
)
from rasa.shared.core.trackers import DialogueStateTracker


@lru_cache(maxsize=256)
def _is_start(kind: type[Event]) -> bool:
    return issubclass(kind, (Restarted, SessionStarted))


@lru_cache(maxsize=256)
def _takes_back(kind: type[Event]) -> bool:
    """Tell whether an event of this kind may undo others, itself or by the form that it begins."""
    return issubclass(kind, (ActionReverted, UserUtteranceReverted, ActiveLoop))


def install() -> None:
    """Wrap DialogueStateTracker.applied_events."""
    original = DialogueStateTracker.applied_events
    if hasattr(original, "of_rasa"):
        return

    def applied_events(self: Any) -> list[Event]:
        events = list(self.events)
        kinds: set[Any] = {type(event) for event in events}
        if any(_takes_back(kind) for kind in kinds):
            return list(original(self))
        starts = {kind for kind in kinds if _is_start(kind)}
        at = len(events)
        while starts and at and type(events[at - 1]) not in starts:
            at -= 1
        return events[at:] if starts else events

    applied_events.of_rasa = original  # type: ignore[attr-defined]
    DialogueStateTracker.applied_events = applied_events  # type: ignore[method-assign]
