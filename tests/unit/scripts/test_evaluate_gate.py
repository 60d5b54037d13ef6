"""What other gates would do, on made-up classifications."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from assistant.dialogue import answering, message
from assistant.dialogue.message import UserMessage
from scripts._gate_curve import (
    ASKED,
    OTHER,
    REFUSED,
    RIGHT,
    WRONG,
    Answer,
    Case,
    agreement,
    answer_at,
    answering_intents,
    curve,
    gate_at,
    outcome_of,
    plot,
)

ROUTED = frozenset({"faq", "not_in_document", "out_of_scope", "smalltalk"})
TEXT = "tell me bout that crsut thing"


def row(expect: str, *facts: str) -> dict[str, Any]:
    """Returns a dev question."""
    return {"id": "Q1", "text": TEXT, "expect": expect, "facts": list(facts), "topic": None}


def parsed(topic: str, confidence: float, intent: str = "") -> dict[str, Any]:
    """Returns what `/model/parse` gives."""
    hit = {"topic": topic, "confidence": confidence, "text": TEXT}
    topics = {"whole": [[topic, confidence]], "hits": [hit]}
    return {"text": TEXT, "intent": {"name": intent or topic.partition("/")[0]}, "topics": topics}


def case(
    topic: str, confidence: float, expect: str = "answered", *facts: str, intent: str = "", said: str = "x"
) -> Case:
    """Returns a question with its classification."""
    return Case(row(expect, *facts), parsed(topic, confidence, intent), Answer(said, facts, ""))


def test_gate_is_changed_for_a_while() -> None:
    """All three places follow the gate and are as before afterwards, also after an error."""
    before = message.GATE
    unsure = UserMessage("x", (("faq/crust", 0.5),))

    def fail() -> None:
        with gate_at(0.6):
            assert message.GATE == answering.GATE == 0.6  # type: ignore[attr-defined]
            assert not unsure.is_a("faq")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert message.GATE == answering.GATE == before  # type: ignore[attr-defined]
    assert unsure.is_a("faq")


def test_answers_above_the_gate_and_asks_below() -> None:
    """The threshold alone decides between an answer and a question."""
    sure = case("faq/crust", 0.5, "answered", "F15")
    assert answer_at(sure, 0.3, ROUTED).kind == "answered"
    assert "F15" in answer_at(sure, 0.3, ROUTED).facts
    assert answer_at(sure, 0.6, ROUTED).kind == "unclear"


@pytest.mark.parametrize(
    ("one", "threshold", "kind"),
    [
        (case("faq/crust", 0.5, intent="emergency"), 0.9, "emergency"),
        (case("human_handoff", 0.5, said="said"), 0.3, "said"),
        (case("human_handoff", 0.5, said="said"), 0.6, "unclear"),
        (case("human_handoff", 0.1, said="said"), 0.05, None),
        (case("human_handoff", 0.5, intent="nlu_fallback", said="said"), 0.3, "unclear"),
    ],
)
def test_messages_that_go_elsewhere(one: Case, threshold: float, kind: str | None) -> None:
    """Emergencies pass every gate; other actions keep what was said, unless below the gate."""
    assert answer_at(one, threshold, ROUTED).kind == kind


@pytest.mark.parametrize(
    ("expect", "kind", "facts", "outcome"),
    [
        ("answered", "answered", ("F15",), RIGHT),
        ("answered", "answered", ("F01",), WRONG),
        ("answered", "unclear", (), ASKED),
        ("answered", "not_in_document", (), OTHER),
        ("not_in_document", "answered", ("F15",), WRONG),
        ("not_in_document", "not_in_document", (), REFUSED),
        ("out_of_scope", "not_in_document", (), REFUSED),
        ("out_of_scope", "unclear", (), ASKED),
        ("out_of_scope", "smalltalk", (), OTHER),
        ("out_of_scope", None, (), OTHER),
    ],
)
def test_outcome(expect: str, kind: str | None, facts: tuple[str, ...], outcome: str) -> None:
    """Each reply is one of the outcomes of its group."""
    wanted = ("F15",) if expect == "answered" else ()
    assert outcome_of(row(expect, *wanted), Answer(kind, facts, "")) == outcome


def test_curve_and_agreement() -> None:
    """The shares of a group change at the probabilities of its questions."""
    cases = [
        case("faq/crust", 0.5, "answered", "F15", said="answered"),
        case("faq/crust", 0.8, "not_in_document", said="answered"),
        case("out_of_scope", 0.9, "out_of_scope", said="unclear"),
        case("smalltalk/greet", 0.9, "smalltalk"),
    ]
    low, high = curve(cases, ROUTED, (0.1, 0.6))
    assert low.share(RIGHT, "answered") == 1.0
    assert high.share(ASKED, "answered") == 1.0
    assert low.share(WRONG, "not_in_document", "out_of_scope") == 0.5
    assert sum(sum(counts.values()) for counts in low.counts.values()) == 3
    assert agreement(cases, ROUTED) == (2, 3)


def test_share_of_nothing() -> None:
    """A group without questions has the share 0."""
    assert curve([], ROUTED, (0.5,))[0].share(RIGHT, "answered") == 0.0


def test_intents_of_the_rules(tmp_path: Path) -> None:
    """Only intents whose rule starts with the answering action count."""
    assert {"faq", "not_in_document", "nlu_fallback"} <= answering_intents()
    assert not {"human_handoff", "start_check", "affirm", "emergency"} & answering_intents()
    assert answering_intents(tmp_path) == frozenset()


def test_plot(tmp_path: Path) -> None:
    """The picture is written and does not depend on when it is drawn."""
    points = curve([case("faq/crust", 0.5, "answered", "F15")], ROUTED, (0.1, 0.6))
    for name in ("a.png", "b.png"):
        plot(points, 0.2, tmp_path / "new" / name)
    first, second = ((tmp_path / "new" / name).read_bytes() for name in ("a.png", "b.png"))
    assert first.startswith(b"\x89PNG")
    assert first == second
