"""The WordPiece tokenizer against ids of the reference implementation."""

from __future__ import annotations

import pytest

from assistant.nlu.encoder import VOCAB
from assistant.nlu.wordpiece import WordPiece, split_words


@pytest.fixture(scope="module")
def tokens() -> WordPiece:
    """The tokenizer over the shipped vocabulary."""
    return WordPiece(VOCAB.read_text(encoding="utf-8").split("\n")[:-1])


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("Hello world", [101, 7592, 2088, 102]),
        ("Does it hurt?", [101, 2515, 2009, 3480, 1029, 102]),
        ("café", [101, 7668, 102]),
        ("", [101, 102]),
    ],
)
def test_ids(tokens: WordPiece, text: str, ids: list[int]) -> None:
    """Ids are those of bert-base-uncased."""
    assert tokens.ids(text, 128) == ids


def test_rare_words_become_pieces(tokens: WordPiece) -> None:
    """A word outside of the vocabulary is cut, not lost."""
    ids = tokens.ids("resurfacing", 128)
    assert len(ids) > 3
    assert 100 not in ids


def test_a_word_without_pieces_is_unknown(tokens: WordPiece) -> None:
    """What can't be spelled with the vocabulary, or is absurdly long, becomes [UNK]."""
    assert tokens.ids("👍", 128) == [101, 100, 102]
    assert tokens.ids("a" * 101, 128) == [101, 100, 102]


@pytest.mark.parametrize("limit", [2, 3, 8])
def test_the_limit_holds(tokens: WordPiece, limit: int) -> None:
    """Long messages are cut, with [CLS] and [SEP] in place."""
    ids = tokens.ids("resurfacing of stretch marks " * 20, limit)
    assert len(ids) == limit
    assert (ids[0], ids[-1]) == (101, 102)


def test_split_words_sets_punctuation_apart() -> None:
    """Punctuation and CJK characters stand alone; control characters vanish."""
    assert split_words("Don't\u200b stop!  \u4f60\u597d") == [
        "don",
        "'",
        "t",
        "stop",
        "!",
        "\u4f60",
        "\u597d",
    ]
