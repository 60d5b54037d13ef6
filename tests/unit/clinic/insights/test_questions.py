"""Which questions may be kept at all."""

from __future__ import annotations

import pytest

from clinic.insights.questions import Asked, kept
from clinic.insights.store import Question

DAY = "2026-11-29"


def asked(text: str, **values: object) -> Asked:
    """Returns a question that the document does not answer."""
    return Asked(**{"kind": "not_in_document", "topic": "price", "text": text, "whole": text, **values})  # type: ignore[arg-type]


def test_a_question_is_kept_scrubbed() -> None:
    """With kind, topic and day."""
    question = kept(asked("Zorvolex: how much is it in Quillfeather?"), DAY)
    assert question == Question(DAY, "not_in_document", "price", "…: how much is it in …?")


def test_a_question_is_not_shown_by_accident() -> None:
    """What is logged or printed of it holds no words of a patient."""
    assert "secret" not in repr(asked("secret"))


@pytest.mark.parametrize(
    "text",
    [
        "I can't breathe, what does it cost?",
        "i want to kill myself, how much is it",
        "my face is drooping. price?",
    ],
)
def test_emergencies_are_not_kept(text: str) -> None:
    """Nothing of such a message, however it was classified."""
    assert kept(asked(text), DAY) is None


@pytest.mark.parametrize(
    ("topic", "text", "is_kept"),
    [
        ("pregnancy", "I'm five months pregnant, can I have it?", False),
        ("pregnancy", "can my sister have it while pregnant?", False),
        ("pregnancy", "is laser during pregnancy possible?", True),
        ("price", "what will I pay for my belly?", True),
    ],
)
def test_topics_of_the_body(topic: str, text: str, is_kept: bool) -> None:
    """A question on such a topic that speaks of a person tells of that person's health."""
    assert bool(kept(asked(text, topic=topic), DAY)) is is_kept


@pytest.mark.parametrize(
    ("ranking", "is_kept"),
    [
        ((("inform_health", 0.4),), False),
        ((("out_of_scope/other", 0.5), ("self_harm", 0.2)), False),
        ((("out_of_scope/other", 0.5), ("not_in_document/scars_keloids", 0.3)), False),
        ((("out_of_scope/other", 0.5), ("inform_health", 0.02)), True),
    ],
)
def test_the_classifier_s_word(ranking: tuple[tuple[str, float], ...], is_kept: bool) -> None:
    """What may be about somebody's health is not kept."""
    question = asked("what about my thing there", kind="out_of_scope", topic="", ranking=ranking)
    assert bool(kept(question, DAY)) is is_kept


@pytest.mark.parametrize(
    ("text", "is_kept"),
    [
        ("it sits right on my lip and burns", False),
        ("my lip. what is it", True),
        ("parking near the clinic", True),
        ("can I park my car", True),
    ],
)
@pytest.mark.parametrize("kind", ["unclear", "out_of_scope"])
def test_statements_that_nobody_understood(kind: str, text: str, is_kept: bool) -> None:
    """What speaks of a person and asks nothing may tell of a condition that no list knows."""
    assert bool(kept(asked(text, kind=kind, topic=""), DAY)) is is_kept


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("no. and what does it cost?", "what does it cost?"),
        ("yes always. how much is it", "how much is it"),
        ("no never had that", None),
        ("blue and green", None),
    ],
)
def test_in_the_check_only_questions_are_kept(text: str, left: str | None) -> None:
    """What stands beside them is an answer."""
    question = kept(asked(text, in_check=True), DAY)
    assert (question.text if question else None) == left
