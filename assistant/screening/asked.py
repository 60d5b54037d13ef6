"""What the answer to an open question says about its item, beside what the words themselves say."""

from __future__ import annotations

import re

from assistant.screening import answers
from assistant.screening.assertion import is_other_person
from assistant.screening.evidence import Evidence, Reading
from assistant.screening.items import (
    LASTING,
    MEDICINES,
    NO,
    PASSING,
    RECURRING,
    UNSURE,
    YES,
    Item,
    Value,
    item_read_by,
    policies,
)
from assistant.screening.lexicon import cues
from assistant.screening.mentions import find_mentions
from assistant.screening.numbers import is_surely_temperature, read_blood_pressures, read_temperatures
from assistant.screening.spelling import english_words
from assistant.text import has_phrase, squash, words

#: "I have it too": what was said of somebody else holds for the patient.
TOO = re.compile(
    r"\b(?:i|me|ive) (?:have|got|get|do|had)?(?: got)? ?(?:it|them|one|that)? ?(?:too|also|as well)\b|\bme too\b|\bso do i\b|\bboth of us\b"
)
_OVER = re.compile(
    r"\b(?:healed|cleared|gone|went away|recovered|resolved|cured|dried up)\b|"
    r"(?<!all )\bover(?= (?:now|and|since|by now|long ago|thank\w*)\b|$)"
)
_CARRIERS = frozenset(
    "forgot tell mention mentioned say also but take takes taking use using about bout though only just "
    "because cos with mg every day daily years since as well too lip lips mouth nose chin".split()
)
_LEADING_NO = re.compile(r"^(?:oh |well |um )?(?:no|nope|nah)\b")
#: What takes "healed" or "gone" back; beside it and beside any negation nothing is clearly over.
_NOT_OVER = re.compile(
    r"\b(?:half|partly|partially|mostly|nearly|almost|still|yet|again|but|except|though|thought|came|comes|"
    r"returned|until|till|should|gone up|went up|left)\b|(?<!years )(?<!months )(?<!weeks )(?<!summers )"
    r"(?<!year )(?<!month )(?<!yrs )\bback\b"
)
_PRONOUN = re.compile(r"\b(?:it|its|that|thats|them|those|one|which)\b")
_FORGOT = re.compile(r"\b(?:i |i had |ive )?forgot(?:ten)?\b")
_HYPOTHETICAL = re.compile(
    r"\bif\b|\bwould\b|^(?:and |so |but |ok |no )*(?:what if|if i|if it|would|could i|suppose|does|do|is|are|should|can|will)\b|\bwhat if\b|\bcount[s]?\b\?|\bmatter[s]?\b"
)


def asked_value(text: str, item: Item, reading: Reading) -> Value | None:
    """Return the value of the asked item, or None when it has to be asked again."""
    squashed = squash(text)
    found = reading.values.get(item)
    yes = answers.is_yes(text)
    own = _own_words(text, item) if reading.values else squashed
    doubt = answers.is_unsure(own)
    others = _about_others(squashed)
    question = text.rstrip().endswith("?") or bool(_HYPOTHETICAL.search(squashed))
    if yes and not others:
        if has_phrase(squashed, "yes and no"):
            return UNSURE
        return _qualified_yes(text, squashed, item, found)
    if found is not None:
        return found
    normal = [e for e in reading.evidence if e.item == item and e.value == NO]
    if normal:
        return _normal_temperature(text, squashed, item, normal, doubt)
    if answers.is_no(_without_normal_readings(text), item) and not doubt:
        return _plain_no(squashed, item)
    if answers.is_refusal(text):
        return UNSURE
    if answers.is_soft_no(text) or others:
        reading.touched = True
        return None
    if _first_clause_no(text, item, reading):
        return NO
    if policies()[item].kind == MEDICINES and not question and _names_something(text, squashed):
        return YES
    if doubt:
        return UNSURE
    return _past_or_open(own, item, question, reading)


def _own_words(text: str, item: Item) -> str:
    """Return the words, squashed, without the clauses that tell of another item ("maybe a rash, I think it is")."""
    mentions, clauses = find_mentions(text)
    measured = [(item_read_by("blood_pressure"), b.start) for b in read_blood_pressures(text)]
    measured += [(item_read_by("temperature"), t.start) for t in read_temperatures(text, asked=False)]
    kept, dropped = [], False
    for number, clause in enumerate(clauses):
        # "Haven't checked" stands in the lexicon of fever, and is a doubt anywhere.
        labels = {m.label for m in mentions if m.clause == number and not answers.is_unsure(m.term)}
        # "My bp was 150 over 95" tells nothing of a rash.
        labels |= {read for read, at in measured if read and clause.start <= at < clause.end}
        # "Forgot to say, I take iron": nothing about the open question was forgotten.
        said = _FORGOT.sub(" ", squash(clause.text))
        dropped = item not in labels and (bool(labels) or (dropped and bool(_PRONOUN.search(said))))
        if not dropped:
            kept.append(said)
    return " ".join(" ".join(kept).split())


