"""TF-IDF of words (1-2) and of characters inside words (2-5), without scikit-learn at load time."""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy.sparse

from assistant.text import fold

_WORD = re.compile(r"\w+(?:'\w+)?|[?!]")
Floats = npt.NDArray[np.float32]


def _grams(text: str, longest: int) -> Counter[str]:
    """Count the features of a text: words and word pairs ("w" first), character n-grams ("c" first)."""
    words = _WORD.findall(fold(text))
    out: Counter[str] = Counter("w" + word for word in words)
    out.update(f"w{a} {b}" for a, b in zip(words, words[1:]))
    for word in words:
        padded = f" {word} "
        for size in range(2, longest + 1):
            for at in range(max(1, len(padded) - size + 1)):
                out["c" + padded[at : at + size]] += 1
    return out


class TfIdf:
    """Sublinear TF-IDF; the word block and the character block have unit length each."""

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
        self._columns = {gram: i for i, gram in enumerate(self.grams)}

    @classmethod
    def fit(cls, texts: Iterable[str], longest: int = 5, min_df: int = 1) -> TfIdf:
        df: Counter[str] = Counter()
        n = 0
        for text in texts:
            df.update(_grams(text, longest).keys())
            n += 1
        grams = sorted(gram for gram, count in df.items() if count >= min_df)
        idf = np.array([math.log((1 + n) / (1 + df[g])) + 1 for g in grams], np.float32)
        return cls(grams, idf, longest)

    def transform(self, texts: Sequence[str]) -> Any:
        """Return a CSR matrix, shape [len(texts), columns], float32."""
        data: list[float] = []
        columns: list[int] = []
        ends = [0]
        for text in texts:
            row = self._row(text)
            columns.extend(row)
            data.extend(row.values())
            ends.append(len(columns))
        shape = (len(texts), len(self.grams))
        return scipy.sparse.csr_matrix((np.array(data, np.float32), columns, ends), shape=shape)

    def _row(self, text: str) -> dict[int, float]:
        out: dict[int, float] = {}
        squares = {"w": 0.0, "c": 0.0}
        blocks: dict[int, str] = {}
        for gram, count in _grams(text, self.longest).items():
            column = self._columns.get(gram)
            if column is None:
                continue
            value = (1 + math.log(count)) * float(self.idf[column])
            out[column] = value
            blocks[column] = gram[0]
            squares[gram[0]] += value * value
        return {c: v / math.sqrt(squares[blocks[c]]) for c, v in out.items()}
