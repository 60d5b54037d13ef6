"""Long replies in pieces."""

from __future__ import annotations

import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from assistant.rendering.markup import HTML, MRKDWN, PLAIN, WHATSAPP, Dialect, parse, plain_text
from assistant.rendering.splitting import pieces, utf16_units

SENTENCE = "The crust falls off by itself. "
words = st.text(alphabet="abcé<&>\u0301😀", min_size=1, max_size=9)
texts = st.lists(
    st.one_of(words, words.map(lambda w: f"**{w}**"), st.just("[a page](https://a.example/?b&c)")),
    max_size=40,
).flatmap(
    lambda found: st.lists(
        st.sampled_from([" ", ". ", "\n", "\n\n"]), min_size=len(found), max_size=len(found)
    ).map(lambda gaps: "".join(w + g for w, g in zip(found, gaps, strict=True)))
)


@given(texts, st.sampled_from([HTML, MRKDWN, WHATSAPP, PLAIN]), st.integers(60, 120))
def test_nothing_is_lost_or_cut(text: str, dialect: Dialect, limit: int) -> None:
    """Each piece fits, none is empty, and all words are there whole and in order."""
    found = pieces(text, dialect, limit, utf16_units)
    assert all(0 < utf16_units(piece) <= limit for piece in found)
    assert all(piece == piece.strip() for piece in found)
    whole = dialect.write(parse(text)).split()
    assume(not any(utf16_units(word) > limit for word in whole))
    if dialect is PLAIN:
        assert " ".join(found).split() == whole


@given(texts, st.integers(60, 120))
def test_tags_stay_whole(text: str, limit: int) -> None:
    """Each piece is right HTML by itself."""
    for piece in pieces(text, HTML, limit):
        tags = re.findall(r"<(/?)(\w+)[^<>]*>", piece)
        assert [t for c, t in tags if not c] == [t for c, t in tags if c]
        assert not re.search(r"&(?!(lt|gt|amp|quot|#x27);)", piece)
        assert "<" not in re.sub(r"<[^<>]*>", "", piece)


def test_short_texts_stay_whole() -> None:
    """Also those that fit exactly; blanks at the ends count for nothing."""
    assert pieces("  x\n", PLAIN, 1) == ["x"]
    assert pieces("a" * 50, PLAIN, 50) == ["a" * 50]
    assert pieces("  \n ", PLAIN, 50) == []


def test_paragraphs_first() -> None:
    """A paragraph ends a piece when it is at least well begun, else a line, a sentence, a word."""
    assert pieces("aaaa aaaa\n\nbbbb. bbbb bb", PLAIN, 17) == ["aaaa aaaa", "bbbb. bbbb bb"]
    assert pieces("aaaa aaaa\nbbbb. bbbb bb", PLAIN, 17) == ["aaaa aaaa", "bbbb. bbbb bb"]
    assert pieces("a\n\nbbbb bbbb. bbbb bb", PLAIN, 17) == ["a\n\nbbbb bbbb.", "bbbb bb"]
    assert pieces("aaaa aaaa aaaa aaaa", PLAIN, 17) == ["aaaa aaaa aaaa", "aaaa"]


def test_quotes_stay_with_their_sentence() -> None:
    """The closing quote belongs to what it closes."""
    assert pieces("He said: “Come in.” Then he went.", PLAIN, 21) == ["He said: “Come in.”", "Then he went."]


def test_bold_text_goes_on() -> None:
    """Cut in two, both halves are bold."""
    assert pieces("**aaaa bbbb cccc**", HTML, 16) == ["<b>aaaa bbbb</b>", "<b>cccc</b>"]


def test_links_stay_whole() -> None:
    """When they fit at all."""
    link = "[one two three](https://a.example)"
    written = '<a href="https://a.example">one two three</a>'
    assert pieces(f"Some words and {link} here.", HTML, 55) == ["Some words and", f"{written} here."]


@pytest.mark.parametrize("sign", ["e\u0301", "👩\u200d⚕\ufe0f", "👍🏽"])
def test_signs_stay_whole(sign: str) -> None:
    """A word that is too long is cut, but not within an accent or an emoji."""
    found = pieces(sign * 30, PLAIN, 25)
    assert "".join(found) == sign * 30
    assert all(piece.replace(sign, "") == "" for piece in found)


def test_units() -> None:
    """As Telegram counts: beyond the basic plane a sign is two."""
    assert utf16_units("a😀é") == 4
    assert [utf16_units(p) for p in pieces("😀" * 100, PLAIN, 51, utf16_units)] == [50] * 4


def test_a_limit_that_holds_nothing() -> None:
    """It is an error, not an endless loop."""
    with pytest.raises(ValueError, match="too small"):
        pieces("&&&&", HTML, 3)


def test_long_texts_are_quick() -> None:
    """A hundred thousand characters are no problem."""
    found = pieces(SENTENCE * 3200, HTML, 4096)
    assert sum(len(plain_text(parse(p))) for p in found) > 99_000
    assert all(p.endswith(".") for p in found)
