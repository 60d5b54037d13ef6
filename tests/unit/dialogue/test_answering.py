"""Replies outside the check: the right kind, several questions, follow-ups, statements."""

from __future__ import annotations

import pytest

from assistant.dialogue.answering import reads_as_statement, reply_to, volunteered
from assistant.dialogue.message import GATE, Hit, UserMessage, from_latest_message
from tests.unit.dialogue.fakes import said, spoken, titles


def several(text: str, *topics: str) -> UserMessage:
    """A message with one question for each topic."""
    hits = tuple(Hit(t, 0.8, text) for t in topics)
    return UserMessage(text, tuple((t, 0.8 / (i + 1)) for i, t in enumerate(topics)), hits)


class TestKinds:
    @pytest.mark.parametrize(
        ("text", "topic", "kind", "part"),
        [
            (
                "does it leave a crust?",
                "faq/crust",
                "answered",
                "On the treated areas you can see a crust.",
            ),
            ("what does it cost?", "not_in_document/price", "not_in_document", "the price"),
            ("who won?", "out_of_scope", "out_of_scope", "laser resurfacing"),
            ("thanks", "smalltalk/thanks", "smalltalk", "utter_smalltalk/thanks"),
            ("I have lupus", "inform_health", "condition", "lupus"),
            ("mnbvc", "", "unclear", "didn't understand"),
        ],
    )
    def test_kind(self, text: str, topic: str, kind: str, part: str) -> None:
        """Each class of message gets its kind of answer."""
        reply = reply_to(said(text, topic))

        assert kind == reply.kind
        assert part in spoken(reply)

    def test_unanswered_is_reported(self) -> None:
        """A question that the document does not answer is handed on for the summary."""
        assert ["price"] == reply_to(said("what does it cost?", "not_in_document/price")).unanswered

    def test_uncertain_is_unclear(self) -> None:
        """Below the gate nothing is answered; the likeliest topic is offered instead."""
        reply = reply_to(said("crsut thing", "faq/crust", GATE - 0.01))

        assert ("unclear", ["Is there a crust afterwards?"]) == (reply.kind, titles(reply))

    def test_a_follow_up_is_about_what_was_answered(self) -> None:
        """Of two questions the one with an answer is the context, wherever it stands."""
        reply = reply_to(several("pain and recovery?", "not_in_document/pain", "faq/recovery_time"))
        assert "faq/recovery_time" == reply.topic
        reply = reply_to(several("pain and price?", "not_in_document/pain", "not_in_document/price"))
        assert "not_in_document/pain" == reply.topic

    def test_a_follow_up_has_to_be_clear(self) -> None:
        """A doubtful one would repeat what stands before it; it is asked back instead."""
        doubtful = said("is it like the one at the dentist", "follow_up/why", 0.35)
        assert "unclear" == reply_to(doubtful, last_topic="faq/bandage", last_facts=["F16"]).kind

    def test_check_is_offered(self) -> None:
        """After the list of contraindications the check is offered, but not inside the check."""
        message = said("what are the contraindications?", "faq/contraindications")

        assert ("check", None) == (reply_to(message).offer, reply_to(message, in_check=True).offer)
        assert "Start the check" in titles(reply_to(message))
        assert [] == titles(reply_to(message, in_check=True))


class TestSeveralQuestions:
    def test_two(self) -> None:
        """Two questions in one message are both answered."""
        reply = reply_to(several("crust? and bandage?", "faq/crust", "faq/bandage"))

        assert {"F15", "F16"} <= set(reply.facts)

    def test_answered_and_silent(self) -> None:
        """Half answered, half silent: both halves are there, and the kind is answered."""
        reply = reply_to(several("crust? and the price?", "faq/crust", "not_in_document/price"))

        assert ("answered", ["price"]) == (reply.kind, reply.unanswered)
        assert "the price" in spoken(reply)

    def test_noted_once(self) -> None:
        """Two silent topics say once that they are noted."""
        reply = reply_to(several("price? pain?", "not_in_document/price", "not_in_document/pain"))

        assert 1 == spoken(reply).count("in your summary")

    def test_at_most_three(self) -> None:
        """More than three questions are cut to three."""
        topics = ["faq/crust", "faq/bandage", "faq/depth", "faq/reviews"]

        assert "F31" not in reply_to(several("a b c d", *topics)).facts


