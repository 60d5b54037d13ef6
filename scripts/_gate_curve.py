"""The gate: what each threshold would have done to the dev questions, computed without the servers.

The classification of each question comes from the running model once; the planning of the reply is
then repeated for each threshold. Messages that Rasa's rules send to another action than the
answering one, as a short yes or a request for a person, keep what the running assistant said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from assistant.dialogue import answering, message
from assistant.dialogue.message import UserMessage, from_latest_message
from scripts._env import ROOT
from scripts.eval_devset import FACTS_SLOT, KIND_SLOT, Row, judge_question

THRESHOLDS = tuple(round(0.05 * step, 2) for step in range(1, 19))
RIGHT, WRONG, ASKED, OTHER, REFUSED = "right", "wrong", "asked", "other", "refused"
_REFUSALS = ("not_in_document", "out_of_scope")
_EMERGENCIES = ("emergency", "self_harm")
_FALLBACK = "nlu_fallback"
#: The groups of questions that the gate decides about, and what can happen to them.
ANSWERABLE = "answered"
OUTCOMES = {
    ANSWERABLE: (RIGHT, WRONG, ASKED, OTHER),
    "not_in_document": (REFUSED, WRONG, ASKED, OTHER),
    "out_of_scope": (REFUSED, WRONG, ASKED, OTHER),
}


@dataclass(frozen=True)
class Answer:
    """What the assistant said, as far as it is judged."""

    kind: str | None
    facts: tuple[str, ...]
    text: str


@dataclass(frozen=True)
class Case:
    """A dev question with its classification (`/model/parse`) and what the assistant said to it."""

    row: Row
    parsed: Mapping[str, Any]
    said: Answer


@dataclass(frozen=True)
class Point:
    """What a threshold does: for each group of questions the number with each outcome."""

    threshold: float
    counts: Mapping[str, Mapping[str, int]]

    def share(self, outcome: str, *groups: str) -> float:
        """Return the share of the questions in `groups` with this outcome."""
        total = sum(sum(self.counts[g].values()) for g in groups)
        return sum(self.counts[g].get(outcome, 0) for g in groups) / total if total else 0.0


@contextmanager
def gate_at(threshold: float) -> Iterator[None]:
    """Let the dialogue act upon classes from this probability on, for a while."""
    defaults: dict[str, Any] = UserMessage.is_a.__kwdefaults__
    before = message.GATE, answering.GATE, defaults["at_least"]  # type: ignore[attr-defined]
    message.GATE = answering.GATE = defaults["at_least"] = threshold  # type: ignore[attr-defined]
    try:
        yield
    finally:
        message.GATE, answering.GATE, defaults["at_least"] = before  # type: ignore[attr-defined]


def answering_intents(folder: Path = ROOT / "data" / "rules") -> frozenset[str]:
    """Return the intents that Rasa's rules send to `action_answer`."""
    found = set()
    for path in sorted(folder.glob("*.yml")):
        for rule in yaml.safe_load(path.read_text(encoding="utf-8"))["rules"]:
            steps = rule["steps"]
            if len(steps) > 1 and steps[1].get("action") == "action_answer" and "intent" in steps[0]:
                found.add(steps[0]["intent"])
    return frozenset(found)


def answer_at(case: Case, threshold: float, intents: frozenset[str]) -> Answer:
    """Return what would be said with this threshold."""
    intent = (case.parsed.get("intent") or {}).get("name")
    if intent in _EMERGENCIES:
        return Answer("emergency", (), "")
    said = from_latest_message(case.parsed, turn=1)
    # A fallback in spite of a clear class: the red-flag detector set the classifier's word aside.
    set_aside = intent == _FALLBACK and said.confidence >= message.GATE
    parent = said.best.partition("/")[0]
    if parent and said.confidence >= threshold and parent not in intents and not set_aside:
        return case.said if said.confidence >= message.GATE else Answer(None, (), "")
    with gate_at(threshold):
        reply = answering.reply_to(said)
    text = "\n".join(m.text for m in reply.messages)
    return Answer(reply.kind, tuple(reply.facts), text)


def outcome_of(row: Row, answer: Answer) -> str:
    """Return what happened to a question: one of `OUTCOMES` of its group."""
    slots = {KIND_SLOT: answer.kind, FACTS_SLOT: list(answer.facts)}
    if answer.kind == "unclear":
        return ASKED
    if row["expect"] == ANSWERABLE:
        if answer.kind != ANSWERABLE:
            return OTHER
        return WRONG if judge_question(row, answer.text, slots) else RIGHT
    if answer.kind == ANSWERABLE:
        return WRONG
    refused = answer.kind in _REFUSALS or not judge_question(row, answer.text, slots)
    return REFUSED if refused else OTHER


def curve(cases: Sequence[Case], intents: frozenset[str], thresholds: Sequence[float]) -> list[Point]:
    """Return the outcomes of the questions for each threshold."""
    points = []
    for threshold in thresholds:
        counts: dict[str, Counter[str]] = {group: Counter() for group in OUTCOMES}
        for case in cases:
            if (group := case.row["expect"]) in counts:
                counts[group][outcome_of(case.row, answer_at(case, threshold, intents))] += 1
        points.append(Point(threshold, counts))
    return points


def agreement(cases: Sequence[Case], intents: frozenset[str]) -> tuple[int, int]:
    """Return for how many questions the computation at the gate in use gives what was really said."""
    judged = [c for c in cases if c.row["expect"] in OUTCOMES]
    same = sum(
        outcome_of(c.row, answer_at(c, message.GATE, intents)) == outcome_of(c.row, c.said) for c in judged
    )
    return same, len(judged)


def plot(points: Sequence[Point], gate: float, path: Path) -> None:
    """Draw the curves, with a line at the gate in use."""
    import matplotlib  # type: ignore[import-untyped,import-not-found,unused-ignore]

    matplotlib.use("Agg")
    from matplotlib import pyplot  # type: ignore[import-untyped,import-not-found,unused-ignore]

    x = [point.threshold for point in points]
    figure, axes = pyplot.subplots(1, 2, figsize=(10, 4), sharey=True)
    panels = (
        ("Questions that the document answers", (ANSWERABLE,), OUTCOMES[ANSWERABLE]),
        ("Unanswerable and out of scope", _REFUSALS, OUTCOMES["out_of_scope"]),
    )
    names = {
        RIGHT: "answered right", REFUSED: "refused", ASKED: "asked back", OTHER: "another reply",
    }  # fmt: skip
    styles = {
        RIGHT: ("#1b7837", "-"), REFUSED: ("#1b7837", "-"), WRONG: ("#b2182b", "-"),
        ASKED: ("#2166ac", "--"), OTHER: ("#777777", ":"),
    }  # fmt: skip
    for axis, (title, groups, outcomes) in zip(axes, panels, strict=True):
        for outcome in outcomes:
            wrong = "answered wrong" if groups == (ANSWERABLE,) else "wrongly answered"
            colour, line = styles[outcome]
            shares = [100 * point.share(outcome, *groups) for point in points]
            axis.plot(x, shares, line, color=colour, marker=".", label=names.get(outcome, wrong))
        axis.axvline(gate, color="black", linewidth=0.8)
        axis.annotate(f" in use: {gate:.2f}", (gate, 50), fontsize=8)
        axis.set(title=title, xlabel="gate (calibrated probability)", ylim=(-2, 102))
        axis.grid(alpha=0.3)
        axis.legend(loc="center right", fontsize=8)
    axes[0].set_ylabel("% of the questions")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110, metadata={"Software": None})
    pyplot.close(figure)
