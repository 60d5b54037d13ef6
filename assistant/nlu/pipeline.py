"""The classifier: spelling repair -> TF-IDF ++ sentence vector -> one calibrated regression."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.nlu import logistic
from assistant.nlu.calibration import fit_temperature, stratified_folds
from assistant.nlu.encoder import DIMENSIONS, Encoder, encoder_or_none
from assistant.nlu.features import TfIdf
from assistant.nlu.segments import split_segments
from assistant.nlu.spelling import Speller
from assistant.nlu.topics import Scored, Segment, TopicHit, plan_topics

Floats = npt.NDArray[np.float32]

FORMAT = 1  # of the saved files
_LETTER = re.compile(r"[^\W\d_]")
_FOLDS, _HELD_OUT = 5, 2  # the temperature is fitted on two of five folds: one number needs no more


@dataclass(frozen=True)
class Settings:
    """How to train. Figures: share of held-out examples right in 5-fold cross-validation.

    embeddings: use sentence vectors (without them 54 % instead of 74 % of held-out examples are
        right).
    embedding_weight: length of the sentence vector beside TF-IDF blocks of length 1 (2: 74.2, 3 and
        4 less).
    c: inverse of the L2 penalty (10: 74.2, 33: 74.1, 3: 73.9).
    balanced: give each class the same weight (74.2; 73.1 without).
    longest_ngram: characters of the longest n-gram inside a word (4: 74.3, 5: 74.2, with 40 % fewer
        columns).
    steps: of the solver (15: as good as 40).
    """

    embeddings: bool = True
    embedding_weight: float = 2.0
    c: float = 10.0
    balanced: bool = True
    longest_ngram: int = 4
    steps: int = 15


@dataclass(frozen=True)
class Prediction:
    """What a message is about. `ranking` is empty when there is nothing to read in it."""

    ranking: list[Scored] = field(default_factory=list)  # all classes, best first
    hits: list[TopicHit] = field(
        default_factory=list
    )  # what to answer, in the order of the message, at most 3

    @property
    def best(self) -> Scored | None:
        """The best class of the whole message."""
        return self.ranking[0] if self.ranking else None


class TopicModel:
    """A trained classifier. Read-only after construction, so safe in threads."""

    def __init__(
        self,
        labels: Sequence[str],
        settings: Settings,
        speller: Speller,
        tfidf: TfIdf,
        weights: dict[str, Floats],
        temperature: float,
        encoder: Encoder | None,
    ):
        """Put the parts together; use `train` or `load`.

        Args:
            labels: full class names, one a column of the weights.
            settings: as trained.
            speller: repairs the text.
            tfidf: sparse features, d columns.
            weights: "sparse" [d, classes], "dense" [384, classes] (no rows without embeddings),
                "bias" [classes].
            temperature: divides the scores.
            encoder: sentence encoder; None when trained without.
        """
        self.labels = list(labels)
        self.settings = settings
        self.temperature = temperature
        self._speller = speller
        self._tfidf = tfidf
        self._weights = weights
        self._encoder = encoder

    @classmethod
    def train(
        cls,
        texts: Sequence[str],
        labels: Sequence[str],
        names: Sequence[str] = (),
        settings: Settings = Settings(),
    ) -> TopicModel:
        """Train on messages and their full class names.

        Args:
            texts: messages, n of them.
            labels: class of each, n of them.
            names: medicines and conditions that spelling repair may aim at.
            settings: see `Settings`.
        """
        if len(set(labels)) < 2:
            raise ValueError("Training needs examples of two classes at least")
        encoder = encoder_or_none() if settings.embeddings else None
        classes_of = sorted(set(labels))
        index = {label: i for i, label in enumerate(classes_of)}
        classes = np.array([index[label] for label in labels], np.intp)
        speller = Speller.fit(texts, names)
        repaired = [speller.repair(text) for text in texts]
        tfidf = TfIdf.fit(repaired, settings.longest_ngram)
        rows = tfidf.transform(repaired)
        dense = np.zeros((len(repaired), 0), np.float32)
        if encoder is not None:
            dense = settings.embedding_weight * encoder.encode(repaired)
        products = logistic.row_products(rows)
        products += dense @ dense.T
        products += 1  # intercept
        temperature = _held_out_temperature(products, classes, len(classes_of), settings)
        a = _fit(products, classes, len(classes_of), settings)
        weights = {
            "sparse": rows.T @ a,
            "dense": dense.T @ a * settings.embedding_weight,
            "bias": a.sum(axis=0),
        }
        if encoder is None:
            weights["dense"] = np.zeros((0, len(classes_of)), np.float32)
        return cls(classes_of, settings, speller, tfidf, weights, temperature, encoder)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return calibrated probabilities, shape [len(texts), classes]."""
        repaired = [self._speller.repair(text) for text in texts]
        scores = self._tfidf.transform(repaired) @ self._weights["sparse"] + self._weights["bias"]
        if self._encoder is not None:
            scores = scores + self._encoder.encode(repaired) @ self._weights["dense"]
        return logistic.softmax(np.asarray(scores, np.float32) / np.float32(self.temperature))

    def predict(self, text: str) -> Prediction:
        """Tell what a message is about."""
        if not self._readable(text):
            return Prediction()
        segments = split_segments(text)
        parts = segments if len(segments) >= 2 else []
        scored = [
            self._ranking(row) for row in self.probabilities([text, *(s.text for s in parts)])
        ]
        hits = plan_topics(
            Segment(text, 0, len(text)), scored[0], list(zip(parts, scored[1:], strict=True))
        )
        return Prediction(scored[0], hits)

    def _readable(self, text: str) -> bool:
        """Tell whether there is a letter, or an emoji that was trained."""
        return bool(_LETTER.search(text)) or any(
            not ch.isascii() and self._tfidf.knows(ch) for ch in text
        )

    def _ranking(self, row: Floats) -> list[Scored]:
        return [(self.labels[i], float(row[i])) for i in np.argsort(-row, kind="stable")]

    def save(self, folder: Path | str) -> None:
        """Write weights.npz (arrays) and model.json (the rest) to `folder`; nothing is pickled."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(
            folder / "weights.npz",
            sparse=self._weights["sparse"].astype(np.float16),
            dense=self._weights["dense"],
            bias=self._weights["bias"],
            idf=self._tfidf.idf,
        )
        content = {
            "format": FORMAT,
            "labels": self.labels,
            "settings": asdict(self.settings),
            "temperature": self.temperature,
            "vocabulary": self._speller.vocabulary,
            "grams": self._tfidf.grams,
        }
        (folder / "model.json").write_text(
            json.dumps(content, ensure_ascii=False), encoding="utf-8"
        )

    @classmethod
    def load(cls, folder: Path | str) -> TopicModel:
        """Read what `save` wrote.

        Raises:
            ValueError: another format, or trained with sentence vectors that are not to be had
            here.
        """
        folder = Path(folder)
        content = json.loads((folder / "model.json").read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError("This model was trained by another version. Train again.")
        with np.load(folder / "weights.npz", allow_pickle=False) as arrays:
            weights = {key: arrays[key].astype(np.float32) for key in ("sparse", "dense", "bias")}
            idf = arrays["idf"]
        settings = Settings(**content["settings"])
        encoder = encoder_or_none() if len(weights["dense"]) == DIMENSIONS else None
        tfidf = TfIdf(content["grams"], idf, settings.longest_ngram)
        speller = Speller(content["vocabulary"])
        return cls(
            content["labels"], settings, speller, tfidf, weights, content["temperature"], encoder
        )


def _fit(products: Floats, classes: npt.NDArray[np.intp], count: int, settings: Settings) -> Floats:
    weights = np.ones(len(classes), np.float32)
    if settings.balanced:
        weights = logistic.balanced_weights(classes, count)
    return logistic.fit(products, classes, count, settings.c, weights, settings.steps)


def _held_out_temperature(
    products: Floats, classes: npt.NDArray[np.intp], count: int, settings: Settings
) -> float:
    folds = stratified_folds(classes, _FOLDS)
    scores, truth = [], []
    for fold in range(_HELD_OUT):
        out, seen = np.flatnonzero(folds == fold), np.flatnonzero(folds != fold)
        if not len(out) or not len(seen):
            continue
        a = _fit(products[np.ix_(seen, seen)], classes[seen], count, settings)
        scores.append(products[np.ix_(out, seen)] @ a)
        truth.append(classes[out])
    return fit_temperature(np.concatenate(scores), np.concatenate(truth)) if scores else 1.0
