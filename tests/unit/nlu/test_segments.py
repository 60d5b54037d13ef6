"""Clauses of a message."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.nlu.segments import MAX_SEGMENTS, split_segments


@pytest.mark.parametrize(
    ("text", "clauses"),
    [
        ("How long is recovery? Does it hurt?", ["How long is recovery?", "Does it hurt?"]),
        ("how long is recovery and does it hurt", ["how long is recovery", "does it hurt"]),
        ("does it hurt n how long does it take", ["does it hurt", "how long does it take"]),
        ("What is it?\nHow much?", ["What is it?", "How much?"]),
        ("2 things: is it safe, and the price", ["is it safe", "the price"]),
        ("a couple of questions - how deep does it go, scars", ["how deep does it go", "scars"]),
        ("hi! 1. does it hurt 2. price", ["hi!", "does it hurt", "price"]),
        ("downtime & price", ["downtime", "price"]),
        ("how long is the healing do i need a bandage", ["how long is the healing", "do i need a bandage"]),
        (
            "is it safe how much does it cost is there a crust",
            ["is it safe", "how much does it cost", "is there a crust"],
        ),
        ("I am nervous. Also what about pain", ["I am nervous.", "what about pain"]),
    ],
)
def test_splits(text: str, clauses: list[str]) -> None:
    """At sentence ends, before joined questions, between the items of a list and of a short message."""
    assert [s.text for s in split_segments(text)] == clauses


@pytest.mark.parametrize(
    "text",
    [
        "my temperature was 37.5 this morning",
        "is it safe for the thighs and belly that I have had since my first pregnancy",
        "I work in a bakery on my feet all day, after the session when can I be back",
        "does it hurt",
        "can you tell me how long it takes",
        "how long after waxing can I have the treatment",
        "is it true that it is safe",
        "Is there any skin type which is excluded",
        "is there some place on the body where it is not possible",
        "",
        "!!!",
    ],
)
def test_leaves_whole(text: str) -> None:
    """Figures, long lists of nouns and stories without a second question are not cut."""
    assert len(split_segments(text)) <= 1


@pytest.mark.parametrize(
    ("text", "asks"),
    [
        ("Price?", True),
        ("how much is it", True),
        ("so can i come", True),
        ("I'm a nurse", False),
        ("price", False),
    ],
)
def test_the_form_of_a_question(text: str, asks: bool) -> None:
    """A question mark, or a question word or auxiliary in front."""
    assert split_segments(text)[0].asks is asks


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet="aI howdoes?!.,;:&+/-1 2\n\u2019\u00e9\U0001f44d", max_size=80))
def test_offsets_hold(text: str) -> None:
    """Whatever is written, a clause is the text at its offsets, in order, without overlap."""
    segments = split_segments(text)
    assert len(segments) <= MAX_SEGMENTS
    end = 0
    for segment in segments:
        assert segment.text == text[segment.start : segment.end]
        assert end <= segment.start < segment.end
        end = segment.end
