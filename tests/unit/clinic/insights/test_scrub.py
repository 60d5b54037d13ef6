"""What could tell who asked goes, whatever stands around it; what was asked stays."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.text import fold
from clinic.insights.scrub import GAP, LONGEST, project_scrubber
from clinic.insights.words import WORD, project_words

WORDS = project_words()
scrub = project_scrubber().scrub
#: Words of the content, but for those of the tests' own sentences, that are no plain ones: names that are also words are among them.
FRAME = {"safe", "hurt", "signed", "called", "name", "names", "talk", "dear"}
CONTENT = sorted(w for w in WORDS.allowed - WORDS.plain - FRAME if w.isalpha() and len(w) > 3)

#: Letters that stand together in no word, so that a trace of a secret is no chance.
odd = st.text("zqxjvkw", min_size=6, max_size=12)
capital = odd.map(str.capitalize)
digits = st.text("0123456789", min_size=2, max_size=12)
phone = st.tuples(st.sampled_from(["+44 ", "0", "00 44 ", "(0) "]), digits, st.sampled_from([" ", "-", ".", "/"]), digits).map("".join)  # fmt: skip
mail = st.tuples(odd, st.sampled_from(["@", "(at)", " at ", " @ "]), odd, st.sampled_from([".com", " dot com"])).map("".join)  # fmt: skip
link = st.tuples(st.sampled_from(["https://", "www.", "HTTP://"]), odd, st.sampled_from([".com/", ".de?", ".org/skin/"]), odd).map("".join)  # fmt: skip
handle = odd.map("@{}".format)
secrets = st.one_of(odd, capital, odd.map(str.upper), digits, phone, mail, link, handle)
joints = st.sampled_from(
    [
        "",
        " ",
        "  ",
        "\n",
        ",",
        ".",
        "-",
        "_",
        "'",
        "\u2019",
        '"',
        "(",
        "/",
        ":",
        "\u200b",
        "\u00ad",
        "\u2060",
        "\U0001f600",
    ]
)
contexts = st.one_of(
    st.lists(st.sampled_from(CONTENT), max_size=6).map(" ".join),
    st.sampled_from(
        ["", "how much is it for", "my name is", "I'm", "does it hurt?", "call me", "this is", "HOW LONG"]
    ),
    st.text(max_size=20),
)


def traces(secret: str) -> list[str]:
    """Returns what of a secret would show it: three letters in a row, or two digits."""
    folded = fold(secret)
    letters = [run[i : i + 3] for run in re.findall("[zqxjvkw]{3,}", folded) for i in range(len(run) - 2)]
    return letters + re.findall(r"\d", folded)


@settings(max_examples=400, deadline=None)
@given(contexts, joints, secrets, joints, contexts)
@example("price", "", "zqxjvk", "", "laser")
@example("price", "\u200b", "zqxjvk", "\u00ad", "laser")
@example("price_", "", "zqxjvk", "_", "laser")
def test_nothing_of_a_secret_is_left(before: str, left: str, secret: str, right: str, after: str) -> None:
    """Whatever stands before, after, and between."""
    kept = fold(scrub(before + left + secret + right + after))
    around = fold(before + " " + after)
    assert [t for t in traces(secret) if t in kept and t not in around] == []
    assert not re.search(r"\d", kept)


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=80))
def test_only_known_words_are_left(text: str) -> None:
    """Of any text whatever: words of the content and plain ones, plain signs, and gaps."""
    kept = scrub(text)
    assert set(WORD.findall(kept)) <= WORDS.allowed
    assert re.fullmatch(rf"[a-z\u00df-\u024f'?!.,;:()\s{GAP}-]*", re.sub(r"[^\W\d_]", "a", kept))


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["my name is", "My name's", "call me", "name's", "I am called", "signed,"]),
    st.sampled_from(CONTENT),
    st.sampled_from(CONTENT),
    st.sampled_from(["", " ", ",", "."]),
)
def test_names_that_are_words(introduction: str, first: str, second: str, end: str) -> None:
    """A name that somebody introduces goes, also when it is a word of the content."""
    kept = scrub(f"is it safe? {introduction} {first} {second}{end} and does it hurt?")
    assert first not in WORD.findall(kept.partition("and does")[0])
    assert second not in WORD.findall(kept.partition("and does")[0])
    assert "does it hurt?" in kept


@settings(max_examples=200, deadline=None)
@given(
    st.sampled_from(["I'm", "im", "i am", "this is", "hi", "Dear", "thanks,", "talk to"]),
    st.sampled_from(CONTENT),
)
def test_what_may_be_a_name(introduction: str, name: str) -> None:
    """After words that introduce other things as well, plain words stay and others go."""
    kept = scrub(f"does it hurt? {introduction} {name}")
    assert name not in WORD.findall(kept.partition("?")[2])
    assert "does it hurt?" in kept


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("How much is it for both thighs?", "how much is it for both thighs?"),
        ("I'm Mark, how much is it?", "i'm …, how much is it?"),
        ("my name is Grace Will how much is it", "my name … how much is it"),
        ("i'm will, what is the price", "i'm …, what is the price"),
        ("Rose here, does it hurt", "… here, does it hurt"),
        ("price? thanks, rose smith", "price? thanks, …"),
        ("does Mark do the laser?", "does … do the laser?"),
        ("my boyfriend mark says it hurts", "my boyfriend … says it hurts"),
        ("name rose brown, how much is it", "name …, how much is it"),
        ("is dr brown doing the laser", "is dr … doing the laser"),
        ("mark @ gmail . com price of it?", "… price of it?"),
        ("mark at gmail dot com what is the price", "… what is the price"),
        ("ring oh seven seven double one price of it", "ring … price of it"),
        ("call me 07700 900123 about the price", "call me … about the price"),
        ("M a r k wants the price", "… a … wants the price"),
        ("how mcuh is tretment", "how much is treatment"),
        ("WHAT IS THE PRICE", "what is the price"),
        ("price\u200bZorvolex of it all", "… of it all"),
        ("see clinic_mark.price/laser what is that", "see … what is that"),
        ("one one one one one one is my code, is it safe", "… is my code, is it safe"),
        ("my number is uno dos tres, is it safe", "my number is …, is it safe"),
        ("is it safe, i was born on the first of may", "is it safe, i was born on the first of …"),
        ("is it safe in may or after may 3rd", "is it safe in … or after …"),
        ("may i have the laser in winter", "may i have the laser in winter"),
        ("is it safe, i live at high street", "is it safe, i live at …"),
        ("is it safe at 12 high street", "is it safe at …"),
        ("his name was mark, is it safe", "his name was …, is it safe"),
        ("surname white, is it safe", "surname …, is it safe"),
        ("twenty or thirty sessions of laser", "… or … sessions of laser"),
    ],
)
def test_examples(typed: str, kept: str) -> None:
    """As it reads."""
    assert scrub(typed) == kept


@pytest.mark.parametrize(
    "typed", ["", "   ", "Zorvolex", "hi", "ok so", "12345", "????", "I'm Mark", "\u200b"]
)
def test_what_asks_nothing_is_not_kept(typed: str) -> None:
    """Nothing but gaps and one or two plain words tells nothing."""
    assert scrub(typed) == ""


def test_long_texts_are_cut_at_a_word() -> None:
    """Half a word could be another one."""
    text = "price " * (LONGEST // 6) + "pricezorvolex " * 50
    kept = scrub(text)
    assert len(kept) <= LONGEST
    assert set(WORD.findall(kept)) == {"price"}
    assert scrub("x" * 10_000) == ""


def test_gaps_do_not_tell_how_long_a_name_is() -> None:
    """One gap, however many words went."""
    assert scrub("laser for Zorvolex Quillfeather, 12 years?") == scrub("laser for Zorvolex years?")
