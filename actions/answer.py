"""Answers outside the check: facts, silence, small talk, statements about oneself."""

from __future__ import annotations

from collections.abc import Iterable

from rasa_sdk import Tracker
from rasa_sdk.events import EventType, SlotSet
from rasa_sdk.executor import CollectingDispatcher

from actions.base import SafeAction, record_of, record_slots, reply_slots, send, user_message
from assistant import locales
from assistant.dialogue import strict
from assistant.dialogue.answering import reply_to, volunteered
from assistant.dialogue.message import UserMessage
from assistant.rendering.reply import PERSON, Reply
from assistant.screening.evidence import Reading
from assistant.screening.record import DONE, CheckRecord
from assistant.screening.summary import item_line, result_text
from assistant.wording import wording


class ActionAnswer(SafeAction):
    """Answers from the document, refuses honestly, or relates a statement to the list."""

    def name(self) -> str:
        """Return the name in domain.yml."""
        return "action_answer"

    def respond(self, dispatcher: CollectingDispatcher, tracker: Tracker) -> Iterable[EventType]:
        """Plan the reply, say it, and keep what was volunteered."""
        message, record = user_message(tracker), record_of(tracker)
        if offer := strict.offer_of(message):
            # Names of conditions and medicines are much the same in many languages.
            record.raise_from(volunteered(message))
            reply = strict.offered(offer, message, record)
            changed = changed_result(reply, record, tracker)
            send(dispatcher, reply)
            return [*changed, *reply_slots(reply, tracker), *record_slots(record, tracker)]
        asked = strict.language_of(message)
        if asked or locales.current() != locales.DEFAULT:
            return in_language(dispatcher, tracker, message, asked)
        reading = volunteered(message)
        return answer_message(dispatcher, tracker, message, record, reading)


def answer_message(
    dispatcher: CollectingDispatcher,
    tracker: Tracker,
    message: UserMessage,
    record: CheckRecord,
    reading: Reading,
) -> list[EventType]:
    """Answer a message that is no command; shared by the actions that fall back to an answer."""
    finished = record.status == DONE
    record.raise_from(reading)
    reply = reply_to(
        message,
        reading=reading,
        last_topic=tracker.get_slot("last_topic") or "",
        last_facts=tracker.get_slot("answered_facts") or [],
        status=record.status,
    )
    for what in dict.fromkeys(reading.urgent):
        reply.messages.insert(0, Reply().say(response=f"utter_urgent_{what}").messages[0])
    events: list[EventType] = []
    if finished and (reading.values or reading.off_list):
        events.append(new_result(reply, record))
    record.note_unanswered(reply.unanswered, message.text)
    send(dispatcher, reply)
    return [*events, *reply_slots(reply, tracker), *record_slots(record, tracker)]


def in_language(
    dispatcher: CollectingDispatcher, tracker: Tracker, message: UserMessage, asked: str | None
) -> list[EventType]:
    """Change the language when `asked` for one; else reply in one of which only fixed forms are known."""
    record = record_of(tracker)
    with locales.speaking(asked or locales.current()):
        reply = strict.switched(in_check=False) if asked else strict.reply_to(message, record)
        record.note_unanswered(reply.unanswered, message.text)
        changed = changed_result(reply, record, tracker)
        send(dispatcher, reply)
    change = [SlotSet(locales.SLOT, asked)] if asked else []
    return [*change, *changed, *reply_slots(reply, tracker), *record_slots(record, tracker)]


def changed_result(reply: Reply, record: CheckRecord, tracker: Tracker) -> list[EventType]:
    """Say the result of a finished check again when what was just kept has changed it."""
    if record.status != DONE or record.outcome() == tracker.get_slot("check_outcome"):
        return []
    reply.say(f"{wording('check.new_result')}\n{result_text(record)}", choices=(PERSON,))
    return [SlotSet("check_outcome", record.outcome())]


def new_result(reply: Reply, record: CheckRecord) -> EventType:
    """Say the result again after a change, in place of the offer to start the check."""
    lines = [wording("check.new_result"), result_text(record)]
    last = reply.messages[-1]
    text = last.text
    for part in (wording("condition.offer"), wording("condition.offer_only"), wording("condition.closing")):
        text = text.replace(part, "")
    text = text.strip()
    changed = "\n".join(
        item_line(record, i) for i in record.values if record.words_of(i) and record.entries[-1]["item"] == i
    )
    reply.messages[-1] = (
        Reply()
        .say("\n\n".join(t for t in (text, changed, "\n".join(lines)) if t), choices=(PERSON,))
        .messages[0]
    )
    reply.offer = None
    return SlotSet("check_outcome", record.outcome())
