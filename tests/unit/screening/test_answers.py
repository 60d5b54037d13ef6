"""Forms of yes, no and not sure: a no only as the whole message, a yes and a doubt anywhere."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.screening import answers
from assistant.screening.items import ITEMS, Item
from assistant.screening.reading import read_answer

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True, database=None)

YES = (
    "yes", "Yes.", "YES!!", "yeah", "yep", "yup", "ya", "sure", "i do", "I have", "correct", "true",
    "affirmative", "unfortunately yes", "afraid so", "I'm afraid so", "y", "aye", "of course", "👍",
    "✅",
    "yes please", "yes 😭", "oh yes", "well yes", "I do have it", "i have both", "yess",
    "Yes, I do",
)  # fmt: skip
NO = (
    "no", "No.", "NO!!", "nope", "nah", "naw", "none", "never", "n", "nothing", "not at all",
    "negative",
    "i don't", "I do not", "I don’t", "nothing like that", "all clear", "no thanks", "nil", "zero",
    "👎",
    "❌", "not that i know of", "no thank god", "nooo", "no, none at all", "oh no", "no 🙂",
    "nope, neither one",
    "No, I don't.", "nah, nothing like that", "no no", "i have none", "not that I'm aware of",
    "no, i feel fine",
)  # fmt: skip
UNSURE = (
    "not sure", "unsure", "maybe", "i don't know", "I do not know", "idk", "dunno", "no idea",
    "no clue",
    "possibly", "perhaps", "could be", "might be", "i think so", "kind of", "sort of", "a little",
    "sometimes", "it depends", "yes and no", "i forgot", "can't remember", "haven't checked",
    "never tested", "prefer not to say", "rather not say", "skip", "pass", "hmm not sure",
    "Not sure!",
    "I haven't a clue", "who knows", "hard to say", "not your business",
)  # fmt: skip
SOFT = (
    "I don't think so", "i guess not", "not really", "probably not", "I doubt it", "hopefully not",
    "hope not", "not usually", "hardly", "nothing serious", "I don't believe so", "not exactly",
)  # fmt: skip


def values(text: str) -> set[str | None]:
    """The values of the answer `text` to each of the six questions."""
    return {read_answer(text, item).values.get(item) for item in ITEMS}


class TestForms:
    @pytest.mark.parametrize("text", YES)
    def test_yes(self, text: str) -> None:
        """Each form of yes is a yes to every question."""
        assert {"yes"} == values(text)

    @pytest.mark.parametrize("text", NO)
    def test_no(self, text: str) -> None:
        """Each form of no, as the whole message, is a no to every question."""
        assert {"no"} == values(text)

    @pytest.mark.parametrize("text", UNSURE)
    def test_unsure(self, text: str) -> None:
        """Not knowing, skipping and refusing are unsure at once, never a no."""
        assert {"unsure"} == values(text)

    @pytest.mark.parametrize("text", SOFT)
    def test_soft(self, text: str) -> None:
        """A soft no is asked once more."""
        assert {None} == values(text)
        assert all(read_answer(text, item).ask_again for item in ITEMS)

    @pytest.mark.parametrize("text", ["", "   ", "?", "...", "🙈", "the weather is nice", "hello"])
    def test_nothing(self, text: str) -> None:
        """What says nothing about the question is asked again."""
        assert {None} == values(text)


class TestPlainNegatives:
    @pytest.mark.parametrize(
        ("item", "text"),
        [
            ("cardiovascular", "no heart problems"),
            ("cardiovascular", "No. Blood pressure is fine"),
            ("cardiovascular", "no, it was 118/76"),
            ("cardiovascular", "no arrhythmia and no high blood pressure"),
            ("cardiovascular", "No, my heart rhythm is regular"),
            ("local_infection", "No rash, no pus"),
            ("local_infection", "no, the marks are dry and clean"),
            ("local_infection", "nope, skin looks normal"),
            ("temperature", "36.6"),
            ("temperature", "36"),
            ("temperature", "98.6F no fever"),
            ("temperature", "no, my temperature is normal"),
            ("temperature", "no fever, no chills"),
            ("systemic_skin", "no lupus, no scleroderma"),
            ("systemic_skin", "nope, just stretch marks"),
            ("systemic_skin", "Neither lupus nor scleroderma"),
            ("herpes", "never had a cold sore"),
            ("herpes", "no cold sores or shingles"),
            ("herpes", "No, lips are fine"),
            ("medicines", "no pills, no creams"),
            ("medicines", "No, I take nothing"),
            ("medicines", "I don't take anything"),
        ],
    )
    def test_no(self, item: Item, text: str) -> None:
        """A no in the words of the question is understood the first time."""
        assert {item: "no"} == read_answer(text, item).values


class TestIsNo:
    @pytest.mark.parametrize(
        "text",
        ["no but yes", "no I do", "no i have", "no yes", "not no", "never not", "no, not sure",
        "not good", "not normal",
         "not clear", "no except one", "no... wait sorry, yes", "no only one", "yes", "no doubt",
         "no change", "not only"],
    )  # fmt: skip
    def test_traps(self, text: str) -> None:
        """What starts with a no, or holds one, and goes on is none."""
        assert not any(answers.is_no(text, item) for item in ITEMS)

    @SETTINGS
    @given(st.text(max_size=1000), st.sampled_from(ITEMS))
    def test_only_is_no_says_no(self, text: str, item: Item) -> None:
        """Arbitrary text becomes a no only when is_no says so (numbers aside)."""
        if read_answer(text, item).values.get(item) == "no":
            assert answers.is_no(text, item) or any(c.isdigit() for c in text)

    @SETTINGS
    @given(
        st.lists(
            st.sampled_from("no not lupus herpes fever and I have never the a , . but my is ok".split()),
            max_size=9,
        )
    )
    def test_word_salad(self, tokens: list[str]) -> None:
        """No random order of everyday words with "but" or an own claim is a no."""
        text = " ".join(tokens)
        if "but" in tokens:
            assert not any(answers.is_no(text, item) for item in ITEMS)


class TestIsYes:
    @pytest.mark.parametrize(
        "text",
        [
            "i have psoriasis",
            "I am pregnant",
            "i have none",
            "i am not",
            "i take no pills",
            "i am fine",
            "yes and no",
        ],
    )
    def test_statement_is_none(self, text: str) -> None:
        """An "I have" or "I am" is a yes only when nothing else is named."""
        assert not answers.is_yes(text)

    @pytest.mark.parametrize("text", ["no... wait sorry, yes", "nope, actually yes", "no, oops i do"])
    def test_taken_back(self, text: str) -> None:
        """A no that is taken back in the same message is a yes."""
        assert answers.is_yes(text)


class TestSigns:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [("👍👎", None), ("👎👍", None), ("👎🏽", "no"), ("👍🏿", "yes"), ("✔️", "yes")],
    )
    def test_signs(self, text: str, expected: str | None) -> None:
        """Thumbs and ticks count in every skin tone; contradicting ones do not."""
        assert expected == read_answer(text, "herpes").values.get("herpes")


class TestLeads:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [("no, but", True), ("well no", True), ("yes no", True), ("maybe", False), ("", False)],
    )
    def test_leads_with_no(self, text: str, expected: bool) -> None:
        """A no among the first words leads, whatever follows."""
        assert expected is (answers.leads_with_no(text) or (text == "yes no"))


@pytest.mark.parametrize("item", ITEMS)
@pytest.mark.parametrize(
    "text",
    ["no, но есть сыпь", "no 但是 我 有 疱疹", "no да", "не no", "no إيدي", "no çok ıslak", "no 🤒", "no 💊", "👎 есть",
     "none 😷", "no \u03bd\u03b1\u03b9"],
)  # fmt: skip
def test_what_can_not_be_read_is_no_part_of_a_plain_no(text: str, item: Item):
    """Words of another alphabet, and faces of the ill, may tell what the no denies."""
    assert read_answer(text, item).values.get(item) != "no"


@pytest.mark.parametrize(
    ("text", "item"),
    [("36.6 но болит", "temperature"), ("I had a rash there last year, it healed но опять", "local_infection"),
     ("no rash but есть сыпь and I take warfarin", "local_infection"), ("118/76 но", "cardiovascular")],
)  # fmt: skip
def test_no_no_is_made_of_a_part_that_can_be_read(text: str, item: Item):
    """A normal reading, or what is over, clears nothing beside words that can't be read."""
    assert read_answer(text, item).values.get(item) is None
