"""A term that a patient asks about is explained, whichever question is open."""

from __future__ import annotations

import pytest

from assistant.dialogue.check import advance
from assistant.dialogue.terms import asks_meaning, asks_only_for_term, explain_term
from assistant.screening.items import ITEMS, Item
from tests.unit.dialogue.fakes import answered, said, spoken


class TestExplainTerm:
    @pytest.mark.parametrize(
        ("text", "part"),
        [
            ("what is an arrhythmia", "steady"),
            ("PUS??", "fluid"),
            ("whole body?", "whole body"),
            ("cold sores", "blisters"),
            ("what is scleroderma", "hard and tight"),
            ("wats sceleroderma", "hard and tight"),
            ("lupus? does it affect the whole body?", "attacks itself"),
            ("is a herpes rash a rash?", "blisters"),
        ],
    )
    def test_term(self, text: str, part: str) -> None:
        """The first term of the glossary is explained in plain words."""
        assert part in (explain_term(text) or "")

    @pytest.mark.parametrize("text", ["", "what?", "purse", "the laser"])
    def test_unknown(self, text: str) -> None:
        """Without a known term there is no explanation."""
        assert None is explain_term(text)


class TestAsks:
    @pytest.mark.parametrize(
        "text",
        ["what is lupus", "Whats scleroderma?", "can you tell me what an arrhythmia is please", "i don't know what pus is",
         "what does systemic mean exactly", "define psoriasis", "sorry what are shingles again", "meaning of hypertensive crisis?"],
    )  # fmt: skip
    def test_only_for_a_term(self, text: str) -> None:
        """The whole message asks for one term."""
        assert asks_only_for_term(text)
        assert asks_meaning(text)

    @pytest.mark.parametrize(
        "text",
        ["lupus", "I have lupus", "what is lupus, I think I have it", "what is my blood pressure meant to be", "yes",
         "what if I have a fever", "what is the price", "what about my eczema", "is lupus bad", "what is it", "",
         "I don't know", "not sure", "what is pus and how long does it take to heal?"],
    )  # fmt: skip
    def test_is_more_or_something_else(self, text: str) -> None:
        """Statements, answers and further questions are not that."""
        assert not asks_only_for_term(text)

    @pytest.mark.parametrize(
        "text",
        ["what is lupus, I think I have it", "explain, I have a rash", "what, my rash?", "I have lupus"],
    )
    def test_what_tells_something(self, text: str) -> None:
        """Words about the patient are read as such."""
        assert not asks_meaning(text)


class TestInTheCheck:
    @pytest.mark.parametrize("item", ITEMS)
    @pytest.mark.parametrize(
        ("text", "topic", "part"),
        [
            ("what is scleroderma", "explain_meaning", "hard and tight"),
            ("explain lupus please", "explain_meaning", "attacks itself"),
            ("what is a cold sore", "faq/herpes", "small blisters"),
            ("what is high blood pressure", "faq/heart", "dangerously high"),
            ("what is a boil?", "", "fills with pus"),
        ],
    )
    def test_any_question_is_open(self, item: Item, text: str, topic: str, part: str) -> None:
        """The term is explained; the open question stays open, unanswered, and is no failed attempt."""
        record = answered(*["no"] * ITEMS.index(item))
        step = advance(said(text, topic), record, item)

        assert (item, None, {}) == (step.ask, record.values[item], record.attempts)
        assert part in spoken(step.reply)
        assert "utter_help" not in spoken(step.reply)

    def test_a_question_about_the_document(self) -> None:
        """A term on which the document says more is answered from it."""
        step = advance(said("what is the epidermis", "faq/outer_layer"), answered("no"), "local_infection")

        assert "answered" == step.reply.kind

    def test_a_statement_beside_it(self) -> None:
        """What a patient tells beside the question is not lost to the explanation."""
        record = answered("no", "no", "no")
        step = advance(said("what is lupus, I think I have it", "explain_meaning"), record, "systemic_skin")

        assert ("yes", "herpes") == (record.values["systemic_skin"], step.ask)
        assert "attacks itself" in spoken(step.reply)
