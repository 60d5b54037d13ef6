"""Statements about oneself are related to the list, in the patient's words, and never judged."""

from __future__ import annotations

import re

import pytest

from assistant.dialogue.condition import condition_reply, fact_of, quoted
from assistant.screening.evidence import Reading
from assistant.screening.items import ITEMS, Item
from assistant.screening.reading import read_volunteered
from tests.unit.dialogue.fakes import spoken, titles

STATEMENTS: dict[Item, str] = {
    "cardiovascular": "I have afib",
    "local_infection": "I have a rash on my stretch marks",
    "temperature": "I have a fever of 39",
    "systemic_skin": "I have lupus",
    "herpes": "I have a cold sore",
    "medicines": "I take warfarin",
}
CLEARANCE = re.compile(
    r"you can have|it is safe for you|don.t worry|no problem|green light|wait until|stop taking",
    re.I,
)


def reply_text(text: str, status: str = "none") -> str:
    """What is said to a statement."""
    return spoken(condition_reply(read_volunteered(text, declared=True), status=status))


class TestConditionReply:
    @pytest.mark.parametrize("item", ITEMS)
    def test_each_item(self, item: Item) -> None:
        """Each item's fact is named, with the patient's words, the exam and an offer."""
        reply = condition_reply(read_volunteered(STATEMENTS[item], declared=True), status="none")
        text = spoken(reply)

        assert {fact_of(item), "F43"} <= set(reply.facts)
        assert "“" in text
        assert "full exam" in text
        assert ["Start the check"] == titles(reply)
        assert ("condition", "check") == (reply.kind, reply.offer)

    @pytest.mark.parametrize("text", [*STATEMENTS.values(), "I'm pregnant", "I have psoriasis", "I feel odd"])
    def test_never_cleared(self, text: str) -> None:
        """Nothing in the reply clears, reassures or advises."""
        assert None is CLEARANCE.search(reply_text(text))

    @pytest.mark.parametrize("text", ["I have psoriasis", "I had cold sores years ago", "maybe I have lupus"])
    def test_unsure(self, text: str) -> None:
        """An ambiguous, past or doubtful condition is for the specialist to look at."""
        assert "the specialist has to look at it" in reply_text(text)

    def test_off_list(self) -> None:
        """A condition off the list is named as such and passed on."""
        reply = condition_reply(read_volunteered("I'm pregnant", declared=True), status="none")

        assert "F41" in reply.facts
        assert "not on our document's list" in spoken(reply)

    def test_medicines_are_not_judged(self) -> None:
        """A medicine is passed on and not to be stopped because of the chat."""
        assert "do not stop or change any medicine" in reply_text("I take isotretinoin")

    def test_other_person(self) -> None:
        """Somebody else's condition is no statement about the patient."""
        reply = condition_reply(Reading(), status="none", none="other_person")

        assert "somebody else" in spoken(reply)

    def test_nothing_understood(self) -> None:
        """What was not understood is passed to the specialist, never judged."""
        assert "can't judge" in spoken(condition_reply(Reading(), status="none"))

    def test_denied_names_the_fact(self) -> None:
        """A denied condition names the fact that the talk is about, and clears nothing."""
        reply = condition_reply(read_volunteered("I don't have herpes", declared=True), status="none")

        assert "F29" in reply.facts

    def test_stopped(self) -> None:
        """With a stopped check, going on is offered instead of starting."""
        reply = condition_reply(read_volunteered("I have lupus", declared=True), status="stopped")

        assert (["Go on with the check"], "resume") == (titles(reply), reply.offer)

    def test_several(self) -> None:
        """Several conditions in one message are all related to the list."""
        reply = condition_reply(
            read_volunteered("I have lupus and I take warfarin", declared=True), status="none"
        )

        assert {"F28", "F42", "F43"} <= set(reply.facts)


class TestQuoted:
    def test_words(self) -> None:
        """The patient's own words are quoted, once each."""
        reading = read_volunteered("I have Lupus. Yes, Lupus", declared=True)

        assert "“Lupus”" == quoted(reading, "systemic_skin")
