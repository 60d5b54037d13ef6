"""Takes out of a question whatever could tell who asked it. Pure.

It works the other way round than a list of what is forbidden: a word stays when it is known to tell
nothing (`clinic.insights.words`). Everything else becomes `GAP`, and where something stood beside a
mark of an address or after an introduction, known words go as well.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from assistant.text import fold
from clinic.insights.words import Words, project_words

GAP = "…"
#: Characters of a message that are looked at; what comes after them is left out.
LONGEST = 400
#: A name has so many words at most.
_NAME = 3
#: So many plain words may ask something ("how long is it"); fewer do only beside another word.
_TELLING = 3

# Letters, digits and all that joins them to one thing, such as an underscore.
_PIECE = re.compile(r"[^\W_]+(?:'[^\W\d_]+)*|_+|[^\w\s]|\s+")
_KEPT_SIGNS = frozenset("?!.,;:-'()")
_ENDS = frozenset("?!.;:()\n")
#: What only addresses have. Beside such a thing words are parts of it: "mark @ mail".
_ADDRESS = re.compile(r"[@#\\<>=~|{}\[\]]|://|www\.", re.IGNORECASE)
_SPELLED = re.compile(r"\S+\s+[(\[]?at[)\]]?\s+\S+\s+[(\[]?(?:dot|point)[)\]]?\s+\S+", re.IGNORECASE)
_DOTTED = re.compile(r"[^\W_]\.[^\W_]|[^\W_]/[^\W_]*/|[^\W_]/\d")


@dataclass
class _Piece:
    """A word, a sign or a blank of the message; `word` is empty when it is no word."""

    text: str
    word: str = ""
    gone: bool = False

    @property
    def ends(self) -> bool:
        return not self.word and any(sign in _ENDS for sign in self.text)


class Scrubber:
    """Scrubs texts with one set of words."""

    def __init__(self, words: Words):
        """Prepare for these words."""
        self._words = words
        lists = words.lists
        self._numbers, self._joined = frozenset(lists["numbers"]), frozenset(lists["joined"])
        self._month, self._before_month = frozenset(lists["month_too"]), frozenset(lists["before_month"])
        self._streets = frozenset(lists["streets"])
        self._titles, self._after = frozenset(lists["titles"]), frozenset(lists["after_name"])
        self._names_too = frozenset(lists["names_too"])
        self._named = [tuple(phrase.split()) for phrase in lists["named"]]
        self._maybe = [tuple(phrase.split()) for phrase in lists["maybe_named"]]

    def scrub(self, text: str) -> str:
        """Return what may be kept of `text`: known words in small letters, plain signs, and gaps.

        Empty when nothing is left that tells what was asked.
        """
        pieces = list(_pieces(_plain(text)))
        self._addresses(pieces)
        self._introduced(pieces)
        self._before_name_words(pieces)
        self._capitals(pieces)
        self._numbers_in_words(pieces)
        self._dates_and_streets(pieces)
        for piece in pieces:
            if piece.word and not piece.gone:
                piece.word = self._known(piece.word)
                piece.gone = not piece.word
        left = [p.word for p in pieces if p.word and not p.gone]
        if len(left) < _TELLING and all(word in self._words.plain for word in left):
            return ""
        return _joined(pieces)

    def _known(self, word: str) -> str:
        """Return the word, mended when that makes it a known one; empty when it is not known."""
        if word in self._words.allowed:
            return word
        mended = self._words.repair(word)
        return mended if mended in self._words.allowed else ""

    def _addresses(self, pieces: list[_Piece]) -> None:
        """Take out what has the look of an address, with what stands beside its signs."""
        chunks = _chunks(pieces)
        for number, chunk in enumerate(chunks):
            whole = "".join(p.text for p in chunk)
            dotted = _DOTTED.search(whole) and not all(
                self._known(fold(w)) for w in re.findall(r"[^\W_]+(?:'[^\W\d_]+)*", whole)
            )
            if _ADDRESS.search(whole) or "_" in whole or dotted:
                beside = chunks[max(0, number - 1) : number + 2] if len(chunk) == 1 else [chunk]
                for near in beside:
                    _remove(near)
        text = "".join(p.text for p in pieces)
        for found in _SPELLED.finditer(text):
            _remove(_within(pieces, found.start(), found.end()))

    def _introduced(self, pieces: list[_Piece]) -> None:
        """Take out what is introduced as a name."""
        spoken = [p for p in pieces if not p.text.isspace()]
        words = [p.word for p in spoken]
        for at in range(len(words)):
            for phrase in self._named:
                if tuple(words[at : at + len(phrase)]) == phrase:
                    self._take_name(spoken, at + len(phrase), sure=True)
            for phrase in self._maybe:
                if tuple(words[at : at + len(phrase)]) == phrase:
                    self._take_name(spoken, at + len(phrase), sure=False)
            if words[at] in self._titles:
                self._take_name(spoken, at + 1, sure=False, most=2)

    def _take_name(self, spoken: list[_Piece], start: int, *, sure: bool, most: int = _NAME) -> None:
        """Take out the words of a name from `start` on.

        Args:
            spoken: words and signs.
            start: index of the first.
            sure: it is a name, so its first word goes even when it is a plain one ("Will").
            most: words that a name has at most.
        """
        taken = 0
        for piece in spoken[start:]:
            if not piece.word:
                if piece.ends and taken:
                    return
                continue  # "my name is: Rose", "Rose-Mary"
            plain = piece.word in self._words.plain and not _capital(piece.text)
            plain = plain and piece.word not in self._names_too
            if taken == most or (plain and not (sure and taken == 0)):
                return
            piece.gone = True
            taken += 1

    def _before_name_words(self, pieces: list[_Piece]) -> None:
        """Take out "Rose" of "Rose here, how long is it"."""
        spoken = [p for p in pieces if not p.text.isspace()]
        for at, piece in enumerate(spoken):
            if piece.word in self._after and 0 < at <= _NAME + 1:
                before = spoken[:at]
                if not any(p.word in self._words.plain and not _capital(p.text) for p in before if p.word):
                    _remove(before)

    def _capitals(self, pieces: list[_Piece]) -> None:
        """Take out words with a capital inside a sentence: names, also those that are words as well."""
        named = [p for p in pieces if p.word and len(p.text) > 1]
        if sum(_capital(p.text) or p.text.isupper() for p in named) * 2 > len(named):
            # All of it is written so: a capital says nothing there. Known words are all there is.
            return
        begins = True
        for piece in pieces:
            if piece.word:
                inside = not begins and (
                    _capital(piece.text) or (piece.text.isupper() and len(piece.text) > 1)
                )
                if inside and not piece.word.startswith(("i'", "im", "ive")):
                    piece.gone = True
                begins = False
            elif piece.ends or "\n" in piece.text:
                begins = True

    def _numbers_in_words(self, pieces: list[_Piece]) -> None:
        """Take out numbers in words, with "oh" and "double" among them."""
        words = [p for p in pieces if p.word]
        number = [p.word in self._numbers or any(c.isnumeric() for c in p.word) for p in words]
        # From both sides, so that the whole row is found: "oh one double five".
        for order in (range(len(words)), range(len(words) - 1, -1, -1)):
            before = False
            for at in order:
                number[at] = number[at] or (before and words[at].word in self._joined)
                before = number[at]
        # "one one one one": each alone is a plain word.
        for at in range(len(words) - 1):
            if words[at].word == words[at + 1].word and words[at].word in self._joined - {"and"}:
                number[at] = number[at + 1] = True
        for piece, is_number in zip(words, number, strict=True):
            piece.gone = piece.gone or is_number

    def _dates_and_streets(self, pieces: list[_Piece]) -> None:
        """Take out a month that is another word as well, beside what makes it a date, and streets with their names."""
        words = [p for p in pieces if p.word]
        for at, piece in enumerate(words):
            if piece.word in self._month:
                before = at > 0 and (words[at - 1].word in self._before_month or words[at - 1].gone)
                after = at + 1 < len(words) and words[at + 1].gone
                piece.gone = piece.gone or before or after
            if piece.word in self._streets:
                near = words[max(0, at - 2) : at]
                _remove([p for p in near if p.word not in self._words.plain] + [piece])


@lru_cache(maxsize=1)
def project_scrubber() -> Scrubber:
    """Return the scrubber with the words of this project. Raises DataFileError as those do."""
    return Scrubber(project_words())


def _plain(text: str) -> str:
    """Return the text without invisible characters, in one form of each letter."""
    cut = unicodedata.normalize("NFKC", text[:LONGEST])
    if len(text) > LONGEST:
        # Half a word could be another one.
        cut = cut.rpartition(" ")[0]
    seen = (c for c in cut if unicodedata.category(c) not in ("Cf", "Cs", "Co", "Cn", "Mn", "Me"))
    return "".join(" " if unicodedata.category(c) == "Cc" and c != "\n" else c for c in seen)


def _pieces(text: str) -> Iterator[_Piece]:
    for found in _PIECE.finditer(text):
        piece = found.group()
        quoted = piece.replace("\u2019", "'").replace("\u2018", "'")
        yield _Piece(quoted, fold(quoted) if quoted[0].isalnum() else "")


def _chunks(pieces: list[_Piece]) -> list[list[_Piece]]:
    """Return what stands between blanks."""
    chunks: list[list[_Piece]] = [[]]
    for piece in pieces:
        if piece.text.isspace():
            chunks.append([])
        else:
            chunks[-1].append(piece)
    return [chunk for chunk in chunks if chunk]


def _remove(pieces: list[_Piece]) -> None:
    for piece in pieces:
        piece.gone = True


def _within(pieces: list[_Piece], start: int, end: int) -> list[_Piece]:
    found, at = [], 0
    for piece in pieces:
        if start <= at < end:
            found.append(piece)
        at += len(piece.text)
    return found


def _capital(text: str) -> bool:
    return text[0].isupper() and text[1:].islower() and len(text) > 1


def _joined(pieces: list[_Piece]) -> str:
    """Return the text with one gap for all that was taken out at a place."""
    out: list[str] = []
    for piece in pieces:
        if piece.gone:
            out.append(f" {GAP} ")
        elif piece.word:
            out.append(piece.word)
        else:
            out.append("".join(c if c in _KEPT_SIGNS else " " for c in piece.text))
    text = " ".join("".join(out).split())
    # Nothing between two gaps tells how many things stood there.
    text = re.sub(rf"{GAP}(?:[\s.,;:'()-]*{GAP})+", GAP, text)
    return re.sub(r"\s+([?!.,;:])", r"\1", text).strip(" ,;:-'")
