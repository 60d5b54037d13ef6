"""Conditions that the document does not list, told in the check in the patient's own figures of speech."""

from __future__ import annotations

import pytest

from assistant.dialogue.check import advance
from assistant.screening.items import ITEMS, Item
from assistant.screening.reading import read_volunteered
from tests.unit.dialogue.fakes import answered, said, spoken


@pytest.mark.parametrize(
    "text",
    ["i bruise like a peach", "I bruise really easily", "I bleed like a stuck pig", "i bruise if you so much as look", "I'm a bleeder",
     "my blood is thin", "my blood doesn't clot well", "I have a clotting problem", "I bruise at the slightest touch"],
)  # fmt: skip
def test_bleeding_and_bruising(text: str) -> None:
    """However it is put, the specialist hears of it."""
    said_so = text.replace("so much as ", "")
    assert read_volunteered(said_so, declared=True).off_list


@pytest.mark.parametrize(
    "text",
    [
        "i don't bruise easily",
        "does it bleed for ages",
        "my mum bruises easily",
        "will I bruise like a peach",
        "peach",
    ],
)
def test_is_not_told(text: str) -> None:
    """Denials, questions and other people's are none of the patient's."""
    assert [] == read_volunteered(text, declared=True).off_list


@pytest.mark.parametrize("item", ITEMS)
def test_in_the_check(item: Item) -> None:
    """It is noted and said, and the open question is put again: no answer, and no failed attempt."""
    record = answered(*["no"] * ITEMS.index(item))
    step = advance(said("i bruise like a peach", "out_of_scope/no_emergency"), record, item)

    assert (item, None, {}) == (step.ask, record.values[item], record.attempts)
    assert ["bruise like a peach"] == record.off_list
    assert ("condition", True) == (step.reply.kind, "specialist should know" in spoken(step.reply))
    assert record.other_concerns


def test_a_question_about_it_is_answered() -> None:
    """Where the classifier knows the topic, it is named as before."""
    record = answered("no")
    step = advance(said("I'm allergic to latex", "not_in_document/allergies"), record, "local_infection")

    assert ("not_in_document", ["allergic"]) == (step.reply.kind, record.off_list)


def test_beside_an_answer() -> None:
    """An answer beside it counts."""
    record = answered("no")
    advance(said("no rash, but I bruise like a peach"), record, "local_infection")

    assert ["bruise like a peach"] == record.off_list
