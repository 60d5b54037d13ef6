"""Copies a conversation by copying how it stands.

Stock Rasa replays all events for a copy, before every action: the longer the conversation, the
longer it takes. And it copies each slot by way of `copy.copy`, which asks the slot how it would be
pickled; here its attributes are taken over, which is what comes of that.
"""

from __future__ import annotations

import dataclasses
from typing import Any

from rasa.shared.core import trackers
from rasa.shared.core.slots import Slot
from rasa.shared.core.trackers import DialogueStateTracker


class _Copies:
    """Stands in for the module `copy`, which Rasa's module of trackers uses for slots alone."""

    @staticmethod
    def copy(slot: Slot) -> Any:
        """Return a slot with the same attributes."""
        other = object.__new__(type(slot))
        other.__dict__.update(slot.__dict__)
        return other


def _copy(self: DialogueStateTracker) -> DialogueStateTracker:
    """Return a conversation that changes apart from this one; events are shared, as in stock Rasa."""
    other = DialogueStateTracker(
        self.sender_id, (), self._max_event_history, is_rule_tracker=self.is_rule_tracker
    )
    other.slots = {name: _Copies.copy(slot) for name, slot in self.slots.items()}
    other.events.extend(self.events)
    other.latest_action = dict(self.latest_action) if self.latest_action is not None else None
    other.active_loop = dataclasses.replace(self.active_loop) if self.active_loop else None
    for name in ("_paused", "followup_action", "latest_message", "latest_bot_utterance"):
        setattr(other, name, getattr(self, name))
    return other


def install() -> None:
    """Replace DialogueStateTracker.copy, and `copy` in Rasa's module of trackers."""
    trackers.copy = _Copies  # type: ignore[attr-defined]
    DialogueStateTracker.copy = _copy  # type: ignore[method-assign]
