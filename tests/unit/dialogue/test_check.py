"""The course of the check: answers, interruptions, asking again, emergencies."""

from __future__ import annotations

import pytest

from assistant.dialogue.check import Step, advance
from assistant.dialogue.message import Hit, UserMessage
from assistant.screening.items import ITEMS, Item
from assistant.screening.record import ACTIVE, DONE, EMERGENCY, CheckRecord
from tests.unit.dialogue.fakes import answered, open_item, said, spoken, titles


def take(record: CheckRecord, *texts: str) -> Step:
    """Sends plain texts one after another, always to the open question; returns the last step."""
    for text in texts:
        step = advance(said(text), record, open_item(record))
    return step


class TestFullCheck:
    def test_six_times_no(self) -> None:
        """Six plain answers ask each item once, in order, and finish the check."""
        record, asked = CheckRecord(status=ACTIVE), []
        while record.next_item:
            asked.append(open_item(record))
            step = take(record, "no")

        assert list(ITEMS) == asked
        assert (DONE, None, "no_listed_contraindication") == (
            record.status,
            step.ask,
            record.outcome(),
        )

    @pytest.mark.parametrize("item", ITEMS[:5])
    def test_one_yes(self, item: Item) -> None:
        """One yes among five noes is a contraindication."""
        record = CheckRecord(status=ACTIVE)
        take(record, *("yes" if i == item else "no" for i in ITEMS))

        assert "contraindicated" == record.outcome()

    @pytest.mark.parametrize(
        ("item", "answer"),
        [("medicines", "the pill"), ("herpes", "not sure"), ("temperature", "37.5")],
    )
    def test_one_for_review(self, item: Item, answer: str) -> None:
        """A medicine or an unsure answer is for the specialist."""
        record = CheckRecord(status=ACTIVE)
        take(record, *(answer if i == item else "no" for i in ITEMS))

        assert "needs_specialist_review" == record.outcome()

    def test_own_words_are_kept(self) -> None:
        """The patient's words stand behind the answer."""
        record = CheckRecord(status=ACTIVE)
        take(record, "yep, flutters at night")

        assert ["yep, flutters at night"] == record.words_of("cardiovascular")

    def test_off_list_condition(self) -> None:
        """A condition off the list, named beside a no, makes it a review."""
        record = CheckRecord(status=ACTIVE)
        take(record, "no", "no", "no", "no", "no but I'm pregnant", "no", "no")

        assert (["pregnant"], "needs_specialist_review") == (record.off_list, record.outcome())

    def test_volunteered_is_noted(self) -> None:
        """Another item named in an answer is noted and said back; a yes is not asked again."""
        record = CheckRecord(status=ACTIVE)
        step = take(record, "yes, afib. and i have a cold sore")

        assert ("yes", "local_infection") == (record.values["herpes"], step.ask)
        assert "I also noted" in spoken(step.reply)

    def test_answer_does_not_lower(self) -> None:
        """A later no keeps what was volunteered as unsure, and says so."""
        record = CheckRecord(status=ACTIVE)
        take(record, "no. but i get cold sores sometimes", "no", "no", "no", "no")
        while record.next_item == "herpes":
            step = take(record, "no")
            assert "cold sores" in spoken(step.reply)

        assert "unsure" == record.values["herpes"]


class TestInterruption:
    @pytest.mark.parametrize("item", ITEMS)
    @pytest.mark.parametrize(
        ("text", "topic", "part"),
        [
            ("how many days is recovery?", "faq/recovery_time", "two or three days"),
            ("how much is it?", "not_in_document/price", "price"),
            ("who won the world cup?", "out_of_scope", "laser"),
            ("are you a robot?", "smalltalk/bot_identity", "utter_smalltalk/bot_identity"),
        ],
    )
    def test_keeps_question(self, item: Item, text: str, topic: str, part: str) -> None:
        """A question is answered, the open question stays, and nothing is stored for it."""
        record = answered(*["no"] * ITEMS.index(item))

        step = advance(said(text, topic), record, item)

        assert (item, None) == (step.ask, record.values[item])
        assert part in spoken(step.reply)

    def test_never_counts_as_failure(self) -> None:
        """However many questions are asked, the open question is not given up."""
        record = CheckRecord(status=ACTIVE)
        for _ in range(5):
            step = advance(said("does it leave a crust?", "faq/crust"), record, "cardiovascular")

        assert ("cardiovascular", None) == (step.ask, record.values["cardiovascular"])

    def test_unanswered_is_kept(self) -> None:
        """A question that the document does not answer goes into the summary, once."""
        record = CheckRecord(status=ACTIVE)
        for _ in range(2):
            advance(said("what's the price?", "not_in_document/price"), record, "cardiovascular")

        assert ["price"] == record.unanswered

    def test_no_offers(self) -> None:
        """An answer inside the check offers nothing and shows no choices of its own."""
        record = CheckRecord(status=ACTIVE)
        step = advance(said("what are the contraindications?", "faq/contraindications"), record, "herpes")

        assert ([], None) == (titles(step.reply), step.reply.offer)

    def test_no_then_question(self) -> None:
        """A plain no and a question in one message: both are dealt with."""
        record = CheckRecord(status=ACTIVE)
        text = "do I need a bandage afterwards?"
        hits = (Hit("faq/bandage", 0.9, text),)
        message = UserMessage(f"no. {text}", (("faq/bandage", 0.9),), hits)
        step = advance(message, record, "cardiovascular")

        assert ("no", "local_infection") == (record.values["cardiovascular"], step.ask)


