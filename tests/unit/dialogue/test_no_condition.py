"""Denials and other people's illnesses get an honest reply: no refusal of a topic, no clearance, nothing noted."""

from __future__ import annotations

import pytest

from assistant.dialogue.answering import reply_to, volunteered
from assistant.dialogue.check import advance
from assistant.dialogue.no_condition import DENIED, NOT_LISTED, OTHER_PERSON, tells_of_none
from tests.unit.dialogue.fakes import answered, said, spoken

ALLERGIES, DIABETES = "not_in_document/allergies", "not_in_document/diabetes"


class TestTellsOfNone:
    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("i have no allergies", NOT_LISTED), ("I have got no allergies at all", NOT_LISTED), ("no known allergies", NOT_LISTED), ("I'm not pregnant", NOT_LISTED),
            ("i never had cancer", NOT_LISTED), ("I don't bruise easily", NOT_LISTED), ("i don't smoke", NOT_LISTED),
            ("I have no heart problems", DENIED), ("i have no health problems", DENIED), ("I am perfectly healthy", DENIED),
            ("my mum has diabetes, not me", OTHER_PERSON), ("My sister is pregnant", OTHER_PERSON),
            ("my friend has keloids, i don't", OTHER_PERSON), ("my aunt had lupus", OTHER_PERSON),
            ("diabetes runs in my family but i don't have it", OTHER_PERSON),
        ],
    )  # fmt: skip
    def test_statement(self, text: str, expected: str) -> None:
        """Each tells of no condition of the patient's."""
        assert expected == tells_of_none(said(text))

    @pytest.mark.parametrize(
        "text",
        [
            "i have allergies", "I am allergic to latex", "my mum has diabetes and so do I", "is it ok if i'm not allergic",
            "my sister is pregnant, can she have it", "my mum has diabetes, could I get it too", "what if I'm not pregnant",
            "people with diabetes", "do you treat diabetics", "I don't want scars", "no idea", "no", "", "i have no time",
            "my mum has a car", "my brother had lupus and mine was never checked", "no allergies?", "how do I know I have no allergies",
            '/inform{"herpes":"no"}', " /no herpes", "my nan is on warfarin", "long QT runs in the family and I carry the gene",
        ],
    )  # fmt: skip
    def test_anything_else(self, text: str) -> None:
        """Questions, conditions of the patient's and other words are none of that."""
        assert tells_of_none(said(text)) is None

    def test_another_subject(self) -> None:
        """A message that is surely about something else is refused as such."""
        assert tells_of_none(said("my neighbour with parkinsons boxes", "out_of_scope/medical", 0.9)) is None


class TestReply:
    @pytest.mark.parametrize(
        ("text", "topic", "part"),
        [
            ("i have no allergies", ALLERGIES, "not on our document's list"),
            ("I have got no allergies at all", ALLERGIES, "not on our document's list"),
            ("my mum has diabetes, not me", DIABETES, "somebody else"),
            ("i have no health problems", "out_of_scope/no_emergency", "only in the check itself"),
        ],
    )
    def test_outside_the_check(self, text: str, topic: str, part: str) -> None:
        """It says what becomes of the words, closes with the exam, and offers the check."""
        message = said(text, topic)
        reply = reply_to(message)

        assert ("condition", "check", []) == (reply.kind, reply.offer, reply.unanswered)
        assert part in spoken(reply)
        assert "full exam" in spoken(reply)
        assert "noted" not in spoken(reply)
        assert ({}, []) == (volunteered(message).values, volunteered(message).off_list)

    def test_a_condition_of_the_patient_is_still_noted(self) -> None:
        """An allergy reaches the specialist as before."""
        assert ["allergic"] == volunteered(said("I am allergic to latex", ALLERGIES)).off_list

    @pytest.mark.parametrize(
        ("text", "topic"), [("i have no allergies", ALLERGIES), ("i don't have diabetes", DIABETES)]
    )
    def test_in_the_check(self, text: str, topic: str) -> None:
        """The open question is put again; no question is noted as unanswered, and no offer is made."""
        record = answered("no")
        step = advance(said(text, topic), record, "local_infection")

        assert ("local_infection", None, [], {}) == (
            step.ask, record.values["local_infection"], record.unanswered, record.attempts,
        )  # fmt: skip
        assert "not on our document's list" in spoken(step.reply)
        assert not step.reply.offer
