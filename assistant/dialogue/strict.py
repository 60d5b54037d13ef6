"""The course of the check, and replies, in a language of which only fixed forms are known.

A message is the whole of a form (`assistant.locales`) or it is not understood: no sentence is read. The steps are those
of `assistant.dialogue.check`, so the same answers lead to the same result in every language.
"""

from __future__ import annotations

from assistant import locales
from assistant.dialogue import check
from assistant.dialogue.check import Step, apply_correction
from assistant.dialogue.message import UserMessage
from assistant.rendering.reply import CHECK, Choice, Reply
from assistant.safety.red_flags import find_red_flag
from assistant.safety.second_net import classified_flag
from assistant.screening.correction import Correction
from assistant.screening.evidence import Reading
from assistant.screening.items import ITEMS, YES, Item
from assistant.screening.numbers import read_blood_pressures, read_temperatures
from assistant.screening.record import CheckRecord
from assistant.text import words
from assistant.wording import wording

#: The item whose answer may be a number alone; words of its name that are longer than this name a fever.
_FEVER, _SMALL = "temperature", 5
#: What a patient can do instead of asking in this language.
_CHOICES = (CHECK, Choice("Talk to a person"), Choice("In English"))


def offer_of(message: UserMessage) -> str | None:
    """Return the language in which a greeting of the message's kind is written, or None."""
    offers = message.best.startswith(locales.OFFER_CLASS)
    return message.best.removeprefix(locales.OFFER_CLASS) if offers else None


def language_of(message: UserMessage) -> str | None:
    """Return the language that the message asks for, or None."""
    asked = message.best.startswith(locales.LANGUAGE_CLASS)
    return message.best.removeprefix(locales.LANGUAGE_CLASS) if asked else None


def advance(
    message: UserMessage, record: CheckRecord, item: Item, *, offer: str = "", stale: bool = False
) -> Step:
    """Take the check one message further; changes `record`. As `assistant.dialogue.check.advance`.

    Args:
        message: its ranking is what the forms make of it, or empty.
        record: the state of the check.
        item: the item whose question is open.
        offer: what a yes would mean beside the open question (`delete`).
        stale: a person has talked with the patient since the question was put, so that a form may be an
            answer to the person: the question is put again.
    """
    flag = find_red_flag(message.text) or classified_flag(message.text, message.ranking)
    if flag:
        return check.emergency_step(flag, record, item)
    if offer == "delete" and message.is_a("delete_data", "affirm"):
        return check.deleted(record)
    # Read here once more: an answer never rests on what was made of the message elsewhere.
    code = locales.current()
    value = locales.locale(code).answer(message.text) if code in locales.codes() else None
    if value is not None and stale:
        return check.put_again(record, item, Reading())
    if value is not None:
        return check.answered(message, record, item, value, Reading())
    correction = correction_of(message, record)
    if correction is not None and correction.item != item:
        reply = Reply()
        apply_correction(message.text, record, correction, reply)
        return Step(reply, correction.item)
    if message.is_a("smalltalk/capabilities", "correct_answer"):
        return Step(Reply(kind="smalltalk").say(response="utter_check_help"), item)
    step = check.command(message, record, item) if message.best else None
    if step is not None:
        return step
    if message.is_a("smalltalk"):
        return Step(Reply(kind="smalltalk").say(response=f"utter_{message.best}"), item)
    return _not_read(message, record, item)


def _not_read(message: UserMessage, record: CheckRecord, item: Item) -> Step:
    """Keep the words for the specialist; ask once more, and after the second time note unsure."""
    # A form that means nothing here was understood, at least.
    if not message.best and record.attempts.get(item, 0) + 1 < check.MAX_ATTEMPTS:
        record.note_unread(item, message.text.strip())
    reply = Reply()
    # "41" where fever is asked for is a temperature, "tengo 41 años" is none.
    alone = not any(c.isalpha() for c in message.text)
    note_numbers(message, record, reply, asked=alone and item == _FEVER)
    return check.again(reply, message, record, item, help_text=True)


