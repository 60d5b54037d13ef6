"""Plans the reply to a message outside the check, or to an interruption of it."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.dialogue import own_health
from assistant.dialogue.condition import CONDITION, condition_reply
from assistant.dialogue.message import GATE, Hit, UserMessage
from assistant.dialogue.no_condition import OTHER_PERSON, tells_of_none
from assistant.knowledge.compose import ANSWERED, NOT_IN_DOCUMENT, Part, answer_topic, follow_up, refuse_topic
from assistant.knowledge.content import content
from assistant.knowledge.procedure import procedure
from assistant.rendering.reply import CHECK, PERSON, Choice, Reply
from assistant.safety.injection import is_injection
from assistant.screening.assertion import Assertion
from assistant.screening.evidence import Reading
from assistant.screening.items import MEDICINES, medicines_item, policies
from assistant.screening.mentions import find_mentions
from assistant.screening.reading import only_when_asked, read_volunteered
from assistant.screening.record import DONE
from assistant.text import squash, words
from assistant.wording import wording

SMALLTALK = "smalltalk"
OUT_OF_SCOPE = "out_of_scope"
UNCLEAR = "unclear"
#: A follow-up says again what stands before it, whatever the message is about: it has to be recognised clearly. None of
#: 2,655 test messages is one with less than this and at least `GATE`; "is it the same as dermabrasion" was.
FOLLOW_UP_GATE = 0.5
#: Some messengers show no more buttons.
MAX_CHOICES = 3


@lru_cache(maxsize=1)
def _asking() -> re.Pattern[str]:
    called = "|".join(map(re.escape, procedure().called))
    return re.compile(
        r"\?|\b(?:can|could|may|should|must|is|are|does|do|will|would|what|which|how|why|when|where|who)"
        rf" (?:i|it|u|you|they|we|the|my|this|that|there|a|an|long|many|much|about|is|are|do|if|{called})\b|"
        r"\b(?:ok|okay|possible|allowed|problem|matter|counts?)\b"
    )


#: A question that only asks what the statement means ("does this change anything?").
_WHAT_NOW = re.compile(
    r"\b(?:can|could|may|should|do) i (?:still|even|then|now|anyway)\b|\bwhat (?:do you|you|u|do u) think\b|"
    r"\b(?:does|would|will) (?:this|that|it) (?:change|matter|affect|count|make)\b|\bis (?:this|that) (?:ok|okay|a problem|bad)\b|"
    r"\b(?:just so you know|fyi|what now|what then)\b"
)


def reads_as_statement(message: UserMessage, reading: Reading) -> bool:
    """Tell whether the message is foremost a statement about the patient's own health."""
    if message.is_a("inform_health", "correct_answer"):
        return True
    text = message.text.lower()
    asks = bool(_asking().search(text))
    if reading.denied and not (reading.values or reading.off_list or asks):
        # "I don't have herpes" is no question about herpes.
        about = {t for i in reading.denied for t in policies()[i].topics}
        return message.best in about and bool(_DENIES.match(squash(message.text)))
    if not (reading.values or reading.off_list):
        return False
    if message.is_a("not_in_document"):
        # "I'm on roaccutane, how long must I wait": the question names its topic.
        return bool(reading.values) and (not asks or bool(_WHAT_NOW.search(text)))
    if message.is_a("faq") and message.best not in _covered():
        return False
    if asks and not _WHAT_NOW.search(text) and message.is_a("faq", at_least=0.9):
        # "I'm on a couple of tablets, should I mention it": nothing in particular was stated.
        named = [e for e in reading.evidence if not e.cue.startswith("generic")]
        return bool(named)
    # "I am anemic" is no question of another subject, although the classifier has no better name for it.
    return bool(reading.values) or not asks


_DENIES = re.compile(
    r"^(?:ok |hi |hello |so |well |btw |fyi |also |and |but |just |oh )*(?:no |nope )?"
    r"(?:i|ive|we) (?:\w+ )?(?:dont|do not|never|have no|havent|didnt|am not|got no|was never|have not|have never|take no)\b|"
    r"^(?:im not|never had|not on|i have no|no) \w+"
)
_ADDS = re.compile(
    r"^(?:oh |ok |and |but |well |sorry )*(?:yes|yeah|yep|yup|also|plus|forgot|i forgot|only|just)\b"
)


#: A message that opens like a statement about oneself, with or without "I".
_STATES = re.compile(
    r"^(?:ok |hi |hello |so |well |btw |fyi |also |and |but |just |oh |yes |yeah )*(?:"
    r"(?:i|ive|im|my|mine|got|having|suffering|taking|been|currently)\b|"
    r"(?:had|have|on) (?!you\b|u\b|they\b|anyone\b|anybody\b|people\b|patients\b)|"
    r"diagnosed\b|(?:the |my )?(?:doc|doctor|gp|dr|derm|nurse) (?:says|said|thinks|found|told|put|gave)\b)"
)


