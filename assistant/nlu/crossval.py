"""Cross-validation of the classifier on data/nlu: `python -m assistant.nlu.crossval [--folds 5]`.

Prints accuracy, the share right among those kept by a gate, the worst classes, the commonest
confusions and the examples that the classifier is sure belong elsewhere (mislabelled, ambiguous, or
taught too little).
"""

from __future__ import annotations

import argparse
import resource
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from assistant.nlu.calibration import stratified_folds
from assistant.nlu.pipeline import Settings, TopicModel
from assistant.nlu.training_data import Example, protected_names, read_examples

GATES = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)
_SURE = 0.9  # a held-out example that another class claims with this probability is listed


@dataclass(frozen=True)
class Outcome:
    """A held-out example and what a model that has not seen it says."""

    example: Example
    predicted: str
    confidence: float
    top3: tuple[str, ...]

    @property
    def right(self) -> bool:
        """Whether the best class is the true one."""
        return self.predicted == self.example.label


def cross_validate(
    examples: Sequence[Example], folds: int, settings: Settings, names: Sequence[str], seed: int = 0
) -> list[Outcome]:
    """Train `folds` times from nothing; return each example's outcome, in the order given."""
    labels = sorted({e.label for e in examples})
    fold_of = stratified_folds(np.array([labels.index(e.label) for e in examples]), folds, seed)
    outcomes: dict[int, Outcome] = {}
    for fold in range(folds):
        seen = [e for e, f in zip(examples, fold_of, strict=True) if f != fold]
        model = TopicModel.train([e.text for e in seen], [e.label for e in seen], names, settings)
        held_out = [i for i, f in enumerate(fold_of) if f == fold]
        rows = model.probabilities([examples[i].text for i in held_out])
        for i, row in zip(held_out, rows, strict=True):
            order = np.argsort(-row, kind="stable")[:3]
            top3 = tuple(model.labels[j] for j in order)
            outcomes[i] = Outcome(examples[i], top3[0], float(row[order[0]]), top3)
    return [outcomes[i] for i in range(len(examples))]


def accuracy_lines(outcomes: Sequence[Outcome]) -> list[str]:
    """Return accuracy, coverage and calibration, one figure a line."""
    right = np.array([o.right for o in outcomes])
    p = np.array([o.confidence for o in outcomes])
    top3 = np.mean([o.example.label in o.top3 for o in outcomes])
    parent = np.mean([o.predicted.split("/")[0] == o.example.label.split("/")[0] for o in outcomes])
    bins = np.minimum((p * 10).astype(int), 9)
    gaps = [abs(right[bins == b].mean() - p[bins == b].mean()) * (bins == b).mean() for b in np.unique(bins)]
    lines = [
        f"examples {len(outcomes)}   classes {len({o.example.label for o in outcomes})}",
        f"top-1 {right.mean():.1%}   top-3 {top3:.1%}   parent intent {parent:.1%}",
        f"calibration error {sum(gaps):.1%}",
    ]
    for gate in GATES:
        kept = p >= gate
        share = f"right among kept {right[kept].mean():.1%}" if kept.any() else "none kept"
        lines.append(f"gate {gate}: kept {kept.mean():.1%}, {share}, wrong {(kept & ~right).mean():.1%}")
    return lines


def class_lines(outcomes: Sequence[Outcome], count: int) -> list[str]:
    """Return the `count` classes with the lowest recall, with precision and size."""
    true = Counter(o.example.label for o in outcomes)
    said = Counter(o.predicted for o in outcomes)
    hit = Counter(o.predicted for o in outcomes if o.right)
    worst = sorted(true, key=lambda label: hit[label] / true[label])[:count]
    return [
        f"{hit[c] / true[c]:4.0%} found, {hit[c] / max(said[c], 1):4.0%} precise, {true[c]:3d}: {c}"
        for c in worst
    ]


def confusion_lines(outcomes: Sequence[Outcome], count: int, texts: int = 2) -> list[str]:
    """Return the commonest pairs of confused classes, both directions together, with examples."""
    pairs: dict[tuple[str, str], list[Outcome]] = defaultdict(list)
    for o in outcomes:
        if not o.right:
            first, second = sorted((o.example.label, o.predicted))
            pairs[first, second].append(o)
    lines = []
    for (first, second), wrong in sorted(pairs.items(), key=lambda item: -len(item[1]))[:count]:
        lines.append(f"{len(wrong):3d}  {first} <-> {second}")
        shown = sorted(wrong, key=lambda o: -o.confidence)[:texts]
        lines.extend(f"       [{o.example.label} read as {o.predicted} {_line(o)}" for o in shown)
    return lines


def suspicious_lines(outcomes: Sequence[Outcome], sure: float = _SURE) -> list[str]:
    """Return the examples that another class claims with probability `sure` or more."""
    wrong = sorted((o for o in outcomes if not o.right and o.confidence >= sure), key=lambda o: -o.confidence)
    return [f"{o.example.file}: [{o.example.label} -> {o.predicted}? {_line(o)}" for o in wrong]


def _line(outcome: Outcome) -> str:
    return f"{outcome.confidence:.2f}] {outcome.example.text}"


def main() -> None:
    """Run from the command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0] if __doc__ else None)
    parser.add_argument("--folds", type=int, default=5)
    parser.add_argument("--pairs", type=int, default=25, help="confused pairs to show")
    parser.add_argument("--texts", type=int, default=2, help="texts to show of each pair")
    parser.add_argument(
        "--no-embeddings", action="store_true", help="words alone, as without the weights package"
    )
    options = parser.parse_args()
    settings = Settings(embeddings=not options.no_embeddings)
    outcomes = cross_validate(read_examples(), options.folds, settings, protected_names())
    used = resource.getrusage(resource.RUSAGE_SELF)
    for title, lines in (
        ("Accuracy", accuracy_lines(outcomes)),
        ("Worst classes", class_lines(outcomes, options.pairs)),
        ("Confusions", confusion_lines(outcomes, options.pairs, options.texts)),
        (f"Claimed by another class with p >= {_SURE}", suspicious_lines(outcomes)),
    ):
        print(f"\n{title}")
        print("\n".join(lines))
    print(f"\nCPU seconds: {used.ru_utime + used.ru_stime:.0f}")


if __name__ == "__main__":
    main()
