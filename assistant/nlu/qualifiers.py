"""Takes out which variant a question is about, so that its name does not drown what is asked.

"What's the recovery like with the classical laser" is about recovery: see `variants` in
data/document/procedure.yml.
"""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.knowledge.procedure import procedure
from assistant.text import fold

MIN_WORDS = 2


@lru_cache(maxsize=1)
def _qualifier() -> re.Pattern[str] | None:
    variants = procedure().variants
    if not variants.names or not variants.nouns:
        return None
    names, nouns = _any_of(variants.names), _any_of(variants.nouns)
    return re.compile(
        rf"[,( ]*\b(?:with|for|after|by|from|using|on|in|during|under|w)\s+(?:the |that |this |a |your )?{names}"
        rf"(?:\s+(?:kind of )?{nouns})*\b\)?|"
        rf"^{names}(?: {nouns})?\s*[:,-]\s*|[,:-]\s*(?:the )?{names}(?: {nouns})?(?: i mean)?\s*\??$"
    )


def _any_of(words: tuple[str, ...]) -> str:
    # The longest first: "classical" is not "classic" and two letters.
    return f"(?:{'|'.join(re.escape(w) for w in sorted(words, key=len, reverse=True))})"


def without_variant(text: str) -> str | None:
    """Return `text` without "with the fractional laser" and the like; None when there is no such part."""
    folded, qualifier = fold(text), _qualifier()
    if qualifier is None or not qualifier.search(folded):
        return None
    rest = qualifier.sub(" ", folded).strip(" ,.:-?")
    return rest if len(rest.split()) >= MIN_WORDS else None
