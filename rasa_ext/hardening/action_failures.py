"""A failed action is said honestly and never completes a form.

Stock Rasa logs the error and goes on: with the action server down the form ends at once and the
response after it is spoken, with nothing asked (research/peers.md, fact 1). Here the turn ends with
`utter_action_failed` (or the emergency text, when the message was an emergency), and the
conversation stays where it was.
"""

from __future__ import annotations

import logging
from typing import Any

from rasa.core.actions import action as rasa_action
from rasa.core.actions.action import ActionExecutionRejection, create_bot_utterance
from rasa.core.processor import MessageProcessor
from rasa.shared.core.constants import ACTION_LISTEN_NAME
from rasa.shared.core.events import ActionExecuted, Event

from assistant import logs
from rasa_ext.metrics import turns
from rasa_ext.metrics.timing import action_call

logger = logging.getLogger(__name__)

FAILED_RESPONSE = "utter_action_failed"
#: Seconds after which an action counts as failed; ours take milliseconds (research/ops.md 1.5).
ACTION_SECONDS = 8
#: Intents whose text must be given even when no action can run.
_FIRST = {"emergency": "utter_emergency", "self_harm": "utter_self_harm"}


class _Guarded:
    """Wraps an action: an exception becomes an honest message and is remembered."""

    def __init__(self, action: Any):
        self._action = action
        self.failed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._action, name)

    async def run(self, output_channel: Any, nlg: Any, tracker: Any, domain: Any) -> list[Event]:
        name = self._action.name()
        try:
            with action_call(name):
                events: list[Event] = await self._action.run(output_channel, nlg, tracker, domain)
            return events
        except ActionExecutionRejection:
            raise
        except Exception as error:
            self.failed = True
            logger.error("action %s failed: %s", name, logs.kind(error))
            turns.action_failed()
            intent = (tracker.latest_message.intent or {}).get("name") if tracker.latest_message else None
            response = _FIRST.get(intent or "", FAILED_RESPONSE)
            message = await nlg.generate(response, tracker, output_channel.name())
            return [create_bot_utterance(message)] if message else []


def install() -> None:
    """Replace MessageProcessor._run_action, and Rasa's 300 s of patience with the action server."""
    rasa_action.DEFAULT_REQUEST_TIMEOUT = ACTION_SECONDS
    original = MessageProcessor._run_action
    if getattr(original, "guards_failures", False):
        return

    async def run_action(
        self: Any, action: Any, tracker: Any, output_channel: Any, nlg: Any, prediction: Any
    ) -> bool:
        guarded = _Guarded(action)
        go_on = await original(self, guarded, tracker, output_channel, nlg, prediction)
        if not guarded.failed:
            return go_on
        # Nothing may follow in this turn: not the form's next question, not a result.
        tracker.update(ActionExecuted(ACTION_LISTEN_NAME))
        return False

    run_action.guards_failures = True  # type: ignore[attr-defined]
    MessageProcessor._run_action = run_action  # type: ignore[method-assign]
