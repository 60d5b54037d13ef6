"""TF-IDF of words (1-2) and of characters inside words (2-4), without scikit-learn at load time."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

# Words, the two marks that carry meaning, and emoji one by one.
_WORD = re.compile(r"\w+(?:'\w+)?|[?!]|[^\w\s\x00-\x7f]")
_SEEN = 2  # texts that must hold a gram; one makes twice the columns and is no more often right
Floats = npt.NDArray[np.float32]


def _words(text: str) -> Counter[str]:
    """Count the words and pairs of words of a text; a "w" in front tells them from characters."""
    words = _WORD.findall(text)
    return Counter(["w" + word for word in words] + [f"w{a} {b}" for a, b in pairwise(words)])


def _characters(word: str, longest: int) -> list[str]:
    """Return the character n-grams (2 to `longest`) of a word between blanks; a "c" in front."""
    padded = f" {word} "
    sizes = range(2, min(longest, len(padded)) + 1)
    return ["c" + padded[at : at + size] for size in sizes for at in range(len(padded) - size + 1)]


def _is_emoji(gram: str) -> bool:
    """Tell whether a gram is one emoji, which can be a whole message and so counts when seen once."""
    return len(gram) == 2 and gram[0] == "w" and not gram[1].isalnum() and not gram[1].isascii()


def _count(texts: Sequence[str], longest: int) -> list[tuple[Counter[str], Counter[str]]]:
    """Count words and characters of each text; the characters of a word are cut once."""
    cut: dict[str, list[str]] = {}
    out = []
    for text in texts:
        words = _words(text)
        characters: list[str] = []
        for gram, count in words.items():
            if " " in gram:
                continue
            if gram not in cut:
                cut[gram] = _characters(gram[1:], longest)
            characters += cut[gram] * count
        out.append((words, Counter(characters)))
    return out


class TfIdf:
    """Sublinear TF-IDF of folded text; its word block and its character block have length 1."""

    def __init__(self, grams: Sequence[str], idf: Floats, longest: int):
        """Keep the columns.

        Args:
            grams: feature names, one a column.
            idf: weight of each column, shape [len(grams)].
            longest: length of the longest character n-gram.
        """
        self.grams = list(grams)
        self.idf = idf
        self.longest = longest
        self._weights = {
            gram: (i, weight) for i, (gram, weight) in enumerate(zip(self.grams, idf.tolist(), strict=True))
        }

    @classmethod
    def fit(cls, texts: Sequence[str], longest: int) -> tuple[TfIdf, Any]:
        """Learn the columns and their weights: ln((1 + n) / (1 + df)) + 1, as scikit-learn's.

        Returns:
            the features and the texts' own rows, as `transform` would give them.
        """
        counts = _count(texts, longest)
        df: Counter[str] = Counter()
        for blocks in counts:
            for block in blocks:
                df.update(block.keys())
        grams = sorted(gram for gram, count in df.items() if count >= _SEEN or _is_emoji(gram))
        idf = np.array([math.log((1 + len(texts)) / (1 + df[g])) + 1 for g in grams], np.float32)
        features = cls(grams, idf, longest)
        return features, features._rows(counts)

    def knows(self, symbol: str) -> bool:
        """Tell whether a word or an emoji stood in the training messages."""
        return "w" + symbol in self._weights

    def transform(self, texts: Sequence[str]) -> Any:
        """Return a CSR matrix, shape [len(texts), columns], float32."""
        return self._rows(_count(texts, self.longest))

    def products(self, texts: Sequence[str], weights: Floats) -> Floats:
        """Return `transform(texts) @ weights`, faster for the few texts of a message.

        Args:
            texts: folded, n of them.
            weights: shape [columns, classes].

        Returns:
            shape [n, classes], float32.
        """
        out = np.zeros((len(texts), weights.shape[1]), np.float32)
        for row, blocks in zip(out, _count(texts, self.longest), strict=True):
            columns: list[int] = []
            data: list[float] = []
            for block in blocks:
                self._append(block, columns, data)
            row += np.array(data, np.float32) @ weights.take(columns, axis=0)
        return out

    def _rows(self, counts: list[tuple[Counter[str], Counter[str]]]) -> Any:
        data: list[float] = []
        columns: list[int] = []
        ends = [0]
        for blocks in counts:
            for block in blocks:
                self._append(block, columns, data)
            ends.append(len(columns))
        shape = (len(counts), len(self.grams))
        return scipy.sparse.csr_matrix((np.array(data, np.float32), columns, ends), shape=shape)

    def _append(self, block: Counter[str], columns: list[int], data: list[float]) -> None:
        find = self._weights.get
        known = [(found, count) for gram, count in block.items() if (found := find(gram))]
        values = [weight if count == 1 else (1 + math.log(count)) * weight for (_, weight), count in known]
        length = math.sqrt(sum([v * v for v in values])) or 1.0
        columns += [found[0] for found, _ in known]
        data += [v / length for v in values]
