"""Words of played patients that were read wrongly once, each class with wordings of its own."""

from __future__ import annotations

import pytest

from assistant.screening.correction import find_bare_correction, is_bare_correction
from assistant.screening.reading import read_answer, read_volunteered


class TestNoPlainNo:
    @pytest.mark.parametrize(
        ("item", "text"),
        [
            ("medicines", "nothing regular"),
            ("medicines", "nothing regularly"),
            ("medicines", "no regular tablets"),
            ("medicines", "not daily"),
            ("herpes", "rarely"),
            ("herpes", "hardly ever"),
            ("temperature", "not measured"),
            ("temperature", "haven't taken it"),
            ("local_infection", "no only dry skin"),
            ("cardiovascular", "absolutely not sure"),
            ("cardiovascular", "no way to know"),
            ("cardiovascular", "no question, I have it"),
        ],
    )
    def test_limited_no(self, item: str, text: str) -> None:
        """A no that leaves something open is not stored as a no."""
        assert read_answer(text, item).values.get(item) != "no"


class TestPlainNo:
    @pytest.mark.parametrize(
        "text",
        [
            "absolutely not", "No way!", "of course not", "definitely not, thanks", "no thx", "n0", "no duh",
            "Not that I have noticed, dear", "not that I can think of", "neither of those", "no to everything",
        ],
    )  # fmt: skip
    def test_phrases(self, text: str) -> None:
        """A phrase that stands for a no is one, whatever the question."""
        assert {item: read_answer(text, item).values.get(item) for item in ("herpes", "medicines")} == {
            "herpes": "no",
            "medicines": "no",
        }

    @pytest.mark.parametrize("text", ["noo arrhythmia", "nooo lupus", "nopee no herpes"])
    def test_stretched(self, text: str) -> None:
        """A no typed with one letter too many still denies what follows."""
        item = {"a": "cardiovascular", "l": "systemic_skin", "h": "herpes"}[text.split()[-1][0]]
        assert "no" == read_answer(text, item).values.get(item)


class TestOwnBesideQuestion:
    @pytest.mark.parametrize(
        "text",
        [
            "could I have this with epilepsy? I've had it since school",
            "is epilepsy a reason against it, because I have that",
            "does it matter that I have epilepsy",
            "is it fine although I have epilepsy",
        ],
    )
    def test_told_as_a_fact(self, text: str) -> None:
        """A condition that is asked about and told to be one's own is kept for the specialist."""
        assert ["epilepsy"] == read_volunteered(text).off_list

    @pytest.mark.parametrize(
        "text",
        [
            "can I have it with lupus", "could I have it if I get lupus", "what if I have it with lupus around",
            "my sister has lupus, can I have it done", "do you think that I could have it with lupus",
        ],
    )  # fmt: skip
    def test_only_asked(self, text: str) -> None:
        """A mere question stores nothing; "have it" is the treatment there."""
        reading = read_volunteered(text)
        assert ({}, []) == (reading.values, reading.off_list)

    def test_listed_condition(self) -> None:
        """A listed condition told so counts as told."""
        assert {"systemic_skin": "yes"} == read_volunteered("what about lupus? I have it").values
        assert {"cardiovascular": "unsure"} == read_volunteered("does afib count? I had it in 2009").values


class TestBareCorrection:
    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("wait, I meant yes", "yes"),
            ("sorry, typo, I meant no", "no"),
            ("that should have been a yes", "yes"),
            ("oh hang on, I meant not sure", "unsure"),
            ("I take that back, no", "no"),
            ("oops wrong button", None),
            ("sorry, that was wrong", None),
            ("undo", None),
            ("go back one", None),
        ],
    )
    def test_is_about_the_last_answer(self, text: str, value: str | None) -> None:
        """What only takes something back corrects the answer given last."""
        found = find_bare_correction(text, "herpes")
        assert found is not None
        assert ("herpes", value) == (found.item, found.value)

    @pytest.mark.parametrize(
        "text",
        [
            "no", "yes", "I mean, no", "should be no", "actually yes", "no wait, yes", "my back hurts",
            "I meant a rash", "next question", "the last one was in March", "no, my mistake",
        ],
    )  # fmt: skip
    def test_is_none(self, text: str) -> None:
        """An answer to the open question, or one that tells more, is no bare correction."""
        assert find_bare_correction(text, "herpes") is None
        assert not is_bare_correction(text)

    def test_no_i_mean_yes(self) -> None:
        """A yes that takes the no before it back is not lost."""
        assert "unsure" == read_answer("no, I mean yes", "herpes").values["herpes"]

    def test_needs_an_answer(self) -> None:
        """Without an answer before it there is nothing to correct."""
        assert find_bare_correction("I meant yes", None) is None
