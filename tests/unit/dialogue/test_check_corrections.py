"""Corrections in the check that tell more than that: nothing is swallowed into the open question."""

from __future__ import annotations

import pytest

from assistant.dialogue.check import advance
from assistant.screening.items import ITEMS
from tests.unit.dialogue.fakes import answered, said, spoken


class TestSlip:
    @pytest.mark.parametrize("value", ["yes", "no"])
    @pytest.mark.parametrize(
        "text",
        ["wait, I meant no, that was yesterday", "oops wrong button, i do have it", "sorry I pressed yes by accident",
         "I said no but misread it, I have it sometimes", "pls undo, not sure about it"],
    )  # fmt: skip
    def test_the_last_question_is_asked_again(self, text: str, value: str) -> None:
        """The open question keeps no answer and no failed attempt, and the last one is asked again."""
        record = answered("no", value)
        step = advance(said(text, "correct_answer"), record, "temperature")

        assert ("local_infection", None, None) == (
            step.ask, record.values["local_infection"], record.values["temperature"],
        )  # fmt: skip
        assert ({}, True) == (record.attempts, "look at that one again" in spoken(step.reply))

    def test_the_words_are_kept(self) -> None:
        """The specialist reads what was said beside the slip, whatever is answered then."""
        record = answered("no", "yes")
        advance(said("wait, I meant no, that was yesterday"), record, "temperature")
        advance(said("no", "deny"), record, "local_infection")

        assert "no" == record.values["local_infection"]
        assert "wait, I meant no, that was yesterday" in record.words_of("local_infection")

    def test_the_open_question_is_answered_beside_it(self) -> None:
        """A fever told beside the slip counts for the open question."""
        record = answered("no", "yes")
        step = advance(said("no, that was wrong, i had a fever yesterday"), record, "temperature")

        assert ("local_infection", "unsure") == (step.ask, record.values["temperature"])

    def test_another_answer_is_named(self) -> None:
        """A slip that names another answer changes that one."""
        record = answered("no", "no", "no")
        step = advance(said("sorry, no, i mean yes for the heart one"), record, "systemic_skin")

        assert ("cardiovascular", None, "no") == (
            step.ask,
            record.values["systemic_skin"],
            record.values["temperature"],
        )

    def test_once_the_open_question_was_tried(self) -> None:
        """The words are about that try then."""
        record = answered("no", "yes")
        record.attempts["temperature"] = 1
        advance(said("wait, I meant no, that was yesterday"), record, "temperature")

        assert "yes" == record.values["local_infection"]

    def test_after_a_person(self) -> None:
        """A slip may be meant for the person: nothing before changes."""
        record = answered("no", "yes")
        advance(said("wait, I meant no, that was yesterday"), record, "temperature", stale=True)

        assert "yes" == record.values["local_infection"]


class TestClassifierIsSure:
    def test_words_that_no_rule_knows(self) -> None:
        """The classifier's word is enough to ask again, as nothing is stored."""
        record = answered("no", "yes")
        step = advance(
            said("put a different reply there for me", "correct_answer", 0.9), record, "temperature"
        )

        assert ("local_infection", {}) == (step.ask, record.attempts)

    @pytest.mark.parametrize(
        ("text", "confidence"),
        [("put a different reply there", 0.6), ("38.4", 0.9), ("can I put another reply?", 0.9)],
    )
    def test_not_enough(self, text: str, confidence: float) -> None:
        """An unsure classifier, an answer and a question take nothing back."""
        record = answered("no", "yes")
        advance(said(text, "correct_answer", confidence), record, "temperature")

        assert "yes" == record.values["local_infection"]


class TestOpenQuestion:
    def test_the_value_of_a_correction_is_not_its_answer(self) -> None:
        """ "Change fever to not sure" leaves no doubt at the question about herpes."""
        record = answered("no", "no", "yes", "no")
        step = advance(said("change the fever one, maybe it was none", "correct_answer"), record, "herpes")

        assert ("temperature", None) == (step.ask, record.values["herpes"])

    def test_forgot_to_tell(self) -> None:
        """ "Forgot to say" beside a medicine is no doubt about fever."""
        record = answered("no", "no")
        step = advance(said("oops forgot, i take iron pills"), record, "temperature")

        assert ("temperature", None, "yes") == (
            step.ask,
            record.values["temperature"],
            record.values["medicines"],
        )

    @pytest.mark.parametrize(
        "text", ["maybe a rash on my stretch marks", "I have a rash there, not sure what it is"]
    )
    def test_doubt_about_another_item(self, text: str) -> None:
        """A doubt in words about a rash is none about the heart."""
        record = answered()
        step = advance(said(text), record, "cardiovascular")

        assert ("cardiovascular", None) == (step.ask, record.values["cardiovascular"])
        assert record.values["local_infection"] in ("yes", "unsure")

    def test_doubt_of_its_own(self) -> None:
        """Beside a condition of another item, "not sure" answers the open question."""
        record = answered()
        advance(said("not sure, but I do have psoriasis"), record, "cardiovascular")

        assert ("unsure", "unsure") == (record.values["cardiovascular"], record.values["systemic_skin"])

    @pytest.mark.parametrize("text", ["actually no, only as a child", "oh only as a child"])
    def test_only_as_a_child_is_no_question(self, text: str) -> None:
        """It is an answer, whatever the classifier likens it to."""
        step = advance(said(text, "not_in_document/age"), answered("no", "no"), "temperature")

        assert "utter_help_temperature" == spoken(step.reply)


class TestLimitedNo:
    @pytest.mark.parametrize(
        "text",
        ["sorry the heart one is a no, I only had it once", "change my heart answer to no, it was years ago",
         "oops, heart should be no, except when I run", "the first question should be no, I had it as a child"],
    )  # fmt: skip
    def test_is_asked_again(self, text: str) -> None:
        """A yes is not lowered by a no that something limits."""
        record = answered("yes", "no", "no")
        step = advance(said(text, "correct_answer"), record, "systemic_skin")

        assert ("cardiovascular", None) == (step.ask, record.values["cardiovascular"])

    @pytest.mark.parametrize(
        "text",
        ["sorry the heart one is a no", "change my heart answer to no please", "I had the wrong button, heart should be no",
         "I said yes to the heart question but it should be no"],
    )  # fmt: skip
    def test_a_plain_no_counts(self, text: str) -> None:
        """An explicit no with nothing beside it that limits it is taken at once."""
        record = answered("yes", "no", "no")
        advance(said(text, "correct_answer"), record, "systemic_skin")

        assert "no" == record.values["cardiovascular"]


def test_the_same_value() -> None:
    """A correction to the value that stands changes nothing, and says so."""
    record = answered("no", "yes")
    step = advance(said("wait, I meant yes"), record, "temperature")

    assert ["yes", "no"] == [record.values[i] for i in reversed(ITEMS[:2])]
    assert "stays yes" in spoken(step.reply)
