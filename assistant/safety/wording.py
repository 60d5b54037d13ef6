"""Turns a message into sentences and parts that the patterns of red flags are compared with.

Spelling, contractions and chat spellings are made alike first, so that the patterns need only one
spelling of each word.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from symspellpy import SymSpell, Verbosity

from assistant.screening.spelling import english_words
from assistant.text import fold

#: Misspelt words shorter than this are left alone.
MIN_LENGTH = 4
#: From this length two wrong letters are mended, as in "anafilaxis".
TWO_EDITS_FROM = 7
#: A message of so few words without negation is read without its commas: "pain, chest, left arm".
TERSE = 6

_INVISIBLE = dict.fromkeys((0xAD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xFE0F))
_TOKEN = re.compile(
    r"[a-z0-9]+(?:['*]+[a-z0-9]+)*"  # words, "can't", "k*ll"
    r"|(?P<comma>\.{2,}|…|[,:()/|>]|(?<=\s)-+(?=\s)|(?<!\d)[.](?=\S?\d))"
    r"|(?P<end>[.!?;\n]+)"
)
_VOWELS = re.compile(r"(?<!^)[aeiou]")
_DIGIT_LETTERS = str.maketrans("01345", "oleas")
_STRETCHED = re.compile(r"(.)\1{2,}")
_CONTINUES = frozenset("it its is and which that really very so".split())
_LISTS = frozenset("no not never none nope without nothing neither or nor fine ok".split())


@dataclass(frozen=True)
class Sentence:
    """A sentence as `, word word , word ,`: parts stand between commas. `mark` is its end."""

    text: str
    mark: str


@lru_cache(maxsize=64)
def _tokens(message: str) -> tuple[tuple[str, str], ...]:
    """Return the words and marks of `message`, each with its kind: "" (a word), "comma" or "end".

    Each language reads the same message, and each turn reads it several times.
    """
    plain = unicodedata.normalize("NFKC", message.translate(_INVISIBLE))
    return tuple((match.group(), match.lastgroup or "") for match in _TOKEN.finditer(fold(plain)))


class Wording:
    """Reads messages with the spellings of red_flags.yml."""

    def __init__(self, same: Mapping[str, str], spelling: frozenset[str]):
        """Prepare the tables.

        Args:
            same: what is written -> how patterns write it; one to three words.
            spelling: the words that misspelt ones are mended towards.
        """
        self._same = {tuple(k.split()): v.split() for k, v in same.items()}
        self._known = spelling | {w for k in same for w in k.split()}
        self._targets = spelling | {"cant"}
        self._skeletons = {_skeleton(w): w for w in sorted(spelling, reverse=True)}
        self._symspell = SymSpell(max_dictionary_edit_distance=2, prefix_length=7)
        for word in sorted(spelling):
            self._symspell.create_dictionary_entry(word, 1)
        self.mend = lru_cache(maxsize=20_000)(self._mend)

    def sentences(self, message: str) -> list[Sentence]:
        """Return the sentences of `message`, normalised; none for a message without words."""
        found: list[Sentence] = []
        tokens: list[str] = []
        for token, kind in _tokens(message):
            if kind == "end":
                self._close(tokens, token, found)
                tokens = []
            elif kind:
                tokens.append(",")
            else:
                tokens.extend(self.mend(token))
        self._close(tokens, "", found)
        return found

    def any_word(self, message: str, wanted: Callable[[str], bool]) -> bool:
        """Tell whether `wanted` holds for a word of `message`, as it is written."""
        return any(not kind and wanted(token) for token, kind in _tokens(message))

    def _close(self, tokens: list[str], mark: str, found: list[Sentence]) -> None:
        words = self._alike(tokens)
        count = sum(1 for w in words if w != ",")
        if not count:
            return
        terse = count <= TERSE and _LISTS.isdisjoint(words)
        kept = [","]
        for index, word in enumerate(words):
            if word == ",":
                following = words[index + 1] if index + 1 < len(words) else ","
                if terse or following in _CONTINUES or kept[-1] == ",":
                    continue
            elif word in ("but", "although", "though", "however") and kept[-1] != ",":
                kept.append(",")
            kept.append(word)
        if kept[-1] != ",":
            kept.append(",")
        found.append(Sentence(" ".join(kept), "?" if "?" in mark else mark[:1]))

    def _alike(self, words: list[str]) -> list[str]:
        out: list[str] = []
        i = 0
        while i < len(words):
            for size in (3, 2, 1):
                written = self._same.get(tuple(words[i : i + size]))
                if written is not None and i + size <= len(words):
                    out.extend(written)
                    i += size
                    break
            else:
                out.append(words[i])
                i += 1
        return out

    def _mend(self, token: str) -> tuple[str, ...]:
        word = token.replace("'", "")
        if "*" in word:
            hidden = re.compile(re.sub(r"\*+", "[a-z]{1,3}", word))
            known = [t for t in sorted(self._targets) if hidden.fullmatch(t)]
            return (known[0],) if known else tuple(word.replace("*", " ").split())
        if word.isdigit() or word in self._known:
            return (word,)
        if not word.isalpha():
            letters = word.translate(_DIGIT_LETTERS)
            letters_i = word.replace("1", "i").translate(_DIGIT_LETTERS)
            return next(((w,) for w in (letters_i, letters) if w in self._targets), (word,))
        for squeezed in (_STRETCHED.sub(r"\1\1", word), _STRETCHED.sub(r"\1", word)):
            if squeezed in self._known or (squeezed != word and squeezed in english_words()):
                return (squeezed,)
        if len(word) < MIN_LENGTH or word in english_words():
            return (word,)
        if not set("aeiou") & set(word) and _skeleton(word) in self._skeletons:  # "chst", "hrts"
            return (self._skeletons[_skeleton(word)],)
        edits = 2 if len(word) >= TWO_EDITS_FROM else 1
        near = self._symspell.lookup(word, Verbosity.CLOSEST, max_edit_distance=edits)
        if near:
            same_start = [n.term for n in near if n.term[0] == word[0]]
            return ((same_start or [near[0].term])[0],)
        for cut in range(3, len(word) - 2):  # "cantbreathe", "chestpain"
            if word[:cut] in self._targets and word[cut:] in self._known:
                return (word[:cut], word[cut:])
        return (word,)


def _skeleton(word: str) -> str:
    """Return `word` without its vowels, as people write in a hurry: "chest" -> "chst"."""
    return _VOWELS.sub("", word)
