"""The bars and the results file, from made-up figures."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from assistant.nlu.crossval import Outcome
from assistant.nlu.training_data import Example
from scripts._eval_bars import Bar, Figures, bars, share_bar
from scripts._eval_dialogue import CheckOutcome, RedFlags
from scripts._eval_machine import Speed, Start, Usage
from scripts._eval_report import cell, expected_text, render, table
from scripts._gate_curve import Answer, Case, Point
from scripts._results import Evaluation, Result
from scripts.evaluate import SlotRecorder
from tests.client import Reply

KINDS = ("answered", "not_in_document", "out_of_scope", "smalltalk", "condition", "emergency")
FLAGS = RedFlags("rules", 10, 10, 0, 100)
COUNTS = {
    "answered": {"right": 3, "asked": 1},
    "not_in_document": {"refused": 2},
    "out_of_scope": {"refused": 1, "wrong": 1},
}


def result(name: str, group: str, *problems: str, unsafe: bool = False) -> Result:
    """Returns how a row went."""
    return Result(name, group, "SECRET WORDS", "the reply", list(problems), unsafe, [0.01])


def good() -> Figures:
    """Returns figures that meet all bars."""
    example = Example("SECRET WORDS", "faq/a", "x.yml")
    return Figures(
        about={"date": "2001-02-03", "commit": "abc"},
        rows={"Q1": {"id": "Q1", "expect": "answered", "facts": ["F01"], "topic": None}},
        questions=Evaluation("questions", [result(f"Q{n}", kind) for n, kind in enumerate(KINDS, 1)]),
        screening=Evaluation("screening", [result("S1", "herpes")]),
        conversations=Evaluation("conversations", [result("C01.1", "C01"), result("C02.1", "C02")]),
        outcomes=[CheckOutcome("C01.1", "contraindicated", "contraindicated")],
        crossval=[Outcome(example, "faq/a", 0.9, ("faq/a",)), Outcome(example, "faq/b", 0.6, ("faq/b",))],
        folds=3,
        gate=0.2,
        points=[Point(0.2, COUNTS), Point(0.5, COUNTS)],
        agreement=(7, 8),
        rules_flags=FLAGS,
        flags=FLAGS,
        forbidden=[],
        replies=50,
        speed=Speed([0.02] * 20, 0.01, (1.0, 2.0)),
        starts=[Start(5.0, 4.0), Start(6.0, 4.0), Start(30.0, 4.0)],
        memory={"rasa": Usage(700_000, 9.0), "actions": Usage(100_000, 1.0)},
        training=20.0,
    )


def failing(found: list[Bar]) -> list[str]:
    """Returns the names of the bars that are not met."""
    return [bar.name for bar in found if not bar.met]


def test_all_bars_are_met() -> None:
    """Good figures meet all of them; the median of the starts counts."""
    found = bars(good())
    assert failing(found) == []
    assert len(found) == 17


@pytest.mark.parametrize(
    ("changes", "name"),
    [
        ({"questions": Evaluation("q", [result("Q1", k) for k in KINDS[:-1]])}, "Emergencies"),
        ({"forbidden": [("good to go", "You are good to go.")]}, "Clearances"),
        ({"screening": Evaluation("s", [result("S1", "herpes", unsafe=True)])}, "The check: unsafe"),
        ({"screening": Evaluation("s", [result("S1", "herpes", "x")])}, "The check: answers"),
        ({"outcomes": [CheckOutcome("C01.1", "contraindicated", None)]}, "The check: outcomes"),
        ({"outcomes": []}, "The check: outcomes"),
        ({"flags": replace(FLAGS, found=9)}, "Red flags found"),
        ({"flags": replace(FLAGS, alarms=4)}, "Red flags: false"),
        ({"conversations": Evaluation("c", [result("C01.1", "C01", "x")])}, "Conversations"),
        ({"training": 31.0}, "Training"),
        ({"starts": [Start(11.0, 4.0)]}, "Start"),
        ({"speed": Speed([0.01] * 18 + [0.09] * 2, 0.01, (0.0, 0.0))}, "Reply"),
        ({"speed": Speed([0.05] * 20, 0.01, (0.0, 0.0))}, "Reply"),
        ({"memory": {"rasa": Usage(1_100_000, 1.0)}}, "Resident"),
    ],
)
def test_bar_is_not_met(changes: dict[str, Any], name: str) -> None:
    """Each figure can miss its own bar, and no other."""
    missed = failing(bars(replace(good(), **changes)))
    assert len(missed) == 1
    assert missed[0].startswith(name)


def test_unsafe_turn_counts_for_the_check() -> None:
    """An unsafe reading in a conversation is as bad as one alone."""
    unsafe = Evaluation("c", [result("C01.1", "C01", unsafe=True)])
    assert failing(bars(replace(good(), conversations=unsafe)))[0].startswith("The check: unsafe")


def test_share_bar() -> None:
    """The figure decides, not its interval; nothing measured meets no bar."""
    bar = share_bar("x", 19, 20, 0.95)
    assert (bar.figure, bar.interval, bar.wanted) == ("19/20 = 95.0 %", "76.4 – 99.1 %", "≥ 95 %")
    assert bar.met
    assert not share_bar("x", 0, 0, 0.95).met
    assert share_bar("x", 1, 1, 1.0).wanted == "all"


def test_file_holds_everything_but_the_words() -> None:
    """All sections are there; texts of rows and training examples are not."""
    wrong = result("Q1", "answered", "facts missing: F01 (used: none)", "a | b")
    alarm = replace(FLAGS, alarms=1, false=("loud",))
    text = render(
        replace(
            good(),
            questions=Evaluation("questions", [wrong, result("Q9", "emergency", "x", unsafe=True)]),
            flags=alarm,
            forbidden=[("no problem", "That is no problem.")],
            outcomes=[CheckOutcome("C01.1", "contraindicated", None)],
        ),
        "plot.png",
    )
    assert "SECRET WORDS" not in text
    for part in (
        "2001-02-03", "## Against the bars", "**not met**", "![Shares against the gate](plot.png)", "- loud",
        "| Q1 | answered F01 | facts missing: F01 (used: none); a \\| b |", "Q9 **unsafe**",
        "| C01.1 | contraindicated | none |", "That is no problem.", "0.20 (in use)", "1/2 right",
        "7 of\n8 questions", "## What these figures cannot show", "### Conversations: 0", "faq/a <-> faq/b",
    ):  # fmt: skip
        assert part in text
    assert "{" not in text


def test_nothing_wrong() -> None:
    """A run without failures says so and has no empty tables."""
    text = render(good(), "plot.png")
    assert "quotations of the document or the patient: none." in text
    assert "Not whole: none." in text
    assert "17 of 17 are met" in text
    assert "Of the 5 dev questions that are none, 0 were answered as one" in text


def test_table_and_cells() -> None:
    """Cells keep to one line and one column."""
    assert table(("a", "b"), [("x\ny", "1|2")]) == "| a | b |\n| --- | ---: |\n| x y | 1\\|2 |"
    assert len(cell("x" * 999)) == 200


@pytest.mark.parametrize(
    ("row", "text"),
    [
        ({"expect": "answered", "facts": ["F01", "F02"], "topic": "N03"}, "answered F01 F02 N03"),
        ({"expect": "smalltalk", "facts": [], "topic": None}, "smalltalk"),
        ({"expect": {"herpes": "unsure"}, "ask_again": True}, "herpes: unsure (asked again first)"),
        ({}, "the turn as written"),
    ],
)
def test_expected_text(row: dict[str, Any], text: str) -> None:
    """What was expected of each kind of row, in short."""
    assert expected_text(row) == text


def test_answers_are_kept() -> None:
    """What was said to each question is kept for the comparison with other gates."""

    class Chat:
        def send(self, sender: str, text: str) -> Reply:
            return Reply.from_messages([{"text": "Yes."}])

        def slots(self, sender: str) -> dict[str, Any]:
            return {"answer_kind": "answered", "answered_facts": ["F01"]}

    chat = SlotRecorder(Chat())
    chat.send("a", "x")
    chat.slots("a")
    assert chat.answers == [Answer("answered", ("F01",), "Yes.")]
    assert Case({}, {}, chat.answers[0]).said.facts == ("F01",)