def _without_normal_readings(text: str) -> str:
    """Take normal blood pressures out of `text` ("no, it was 118/76" stays a no)."""
    for bp in reversed(read_blood_pressures(text, asked=True)):
        if bp.value == NO:
            text = text[: bp.start] + " " + text[bp.end :]
    return text


def _qualified_yes(text: str, squashed: str, item: Item, found: Value | None) -> Value | None:
    if policies()[item].kind == MEDICINES:
        return YES
    if found == YES:
        return YES
    doubtful = answers.is_unsure(text) or any(
        has_phrase(squashed, p) for p in ("i think", "maybe", "might", "possibly", "probably")
    )
    over = any(has_phrase(squashed, p) for p in cues("past")) and not any(
        has_phrase(squashed, p)
        for p in ("again", "since", "still", "now", "days ago", "day ago", *cues("recent"))
    )
    if doubtful or over or answers.has_no_word(text):
        return UNSURE
    return YES


def _normal_temperature(
    text: str, squashed: str, item: Item, normal: list[Evidence], doubt: bool
) -> Value | None:
    if not any(is_surely_temperature(text, e.words) for e in normal):
        # "My pulse is 98", "room 36": a bare number is a temperature only when little else is said.
        rest = text
        for e in normal:
            rest = rest.replace(e.words, " no ", 1)
        if not answers.is_no(rest, item):
            return None
    doubt = doubt or any(has_phrase(squashed, p) for p in cues("doubt"))
    past = any("past" in e.cue or "recent" in e.cue for e in normal)
    stale = past or any(has_phrase(squashed, p) for p in ("yesterday", "last night", "last week"))
    return UNSURE if doubt or stale else NO


def _plain_no(squashed: str, item: Item) -> Value | None:
    if re.search(r"\bnever\b|\b(?:not|nor) (?:\w+ )?before\b", squashed):
        return NO
    now_only = re.search(
        r"\bnot? (?:(?:right )?now|at the moment|currently|today|atm)\b|\bnone (?:right )?now\b", squashed
    )
    if now_only and policies()[item].course == RECURRING:
        # "Not at the moment" hints at a past one, which is for the specialist.
        return UNSURE
    return NO


def _first_clause_no(text: str, item: Item, reading: Reading) -> bool:
    """Recognise "no rash but forgot to tell you about my afib": no to this item, yes to another."""
    parts = re.split(r"\s+but\s+|[.;,!]\s+", text, maxsplit=1)
    if len(parts) != 2 or not answers.is_no(parts[0], item):
        return False
    named, _ = find_mentions(parts[0])
    later, _ = find_mentions(parts[1])
    if not any(m.label == item for m in named) or any(m.label == item for m in later):
        return False
    rest = [i for i in reading.values if i != item]
    if not rest or any(has_phrase(squash(parts[1]), p) for p in cues("doubt")):
        return False
    # "No fever, but I'm boiling and take warfarin": unknown words may be about the item.
    known = {w for m in later for w in words(m.words)} | _CARRIERS
    return answers.is_small_talk(" ".join(w for w in words(parts[1]) if w not in known))


def _names_something(text: str, squashed: str) -> bool:
    """Tell whether an answer to the medicines question names something we do not know."""
    if answers.has_no_word(text) and not re.search(r"\bname\b|\bfor (?:my|the)\b|\bcalled\b", squashed):
        return False
    unnamed = re.search(r"\b(?:name|called)\b", squashed)
    if re.search(r"\bfor (?:my |the )?\w+", squashed) and (unnamed or not answers.leads_with_no(text)):
        return True
    tokens = words(text)
    if answers.is_unsure(text) or not 1 <= len(tokens) <= 6:
        return False
    return any(len(t) >= 4 and t.isalpha() and t not in english_words() for t in tokens)


def _past_or_open(squashed: str, item: Item, question: bool, reading: Reading) -> Value | None:
    if question:
        return None
    past = any(has_phrase(squashed, p) for p in cues("past")) or bool(
        re.search(r"\b(?:19|20)\d\d\b|\bago\b", squashed)
    )
    policy = policies()[item]
    if policy.kind != MEDICINES and policy.course in (LASTING, RECURRING):
        doubtful = any(has_phrase(squashed, p) for p in cues("doubt"))
        return UNSURE if past or doubtful else None
    if policy.course == PASSING and reading.touched and past:
        recent = any(has_phrase(squashed, p) for p in cues("recent"))
        denied = answers.has_no_word(_LEADING_NO.sub("", squashed))
        over = _OVER.search(squashed) and not (recent or denied or _NOT_OVER.search(squashed))
        return NO if over and not any(has_phrase(squashed, p) for p in cues("doubt")) else UNSURE
    if any(has_phrase(squashed, p) for p in cues("doubt")):
        return UNSURE
    return None


def _about_others(squashed: str) -> bool:
    tokens = squashed.split()
    vague = {"people", "he", "she", "they", "his", "her", "their", "baby", "kid", "child"}
    named = [i for i, t in enumerate(tokens) if is_other_person(t) and t not in vague]
    if not named or TOO.search(squashed):
        return False
    own = [i for i, t in enumerate(tokens) if t in ("i", "im", "ive")]
    return not own