#: What may stand between the names of a list of medicines and change nothing.
_BETWEEN = re.compile(
    r"(?:and|plus|also|with|some|a|an|the|my|just|only|few|bit|of|oh|ok|sorry|daily|\d+ ?(?:mg|g|mcg|ml|iu)?|mg|n)"
)


def _lists_medicines(text: str) -> bool:
    """Tell whether a message is names of medicines and nothing more ("ibuprofen and some vitamins")."""
    mentions, _ = find_mentions(text)
    if "?" in text or not any(m.label == medicines_item() and m.strength == "strong" for m in mentions):
        return False
    rest = list(text)
    for mention in mentions:
        rest[mention.start : mention.end] = " " * (mention.end - mention.start)
    return all(_BETWEEN.fullmatch(word) for word in words("".join(rest)))


def volunteered(message: UserMessage) -> Reading:
    """Read what the message says about the patient; values can only rise."""
    asks = bool(_asking().search(message.text.lower()))
    declared = (
        message.is_a("inform_health", "correct_answer")
        or _lists_medicines(message.text)
        or message.probability("inform_health") > 0.25
        # "Yes, doxycycline" after the questions.
        or (not asks and bool(_ADDS.match(squash(message.text))))
        or (
            (not asks or bool(_WHAT_NOW.search(message.text.lower())))
            and bool(_STATES.match(squash(message.text)))
        )
    )
    reading = read_volunteered(message.text, declared=declared)
    if not (declared or asks or reading.values) and message.is_a("out_of_scope", at_least=0.0):
        # "Heart keeps skipping, waiting for the results": no other subject, although nobody says "I".
        told = read_volunteered(message.text, declared=True)
        reading = told if any(policies()[i].kind != MEDICINES for i in told.values) else reading
    words_alone = own_health.told(message, reading)
    if words_alone:
        reading.off_list.append(words_alone)
    return reading


def reply_to(
    message: UserMessage,
    *,
    reading: Reading | None = None,
    last_topic: str = "",
    last_facts: list[str] | None = None,
    status: str = "none",
    in_check: bool = False,
) -> Reply:
    """Return the reply to a message that is no command.

    Args:
        message: the classified message.
        reading: what it says about the patient (read here when absent).
        last_topic: class name of the last answer, the context of follow-ups.
        last_facts: its fact ids.
        status: state of the check.
        in_check: the reply interrupts the check; no offers and no statements are handled then.
    """
    reading = reading if reading is not None else volunteered(message)
    # After the check, a yes to the offer to start it would empty the answers.
    offering = not in_check and status != DONE
    if is_injection(message.text):
        return Reply(kind=OUT_OF_SCOPE).say(wording("answer.out_of_scope", message.turn))
    if not in_check and reads_as_statement(message, reading):
        return _statement(message, reading, status)
    none = None if reading.values or reading.off_list else tells_of_none(message)
    if none and in_check:
        return Reply(kind=CONDITION).say(wording(f"condition.{none}"))
    if none:
        return condition_reply(reading, status=status, none=none)
    if message.is_a("follow_up", at_least=FOLLOW_UP_GATE):
        kind = message.best.split("/")[1]
        part = follow_up(kind, last_topic, last_facts or [], message.turn, message.text)
        if part is None:
            return Reply(kind=UNCLEAR).say(wording("answer.context_missing"), choices=_starters())
        return _from_parts([part], in_check, offering)
    if message.is_a("smalltalk"):
        return Reply(kind=SMALLTALK).say(response=f"utter_{message.best}")
    questions = by_lexicon(message) or _distinct(message.questions)
    if questions and reading.values and not in_check:
        return _statement_beside(message, reading, status, questions)
    if questions:
        parts = [_part(h, message.turn + i) for i, h in enumerate(questions)]
        return _from_parts(parts, in_check, offering)
    if message.is_a("out_of_scope"):
        return Reply(kind=OUT_OF_SCOPE).say(wording("answer.out_of_scope", message.turn))
    return unclear(message)


def _statement(message: UserMessage, reading: Reading, status: str) -> Reply:
    mentions, _ = find_mentions(message.text)
    others = bool(mentions) and all(m.assertion is Assertion.FAMILY for m in mentions)
    none = OTHER_PERSON if others else tells_of_none(message)
    reply = condition_reply(reading, status=status, none=none)
    asked = [h for h in _distinct(message.questions) if h.topic not in _covered() and len(message.hits) > 1]
    parts = [_part(h, message.turn + i) for i, h in enumerate(asked[:2])]
    for part in parts:
        reply.messages.append(_from_parts([part], True).messages[0])
        reply.facts = [*part.facts, *reply.facts]
        if part.unanswered:
            reply.unanswered.append(part.unanswered)
    return reply


def _statement_beside(message: UserMessage, reading: Reading, status: str, questions: list[Hit]) -> Reply:
    """Answer the question, then relate what was said beside it ("I have a cold sore. How long ...?")."""
    reply = _from_parts([_part(h, message.turn + i) for i, h in enumerate(questions)], True)
    statement = condition_reply(reading, status=status)
    reply.messages += statement.messages
    reply.facts += [f for f in statement.facts if f not in reply.facts]
    reply.offer = statement.offer
    return reply


