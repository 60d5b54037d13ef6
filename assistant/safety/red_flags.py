"""Recognises emergencies and self-harm in a message, before anything else, on every turn.

Rule-based on purpose (research/screening.md 2.6): a sign fires unless clearly denied, long past,
only asked about or a figure of speech; another person's emergency fires too. What counts as a sign
stands in data/screening/red_flags.yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal

from assistant.locales import DEFAULT
from assistant.safety.patterns import PatternSet
from assistant.safety.phrases import SELF_HARM, find_phrase
from assistant.safety.rules import Rules, rules, signed
from assistant.safety.wording import Sentence

#: Two sentences of so many words together may share a sign: "My chest. It hurts."
SHARED_WORDS = 14
#: Longer messages are read up to here; the channel refuses longer ones anyway.
MAX_LENGTH = 4_000
#: So many characters around a sign decide whether it is denied.
CONTEXT = 160


@dataclass(frozen=True)
class RedFlag:
    """A sign that was recognised: its kind, which sign, whether it is a bystander's, and in which language."""

    kind: Literal["emergency", "self_harm"]
    sign: str
    bystander: bool
    language: str = DEFAULT


def find_red_flag(text: str) -> RedFlag | None:
    """Return the first sign of self-harm, else of an emergency, in `text`, or None.

    It is looked for in every language, whatever that of the conversation: in those that the assistant
    speaks, and by a short list of plain words in some that it does not.

    Raises:
        DataFileError: data/screening/red_flags.yml, that of a language, or red_flag_phrases.yml can't be used.
    """
    text = text[:MAX_LENGTH]
    # A French message that shares a word with Spanish is not answered in Spanish.
    flag = _find(rules(), text) or _foreign(text)
    for code in signed() if flag is None else ():
        found = rules(code)
        if found.possible(text) and (flag := _find(found, text)) is not None:
            return replace(flag, language=code)
    return flag


def _foreign(text: str) -> RedFlag | None:
    """Return the sign that `text` holds in a language that the assistant does not speak, or None."""
    found = find_phrase(text)
    if found is None:
        return None
    if found.sign == SELF_HARM:
        return RedFlag("self_harm", "self_harm", found.bystander, found.language)
    return RedFlag("emergency", found.sign, found.bystander, found.language)


def _find(found: Rules, text: str) -> RedFlag | None:
    sentences = [Sentence(found.idioms.blank(s.text), s.mark) for s in found.wording.sentences(text)]
    readings = [*_single(sentences), *_shared(sentences)]
    for reading in readings:
        for _, match in _crossing(found.self_harm, reading):
            if not _silenced(found, reading, match):
                return RedFlag("self_harm", "self_harm", _is_bystander(found, match))
    for reading in readings:
        for sign, match in _crossing(found.emergency, reading):
            if sign == "overdose" and found.routine.search(reading.text):
                continue
            if not _silenced(found, reading, match) and not _asked(found, reading, match):
                return RedFlag("emergency", sign, _is_bystander(found, match))
    return None


@dataclass(frozen=True)
class _Reading:
    """A sentence and the one after it, or two short ones as one (`seam`: where they meet)."""

    text: str
    mark: str
    following: str
    seam: int = -1


def _single(sentences: list[Sentence]) -> Iterator[_Reading]:
    for sentence, following in pairwise([*sentences, Sentence("", "")]):
        yield _Reading(sentence.text, sentence.mark, following.text)


def _shared(sentences: list[Sentence]) -> Iterator[_Reading]:
    for first, second in pairwise(sentences):
        joined = f"{first.text.removesuffix(' ,')} {second.text.removeprefix(', ')}"
        if first.mark != "?" and len(joined.split()) <= SHARED_WORDS:
            yield _Reading(joined, second.mark, "", len(first.text) - 2)


def _crossing(patterns: PatternSet, reading: _Reading) -> Iterator[tuple[str, re.Match[str]]]:
    """Yield the matches in a reading; of two sentences read as one, those that cross the seam."""
    for sign, match in patterns.matches(reading.text):
        if reading.seam < 0 or match.start() < reading.seam < match.end():
            yield sign, match


def _silenced(found: Rules, reading: _Reading, match: re.Match[str]) -> bool:
    """Tell whether a sign is denied or long past."""
    before = reading.text[max(0, match.start() - CONTEXT) : match.start()].rstrip()
    words = found.pseudo.blank(f"{before} ,")[:-2].split()
    after = reading.text[match.end() : match.end() + CONTEXT].split()
    if reading.mark == "?" and match.end() + CONTEXT > len(reading.text):
        after = [*after[:-1], *reading.following[:CONTEXT].split()]
    if found.negation.denied(words, match.group().split(), after):
        return True
    parts, index, _ = _parts(reading.text, match.start())
    return found.time.long_past(parts, index)


def _asked(found: Rules, reading: _Reading, match: re.Match[str]) -> bool:
    """Tell whether a sign is only asked about."""
    parts, index, start = _parts(reading.text, match.start())
    before = reading.text[max(start, match.start() - CONTEXT) : match.start()].strip()
    general = found.asking.general(parts, index, before)
    return general and not found.has_it_now.search(reading.following)


def _parts(text: str, position: int) -> tuple[list[str], int, int]:
    """Return the parts of a sentence, which of them holds `position`, and where that one starts."""
    parts: list[str] = []
    index = start = at = 0
    for body in text.removeprefix(", ").removesuffix(" ,").split(" , "):
        begin = text.index(body, at)
        at = begin + len(body)
        if begin <= position:
            index, start = len(parts), begin
        parts.append(f", {body} ,")
    return parts, index, start


def _is_bystander(found: Rules, match: re.Match[str]) -> bool:
    """Tell whether the nearest person before the end of the sign is somebody else."""
    until = match.string[: match.end()].split()
    after = match.string[match.end() :].split()
    for word in [*reversed(until), *after]:
        if word in found.own or word in found.others:
            return word in found.others
    return False
