"""Going on, stopping and correcting outside the questions."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import answer_message, new_result
from actions.base import SafeAction, record_of, record_slots, reply_slots, send, user_message
from actions.check_start import start_check
from assistant import locales
from assistant.dialogue import strict
from assistant.dialogue.answering import volunteered
from assistant.dialogue.check import apply_correction
from assistant.dialogue.condition import condition_reply
from assistant.rendering.reply import Reply
from assistant.screening.correction import find_correction
from assistant.screening.record import DONE, EMERGENCY, STOPPED, CheckRecord
from assistant.wording import wording

FORM = "contraindication_check"


def resume(
    dispatcher: CollectingDispatcher, tracker: Tracker, record: CheckRecord, response: str
) -> list[EventType]:
    """Say `response` and let the form ask the open question."""
    reply = Reply(kind="smalltalk").say(response=response)
    send(dispatcher, reply)
    record.status = STOPPED
    return [
        *reply_slots(reply, tracker),
        *record_slots(record, tracker),
        SlotSet("requested_slot", None),
        FollowupAction(FORM),
    ]


class ActionResumeCheck(SafeAction):
    """Goes on with a stopped check; starts one when there is none."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_resume_check"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Resume, start, or ask first whether an emergency is over."""
        record = record_of(tracker)
        if record.status == EMERGENCY:
            reply = Reply(kind="emergency").say(response="utter_still_emergency")
            send(dispatcher, reply)
            return reply_slots(reply, tracker)
        if record.status == STOPPED and record.next_item:
            return resume(dispatcher, tracker, record, "utter_check_resumed")
        return [*start_check(dispatcher, tracker, user_message(tracker)), FollowupAction(FORM)]


class ActionImFine(SafeAction):
    """After an emergency, only the patient's own word takes the check up again."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_im_fine"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Resume at the open question, with that item kept at unsure or above."""
        record = record_of(tracker)
        if record.status == EMERGENCY and record.next_item:
            return resume(dispatcher, tracker, record, "utter_im_fine")
        response = "utter_im_fine" if record.red_flags else "utter_smalltalk/acknowledge"
        reply = Reply(kind="smalltalk").say(response=response)
        send(dispatcher, reply)
        return reply_slots(reply, tracker)


class ActionStopCheck(SafeAction):
    """A stop outside the questions."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_stop_check"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Acknowledge; a statement that merely sounds like a stop ("I stopped metformin") is read."""
        message, record = user_message(tracker), record_of(tracker)
        reading = volunteered(message)
        if reading.values:
            return answer_message(dispatcher, tracker, message, record, reading)
        reply = Reply(kind="smalltalk").say(response="utter_nothing_to_stop")
        send(dispatcher, reply)
        return reply_slots(reply, tracker)


class ActionChangeAnswer(SafeAction):
    """Corrects an answer after the questions, or while they are stopped."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_change_answer"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Store the correction and, when the check is complete, compute the result anew."""
        message, record = user_message(tracker), record_of(tracker)
        reading = volunteered(message)
        finished = record.status == DONE
        if locales.current() != locales.DEFAULT:
            correction = strict.correction_of(message, record)
        else:
            correction = find_correction(
                message.text,
                reading,
                answered=record.answered,
                last=record.asked[-1] if record.asked else None,
                asked=None,
                declared=True,
            )
        if correction is None:
            return self._no_correction(dispatcher, tracker)
        reply = Reply(kind="condition")
        apply_correction(message.text, record, correction, reply)
        reading.values.pop(correction.item, None)
        record.raise_from(reading, skip=correction.item)
        events: list[EventType] = []
        if correction.value is None and record.status == EMERGENCY:
            reply.messages = Reply().say(response="utter_still_emergency").messages
        elif correction.value is None:
            record.status = STOPPED
            events = [SlotSet("check_outcome", None), SlotSet("requested_slot", None), FollowupAction(FORM)]
        elif finished:
            events = [new_result(reply, record)]
        send(dispatcher, reply)
        return [*reply_slots(reply, tracker), *record_slots(record, tracker), *events]

    def _no_correction(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        message, record = user_message(tracker), record_of(tracker)
        reading = volunteered(message)
        if reading.values or reading.off_list:
            return answer_message(dispatcher, tracker, message, record, reading)
        reply = Reply(kind="smalltalk")
        if record.answered:
            # There are answers: which one is meant was not understood.
            reply.say(wording("check.change_hint"))
        elif reading.denied:
            # "I don't have herpes": a statement, although it sounds like taking one back.
            reply = condition_reply(reading, status=record.status)
        else:
            reply.say(response="utter_nothing_to_change")
        send(dispatcher, reply)
        return reply_slots(reply, tracker)
