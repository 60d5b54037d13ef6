"""Of what was said before, the action server is sent the words, not all that was understood.

Stock Rasa sends every event of the conversation with each call, and with each message of the patient
the confidence of every intent: 26 KB after 90 events (research/ops.md 1.4). In endpoints.yml,
`selective_events: true` under `action_endpoint` leaves it out; of the latest message,
`latest_message` has it all the same.
"""

from __future__ import annotations

from typing import Any

from rasa.core.actions.action import RemoteAction

#: The setting in endpoints.yml.
SETTING = "selective_events"


def install() -> None:
    """Wrap what RemoteAction sends."""
    original = RemoteAction._action_call_format
    if getattr(original, "shortens", False):
        return

    def call(self: Any, tracker: Any, domain: Any) -> dict[str, Any]:
        sent: dict[str, Any] = original(self, tracker, domain)
        if getattr(self.action_endpoint, "kwargs", {}).get(SETTING) is True:
            # The dictionaries were made for this call.
            for event in sent["tracker"]["events"]:
                event.pop("parse_data", None)
        return sent

    call.shortens = True  # type: ignore[attr-defined]
    RemoteAction._action_call_format = call  # type: ignore[method-assign]
