"""How well questions on new topics are grouped: `python -m tests.grouping` prints the figures.

Labelled data are the examples of the silent topics, scrubbed with the words that are known without
them, in a space that was learnt without them: topics nobody has written yet. The distance is chosen on every second topic; the others tell how
good it is. A drawing takes 1 to 30 examples a topic, as few topics are asked often.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from assistant.nlu.training_data import Example, read_examples
from clinic.insights.groups import NEAR, SMALLEST, clusters
from clinic.insights.scrub import Scrubber
from clinic.insights.vectors import Space
from clinic.insights.words import Words, content_words, word_lists

SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30)
DRAWINGS = 8
SHORT = 10


@dataclass(frozen=True)
class Figures:
    """Means over drawings.

    Attributes:
        rand: adjusted Rand index of all questions.
        purity: share of the shown questions that are of their group's commonest topic.
        shown: share of the questions that are in groups large enough to be shown.
        groups: how many of those there are.
        topics: how many topics were drawn.
    """

    rand: float
    purity: float
    shown: float
    groups: float
    topics: float


def is_silent(label: str) -> bool:
    """Tells whether a class is a silent topic with a name."""
    return label.startswith("not_in_document/") and label != "not_in_document/other"


def others() -> list[Example]:
    """Returns the examples of all other classes."""
    return [e for e in read_examples() if not is_silent(e.label)]


@lru_cache(maxsize=1)
def space() -> Space:
    """Returns vectors that know nothing of the silent topics."""
    return Space(others())


@lru_cache(maxsize=2)
def labelled(words: int = 0) -> dict[str, list[str]]:
    """Returns the scrubbed examples of each silent topic; with `words`, those with no more of them."""
    scrubber = Scrubber(Words.of(content_words(others()), word_lists()))
    found: dict[str, list[str]] = defaultdict(list)
    for example in read_examples():
        text = scrubber.scrub(example.text) if is_silent(example.label) else ""
        if text and (not words or len(example.text.split()) <= words):
            found[example.label].append(text)
    return {label: sorted(set(texts)) for label, texts in sorted(found.items())}


def halves() -> tuple[list[str], list[str]]:
    """Returns the topics to choose by, and those to measure on."""
    topics = sorted(labelled())
    random.Random(7).shuffle(topics)
    return topics[::2], topics[1::2]


def measure(topics: Sequence[str], near: float, words: int = 0) -> Figures:
    """Returns how well drawings of these topics are grouped."""
    rows = [_drawing(topics, near, words, seed) for seed in range(DRAWINGS)]
    return Figures(*(round(float(x), 3) for x in np.mean(rows, axis=0)))


def _drawing(topics: Sequence[str], near: float, words: int, seed: int) -> tuple[float, ...]:
    from sklearn.metrics import adjusted_rand_score

    chance = random.Random(seed)
    label_of: dict[str, str] = {}
    for topic in topics:
        texts = labelled(words)[topic]
        for text in chance.sample(texts, min(chance.choice(SIZES), len(texts))):
            label_of[text] = topic
    texts = sorted(label_of)
    labels, numbers = [label_of[t] for t in texts], clusters(texts, space().vectors, near)
    members: dict[int, Counter[str]] = defaultdict(Counter)
    for label, number in zip(labels, numbers, strict=True):
        members[number][label] += 1
    large = [c for c in members.values() if c.total() >= SMALLEST]
    shown = sum(c.total() for c in large)
    right = sum(c.most_common(1)[0][1] for c in large)
    rand = adjusted_rand_score(labels, numbers)
    return rand, right / max(shown, 1), shown / len(texts), len(large), len(set(labels))


def main() -> None:
    """Prints the figures of several distances on the first half, and of `NEAR` on the other."""
    choose, held_out = halves()
    for near in (0.7, 0.75, 0.8, 0.85, 0.9, 0.95):
        print("choose", near, measure(choose, near), measure(choose, near, SHORT))
    print("held out", NEAR, measure(held_out, NEAR), measure(held_out, NEAR, SHORT))


if __name__ == "__main__":
    main()
