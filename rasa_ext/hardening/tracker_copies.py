"""Copies a conversation by copying how it stands.

Stock Rasa replays all events for a copy, before every action: the longer the conversation, the
longer it takes.
"""

from __future__ import annotations

import copy
import dataclasses

from rasa.shared.core.trackers import DialogueStateTracker


def _copy(self: DialogueStateTracker) -> DialogueStateTracker:
    """Return a conversation that changes apart from this one; events are shared, as in stock Rasa."""
    other = self.init_copy()
    other.events.extend(self.events)
    for name, slot in self.slots.items():
        other.slots[name] = copy.copy(slot)
    other.latest_action = dict(self.latest_action) if self.latest_action is not None else None
    other.active_loop = dataclasses.replace(self.active_loop) if self.active_loop else None
    for name in ("_paused", "followup_action", "latest_message", "latest_bot_utterance"):
        setattr(other, name, getattr(self, name))
    return other


def install() -> None:
    """Replace DialogueStateTracker.copy."""
    DialogueStateTracker.copy = _copy  # type: ignore[method-assign]
