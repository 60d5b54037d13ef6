"""The course of the check: one message in, what to say, what to store, what to ask next.

The order of the questions put to a message is the policy (design.md 3): emergency, a plain answer,
a correction, a command, what the words say about the items, a question of the patient's, and only
then "not understood".
"""

from __future__ import annotations

import re

from assistant.dialogue.answering import reply_to
from assistant.dialogue.check_commands import command, explained
from assistant.dialogue.check_corrections import apply_correction, declared_slip, last_answered, named, slip
from assistant.dialogue.check_step import (
    CLEAR_COMMAND_GATE,
    COMMAND_GATE,
    Step,
    deletion_offer,
    emergency_reply,
)
from assistant.dialogue.condition import CONDITION
from assistant.dialogue.deletion import is_sure
from assistant.dialogue.message import UserMessage
from assistant.dialogue.terms import asks_meaning, asks_only_for_term, tells
from assistant.knowledge.procedure import procedure
from assistant.rendering.reply import CHECK, Reply
from assistant.safety.red_flags import RedFlag, find_red_flag
from assistant.safety.second_net import classified_flag
from assistant.screening import answers
from assistant.screening.correction import (
    Correction,
    find_bare_correction,
    is_bare_correction,
    names_item,
)
from assistant.screening.evidence import Reading
from assistant.screening.items import NO, UNSURE, Item, Value, item_read_by, policies
from assistant.screening.reading import read_answer
from assistant.screening.record import ACTIVE, DONE, EMERGENCY, CheckRecord
from assistant.screening.spelling import english_words
from assistant.text import shorten, squash, words
from assistant.wording import wording

#: After so many answers that were not understood, the item is stored as unsure (2.1: re-ask once).
MAX_ATTEMPTS = 2
#: Words of a hesitating answer at most.
_HESITATION = 5
#: A patient's question in the check, where the default is to take words as an answer.
QUESTION_GATE = 0.35

#: An answer in a few words, that limits or denies.
_BRIEF = re.compile(
    r"^(?:(?:actually|sorry|wait|oh|um|no|nope|well|yes) )*(?:only|just|not|never|hardly|used to|had) (?:\w+ ?){1,5}$|^(?:no|nope) (?:\w+ ?){1,5}$"
)
_IF = re.compile(r"\b(?:if|what if)\b")
_CONDITIONAL = re.compile(r"\b(?:if|would|could|should|counts?|matters?)\b")


def advance(
    message: UserMessage,
    record: CheckRecord,
    item: Item,
    *,
    offer: str = "",
    last_topic: str = "",
    last_facts: list[str] | None = None,
    stale: bool = False,
) -> Step:
    """Take the check one message further; changes `record`.

    Args:
        message: the classified message.
        record: the state of the check.
        item: the item whose question is open.
        offer: what a yes would mean beside the open question (`delete`).
        last_topic: class name of the last answer, the context of follow-ups.
        last_facts: its fact ids.
        stale: a person has talked with the patient since the question was put, so that a no, or
            a mere yes, may be an answer to the person: the question is put again.
    """
    flag = find_red_flag(message.text) or classified_flag(message.text, message.ranking)
    if flag:
        return _emergency(flag, record, item)
    meant = message.is_a("delete_data", "affirm") or answers.is_yes(message.text)
    if offer == "delete" and meant and is_sure(message.text):
        return _deleted(record)
    reading = read_answer(message.text, item)
    taken_back = None if stale else find_bare_correction(message.text, last_answered(record, item))
    if taken_back is not None:
        # Before the yes or no in it is taken for the answer to the open question.
        return _corrected(message, record, item, taken_back, Reading())
    if not record.asked and is_bare_correction(message.text):
        # There is nothing before the first question; it is no try at an answer either.
        return Step(Reply(), item)
    wrong = None if stale else slip(message, record, item, reading)
    if wrong is not None:
        if wrong.value is None:
            record.note_beside(wrong.item, message.text.strip())
        return _corrected(message, record, item, wrong, reading)
    if _asks_to_explain(message, reading, item):
        return Step(explained(message, item), item)
    if (
        message.is_a("explain_meaning", at_least=COMMAND_GATE)
        and reading.speaks_of(item)
        and tells(message.text)
    ):
        # "What is lupus? I think I have it": both count.
        both = _answered(message, record, item, reading.values.get(item) or UNSURE, reading)
        both.reply.messages[:0] = explained(message, item).messages
        return both
    plain = _plain_answer(message, item, reading)
    if stale and not reading.speaks_of(item):
        if reading.values.get(item) is not None:
            return _put_again(record, item, reading)
        plain = None
    if plain is not None:
        return _answered(message, record, item, plain, reading)
    correction = named(message, record, item, reading)
    if correction is None and not stale:
        correction = declared_slip(message, record, item, reading)
    if correction is not None:
        return _corrected(message, record, item, correction, reading)
    if not reading.speaks_of(item) or message.is_a(
        "delete_data", "stop_check", "restart_check", at_least=0.8
    ):
        # Words of doubt already are an answer; a command has to be plainer then.
        gate = CLEAR_COMMAND_GATE if reading.values.get(item) else COMMAND_GATE
        step = command(message, record, item) if message.confidence >= gate else None
        if step is not None:
            return step
    return _content(message, record, item, reading, last_topic, last_facts or [])


