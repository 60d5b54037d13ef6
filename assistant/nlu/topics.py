"""What a message is about: one topic of the whole message, or several questions in it."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

Scored = tuple[str, float]  # full class name, calibrated probability

MAX_HITS = 3
_QUESTIONS = ("faq/", "not_in_document/")  # classes that are questions with an answer of their own
_YIELDING = (
    "smalltalk/",
    "follow_up/",
    "out_of_scope",
    "affirm",
    "deny",
)  # may hide questions: "Hi! price? pain?"

# Chosen on held-out messages: 3,116 single ones, 1,400 joined from two, 293 from three (two folds of
# five). With these, 0.7 % of the single ones are split; 35 % of the pairs and 47 % of the triples get
# all their answers, which is 66 % and 84 % of those whose clauses are each recognised. With an
# evidence of 5 it is 1.3 % of the single ones and 39 % of the pairs.
_CLAUSE = 0.5  # a clause below this probability is no question of its own
_ASKING = 1.0  # log-odds that the form of a question is worth; story clauses do without
_EVIDENCE = 4.5  # log-odds by which the two clearest clauses must outweigh the whole message
_OTHER = 0.5  # a control, statement or check intent of the whole message wins from this probability


@dataclass(frozen=True)
class Segment:
    """A clause of a message: text == message[start:end]."""

    text: str
    start: int
    end: int
    asks: bool = False  # it has the form of a question


@dataclass(frozen=True)
class TopicHit:
    """A topic to be answered, and the words of the message that ask for it."""

    topic: str
    confidence: float
    text: str
    start: int
    end: int


def may_hold_several(scored: Sequence[Scored]) -> bool:
    """Tell whether a message whose classes these are, best first, may be several questions."""
    name, confidence = scored[0]
    return confidence < _OTHER or name.startswith((*_QUESTIONS, *_YIELDING))


def read_clauses(clauses: Sequence[Segment], best: Callable[[str], Scored]) -> list[tuple[Segment, Scored]]:
    """Find the best class of each clause, as long as two of them may be different questions.

    The shortest, which costs least, is read first; when all but one are no question, the last one can change
    nothing.

    Args:
        clauses: of a message, in order.
        best: tells what a text is about.

    Returns:
        the clauses that were read, in the order of the message.
    """
    read: list[tuple[Segment, Scored]] = []
    topics: set[str] = set()
    by_length = sorted(clauses, key=lambda clause: clause.end - clause.start)
    for number, clause in enumerate(by_length):
        if len(topics) + len(clauses) - number < 2:
            break
        found = best(clause.text)
        read.append((clause, found))
        if _is_question(found):
            topics.add(found[0])
    return sorted(read, key=lambda pair: pair[0].start)


def plan_topics(
    whole: Segment, scored: Sequence[Scored], segments: Sequence[tuple[Segment, Scored]]
) -> list[TopicHit]:
    """Decide whether a message is one question or several.

    People wrap one question in a story, so clauses alone prove nothing. Several questions differ
    from a story in that their clauses are clearer than the whole: a mixture of two topics is like
    neither, while a story's clauses without its question are vague. Hence: log-odds of the two
    clearest clauses of different topics, minus the log-odds of the whole message, plus a bonus for
    each that has the form of a question.

    Args:
        whole: the message.
        scored: its classes, best first.
        segments: its clauses with their best classes; none when there is one clause only.

    Returns:
        the whole message's best class alone, or up to `MAX_HITS` different topics in the order of
        the message.
    """
    name, confidence = scored[0]
    single = [TopicHit(name, confidence, whole.text, whole.start, whole.end)]
    if not may_hold_several(scored):
        return single
    best: dict[str, tuple[float, Segment]] = {}
    for segment, found in segments:
        topic, p = found
        if _is_question(found) and p > best.get(topic, (0.0, segment))[0]:
            best[topic] = (p, segment)
    clearest = sorted(best.items(), key=lambda item: -item[1][0])[:MAX_HITS]
    if len(clearest) < 2:
        return single
    evidence = sum(_log_odds(p) + _ASKING * segment.asks for _, (p, segment) in clearest[:2])
    if evidence - _log_odds(confidence) < _EVIDENCE:
        return single
    hits = [TopicHit(topic, p, s.text, s.start, s.end) for topic, (p, s) in clearest]
    return sorted(hits, key=lambda hit: hit.start)


def _is_question(found: Scored) -> bool:
    """Tell whether a clause is a question of its own."""
    topic, p = found
    return p >= _CLAUSE and topic.startswith(_QUESTIONS)


def _log_odds(p: float) -> float:
    clipped = min(max(p, 1e-4), 0.9999)
    return math.log(clipped / (1 - clipped))
