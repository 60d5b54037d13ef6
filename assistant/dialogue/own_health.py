"""What patients tell about their own health in words that no list knows.

"I have sickle cell" and "they put a valve in me" must reach the specialist although the lexicon has no
such words: the document says that most reasons lie in the individual features of the body. The words
only ever raise caution.
"""

from __future__ import annotations

import re

from assistant.dialogue.message import UserMessage
from assistant.dialogue.no_condition import tells_of_none
from assistant.knowledge.procedure import procedure
from assistant.screening.assertion import is_other_person
from assistant.screening.evidence import Reading
from assistant.screening.items import policies
from assistant.text import has_phrase, shorten, squash

#: With this probability the classifier takes the message for a statement, or knows its topic.
SURE = 0.4
#: So many characters of the patient's words are kept.
LENGTH = 80

_SENTENCES = re.compile(r"[.!?;\n]+(?!\d)")
_OPENERS = (
    r"(?:and|but|so|also|well|oh|ok|okay|hi|hello|hey|hiya|actually|sorry|btw|fyi|um|erm|yes|yeah|because|cos|"
    r"just|the thing is|unfortunately|sadly|basically|as|since|although|though|now|then|please|doctor|dear|"
    r"good (?:morning|afternoon|evening|day))"
)
#: "I have ...", "I was born with ...", "my knee is ...", at the start of a sentence or after a joining word.
_TELLS = re.compile(
    rf"(?:^|\b(?:and|but|so|because|cos|since|though|although) )(?:{_OPENERS} )*(?:"
    r"(?:i|we)(?: \w+ly| also| still| just| only| do| now| have| had)* (?:have|had|got|get|suffer|suffered|wear|"
    r"take|took|use|carry|live with|need|underwent|went through|lost|was born|was diagnosed|am|was on|"
    r"was told|been)\b|(?:ive|im) \w+|(?:they|the doctors?|my (?:doctor|gp|doc)) (?:put|found|gave|took|told|diagnosed)\b)"
)
_ASKS = re.compile(
    rf"^(?:{_OPENERS} )*(?:can|could|may|should|must|is|are|does|do|will|would|what|which|how|why|when|where|who|if)\b"
)
_SUPPOSES = re.compile(r"\b(?:if|would|whether|suppose|in case)\b")
_WONDERS = re.compile(r"\b(?:could|should|might|worried|scared|afraid|heard|read|wonder\w*)\b")
_DENIES = re.compile(
    rf"^(?:{_OPENERS} )*(?:(?:i|im|ive|we) (?:\w+ )?(?:dont|do not|never|not|no|havent|have not)|no|not|never|none|nothing)\b"
)
_OWN = re.compile(r"\b(?:i|im|ive|me|my|mine)\b")
_PRONOUNS = frozenset(("they", "he", "she", "his", "her", "their"))
#: "I have a question", "I am 34", "I have had enough": nothing about health.
_NO_HEALTH = re.compile(
    r"\b(?:i have|ive|ive got|i got|i had) (?:a|another|one|two|some|more|many|my|to|an) ?(?:few )?(?:more )?"
    r"(?:questions?|appointment|doubts?|idea|look|wedding|holiday|to)\b|\b(?:i am|im) (?:\d+|interested|looking|thinking|"
    r"asking|going|not|just|ready|here|done|back|curious|considering|talking|trying to|glad|happy|sorry|sure)\b"
)

_WELL = re.compile(
    r"\b(?:healthy|fine|fit|normal|good|great)\b|\b(?:am|im|feel|feeling|very|all|perfectly) (?:well|ok|okay)\b"
)


def told(message: UserMessage, reading: Reading) -> str | None:
    """Return the patient's words about their own health that `reading` knows nothing of, or None.

    Args:
        message: the classified message.
        reading: what the lexicon made of it.
    """
    if reading.values or reading.off_list or reading.readings or reading.denied or tells_of_none(message):
        return None
    states = message.is_a("inform_health", at_least=SURE)
    if not (states or message.is_a(*procedure().personal, at_least=SURE)):
        return None
    for sentence in _SENTENCES.split(message.text):
        squashed = squash(sentence)
        # Beside a question about such a topic, only what opens like a statement is one.
        opens = _TELLS.search(squashed) and not _WONDERS.search(squashed)
        if (states or opens) and _is_told(squashed):
            return shorten(sentence.strip(), LENGTH)
    return None


def _is_told(sentence: str) -> bool:
    if len(sentence.split()) < 2 or _ASKS.match(sentence) or _SUPPOSES.search(sentence):
        return False
    if _NO_HEALTH.search(sentence) or _DENIES.match(sentence) or is_well(sentence):
        return False
    # "He found something in my blood": not his own.
    vague = _PRONOUNS if _OWN.search(sentence) else frozenset[str]()
    if any(is_other_person(w) and w not in vague for w in sentence.split()):
        return False
    marks = [m for p in policies().values() if p.place for m in p.place.marks]
    return not any(has_phrase(sentence, m) for m in marks)


def is_well(sentence: str) -> bool:
    """Tell whether `sentence` says that the patient is well ("I am perfectly healthy")."""
    return bool(_WELL.search(sentence))
