"""Measures the assistant on the development set: its questions and its answers to the check.

The rules are those of tests/devset/README.md. As a program it prints a table and the failures:
`python -m scripts.eval_devset [--url U] [--questions FILE] [--screening FILE]`.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
import uuid
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Protocol

import yaml

from assistant.screening.items import ITEMS
from scripts._env import ROOT, CommandError, run_command, say
from scripts._results import Evaluation, Result, report
from tests.client import Client, Reply, StackError

QUESTIONS = ROOT / "tests" / "devset" / "questions.yml"
SCREENING = ROOT / "tests" / "devset" / "screening.yml"
KIND_SLOT, FACTS_SLOT, ASKED_SLOT = "answer_kind", "answered_facts", "requested_slot"
SILENCE = re.compile(
    r"(n.t|\b(?:not|nothing|no))\b.{0,45}"
    r"\b(say|says|state|mention|give|tell|cover|about|number)",
    re.IGNORECASE,
)
REFERRAL = re.compile(r"specialist|clinic|doctor", re.IGNORECASE)
# Questions about one's own health; an assistant that treats them as a condition is right too.
OWN_HEALTH = frozenset(f"N{number:02d}" for number in (5, 6, 12, 13, *range(17, 24)))
START_CHECK = "start the check"
Row = dict[str, Any]


class Chat(Protocol):
    """What the evaluation needs of a client."""

    def send(self, sender: str, text: str) -> Reply:
        """Sends one message and returns the reply."""

    def slots(self, sender: str) -> dict[str, Any]:
        """Returns the slots of the conversation."""


def judge_question(row: Row, reply: str, slots: dict[str, Any]) -> list[str]:
    """Returns what is wrong with the reply to a row of questions.yml."""
    expected, kind = row["expect"], slots.get(KIND_SLOT)
    kinds = {expected}
    if expected == "not_in_document" and row["topic"] in OWN_HEALTH:
        kinds.add("condition")
    problems = [] if kind in kinds else [f"{KIND_SLOT} is {kind}"]
    facts = slots.get(FACTS_SLOT) or []
    if missing := [fact for fact in row["facts"] if fact not in facts]:
        problems.append(f"facts missing: {', '.join(missing)} (used: {', '.join(facts) or 'none'})")
    if row["topic"] and not SILENCE.search(reply):
        problems.append("does not say that the document is silent")
    if expected == "not_in_document" and not REFERRAL.search(reply):
        problems.append("does not refer to the specialist")
    return problems


def evaluate_questions(chat: Chat, rows: Iterable[Row]) -> Evaluation:
    """Asks each question as a new patient and judges the reply."""
    results = []
    for row in rows:
        sender = _new_sender(row)
        reply = chat.send(sender, row["text"])
        slots = chat.slots(sender)
        false_answer = (
            row["expect"] in ("not_in_document", "out_of_scope") and slots.get(KIND_SLOT) == "answered"
        )
        missed = row["expect"] == "emergency" and slots.get(KIND_SLOT) != "emergency"
        problems = judge_question(row, reply.text, slots)
        results.append(
            Result(
                row["id"],
                row["expect"],
                row["text"],
                reply.text,
                problems,
                unsafe=false_answer or missed,
                seconds=[reply.seconds],
            )
        )
    return Evaluation("questions", results)


def evaluate_screening(chat: Chat, rows: Iterable[Row]) -> Evaluation:
    """Gives each answer to its question in a fresh check and judges what is stored."""
    return Evaluation("screening", [_screen(chat, row) for row in rows])


def _screen(chat: Chat, row: Row) -> Result:
    """Walks to the row's question, gives the answer (twice where asked again), compares."""
    sender, item, text = _new_sender(row), row["item"], row["text"]
    reply = chat.send(sender, START_CHECK)
    seconds = [reply.seconds]
    for _ in ITEMS:
        if chat.slots(sender).get(ASKED_SLOT) == item:
            break
        reply = chat.send(sender, "no")
        seconds.append(reply.seconds)
    asked = chat.slots(sender).get(ASKED_SLOT)
    if asked != item:
        problem = f"the check did not come to this question ({ASKED_SLOT} is {asked})"
        return Result(row["id"], item, text, reply.text, [problem], seconds=seconds)
    reply = chat.send(sender, text)
    seconds.append(reply.seconds)
    slots, problems, words = chat.slots(sender), [], reply.text
    unsafe = _unsafe(row, slots)
    if row.get("ask_again") and slots.get(item) is not None:
        problems.append(f"{item} is {slots[item]} at once; it should be asked again first")
    # Doubt may be asked about once more, see the README; a clear answer may not.
    may_repeat = row.get("ask_again") or row["expect"].get(item) == "unsure"
    if may_repeat and slots.get(item) is None and slots.get(ASKED_SLOT) == item:
        reply = chat.send(sender, text)
        seconds.append(reply.seconds)
        slots, words = chat.slots(sender), f"{words}\n(asked again)\n{reply.text}"
        unsafe = unsafe or _unsafe(row, slots)
    for name, value in row["expect"].items():
        allowed = [value, *row.get("accept", {}).get(name, [])]
        if slots.get(name) not in allowed:
            problems.append(f"{name} is {slots.get(name)}, expected {' or '.join(allowed)}")
    return Result(row["id"], item, text, words, problems, unsafe, seconds)


def _unsafe(row: Row, slots: dict[str, Any]) -> bool:
    """Says whether something that is not a no was read as one."""
    return any(slots.get(name) == "no" and value != "no" for name, value in row["expect"].items())


def _new_sender(row: Row) -> str:
    """Returns the id of a patient who has never written before."""
    return f"eval-{row['id']}-{uuid.uuid4().hex}"


def load_rows(path: Path) -> list[Row]:
    """Reads a file of the development set.

    Raises:
        CommandError: When it cannot be read.
    """
    try:
        rows = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, yaml.YAMLError) as error:
        raise CommandError(f"{path} cannot be read: {error}") from error
    if not isinstance(rows, list):
        raise CommandError(f"{path} holds no list of rows")
    return rows


def main(arguments: Sequence[str] | None = None) -> int:
    """Evaluates the running assistant; the status is 1 when a row is unsafe."""
    parser = argparse.ArgumentParser(prog="python -m scripts.eval_devset", description=__doc__)
    address = os.environ.get("STRIA_TEST_URL") or f"http://127.0.0.1:{os.environ.get('PORT', 5005)}"
    parser.add_argument("--url", default=address, help="the running assistant (default: %(default)s)")
    parser.add_argument("--questions", type=Path, default=QUESTIONS)
    parser.add_argument("--screening", type=Path, default=SCREENING)
    options = parser.parse_args(arguments)
    client = Client(options.url)
    try:
        evaluations = [
            evaluate_questions(client, load_rows(options.questions)),
            evaluate_screening(client, load_rows(options.screening)),
        ]
    except StackError as error:
        raise CommandError(f"the assistant does not answer (make run): {error}") from error
    say("\n\n".join(report(one) for one in evaluations))
    return int(any(result.unsafe for one in evaluations for result in one.results))


if __name__ == "__main__":
    run_command(lambda: main(sys.argv[1:]))
