"""The traps of patients' words, case by case, and that no text whatever breaks the readers."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from assistant.screening.items import ITEMS, Item
from assistant.screening.mentions import find_mentions
from assistant.screening.reading import read_answer, read_volunteered

SETTINGS = settings(max_examples=200, deadline=None, derandomize=True, database=None)
#: Arbitrary text, and text built of the pieces that the readers look for.
PIECES = st.lists(
    st.sampled_from(
        "no yes but i have my mum 38.5 120/80 herpes lupus , . ? ! ' ’ -- / \n "
        "\t maybe if was 2010 ago 😭 \u200d ½ ﬁ "
        "ß İ \u0301 ９ ٣ warfarin not don't \x00 : ; & %".split(" ")
    ),
    max_size=40,
).map(" ".join)
TEXTS = st.one_of(st.text(max_size=1000), PIECES)


@pytest.mark.parametrize(
    ("item", "text", "told"),
    [
        ("local_infection", "my bp was 150 over 95 this morning", "cardiovascular"),
        ("systemic_skin", "my blood pressure was 150/95", "cardiovascular"),
        ("herpes", "had a temperature, 38.6 C it was, last night", "temperature"),
    ],
)
def test_a_measurement_of_something_else_is_no_answer(item: Item, text: str, told: Item) -> None:
    """What was measured in the past is kept for its own question, and the open one is asked again."""
    reading = read_answer(text, item)
    assert item not in reading.values
    assert reading.ask_again
    assert told in reading.values


def test_a_past_beside_a_measurement_stays() -> None:
    """Words about the open question count, whatever was measured beside them."""
    assert read_answer("had one years ago, bp was 150/95", "herpes").values["herpes"] == "unsure"


class TestTraps:
    @pytest.mark.parametrize(
        ("item", "text", "expected"),
        [
            ("herpes", "no doubt it's herpes", "yes"),
            ("herpes", "I'm certain, it is a cold sore, same as last time", "yes"),
            ("herpes", "never, coz I take valaciclovir", "unsure"),
            ("local_infection", "had a rash on them years ago, it healed and stayed away since", "no"),
            ("local_infection", "had a rash on my belly since May", "yes"),
            ("local_infection", "nope, skin's ok", "no"),
            ("cardiovascular", "no, 121/79 yesterday evening", "no"),
            ("temperature", "no fever, only a cold sore on my mouth", "no"),
            ("systemic_skin", "not only do i have lupus", "yes"),
            ("cardiovascular", "no change in my arrhythmia", "yes"),
            ("herpes", "I can't get rid of this cold sore", "yes"),
            ("cardiovascular", "I don't know whether I have arrhythmia", "unsure"),
            ("medicines", "only the pill", "yes"),
            ("medicines", "just vitamins", "yes"),
            ("herpes", "yes and no", "unsure"),
            ("temperature", "no fever, 38.9", "yes"),
            ("temperature", "no, just 38.6", "yes"),
            ("temperature", "38,5", "yes"),
            ("temperature", "Fever? No.", "no"),
            ("herpes", "Herpes - negative", "no"),
            ("systemic_skin", "yes, psoriasis", "yes"),
            ("systemic_skin", "psoriasis", "unsure"),
            ("systemic_skin", "i have psoriasis", "unsure"),
            ("systemic_skin", "lupus, in remission", "yes"),
            ("herpes", "fever blister", "yes"),
            ("herpes", "I had cold sores years ago", "unsure"),
            ("herpes", "not at the moment", "unsure"),
            ("cardiovascular", "i had arrhythmia as a child", "unsure"),
            ("local_infection", "a rash on my stretch marks", "yes"),
            ("local_infection", "a rash, but only on my neck", "unsure"),
            ("local_infection", "there is a rash", "yes"),
            ("local_infection", "had a boil there ten years ago, healed", "no"),
            ("local_infection", "it was infected yesterday", "unsure"),
            ("temperature", "had a fever last month, gone now", "no"),
            ("temperature", "37.0 but I took paracetamol", "unsure"),
            ("temperature", "36.6 i think", "unsure"),
            ("temperature", "my pulse is 98", None),
            ("temperature", "room 36", None),
            ("temperature", "36 people at work are ill", None),
            ("cardiovascular", "120/80", None),
            ("cardiovascular", "no, 150/95", "unsure"),
            ("cardiovascular", "190/120 last year", "unsure"),
            ("medicines", "stopped warfarin in spring", "yes"),
            ("medicines", "some little white one for my nerves", "yes"),
            ("medicines", "Zyxafenol", "yes"),
            ("medicines", "roaccutane, finished five months ago", "yes"),
        ],
    )
    def test_answer(self, item: Item, text: str, expected: str | None) -> None:
        """Each trap of the research report is read as the policy says."""
        assert expected == read_answer(text, item).values.get(item)

    @pytest.mark.parametrize(
        ("item", "text"),
        [
            ("cardiovascular", "my mother has arrhythmia"),
            ("systemic_skin", "lupus runs in the family"),
            ("herpes", "my boyfriend has a cold sore"),
            ("medicines", "my dad takes warfarin"),
            ("temperature", "my son has 39.4"),
            ("temperature", "what if I had a fever?"),
            ("herpes", "does a cold sore count?"),
            ("cardiovascular", "would it matter if i had afib?"),
        ],
    )
    def test_not_about_the_patient_now(self, item: Item, text: str) -> None:
        """Another person's condition and a question change nothing and are asked again."""
        reading = read_answer(text, item)

        assert ({}, True) == (reading.values, reading.ask_again)

    @pytest.mark.parametrize(
        ("item", "text"),
        [
            ("cardiovascular", "My dad died of arrhythmia, and I have it too"),
            ("herpes", "my husband has a cold sore and so do i"),
            ("systemic_skin", "my sister has lupus, me too"),
        ],
    )
    def test_patient_too(self, item: Item, text: str) -> None:
        """Whoever has it too has it."""
        assert "yes" == read_answer(text, item).values.get(item)

    def test_several_items(self) -> None:
        """Everything named in one message is read, whichever question was asked."""
        reading = read_answer("yes lupus, and I take warfarin, and 38.9 today", "systemic_skin")

        assert {"systemic_skin": "yes", "medicines": "yes", "temperature": "yes"} == reading.values

    def test_no_to_one_yes_to_another(self) -> None:
        """A no in the item's own words counts beside a yes to another item."""
        reading = read_answer("no rash. but i have afib", "local_infection")

        assert "yes" == reading.values["cardiovascular"]
        assert reading.values.get("local_infection") in (None, "no")

    @pytest.mark.parametrize(
        ("text", "asked", "expected"),
        [("190/120", "cardiovascular", ["blood_pressure"]),
        ("40.2", "temperature", ["temperature"]),
         ("190/120 last year", "cardiovascular", []), ("39.1", "temperature", []),
         ("my dad has 190/120", "herpes", [])],
    )  # fmt: skip
    def test_urgent(self, text: str, asked: Item, expected: list[str]) -> None:
        """Only the patient's own present reading needs a doctor today."""
        assert expected == read_answer(text, asked).urgent

    def test_readings_are_kept(self) -> None:
        """Numbers are kept as typed, also harmless ones."""
        assert ["118/76"] == read_answer("no, it was 118/76", "cardiovascular").readings


