"""Reads messages of a conversation in a language of which only fixed forms are known (assistant.locales).

Rasa's components don't know the conversation. So this comes after them: it puts the class that a form stands for, or
none, in the place of what the English classifier made of the message. An emergency stays one.
"""

from __future__ import annotations

from typing import Any

from rasa.core.channels.channel import UserMessage
from rasa.core.processor import MessageProcessor
from rasa.shared.constants import DEFAULT_NLU_FALLBACK_INTENT_NAME
from rasa.shared.core.events import Restarted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.shared.nlu.constants import INTENT

from assistant import locales
from assistant.handover.record import CONSENT
from assistant.safety.red_flags import find_red_flag
from assistant.safety.second_net import KINDS


def begin(message: UserMessage, tracker: DialogueStateTracker) -> None:
    """Set the language that the channel names, at the first message of all or after a start over."""
    named = (message.metadata or {}).pop(locales.SLOT, None)
    # What is not kept need not be erased; the slot tells it.
    message.metadata = message.metadata or None
    if not named or not _is_first(tracker):
        return
    known = (*locales.codes(), locales.DEFAULT)
    # "es-MX" is Spanish, too.
    code = next((c for c in (named, str(named).split("-")[0].lower()) if c in known), None)
    if code and code != tracker.get_slot(locales.SLOT):
        tracker.update(SlotSet(locales.SLOT, code))


def _is_first(tracker: DialogueStateTracker) -> bool:
    """Tell whether the patient has said nothing yet, or nothing since the last start over."""
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered | Restarted):
            return isinstance(event, Restarted)
    return True


def read(
    parsed: dict[str, Any], language: str | None, *, in_check: bool = False, requested: bool = False
) -> None:
    """Change what the classifier made of a message into what the forms make of it.

    Args:
        parsed: Rasa's parse data; changed.
        language: of the conversation.
        in_check: a question of the check is open.
        requested: a request to the clinic is begun and waits, because an emergency or the check came in between.
    """
    text, language = str(parsed.get("text") or ""), language or locales.DEFAULT
    found = locales.understood(text, language, requested=requested)
    if found is None and language not in locales.codes():
        code = None if in_check else locales.offered(text)
        if code is None:
            return
        found = locales.OFFER_CLASS + code
    intent = (parsed.get(INTENT) or {}).get("name")
    offers = found is not None and found.startswith(locales.OFFER_CLASS)
    if intent in KINDS and (found is None or offers or find_red_flag(text)):
        return
    name = (found or "").partition("/")[0]
    # A wish for a language has no intent of its own: action_answer grants it, the check in between its questions.
    if not found or found.startswith((locales.LANGUAGE_CLASS, locales.OFFER_CLASS)):
        name = DEFAULT_NLU_FALLBACK_INTENT_NAME
    parsed[INTENT] = {"name": name, "confidence": 1.0}
    parsed["intent_ranking"] = [dict(parsed[INTENT])]
    parsed["topics"] = {"whole": [[found, 1.0]] if found else [], "hits": []}


def install() -> None:
    """Wrap MessageProcessor.parse_message."""
    original = MessageProcessor.parse_message
    if getattr(original, "reads_forms", False):
        return

    async def parse_message(
        self: Any,
        message: UserMessage,
        tracker: DialogueStateTracker | None = None,
        only_output_properties: bool = True,
    ) -> dict[str, Any]:
        parsed: dict[str, Any] = await original(self, message, tracker, only_output_properties)
        if tracker is not None:
            begin(message, tracker)
            loop = bool(tracker.active_loop_name)
            waits = not loop and bool(tracker.get_slot(CONSENT))
            read(parsed, tracker.get_slot(locales.SLOT), in_check=loop, requested=waits)
        return parsed

    parse_message.reads_forms = True  # type: ignore[attr-defined]
    MessageProcessor.parse_message = parse_message  # type: ignore[method-assign]
