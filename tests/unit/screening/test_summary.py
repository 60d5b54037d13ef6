"""The summary holds the patient's words, changes, readings, other conditions and questions."""

from __future__ import annotations

import pytest

from assistant.screening.items import ITEMS, Item
from assistant.screening.record import DONE, STOPPED, CheckRecord
from assistant.screening.summary import item_line, read_back, recognised_medicines, summary_text


@pytest.fixture
def record() -> CheckRecord:
    """A finished check with a bit of everything."""
    done = CheckRecord()
    done.answer("cardiovascular", "unsure", "my heart skips a beat at night", "term")
    done.answer("local_infection", "no", "no", "answer")
    done.answer("temperature", "yes", "38.6 this morning", "temperature reading")
    done.answer("systemic_skin", "no", "none", "answer")
    done.answer("herpes", "yes", "cold sore since tuesday", "term")
    done.answer("medicines", "yes", "warfrin and some green capsules", "term")
    done.correct("herpes", "no", "change herpes to no, it was a pimple")
    done.off_list.append("pregnant")
    done.readings.append("38.6")
    done.note_unanswered(["price", "other"], "may my dog come along?")
    done.flag("chest pain", None)
    done.status = DONE
    return done


class TestSummaryText:
    @pytest.mark.parametrize(
        "part",
        [
            "my heart skips a beat at night", "38.6 this morning",
            "warfrin and some green capsules",
            "change herpes to no, it was a pimple", "Readings: 38.6", "pregnant", "the price",
            "“may my dog come along?”",
            "emergency",
            "at least one reason", "No clearance was given", "full exam",
        ],
    )  # fmt: skip
    def test_holds(self, record: CheckRecord, part: str) -> None:
        """Everything the specialist needs is in it, in the patient's own words."""
        assert part in summary_text(record)

    def test_changes(self, record: CheckRecord) -> None:
        """A changed answer is told with the value before and after."""
        assert "Herpes rash or cold sore: yes → no" in summary_text(record)

    def test_names_every_item(self, record: CheckRecord) -> None:
        """Each of the six items has its line with its value."""
        text = summary_text(record)

        assert [] == [i for i in ITEMS if item_line(record, i) not in text]

    def test_recognised(self, record: CheckRecord) -> None:
        """Recognised names of medicines stand beside the words, marked as not checked."""
        assert "not checked: warfarin" in summary_text(record)

    def test_no_gaps(self, record: CheckRecord) -> None:
        """No brace of a wording, no name of a slot and no None is left in the text."""
        text = summary_text(record)

        assert [] == [bad for bad in ("{", "}", "None", "local_infection", "other\n") if bad in text]

    def test_empty(self) -> None:
        """Without any answer it says so."""
        assert "no summary yet" in summary_text(CheckRecord())

    def test_stopped(self) -> None:
        """A stopped check is marked as not finished, with the number of answers and no result."""
        record = CheckRecord(status=STOPPED)
        record.answer("cardiovascular", "yes", "afib", "term")
        record.answer("local_infection", "no", "no", "answer")

        text = summary_text(record)

        assert "2 of 6" in text
        assert "Result" not in text
        assert "not answered yet" in text

    def test_only_off_list(self) -> None:
        """A condition off the list alone already makes a summary."""
        assert "pregnant" in summary_text(CheckRecord(off_list=["pregnant"]))

    def test_unchanged_correction_is_no_change(self) -> None:
        """A correction to the same value is not told as a change."""
        record = CheckRecord()
        record.answer("herpes", "no", "no", "answer")
        record.correct("herpes", "no", "no it really is no")

        assert "Changed" not in summary_text(record)


class TestReadBack:
    @pytest.mark.parametrize("plain", ["yes", "No", "no.", "nope", "NONE", "not sure"])
    def test_plain_words_are_left_out(self, plain: str) -> None:
        """A bare yes or no is not quoted beside its own value."""
        record = CheckRecord()
        record.answer("herpes", "no", plain, "answer")

        assert "Herpes rash or cold sore: no" == item_line(record, "herpes")

    def test_hint(self, record: CheckRecord) -> None:
        """The read-back tells how to change an answer."""
        assert "change the answer" in read_back(record)

    @pytest.mark.parametrize("item", ITEMS)
    def test_long_words_are_cut(self, item: Item) -> None:
        """Very long words are shortened at a blank, with a sign."""
        record = CheckRecord()
        record.answer(item, "unsure", "really very long " * 60, "term")

        assert "…" in item_line(record, item)
        assert len(item_line(record, item)) < 200


class TestRecognisedMedicines:
    @pytest.mark.parametrize(
        ("words", "expected"),
        [
            (["Warfarin 5mg"], ["warfarin"]),
            (["warfrin", "WARFARIN"], ["warfarin"]),
            (["isotretinoin and the pill"], ["isotretinoin", "the pill"]),
            (["some pills"], []),
            (["lupus"], []),
            ([], []),
        ],
    )
    def test_names(self, words: list[str], expected: list[str]) -> None:
        """Names are spelled as the lexicon does, once each; classes of things are no names."""
        assert expected == recognised_medicines(words)