def note_numbers(message: UserMessage, record: CheckRecord, reply: Reply, *, asked: bool = False) -> None:
    """Keep blood pressures and temperatures for the specialist; a number that needs a doctor today is answered.

    What they say about a question is not read: a number may be another person's, or long past.

    Args:
        message: of the patient.
        record: the state of the check.
        reply: to add to.
        asked: the question about fever is open, so a number alone is a temperature.
    """
    pressures = read_blood_pressures(message.text)
    temperatures = read_temperatures(message.text, asked=asked or _of_fever(message.text))
    for what in urgent_numbers(message.text, asked=asked):
        reply.say(response=f"utter_urgent_{what}")
    read = [p.words for p in pressures] + [t.words for t in temperatures]
    record.note(Reading(readings=read))


def urgent_numbers(text: str, *, asked: bool = False) -> list[str]:
    """Return which numbers in `text` need a doctor today: `blood_pressure`, `temperature`. `asked` as above."""
    temperatures = read_temperatures(text, asked=asked or _of_fever(text))
    urgent = ["blood_pressure"] * any(p.value == YES for p in read_blood_pressures(text))
    return urgent + ["temperature"] * any(t.urgent for t in temperatures)


def _of_fever(text: str) -> bool:
    """Tell whether a word for fever stands in `text`: one of the item's name in the language of the conversation."""
    if _FEVER not in ITEMS:
        return False
    named = {w for w in words(wording(f"items.{_FEVER}.name")) if len(w) > _SMALL}
    return not named.isdisjoint(words(text))


def correction_of(message: UserMessage, record: CheckRecord) -> Correction | None:
    """Return the wish to answer a question anew ("change 3"); None when it is none, or has no answer yet."""
    item = locales.changed_item(message.best)
    return Correction(item, None) if item in ITEMS and item in record.answered else None


def reply_to(message: UserMessage, record: CheckRecord) -> Reply:
    """Return the reply to a message outside the check that is no command; keeps its numbers in `record`."""
    if message.is_a("smalltalk"):
        return Reply(kind="smalltalk").say(response=f"utter_{message.best}")
    reply = Reply(kind="unclear")
    note_numbers(message, record, reply)
    reply.say(wording("language.only_english"), choices=_CHOICES)
    reply.unanswered.append("other")
    _keep_told(message, record, locales.current())
    return reply


def offered(code: str, message: UserMessage, record: CheckRecord) -> Reply:
    """Offer a language to somebody who seems to speak it; it is not changed by that. Keeps in `record` what is told."""
    reply = Reply(kind="smalltalk")
    if locales.greets(message.text):
        reply.say(response="utter_smalltalk/greet")
    with locales.speaking(code):
        texts = [wording("language.offer")]
        if _keep_told(message, record, code):
            texts.insert(0, wording("language.kept"))
        return reply.say(" ".join(texts), choices=(Choice(locales.locale(code).name.capitalize()),))


def _keep_told(message: UserMessage, record: CheckRecord, code: str) -> bool:
    """Keep a statement about oneself that nobody can read; tell whether it is one.

    It may be one of the reasons: without a reader, the result can't be that none was told.
    """
    if code not in locales.codes() or not locales.tells(message.text, code):
        return False
    record.note_unread(record.next_item or ITEMS[-1], message.text.strip())
    return True


def switched(*, in_check: bool) -> Reply:
    """Return what is said, in the new language, after a change of language."""
    text = wording("language.switched")
    if in_check:
        return Reply(kind="smalltalk").say(text)
    choices = _CHOICES if locales.current() != locales.DEFAULT else (CHECK,)
    return Reply(kind="smalltalk").say(f"{text} {wording('language.works')}", choices=choices)


__all__ = ["advance", "correction_of", "language_of", "reply_to", "switched"]