def _emergency(flag: RedFlag, record: CheckRecord, item: Item) -> Step:
    record.flag(flag.sign, item)
    record.status = EMERGENCY
    return Step(emergency_reply(flag, in_check=True), None)


def _deleted(record: CheckRecord) -> Step:
    record.__init__()  # type: ignore[misc]
    return Step(Reply(kind="smalltalk").say(response="utter_data_deleted"), None)


def _plain_answer(message: UserMessage, item: Item, reading: Reading) -> Value | None:
    """Return the value when the whole message is a plain yes, no or not sure."""
    value = reading.values.get(item)
    if value is None:
        return NO if _no_then_question(message, item) else None
    if value == NO:
        return NO
    # A command or question may carry words of doubt ("not sure what that means").
    asks = message.is_a("explain_meaning", "explain_why", "repeat_question", at_least=COMMAND_GATE)
    if asks and not reading.speaks_of(item):
        return None
    short = len(words(message.text)) <= 4
    if answers.is_yes(message.text) or (value == UNSURE and short and answers.is_unsure(message.text)):
        return value
    return None


def _put_again(record: CheckRecord, item: Item, reading: Reading) -> Step:
    """Leave the question open; what was said beside the yes or no is kept."""
    reply = Reply()
    for other, old in record.raise_from(reading, skip=item):
        _say_change(reply, record, other, old)
    _say_urgent(reply, reading)
    return Step(reply, item)


def _no_then_question(message: UserMessage, item: Item) -> bool:
    """Recognise "no. and does it have to be bandaged?": a plain no, then a question."""
    parts = re.split(r"[.!?;,\n]\s*", message.text, maxsplit=1)
    if len(parts) != 2 or not parts[1].strip() or not answers.is_no(parts[0], item):
        return False
    rest = read_answer(parts[1], item)
    asked = any(h.text and h.text.strip() in parts[1] for h in message.questions)
    return asked and not rest.touched and not rest.values and parts[1].strip().endswith("?")


def _answered(message: UserMessage, record: CheckRecord, item: Item, value: Value, reading: Reading) -> Step:
    reply = Reply()
    cue = next((e.cue for e in reading.evidence if e.item == item), "answer")
    stored = record.answer(item, value, message.text.strip(), cue)
    if value == NO and stored != NO and item not in record.floor:
        said = "; ".join(record.words_of(item)[:1])
        reply.say(wording("check.kept", words=shorten(said, 60), value=wording(f"check.values.{stored}")))
    for other, old in record.raise_from(reading, skip=item):
        _say_change(reply, record, other, old)
    _say_urgent(reply, reading)
    questions = [h for h in message.questions if len(message.hits) > 1 or _no_then_question(message, item)]
    if questions and "?" in message.text:
        extra = reply_to(message, reading=Reading(), in_check=True)
        if extra.kind in ("answered", "not_in_document"):
            _merge(reply, extra, record, message.text)
    return _next(reply, record)


