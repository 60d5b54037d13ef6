"""The terms of the check in plain words: which one a patient asks about, and what it means."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.screening.spelling import repair_word
from assistant.text import squash, words
from assistant.wording import section

_OPENS = (
    r"^(?:(?:and|so|but|ok|sorry|hi|hello|hey|please|pls|um|er|wait|no|can|could|would|you|u|i|do|just|really|dont|dunno) )*"
    r"(?:wh?ats?|whats|wots|wat|what (?:is|are|does|do|r)|explain|define|describe|remind me|(?:the )?meaning of|tell me what|"
    r"(?:know|sure|idea|clue|wonder|wondering|forgot|understand) what)(?: (?:is|are|does|do))?\b"
)
#: A message that asks what something means.
_ASKS = re.compile(_OPENS)
_BEFORE = r"(?: (?:an?|the|is|are|by|you|u|mean|exactly|even|actually))*"
_AFTER = (
    r"(?: (?:is|are|it|mean|means|meant|exactly|again|please|pls|actually|to|me|in|plain|easy|simple|words|english|then|"
    r"though|for|thanks))*$"
)
#: "What is lupus, I think I have it" tells something.
_TELLS = re.compile(
    r"\b(?:i|ive|im|we) (?:\w+ )?(?:have|had|got|get|take|took|am|was|suffer)\b|\b(?:my|mine|ive|im)\b"
)


@lru_cache(maxsize=1)
def _terms() -> tuple[tuple[str, str], ...]:
    """Return each term of the glossary, squashed, with its meaning; the longest first."""
    named = (
        (squash(t), str(entry["text"])) for entry in section("glossary").values() for t in entry["terms"]
    )
    return tuple(sorted(named, key=lambda pair: -len(pair[0])))


def _repaired(text: str) -> str:
    return " ".join(repair_word(word) for word in words(text))


def explain_term(text: str) -> str | None:
    """Return the plain meaning of the term of the glossary that `text` names first."""
    padded = f" {_repaired(text)} "
    # Of terms that begin together ("herpes rash", "herpes") the longest counts: `min` keeps the first.
    found = [(padded.index(f" {term} "), meaning) for term, meaning in _terms() if f" {term} " in padded]
    return min(found, key=lambda pair: pair[0])[1] if found else None


def asks_meaning(text: str) -> bool:
    """Tell whether `text` asks what something means, and tells nothing of the patient."""
    return bool(_ASKS.match(squash(text))) and not tells(text)


def tells(text: str) -> bool:
    """Tell whether `text` speaks of the patient ("what is lupus, I think I have it")."""
    return bool(_TELLS.search(squash(text)))


def asks_only_for_term(text: str) -> bool:
    """Tell whether `text` asks for the meaning of one term of the glossary, and for nothing else."""
    repaired = _repaired(text)
    opening = _ASKS.match(repaired)
    if opening is None:
        return False
    rest = repaired[opening.end() :]
    named = (re.search(rf"^{_BEFORE} {re.escape(term)}(?={_AFTER})", rest) for term, _ in _terms())
    return any(named)


__all__ = ["asks_meaning", "asks_only_for_term", "explain_term", "tells"]
