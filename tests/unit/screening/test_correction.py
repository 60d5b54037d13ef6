"""A correction is recognised with its item and value, in both directions; nothing else is one."""

from __future__ import annotations

import pytest

from assistant.screening.correction import Correction, find_correction, has_correction_cue
from assistant.screening.items import ITEMS, Item
from assistant.screening.reading import read_answer, read_volunteered


def correction(
    text: str,
    *,
    answered: tuple[Item, ...] = ITEMS[:4],
    asked: Item | None = "herpes",
    declared: bool = False,
) -> Correction | None:
    """The correction in `text`, while `asked` is open and `answered` have answers."""
    reading = read_answer(text, asked) if asked else read_volunteered(text, declared=declared)
    return find_correction(
        text, reading, answered=list(answered), last=answered[-1] if answered else None,
        asked=asked, declared=declared,
    )  # fmt: skip


class TestDown:
    @pytest.mark.parametrize(
        ("text", "item"),
        [
            ("change fever to no", "temperature"),
            ("actually I don't have a fever", "temperature"),
            ("sorry, no fever, I misread", "temperature"),
            ("the fever answer should be no", "temperature"),
            ("I was wrong about the rash, no rash", "local_infection"),
            ("correction: no arrhythmia", "cardiovascular"),
            ("change the answer about my heart to no", "cardiovascular"),
            ("I clicked the wrong button, I don't have lupus", "systemic_skin"),
        ],
    )
    def test_to_no(self, text: str, item: Item) -> None:
        """An explicit correction downwards names the item and a no."""
        assert Correction(item, "no") == correction(text)

    @pytest.mark.parametrize(
        ("text", "value"),
        [
            ("change fever to no но есть", None),
            ("change fever to no 🤒", None),
            ("actually my fever answer is no да", None),
            ("change my answer about fever to no?", None),
            ("the fever answer should be no, maybe", "unsure"),
            ("change fever to no, I guess, not sure", "unsure"),
            ("change fever from not sure to no", "no"),
            ("can you change fever to no?", "no"),
        ],
    )
    def test_a_doubtful_no(self, text: str, value: str | None) -> None:
        """With a doubt behind it it is none; beside what can't be read, or as a question, it is asked again."""
        assert Correction("temperature", value) == correction(text, declared=True)  # type: ignore[arg-type]

    @pytest.mark.parametrize(
        "text", ["change fever to not sure", "make the temperature answer unsure, I was wrong"]
    )
    def test_to_unsure(self, text: str) -> None:
        """Not sure is a value to change to."""
        assert Correction("temperature", "unsure") == correction(text)


class TestUp:
    @pytest.mark.parametrize(
        ("text", "item"),
        [
            ("actually I do have a fever", "temperature"),
            ("oh wait, I forgot, I have afib", "cardiovascular"),
            ("sorry, there is a rash on my stretch marks", "local_infection"),
            ("change lupus to yes", "systemic_skin"),
            ("hang on, I just measured 38.9", "temperature"),
            ("change question 2 to yes", "local_infection"),
            ("the second answer should be yes", "local_infection"),
        ],
    )
    def test_to_yes(self, text: str, item: Item) -> None:
        """A correction upwards is found by condition, number, order or number of the question."""
        assert Correction(item, "yes") == correction(text)

    @pytest.mark.parametrize("item", ITEMS[:4])
    def test_every_item(self, item: Item) -> None:
        """Each answered item can be raised by naming its question."""
        names = {
            "cardiovascular": "heart",
            "local_infection": "rash",
            "temperature": "fever",
            "systemic_skin": "skin disease",
        }

        assert Correction(item, "yes") == correction(f"change the {names[item]} answer to yes")


class TestReopen:
    @pytest.mark.parametrize(
        ("text", "item"),
        [
            ("change the answer about fever", "temperature"),
            ("I want to correct my heart answer", "cardiovascular"),
            ("go back to the previous one", "systemic_skin"),
            ("can I change question 1", "cardiovascular"),
        ],
    )
    def test_without_value(self, text: str, item: Item) -> None:
        """A correction without a value has the question asked again."""
        assert Correction(item, None) == correction(text)

    def test_last(self) -> None:
        """The previous one is the item answered last."""
        assert Correction("temperature", None) == correction("go back", answered=ITEMS[:3])


class TestNone:
    @pytest.mark.parametrize(
        "text",
        [
            "no", "yes", "not sure", "a cold sore", "i have lupus", "what is a fever?", "sorry?",
            "actually no",
            "wait", "sorry, a cold sore", "sorry I don't understand", "", "does fever count?",
            "hold on a second",
        ],
    )  # fmt: skip
    def test_other_messages(self, text: str) -> None:
        """Answers, questions and a bare "sorry" are no corrections."""
        assert None is correction(text)

    def test_item_being_asked(self) -> None:
        """The item being asked is answered, not corrected."""
        assert None is correction("actually I do have a cold sore", asked="herpes", answered=("herpes",))

    def test_not_answered(self) -> None:
        """An item without an answer can't be corrected."""
        assert None is correction("actually I do have lupus", answered=("temperature",))


class TestCue:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("I meant no", True),
            ("oops", True),
            ("change that", True),
            ("my mistake", True),
            ("yes", False),
            ("fever", False),
        ],
    )
    def test_cue(self, text: str, expected: bool) -> None:
        """Words of taking back are cues by themselves."""
        assert expected is has_correction_cue(text)
