"""Which words may be kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.datafiles import DataFileError, clear_caches
from assistant.nlu.training_data import Example
from clinic.insights.words import SEEN, Words, common_words, content_words, project_words, word_lists


def of(*texts: str) -> set[str]:
    """Returns the words of the content with these examples, without those that it has anyway."""
    return content_words([Example(t, "faq/x", "nlu/x.yml") for t in texts]) - content_words([])


def test_rare_words_of_examples_are_not_kept() -> None:
    """The stories that examples tell hold words that could point at somebody."""
    assert of(*["zorvolex"] * (SEEN - 1)) == set()
    assert of(*["zorvolex"] * SEEN) == {"zorvolex"}


def test_names_in_examples_are_not_kept() -> None:
    """What is written with a capital inside sentences is a name."""
    assert of(*["does Zorvolex do it", "ask Zorvolex", "zorvolex?", "is Zorvolex in"]) & {"zorvolex"} == set()


def test_words_of_document_and_lexicons() -> None:
    """They are known, however rare."""
    allowed = project_words().allowed
    assert {"neocollagen", "doxycycline", "arrhythmia", "crust", "laser"} <= allowed
    assert not {"dubai", "lagos", "priya", "katarzyna", "b", "seven"} & allowed


def test_a_broken_list_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With file and remedy."""
    (tmp_path / "insights").mkdir()
    (tmp_path / "insights" / "plain_words.yml").write_text("plain: [a, 5]\n", encoding="utf-8")
    monkeypatch.setenv("STRIA_DATA", str(tmp_path))
    clear_caches()
    try:
        with pytest.raises(DataFileError, match=r"'plain' is no list of words\. Write"):
            word_lists()
    finally:
        monkeypatch.undo()
        clear_caches()


def test_common_words_are_kept() -> None:
    """So that a question about something new keeps its words; names, places, jobs and illnesses go."""
    common = common_words()
    assert {"umbrella", "towel", "airport", "queue", "bicycle", "behaviour"} <= common
    named = {"mark", "rose", "hunter", "mason", "amber", "august", "baker", "smith", "lagos", "london"}
    of_people = {"plumber", "teacher", "mayor", "widow", "divorced", "arthritis", "catholic", "gay", "murder"}
    assert common & (named | of_people | set(word_lists()["numbers"])) == set()
    assert common <= project_words().allowed


def test_nothing_is_mended_to_a_common_word() -> None:
    """Among so many, each name has a neighbour."""
    words = Words.of({"laser"}, word_lists(), {"umbrella", "seven"})
    assert {"laser", "umbrella"} <= words.allowed
    assert "seven" not in words.allowed
    assert (words.repair("lasre"), words.repair("umbrela")) == ("laser", "umbrela")


@pytest.mark.parametrize(
    ("text", "wrong"), [("# words\numbrella\nTowel\n", "'Towel'"), ("umbrella\n\ntowel; x\n", "'towel;'")]
)
def test_a_wrong_common_word_is_named(
    text: str, wrong: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With file, line and remedy."""
    (tmp_path / "insights").mkdir()
    (tmp_path / "insights" / "common_words.txt").write_text(text, encoding="utf-8")
    monkeypatch.setenv("STRIA_DATA", str(tmp_path))
    clear_caches()
    try:
        with pytest.raises(DataFileError, match=rf"common_words.txt:3: {wrong} is no word .*Write words"):
            common_words()
    finally:
        monkeypatch.undo()
        clear_caches()
