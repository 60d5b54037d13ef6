"""Recognises emergencies and self-harm in a message, before anything else, on every turn.

Rule-based on purpose (research/screening.md 2.6): a sign fires unless clearly denied, long past,
only asked about or a figure of speech; another person's emergency fires too. What counts as a sign
stands in data/screening/red_flags.yml.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from assistant.safety.patterns import PatternSet
from assistant.safety.rules import Rules, rules
from assistant.safety.wording import Sentence

#: Two sentences of so many words together may share a sign: "My chest. It hurts."
SHARED_WORDS = 14
#: Longer messages are read up to here; the channel refuses longer ones anyway.
MAX_LENGTH = 4_000
#: A pattern's matches beyond this many in one sentence are not looked at.
MAX_MATCHES = 20


@dataclass(frozen=True)
class RedFlag:
    """A sign that was recognised: its kind, which sign it is and whether it is a bystander's."""

    kind: Literal["emergency", "self_harm"]
    sign: str
    bystander: bool


def find_red_flag(text: str) -> RedFlag | None:
    """Return the first sign of self-harm, else of an emergency, in `text`, or None.

    Raises:
        DataFileError: data/screening/red_flags.yml can't be used.
    """
    found = rules()
    sentences = [
        Sentence(found.idioms.blank(s.text), s.mark)
        for s in found.wording.sentences(text[:MAX_LENGTH])
    ]
    readings = [*_single(sentences), *_shared(sentences)]
    for reading in readings:
        match = _firing(found, found.self_harm, reading, question=False)
        if match:
            return RedFlag("self_harm", "self_harm", _is_bystander(found, match))
    for reading in readings:
        for sign, patterns in found.emergency.items():
            if sign == "overdose" and found.routine.search(reading.text):
                continue
            match = _firing(found, patterns, reading, question=True)
            if match:
                return RedFlag("emergency", sign, _is_bystander(found, match))
    return None


@dataclass(frozen=True)
class _Reading:
    """A sentence with the one after it, or two short ones read as one (`seam` is where they meet)."""

    text: str
    mark: str
    following: str
    seam: int = -1


def _single(sentences: list[Sentence]) -> Iterator[_Reading]:
    for sentence, following in zip(sentences, [*sentences[1:], Sentence("", "")]):
        yield _Reading(sentence.text, sentence.mark, following.text)


def _shared(sentences: list[Sentence]) -> Iterator[_Reading]:
    for first, second in zip(sentences, sentences[1:]):
        joined = f"{first.text.removesuffix(' ,')} {second.text.removeprefix(', ')}"
        if first.mark != "?" and len(joined.split()) <= SHARED_WORDS:
            yield _Reading(joined, second.mark, "", len(first.text) - 2)


def _firing(
    found: Rules, patterns: PatternSet, reading: _Reading, question: bool
) -> re.Match[str] | None:
    for number, match in enumerate(patterns.matches(reading.text)):
        if number >= MAX_MATCHES * len(patterns.patterns):
            break
        if reading.seam >= 0 and not match.start() < reading.seam < match.end():
            continue
        if not _silenced(found, reading, match, question):
            return match
    return None


def _silenced(found: Rules, reading: _Reading, match: re.Match[str], question: bool) -> bool:
    text = reading.text
    before = found.pseudo.blank(text[: match.start()].rstrip() + " ,")[:-2].split()
    after = text[match.end() :].split()
    if reading.mark == "?":
        after = [*after[:-1], *reading.following.split()] or after
    if found.negation.denied(before, match.group().split(), after):
        return True
    parts, index, start = _parts(text, match.start())
    if found.time.long_past(parts, index):
        return True
    if not question:
        return False
    general = found.asking.general(parts, index, text[start : match.start()].strip())
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
