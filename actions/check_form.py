"""The form of the check: reads each message, interrupts, corrects, stops and resumes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.events import ActiveLoop, EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import (
    SafeAction,
    came_back,
    emergency_of,
    record_of,
    record_slots,
    reply_slots,
    send,
    user_message,
)
from actions.contact_start import TALK_TO_PERSON, contact_slots
from assistant import locales
from assistant.dialogue import strict
from assistant.dialogue.check import advance
from assistant.dialogue.condition import CONDITION, fact_of
from assistant.handover.record import ContactRecord
from assistant.screening.items import ITEMS
from assistant.screening.record import ACTIVE, EMERGENCY, NEW, CheckRecord

REQUESTED_SLOT = "requested_slot"


class ValidateContraindicationCheck(SafeAction):
    """Called by Rasa's form on each turn. What is asked next is decided here, not by the form."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "validate_contraindication_check"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Take the check one message further, or choose the first question at activation."""
        record = record_of(tracker)
        item = tracker.get_slot(REQUESTED_SLOT)
        if item not in ITEMS:
            return self._activate(record, tracker)
        message, offer, stale = (
            user_message(tracker),
            tracker.get_slot("pending_offer") or "",
            came_back(tracker),
        )
        if asked := strict.language_of(message):
            return self._switch(dispatcher, tracker, item, asked)
        if locales.current() != locales.DEFAULT:
            step = strict.advance(message, record, item, offer=offer, stale=stale)
        else:
            step = advance(
                message,
                record,
                item,
                offer=offer,
                last_topic=tracker.get_slot("last_topic") or "",
                last_facts=tracker.get_slot("answered_facts") or [],
                stale=stale,
            )
        send(dispatcher, step.reply)
        if step.reply.kind is None:
            step.reply.kind, step.reply.facts = CONDITION, [fact_of(item)]
        changed = record_slots(record, tracker)
        # Rasa's form gives up when no slot was set ("ActionExecutionRejection"): always name one.
        if not any(event["name"] == item for event in changed):
            changed.append(SlotSet(item, record.values[item]))
        events = [*reply_slots(step.reply, tracker), *changed]
        events.append(SlotSet(REQUESTED_SLOT, step.ask))
        if record.status == NEW:
            # Everything was to be deleted: also what was typed for the clinic and not sent.
            events += contact_slots(ContactRecord())
        if step.person:
            events.append(FollowupAction(TALK_TO_PERSON))
        return events if step.ask else [*events, ActiveLoop(None)]

    def _switch(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, item: str, language: str
    ) -> list[EventType]:
        """Change the language; the form then asks the open question in it."""
        with locales.speaking(language):
            reply = strict.switched(in_check=True)
            send(dispatcher, reply)
        slots = [SlotSet(locales.SLOT, language), SlotSet(item, tracker.get_slot(item))]
        return [*slots, *reply_slots(reply, tracker), SlotSet(REQUESTED_SLOT, item)]

    def _activate(self, record: CheckRecord, tracker: Tracker) -> list[EventType]:
        record.status = ACTIVE
        following = record.next_item
        return [*record_slots(record, tracker), SlotSet(REQUESTED_SLOT, following)]

    def failed(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        """Keep the open question: an error must never count as an answer or end the form."""
        super().failed(dispatcher, tracker)
        item: Any = tracker.get_slot(REQUESTED_SLOT)
        if item not in ITEMS:
            return [ActiveLoop(None), SlotSet(REQUESTED_SLOT, None)]
        if emergency_of(tracker):
            # No question after an emergency; the check can be taken up with "I'm fine".
            raw = tracker.get_slot("check_record")
            kept = {**(raw if isinstance(raw, dict) else {}), "status": EMERGENCY}
            slots = [SlotSet(item, tracker.get_slot(item)), SlotSet("check_record", kept)]
            return [*slots, SlotSet(REQUESTED_SLOT, None), ActiveLoop(None)]
        return [SlotSet(item, tracker.get_slot(item)), SlotSet(REQUESTED_SLOT, item)]