def _say_change(reply: Reply, record: CheckRecord, item: Item, old: Value | None) -> None:
    name = wording(f"items.{item}.name")
    new = wording(f"check.values.{record.values[item]}")
    if old is None:
        reply.say(wording("check.noted_other", item=name, new=new))
    else:
        before = wording(f"check.values.{old}")
        reply.say(wording("check.changed", item=name, old=before, new=new))


def _say_urgent(reply: Reply, reading: Reading) -> None:
    for what in dict.fromkeys(reading.urgent):
        reply.say(response=f"utter_urgent_{what}")


def _merge(reply: Reply, extra: Reply, record: CheckRecord, text: str) -> None:
    reply.messages.extend(extra.messages)
    reply.kind, reply.facts, reply.topic = extra.kind, extra.facts, extra.topic
    reply.unanswered.extend(extra.unanswered)
    record.note_unanswered(extra.unanswered, text)


def _next(reply: Reply, record: CheckRecord) -> Step:
    following = record.next_item
    record.status = ACTIVE if following else DONE
    return Step(reply, following)


def _corrected(
    message: UserMessage, record: CheckRecord, item: Item, correction: Correction, reading: Reading
) -> Step:
    reply = Reply()
    apply_correction(message.text, record, correction, reply)
    reading.values.pop(correction.item, None)
    if not reading.speaks_of(item):
        # The yes or doubt of a correction is none of the open question.
        reading.values.pop(item, None)
    for other, old in record.raise_from(reading, skip=correction.item):
        if other != item:
            _say_change(reply, record, other, old)
    if reading.values.get(item) in ("yes", "unsure"):
        record.answer(item, reading.values[item], message.text.strip(), "with a correction")
    if correction.value is None:
        return Step(reply, correction.item)
    return _next(reply, record)


def _asks_to_explain(message: UserMessage, reading: Reading, item: Item) -> bool:
    """Tell whether the patient asks what a word means, or why it is asked ("Pus?? In easy words please")."""
    about_items = message.best in {t for p in policies().values() for t in p.topics}
    if asks_only_for_term(message.text) and (about_items or not message.is_a("faq", at_least=QUESTION_GATE)):
        # "What is a cold sore" asks no more than that, although the document speaks of them.
        return True
    if not message.is_a("explain_meaning", "explain_why", at_least=COMMAND_GATE):
        return False
    return (_only_doubt(reading, item) and not tells(message.text)) or asks_meaning(message.text)


def _only_doubt(reading: Reading, item: Item) -> bool:
    """Tell whether the item was only named in a question or with doubt, if at all."""
    cues = [e.cue for e in reading.evidence if e.item == item and e.cue != "answer"]
    return reading.values.get(item) in (None, UNSURE) and all("doubtful" in c for c in cues)


