"""The user's message as the dialogue sees it: the text and what the NLU made of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Below this calibrated probability a class is not acted upon. Chosen on data: docs/results.md.
GATE = 0.20


@dataclass(frozen=True)
class Hit:
    """A question found in the message: class name, calibrated probability and its part of the text."""

    topic: str
    confidence: float
    text: str


@dataclass(frozen=True)
class UserMessage:
    """A message with its classification.

    Attributes:
        text: as typed.
        ranking: class names (`faq/price`, `stop_check`, ...) with probabilities, best first.
        hits: the one to three questions that the message holds, best first.
        turn: number of the message in the conversation, for variation of wordings.
    """

    text: str
    ranking: tuple[tuple[str, float], ...] = ()
    hits: tuple[Hit, ...] = ()
    turn: int = 0

    @property
    def best(self) -> str:
        """The likeliest class, or an empty string."""
        return self.ranking[0][0] if self.ranking else ""

    @property
    def confidence(self) -> float:
        """Probability of the likeliest class."""
        return self.ranking[0][1] if self.ranking else 0.0

    def is_a(self, *names: str, at_least: float = GATE) -> bool:
        """Tell whether the likeliest class is one of `names` (or of their children)."""
        if self.confidence < at_least:
            return False
        return any(self.best == n or self.best.startswith(n + "/") for n in names)

    def probability(self, *names: str) -> float:
        """Return the probability mass of `names` and their children among the ranked classes."""
        return sum(p for n, p in self.ranking if any(n == x or n.startswith(x + "/") for x in names))

    @property
    def questions(self) -> list[Hit]:
        """The hits that are questions about the treatment."""
        return [h for h in self.hits if h.topic.startswith(("faq/", "not_in_document/"))]


def from_latest_message(latest: Mapping[str, Any], turn: int = 0) -> UserMessage:
    """Build a UserMessage from Rasa's `tracker.latest_message`.

    Args:
        latest: parse data; `topics` is written by rasa_ext.nlu.topic_classifier.
        turn: number of the message in the conversation.
    """
    topics = latest.get("topics") or {}
    ranking = tuple((str(n), float(p)) for n, p in topics.get("whole") or ())
    hits = tuple(
        Hit(str(h["topic"]), float(h["confidence"]), str(h.get("text", ""))) for h in topics.get("hits") or ()
    )
    return UserMessage(str(latest.get("text") or ""), ranking, hits, turn)
