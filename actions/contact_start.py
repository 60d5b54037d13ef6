"""The wish to talk to a person: how the clinic is reached, and the start of a request to it."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import answer_message
from actions.base import SafeAction, record_of, reply_slots, send, user_message
from assistant.dialogue.answering import by_lexicon, volunteered
from assistant.handover.hours import hours_text, reach_text
from assistant.handover.record import FORM, ContactRecord
from assistant.rendering.reply import Reply
from assistant.wording import wording

TALK_TO_PERSON = "action_talk_to_person"
LISTEN = "action_listen"


def contact_slots(record: ContactRecord) -> list[EventType]:
    """Return the slots that hold a request; all of them, so that nothing of an older one is left."""
    return [SlotSet(name, value) for name, value in record.to_slots().items()]


class ActionTalkToPerson(SafeAction):
    """Says how the clinic is reached, and starts or takes up the request.

    It runs without the action server: even when nothing can be sent, patients hear where to turn.
    """

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_talk_to_person"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Introduce the request; the form then asks its first question in the same turn."""
        message = user_message(tracker)
        if by_lexicon(message):
            # "Can someone with arrhythmia get it" is no wish for a person.
            events = answer_message(dispatcher, tracker, message, record_of(tracker), volunteered(message))
            return [*events, FollowupAction(LISTEN)]
        reply = Reply(kind="smalltalk")
        if ContactRecord.from_slots(tracker.current_slot_values()).consent:
            reply.say(wording("handover.resumed"))
        else:
            parts = (wording("handover.no_person"), reach_text(), hours_text(), wording("handover.intro"))
            reply.say(" ".join(p for p in parts if p))
        send(dispatcher, reply)
        return [*reply_slots(reply, tracker), SlotSet("requested_slot", None), FollowupAction(FORM)]

    def failed(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        """Say so and wait: no rule follows when the check's form has called this action."""
        return [*super().failed(dispatcher, tracker), FollowupAction(LISTEN)]
