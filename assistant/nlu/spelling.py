"""Repairs misspelt words towards the training vocabulary, and never touches a real word.

Unprotected repair bends real words into the domain and costs four points of accuracy; protected
repair gives up to twelve at one wrong character in ten (measured on the benchmark sets before this
was built).
"""

from __future__ import annotations

import importlib.resources
import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

from symspellpy import SymSpell, Verbosity

from assistant.nlu.encoder import VOCAB
from assistant.text import fold

_WORD = re.compile(r"[^\W\d_]+(?:'[^\W\d_]+)*")
_SHORTEST = 4  # characters; shorter words have too many neighbours
_TWO_EDITS_FROM = 8  # characters; in shorter words two edits make another word
_DOMINANCE = 3  # the best repair must be seen this many times more often than the next one as near
_LEXICON_COUNT = 3  # a name of the lexicons counts like a word seen three times


@lru_cache(maxsize=1)
def real_words() -> frozenset[str]:
    """Return lower-case words never to be touched.

    They are symspellpy's own English list (82,765) and the whole words of the sentence encoder's
    vocabulary, which knows names, brands and slang that the former lacks.
    """
    source = importlib.resources.files("symspellpy") / "frequency_dictionary_en_82_765.txt"
    lines = source.read_text(encoding="utf-8-sig").splitlines()
    pieces = VOCAB.read_text(encoding="utf-8").splitlines()
    return frozenset(line.split(" ", 1)[0] for line in lines if line) | frozenset(
        p for p in pieces if p.isalpha()
    )


class Speller:
    """Repairs text word by word. Read-only after construction."""

    def __init__(self, vocabulary: dict[str, int], edits: int = 2):
        """Index the vocabulary.

        Args:
            vocabulary: words to repair towards, with how often they were seen.
            edits: most that are repaired in a word; with 1 the index takes a tenth of the memory.
        """
        self.vocabulary = vocabulary
        self._edits = edits
        self._index = SymSpell(max_dictionary_edit_distance=edits, prefix_length=7)
        for word, count in vocabulary.items():
            self._index.create_dictionary_entry(word, count)

    @classmethod
    def fit(cls, texts: Iterable[str], names: Iterable[str] = ()) -> Speller:
        """Learn the vocabulary.

        Args:
            texts: the training messages, misspelt ones among them: a word that is no real word must
                be seen twice, and must be no near neighbour of a commoner one, to be believed.
            names: medicines, conditions and words of the trade, of one or more words.
        """
        real = real_words()
        seen = Counter(w for text in texts for w in _WORD.findall(fold(text)) if len(w) >= _SHORTEST)
        known = {w: n for w, n in seen.items() if w in real}
        for word in (w for name in names for w in _WORD.findall(fold(name))):
            if len(word) >= _SHORTEST:
                known[word] = max(seen[word], _LEXICON_COUNT)
        first = cls(known)
        for word, count in seen.items():
            if count >= 2 and word not in known and known.get(first.repair(word), 0) <= _DOMINANCE * count:
                known[word] = count
        return cls(known)

    def repair(self, text: str) -> str:
        """Return `text`, folded, with misspelt words replaced; offsets are not kept."""
        return _WORD.sub(lambda m: self._word(m.group()), fold(text))

    def _word(self, word: str) -> str:
        if len(word) < _SHORTEST or "'" in word or word in self.vocabulary or word in real_words():
            return word
        edits = min(2 if len(word) >= _TWO_EDITS_FROM else 1, self._edits)
        found = self._index.lookup(word, Verbosity.CLOSEST, max_edit_distance=edits)
        if len(word) == _SHORTEST:
            found = [f for f in found if f.term[0] == word[0]]
        if not found or (len(found) > 1 and found[0].count < _DOMINANCE * found[1].count):
            return word
        return str(found[0].term)
