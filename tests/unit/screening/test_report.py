"""The summary as data: how far the check has come, what the result rests on, what was measured."""

from __future__ import annotations

import hashlib
from collections.abc import Callable

import pytest

from assistant.datafiles import data_dir
from assistant.screening.evidence import Evidence, Reading
from assistant.screening.record import ACTIVE, DONE, STOPPED, CheckRecord
from assistant.screening.report import Circumstances, Consent, Patient, measured, report
from tests.unit.screening.records import at, finished, full, timed

COLD_SORE = Reading({"herpes": "yes"}, [Evidence("herpes", "yes", "a cold sore", "strong")])


def later_flag(record: CheckRecord) -> None:
    """Describe an emergency after the sixth answer."""
    record.flag("chest pain", None)
    record.red_flags[0]["at"] = at(9)


def early_flag(record: CheckRecord) -> None:
    """Describe an emergency before the sixth answer."""
    record.flag("chest pain", None)
    record.red_flags[0]["at"] = at(2)


def correct(record: CheckRecord) -> None:
    """Change an answer."""
    record.correct("herpes", "yes", "change herpes to yes")
    record.entries[-1]["at"] = at(9)


def same_correction(record: CheckRecord) -> None:
    """Give the same answer once more, explicitly."""
    record.correct("herpes", "no", "change herpes to no")
    record.entries[-1]["at"] = at(9)


def volunteer(record: CheckRecord) -> None:
    """Say something by itself, later."""
    record.raise_from(COLD_SORE)


def nothing(record: CheckRecord) -> None:
    """Leave it."""


class TestStatus:
    @pytest.mark.parametrize(
        ("later", "expected"),
        [
            (nothing, "completed"),
            (correct, "amended"),
            (same_correction, "amended"),
            (volunteer, "amended"),
            (later_flag, "amended"),
            (early_flag, "completed"),
        ],
    )
    def test_after_the_result(self, later: Callable[[CheckRecord], None], expected: str) -> None:
        """What is added or changed after the sixth answer makes it amended."""
        record = finished()
        later(record)
        assert report(record).status == expected

    def test_beside_the_last_answer(self) -> None:
        """What the last answer told about another question was not added later."""
        record = CheckRecord()
        for item in ("cardiovascular", "local_infection", "temperature", "systemic_skin", "herpes"):
            record.answer(item, "no", "no", "answer")  # type: ignore[arg-type]
        record.answer("medicines", "yes", "ibuprofen, and I have a cold sore", "strong")
        record.raise_from(COLD_SORE)
        record.status = DONE
        assert report(record).status == "completed"

    def test_corrected_on_the_way(self) -> None:
        """A correction before the sixth answer is no amendment."""
        record = CheckRecord()
        record.answer("cardiovascular", "no", "no", "answer")
        record.correct("cardiovascular", "yes", "I meant yes")
        for item in ("local_infection", "temperature", "systemic_skin", "herpes", "medicines"):
            record.answer(item, "no", "no", "answer")  # type: ignore[arg-type]
        record.status = DONE
        assert report(record).status == "completed"

    @pytest.mark.parametrize("status", [ACTIVE, STOPPED])
    def test_open(self, status: str) -> None:
        """An unfinished check has no result, and says nothing about why."""
        record = finished()
        record.reopen("herpes")
        record.status = status
        found = report(record)
        assert (found.status, found.outcome, found.because) == ("in-progress", None, "")

    def test_empty(self) -> None:
        """A check that never began has no time either."""
        found = report(CheckRecord())
        assert (found.status, found.authored, found.history) == ("in-progress", None, ())


class TestAuthored:
    def test_last(self) -> None:
        """The time is that of the last thing said, also when it is a sign of an emergency."""
        record = finished()
        assert report(record).authored == at(5)
        later_flag(record)
        assert report(record).authored == at(9)


class TestBecause:
    def test_listed(self) -> None:
        """Only what is on the list stands behind a contraindication."""
        text = report(finished(herpes="yes", temperature="unsure", medicines="yes")).because
        assert "a herpes rash" in text
        assert "fever" not in text
        assert "medicines" not in text

    def test_review(self) -> None:
        """Everything that needs a look stands behind a review."""
        record = finished(temperature="unsure", medicines="yes")
        record.off_list.append("pregnant")
        later_flag(record)
        text = report(record).because
        assert [] == [w for w in ("fever", "medicines", "pregnant", "emergency") if w not in text]

    def test_nothing(self) -> None:
        """When nothing was reported, it says just that."""
        assert report(finished()).because.startswith("No to all questions")


class TestMeasured:
    @pytest.mark.parametrize(
        ("typed", "given", "unit", "celsius", "unit_typed"),
        [
            ("38.6", 38.6, "C", 38.6, False),
            ("38,6 °C", 38.6, "C", 38.6, True),
            ("100.4 F", 100.4, "F", 38.0, True),
            ("99", 99.0, "F", 37.2, False),
            ("thirty eight and a half", 38.5, "C", 38.5, False),
        ],
    )
    def test_temperature(self, typed: str, given: float, unit: str, celsius: float, unit_typed: bool) -> None:
        """A temperature keeps the number and unit that were given, beside the converted one."""
        found = measured(typed).temperature
        assert found
        assert (found.given, found.unit, found.celsius, found.unit_typed) == (
            given,
            unit,
            celsius,
            unit_typed,
        )

    @pytest.mark.parametrize(
        ("typed", "systolic", "diastolic"), [("152 over 94", 152, 94), ("bp was 185", 185, 0)]
    )
    def test_pressure(self, typed: str, systolic: int, diastolic: int) -> None:
        """A blood pressure is read without the message around it, the upper value alone as well."""
        found = measured(typed).pressure
        assert found
        assert (found.systolic, found.diastolic) == (systolic, diastolic)

    def test_neither(self) -> None:
        """What is no reading any more is kept as typed."""
        assert measured("a bit warm") == measured("a bit warm").__class__("a bit warm")


class TestReport:
    def test_full(self) -> None:
        """Everything of the record is there, medicines as the lexicon spells them."""
        found = report(full())
        assert [a.value for a in found.answers] == ["unsure", "no", "yes", "no", "no", "yes"]
        assert found.medicines == ("warfarin",)
        assert found.off_list == ("pregnant",)
        assert found.red_flags == (("chest pain", at(0)),)
        assert found.questions == ("the price", "“may my dog come along?”")
        assert [(e.item, e.before, e.value) for e in found.changes] == [("herpes", "yes", "no")]
        assert [e.how for e in found.history] == ["volunteered", *["asked"] * 5, "correction"]

    def test_document(self) -> None:
        """The hash is that of the document's file."""
        file = (data_dir() / "document" / "document.txt").read_bytes()
        assert report(timed(CheckRecord())).document == f"sha256:{hashlib.sha256(file).hexdigest()}"


class TestCircumstances:
    def test_identity_needs_consent(self) -> None:
        """Without a consent nobody can be named."""
        with pytest.raises(ValueError, match="consent"):
            Circumstances(patient=Patient("Ann"))

    @pytest.mark.parametrize("time", ["2026-11-22T10:00:00", "2026-11-22", "today"])
    def test_consent_needs_offset(self, time: str) -> None:
        """The time of a consent is one that everybody reads alike."""
        with pytest.raises(ValueError, match=r"offset|isoformat"):
            Consent(time, "1")
