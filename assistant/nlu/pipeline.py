"""The classifier: spelling repair -> TF-IDF ++ sentence vector -> one calibrated regression."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt

from assistant.knowledge.procedure import procedure
from assistant.nlu import logistic
from assistant.nlu.calibration import fit_temperature, stratified_folds
from assistant.nlu.encoder import DIMENSIONS, Encoder, encoder_or_none, unit
from assistant.nlu.features import TfIdf
from assistant.nlu.qualifiers import without_variant
from assistant.nlu.segments import split_segments
from assistant.nlu.spelling import Speller
from assistant.nlu.topics import Scored, Segment, TopicHit, may_hold_several, plan_topics, read_clauses

Floats = npt.NDArray[np.float32]

FORMAT = 2  # of the saved files
_LETTER = re.compile(r"[^\W\d_]")
_CLEAR = 0.4  # probability of a reading that may replace another
# Characters of an example that may be remembered once it was read: "yes", "not sure", "how much?" are half of
# all messages. Only examples are: of what else a patient types, nothing stays in memory.
_SHORT = 16
_REMEMBERED = 1024  # of them, in the upper and lower case that people type them in
# A message this clear of which one clause alone asks is that question, told with a story: "type 1 diabetic, can I
# have it". Of 1,770 test questions 295 are such; 5 were split without it, none of them rightly. Of 3,000 examples
# joined by chance 2 % are no longer split. It saves a third of what clauses cost.
_ONE_QUESTION = 0.95
_FOLDS = 5  # the temperature is fitted on one of them: one number needs no more


@dataclass(frozen=True)
class Settings:
    """How to train. Figures: percent of held-out examples right, 5 folds of the first 4,638 examples.

    embeddings: use sentence vectors (76.5; 54 without).
    embedding_weight: length of the last layer's vector beside TF-IDF blocks of length 1 (1.4: 76.2,
        1.7: 76.3, 2: 76.5).
    middle_weight: length of the middle layer's vector (0: 74.3, 1.4: 76.5, 2: 76.3).
    c: inverse of the L2 penalty (5: 76.4, 10: 76.5, 20: less).
    balanced: give each class the same weight (1.1 more than without).
    longest_ngram: characters of the longest n-gram inside a word (4: as good as 5, with 40 % fewer
        columns).
    steps: of the solver (12: 80.1, 15: 79.9, 20: 80.1 of 8,200 examples).
    """

    embeddings: bool = True
    embedding_weight: float = 2.0
    middle_weight: float = 1.4
    c: float = 10.0
    balanced: bool = True
    longest_ngram: int = 4
    steps: int = 12


@dataclass(frozen=True)
class Prediction:
    """What a message is about. `ranking` is empty when there is nothing to read in it."""

    ranking: list[Scored] = field(default_factory=list)  # all classes, best first
    hits: list[TopicHit] = field(default_factory=list)  # what to answer, 3 at most, in order

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
        short: Iterable[str] = (),
    ):
        """Put the parts together; use `train` or `load`.

        Args:
            labels: full class names, one a column of the weights.
            settings: as trained.
            speller: repairs the text.
            tfidf: sparse features, d columns.
            weights: "sparse" [d, classes]; "dense" [768, classes] and "centre" [384], both without
                rows when there are no embeddings; "bias" [classes].
            temperature: divides the scores.
            encoder: sentence encoder; None when trained without.
            short: examples whose reading is remembered, in lower case.
        """
        self.labels = list(labels)
        self.settings = settings
        self.temperature = temperature
        self._speller = speller
        self._tfidf = tfidf
        self._weights = weights
        self._encoder = encoder
        self._short = frozenset(short)
        self._remembered = lru_cache(_REMEMBERED)(self._read)

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
        # The rows that the temperature is fitted on come last: the others' products are then a view.
        folds = stratified_folds(classes, _FOLDS)
        order = np.argsort(folds == 0, kind="stable")
        texts, classes = [texts[i] for i in order], classes[order]
        speller = Speller.fit(texts, names)
        repaired = [speller.repair(text) for text in texts]
        tfidf, rows = TfIdf.fit(repaired, settings.longest_ngram)
        dense = np.zeros((len(repaired), 0), np.float32)
        centre = np.zeros(0, np.float32)
        if encoder is not None:
            vectors = encoder.encode(repaired)
            centre = vectors[:, DIMENSIONS // 2 :].mean(axis=0)
            dense = weighed(vectors, centre, settings)
        products = logistic.row_products(rows, dense)
        seen = int((folds != 0).sum())
        a, temperature = _solve(products, classes, len(classes_of), seen, settings)
        weights = {
            "sparse": rows.T @ a,
            "dense": dense.T @ a,
            "bias": a.sum(axis=0),
            "centre": centre,
        }
        short = {text.lower() for text in texts if len(text) <= _SHORT}
        return cls(classes_of, settings, speller, tfidf, weights, temperature, encoder, short)

    def probabilities(self, texts: Sequence[str]) -> Floats:
        """Return calibrated probabilities, shape [len(texts), classes]."""
        repaired = [self._speller.repair(text) for text in texts]
        scores = self._tfidf.products(repaired, self._weights["sparse"]) + self._weights["bias"]
        if self._encoder is not None:
            vectors = self._encoder.encode(repaired)
            dense = weighed(vectors, self._weights["centre"], self.settings)
            scores = scores + dense @ self._weights["dense"]
        return logistic.softmax(np.asarray(scores, np.float32) / np.float32(self.temperature))

    def predict(self, text: str) -> Prediction:
        """Tell what a message is about."""
        if not self._readable(text):
            return Prediction()
        whole = self._ranked(text)
        bare = without_variant(text) if _by_name(whole) else None
        if bare:
            whole = _more_telling(whole, self._ranked(bare))
        # What a clause is about costs as much as the whole message: asked only where it can count.
        parts = split_segments(text) if may_hold_several(whole) else []
        asking = sum(part.asks for part in parts)
        if len(parts) < 2 or not asking or (asking == 1 and whole[0][1] >= _ONE_QUESTION):
            parts = []
        clauses = read_clauses(parts, self._best)
        return Prediction(whole, plan_topics(Segment(text, 0, len(text)), whole, clauses))

    def _ranked(self, text: str) -> list[Scored]:
        """Return all classes, best first."""
        row = self._row(text)
        order = np.argsort(-row, kind="stable")
        return [(self.labels[i], p) for i, p in zip(order.tolist(), row[order].tolist(), strict=True)]

    def _best(self, text: str) -> Scored:
        row = self._row(text)
        best = int(row.argmax())
        return self.labels[best], float(row[best])

    def _row(self, text: str) -> Floats:
        """Return the probabilities of one text, shape [classes]; not to be changed."""
        return self._remembered(text) if text.lower() in self._short else self._read(text)

    def _read(self, text: str) -> Floats:
        row: Floats = self.probabilities([text])[0]
        row.flags.writeable = False
        return row

    def _readable(self, text: str) -> bool:
        """Tell whether there is a letter, or an emoji that was trained."""
        return bool(_LETTER.search(text)) or any(not ch.isascii() and self._tfidf.knows(ch) for ch in text)

    def save(self, folder: Path | str) -> None:
        """Write weights.npz (arrays) and model.json (the rest) to `folder`; nothing is pickled."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        np.savez(
            folder / "weights.npz",
            sparse=self._weights["sparse"].astype(np.float16),
            dense=self._weights["dense"],
            bias=self._weights["bias"],
            centre=self._weights["centre"],
            idf=self._tfidf.idf,
        )
        content = {
            "format": FORMAT,
            "labels": self.labels,
            "settings": asdict(self.settings),
            "temperature": self.temperature,
            "vocabulary": self._speller.vocabulary,
            "grams": self._tfidf.grams,
            "short": sorted(self._short),
        }
        (folder / "model.json").write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

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
            weights = {key: arrays[key].astype(np.float32) for key in ("sparse", "dense", "bias", "centre")}
            idf = arrays["idf"]
        settings = Settings(**content["settings"])
        encoder = encoder_or_none() if len(weights["dense"]) == DIMENSIONS else None
        tfidf = TfIdf(content["grams"], idf, settings.longest_ngram)
        speller = Speller(content["vocabulary"])
        rest = (content["temperature"], encoder, content["short"])
        return cls(content["labels"], settings, speller, tfidf, weights, *rest)


