"""Scoring of the development set, against scripted assistants."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from scripts._env import CommandError
from scripts._results import Evaluation, Result, report, wilson
from scripts.eval_devset import (
    evaluate_questions,
    evaluate_screening,
    judge_question,
    load_rows,
    main,
)
from tests.client import Reply
from tests.unit.runner.conftest import FakeChat

SILENT = "Our document does not say anything about it. The specialist can answer that."
ORDER = ("cardiovascular", "local_infection", "temperature")


def question(expect: str, *facts: str, topic: str | None = None) -> dict[str, Any]:
    """Returns a row of questions.yml."""
    return {"id": "Q1", "text": "q", "expect": expect, "facts": list(facts), "topic": topic}


@pytest.mark.parametrize(
    ("row", "reply", "kind", "facts", "problem"),
    [
        (question("answered", "F21"), "Two days.", "answered", ["F21", "F22"], None),
        (question("answered", "F21", "F22"), "Two.", "answered", ["F21"], "facts missing: F22"),
        (question("answered", "F21"), SILENT, "not_in_document", [], "answer_kind is not_in"),
        (question("answered", "F21", topic="N03"), SILENT, "answered", ["F21"], None),
        (question("answered", "F21", topic="N03"), "Two.", "answered", ["F21"], "silent"),
        (question("not_in_document", topic="N01"), SILENT, "not_in_document", [], None),
        (question("not_in_document", topic="N01"), SILENT, "condition", [], "is condition"),
        (question("not_in_document", topic="N05"), SILENT, "condition", [], None),
        (question("not_in_document", "F42", topic="N14"), SILENT, "not_in_document", [], "F42"),
        (question("not_in_document", topic="N01"), "No figure.", "not_in_document", [], "silent"),
        (
            question("not_in_document", topic="N01"),
            "It isn\u2019t about that.",
            "not_in_document",
            [],
            "specialist",
        ),
        (question("condition", "F25"), "x", "condition", ["F25"], None),
        (question("condition", "F25"), "x", "condition", None, "used: none"),
        (question("emergency"), "Call 112.", "emergency", [], None),
        (question("smalltalk"), "Hello.", None, None, "answer_kind is None"),
    ],
)
def test_judging_a_question(
    row: dict[str, Any], reply: str, kind: str | None, facts: Any, problem: str | None
) -> None:
    """Each kind is judged by the rules of the development set."""
    problems = judge_question(row, reply, {"answer_kind": kind, "answered_facts": facts})
    assert (problem is None) == (not problems)
    assert problem is None or problem in "; ".join(problems)


def test_a_false_answer_and_a_missed_emergency_are_unsafe(chat: FakeChat) -> None:
    """The two worst failures of a reply are counted apart."""
    chat.say("q", "It costs nothing.", answer_kind="answered")
    rows = [
        question("not_in_document", topic="N01"),
        question("emergency"),
        question("smalltalk"),
    ]
    results = evaluate_questions(chat, rows).results
    assert [result.unsafe for result in results] == [True, True, False]
    assert len({sender for sender, _ in chat.sent}) == 3


class CheckBot(FakeChat):
    """A check of three questions; what an answer stores is looked up, the n-th time the n-th."""

    def __init__(self, **stored: Any) -> None:
        """Stores for each answer a list of updates; "no" and unknown ones store "no"."""
        super().__init__()
        self.stored = {key.replace("_", " "): list(value) for key, value in stored.items()}

    def send(self, sender: str, text: str) -> Reply:
        """Moves on to the next question unless nothing is stored for the one asked."""
        slots = self.memory.setdefault(sender, {})
        self.sent.append((sender, text))
        if text == "start the check":
            slots["requested_slot"] = ORDER[0]
        else:
            asked = slots["requested_slot"]
            slots.update(self.stored[text].pop(0) if text in self.stored else {asked: "no"})
            left = [item for item in ORDER if slots.get(item) is None]
            slots["requested_slot"] = left[0] if left else None
        return Reply.from_messages([{"text": f"{slots['requested_slot']}?"}], 0.5)


def row(text: str, **more: Any) -> dict[str, Any]:
    """Returns a row of screening.yml that answers the second question."""
    return {"id": "S1", "item": "local_infection", "text": text} | more


YES, NO, UNSURE = ({"local_infection": value} for value in ("yes", "no", "unsure"))
BOTH = {"local_infection": "no", "cardiovascular": "yes"}
ACCEPT = {"local_infection": ["unsure"]}


@pytest.mark.parametrize(
    ("bot", "entry", "messages", "unsafe", "problem"),
    [
        ({"yes": [YES]}, row("yes", expect=YES), 3, False, None),
        ({}, row("a boil", expect=YES), 3, True, "local_infection is no"),
        ({"x": [UNSURE]}, row("x", expect=NO), 3, False, "expected no"),
        ({"x": [UNSURE]}, row("x", expect=NO, accept=ACCEPT), 3, False, None),
        ({"hm": [{}, UNSURE]}, row("hm", expect=UNSURE, ask_again=True), 4, False, None),
        ({"hm": [UNSURE]}, row("hm", expect=UNSURE, ask_again=True), 3, False, "asked again first"),
        ({"hm": [{}, UNSURE]}, row("hm", expect=UNSURE), 4, False, None),
        ({"hm": [{}, NO]}, row("hm", expect=UNSURE), 4, True, "is no"),
        ({"hm": [{}]}, row("hm", expect=YES), 3, False, "is None"),
        ({"both": [BOTH]}, row("both", expect=BOTH), 3, False, None),
        ({"nah": [NO]}, row("nah", expect=BOTH), 3, True, "cardiovascular is no"),
    ],
)
def test_judging_an_answer(
    bot: dict[str, Any], entry: dict[str, Any], messages: int, unsafe: bool, problem: str | None
) -> None:
    """The check is walked to the question, the answer given, repeated where that is allowed."""
    chat = CheckBot(**bot)
    (result,) = evaluate_screening(chat, [entry]).results
    assert [text for _, text in chat.sent[:2]] == ["start the check", "no"]
    assert len(chat.sent) == len(result.seconds) == messages
    assert result.unsafe is unsafe
    assert (problem is None) == result.right
    assert problem is None or problem in "; ".join(result.problems)


def test_a_check_that_does_not_come_to_the_question(chat: FakeChat) -> None:
    """The row fails, and says where the check stands."""
    entry = row("yes", expect={"local_infection": "yes"})
    (result,) = evaluate_screening(chat, [entry]).results
    assert "did not come to this question (requested_slot is None)" in result.problems[0]


@pytest.mark.parametrize(
    ("right", "total", "low", "high"),
    [(0, 0, 0.0, 1.0), (0, 10, 0.0, 0.2775), (10, 10, 0.7225, 1.0), (81, 263, 0.2553, 0.3662)],
)
def test_wilson(right: int, total: int, low: float, high: float) -> None:
    """The interval agrees with published values (the last one: Newcombe 1998)."""
    assert wilson(right, total) == pytest.approx((low, high), abs=5e-5)


def test_the_report_and_the_data() -> None:
    """The table has a line for each kind; the failures follow with the reply."""
    results = [
        Result("Q1", "answered", "a?", "Yes.", [], seconds=[0.1]),
        Result("Q2", "smalltalk", "hi", "Bye.\nBye.", ["answer_kind is None"], True, [0.3, 0.2]),
    ]
    evaluation = Evaluation("questions", results)
    text = report(evaluation)
    assert "  all                     1/2   50.0%    9.5% -  90.5%      1" in text
    assert "median 0.200, p95 0.300" in text
    assert text.endswith("UNSAFE Q2 (smalltalk): hi\n  * answer_kind is None\n  | Bye.\n  | Bye.")
    data = evaluation.as_dict()
    assert [score["group"] for score in data["scores"]] == ["answered", "smalltalk", "all"]
    assert data["failures"][0]["reply"] == "Bye.\nBye."


def test_the_program(
    server: str,
    chat: FakeChat,
    write: Callable[[str, str], Path],
    capsys: pytest.CaptureFixture[str],
) -> None:
    """It prints both tables; its status tells whether anything was unsafe."""
    questions = write("q.yml", "- {id: Q1, text: hi, expect: smalltalk, facts: [], topic: null}")
    screening = write("s.yml", "[]")
    chat.say("hi", "Hello.", answer_kind="smalltalk")
    arguments = ["--url", server, "--questions", str(questions), "--screening", str(screening)]
    assert main(arguments) == 0
    assert "1/1  100.0%" in capsys.readouterr().out
    with pytest.raises(CommandError, match="make run"):
        main(["--url", "http://127.0.0.1:1", *arguments[2:]])


def test_a_file_that_is_no_list(write: Callable[[str, str], Path], tmp_path: Path) -> None:
    """The message names the file."""
    with pytest.raises(CommandError, match=r"a\.yml holds no list"):
        load_rows(write("a.yml", "a: 1"))
    with pytest.raises(CommandError, match="cannot be read"):
        load_rows(tmp_path / "gone.yml")
