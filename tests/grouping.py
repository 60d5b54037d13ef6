"""How well questions on new topics are grouped: `python -m tests.grouping` prints the figures.

Labelled data are the examples of the silent topics, in two halves. Those of a half are scrubbed with the
words that are known without any silent topic, and turned into vectors by a space that was learnt without
that half: topics nobody has written yet. A drawing takes 1 to 30 examples a topic, as few topics are asked
often. Beside them stand two public sets about other things entirely (benchmarks/data), as they were typed:
our examples were written to be unlike each other, these as people ask. What is chosen is chosen on
the first half and on the first sample of each set; the second half and the other samples tell how good it is.
"""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache

import numpy as np

from assistant.nlu.encoder import Vectors
from assistant.nlu.training_data import read_examples
from benchmarks.sampling import DATA, SEEDS, read
from clinic.insights.groups import NEAR, SMALLEST, clusters
from clinic.insights.scrub import Scrubber
from clinic.insights.vectors import Space
from clinic.insights.words import Words, common_words, content_words, word_lists

SIZES = (1, 2, 3, 4, 5, 6, 8, 10, 12, 15, 20, 30)
DRAWINGS = 8
PUBLIC = ("clinc150", "banking77")
#: Classes of messages that have no subject in common: a question nobody else asks.
ALONE = ("out_of_scope/everyday", "not_in_document/other")
Encode = Callable[[Sequence[str]], Vectors]
#: Texts, and what each is about.
Labelled = dict[str, str]


@dataclass(frozen=True)
class Figures:
    """Means over drawings.

    Attributes:
        rand: adjusted Rand index of all questions.
        v: V-measure, harmonic mean of homogeneity and completeness.
        precision, recall: B-cubed: share of a question's group that is of its topic, and of its topic
            that is in its group.
        purity: share of the shown questions that are of their group's commonest topic.
        shown: share of the questions that are in groups large enough to be shown.
        alone: share of the questions that are in no group with another one.
        groups: how many groups are shown.
        topics: how many topics were drawn.
        questions: how many questions.
    """

    rand: float
    v: float
    precision: float
    recall: float
    purity: float
    shown: float
    alone: float
    groups: float
    topics: float
    questions: float

    @property
    def useful(self) -> float:
        """Harmonic mean of `purity` and `shown`: what is chosen by."""
        return 2 * self.purity * self.shown / max(self.purity + self.shown, 1e-9)

    def __str__(self) -> str:
        """One line."""
        return "  ".join(f"{name} {value:.3g}" for name, value in asdict(self).items())


def is_silent(label: str) -> bool:
    """Tells whether a class is a silent topic with a name."""
    return label.startswith("not_in_document/") and label != "not_in_document/other"


@lru_cache(maxsize=3)
def space_without(topics: Sequence[str]) -> Space:
    """Returns vectors that know nothing of these topics."""
    return Space([e for e in read_examples() if e.label not in topics])


@lru_cache(maxsize=1)
def _scrubber() -> Scrubber:
    others = [e for e in read_examples() if not is_silent(e.label)]
    return Scrubber(Words.of(content_words(others), word_lists(), common_words()))


@lru_cache(maxsize=1)
def labelled() -> dict[str, list[str]]:
    """Returns the scrubbed examples of each silent topic, and of the classes `ALONE`."""
    found: dict[str, set[str]] = defaultdict(set)
    for example in read_examples():
        if is_silent(example.label) or example.label in ALONE:
            text = _scrubber().scrub(example.text)
            found[example.label] |= {text} if text else set()
    return {label: sorted(texts) for label, texts in sorted(found.items())}


