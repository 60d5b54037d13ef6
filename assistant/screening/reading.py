"""Reads what a patient's words say about the items of the check. The one place that interprets.

Policy (research/screening.md 2.1): volunteered words only raise caution; a no counts only as the
whole message; the most cautious value wins; what is not understood is asked once more.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from assistant.datafiles import load_yaml
from assistant.screening import answers
from assistant.screening.assertion import Assertion, Clause, assert_span, is_other_person
from assistant.screening.evidence import Evidence, Reading
from assistant.screening.items import (
    ITEMS,
    LASTING,
    MEDICINES,
    NO,
    PASSING,
    RECURRING,
    UNSURE,
    YES,
    Item,
    Place,
    Value,
    item_read_by,
    medicines_item,
    most_cautious,
    policies,
)
from assistant.screening.lexicon import LEXICON, OFF_LIST, STRONG, cues, fever_reducers
from assistant.screening.mentions import Mention, find_mentions
from assistant.screening.numbers import (
    BloodPressure,
    Temperature,
    is_surely_temperature,
    read_blood_pressures,
    read_temperatures,
)
from assistant.text import has_phrase, squash, words

_TOO = re.compile(
    r"\b(?:i|me|ive) (?:have|got|get|do|had)?(?: got)? ?(?:it|them|one|that)? ?(?:too|also|as well)\b|\bme too\b|\bso do i\b|\bboth of us\b"
)
#: "Can I do this with epilepsy? I have it since childhood": what was asked about is the patient's own.
_HAS_IT = re.compile(
    r"(?<!\bcan )(?<!\bcould )(?<!\bshould )(?<!\bmay )(?<!\bmight )(?<!\bmust )(?<!\bwill )(?<!\bwould )(?<!\bdo )"
    r"(?<!\bdid )(?<!\bif )(?<!\bwhen )(?<!\bonce )(?<!\bbefore )(?<!\bafter )(?<!\buntil )(?<!\bwhether )(?<!\bshall )"
    r"\b(?:i|ive)(?: do| really| actually| also| already| still| think)?(?: i)? (have|had|got|get|suffer from)"
    r"(?: got| had)? (?:it|that|this|them|those|one)\b"
    r"(?! (?:done|removed|treated|lasered|looked|checked|seen|made|in mind))"
)
_FIRST_PERSON = re.compile(r"\b(?:i|im|ive|id|my|me|mine|myself)\b")
_TAKES = re.compile(
    r"\b(?:take|taking|on|use|using|prescribed|swallow|need|got me on|put me on|get|started|stopped|having|came off|finished|finishing)\b"
)
_LONG_PAST = re.compile(
    r"\b(?:[2-9]|\d\d|two|three|four|five|six|seven|eight|nine|ten|several|many|some|few) (?:years|yrs) (?:ago|back)\b|\b(?:in|around|of) (?:19\d\d|20[01]\d)\b"
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
_HYPOTHETICAL = re.compile(
    r"\bif\b|\bwould\b|^(?:and |so |but |ok |no )*(?:what if|if i|if it|would|could i|suppose|does|do|is|are|should|can|will)\b|\bwhat if\b|\bcount[s]?\b\?|\bmatter[s]?\b"
)


def _any_of(words: tuple[str, ...]) -> str:
    return f"(?:{'|'.join(map(re.escape, words))})"


@cache
def _on_marks(place: Place) -> re.Pattern[str]:
    """Return what finds that something is on what will be treated ("pus on my stretch marks")."""
    marks = _any_of(place.marks)
    return re.compile(
        rf"\b(?:on|over|between|around|in|near|where|at|inside|next to)(?: \w+){{0,2}} {marks}\b|"
        rf"\b{marks}(?: \w+)? (?:have|has|got|full|covered|with)\b"
    )


@cache
def _only_elsewhere(place: Place) -> re.Pattern[str]:
    """Return what finds "only on my ..." followed by another place."""
    return re.compile(rf"\b(?:only|just) on (?:my|the|one|an|a) (?!{_any_of(place.begins)})\w+")


def read_volunteered(text: str, *, declared: bool = False) -> Reading:
    """Read a message that answers no question: values can only rise.

    Args:
        text: the patient's message.
        declared: True when the classifier takes it for a statement about oneself; otherwise only
            clauses in the first person count.
    """
    return _read(text, None, declared=declared)


def read_answer(text: str, item: Item) -> Reading:
    """Read a message typed in answer to the question about `item`.

    `values[item]` is set when the answer was understood; else `ask_again` is True.
    """
    reading = _read(text, item, declared=True)
    value = _asked_value(text, item, reading)
    if value is None:
        reading.values.pop(item, None)
        reading.ask_again = True
    elif reading.values.get(item) != value:
        reading.values.pop(item, None)
        reading.add(item, value, text.strip(), "answer")
    return reading


def _read(text: str, asked: Item | None, *, declared: bool) -> Reading:
    reading = Reading()
    mentions, clauses = find_mentions(text)
    squashed = squash(text)
    for mention in mentions:
        clause = clauses[mention.clause]
        own = bool(_FIRST_PERSON.search(_sentence(clauses, mention.clause)))
        _read_mention(reading, mention, squashed, asked, clause.text, own, declared)
    for bp in read_blood_pressures(text, asked=_asks_for("blood_pressure", asked)):
        _read_blood_pressure(reading, bp, text, clauses)
    for t in read_temperatures(text, asked=_asks_for("temperature", asked)):
        _read_temperature(reading, t, text, clauses, asked, mentions)
    return reading


def _asks_for(reading: str, asked: Item | None) -> bool:
    return asked is not None and asked == item_read_by(reading)


def _sentence(clauses: list[Clause], index: int) -> str:
    number = clauses[index].sentence
    return squash(" ".join(c.text for c in clauses if c.sentence == number))


def _read_mention(
    reading: Reading,
    m: Mention,
    squashed: str,
    asked: Item | None,
    clause: str,
    own: bool,
    declared: bool,
) -> None:
    assertion = m.assertion
    if assertion is Assertion.FAMILY and _TOO.search(squashed):
        assertion = Assertion.PRESENT
    own_it = _HAS_IT.search(squashed) if assertion is Assertion.HYPOTHETICAL else None
    if own_it:
        assertion = Assertion.PAST if own_it[1] == "had" else Assertion.PRESENT
        own = True
    if m.label == asked:
        reading.touched = True
    if asked != m.label and m.term in only_when_asked():
        return
    if assertion in (Assertion.ABSENT, Assertion.FAMILY, Assertion.HYPOTHETICAL):
        if assertion is Assertion.ABSENT and m.label in ITEMS:
            reading.denied.append(m.label)
        return
    if asked is None and not (own or declared):
        return
    if m.label == OFF_LIST:
        reading.off_list.append(m.words)
        return
    if m.label == medicines_item() != asked and m.strength == "generic":
        first_person = declared or _FIRST_PERSON.search(squash(clause))
        if not (first_person and _TAKES.search(squash(clause))):
            return
    value = _value_of(m, assertion, squashed, asked)
    if value is not None:
        reading.add(m.label, value, m.words, f"{m.strength} {assertion.value}: {m.term}")


def _value_of(m: Mention, assertion: Assertion, squashed: str, asked: Item | None) -> Value | None:
    """Map strength and assertion to a value by the policy table; None = no evidence."""
    policy = policies()[m.label]
    if policy.kind == MEDICINES:
        long_past = assertion is Assertion.PAST and _LONG_PAST.search(squashed)
        unsure = long_past or (assertion is Assertion.DOUBTFUL and m.strength != STRONG)
        return UNSURE if unsure else YES
    if assertion is Assertion.PAST and policy.course == PASSING:
        return None
    if assertion is not Assertion.PRESENT or m.strength != STRONG:
        return UNSURE
    if policy.place:
        return _by_place(policy.place, squashed, asked == m.label)
    return YES


def _by_place(place: Place, squashed: str, asked: bool) -> Value:
    """Return yes where the treatment will be, unsure for another or an unknown place."""
    on_area = any(has_phrase(squashed, p) for p in place.on)
    away = any(has_phrase(squashed, p) for p in place.elsewhere)
    # "on the marks" in the patient's words outweighs another place named beside it.
    away = away or bool(_only_elsewhere(place).search(squashed))
    if away and not _on_marks(place).search(squashed):
        return UNSURE
    return YES if asked or on_area else UNSURE


def _read_blood_pressure(reading: Reading, bp: BloodPressure, text: str, clauses: list[Clause]) -> None:
    assertion = _assertion_of(text, clauses, bp.start, bp.end)
    if assertion in (Assertion.FAMILY, Assertion.HYPOTHETICAL):
        reading.touched = True
        return
    reading.readings.append(bp.words)
    reading.touched = True
    value = bp.value
    if value == NO:
        return
    if assertion is Assertion.PAST:
        value = UNSURE
    elif value == YES and assertion is not Assertion.DOUBTFUL:
        reading.urgent.append("blood_pressure")
    item = item_read_by("blood_pressure")
    if item:
        reading.add(item, value, bp.words, "blood pressure reading")


def _read_temperature(
    reading: Reading,
    t: Temperature,
    text: str,
    clauses: list[Clause],
    asked: Item | None,
    mentions: list[Mention],
) -> None:
    assertion = _assertion_of(text, clauses, t.start, t.end)
    if assertion in (Assertion.FAMILY, Assertion.HYPOTHETICAL):
        reading.touched = True
        return
    reading.readings.append(t.words)
    taken = (Assertion.PRESENT, Assertion.RECENT, Assertion.PAST)
    masked = any(m.term in fever_reducers() and m.assertion in taken for m in mentions)
    value: Value = t.value
    if assertion is Assertion.PAST:
        value = NO
    elif value == YES and assertion is Assertion.RECENT:
        value = UNSURE
    if t.urgent and assertion is Assertion.PRESENT:
        reading.urgent.append("temperature")
    if masked:
        value = most_cautious(value, UNSURE) or UNSURE
    item = item_read_by("temperature")
    if item and value != NO:
        reading.add(item, value, t.words, "temperature reading")
    elif item and asked == item:
        reading.evidence.append(Evidence(item, NO, t.words, f"temperature reading {assertion.value}"))


def _assertion_of(text: str, clauses: list[Clause], start: int, end: int) -> Assertion:
    if not any(c.start <= start and end <= c.end for c in clauses):
        return Assertion.PRESENT
    assertion = assert_span(text, clauses, start, end)[0]
    # "no, only 38.4" and "no fever, 38.9": a number can't be negated.
    return Assertion.PRESENT if assertion is Assertion.ABSENT else assertion


def _asked_value(text: str, item: Item, reading: Reading) -> Value | None:
    """Return the value of the asked item, or None when it has to be asked again."""
    squashed = squash(text)
    found = reading.values.get(item)
    yes, doubt = answers.is_yes(text), answers.is_unsure(text)
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
    return _past_or_open(squashed, item, question, reading)


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
    from assistant.screening.spelling import english_words

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
    if not named or _TOO.search(squashed):
        return False
    own = [i for i, t in enumerate(tokens) if t in ("i", "im", "ive")]
    return not own


@lru_cache(maxsize=1)
def only_when_asked() -> frozenset[str]:
    """Return the terms that count only in answer to their own question."""
    return frozenset(squash(p) for p in load_yaml(LEXICON)["only_when_asked"])
