"""Emergencies outside the check."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import SafeAction, record_of, record_slots, reply_slots, send, user_message
from assistant.dialogue.check import emergency_reply
from assistant.safety.red_flags import RedFlag, find_red_flag
from assistant.safety.second_net import classified_flag
from assistant.screening.record import DONE, EMERGENCY, STOPPED, CheckRecord


class ActionEmergency(SafeAction):
    """Gives the one short message with the numbers, and keeps the sign for the summary."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_emergency"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Send the message; a stopped check can then only go on after "I'm fine"."""
        message, record = user_message(tracker), record_of(tracker)
        flag = find_red_flag(message.text) or classified_flag(message.text, message.ranking)
        flag = flag or RedFlag("emergency", "classified", bystander=False)
        reply = emergency_reply(flag, in_check=False)
        send(dispatcher, reply)
        return [*reply_slots(reply, tracker), *flagged(record, tracker, flag)]


def flagged(record: CheckRecord, tracker: Tracker, flag: RedFlag) -> list[EventType]:
    """Keep the sign of an emergency for the summary; shared with the form of a request."""
    record.flag(flag.sign, None)
    if record.status == STOPPED:
        record.status = EMERGENCY
    events = record_slots(record, tracker)
    if record.status == DONE:
        # A red flag asks for the specialist; the result that is stored must say so as well.
        events.append(SlotSet("check_outcome", record.outcome()))
    return events
