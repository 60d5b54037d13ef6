"""The record keeps answers with their history, lowers none by itself, survives the slots."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.screening.evidence import Evidence, Reading
from assistant.screening.items import ITEMS, VALUES, Item, Value
from assistant.screening.reading import read_answer, read_volunteered
from assistant.screening.record import CheckRecord

SETTINGS = settings(max_examples=150, deadline=None, derandomize=True, database=None)
CAUTION = {None: -1, "no": 0, "unsure": 1, "yes": 2}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("answer"), st.sampled_from(ITEMS), st.sampled_from(VALUES)),
        st.tuples(st.just("volunteer"), st.sampled_from(ITEMS), st.sampled_from(("yes", "unsure"))),
        st.tuples(st.just("correct"), st.sampled_from(ITEMS), st.sampled_from(VALUES)),
        st.tuples(st.just("reopen"), st.sampled_from(ITEMS), st.none()),
        st.tuples(st.just("flag"), st.sampled_from(ITEMS), st.none()),
    ),
    max_size=25,
)


def apply(record: CheckRecord, step: tuple[str, Item, Value | None]) -> None:
    """Take one step with the record."""
    what, item, value = step
    if what == "answer" and value:
        record.answer(item, value, f"said {value}", "answer")
    elif what == "volunteer" and value:
        record.raise_from(Reading({item: value}, [Evidence(item, value, f"told {value}", "term")]))
    elif what == "correct" and value:
        record.correct(item, value, f"rather {value}")
    elif what == "reopen":
        record.reopen(item)
    elif what == "flag":
        record.flag("chest pain", item)


class TestAnswer:
    def test_stores(self) -> None:
        """An answer is stored with words, cue, origin, the value before and the time."""
        record = CheckRecord()

        stored = record.answer("herpes", "yes", "cold sore", "strong present: cold sore")

        (entry,) = record.entries
        at = entry.pop("at")
        assert "yes" == stored == record.values["herpes"]
        assert {
            "item": "herpes", "value": "yes", "words": "cold sore",
            "cue": "strong present: cold sore",
            "how": "asked", "old": None,
        } == entry  # fmt: skip
        assert at.endswith("+00:00")

    def test_asked_once(self) -> None:
        """An answered item counts as asked once, and forgets its failed attempts."""
        record = CheckRecord(attempts={"herpes": 1})
        record.answer("herpes", "no", "no", "answer")
        record.answer("herpes", "no", "no", "answer")

        assert (["herpes"], {}) == (record.asked, record.attempts)

    @pytest.mark.parametrize("before", VALUES)
    @pytest.mark.parametrize("value", VALUES)
    def test_never_lowers(self, before: Value, value: Value) -> None:
        """The answer to the question never lowers what was volunteered before."""
        record = CheckRecord()
        record.store("herpes", before, "before", "term", "volunteered")

        stored = record.answer("herpes", value, "answer", "answer")

        assert max(before, value, key=lambda v: CAUTION[v]) == stored

    def test_floor(self) -> None:
        """After an emergency the item being asked can't become a plain no."""
        record = CheckRecord()
        record.flag("chest pain", "cardiovascular")

        assert "unsure" == record.answer("cardiovascular", "no", "no", "answer")
        assert "no" == record.answer("herpes", "no", "no", "answer")

    def test_flag_outside(self) -> None:
        """A sign of an emergency outside the questions holds no item, but is a concern."""
        record = CheckRecord()
        record.flag("fainted", None)

        assert ([], True) == (record.floor, record.other_concerns)


class TestRaiseFrom:
    def test_changes(self) -> None:
        """What was raised is told with the value before; what stays is not."""
        record = CheckRecord()
        record.answer("herpes", "no", "no", "answer")
        record.answer("temperature", "yes", "39", "answer")
        reading = read_volunteered("I have a cold sore and the chills", declared=True)

        changed = record.raise_from(reading)

        assert [("herpes", "no")] == changed
        assert ("yes", "yes") == (record.values["herpes"], record.values["temperature"])

    def test_skip(self) -> None:
        """The item that is answered anyway is left out."""
        record = CheckRecord()
        record.raise_from(Reading({"herpes": "yes"}, [Evidence("herpes", "yes", "x", "x")]), skip="herpes")

        assert None is record.values["herpes"]

    def test_ignores_no(self) -> None:
        """A no in a reading is never taken over as volunteered."""
        record = CheckRecord()
        record.raise_from(read_answer("no", "herpes"))

        assert None is record.values["herpes"]

    def test_notes(self) -> None:
        """Readings and off-list conditions are kept once each."""
        record = CheckRecord()
        for _ in range(2):
            record.raise_from(read_volunteered("I'm pregnant and my bp is 118/76", declared=True))

        assert (["pregnant"], ["118/76"]) == (record.off_list, record.readings)


