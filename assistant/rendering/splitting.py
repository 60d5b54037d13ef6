"""Long replies in pieces that a platform takes: cut at paragraphs, lines, sentences, then blanks.

What is cut is the reply before it is written in a platform's markup, so no tag and no entity can be
cut; what is measured is the written text.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from assistant.rendering.markup import Dialect, Runs, cut, parse, plain_text

#: A piece is filled at least so far before a place that is better to read is given up.
LEAST_FILLED = 0.4
_PLACES = (
    (re.compile(r"\s*\n\s*\n\s*"), LEAST_FILLED),
    (re.compile(r"[ \t]*\n\s*"), LEAST_FILLED),
    (re.compile(r"(?<=[.!?…])[\"'”’)]*(\s+)"), LEAST_FILLED),
    (re.compile(r"\s+"), 0.0),
)

Length = Callable[[str], int]


def utf16_units(text: str) -> int:
    """Return the length as Telegram and JavaScript count it: an emoji is two."""
    return len(text) + sum(c > "\uffff" for c in text)


def pieces(text: str, dialect: Dialect, limit: int, length: Length = len) -> list[str]:
    """Return `text` written in `dialect`, in pieces of at most `limit` (as `length` counts).

    A word is cut only when it is longer than a piece. Nothing comes of a text of blanks.

    Raises:
        ValueError: `limit` does not hold a single character in this dialect.
    """
    written = []
    rest = _trim(parse(text))
    while rest:
        most = _most(rest, dialect, limit, length)
        at = most if most == len(plain_text(rest)) else _place(rest, most)
        piece, rest = cut(rest, at)
        written.append(dialect.write(_trim(piece)))
        rest = _trim(rest)
    return written


def _trim(runs: Runs) -> Runs:
    """Return the runs without blanks at both ends."""
    text = plain_text(runs)
    kept = text.strip()
    if not kept:
        return ()
    start = len(text) - len(text.lstrip())
    return cut(cut(runs, start + len(kept))[0], start)[1]


def _most(runs: Runs, dialect: Dialect, limit: int, length: Length) -> int:
    """Return how many characters of the words fit at most."""

    def fits(count: int) -> bool:
        return length(dialect.write(_trim(cut(runs, count)[0]))) <= limit

    low, high = 0, len(plain_text(runs))
    if fits(high):
        return high
    while low < high - 1:
        middle = (low + high) // 2
        low, high = (middle, high) if fits(middle) else (low, middle)
    if not low:
        raise ValueError(f"a limit of {limit} is too small")
    return low


def _place(runs: Runs, most: int) -> int:
    """Return where to cut, after at most `most` characters."""
    text = plain_text(runs)
    links = _links(runs)
    for pattern, least in _PLACES:
        found = 0
        for match in pattern.finditer(text):
            # The blanks themselves belong to no piece; quotes after a full stop to the first.
            at = match.start(match.lastindex or 0)
            if at > most:
                break
            if at > max(least * most, 0) and not any(start < at < end for start, end in links):
                found = at
        if found:
            return found
    before_link = [start for start, end in links if 0 < start <= most < end]
    return before_link[0] if before_link else _whole_sign(text, most)


def _links(runs: Runs) -> list[tuple[int, int]]:
    places, seen = [], 0
    for run in runs:
        if run.href:
            places.append((seen, seen + len(run.text)))
        seen += len(run.text)
    return places


def _whole_sign(text: str, at: int) -> int:
    """Return the place at or before `at` that cuts no accent and no emoji in two."""
    place = at
    while place > 1 and (_joins(text[place]) or text[place - 1] == "\u200d"):
        place -= 1
    return place if place > 1 else at


def _joins(sign: str) -> bool:
    """Tell whether a sign belongs to the one before it."""
    return unicodedata.category(sign) in ("Mn", "Me", "Cf") or "\U0001f3fb" <= sign <= "\U0001f3ff"
