"""Reads what a patient's words say about the items of the check. The one place that interprets.

Policy (research/screening.md 2.1): volunteered words only raise caution; a no counts only as the
whole message; the most cautious value wins; what is not understood is asked once more.
"""

from __future__ import annotations

import re
from functools import cache, lru_cache

from assistant.datafiles import load_yaml
from assistant.screening import answers
from assistant.screening.asked import TOO, asked_value
from assistant.screening.assertion import Assertion, Clause, assert_span
from assistant.screening.evidence import Evidence, Reading
from assistant.screening.items import (
    ITEMS,
    MEDICINES,
    NO,
    PASSING,
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
from assistant.screening.lexicon import LEXICON, OFF_LIST, STRONG, fever_reducers
from assistant.screening.mentions import Mention, find_mentions
from assistant.screening.numbers import (
    BloodPressure,
    Temperature,
    read_blood_pressures,
    read_temperatures,
)
from assistant.text import has_phrase, squash

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
    value = asked_value(text, item, reading)
    if value == NO and answers.is_unreadable(text):
        # "36.6 но болит": nobody knows what the rest says.
        value = None
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
    if assertion is Assertion.FAMILY and TOO.search(squashed):
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


@lru_cache(maxsize=1)
def only_when_asked() -> frozenset[str]:
    """Return the terms that count only in answer to their own question."""
    return frozenset(squash(p) for p in load_yaml(LEXICON)["only_when_asked"])
