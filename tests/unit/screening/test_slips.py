"""Words that take the last answer back and tell more are about that answer, not about the open question."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from assistant.screening.correction import Correction
from assistant.screening.items import ITEMS, Item, Value
from assistant.screening.reading import read_answer
from assistant.screening.slips import find_slip, takes_back
from tests.unit.screening.at_risk import some

#: Each takes the answer given last back, and tells more.
SLIPS = (
    "wait, I meant no, that was yesterday", "oops wrong button, i do have it", "i made a mistake there, it comes back",
    "the last answer was wrong, I had one in May", "sorry I pressed yes by accident", "I clicked too quickly, sorry",
    "my bad, i misread that", "I think I answered the last one wrong", "hold on, I take that back, I had it once",
    "undo please, I need to think", "go back, i want to add something", "back, i forgot something",
    "typo, i meant yes, years ago", "i said that wrong", "that wasn't right, they did mention something",
    "it should have been a yes, sort of", "I wasn't honest just now", "my thumb slipped, sorry about that",
    "last one: maybe", "wait, that's wrong. i had that in spring", "let me answer that one again, please",
    "sorry, i thought you meant my face", "scratch that, only in winter", "I accidentally hit yes, never had it",
    "I lied, I do get them", "I meant no. Well, not this week", "yes to the last one, when I am stressed",
)  # fmt: skip
#: Each is an answer to the open question, or tells of something else.
ANSWERS = (
    "no", "yes", "not sure", "say that again", "no, not that I know of", "actually yes I do", "actually no", "wait, yes", "sorry, no",
    "no mistake, I am fine", "the last one was in March", "last one was mild", "i meant to see a doctor", "yes that is true",
    "that's right, no", "back when I was a kid", "my doctor made a mistake once", "they gave me the wrong tablets",
    "i pressed on it and pus came out", "I go back to the doctor on Friday", "no i should be fine", "it was wrong for months",
    "oops forgot, i take iron pills", "wait let me check... 36.8", "what if I pressed the wrong button?", "/undo that",
    "how do I change my last answer?", "accidentally took two aspirins", "they want to change it to a cream", "I meant a boil", "",
)  # fmt: skip


def slip(text: str, value: Value = "yes", *, last: Item | None = "local_infection") -> Correction | None:
    """What `text` makes of the answer `value` given last, while the question about fever is open."""
    return find_slip(text, read_answer(text, "temperature"), last=last, value=value)


class TestSlip:
    @pytest.mark.parametrize("value", ["yes", "no", "unsure"])
    @pytest.mark.parametrize("text", SLIPS)
    def test_is_asked_again(self, text: str, value: Value) -> None:
        """Whatever the last answer was, its question is asked again."""
        assert Correction("local_infection", None) == slip(text, value)

    @pytest.mark.parametrize(
        "text", ["no no i meant yes", "I hit no but I meant yes", "oops typo, i meant to say yes, sorry"]
    )
    def test_a_plain_yes(self, text: str) -> None:
        """A yes with nothing beside it that limits it is taken at once."""
        assert Correction("local_infection", "yes") == slip(text, "no")

    @pytest.mark.parametrize("value", ["yes", "no"])
    @pytest.mark.parametrize("text", ANSWERS)
    def test_answers_stay(self, text: str, value: Value) -> None:
        """What answers the open question, or tells of something else, takes nothing back."""
        assert slip(text, value) is None

    def test_needs_an_answer(self) -> None:
        """Without an answer before it there is nothing to take back."""
        assert slip("wait, I meant no, that was yesterday", last=None) is None

    @pytest.mark.parametrize("item", ITEMS)
    def test_statements_at_risk_stay(self, item: Item) -> None:
        """No statement of a patient at risk is lost to the question before."""
        last = ITEMS[ITEMS.index(item) - 1]
        taken = [
            s for s in some(item, 150) for value in ("yes", "no")
            if find_slip(s, read_answer(s, item), last=last, value=value)  # type: ignore[arg-type]
        ]  # fmt: skip
        assert [] == taken

    @given(
        st.lists(
            st.sampled_from("wait sorry i meant no yes that was wrong not only as a child".split()),
            max_size=9,
        )
    )
    def test_never_lowers(self, said: list[str]) -> None:
        """No row of such words ever changes the last answer to a no."""
        found = slip(" ".join(said))
        assert found is None or found.value in (None, "yes")


class TestTwoAnswers:
    @pytest.mark.parametrize(
        ("text", "value", "expected"),
        [
            ("no wait yes", "no", True), ("no wait yes", "yes", False), ("no, sorry, yes i do", "no", True),
            ("yes wait no", "yes", True), ("yes wait no", "no", False), ("no, actually yes", "unsure", False),
        ],
    )  # fmt: skip
    def test_the_first_was_given(self, text: str, value: Value, expected: bool) -> None:
        """Only an answer that was given can be taken back; else both are one doubtful answer."""
        assert expected is (slip(text, value) is not None)

    @pytest.mark.parametrize(
        "text",
        ["actually no, only as a child", "wait, no, that was my other leg", "sorry no but it was close"],
    )
    def test_a_limited_no(self, text: str) -> None:
        """A no that takes back and is limited speaks of the yes before it; there is none after a no."""
        assert Correction("local_infection", None) == slip(text, "yes")
        assert slip(text, "no") is None

    def test_a_word_about_the_open_question(self) -> None:
        """What tells of the open question answers it."""
        assert slip("oops, 38.5", "no") is None
        assert slip("come to think of it I had a fever last night", "no") is None

    def test_takes_back(self) -> None:
        """Two answers in one message."""
        assert takes_back("sorry, no, i mean yes for the heart one")
        assert not takes_back("yes, I have had it since May")
