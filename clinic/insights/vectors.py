"""Vectors of questions: the classifier's, bent so that what tells topics apart counts more.

Two patients ask the same with other words, stories and slang. How examples of one class differ shows
which directions those are (within-class covariance); they are shortened. Beside that vector stands a
second one: only the directions in which the classes differ most (linear discriminants). Directions that
tell our topics apart also tell apart topics that nobody has written yet: measured in tests/grouping.py.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import numpy.typing as npt

from assistant import logs
from assistant.knowledge.content import OTHER
from assistant.nlu.encoder import DIMENSIONS, Vectors, encoder_or_none, unit
from assistant.nlu.features import TfIdf
from assistant.nlu.pipeline import Settings, weighed
from assistant.nlu.training_data import Example, read_examples

logger = logging.getLogger(__name__)

Floats = npt.NDArray[np.float64]

#: The gist counts more here than in the classifier, and the words less.
_SETTINGS = replace(Settings(), middle_weight=0.7)
#: Classes whose examples have no subject in common: they would teach that subjects do not count.
_MIXED = ("out_of_scope/", f"not_in_document/{OTHER}", "inform_health")
#: Examples of each class that are looked at (15 group worse, 40 no better).
_OF_CLASS = 25
#: How far the covariance is drawn to a round one (0.3 and 0.8 group worse).
_SHRINK = 0.6
#: Directions of the second vector (60 and 120: as good within a point).
_DISCRIMINANTS = 100
#: Questions whose vectors are kept, for the next page of the inbox.
_MOST_KNOWN = 20_000
_turn = threading.Lock()


class Space:
    """Turns texts into vectors. Learns from examples, and keeps what it has turned."""

    def __init__(self, examples: Sequence[Example]):
        """Learn from these examples; without any, or without sentence vectors, nothing is learnt."""
        self._encoder = encoder_or_none()
        self._known: dict[str, Vectors] = {}
        self._centre = np.zeros(DIMENSIONS // 2, np.float32)
        self._mean: Floats = np.zeros(DIMENSIONS)
        self._map: Floats = np.eye(DIMENSIONS)
        self._apart: Floats = np.zeros((DIMENSIONS, 0))
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
            both = np.hstack([_unit(rows), _unit(rows @ self._apart)])
            self._known.update(zip(new, unit(both.astype(np.float32)), strict=True))
        return np.array([self._known[text] for text in texts], np.float32)

    def _dense(self, encoded: Vectors) -> Floats:
        return weighed(encoded, self._centre, _SETTINGS).astype(np.float64)

    def _learn(self, examples: Sequence[Example]) -> None:
        of_class: dict[str, list[str]] = defaultdict(list)
        for example in examples:
            if not example.label.startswith(_MIXED) and len(of_class[example.label]) < _OF_CLASS:
                of_class[example.label].append(example.text)
        if not of_class:
            return
        assert self._encoder is not None
        encoded = self._encoder.encode([t for label in sorted(of_class) for t in of_class[label]])
        self._centre = encoded[:, DIMENSIONS // 2 :].mean(axis=0)
        rows = self._dense(encoded)
        self._mean = rows.mean(axis=0)
        sizes = [len(of_class[label]) for label in sorted(of_class)]
        parts = np.split(rows, np.cumsum(sizes)[:-1])
        middles = np.array([part.mean(axis=0) for part in parts])
        inside = rows - np.repeat(middles, sizes, axis=0)
        covariance = inside.T @ inside / len(rows)
        size = np.trace(covariance) / len(covariance)
        covariance = (1 - _SHRINK) * covariance + _SHRINK * size * np.eye(len(covariance))
        lengths, directions = np.linalg.eigh(covariance)
        self._map = directions / np.sqrt(np.maximum(lengths, 1e-9))
        between = (middles - self._mean) @ self._map
        # As many directions as classes, less one, can hold a difference.
        most = min(_DISCRIMINANTS, len(middles) - 1)
        self._apart = np.linalg.eigh(between.T @ between)[1][:, ::-1][:, :most]


def _unit(rows: Floats) -> Floats:
    out: Floats = rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)
    return out


@lru_cache(maxsize=1)
def project_space() -> Space:
    """Return what the project's examples teach; takes five seconds, once a process.

    Raises:
        DataFileError: an example file can't be read.
    """
    return Space(read_examples())


def vectors(texts: Sequence[str]) -> Vectors:
    """Return the vectors of texts, as `Space.vectors` does with the project's examples. Threads take turns."""
    with _turn:
        return project_space().vectors(texts)


def prepare() -> None:
    """Learn now, in a thread of its own, so that the first who looks need not wait; a failure is logged."""

    def learn() -> None:
        try:
            vectors(["a question"])
        except Exception as error:
            logger.warning("questions can't be grouped yet: %s", logs.kind(error))

    threading.Thread(target=learn, name="stria-vectors", daemon=True).start()
