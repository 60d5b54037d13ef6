"""Measures the assistant and writes docs/results.md, a plot beside it and results/eval.txt.

The model is brought up to date first, and the real servers are started on free ports. It takes some
minutes. `--out FOLDER` writes to another folder than docs.
"""

from __future__ import annotations

import argparse
import datetime
import os
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from assistant.dialogue.message import GATE
from assistant.nlu.crossval import Outcome, cross_validate
from assistant.nlu.pipeline import Settings
from assistant.nlu.training_data import protected_names, read_examples
from scripts import _gate_curve
from scripts._env import ROOT, CommandError, run_command, say
from scripts._eval_bars import Figures, bars
from scripts._eval_dialogue import (
    CheckOutcome,
    Exchange,
    Recorder,
    RedFlags,
    count_red_flags,
    forbidden_words,
    is_emergency,
    parse,
    play_conversations,
    red_flag_messages,
    rules_fire,
)
from scripts._eval_machine import (
    STARTS,
    Speed,
    Usage,
    children_cpu,
    commit,
    machine,
    measure_speed,
    measure_start,
    usage,
)
from scripts._eval_report import bars_section, render
from scripts._model import digest_of, model_path, stale_reason
from scripts._results import Evaluation, report
from scripts.eval_devset import (
    FACTS_SLOT,
    KIND_SLOT,
    QUESTIONS,
    SCREENING,
    evaluate_questions,
    evaluate_screening,
    load_rows,
)
from scripts.train import ensure_model, run_training
from tests.conversation_format import load_conversations
from tests.conversation_yaml import ConversationFileError
from tests.stack import Stack, StackError, start_stack

CONVERSATIONS = ROOT / "tests" / "conversations" / "dev.devset.yml"
WORDS = ROOT / "results" / "eval.txt"
NAME, PLOT = "results.md", "results-gate.png"
FOLDS = 3


@dataclass(frozen=True)
class Talked:
    """What came of talking to the running assistant; see `Figures`."""

    evaluations: tuple[Evaluation, Evaluation, Evaluation]
    outcomes: list[CheckOutcome]
    exchanges: list[Exchange]
    cases: list[_gate_curve.Case]
    flags: RedFlags
    speed: Speed
    memory: dict[str, Usage]


class SlotRecorder(Recorder):
    """A recorder that keeps the answer of the first message of each patient as well."""

    def __init__(self, chat: Any) -> None:
        """Wraps a chat."""
        super().__init__(chat)
        self.answers: list[_gate_curve.Answer] = []

    def slots(self, sender: str) -> dict[str, Any]:
        """Returns the slots of the conversation, and keeps those that describe the answer."""
        slots = super().slots(sender)
        facts = tuple(slots.get(FACTS_SLOT) or ())
        text = self.exchanges[-1].reply.text
        self.answers.append(_gate_curve.Answer(slots.get(KIND_SLOT), facts, text))
        return slots


def training_cpu() -> float:
    """Makes sure that the model is current; returns the CPU seconds of a training.

    Raises:
        CommandError: When the training fails.
    """
    if stale_reason():
        return children_cpu(ensure_model)
    say("The model is up to date; training one aside, to measure it ...")
    with tempfile.TemporaryDirectory(prefix="stria-eval-") as folder:
        worked: list[bool] = []
        train = partial(run_training, Path(folder), Path(folder) / "train.log")
        seconds = children_cpu(lambda: worked.append(train()))
        if not worked[0]:
            raise CommandError("the training failed: make train FORCE=1 shows why")
    return seconds


