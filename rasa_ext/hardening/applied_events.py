"""Which events of a conversation count is found by their kinds, and each kind is looked up once.

Stock Rasa asks of every event, four times a message, whether it is one of five kinds, and in a form goes back
over those before for every step: more than two thousand questions in the sixth step of a check, 5 % of its CPU.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce
from typing import Any

from rasa.shared.core.events import (
    ActionExecuted,
    ActionExecutionRejected,
    ActionReverted,
    ActiveLoop,
    DefinePrevUserUtteredFeaturization,
    Event,
    Restarted,
    SessionStarted,
    UserUtteranceReverted,
    UserUttered,
)
from rasa.shared.core.trackers import DialogueStateTracker

# What a kind of event is, as bits: by inheritance, it may be several.
_START, _ACTION_BACK, _TURN_BACK, _ACTION, _SAID, _LOOP, _REJECTED, _FEATURES = (1 << n for n in range(8))
_BITS: list[tuple[int, Any]] = [
    (_START, (Restarted, SessionStarted)),
    (_ACTION_BACK, ActionReverted),
    (_TURN_BACK, UserUtteranceReverted),
    (_ACTION, ActionExecuted),
    (_SAID, UserUttered),
    (_LOOP, ActiveLoop),
    (_REJECTED, ActionExecutionRejected),
    (_FEATURES, DefinePrevUserUtteredFeaturization),
]
_TURN = _ACTION | _SAID | _FEATURES
#: What a kind is, worked out when the first event of it is seen.
_known: dict[type, int] = {}

#: An event, and what it is.
_Kind = tuple[Any, int]


def _kind(event: Event) -> _Kind:
    kind = type(event)
    if kind not in _known:
        _known[kind] = reduce(lambda bits, one: bits | one[0] * issubclass(kind, one[1]), _BITS, 0)
    return event, _known[kind]


def applied_events(events: Iterable[Event]) -> list[Event]:
    """Return the events that count, in order: none that was taken back, or that a form has made up for."""
    everything = [_kind(event) for event in events]
    loops = {event.name for event, kind in everything if kind & _LOOP and event.name}
    done: list[_Kind] = []
    for event, kind in everything:
        if kind & _START:
            done = []
        elif kind & _ACTION_BACK:
            _undo(done, _ACTION)
        elif kind & _TURN_BACK:
            # A message comes after an action, the listening, which goes with it.
            _undo(done, _SAID)
            _undo(done, _ACTION)
        elif kind & _ACTION and event.action_name in loops and _goes_on(done, event.action_name):
            _undo_since(done, event.action_name)
        else:
            done.append((event, kind))
    return [event for event, _ in done]


def _undo(done: list[_Kind], last: int) -> None:
    """Take events back up to one of this kind, with it."""
    while done and not done.pop()[1] & last:
        pass


def _goes_on(done: list[_Kind], loop: str) -> bool:
    """Tell whether a form ran before, and nothing has come between."""
    following: str | None = None
    for event, kind in reversed(done):
        if kind & _LOOP and event.name is None:
            return False
        if kind & _REJECTED and event.action_name == loop:
            return False
        if kind & _SAID and following is not None and following != loop:
            return False
        if kind & _ACTION:
            if event.action_name == loop:
                return True
            following = event.action_name
    return False


def _undo_since(done: list[_Kind], loop: str) -> None:
    """Take messages and actions back up to the last run of a form; what they set stays."""
    at = len(done)
    while at and not (done[at - 1][1] & _ACTION and done[at - 1][0].action_name == loop):
        at -= 1
    done[at:] = [pair for pair in done[at:] if not pair[1] & _TURN]


def install() -> None:
    """Replace DialogueStateTracker.applied_events."""
    original = DialogueStateTracker.applied_events
    if hasattr(original, "of_rasa"):
        return

    def applied(self: Any) -> list[Event]:
        return applied_events(self.events)

    applied.of_rasa = original  # type: ignore[attr-defined]
    DialogueStateTracker.applied_events = applied  # type: ignore[method-assign]
