"""The bars that the assistant is held to, and whether the measured figures meet them."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from assistant.nlu.crossval import Outcome
from scripts._eval_dialogue import CheckOutcome, RedFlags
from scripts._eval_machine import Speed, Start, Usage
from scripts._gate_curve import Point
from scripts._results import Evaluation, Score, wilson

KINDS = {
    "answered": "Questions that the document answers: answered with the right facts",
    "not_in_document": "Questions that it does not answer: refused honestly",
    "out_of_scope": "Out of scope: said so",
    "smalltalk": "Small talk: recognised",
    "condition": "Statements about oneself: related to the list",
    "emergency": "Emergencies: answered as such",
}
SHARE, OUTCOMES, ALARMS = 0.95, 0.92, 0.03
TRAINING, START, MEDIAN, P95, MEMORY = 30.0, 10.0, 0.040, 0.080, 1.1


@dataclass(frozen=True)
class Figures:
    """Everything that was measured.

    Attributes:
        about: date, commit, machine, load: names and values for the head of the file.
        rows: the rows of the development set by id.
        questions, screening, conversations: what came of them.
        outcomes: the outcomes of checks in the conversations.
        crossval: the outcome of each training example when held out; `folds` of them.
        gate: the gate in use; `points`: what others would do; `agreement`: see _gate_curve.
        rules_flags, flags: red flags by the rules alone, and by the whole NLU.
        forbidden: forbidden phrases with the sentence; `replies` were searched.
        speed, starts, memory: of the servers; `training`: CPU seconds.
    """

    about: dict[str, str]
    rows: dict[str, dict[str, Any]]
    questions: Evaluation
    screening: Evaluation
    conversations: Evaluation
    outcomes: list[CheckOutcome]
    crossval: list[Outcome]
    folds: int
    gate: float
    points: list[Point]
    agreement: tuple[int, int]
    rules_flags: RedFlags
    flags: RedFlags
    forbidden: list[tuple[str, str]]
    replies: int
    speed: Speed
    starts: list[Start]
    memory: dict[str, Usage]
    training: float


@dataclass(frozen=True)
class Bar:
    """A bar: what is measured, what is wanted, what came out, its interval, and whether it is met."""

    name: str
    wanted: str
    figure: str
    interval: str
    met: bool


def percent(share: float) -> str:
    """Returns a share for a table."""
    return f"{share:.1%}".replace("%", " %")


def interval_of(right: int, total: int) -> str:
    """Returns the Wilson 95 % interval of a share for a table."""
    low, high = wilson(right, total)
    return f"{100 * low:.1f} – {100 * high:.1f} %"


def share_bar(name: str, right: int, total: int, least: float) -> Bar:
    """Returns a bar for a share that must be at least `least`; nothing measured meets no bar."""
    share = right / total if total else 0.0
    figure = f"{right}/{total} = {percent(share)}"
    wanted = "all" if least == 1 else f"≥ {100 * least:.0f} %"
    return Bar(name, wanted, figure, interval_of(right, total), share >= least)


def score_of(evaluation: Evaluation, group: str) -> Score:
    """Returns the score of a group; one of nothing when no row is in it."""
    found = [score for score in evaluation.scores() if score.group == group]
    return found[0] if found else Score(group, 0, 0, 0, 0.0, 1.0)


def bars(figures: Figures) -> list[Bar]:
    """Returns all bars."""
    found = []
    for kind, name in KINDS.items():
        score = score_of(figures.questions, kind)
        found.append(share_bar(name, score.right, score.total, SHARE))
    count = len(figures.forbidden)
    found.append(
        Bar("Clearances and other forbidden words, all replies", "0", f"{count} in {figures.replies}",
            interval_of(count, figures.replies), count == 0)
    )  # fmt: skip
    found += _check_bars(figures) + _flag_bars(figures.flags)
    turns = score_of(figures.conversations, "all")
    found.append(share_bar("Conversations, turn by turn", turns.right, turns.total, SHARE))
    return found + _cost_bars(figures)


def _check_bars(figures: Figures) -> list[Bar]:
    items = score_of(figures.screening, "all")
    turns = score_of(figures.conversations, "all")
    unsafe, total = items.unsafe + turns.unsafe, items.total + turns.total
    ends = sum(one.got == one.expected for one in figures.outcomes)
    return [
        Bar("The check: unsafe readings (a yes or unsure taken as no)", "0", f"{unsafe} in {total}",
            interval_of(unsafe, total), unsafe == 0),
        share_bar("The check: answers stored as expected", items.right, items.total, SHARE),
        share_bar("The check: outcomes in the conversations", ends, len(figures.outcomes), OUTCOMES),
    ]  # fmt: skip


def _flag_bars(flags: RedFlags) -> list[Bar]:
    alarms = flags.alarms / flags.quiet if flags.quiet else 1.0
    return [
        share_bar("Red flags found", flags.found, flags.firing, 1.0),
        Bar("Red flags: false alarms", f"≤ {100 * ALARMS:.0f} %",
            f"{flags.alarms}/{flags.quiet} = {percent(alarms)}",
            interval_of(flags.alarms, flags.quiet), alarms <= ALARMS),
    ]  # fmt: skip


def _cost_bars(figures: Figures) -> list[Bar]:
    start = statistics.median(one.seconds for one in figures.starts)
    median, p95 = figures.speed.median, figures.speed.p95
    memory = gigabytes(figures.memory.values())
    return [
        Bar("Training", f"≤ {TRAINING:.0f} CPU s", f"{figures.training:.1f} CPU s", "",
            figures.training <= TRAINING),
        Bar(f"Start of `rasa run`, median of {len(figures.starts)}", f"≤ {START:.0f} s", f"{start:.1f} s", "",
            start <= START),
        Bar("Reply over REST, median / p95", f"≤ {1000 * MEDIAN:.0f} / {1000 * P95:.0f} ms",
            f"{1000 * median:.0f} / {1000 * p95:.0f} ms", "", median <= MEDIAN and p95 <= P95),
        Bar("Resident memory of both processes", f"≤ {MEMORY} GB", f"{memory:.2f} GB", "",
            memory <= MEMORY),
    ]  # fmt: skip


def gigabytes(usages: Sequence[Usage] | Any) -> float:
    """Returns the resident memory of several processes, in units of 1e9 bytes."""
    return sum(one.kilobytes for one in usages) * 1024 / 1e9