def _content(
    message: UserMessage,
    record: CheckRecord,
    item: Item,
    reading: Reading,
    last_topic: str,
    last_facts: list[str],
) -> Step:
    value = reading.values.get(item)
    asks_something = message.is_a(
        "faq", "not_in_document", "follow_up", "out_of_scope", at_least=QUESTION_GATE
    )
    if "?" not in message.text and (_BRIEF.match(squash(message.text)) or _tells_of_item(message)):
        # "Only as a child" and "my heart is fine" are answers, whatever the classifier likens them to.
        asks_something = False
    if answers.is_soft_no(message.text) and len(words(message.text)) <= _HESITATION:
        # "I don't think so?" asks nothing.
        asks_something = False
    # "I'd rather not tell a robot that" is no question, whatever the classifier makes of it.
    refuses = answers.is_refusal(message.text) and "?" not in message.text
    asks_instead = asks_something and not reading.speaks_of(item) and _asks(message) and not refuses
    if value is not None and not asks_instead:
        return _answered(message, record, item, value, reading)
    if reading.off_list and not reading.values and "?" not in message.text and not _asks_of_a_topic(message):
        return _off_list(record, item, reading)
    reply = Reply()
    others = {i: v for i, v in reading.values.items() if i != item}
    if others:
        for other, old in record.raise_from(reading, skip=item):
            _say_change(reply, record, other, old)
    else:
        record.note(reading)
    _say_urgent(reply, reading)
    small = message.is_a("smalltalk", at_least=QUESTION_GATE)
    beside = asks_something and (not others or "?" in message.text)
    if beside or (small and not others):
        extra = reply_to(
            message, reading=Reading(), last_topic=last_topic, last_facts=last_facts, in_check=True
        )
        gibberish = extra.kind == "out_of_scope" and not _is_language(message.text)
        if extra.kind != "unclear" and not gibberish:
            _merge(reply, extra, record, message.text)
            if not _about_item(message, item, reading):
                return Step(reply, item)
            return _again(reply, message, record, item, help_text=False)
    if others and not reading.touched:
        return Step(reply, item)
    if reading.readings and item == item_read_by("blood_pressure"):
        reply.say(wording("check.reading_kept", reading=", ".join(reading.readings)))
        return _again(reply, message, record, item, help_text=False)
    return _again(reply, message, record, item, help_text=True)


def _asks_of_a_topic(message: UserMessage) -> bool:
    """Tell whether the classifier knows a topic in the message, or what it goes on from."""
    return message.is_a("faq", "not_in_document", "follow_up", at_least=QUESTION_GATE)


def _off_list(record: CheckRecord, item: Item, reading: Reading) -> Step:
    """Note a condition that the document does not list ("I bruise like a peach"); the question stays open."""
    record.note(reading)
    words = ", ".join(f"“{shorten(w, 60)}”" for w in dict.fromkeys(reading.off_list))
    reply = Reply(kind=CONDITION).say(wording("condition.off_list", words=words))
    reply.facts = [procedure().off_list]
    return Step(reply, item)


def _tells_of_item(message: UserMessage) -> bool:
    """Tell whether words of no topic here are about an item of the check ("my heart is fine")."""
    return message.is_a("out_of_scope") and any(names_item(message.text, item) for item in policies())


def _is_language(text: str) -> bool:
    """Tell whether most of the words are English; else it is an answer gone wrong."""
    tokens = words(text)
    known = sum(t in english_words() for t in tokens)
    return known * 2 > len(tokens)


def _asks(message: UserMessage) -> bool:
    return "?" in message.text or message.confidence >= 0.7


def _about_item(message: UserMessage, item: Item, reading: Reading) -> bool:
    """Tell whether a question is about the item itself, as an answer in disguise would be."""
    if reading.touched or message.best in policies()[item].topics:
        return True
    if message.is_a("faq", "not_in_document", "smalltalk", at_least=0.5) and not _IF.search(
        message.text.lower()
    ):
        return False
    return bool(_CONDITIONAL.search(" ".join(words(message.text))) and len(words(message.text)) <= 14)


def _again(reply: Reply, message: UserMessage, record: CheckRecord, item: Item, *, help_text: bool) -> Step:
    """Ask once more, with the help; after the second time store unsure and move on."""
    count = record.attempts.get(item, 0) + 1
    record.attempts[item] = count
    if count >= MAX_ATTEMPTS:
        record.answer(item, UNSURE, message.text.strip(), "not understood twice")
        reply.say(wording("check.moved_on"))
        return _next(reply, record)
    if help_text:
        reply.say(response=f"utter_help_{item}")
    return Step(reply, item)


# For assistant/dialogue/strict.py, which takes the same steps without reading sentences.
emergency_step, deleted, answered, again = _emergency, _deleted, _answered, _again
put_again = _put_again

__all__ = ["CHECK", "Step", "advance", "apply_correction", "command", "deletion_offer", "emergency_reply"]