class TestNoteUnanswered:
    def test_topics_and_words(self) -> None:
        """A known topic is kept by name, any other question in the patient's words, once each."""
        record = CheckRecord()
        for _ in range(2):
            record.note_unanswered(["price", "other"], "may my dog come along?")

        assert ["price", "“may my dog come along?”"] == record.unanswered


class TestCorrect:
    @pytest.mark.parametrize("old", VALUES)
    @pytest.mark.parametrize("new", VALUES)
    def test_any_direction(self, old: Value, new: Value) -> None:
        """A correction goes up and down, tells the value before and stays in the history."""
        record = CheckRecord()
        record.answer("herpes", old, "first", "answer")

        assert old == record.correct("herpes", new, "second")
        assert new == record.values["herpes"]
        assert [("asked", old), ("correction", new)] == [(e["how"], e["value"]) for e in record.entries]

    def test_words(self) -> None:
        """After a correction only the words from then on stand behind the value."""
        record = CheckRecord()
        record.answer("herpes", "yes", "cold sore", "answer")
        record.correct("herpes", "no", "i meant a pimple")

        assert ["i meant a pimple"] == record.words_of("herpes")

    def test_frees_floor(self) -> None:
        """An explicit correction also lifts what an emergency held up."""
        record = CheckRecord()
        record.flag("chest pain", "cardiovascular")
        record.answer("cardiovascular", "no", "no", "answer")
        record.correct("cardiovascular", "no", "change heart to no")

        assert ("no", []) == (record.values["cardiovascular"], record.floor)


class TestNextItem:
    def test_order(self) -> None:
        """The items are asked in the order of the document."""
        record, asked = CheckRecord(), []
        while item := record.next_item:
            asked.append(item)
            record.answer(item, "no", "no", "answer")

        assert list(ITEMS) == asked

    def test_volunteered(self) -> None:
        """A volunteered yes is not asked again, a volunteered unsure is."""
        record = CheckRecord()
        record.store("cardiovascular", "yes", "afib", "term", "volunteered")
        record.store("local_infection", "unsure", "pimples", "term", "volunteered")

        assert "local_infection" == record.next_item

    def test_reopened(self) -> None:
        """A reopened item is the next one."""
        record = CheckRecord()
        for item in ITEMS:
            record.answer(item, "no", "no", "answer")
        record.reopen("temperature")

        assert ("temperature", None) == (record.next_item, record.values["temperature"])


class TestSlots:
    @SETTINGS
    @given(STEPS)
    def test_round_trip(self, steps: list[tuple[str, Item, Value | None]]) -> None:
        """After any history the record comes back from the slots, through JSON, as it was."""
        record = CheckRecord()
        for step in steps:
            apply(record, step)

        slots = json.loads(json.dumps(record.to_slots()))

        assert record == CheckRecord.from_slots(slots)

    @SETTINGS
    @given(STEPS)
    def test_never_lowers_by_itself(self, steps: list[tuple[str, Item, Value | None]]) -> None:
        """Only a correction or a reopening ever lowers a value; the history tells each change."""
        record = CheckRecord()
        for step in steps:
            before = dict(record.values)
            apply(record, step)
            lowered = [i for i in ITEMS if CAUTION[record.values[i]] < CAUTION[before[i]]]
            assert [] == lowered or step[0] in ("correct", "reopen")

    def test_slots_are_copied(self) -> None:
        """Changing the record leaves the tracker's slots alone."""
        slots = CheckRecord().to_slots()
        CheckRecord.from_slots(slots).flag("chest pain", "herpes")

        assert ([], []) == (slots["check_record"]["red_flags"], slots["check_record"]["floor"])

    @pytest.mark.parametrize("raw", [None, {}, [], "text", 3, {"unknown": 1}])
    def test_damaged(self, raw: object) -> None:
        """A missing or damaged slot is an empty record."""
        assert CheckRecord() == CheckRecord.from_slots({"check_record": raw})

    @pytest.mark.parametrize("value", ["maybe", "YES", True, 1, ""])
    def test_wrong_value(self, value: object) -> None:
        """A slot with a wrong value counts as not answered."""
        assert None is CheckRecord.from_slots({"herpes": value}).values["herpes"]
