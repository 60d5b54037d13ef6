"""Starts the check, from the beginning or with what was volunteered before."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import SafeAction, record_of, record_slots, reply_slots, send, user_message
from assistant.dialogue.message import UserMessage
from assistant.rendering.reply import Reply
from assistant.screening.items import ITEMS, YES
from assistant.screening.reading import read_volunteered
from assistant.screening.record import ACTIVE, DONE, EMERGENCY, STOPPED, CheckRecord
from assistant.screening.summary import item_line
from assistant.wording import wording


class ActionStartCheck(SafeAction):
    """Says what the check is and is not; the form then asks the first question in the same turn."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_start_check"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Empty old answers where a new check is meant, then introduce it."""
        return start_check(dispatcher, tracker, user_message(tracker))


def start_check(dispatcher: CollectingDispatcher, tracker: Tracker, message: UserMessage) -> list[EventType]:
    """Introduce the check and return the events that prepare it (not those that run the form)."""
    old = record_of(tracker)
    if old.status == EMERGENCY:
        # Only the patient's own "I'm fine" takes the check up again.
        reply = Reply(kind="emergency").say(response="utter_still_emergency")
        send(dispatcher, reply)
        return [*reply_slots(reply, tracker), FollowupAction("action_listen")]
    # "Do the whole check" without a check before keeps what was volunteered.
    begun = bool(old.asked) or old.status in (DONE, ACTIVE)
    restart = begun and (message.is_a("restart_check") or old.status in (DONE, ACTIVE))
    resumes = old.status == STOPPED and not restart and bool(old.asked)
    record = CheckRecord() if restart else old
    if not restart:
        record.raise_from(read_volunteered(message.text, declared=True))
    # The form makes it active: should the form fail, a second start must not count as a new check.
    reply = Reply(kind="smalltalk")
    reply.say(response="utter_check_resumed" if resumes else "utter_check_intro")
    told = [item_line(record, i) for i in ITEMS if record.values[i] == YES and i not in record.asked]
    if told and not resumes:
        # Their questions are not asked again; say so, or the numbering looks wrong.
        reply.say(wording("check.known", items="; ".join(told)))
    send(dispatcher, reply)
    slots = reply_slots(reply, tracker)
    return [
        *slots,
        *record_slots(record, tracker),
        SlotSet("check_outcome", None),
        SlotSet("requested_slot", None),
    ]