class TestFollowUps:
    def test_context(self) -> None:
        """A follow-up refers to the last topic."""
        reply = reply_to(said("why?", "follow_up/why"), last_topic="faq/bandage", last_facts=["F16"])

        assert "infection" in spoken(reply)

    def test_without_context(self) -> None:
        """Without one the patient is asked what it is about."""
        reply = reply_to(said("why?", "follow_up/why"))

        assert "unclear" == reply.kind
        assert 3 == len(titles(reply))


class TestStatements:
    def test_beside_a_question(self) -> None:
        """A statement beside a question: both are dealt with, and the check is offered."""
        message = said("I have a cold sore. how many days is recovery?", "faq/recovery_time")
        reply = reply_to(message)

        assert {"F21", "F29"} <= set(reply.facts)
        assert "check" == reply.offer

    @pytest.mark.parametrize(
        "text", ["can I have it with lupus?", "is herpes on the list?", "what about warfarin?"]
    )
    def test_question_is_none(self, text: str) -> None:
        """A question about a condition states nothing about the patient."""
        message = said(text, "faq/contraindications")

        assert {} == volunteered(message).values
        assert not reads_as_statement(message, volunteered(message))

    @pytest.mark.parametrize("text", ["I have lupus", "im on warfarin", "bp 190/120"])
    def test_statement(self, text: str) -> None:
        """What the classifier takes for a statement is read as one."""
        message = said(text, "inform_health")

        assert reads_as_statement(message, volunteered(message))
        assert volunteered(message).values

    def test_never_lowers(self) -> None:
        """Volunteered noes are no values."""
        assert {} == volunteered(said("I have no herpes and no fever", "inform_health")).values


class TestMessage:
    def test_from_latest_message(self) -> None:
        """Text, ranking and hits come from Rasa's parse data."""
        latest = {
            "text": "hi",
            "topics": {
                "whole": [["faq/crust", 0.7], ["faq/heat", 0.1]],
                "hits": [{"topic": "faq/crust", "confidence": 0.7}],
            },
        }
        message = from_latest_message(latest, 4)

        assert ("hi", "faq/crust", 0.7, 4) == (
            message.text,
            message.best,
            message.confidence,
            message.turn,
        )
        assert [Hit("faq/crust", 0.7, "")] == message.questions

    @pytest.mark.parametrize(
        "latest", [{}, {"text": None}, {"text": "x", "topics": None}, {"topics": {"whole": None}}]
    )
    def test_incomplete(self, latest: dict[str, object]) -> None:
        """Missing parse data is an unclassified message, not an error."""
        message = from_latest_message(latest)

        assert ("", 0.0, []) == (message.best, message.confidence, message.questions)
        assert "unclear" == reply_to(message).kind

    def test_is_a(self) -> None:
        """A class is matched with its children, from the gate on."""
        message = said("x", "faq/crust", 0.5)

        assert message.is_a("faq")
        assert not message.is_a("fa")
        assert not message.is_a("faq", at_least=0.6)
        assert message.probability("faq", "out_of_scope") == pytest.approx(0.75)


@pytest.mark.parametrize("text", ["ibuprofen and some vitamins", "oh, aspirin 75 mg", "metformin, ramipril"])
def test_a_list_of_medicines_is_told(text: str) -> None:
    """Who types names of medicines alone takes them, whatever question the classifier sees."""
    message = said(text, "not_in_document/which_medicines")
    assert volunteered(message).values == {"medicines": "yes"}
    assert reply_to(message).kind == "condition"


@pytest.mark.parametrize(
    "text", ["ibuprofen?", "is ibuprofen ok", "ibuprofen against the pain", "which medicines"]
)
def test_a_question_about_a_medicine_tells_nothing(text: str) -> None:
    """A name inside a question stays a question."""
    assert volunteered(said(text, "not_in_document/which_medicines")).values == {}
