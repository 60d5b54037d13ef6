"""Folding keeps every offset; words and phrases are found whatever signs stand around them."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.text import fold, has_phrase, shorten, squash, words

SETTINGS = settings(max_examples=300, deadline=None, derandomize=True, database=None)
TEXT = st.text(max_size=300)


class TestFold:
    @SETTINGS
    @given(TEXT)
    @example("İSTANBUL ﬁ ß Ǆ")
    def test_keeps_length(self, text: str) -> None:
        """Offsets in the folded text are offsets in the patient's own words."""
        assert len(text) == len(fold(text))

    @SETTINGS
    @given(TEXT)
    def test_folding_again_changes_nothing(self, text: str) -> None:
        """A folded text is folded already."""
        assert fold(text) == fold(fold(text))

    @SETTINGS
    @given(st.text(st.characters(max_codepoint=0x7F), max_size=60), st.sampled_from("é’ß—"))
    def test_plain_text_takes_no_other_way(self, text: str, other: str) -> None:
        """What is plain throughout becomes what it becomes beside what is not."""
        assert fold(text) == fold(text + other)[:-1]

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("I DON’T", "i don't"), ("Café", "cafe"), ("38–39", "38-39"), ("190⁄120", "190/120"),
            ("a\u00a0b\tc", "a b c"), ("“x”", '"x"'), ("３８", "38"), ("Ångström", "angstrom"),
            ("", ""),
        ],
    )  # fmt: skip
    def test_alike(self, text: str, expected: str) -> None:
        """Case, accents, quotes, dashes, blanks and digits are made alike."""
        assert expected == fold(text)


class TestWords:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("I don't, really!", ["i", "dont", "really"]), ("I don’t", ["i", "dont"]),
            ("hsv-1", ["hsv", "1"]),
            ("😭 no 😭", ["no"]), ("38.5°C", ["38", "5", "c"]), ("rock'n'roll", ["rocknroll"]),
            ("", []), ("?!", []),
        ],
    )  # fmt: skip
    def test_words(self, text: str, expected: list[str]) -> None:
        """Words are plain letters and digits; apostrophes go, signs part."""
        assert expected == words(text)

    @SETTINGS
    @given(TEXT)
    def test_plain(self, text: str) -> None:
        """Whatever the text, words hold only a-z and 0-9."""
        assert all(w.isascii() and w.isalnum() and w == w.lower() for w in words(text))


class TestSquash:
    @SETTINGS
    @given(TEXT)
    def test_twice(self, text: str) -> None:
        """Squashing what is squashed changes nothing."""
        assert squash(text) == squash(squash(text))


class TestHasPhrase:
    @pytest.mark.parametrize(
        ("text", "phrase", "expected"),
        [
            ("i have a cold sore now", "cold sore", True), ("cold sores", "cold sore", False),
            ("no", "no", True), ("nothing", "no", False), ("", "no", False),
            ("not sure", "not", True),
        ],
    )  # fmt: skip
    def test_whole_words(self, text: str, phrase: str, expected: bool) -> None:
        """A phrase is found only as whole words."""
        assert expected is has_phrase(text, phrase)

    @SETTINGS
    @given(
        st.lists(st.sampled_from(["no", "rash", "but", "a", "sore"]), min_size=1, max_size=8),
        st.data(),
    )
    def test_every_part(self, tokens: list[str], data: st.DataObject) -> None:
        """Each run of words of a text is a phrase of it."""
        start = data.draw(st.integers(0, len(tokens) - 1))
        end = data.draw(st.integers(start + 1, len(tokens)))

        assert has_phrase(" ".join(tokens), " ".join(tokens[start:end]))


class TestShorten:
    @SETTINGS
    @given(TEXT, st.integers(2, 100))
    def test_limit(self, text: str, limit: int) -> None:
        """The result is one line, never longer than the limit and the sign."""
        short = shorten(text, limit)

        assert len(short) <= limit + 1
        assert "\n" not in short

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("one two three", "one two…"),
            ("one  two", "one two"),
            ("onetwothree", "onetwothre…"),
            ("", ""),
        ],
    )
    def test_cut(self, text: str, expected: str) -> None:
        """A long text is cut at a blank, where there is one."""
        assert expected == shorten(text, 10)
