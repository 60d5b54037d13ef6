"""TF-IDF of words and of characters inside words."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.nlu.features import TfIdf

TEXTS = ["does it hurt", "does it hurt much", "how much is it", "how long is it", "👍"]


@pytest.fixture(scope="module")
def fitted() -> TfIdf:
    """Features of five messages."""
    return TfIdf.fit(TEXTS, 4)[0]


def test_the_rows_of_fit_are_those_of_transform(fitted: TfIdf) -> None:
    """Training and use see the same numbers."""
    _, rows = TfIdf.fit(TEXTS, 4)
    assert np.allclose(rows.toarray(), fitted.transform(TEXTS).toarray())


def test_both_blocks_have_length_one(fitted: TfIdf) -> None:
    """Words and characters weigh the same, however long the message."""
    row = fitted.transform(["does it hurt much"]).toarray()[0]
    words = np.array([gram.startswith("w") for gram in fitted.grams])
    assert np.linalg.norm(row[words]) == pytest.approx(1, abs=1e-5)
    assert np.linalg.norm(row[~words]) == pytest.approx(1, abs=1e-5)


def test_what_stands_in_one_message_only_is_left_out(fitted: TfIdf) -> None:
    """A gram must be seen twice."""
    assert "wdoes it" in fitted.grams
    assert "wlong" not in fitted.grams


def test_rare_grams_weigh_more(fitted: TfIdf) -> None:
    """The word that stands everywhere says least."""
    idf = dict(zip(fitted.grams, fitted.idf, strict=True))
    assert idf["whurt"] > idf["wit"]


def test_unknown_words_give_an_empty_row(fitted: TfIdf) -> None:
    """Nothing known, nothing counted, and no division by zero."""
    assert fitted.transform(["zzz", ""]).nnz == 0


def test_emoji_are_words(fitted: TfIdf) -> None:
    """A thumb can be all that a message says, so once is enough."""
    assert fitted.knows("👍")
    assert not fitted.knows("👎")


@given(st.lists(st.sampled_from([*TEXTS, "zzz", "", "hurt much 👍👍 it"]), max_size=5))
def test_products_are_those_of_the_matrix(texts: list[str]) -> None:
    """The short way to the scores gives what the matrix gives."""
    features = TfIdf.fit(TEXTS, 4)[0]
    weights = np.random.default_rng(1).normal(size=(len(features.grams), 3)).astype(np.float32)
    wanted = np.asarray(features.transform(texts) @ weights)
    assert np.allclose(features.products(texts, weights), wanted, atol=1e-5)
