"""The result of the check and the summary. The only place where a result is spoken."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import SafeAction, record_of, reply_slots, send
from assistant.dialogue.condition import fact_of
from assistant.knowledge.procedure import procedure
from assistant.rendering.reply import PERSON, Choice, Reply
from assistant.screening.items import ITEMS, NO
from assistant.screening.record import DONE
from assistant.screening.summary import read_back, result_text, summary_text


class ActionCheckResult(SafeAction):
    """Speaks the result when all answers are there; says nothing after a stop."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_check_result"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Compute the result from the explicit answers (raises, and so refuses, when one is missing)."""
        record = record_of(tracker)
        if record.status != DONE:
            return []
        outcome = record.outcome()
        reply = Reply(kind="condition")
        reply.facts = [fact_of(i) for i in ITEMS if record.values[i] != NO]
        reply.facts += [procedure().danger, procedure().exam]
        text = f"{result_text(record)}\n\n{read_back(record)}"
        reply.say(text, choices=(Choice("Show my summary"), PERSON))
        send(dispatcher, reply)
        return [SlotSet("check_outcome", outcome), *reply_slots(reply, tracker)]


class ActionShowSummary(SafeAction):
    """Shows the summary for the specialist, as far as the check has come."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_show_summary"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Say the summary, or that there is none yet."""
        record = record_of(tracker)
        choices = (PERSON,) if record.status == DONE else ()
        reply = Reply(kind="smalltalk").say(summary_text(record), choices=choices)
        send(dispatcher, reply)
        return reply_slots(reply, tracker)
