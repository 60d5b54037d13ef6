"""Takes out which laser a question is about, so that the name does not drown what is asked.

"What's the recovery like with the classical laser" is about recovery; the two laser names stand in
so many examples of their own topics that they win otherwise.
"""

from __future__ import annotations

import re

from assistant.text import fold

_NAMES = r"(?:classic(?:al)?|traditional|standard|conventional|old ?school|ordinary|normal|fractional|pinpoint|modern)"
_NOUNS = r"(?:laser|lasers|one|type|kind|version|device|machine|method|way|treatment|resurfacing|procedure)"
_QUALIFIER = re.compile(
    rf"[,( ]*\b(?:with|for|after|by|from|using|on|in|during|under|w)\s+(?:the |that |this |a |your )?{_NAMES}"
    rf"(?:\s+(?:kind of )?{_NOUNS})*\b\)?|"
    rf"^{_NAMES}(?: {_NOUNS})?\s*[:,-]\s*|[,:-]\s*(?:the )?{_NAMES}(?: {_NOUNS})?(?: i mean)?\s*\??$"
)
#: Topics that are about the lasers themselves and so attract their names.
ABOUT_LASERS = frozenset(
    "faq/" + t for t in ("classical", "fractional", "compare_lasers", "modern_laser", "depth", "whole_area")
)
#: Topics to which a laser's name is a mere circumstance.
CIRCUMSTANCE = frozenset(
    "faq/" + t
    for t in (
        "recovery_time", "sessions", "crust", "bandage", "infection_risk", "heat", "first_result",
        "renewal_start", "healthy_tissue", "permanence", "preparation", "hospital_stay", "body_parts",
        "skin_types", "surgery", "accidents", "severe_consequences", "reviews", "neocollagen",
    )
)  # fmt: skip
MIN_WORDS = 2


def without_laser_name(text: str) -> str | None:
    """Return `text` without "with the fractional laser" and the like; None when there is no such part."""
    folded = fold(text)
    if not _QUALIFIER.search(folded):
        return None
    rest = _QUALIFIER.sub(" ", folded).strip(" ,.:-?")
    return rest if len(rest.split()) >= MIN_WORDS else None