def _by_name(whole: list[Scored]) -> bool:
    """Tell whether the name of a variant alone may have decided."""
    return whole[0][0] in procedure().variants.about or whole[0][1] < _CLEAR


def _more_telling(whole: list[Scored], bare: list[Scored]) -> list[Scored]:
    """Choose the reading without the variant's name when it is clear, and about something else."""
    other = bare[0][0] in procedure().variants.circumstance or bare[0][0].startswith("not_in_document/")
    return bare if other and bare[0][1] >= _CLEAR else whole


def weighed(vectors: Floats, centre: Floats, settings: Settings) -> Floats:
    """Weigh the two halves of sentence vectors, shape [n, 768]; the second around its centre, shape [384]."""
    last, middle = vectors[:, : DIMENSIONS // 2], vectors[:, DIMENSIONS // 2 :]
    parts = (settings.embedding_weight * last, settings.middle_weight * unit(middle - centre))
    return np.concatenate(parts, axis=1)


def _solve(
    products: Floats, classes: npt.NDArray[np.intp], count: int, seen: int, settings: Settings
) -> tuple[Floats, float]:
    """Return the coefficients of all rows, shape [n, count], and the temperature.

    The temperature comes from the rows after the first `seen`, scored by a fit on those. The fit on
    all rows then starts from that one, which saves two thirds of its steps.
    """

    def fit(rows: int, steps: int, start: Floats | None = None) -> Floats:
        weights = np.ones(rows, np.float32)
        if settings.balanced:
            weights = logistic.balanced_weights(classes[:rows], count)
        among = products[:rows, :rows]
        return logistic.fit(among, classes[:rows], count, settings.c, weights, steps, start)

    if seen in (0, len(classes)):
        return fit(len(classes), settings.steps), 1.0
    part = fit(seen, settings.steps)
    temperature = fit_temperature(products[seen:, :seen] @ part, classes[seen:])
    start = np.zeros((len(classes), count), np.float32)
    start[:seen] = part
    return fit(len(classes), settings.steps // 3, start), temperature
