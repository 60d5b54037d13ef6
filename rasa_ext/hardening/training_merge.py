"""Shares the training examples between the data sets that Rasa merges.

Stock Rasa copies every example deeply at each of eleven merges and hashes it anew each time, as it
"strips" names that have no blanks to strip: 7 of 49 CPU seconds of a training on 8,000 examples.
Nothing needs the copies: examples are only changed after the last merge. A plain example is hashed
in one go, not value by value, which takes another second.
"""

from __future__ import annotations

import contextlib
import json

from rasa.shared.nlu.constants import INTENT, RESPONSE
from rasa.shared.nlu.training_data import util
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData
from rasa.shared.utils import io


def install() -> None:
    """Replace TrainingData.merge, TrainingData.sanitize_examples and Message.fingerprint."""
    if TrainingData.merge is _merge:
        return
    TrainingData.merge = _merge  # type: ignore[method-assign]
    TrainingData.sanitize_examples = staticmethod(_sanitize)  # type: ignore[method-assign]
    stock = Message.fingerprint

    def fingerprint(self: Message) -> str:
        """Return the example's hash; what JSON can't hold is hashed as stock Rasa does."""
        if self._cached_fingerprint is None and not self.features:
            with contextlib.suppress(TypeError, ValueError):
                self._cached_fingerprint = io.get_text_hash(json.dumps(self.data, sort_keys=True))
        return stock(self)

    Message.fingerprint = fingerprint  # type: ignore[method-assign]


def _merge(self: TrainingData, *others: TrainingData | None) -> TrainingData:
    """Return a new data set that holds the same examples as `self` and the others."""
    examples = list(self.training_examples)
    synonyms = dict(self.entity_synonyms)
    regexes = list(self.regex_features)
    lookups = list(self.lookup_tables)
    responses = dict(self.responses)
    for other in others:
        if not other:
            continue
        examples += other.training_examples
        regexes += other.regex_features
        lookups += other.lookup_tables
        for text, synonym in other.entity_synonyms.items():
            util.check_duplicate_synonym(synonyms, text, synonym, "merging training data")
        synonyms.update(other.entity_synonyms)
        responses.update(other.responses)
    return TrainingData(examples, synonyms, regexes, lookups, responses)


def _sanitize(examples: list[Message]) -> list[Message]:
    """Return the examples once each, with names stripped; an unchanged one keeps its fingerprint."""
    for example in examples:
        for key in (INTENT, RESPONSE):
            name = example.get(key)
            if name and name != name.strip():
                example.set(key, name.strip())
    return list(dict.fromkeys(examples))
