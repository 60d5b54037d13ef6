"""Repairs single misspelt words towards the clinical lexicon, leaving real English words alone."""

from __future__ import annotations

from functools import lru_cache
from importlib import resources

from symspellpy import SymSpell, Verbosity

from assistant.screening.lexicon import terms

#: Shorter words are left alone: one edit turns "heat" into "heart".
MIN_LENGTH = 5
#: From this length two edits are allowed, as in "metfromin", "thermometr".
TWO_EDITS_FROM = 8


@lru_cache(maxsize=1)
def english_words() -> frozenset[str]:
    """Return symspellpy's own list of 82,834 English words: not to be touched."""
    source = resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    with source.open(encoding="utf-8-sig") as lines:
        return frozenset(line.split(" ", 1)[0] for line in lines)


@lru_cache(maxsize=1)
def _symspell() -> tuple[SymSpell, frozenset[str]]:
    known = frozenset(w for t in terms() for w in t.phrase.split())
    spell = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
    for word in known:
        if len(word) >= MIN_LENGTH and word.isalpha():
            spell.create_dictionary_entry(word, 1)
    return spell, known


@lru_cache(maxsize=20_000)
def repair_word(word: str) -> str:
    """Return `word` (lower case) or the only lexicon word within one or two edits of it."""
    spell, known = _symspell()
    if word in known or len(word) < MIN_LENGTH or not word.isalpha() or word in english_words():
        return word
    edits = 2 if len(word) >= TWO_EDITS_FROM else 1
    found = spell.lookup(word, Verbosity.TOP, max_edit_distance=edits)
    return str(found[0].term) if found else word
