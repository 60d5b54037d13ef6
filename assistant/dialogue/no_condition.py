"""Statements that name a condition and tell of none of the patient's: denials, and other people's illnesses.

"I have no allergies" and "my mum has diabetes, not me" ask nothing, so a refusal of the topic is no answer to them.
They are no "no" either: nothing is written down, and nobody is cleared.
"""

from __future__ import annotations

import re

from assistant.dialogue.message import UserMessage
from assistant.screening.assertion import Assertion
from assistant.screening.items import ITEMS, medicines_item
from assistant.screening.mentions import find_mentions
from assistant.text import squash

#: Names of the wordings under `condition`.
OTHER_PERSON, DENIED, NOT_LISTED = "other_person", "denied", "denied_other"

#: Longer messages tell more than that.
LONGEST = 16
#: With this probability the message is about another subject ("mum's prescription, she has no email").
OTHER_SUBJECT = 0.6

_ASKS = re.compile(
    r"\b(?:if|whether|can|could|may|might|should|must|shall|will|would|what|which|how|why|when|where|who|ok|okay|allowed|"
    r"matters?|counts?|problem(?! )|possible|want|wants|wanted|hope|afraid|worried|scared|heard|read|think|thinks|sure|nay|"
    r"died|dead|passed away|help|guide|please)\b|^(?:(?:and|but|so|ok|well|then|hi) )?(?:is|are|does|do|did|has|was|have you) (?!not\b|no\b)\w+|"
    r"\b(?:do|does|did|is|are) (?:i|you|u|they|it|that|this|there)\b|\btell me\b|\bknow\b"
)
_ANYBODY = re.compile(
    r"\b(?:people|ppl|person|patients?|women|men|anyone|anybody|someone|somebody|everyone)\b"
)
#: "Not me", "I don't": the only words about the patient beside another person's illness.
_NOT_ME = re.compile(
    r"\b(?:(?:but )?not (?:me|i|mine|myself)|(?:i|me) (?:dont|do not|havent|have not|never|am not|nothing)|im not|none of mine)\b"
)
_OWN = re.compile(r"\b(?:i|ive|im|id|me|mine|myself|my own|we|us)\b")
#: "I have no health problems": nothing in particular.
_NOTHING = re.compile(
    r"\b(?:no|any|not any|without any) (?:other |known |real )?(?:(?:health|medical) (?:problems?|conditions?|issues?|history|"
    r"complaints?)|illness|illnesses|sicknesses|diseases|ailments?|pre ?existing conditions?)\b|"
    r"\b(?:i am|im) (?:\w+ly |very |quite )?(?:healthy|fit and well|in good health)\b|\b(?:i have|ive) (?:never|not) been (?:ill|sick)\b"
)
_DENIES = re.compile(r"\b(?:no|not|dont|havent|never|without|nothing|none|neither)\b")
_HABIT = re.compile(
    r"^(?:\w+ ){0,2}(?:i|ive|we) (?:\w+ )?(?:dont|do not|never|not) (?:\w+ )?(?:smoke|smoked|vape|vaped|drink|drank)\b"
)


def tells_of_none(message: UserMessage) -> str | None:
    """Return the name of the wording for a statement that tells of no condition of the patient's, or None."""
    squashed = squash(message.text)
    if message.text.strip().startswith("/"):
        # A typed command has no power, and tells nothing.
        return None
    if "?" in message.text or len(squashed.split()) > LONGEST or _ASKS.search(squashed):
        return None
    if message.is_a("out_of_scope/medical", "out_of_scope/everyday", at_least=OTHER_SUBJECT):
        return None
    mentions, _ = find_mentions(message.text)
    how = {m.assertion for m in mentions}
    if Assertion.FAMILY in how and how <= {Assertion.FAMILY, Assertion.ABSENT}:
        own = _OWN.search(_NOT_ME.sub(" ", squashed))
        medicine = any(m.label == medicines_item() for m in mentions)
        return None if own or medicine or _ANYBODY.search(squashed) else OTHER_PERSON
    if how == {Assertion.ABSENT}:
        return DENIED if any(m.label in ITEMS for m in mentions) else NOT_LISTED
    if mentions:
        return None
    if _HABIT.search(squashed):
        return NOT_LISTED
    nothing = _NOTHING.search(squashed)
    return (
        DENIED
        if nothing and (_DENIES.search(squashed) or "health" in nothing[0] or "fit" in nothing[0])
        else None
    )
