"""Recognises a correction of an earlier answer: which item, and to what value."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from assistant.screening import answers
from assistant.screening.assertion import Assertion
from assistant.screening.evidence import Reading
from assistant.screening.items import ITEMS, NO, UNSURE, YES, Item, Value, item_read_by, policies
from assistant.screening.lexicon import cues
from assistant.screening.mentions import find_mentions
from assistant.screening.numbers import read_temperatures
from assistant.screening.reading import read_answer
from assistant.text import has_phrase, squash

_CUE = re.compile(
    r"\b(?:change|changed|correct|correction|wrong|mistake|mistook|mistaken|misread|messed|actually|"
    r"sorry|i meant|meant to say|take (?:it |that )?back|instead|not true|oops|hang on|hold on|wait|"
    r"forgot|forgotten|previous|earlier|before i said|i said|go back|fix|edit|update|redo|amend|"
    r"should be|should have|was supposed|clicked|pressed|tapped|by accident|remembered)\b"
)
_STRONG_CUE = re.compile(
    r"\b(?:change|changed|correct|correction|wrong|mistake|misread|i meant|take (?:it |that )?back|"
    r"not true|previous|go back|fix|edit|update|amend|should be|should have been|clicked|pressed|"
    r"tapped|by accident|actually|messed|oops|sorry)\b"
)
_TO_VALUE = re.compile(
    r"\b(?:to|as|is|be|its|a|put|make it|answer|meant|should be|set)\s+(?:a )?(yes|no|not sure|unsure)\b"
)
_ORDINALS = {
    "first": 0, "1st": 0, "second": 1, "2nd": 1, "third": 2, "3rd": 2, "fourth": 3, "4th": 3,
    "fifth": 4, "5th": 4, "sixth": 5, "6th": 5, "seventh": 6, "7th": 6, "eighth": 7, "8th": 7,
    "ninth": 8, "9th": 8, "tenth": 9, "10th": 9,
}  # fmt: skip
_NUMBERED = re.compile(r"\b(?:question|number|no|answer|q|nr) ?(\d{1,2})\b")
_PREVIOUS = re.compile(r"\b(?:previous|last (?:one|answer|question)|go back|one before|step back|that one)\b")
#: The patient says to have something, beside the words of correction.
_CLAIM = re.compile(
    r"\b(?:i|ive|we)(?: (?!dont|do not|didnt|havent|never|was|want)\w+)? (?:have|had|got|get|take|took|use|used|am|feel)\b(?! to\b)|"
    r"\b(?:ive|im|there is|theres|there are)\b|\b(?:its|it is) (?!wrong|not|no|yes|a mistake|a no|a yes|supposed)\w+"
)
_NAMES_ANSWER = re.compile(
    r"(?<!\bno )\b(?:change|edit|fix|redo|amend|update|correct|answers?|question|about|back to)\b"
)


#: A correction that names no answer: "wait, I meant yes", "undo", "oops wrong button".
_TOOK_BACK = (
    r"(?:(?:i )?(?:meant|intended|wanted)(?: to)?(?: (?:say|type|press|write|put|click|tap|answer|choose))?|"
    r"(?:that|it|this|my (?:last )?answer|the last (?:one|answer)) (?:should(?:ve)?(?: have)? (?:be|been)|was supposed to be)|"
    r"should(?:ve)?(?: have)? been|"
    r"(?:i )?(?:take|taking|took) (?:that|it|this) back|(?:i )?(?:pressed|clicked|tapped|hit|typed) (?:the )?wrong(?: (?:one|button|thing|key))?|"
    r"(?:scratch|undo|change|correct|fix) (?:that|it|this|the last one|my last answer)|wrong (?:button|answer|one)|typo|misclick|mistake|"
    r"(?:that|it|this) (?:was|is) (?:wrong|not right|a mistake)|my (?:mistake|bad)|autocorrect|undo|back|(?:go |take me )?(?:one )?(?:step )?back(?: one)?(?: (?:question|step))?|"
    r"(?:the )?(?:previous (?:question|one|answer)|last (?:question|answer)))"
)
_BARE = re.compile(
    r"^(?:(?:oh|ah|oops|whoops|wait|sorry|hang on|hold on|no wait|hm|hmm|um|actually|stop|ok|argh|ugh|damn|a second|sec|again|please|"
    rf"that was|that was a|its|it was a|a) )*{_TOOK_BACK}(?: (?:a|an|to|as|it|its|is|not|sorry|i|meant|mean|please|and|that|was|be|"
    r"should|rather|instead|so|of|course|obviously|say|make|put))*? ?(?P<value>yes|yeah|yep|no|nope|not sure|unsure)?"
    r"(?: (?:not (?:yes|no)|instead of (?:yes|no)|please|sorry|for (?:that|the last one)|to (?:that|the last one)|there|"
    r"in the last one|lol|instead|of course))*$"
)
_ENDS_WITH = {"yes": YES, "yeah": YES, "yep": YES, "no": NO, "nope": NO, "not sure": UNSURE, "unsure": UNSURE}


@dataclass(frozen=True)
class Correction:
    """A correction of `item`: to `value`, or None when the question has to be asked again."""

    item: Item
    value: Value | None


@cache
def _names(item: Item) -> re.Pattern[str]:
    """Return what finds the words by which patients name the question itself."""
    called = (re.escape(squash(w.rstrip("*"))) + r"\w*" * w.endswith("*") for w in policies()[item].called)
    return re.compile(rf"\b(?:{'|'.join(called)})\b")


def names_item(text: str, item: Item) -> bool:
    """Tell whether `text` has a word by which patients name the question about `item`."""
    return bool(_names(item).search(squash(text)))


def has_correction_cue(text: str) -> bool:
    """Tell whether the words sound like taking something back."""
    return bool(_CUE.search(squash(text)))


def _bare(text: str) -> re.Match[str] | None:
    # What is typed as a command, "/back", has no power.
    return None if text.strip().startswith("/") else _BARE.match(squash(text))


def is_bare_correction(text: str) -> bool:
    """Tell whether `text` only takes something back and names no answer ("undo", "previous question")."""
    found = _bare(text)
    return found is not None and not found["value"]


def find_bare_correction(text: str, last: Item | None) -> Correction | None:
    """Return the correction of the answer given last when `text` is nothing else ("wait, I meant yes").

    Args:
        text: the message.
        last: the item answered last; None when there is none, or when the open question was answered
            already without being understood, so that the words are about that answer.
    """
    found = _bare(text)
    if last is None or found is None:
        return None
    return Correction(last, _ENDS_WITH.get(found["value"] or ""))


def find_correction(
    text: str,
    reading: Reading,
    *,
    answered: list[Item],
    last: Item | None,
    asked: Item | None,
    declared: bool,
) -> Correction | None:
    """Return the correction that `text` makes of an answered item, or None.

    Args:
        text: the message.
        reading: what it says (volunteered values).
        answered: items with an answer.
        last: the item answered last, for "the previous one".
        asked: the item being asked now; its own answer is no correction.
        declared: the classifier takes the message for a correction.
    """
    squashed = squash(text)
    strong = bool(_STRONG_CUE.search(squashed))
    if not (declared or _CUE.search(squashed)):
        return None
    target = _target(text, squashed, answered, last, asked, strong)
    if target is None:
        return None
    value = _new_value(text, squashed, target, reading)
    if value == NO:
        value = _sure_no(text, squashed)
    if value is None and not (strong or declared):
        return None
    return Correction(target, value)


#: "Can you change fever to no?" is a wish.
_ASKED_TO = re.compile(r"\b(?:can|could|would|will|may) (?:you|i|we)\b|\bplease\b")


#: "Change heart to no, it was years ago": what limits a no is no part of a plain one.
_LIMITED = re.compile(
    r"\b(?:only|except|apart from|other than|besides|unless|sometimes|mild|mildly|mostly|usually|a bit|a little|yesterday|"
    r"last (?:night|week|month|year|spring|summer|autumn|winter|time)|(?:this|in the) (?:morning|afternoon|evening|week)|"
    r"\w+ (?:time|times)|once|twice|still|nearly|almost|any ?more|as an? \w+|when i|comes and goes|from time)\b|"
    r"\b(?:it|that|they|mine) (?:was|were)\b(?! (?:wrong|not|a no|no|never|a (?:mistake|typo|misclick|slip)|an (?:accident|error)|"
    r"by (?:accident|mistake)|my (?:mistake|bad)|supposed|meant|me|incorrect|untrue))|"
    r"\bbut\b(?! (?:i|it|that|should|actually|its|no)\b)|\bjust (?:an?|the|my|some|one|that|on)\b"
)
#: Of the past, but said of the answer itself ("I was wrong", "I had the wrong button").
_OF_THE_ANSWER = frozenset(("was", "were", "had", "before", "previously", "last one", "the last one"))


def _is_limited(squashed: str) -> bool:
    """Tell whether something beside a new no limits it ("..., only as a child", "..., it healed")."""
    past = (p for kind in ("past", "remission") for p in cues(kind))
    return bool(_LIMITED.search(squashed)) or any(
        has_phrase(squashed, p) for p in past if p not in _OF_THE_ANSWER
    )


def _sure_no(text: str, squashed: str) -> Value | None:
    """Return what a new no is worth.

    Unsure with a doubt behind it; None when something limits it, when it asks, or holds what can't be read.
    """
    if (
        answers.is_unreadable(text)
        or ("?" in text and not _ASKED_TO.search(squashed))
        or _is_limited(squashed)
    ):
        return None
    # "From not sure to no" has its doubt before the no.
    return UNSURE if answers.is_unsure(re.split(r"\bno\b", squashed, maxsplit=1)[-1]) else NO


def _target(
    text: str, squashed: str, answered: list[Item], last: Item | None, asked: Item | None, strong: bool
) -> Item | None:
    mentions, _ = find_mentions(text)
    named = [m.label for m in mentions if m.label in ITEMS]
    named += [i for i in ITEMS if _names(i).search(squashed)]
    for item in dict.fromkeys(named):
        if item in answered and item != asked:
            return item
    measured = item_read_by("temperature")
    if measured in answered and asked != measured and read_temperatures(text, asked=False):
        return measured
    numbered = [int(n) - 1 for n in _NUMBERED.findall(squashed) if 1 <= int(n) <= len(ITEMS)]
    if numbered:
        return ITEMS[numbered[0]]
    for word, index in _ORDINALS.items():
        named_so = has_phrase(squashed, word) and re.search(r"\b(?:question|answer|one)\b", squashed)
        if named_so and index < len(ITEMS):
            return ITEMS[index]
    if strong and not named and last and last in answered and _PREVIOUS.search(squashed):
        return last
    return None


def _new_value(text: str, squashed: str, item: Item, reading: Reading) -> Value | None:
    stated = [v for v in (_named_value(m) for m in _TO_VALUE.findall(squashed)) if v]
    mentions, _ = find_mentions(text)
    own = [m for m in mentions if m.label == item]
    denied = bool(own) and any(m.assertion is Assertion.ABSENT for m in own)
    if _only_names_it(squashed, item, reading, bool(stated)):
        # "Change the answer about fever" and "change fever to no" name the question, no condition.
        return stated[-1] if stated else NO if denied else None
    raised = reading.values.get(item)
    if raised is not None:
        return raised
    if stated:
        return stated[-1]
    answer = read_answer(text, item)
    found = answer.values.get(item)
    if found in (YES, UNSURE) and not has_phrase(squashed, "not sure"):
        return found if any(e.item == item and e.cue != "answer" for e in answer.evidence) else None
    if own and all(m.assertion is Assertion.ABSENT for m in own):
        return NO
    if policies()[item].reading == "temperature" and any(
        t.value == NO for t in read_temperatures(text, asked=True)
    ):
        return NO
    return _bare_value(squashed, item)


def _only_names_it(squashed: str, item: Item, reading: Reading, stated: bool) -> bool:
    measured = any(e.item == item and "reading" in e.cue for e in reading.evidence)
    return not measured and not _CLAIM.search(squashed) and (stated or bool(_NAMES_ANSWER.search(squashed)))


def _named_value(word: str) -> Value | None:
    return _WORDS().get(word)


@lru_cache(maxsize=1)
def _WORDS() -> dict[str, Value]:  # noqa: N802 - a constant that needs the types above
    return {"yes": YES, "no": NO, "not sure": UNSURE, "unsure": UNSURE}


_YES_WORDS = re.compile(
    r"\b(?:it(?: i)?s (?:a )?yes|i do have|yes i do|yes i have|i do take|that(?: i)?s a yes)\b"
)
_NO_WORDS = re.compile(
    r"\b(?:i dont(?: have| take)?|do not have|its (?:a )?no|thats a no|i have none|i have no)\b"
)


def _bare_value(squashed: str, item: Item) -> Value | None:
    if _YES_WORDS.search(squashed):
        return YES
    if _NO_WORDS.search(squashed) and _names(item).search(squashed):
        return NO
    if answers.is_unsure(squashed) and _names(item).search(squashed):
        return UNSURE
    return None
