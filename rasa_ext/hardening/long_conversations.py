"""A conversation that goes on and on stays as fast as a short one.

Rasa reads and replays all events of a session on every message, and sends them to the action server:
1,000 events cost 16 to 40 times as much as a new conversation (research/ops.md 1.4). Sessions begin
anew after an hour of silence only, and then Rasa carries over every change of every slot there ever
was. Here a new session begins after some turns, without anybody noticing: slots, the form and its
question stay as they are. Of each slot the last value is carried over. The tracker store keeps all.
"""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import ActionSessionStart
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import (
    ActionExecuted,
    ActiveLoop,
    Event,
    SessionStarted,
    SlotSet,
)

#: Events of a session after which a new one begins; a turn has about ten.
MOST = 80


def shorten(tracker: Any) -> bool:
    """Begin a new session when this one is long and waits for the user; tell whether it did."""
    if len(tracker.events) <= MOST or tracker.latest_action_name != ACTION_LISTEN_NAME:
        return False
    if tracker.is_paused() or tracker.followup_action not in (None, ACTION_LISTEN_NAME):
        return False
    events: list[Event] = [SessionStarted(), *_slots(tracker)]
    if tracker.active_loop_name:
        # Never interrupted at this point: waiting for the user ends an interruption.
        events.append(ActiveLoop(tracker.active_loop_name))
    for event in (*events, ActionExecuted(ACTION_LISTEN_NAME)):
        tracker.update(event)
    return True


def _slots(tracker: Any) -> list[Event]:
    """Return the slots that are not as they are at the beginning."""
    found = ((name, slot) for name, slot in tracker.slots.items() if slot.value != slot.initial_value)
    return [SlotSet(name, slot.value) for name, slot in found]


def install() -> None:
    """Wrap the look at the session that Rasa takes before each message."""
    original = MessageProcessor._update_tracker_session
    if getattr(original, "shortens", False):
        return

    async def update(self: Any, tracker: Any, output_channel: Any, metadata: Any = None) -> None:
        await original(self, tracker, output_channel, metadata)
        shorten(tracker)

    update.shortens = True  # type: ignore[attr-defined]
    MessageProcessor._update_tracker_session = update  # type: ignore[method-assign]
    ActionSessionStart._slot_set_events_from_tracker = staticmethod(_slots)  # type: ignore[assignment]
