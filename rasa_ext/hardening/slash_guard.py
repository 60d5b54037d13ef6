"""Typed slash commands have no power.

Stock Rasa executes `/restart`, `/session_start` and `/intent{"slot": "value"}` from any user's text
(research/ops.md 0, finding 3). Our buttons send plain text, so no message has to start with "/":
the handler that unpacks them is switched off for every channel at once.
"""

from __future__ import annotations

from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.constants import ENTITIES, INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message

#: Emergencies keep their power whatever the message starts with.
_ALWAYS = ("emergency", "self_harm")


def _leave_as_text(  # type: ignore[no-untyped-def]
    self,
    messages: list[Message],
    domain: Domain | None = None,
) -> list[Message]:
    for message in messages:
        text = (message.get(TEXT) or "").strip()
        if text.startswith("/") and (message.get(INTENT) or {}).get("name") not in _ALWAYS:
            # A command means nothing here, not even as words ("/start_check").
            unknown = {"name": DEFAULT_NLU_FALLBACK_INTENT_NAME, "confidence": 1.0}
            message.set(INTENT, unknown, add_to_output=True)
            message.set("topics", {"whole": [], "hits": []}, add_to_output=True)
            message.set(ENTITIES, [], add_to_output=True)
    return messages


def install() -> None:
    """Let RegexMessageHandler pass all messages through."""
    RegexMessageHandler.process = _leave_as_text  # type: ignore[method-assign,assignment]
