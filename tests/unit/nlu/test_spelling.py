"""Protected spelling repair."""

from __future__ import annotations

import pytest

from assistant.nlu.spelling import Speller

TEXTS = [
    "how long is the recovery after the treatment", "is the recovery painful", "recovery time",
    "the treatment of stretch marks", "does the treatment hurt", "tretment", "tretment",
    *["downtime after treatment"] * 4, "insurance", "my herpes", "humira", "humira",
]  # fmt: skip


@pytest.fixture(scope="module")
def speller() -> Speller:
    """A speller of a few messages, with names of a medicine and of conditions."""
    return Speller.fit(TEXTS, ["isotretinoin", "atrial fibrillation", "afib"])


@pytest.mark.parametrize(
    ("wrong", "right"),
    [
        ("recoverey time?", "recovery time?"),
        ("RECOVRY", "recovery"),
        ("herpis", "herpes"),
        ("isotretonoin", "isotretinoin"),
        ("atrial fibrilation", "atrial fibrillation"),
        ("strech marks", "stretch marks"),
    ],
)
def test_repairs(speller: Speller, wrong: str, right: str) -> None:
    """Misspelt words become the nearest known word; case and the rest of the message do not matter."""
    assert speller.repair(wrong) == right


@pytest.mark.parametrize(
    "text", ["endurance", "assurance", "afib", "isotretinoin", "it's", "xq", "thx", "150/95", "", "👍"]
)
def test_leaves_alone(speller: Speller, text: str) -> None:
    """Real words, names, short words, contractions and figures stay as they are."""
    assert speller.repair(text) == text


def test_a_misspelling_is_not_learnt(speller: Speller) -> None:
    """A misspelling seen twice beside a commoner neighbour is repaired; a new word seen twice stays."""
    assert speller.repair("tretment") == "treatment"
    assert speller.repair("humira") == "humira"


def test_two_repairs_as_near_are_no_repair() -> None:
    """Between words that are as near and as common, nothing is guessed."""
    assert Speller({"there": 5, "three": 5}).repair("thre") == "thre"