def halves() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Returns the topics to choose by, and those to measure on."""
    topics = sorted(filter(is_silent, labelled()))
    random.Random(7).shuffle(topics)
    return tuple(topics[::2]), tuple(topics[1::2])


def drawing(of: dict[str, list[str]], seed: int) -> Labelled:
    """Draws some texts of each topic."""
    chance = random.Random(seed)
    label_of: Labelled = {}
    for topic, texts in of.items():
        for text in chance.sample(texts, min(chance.choice(SIZES), len(texts))):
            label_of[text] = topic
    return label_of


def of_topics(topics: Sequence[str]) -> list[Labelled]:
    """Returns drawings of silent topics."""
    return [drawing({t: labelled()[t] for t in topics}, seed) for seed in range(DRAWINGS)]


def few(drawn: Sequence[Labelled], topics: int = 5, count: int = 20) -> list[Labelled]:
    """Returns a few questions on a few topics of each drawing: the first week of a clinic."""
    found = []
    for seed, of in enumerate([*drawn] * DRAWINGS):
        chance = random.Random(seed)
        names = chance.sample(sorted(set(of.values())), topics)
        texts = sorted(text for text, label in of.items() if label in names)
        found.append({text: of[text] for text in chance.sample(texts, min(count, len(texts)))})
    return found


def among_others(topics: Sequence[str]) -> list[Labelled]:
    """Returns drawings among as many questions that nobody else asks."""
    found = []
    for seed, of in enumerate(of_topics(topics)):
        alone = [text for label in ALONE for text in labelled()[label] if text not in of]
        found.append({**of, **{text: text for text in random.Random(seed).sample(alone, len(of))}})
    return found


def public(name: str, seeds: Sequence[int]) -> list[Labelled]:
    """Returns drawings of a public set, one of each sample."""
    found = []
    for seed in seeds:
        of: dict[str, list[str]] = defaultdict(list)
        sample = read(DATA / f"{name}.csv.gz")[seed]
        for text, intent in sorted({*sample.train, *sample.test}):
            of[intent].append(text)
        found.append(drawing(of, seed))
    return found


def measure(drawn: Sequence[Labelled], encode: Encode, near: float = NEAR) -> Figures:
    """Returns how well drawings are grouped."""
    rows = [_figures(label_of, encode, near) for label_of in drawn]
    return Figures(*(round(float(x), 3) for x in np.mean(rows, axis=0)))


def _figures(label_of: Labelled, encode: Encode, near: float) -> tuple[float, ...]:
    from sklearn.metrics import adjusted_rand_score, v_measure_score

    texts = sorted(label_of)
    labels, numbers = [label_of[t] for t in texts], clusters(texts, encode, near)
    pairs, sizes, topics = Counter(zip(labels, numbers, strict=True)), Counter(numbers), Counter(labels)
    commonest = {k: max(n for (_, number), n in pairs.items() if number == k) for k in sizes}
    large = [k for k, size in sizes.items() if size >= SMALLEST]
    shown = sum(sizes[k] for k in large)
    return (
        adjusted_rand_score(labels, numbers),
        v_measure_score(labels, numbers),
        float(np.mean([pairs[label, k] / sizes[k] for label, k in zip(labels, numbers, strict=True)])),
        float(np.mean([pairs[label, k] / topics[label] for label, k in zip(labels, numbers, strict=True)])),
        sum(commonest[k] for k in large) / max(shown, 1),
        shown / len(texts),
        sum(size == 1 for size in sizes.values()) / len(texts),
        len(large),
        len(topics),
        len(texts),
    )


def main() -> None:
    """Prints the figures of several values of `NEAR` where it is chosen, and of the chosen one elsewhere."""
    choose, held_out = halves()
    first, second = space_without(choose).vectors, space_without(held_out).vectors
    for near in (0.3, 0.35, 0.4, 0.45, 0.5):
        ours = [measure(d, first, near) for d in (few(of_topics(choose)), of_topics(choose))]
        samples = [public(name, SEEDS[:1]) for name in PUBLIC]
        others = [measure(d, first, near) for s in samples for d in (few(s), s)]
        # Ours count as much as both public sets.
        useful = np.mean([f.useful for f in (*ours, *ours, *others)])
        print(f"choose {near}: {useful:.3f}", *(f"{f.useful:.2f}" for f in (*ours, *others)))
    print("held out, few    ", measure(few(of_topics(held_out)), second))
    print("held out         ", measure(of_topics(held_out), second))
    print("held out, others ", measure(among_others(held_out), second))
    for name in PUBLIC:
        print(f"{name}, few   ", measure(few(public(name, SEEDS[1:])), second))
        print(f"{name}        ", measure(public(name, SEEDS[1:]), second))


if __name__ == "__main__":
    main()