@lru_cache(maxsize=1)
def _covered() -> frozenset[str]:
    """Return the topics that a statement about oneself already answers."""
    return procedure().covered | {p.topics[0] for p in policies().values()}


def _distinct(hits: list[Hit]) -> list[Hit]:
    seen: dict[str, Hit] = {}
    for hit in hits:
        if hit.confidence >= GATE:
            seen.setdefault(hit.topic, hit)
    found = list(seen.values())
    if len(found) > 1:
        # "I have a pump, can I have it": the second half asks nothing of its own.
        specific = [h for h in found if h.topic not in procedure().general]
        found = specific or found[:1]
    return found[:3]


#: Classes for which vague questions that name a condition are taken, beside those about permission.
_VAGUE = frozenset(("explain_meaning", "human_handoff", ""))


def by_lexicon(message: UserMessage) -> list[Hit]:
    """Return the topics of the conditions that a vague question names ("can someone w arrhythmia get it").

    The lexicon, with its spelling repair, knows conditions that the classifier never saw. It only
    steps in where the classifier is unsure or sees a question about permission in general.
    """
    best = message.best if message.confidence >= GATE else ""
    if best not in _VAGUE | procedure().permission and not best.startswith("out_of_scope/"):
        return []
    if message.is_a("out_of_scope", "human_handoff", at_least=0.6):
        return []
    mentions, _ = find_mentions(message.text)
    topics = [
        policies()[m.label].vague
        for m in mentions
        if m.label in policies()
        and m.strength != "generic"
        and m.term not in only_when_asked()
        and (m.strength == "strong" or len(m.term) > 5)
    ]
    return [Hit(t, 1.0, message.text) for t in dict.fromkeys(topics)]


def _part(hit: Hit, turn: int) -> Part:
    kind, _, name = hit.topic.partition("/")
    if kind == "faq" and name in content().topics:
        return answer_topic(name)
    return refuse_topic(name, turn)


def _from_parts(parts: list[Part], in_check: bool, offering: bool = False) -> Reply:
    answered = [p for p in parts if p.kind == ANSWERED]
    reply = Reply(kind=ANSWERED if answered else NOT_IN_DOCUMENT)
    choices: list[Choice] = []
    for part in parts:
        reply.facts.extend(f for f in part.facts if f not in reply.facts)
        if part.unanswered:
            reply.unanswered.append(part.unanswered)
        choices.extend(part.choices)
    # "And the other one?" is about what was answered, not about what could not be.
    reply.topic = next((p.topic for p in (*answered, *parts) if p.topic), reply.topic)
    texts = _without_repeats([p.text for p in parts])
    offers = [p.offer for p in parts if p.offer]
    if offers and not in_check and (offering or offers[0] != "check"):
        reply.offer = offers[0]
        if offers[0] == "check":
            texts[-1] += "\n\n" + wording("answer.offer_check")
            choices.append(CHECK)
    shown = list(dict.fromkeys(choices))[:MAX_CHOICES]
    if any(part.unanswered for part in parts):
        # What the document does not say, a person may know.
        shown = [*shown[: MAX_CHOICES - 1], PERSON]
    reply.say("\n\n".join(texts), choices=() if in_check else tuple(shown))
    return reply


def _without_repeats(texts: list[str]) -> list[str]:
    """Say "I have put your question in your summary" once for several unanswered questions."""
    noted = wording("answer.noted")
    out: list[str] = []
    for number, text in enumerate(texts):
        later = any(noted in t for t in texts[number + 1 :])
        out.append(text.replace(noted, "").strip() if later else text)
    return out


def why_topic(message: UserMessage, last_topic: str | None) -> str | None:
    """Return the class that a "why" outside the check asks for.

    "Why do you care about prescriptions" names its topic; "why don't I need one" is about the last
    answer; else the likeliest question of the document.
    """
    mentions, _ = find_mentions(message.text)
    for mention in mentions:
        if mention.label in policies():
            return policies()[mention.label].topics[0]
    if last_topic and len(words(message.text)) <= 6:
        return "follow_up/why"
    likely = [(n, p) for n, p in message.ranking[1:] if n.startswith("faq/")]
    return likely[0][0] if likely and likely[0][1] >= 0.05 else None


def unclear(message: UserMessage) -> Reply:
    """Say honestly that the message was not understood, with the two likeliest topics as choices."""
    likely = [content().question(n) for n, _ in message.ranking]
    choices = tuple(Choice(q) for q in dict.fromkeys(q for q in likely if q))[:2]
    if not choices:
        return Reply(kind=UNCLEAR).say(wording("answer.unclear_nothing"), choices=_starters())
    return Reply(kind=UNCLEAR).say(wording("answer.unclear", message.turn), choices=choices)


def _starters() -> tuple[Choice, ...]:
    topics = content().topics
    named = (procedure().what_is, procedure().contraindications)
    return (*(Choice(topics[name].question) for name in named), CHECK)


__all__ = ["CONDITION", "reads_as_statement", "reply_to", "unclear", "volunteered"]
