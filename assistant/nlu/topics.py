"""What a message is about: one topic of the whole message, or several questions in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

Scored = tuple[str, float]  # full class name, calibrated probability


@dataclass(frozen=True)
class Segment:
    """A clause of a message: text == message[start:end]."""

    text: str
    start: int
    end: int


@dataclass(frozen=True)
class TopicHit:
    """A topic to be answered, and the words of the message that ask for it."""

    topic: str
    confidence: float
    text: str
    start: int
    end: int


def plan_topics(
    whole: Segment, scored: Sequence[Scored], segments: Sequence[tuple[Segment, Sequence[Scored]]]
) -> list[TopicHit]:
    """STUB"""
    return [TopicHit(scored[0][0], scored[0][1], whole.text, whole.start, whole.end)]
