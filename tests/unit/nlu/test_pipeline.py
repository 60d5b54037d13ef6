"""The classifier as a whole, on a handful of classes."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from assistant.nlu.pipeline import Prediction, Settings, TopicModel

EXAMPLES = {
    "not_in_document/price": [
        "how much does it cost", "what is the price", "price?", "is it expensive", "how much do you charge",
        "what does one session cost", "the cost please", "price list", "how much money", "cost per area",
    ],
    "not_in_document/pain": [
        "does it hurt", "is it painful", "will I feel pain", "pain?", "how painful is it", "does the laser hurt",
        "is the pain bad", "does it sting", "will it hurt a lot", "I am afraid of the pain",
    ],
    "faq/recovery_time": [
        "how long is the recovery", "recovery time", "when can I work again", "downtime?", "how long to heal",
        "how many days off work", "is there downtime", "how soon will I recover", "days to recover", "healing time",
    ],
    "smalltalk/greet": [
        "hello", "hi", "good morning", "hey there", "hi there", "good evening", "hello bot", "hey", "morning", "hiya",
    ],
    "affirm": ["yes", "yes please", "sure", "yeah", "👍", "ok yes", "yep", "y", "of course", "yes I do"],
}  # fmt: skip
TEXTS = [text for texts in EXAMPLES.values() for text in texts]
LABELS = [label for label, texts in EXAMPLES.items() for _ in texts]
WORDS_ALONE = Settings(embeddings=False)


@pytest.fixture(scope="module")
def words() -> TopicModel:
    """A model without sentence vectors."""
    return TopicModel.train(TEXTS, LABELS, ["aciclovir"], WORDS_ALONE)


@pytest.fixture(scope="module")
def full() -> TopicModel:
    """A model with sentence vectors."""
    return TopicModel.train(TEXTS, LABELS)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("whats the price", "not_in_document/price"),
        ("is it paiful", "not_in_document/pain"),
        ("👍", "affirm"),
    ],
)
def test_words_alone(words: TopicModel, text: str, label: str) -> None:
    """Without weights the classifier works, misspellings and emoji included."""
    assert words.predict(text).ranking[0][0] == label


def test_sentence_vectors_know_words_that_were_never_seen(full: TopicModel) -> None:
    """Not one content word of these stands in the examples."""
    assert full.predict("what are your fees").ranking[0][0] == "not_in_document/price"
    assert full.predict("is it an agony").ranking[0][0] == "not_in_document/pain"


@pytest.mark.parametrize("text", ["", "   ", "?!", "37.5", "👎", "\u200b"])
def test_nothing_to_read(words: TopicModel, text: str) -> None:
    """No letter and no known emoji: no class, no hit."""
    assert words.predict(text) == Prediction()


def test_probabilities_are_probabilities(words: TopicModel) -> None:
    """Each row sums to 1, best first in the ranking."""
    assert np.allclose(words.probabilities(["hello", "zzz"]).sum(axis=1), 1, atol=1e-5)
    scores = [p for _, p in words.predict("hello").ranking]
    assert scores == sorted(scores, reverse=True)


def test_two_questions(full: TopicModel) -> None:
    """Both are found, with their own words and offsets."""
    text = "Hi! How much does it cost? And does it hurt?"
    hits = full.predict(text).hits
    assert [h.topic for h in hits] == ["not_in_document/price", "not_in_document/pain"]
    assert [text[h.start : h.end] for h in hits] == ["How much does it cost?", "does it hurt?"]


def test_a_clear_question_with_a_story_is_one(full: TopicModel, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its clauses are not even read; those of a message in which two clauses ask are."""
    read: list[str] = []
    probabilities = full.probabilities

    def noted(texts: list[str]) -> Any:
        read.extend(texts)
        return probabilities(texts)

    monkeypatch.setattr(full, "probabilities", noted)
    story = "The recovery, my boss asks. How long is the recovery?"
    assert full.predict(story).ranking[0][1] >= 0.95
    assert [hit.topic for hit in full.predict(story).hits] == ["faq/recovery_time"]
    assert set(read) == {story}
    full.predict("How long is the recovery? Does it hurt?")
    assert len(set(read)) > 2


def test_saving_and_loading_changes_nothing(full: TopicModel, tmp_path: Path) -> None:
    """Weights are stored with half precision, which no probability shows."""
    full.save(tmp_path)
    loaded = TopicModel.load(tmp_path)
    assert loaded.labels == full.labels
    assert loaded.settings == full.settings
    texts = ["how much", "does it hurt", "hello", "recoverey"]
    assert np.allclose(loaded.probabilities(texts), full.probabilities(texts), atol=5e-3)


def test_short_examples_alone_are_remembered(words: TopicModel, tmp_path: Path) -> None:
    """A known "price list" is read once, in a loaded model too; of what a patient types nothing is kept."""
    words.save(tmp_path)
    model = TopicModel.load(tmp_path)
    first, again = model.predict("Price list"), model.predict("Price list")
    assert first == again
    assert [p for _, p in first.ranking] == sorted(model.probabilities(["Price list"])[0], reverse=True)
    assert model.predict("Anna Smith").ranking == model.predict("Anna Smith").ranking
    known = model._remembered.cache_info()
    assert (known.currsize, known.hits) == (1, 1)


def test_nothing_is_pickled(words: TopicModel, tmp_path: Path) -> None:
    """A model file is arrays and JSON, so loading one runs no code."""
    words.save(tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {"model.json", "weights.npz"}
    with np.load(tmp_path / "weights.npz", allow_pickle=False) as arrays:
        assert all(arrays[name].dtype.kind == "f" for name in arrays.files)


def test_another_format_is_refused(words: TopicModel, tmp_path: Path) -> None:
    """The message says what to do."""
    words.save(tmp_path)
    file = tmp_path / "model.json"
    file.write_text(json.dumps({**json.loads(file.read_text()), "format": 0}))
    with pytest.raises(ValueError, match="Train again"):
        TopicModel.load(tmp_path)


def test_training_twice_gives_the_same_model(words: TopicModel) -> None:
    """No chance is left in training."""
    again = TopicModel.train(TEXTS, LABELS, ["aciclovir"], WORDS_ALONE)
    assert again.temperature == words.temperature
    assert np.array_equal(again.probabilities(TEXTS), words.probabilities(TEXTS))


def test_one_class_is_too_few() -> None:
    """There is nothing to tell apart."""
    with pytest.raises(ValueError, match="two classes"):
        TopicModel.train(["a", "b"], ["x", "x"], settings=WORDS_ALONE)


def test_threads_share_a_model(full: TopicModel) -> None:
    """Many messages at once get the answers that they get one by one."""
    one_by_one = [full.predict(text).ranking[0] for text in TEXTS]
    with ThreadPoolExecutor(4) as pool:
        at_once = list(pool.map(lambda text: full.predict(text).ranking[0], TEXTS))
    assert at_once == one_by_one
