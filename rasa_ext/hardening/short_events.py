"""Of what happened before, the action server is sent what the patient said, and no more.

Stock Rasa sends every event of the conversation with each call: each change of a slot with its value,
and with each message the confidence of every intent, 26 KB after 90 events (research/ops.md 1.4). In
endpoints.yml, `selective_events: true` under `action_endpoint` leaves messages of the patient without
what was understood, and the form without the message that began it. Slots and the latest message are
sent beside the events, and stay whole.
"""

from __future__ import annotations

import copy
import dataclasses
from typing import Any

from rasa.core.actions.action import RemoteAction
from rasa.shared.core.events import UserUttered

#: The setting in endpoints.yml.
SETTING = "selective_events"


class _Selected:
    """A tracker as it is, of whose events only the patient's messages are told."""

    def __init__(self, tracker: Any):
        self._tracker = tracker

    def __getattr__(self, name: str) -> Any:
        return getattr(self._tracker, name)

    def current_state(self, _verbosity: Any) -> dict[str, Any]:
        """Return what is sent."""
        tracker = copy.copy(self._tracker)
        if tracker.active_loop:
            tracker.active_loop = dataclasses.replace(tracker.active_loop, trigger_message=None)
        state: dict[str, Any] = tracker.current_state()
        said = [e.as_dict() for e in self._tracker.events if isinstance(e, UserUttered)]
        for event in said:
            del event["parse_data"]
        return {**state, "events": said}


def install() -> None:
    """Wrap what RemoteAction sends."""
    original = RemoteAction._action_call_format
    if getattr(original, "selects", False):
        return

    def call(self: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        selective = getattr(self.action_endpoint, "kwargs", {}).get(SETTING) is True
        return original(self, _Selected(tracker) if selective else tracker, domain)

    call.selects = True  # type: ignore[attr-defined]
    RemoteAction._action_call_format = call  # type: ignore[method-assign]
