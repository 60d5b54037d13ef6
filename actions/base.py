"""What all actions share: a reply becomes dispatcher calls and slots, an error an honest line."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Iterable
from typing import Any

from rasa_sdk import Action, Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from assistant import locales, logs
from assistant.dialogue.check import emergency_reply
from assistant.dialogue.message import UserMessage, from_latest_message
from assistant.dialogue.takeover import AGAIN, BACK
from assistant.observability import metrics
from assistant.rendering.reply import Choice, Reply
from assistant.safety.red_flags import RedFlag, find_red_flag
from assistant.safety.second_net import KINDS
from assistant.screening.record import CheckRecord

logger = logging.getLogger(__name__)


class SafeAction(Action, ABC):
    """An action that never raises: errors are said honestly, logged without the patient's words."""

    @abstractmethod
    def name(self) -> str:
        """Return the name in domain.yml."""

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Run `respond`; on an error say so, store nothing, and still put an emergency first."""
        name = self.name()
        errors = metrics.RUN_ERRORS.labels(name)
        with locales.speaking(tracker.get_slot(locales.SLOT)):
            try:
                with metrics.RUN_SECONDS.labels(name).time():
                    again = answers_again(dispatcher, tracker)
                    return [*self.respond(dispatcher, tracker), *again]
            except Exception as error:
                errors.inc()
                # Type and place only: the message of an exception may hold what the patient typed.
                logger.error("action %s failed: %s", name, logs.kind(error))
                logger.debug("traceback", exc_info=_without_message(error))
                dispatcher.messages.clear()
                return self.failed(dispatcher, tracker)

    def failed(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        """Say honestly that there is no answer; an emergency is answered all the same."""
        flag = emergency_of(tracker)
        if flag:
            send(dispatcher, emergency_reply(flag, in_check=False))
        else:
            dispatcher.utter_message(response="utter_action_failed")
        return []

    @abstractmethod
    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Do the work of the action. Implemented by each action."""


def emergency_of(tracker: Tracker) -> RedFlag | None:
    """Return the emergency in the latest message, by the rules or by the intent that was set."""
    latest = tracker.latest_message or {}
    intent = (latest.get("intent") or {}).get("name")
    classified = RedFlag(intent, "classified", bystander=False) if intent in KINDS else None
    return find_red_flag(latest.get("text") or "") or classified


def came_back(tracker: Tracker) -> bool:
    """Tell whether this is the first message after a person gave the conversation back."""
    return bool(tracker.get_slot("person_answers") == BACK)


def answers_again(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Say, once after a take-over, that the assistant answers again; an emergency goes before it."""
    if not came_back(tracker) or emergency_of(tracker):
        return []
    dispatcher.utter_message(response=AGAIN)
    return [SlotSet("person_answers", None)]


def _without_message(error: Exception) -> Any:
    return (RuntimeError, RuntimeError(type(error).__name__), error.__traceback__)


def user_message(tracker: Tracker) -> UserMessage:
    """Return the latest message with its classification."""
    turn = sum(1 for e in tracker.events if e.get("event") == "user")
    return from_latest_message(tracker.latest_message or {}, turn)


def record_of(tracker: Tracker) -> CheckRecord:
    """Return the record of the check from the slots."""
    return CheckRecord.from_slots(tracker.current_slot_values())


def send(dispatcher: CollectingDispatcher, reply: Reply) -> None:
    """Hand the messages of `reply` to Rasa; what a button sends is plain text."""
    metrics.refused_topics(reply.unanswered)
    language = reply.language or locales.current()
    for message in reply.messages:
        buttons = [_button(choice, language) for choice in message.choices]
        # Rasa says a fixed response in the language of the conversation.
        other = reply.language and locales.locale(reply.language).response(message.response, message.params)
        if other:
            dispatcher.utter_message(text=other[0], buttons=[*other[1], *buttons] or None)
        elif message.response:
            dispatcher.utter_message(response=message.response, buttons=buttons or None, **message.params)
        else:
            dispatcher.utter_message(text=message.text, buttons=buttons or None)


def _button(choice: Choice, language: str) -> dict[str, str]:
    if language != locales.DEFAULT:
        said = locales.locale(language).buttons.get(choice.title)
        if said:
            return {"title": said, "payload": said}
    return {"title": choice.title, "payload": choice.payload}


def reply_slots(reply: Reply, tracker: Tracker) -> list[EventType]:
    """Return the slots that describe the reply (design.md 4); an offer only when it changes."""
    events = [
        SlotSet("answer_kind", reply.kind),
        SlotSet("answered_facts", list(dict.fromkeys(reply.facts))),
    ]
    if reply.offer != tracker.get_slot("pending_offer"):
        events.append(SlotSet("pending_offer", reply.offer))
    if reply.topic:
        events.append(SlotSet("last_topic", reply.topic))
    return events


def record_slots(record: CheckRecord, tracker: Tracker) -> list[EventType]:
    """Return the slots of the record that differ from the tracker's."""
    return [
        SlotSet(name, value) for name, value in record.to_slots().items() if tracker.get_slot(name) != value
    ]