class TestAskAgain:
    @pytest.mark.parametrize("item", ITEMS)
    def test_help_then_unsure(self, item: Item) -> None:
        """What is not understood is asked once more with help, then stored as unsure."""
        record = answered(*["no"] * ITEMS.index(item))
        first = advance(said("I guess not"), record, item)
        value_between = record.values[item]
        second = advance(said("hm, I don't think so"), record, item)

        assert (item, None) == (first.ask, value_between)
        assert f"utter_help_{item}" in spoken(first.reply)
        assert "unsure" == record.values[item]
        assert "not sure" in spoken(second.reply)

    def test_a_refusal_is_no_question(self) -> None:
        """Whatever the classifier makes of it, not wanting to say is stored as unsure."""
        record = CheckRecord(status=ACTIVE)
        sure = UserMessage("I prefer not to say that to a machine", (("out_of_scope", 0.95),))
        advance(sure, record, open_item(record))
        assert record.values[ITEMS[0]] == "unsure"

    def test_second_try_counts(self) -> None:
        """A clear answer to the second asking is stored as it is."""
        record = CheckRecord(status=ACTIVE)
        take(record, "not really", "no")

        assert "no" == record.values["cardiovascular"]

    def test_normal_pressure(self) -> None:
        """A normal blood pressure is noted, but the question asks for more."""
        record = CheckRecord(status=ACTIVE)
        step = take(record, "118/76")

        assert ("cardiovascular", ["118/76"]) == (step.ask, record.readings)
        assert "118/76" in spoken(step.reply)

    @pytest.mark.parametrize("text", ["my mum has it", "what if I had one?"])
    def test_other_person_and_question(self, text: str) -> None:
        """Another person's condition and a question are no answers."""
        record = CheckRecord(status=ACTIVE)
        step = take(record, text)

        assert ("cardiovascular", None) == (step.ask, record.values["cardiovascular"])


class TestEmergency:
    @pytest.mark.parametrize("item", ITEMS)
    def test_stops(self, item: Item) -> None:
        """A sign of an emergency comes first, stops the questions, and keeps the answers."""
        record = answered(*["yes"] * ITEMS.index(item))
        before = dict(record.values)

        step = advance(said("no, but I have chest pain right now", "deny", 0.99), record, item)

        assert (None, EMERGENCY, before) == (step.ask, record.status, record.values)
        assert "utter_emergency" in spoken(step.reply)
        assert "emergency" == step.reply.kind

    @pytest.mark.parametrize("item", ITEMS)
    def test_floor(self, item: Item) -> None:
        """After it, a no to that question is kept as unsure; the result is at least a review."""
        record = answered(*["no"] * ITEMS.index(item))
        advance(said("I can't breathe"), record, item)
        record.status = ACTIVE
        while record.next_item:
            take(record, "no")

        assert ("unsure", "needs_specialist_review") == (record.values[item], record.outcome())

    def test_self_harm(self) -> None:
        """Words of self-harm get their own message."""
        step = advance(said("I want to kill myself"), CheckRecord(status=ACTIVE), "herpes")

        assert "utter_self_harm" in spoken(step.reply)

    @pytest.mark.parametrize(("text", "item", "response"), [
        ("190/125", "cardiovascular", "utter_urgent_blood_pressure"),
        ("40.5", "temperature", "utter_urgent_temperature"),
    ])  # fmt: skip
    def test_urgent_goes_on(self, text: str, item: Item, response: str) -> None:
        """A very high reading gets its urgent message, and the check goes on."""
        record = answered(*["no"] * ITEMS.index(item))
        step = advance(said(text), record, item)

        assert response in spoken(step.reply)
        assert ("yes", ACTIVE) == (record.values[item], record.status)
