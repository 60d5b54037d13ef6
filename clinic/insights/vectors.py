"""Vectors of questions: the classifier's, in which differences inside a topic count less.

Two patients ask the same with other words, stories and slang. How examples of one class differ shows
which directions those are (within-class covariance); they are shortened. On topics that were not among
the examples this raises the share of rightly grouped questions by nine points (tests/grouping.py).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from assistant.nlu.encoder import DIMENSIONS, Vectors, encoder_or_none, unit
from assistant.nlu.features import TfIdf
from assistant.nlu.pipeline import Settings, weighed
from assistant.nlu.training_data import Example, read_examples

#: Examples of each class that are looked at: 40 are no better, and take three times as long.
_OF_CLASS = 15
#: How far the covariance is drawn to a round one (0.4: as good, 0.8: more questions in wrong groups).
_SHRINK = 0.6
#: Questions whose vectors are kept, for the next page of the inbox.
_MOST_KNOWN = 20_000


class Space:
    """Turns texts into vectors. Learns from examples, and keeps what it has turned."""

    def __init__(self, examples: Sequence[Example]):
        """Learn from these examples; without any, or without sentence vectors, nothing is learnt."""
        self._encoder = encoder_or_none()
        self._known: dict[str, Vectors] = {}
        self._centre = np.zeros(DIMENSIONS // 2, np.float32)
        self._mean: npt.NDArray[np.float64] = np.zeros(DIMENSIONS)
        self._map: npt.NDArray[np.float64] = np.eye(DIMENSIONS)
        if self._encoder is not None and examples:
            self._learn(examples)

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """Return a vector of length 1 for each text; without sentence vectors, of its words alone.

        Args:
            texts: n of them, at least one.

        Returns:
            shape [n, d], float32.
        """
        if self._encoder is None:
            _, rows = TfIdf.fit(list(texts), Settings().longest_ngram)
            return unit(np.asarray(rows.todense(), np.float32))
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        if len(self._known) + len(new) > _MOST_KNOWN:
            self._known.clear()
            new = list(dict.fromkeys(texts))
        if new:
            rows = (self._dense(self._encoder.encode(new)) - self._mean) @ self._map
            self._known.update(zip(new, unit(rows.astype(np.float32)), strict=True))
        return np.array([self._known[text] for text in texts], np.float32)

    def _dense(self, encoded: Vectors) -> npt.NDArray[np.float64]:
        return weighed(encoded, self._centre, Settings()).astype(np.float64)

    def _learn(self, examples: Sequence[Example]) -> None:
        of_class: dict[str, list[str]] = defaultdict(list)
        for example in examples:
            if len(of_class[example.label]) < _OF_CLASS:
                of_class[example.label].append(example.text)
        assert self._encoder is not None
        encoded = self._encoder.encode([t for label in sorted(of_class) for t in of_class[label]])
        self._centre = encoded[:, DIMENSIONS // 2 :].mean(axis=0)
        rows = self._dense(encoded)
        self._mean = rows.mean(axis=0)
        apart, start = np.empty_like(rows), 0
        for label in sorted(of_class):
            end = start + len(of_class[label])
            apart[start:end] = rows[start:end] - rows[start:end].mean(axis=0)
            start = end
        covariance = apart.T @ apart / len(rows)
        size = np.trace(covariance) / len(covariance)
        covariance = (1 - _SHRINK) * covariance + _SHRINK * size * np.eye(len(covariance))
        lengths, directions = np.linalg.eigh(covariance)
        self._map = directions / np.sqrt(np.maximum(lengths, 1e-9))


@lru_cache(maxsize=1)
def project_space() -> Space:
    """Return what the project's examples teach; takes two seconds, once a process.

    Raises:
        DataFileError: an example file can't be read.
    """
    return Space(read_examples())


def vectors(texts: Sequence[str]) -> Vectors:
    """Return the vectors of texts, as `Space.vectors` does with the project's examples."""
    return project_space().vectors(texts)
