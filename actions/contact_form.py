"""The form of a request to the clinic: reads each message, keeps what was given, and sends it."""

from __future__ import annotations

import asyncio
import logging
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
from actions.contact_start import contact_slots
from actions.emergency import flagged
from assistant import locales, logs
from assistant.dialogue import handover, strict
from assistant.dialogue.handover import ContactStep, Turn, advance, go_on
from assistant.handover.hours import hours_text, reach_text
from assistant.handover.record import CHANGE, QUESTIONS, SEND, ContactRecord
from assistant.rendering.reply import RESUME, Reply
from assistant.screening.record import EMERGENCY, STOPPED, CheckRecord
from assistant.wording import wording
from clinic import database, delivery, requests, worker
from clinic.database import ClinicDatabaseError

logger = logging.getLogger(__name__)

REQUESTED_SLOT = "requested_slot"
#: Starts a check or goes on with one.
RESUME_CHECK = "action_resume_check"


class ValidateContactRequest(SafeAction):
    """Called by Rasa's form on each turn. What is asked next is decided here, not by the form."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "validate_contact_request"

    async def run(
        self, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any]
    ) -> list[EventType]:
        """Run in a thread: a database that does not answer must not keep other patients waiting."""
        return await asyncio.to_thread(asyncio.run, super().run(dispatcher, tracker, domain))

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Take the request one message further, or choose the first question at activation."""
        record = ContactRecord.from_slots(tracker.current_slot_values())
        check = record_of(tracker)
        turn = Turn(
            user_message(tracker),
            record,
            str(tracker.get_slot(REQUESTED_SLOT)),
            check,
            tracker.get_slot("last_topic") or "",
            tuple(tracker.get_slot("answered_facts") or ()),
            stale=came_back(tracker),
        )
        if turn.question in (*QUESTIONS, CHANGE) and (asked := strict.language_of(turn.message)):
            return _switched(dispatcher, tracker, turn, asked)
        step = advance(turn) if turn.question in (*QUESTIONS, CHANGE) else _begin(turn)
        more: list[EventType] = []
        if step.end == handover.SENT:
            step = _sent(turn, tracker)
        elif step.end == handover.DROPPED:
            step.reply.say(_dropped(record))
        elif step.end == handover.CHECK and record.consent:
            step.reply.say(wording("handover.paused"))
        if step.ask is None and step.end in (handover.SENT, handover.DROPPED):
            record.empty()
            _offer_check(step.reply, check)
        if step.flag is not None:
            more = flagged(check, tracker, step.flag)
        send(dispatcher, step.reply)
        events = [*reply_slots(step.reply, tracker), *contact_slots(record)]
        events += more or record_slots(check, tracker)
        events.append(SlotSet(REQUESTED_SLOT, step.ask))
        if step.ask:
            return events
        # After an emergency only "I'm fine" takes the check up again: it was said, and nothing follows.
        goes_on = step.end == handover.CHECK and check.status != EMERGENCY
        follows = [FollowupAction(RESUME_CHECK)] if goes_on else []
        return [*events, ActiveLoop(None), *follows]

    def failed(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> list[EventType]:
        """Keep the open question and what was given: an error must never count as an answer."""
        super().failed(dispatcher, tracker)
        question: Any = tracker.get_slot(REQUESTED_SLOT)
        if question not in (*QUESTIONS, CHANGE) or emergency_of(tracker):
            return [SlotSet(REQUESTED_SLOT, None), ActiveLoop(None)]
        # Rasa's form gives up when no slot was set: name one.
        return [SlotSet(question, tracker.get_slot(question)), SlotSet(REQUESTED_SLOT, question)]


def _begin(turn: Turn) -> ContactStep:
    """Put the first open question, unless nothing could be stored: nobody shall type all for nothing."""
    if database.ready():
        return go_on(turn)
    logger.error("a request was not begun: the clinic's database can't be used")
    reply = Reply(kind="smalltalk").say(wording("handover.unavailable", reach=reach_text()))
    return ContactStep(reply, None)


def _switched(
    dispatcher: CollectingDispatcher, tracker: Tracker, turn: Turn, language: str
) -> list[EventType]:
    """Change the language; the form then asks the open question in it."""
    with locales.speaking(language):
        reply = strict.switched(in_check=True)
        if turn.question == SEND:
            reply.say(turn.record.read_back(turn.beside))
        send(dispatcher, reply)
    slots = [SlotSet(locales.SLOT, language), *contact_slots(turn.record)]
    return [*slots, *reply_slots(reply, tracker), SlotSet(REQUESTED_SLOT, turn.question)]


def _sent(turn: Turn, tracker: Tracker) -> ContactStep:
    """Store the request; only then is the patient told that the clinic has it."""
    record = turn.record
    request = requests.Request.of(
        record,
        turn.check if turn.beside else None,
        conversation=tracker.sender_id,
        channel=tracker.get_latest_input_channel() or "",
        locale=str(tracker.get_slot(locales.SLOT) or locales.DEFAULT),
    )
    try:
        requests.add(request, delivery.ways())
    except ClinicDatabaseError as error:
        logger.error("a request could not be stored: %s", logs.Kind(error))
        reply = Reply(kind="smalltalk").say(wording("handover.failed", reach=reach_text()))
        return ContactStep(reply, SEND)
    except requests.TooManyError:
        reply = Reply(kind="smalltalk").say(wording("handover.too_many", reach=reach_text()))
        return ContactStep(reply, None, handover.SENT)
    worker.wake()
    said = [wording("handover.sent", number=request.number), hours_text()]
    reply = Reply(kind="smalltalk").say(" ".join(s for s in said if s))
    return ContactStep(reply, None, handover.SENT)


def _dropped(record: ContactRecord) -> str:
    """Tell the truth about what is given up: a process may have died after it was stored."""
    if record.consent is None:
        return wording("handover.declined", reach=reach_text())
    try:
        stored = any(requests.get(number) for number in record.ids)
    except ClinicDatabaseError:
        return wording("handover.dropped_unknown", reach=reach_text())
    if stored:
        return wording("handover.dropped_late", reach=reach_text())
    return wording("handover.dropped", reach=reach_text())


def _offer_check(reply: Reply, check: CheckRecord) -> None:
    """Offer to go on with a check that was stopped."""
    if check.status == STOPPED and check.next_item:
        reply.say(wording("handover.offer_check"), choices=(RESUME,))
        reply.offer = "resume"
