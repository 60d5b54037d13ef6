"""What patients tell about their health in unknown words is kept; nothing else is."""

from __future__ import annotations

import pytest

from assistant.dialogue.answering import reply_to, volunteered
from assistant.dialogue.check import advance
from assistant.screening.record import CheckRecord
from tests.unit.dialogue.fakes import answered, said, spoken


class TestTold:
    @pytest.mark.parametrize(
        "text",
        [
            "I was born with one kidney too few",
            "they found something odd in my blood",
            "the surgeon told me something about my spleen, I can't read his note",
            "I think I might have something with my spleen",
            "Hello. My joints swell up every winter",
        ],
    )
    def test_statement(self, text: str) -> None:
        """A statement in words that no list knows reaches the record, with the patient's words."""
        found = volunteered(said(text, "inform_health", 0.9))
        assert len(found.off_list) == 1
        assert found.off_list[0] in text

    def test_beside_a_question(self) -> None:
        """What one has is kept beside a question about a state of health."""
        message = said("I have a gadget in my back. Is that a problem?", "not_in_document/implants", 0.9)
        assert ["I have a gadget in my back"] == volunteered(message).off_list

    @pytest.mark.parametrize(
        ("text", "topic"),
        [
            ("I never had anything like that", "inform_health"),
            ("I have no such trouble", "inform_health"),
            ("I am perfectly healthy", "inform_health"),
            ("my brother has something with his blood", "inform_health"),
            ("if I had something with my blood", "inform_health"),
            ("I have stretch marks since I was twelve", "inform_health"),
            ("I have a question", "inform_health"),
            ("is a gadget in the back a problem", "not_in_document/implants"),
            ("I read that gadgets are a problem", "not_in_document/implants"),
            ("I have blue curtains", "out_of_scope/everyday"),
        ],
    )
    def test_nothing(self, text: str, topic: str) -> None:
        """Denials, others, suppositions, questions and other subjects are not kept."""
        assert [] == volunteered(said(text, topic, 0.9)).off_list

    def test_counts(self) -> None:
        """The result can't be that nothing was told then."""
        record = answered(*["no"] * 6)
        assert "no_listed_contraindication" == record.outcome()
        record.note(volunteered(said("they took out half my lung", "inform_health", 0.9)))
        assert "needs_specialist_review" == record.outcome()


class TestReply:
    def test_denial_is_not_noted(self) -> None:
        """ "I have noted what you said" is said only where something was."""
        reply = reply_to(said("I don't have herpes", "not_in_document/past_herpes", 0.6))
        assert "condition" == reply.kind
        assert "noted" not in spoken(reply)

    def test_no_offer_to_start_after_the_check(self) -> None:
        """After the check, no yes can start it anew and empty the answers."""
        message = said("so may I have it then?", "faq/am_i_suitable", 0.95)
        assert "check" == reply_to(message).offer
        assert reply_to(message, status="done").offer != "check"
        assert reply_to(said("I got a cold sore", "inform_health"), status="done").offer != "check"


class TestInTheCheck:
    def test_correction_of_the_last_answer(self) -> None:
        """ "Wait, I meant yes" changes the answer before; the open question stays open."""
        record = answered("no")
        step = advance(said("wait, I meant yes", "correct_answer"), record, "local_infection")
        assert ("yes", None) == (record.values["cardiovascular"], record.values["local_infection"])
        assert "local_infection" == step.ask

    def test_second_try_is_an_answer(self) -> None:
        """Once the open question was tried, the same words are about it."""
        record = answered("no")
        record.attempts["local_infection"] = 1
        advance(said("sorry, I meant yes", "affirm"), record, "local_infection")
        assert ("no", "yes") == (record.values["cardiovascular"], record.values["local_infection"])

    def test_nothing_before_the_first_question(self) -> None:
        """ "Back" at the first question puts it again, and is no try at an answer."""
        record = CheckRecord(status="active")
        step = advance(said("previous question", "correct_answer"), record, "cardiovascular")
        assert ("cardiovascular", {}) == (step.ask, record.attempts)

    @pytest.mark.parametrize("text", ["only as a child", "my heart is fine"])
    def test_answers_are_no_questions(self, text: str) -> None:
        """A short answer is not taken for a question of another subject."""
        topic = "not_in_document/age" if "child" in text else "out_of_scope/medical"
        step = advance(said(text, topic, 0.9), answered("no", "no"), "temperature")
        assert "utter_help_temperature" in spoken(step.reply)


def test_condition_without_i() -> None:
    """A condition of the list is read although nobody says "I" and the classifier sees another subject."""
    message = said("pulse all over the place since spring", "out_of_scope/medical", 0.7)
    assert {"cardiovascular": "unsure"} == volunteered(message).values
    assert {} == volunteered(said("my dog has lupus", "out_of_scope/everyday", 0.9)).values
    assert {} == volunteered(said("how is lupus treated?", "out_of_scope/medical", 0.9)).values
