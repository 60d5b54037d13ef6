"""WordPiece tokens of the uncased BERT vocabulary, in plain Python.

The package `tokenizers` would bring a client of a model hub along.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable

_MAX_WORD = 100  # characters; BERT's own limit, longer words become [UNK]


def _is_punctuation(ch: str) -> bool:
    code = ord(ch)
    if 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126:
        return True
    return unicodedata.category(ch).startswith("P")


def _is_cjk(ch: str) -> bool:
    code = ord(ch)
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0x20000 <= code <= 0x2CEAF
        or 0xF900 <= code <= 0xFAFF
        or 0x2F800 <= code <= 0x2FA1F
    )


def split_words(text: str) -> list[str]:
    """Return lower-cased words without accents; punctuation and CJK characters stand alone."""
    out: list[str] = []
    for ch in unicodedata.normalize("NFD", text.lower()):
        if ch.isspace():
            out.append(" ")
        elif ch.isascii() and ch.isalnum():
            out.append(ch)
        elif unicodedata.category(ch)[0] == "C" or ch == "\ufffd" or unicodedata.category(ch) == "Mn":
            continue
        elif _is_punctuation(ch) or _is_cjk(ch):
            out.append(f" {ch} ")
        else:
            out.append(ch)
    return "".join(out).split()


class WordPiece:
    """Turns text into token ids. Immutable after construction, so safe in threads."""

    def __init__(self, vocabulary: Iterable[str]):
        """Keep the vocabulary, one token a line, its id being its position.

        Args:
            vocabulary: tokens in order; must hold [CLS], [SEP] and [UNK].
        """
        self._ids = {token: i for i, token in enumerate(vocabulary)}
        self._cls, self._sep, self._unk = (self._ids[t] for t in ("[CLS]", "[SEP]", "[UNK]"))

    def ids(self, text: str, limit: int) -> list[int]:
        """Return the ids of `text` between [CLS] and [SEP], `limit` ids at most."""
        out = [self._cls]
        for word in split_words(text):
            if len(out) >= limit - 1:
                break
            out.extend(self._pieces(word))
        del out[limit - 1 :]
        out.append(self._sep)
        return out

    def _pieces(self, word: str) -> list[int]:
        whole = self._ids.get(word)
        if whole is not None:
            return [whole]
        if len(word) > _MAX_WORD:
            return [self._unk]
        out: list[int] = []
        start = 0
        while start < len(word):
            prefix = "##" if start else ""
            for end in range(len(word), start, -1):
                piece = self._ids.get(prefix + word[start:end])
                if piece is not None:
                    out.append(piece)
                    start = end
                    break
            else:
                return [self._unk]
        return out
