"""Small text helpers shared by the readers. All keep character offsets."""

from __future__ import annotations

import re
import unicodedata

_SAME_LENGTH = str.maketrans({
    "\u2018": "'", "\u2019": "'", "\u201b": "'", "\u02bc": "'", "`": "'", "\u00b4": "'",
    "\u201c": '"', "\u201d": '"', "\u2013": "-", "\u2014": "-", "\u2212": "-",
    "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\t": " ",
    "\u2044": "/", "\u2215": "/", "\uff0f": "/", "\u066b": ",",
})  # fmt: skip
WORD = re.compile(r"[a-z0-9]+(?:'[a-z]+)*")


def fold(text: str) -> str:
    """Return `text` lower-cased with plain quotes, dashes, spaces and digits; same length as `text`.

    Length is kept (characters that change length when folded stay), so offsets in the result are
    offsets in the patient's own words.
    """
    text = text.translate(_SAME_LENGTH)
    if text.isascii():
        return text.lower()
    out = []
    for ch in text:
        low = ch.lower()
        if not ch.isascii():
            plain = unicodedata.normalize("NFKD", low).lower()
            base = "".join(c for c in plain if not unicodedata.combining(c))
            if len(base) == 1:
                low = base
        out.append(low if len(low) == 1 else ch)
    return "".join(out)


def words(text: str) -> list[str]:
    """Return the words of `text`, folded, apostrophes removed ("I don't" -> ["i", "dont"])."""
    return [w.replace("'", "") for w in WORD.findall(fold(text))]


def has_foreign_letters(text: str) -> bool:
    """Tell whether letters stand in `text` that `words` can't read, such as those of another alphabet."""
    return any(c.isalpha() and not c.isascii() for c in fold(text))


def squash(text: str) -> str:
    """Return the words of `text` joined by single blanks, apostrophes removed: for phrase search."""
    return " ".join(words(text))


def has_phrase(squashed: str, phrase: str) -> bool:
    """Tell whether `phrase` (squashed) stands in `squashed` on word boundaries."""
    return f" {phrase} " in f" {squashed} "


def shorten(text: str, limit: int = 80) -> str:
    """Return `text` on one line, cut at a word with an ellipsis when longer than `limit` characters."""
    line = " ".join(text.split())
    if len(line) <= limit:
        return line
    return line[:limit].rsplit(" ", 1)[0] + "…"
