"""Judges what a pipeline made of the questions of the development set, without a dialogue around it.

Only Stria has replies that can be judged. For a side-by-side comparison the class that each pipeline
finds is judged in the place of a reply, Stria's as well, by one rule:

* `answered`: the answer that the document's facts give to this class holds all facts of the row.
* `not_in_document`: the class is the silent topic of the row. A statement about oneself is right
  too where the evaluation of replies takes it (`OWN_HEALTH`).
* `out_of_scope`, `smalltalk`: a class of this kind.
* `condition`: a statement about oneself. `emergency`: an emergency or self-harm.

A message that the FallbackClassifier set aside is neither right nor wrong but asked back. A class
that would have been answered although the document is silent is a false answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from assistant.knowledge.compose import answer_topic, refuse_topic
from assistant.knowledge.content import content
from benchmarks.pipelines import Reading
from scripts._results import wilson
from scripts.eval_devset import OWN_HEALTH, Row

RIGHT, WRONG, ASKED, FALSE_ANSWER = "right", "wrong", "asked back", "false answer"
OUTCOMES = (RIGHT, WRONG, ASKED, FALSE_ANSWER)
_STATEMENTS = ("inform_health", "correct_answer")
_KINDS = {
    "out_of_scope": ("out_of_scope",),
    "smalltalk": ("smalltalk",),
    "condition": _STATEMENTS,
    "emergency": ("emergency", "self_harm"),
}


@cache
def facts_of(name: str) -> frozenset[str]:
    """Returns the facts that a reply to this class holds; none for a class without a topic."""
    parent, _, topic = name.partition("/")
    if parent == "faq" and topic in content().topics:
        return frozenset(answer_topic(topic).facts)
    if parent == "not_in_document" and topic in content().silent:
        return frozenset(refuse_topic(topic, 0).facts)
    return frozenset()


def outcome(row: Row, name: str) -> str:
    """Returns what a reply to a class would be for a row: one of `OUTCOMES`."""
    parent, _, topic = name.partition("/")
    expected = row["expect"]
    if not name:
        return ASKED
    if parent == "faq" and expected in ("not_in_document", "out_of_scope"):
        return FALSE_ANSWER
    if expected == "answered":
        right = parent == "faq" and set(row["facts"]) <= facts_of(name)
    elif expected == "not_in_document":
        silent = content().silent.get(topic) if parent == "not_in_document" else None
        own = row["topic"] in OWN_HEALTH and parent in _STATEMENTS
        right = own or (silent is not None and silent.id == row["topic"])
    else:
        right = parent in _KINDS[expected]
    return RIGHT if right else WRONG


def judge(rows: Sequence[Row], readings: Sequence[Reading], *, fallback: bool = True) -> dict[str, Any]:
    """Counts the outcomes of all rows.

    Args:
        rows: of questions.yml.
        readings: what the pipeline made of each.
        fallback: False takes the likeliest class also where the pipeline set it aside.

    Returns:
        for each kind of row, and for `all`, the number of rows with each outcome.
    """
    counts: dict[str, dict[str, int]] = {}
    for row, reading in zip(rows, readings, strict=True):
        name = "" if reading.fallback and fallback else reading.best
        found = outcome(row, name)
        for group in (row["expect"], "all"):
            of_group = counts.setdefault(group, dict.fromkeys(OUTCOMES, 0))
            of_group[found] += 1
    return counts


def reachable(rows: Iterable[Row]) -> int:
    """Returns how many rows one class can answer in full; the others ask for facts of several topics."""
    topics = [facts_of(f"faq/{name}") for name in content().topics]
    return sum(
        row["expect"] != "answered" or any(set(row["facts"]) <= facts for facts in topics) for row in rows
    )


def interval(counts: Mapping[str, int]) -> tuple[float, float]:
    """Returns Wilson's 95 % interval of the share that is right."""
    return wilson(counts[RIGHT], sum(counts.values()))


def auroc(inside: Sequence[float], outside: Sequence[float]) -> float:
    """Returns the chance that a message of the intents is surer than one of none (0.5: no better than dice)."""
    # Here, not above: it imports all of SciPy, and the report needs none of it.
    from sklearn.metrics import roc_auc_score

    kinds = [1] * len(inside) + [0] * len(outside)
    return float(roc_auc_score(kinds, [*inside, *outside]))
