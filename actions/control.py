"""Short replies, explanations, privacy and fixed responses outside the check."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, FollowupAction, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.answer import answer_message
from actions.base import SafeAction, record_of, record_slots, reply_slots, send, user_message
from actions.check_control import FORM, resume
from actions.check_start import start_check
from actions.contact_start import contact_slots
from assistant import locales
from assistant.dialogue.answering import unclear, volunteered, why_topic
from assistant.dialogue.check import deletion_offer
from assistant.dialogue.deletion import is_sure
from assistant.dialogue.message import Hit, UserMessage
from assistant.dialogue.terms import explain_term
from assistant.handover.record import ContactRecord
from assistant.knowledge.procedure import procedure
from assistant.rendering.reply import Reply
from assistant.screening.evidence import Reading
from assistant.screening.record import DONE, STOPPED, CheckRecord


class ActionAnswerShort(SafeAction):
    """A yes, no or not sure outside the check means what was offered last."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_answer_short"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Do what was offered, drop it, or ask what the yes was for."""
        message, record = user_message(tracker), record_of(tracker)
        offer = tracker.get_slot("pending_offer") or ""
        reading = volunteered(message)
        if reading.values or reading.off_list:
            return answer_message(dispatcher, tracker, message, record, reading)
        if message.is_a("affirm"):
            return self._yes(dispatcher, tracker, message, record, offer)
        response = "utter_not_sure_outside" if message.is_a("not_sure") else "utter_ok_no"
        if offer == "delete":
            response = "utter_delete_cancelled"
        reply = Reply(kind="smalltalk").say(response=response)
        send(dispatcher, reply)
        return reply_slots(reply, tracker)

    def _yes(
        self,
        dispatcher: CollectingDispatcher,
        tracker: Tracker,
        message: UserMessage,
        record: CheckRecord,
        offer: str,
    ) -> list[EventType]:
        if offer == "delete":
            return delete_if_sure(dispatcher, tracker, message)
        if offer == "resume" and record.status == STOPPED and record.next_item:
            return resume(dispatcher, tracker, record, "utter_check_resumed")
        if offer in ("check", "resume"):
            return [*start_check(dispatcher, tracker, message), FollowupAction(FORM)]
        if offer == "list":
            listed = f"faq/{procedure().contraindications}"
            asked = UserMessage(message.text, ((listed, 1.0),), (Hit(listed, 1.0, ""),))
            return answer_message(dispatcher, tracker, asked, record, volunteered(asked))
        reply = Reply(kind="unclear").say(response="utter_yes_to_what")
        send(dispatcher, reply)
        return reply_slots(reply, tracker)


class ActionConfirmDeletion(SafeAction):
    """Asks before deleting; a repeated wish is the confirmation."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_confirm_deletion"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Ask, or delete when this was asked already."""
        if tracker.get_slot("pending_offer") == "delete":
            return delete_if_sure(dispatcher, tracker, user_message(tracker))
        reply = deletion_offer()
        send(dispatcher, reply)
        return reply_slots(reply, tracker)


def delete_if_sure(
    dispatcher: CollectingDispatcher, tracker: Tracker, message: UserMessage
) -> list[EventType]:
    """Delete all when the message can mean nothing else; ask again when it can."""
    if is_sure(message.text):
        return delete_all(dispatcher, tracker)
    reply = deletion_offer()
    send(dispatcher, reply)
    return reply_slots(reply, tracker)


def delete_all(dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
    """Say that all was deleted, which Rasa's process does before it says so (hardening.own_data).

    The slots are emptied for the rest of this turn, which is not stored.
    """
    reply = Reply(kind="smalltalk").say(response="utter_data_deleted")
    send(dispatcher, reply)
    emptied: list[tuple[str, Any]] = [("check_outcome", None), ("last_topic", None), ("requested_slot", None)]
    return [
        *record_slots(CheckRecord(), tracker),
        *contact_slots(ContactRecord()),
        *(SlotSet(name, value) for name, value in emptied),
        *reply_slots(reply, tracker),
    ]


class ActionExplain(SafeAction):
    """Explains a term, a reason or the last question when no question is open."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_explain"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Explain from the glossary; else say that nothing is open."""
        message, record = user_message(tracker), record_of(tracker)
        if locales.current() != locales.DEFAULT:
            # The terms and the answers that could be explained are English.
            why = message.is_a("explain_why")
            reply = Reply(kind="smalltalk")
            reply.say(response="utter_why_in_general" if why else "utter_nothing_asked")
        elif message.is_a("explain_meaning"):
            term = explain_term(message.text)
            last = tracker.get_slot("last_topic") or ""
            if term:
                reply = Reply(kind="answered").say(term)
            elif message.questions or last:
                more = UserMessage(message.text, (("follow_up/more", 1.0),), message.hits, message.turn)
                return answer_message(dispatcher, tracker, more, record, volunteered(message))
            else:
                reply = unclear(message)
        elif message.is_a("explain_why") and (topic := why_topic(message, tracker.get_slot("last_topic"))):
            asked = UserMessage(message.text, ((topic, 1.0),), (Hit(topic, 1.0, ""),), message.turn)
            return answer_message(dispatcher, tracker, asked, record, Reading())
        elif message.is_a("explain_why"):
            reply = Reply(kind="smalltalk").say(response="utter_why_in_general")
        elif record.status == DONE:
            reply = Reply(kind="smalltalk").say(response="utter_smalltalk/acknowledge")
        else:
            reply = Reply(kind="smalltalk").say(response="utter_nothing_asked")
        send(dispatcher, reply)
        return reply_slots(reply, tracker)


class ActionUtter(SafeAction):
    """Sends a fixed response and marks the reply as small talk."""

    #: Command -> response of domain.yml.
    responses: ClassVar[dict[str, str]] = {
        "ask_privacy": "utter_privacy",
        "ask_own_data": "utter_own_data",
    }

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_utter"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Send the response that belongs to the command."""
        message = user_message(tracker)
        reply = Reply(kind="smalltalk")
        name = next((n for n in self.responses if message.is_a(n)), "ask_privacy")
        reply.say(response=self.responses[name])
        send(dispatcher, reply)
        return reply_slots(reply, tracker)