class TestVolunteered:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("I have lupus", {"systemic_skin": "yes"}),
            ("i've got palpitations sometimes", {"cardiovascular": "unsure"}),
            ("I take warfarin for my afib", {"medicines": "yes", "cardiovascular": "yes"}),
            ("I have no fever", {}),
            ("my mum has lupus", {}),
            ("can it be done with herpes?", {}),
            ("is a rash on the list?", {}),
            ("how does the laser work?", {}),
            ("will my skin feel hot?", {}),
        ],
    )
    def test_undeclared(self, text: str, expected: dict[str, str]) -> None:
        """Only statements about oneself count; questions about the treatment never do."""
        assert expected == read_volunteered(text).values

    def test_denied_is_told(self) -> None:
        """A volunteered no is no value, but it is known that the item was talked about."""
        reading = read_volunteered("I don't have herpes", declared=True)

        assert ({}, ["herpes"]) == (reading.values, reading.denied)

    @pytest.mark.parametrize(
        "text", ["I'm pregnant", "i have diabetes", "I get keloids", "i am breastfeeding"]
    )
    def test_off_list(self, text: str) -> None:
        """Conditions off the list are noted for the specialist."""
        assert 1 == len(read_volunteered(text, declared=True).off_list)


class TestAnyText:
    @SETTINGS
    @given(TEXTS, st.sampled_from(ITEMS))
    @example("İ" * 500, "herpes")
    @example("no " * 333, "herpes")
    @example("fever, but " * 90, "herpes")
    @example("9" * 1000, "temperature")
    def test_read_answer(self, text: str, item: Item) -> None:
        """No text breaks the reading of an answer, and the value is one of three or none."""
        reading = read_answer(text, item)

        assert reading.values.get(item) in (None, "yes", "no", "unsure")
        assert reading.ask_again is (item not in reading.values)
        assert all(v in ("yes", "unsure") for i, v in reading.values.items() if i != item)

    @SETTINGS
    @given(TEXTS, st.booleans())
    def test_read_volunteered(self, text: str, declared: bool) -> None:
        """No text breaks the reading of volunteered words, and no value is a no."""
        assert set(read_volunteered(text, declared=declared).values.values()) <= {"yes", "unsure"}

    @SETTINGS
    @given(TEXTS)
    def test_find_mentions(self, text: str) -> None:
        """No text breaks the search for mentions, and spans are the patient's own words."""
        mentions, _ = find_mentions(text)

        assert [text[m.start : m.end] for m in mentions] == [m.words for m in mentions]
