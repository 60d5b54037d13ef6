"""Typed slash commands have no power.

Stock Rasa executes `/restart`, `/session_start` and `/intent{"slot": "value"}` from any user's text
(research/ops.md 0, finding 3). Our buttons send plain text, so no message has to start with "/":
the handler that unpacks them is switched off for every channel at once.
"""

from __future__ import annotations

from typing import List, Optional

from rasa.nlu.classifiers.regex_message_handler import RegexMessageHandler
from rasa.shared.core.domain import Domain
from rasa.shared.nlu.training_data.message import Message


def _leave_as_text(  # type: ignore[no-untyped-def]
    self, messages: List[Message], domain: Optional[Domain] = None
) -> List[Message]:
    return messages


def install() -> None:
    """Let RegexMessageHandler pass all messages through."""
    RegexMessageHandler.process = _leave_as_text  # type: ignore[method-assign,assignment]