def talk(stack: Stack, questions: list[dict[str, Any]], screening: list[dict[str, Any]]) -> Talked:
    """Asks the running assistant everything."""
    say(f"Asking {len(questions)} questions ...")
    first = SlotRecorder(stack.client)
    asked = evaluate_questions(first, questions)
    say(f"Giving {len(screening)} answers to the check ...")
    rest = Recorder(stack.client)
    checked = evaluate_screening(rest, screening)
    say("Playing the conversations ...")
    played, outcomes = play_conversations(rest, load_conversations(CONVERSATIONS))
    say("Looking for red flags, classifying for the gate ...")
    flags = count_red_flags(
        "rules and classifier, in the running assistant",
        lambda text: is_emergency(parse(stack.url, text)),
        *red_flag_messages(),
    )
    cases = [
        _gate_curve.Case(row, parse(stack.url, row["text"]), answer)
        for row, answer in zip(questions, first.answers, strict=True)
    ]
    say("Timing replies ...")
    speed = measure_speed(stack.client, [row["text"] for row in questions], stack.services)
    memory = {one.name: usage(one.process.pid) for one in stack.services}
    exchanges = [*first.exchanges, *rest.exchanges]
    return Talked((asked, checked, played), outcomes, exchanges, cases, flags, speed, memory)


def cross_validation() -> list[Outcome]:
    """Returns the outcome of each training example when held out."""
    say(f"Cross-validating the classifier in {FOLDS} folds ...")
    return cross_validate(read_examples(), FOLDS, Settings(), protected_names())


def measure() -> Figures:
    """Measures everything.

    Raises:
        CommandError: When the assistant cannot be trained or started, or a file cannot be read.
    """
    questions, screening = load_rows(QUESTIONS), load_rows(SCREENING)
    load = os.getloadavg()[0]
    training = training_cpu()
    model = digest_of(model_path())
    say(f"Starting Rasa {STARTS} times ...")
    starts = [measure_start() for _ in range(STARTS)]
    say("Starting the assistant ...")
    try:
        stack = start_stack()
        try:
            talked = talk(stack, questions, screening)
        finally:
            stack.stop()
    except (StackError, ConversationFileError) as error:
        raise CommandError(str(error)) from error
    outcomes = cross_validation()
    say("Trying other gates ...")
    intents = _gate_curve.answering_intents()
    asked, checked, played = talked.evaluations
    loads = " → ".join(f"{value:.1f}" for value in (load, os.getloadavg()[0]))
    about = {
        "date": f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M} UTC",
        "commit": commit(),
        "model": f"sha256 {model[:16]}…, {model_path().stat().st_size / 1e6:.1f} MB",
        "machine": machine(),
        "load average, begin → end": f"{loads} (shared with other work; times are noisy)",
    }
    return Figures(
        about=about,
        rows={row["id"]: row for row in (*questions, *screening)},
        questions=asked,
        screening=checked,
        conversations=played,
        outcomes=talked.outcomes,
        crossval=outcomes,
        folds=FOLDS,
        gate=GATE,
        points=_gate_curve.curve(talked.cases, intents, _gate_curve.THRESHOLDS),
        agreement=_gate_curve.agreement(talked.cases, intents),
        rules_flags=count_red_flags("rules alone", rules_fire, *red_flag_messages()),
        flags=talked.flags,
        forbidden=forbidden_words(talked.exchanges),
        replies=len(talked.exchanges),
        speed=talked.speed,
        starts=starts,
        memory=talked.memory,
        training=training,
    )


def main(arguments: Sequence[str] | None = None) -> int:
    """Measures, writes the files and prints the bars; the status is 0 whether they are met or not."""
    parser = argparse.ArgumentParser(prog="python -m scripts.evaluate", description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / "docs", help="default: %(default)s")
    folder: Path = parser.parse_args(arguments).out
    figures = measure()
    folder.mkdir(parents=True, exist_ok=True)
    WORDS.parent.mkdir(parents=True, exist_ok=True)
    _gate_curve.plot(figures.points, figures.gate, folder / PLOT)
    (folder / NAME).write_text(render(figures, PLOT), encoding="utf-8")
    words = (report(one) for one in (figures.questions, figures.screening, figures.conversations))
    WORDS.write_text("\n\n".join(words) + "\n", encoding="utf-8")
    say(f"{bars_section(bars(figures))}\n\nWritten: {folder / NAME}, {folder / PLOT}, {WORDS}")
    return 0


if __name__ == "__main__":
    run_command(lambda: main(sys.argv[1:]))
