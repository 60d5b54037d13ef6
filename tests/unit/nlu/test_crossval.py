"""The report of cross-validation."""

from __future__ import annotations

from assistant.nlu.crossval import (
    Outcome,
    accuracy_lines,
    class_lines,
    confusion_lines,
    cross_validate,
    suspicious_lines,
)
from assistant.nlu.pipeline import Settings
from assistant.nlu.training_data import Example


def outcome(label: str, predicted: str, confidence: float, text: str = "text") -> Outcome:
    """An outcome of an example from one file."""
    return Outcome(Example(text, label, "nlu/x.yml"), predicted, confidence, (predicted, "other", "third"))


OUTCOMES = [
    outcome("faq/a", "faq/a", 0.95),
    outcome("faq/a", "faq/b", 0.97, "odd"),
    outcome("faq/b", "faq/a", 0.35),
    outcome("c", "c", 0.75),
]


def test_accuracy() -> None:
    """Half are right; a gate of 0.9 keeps two, one of them right."""
    lines = accuracy_lines(OUTCOMES)
    assert lines[1] == "top-1 50.0%   top-3 50.0%   parent intent 100.0%"
    assert "gate 0.9: kept 50.0%, right among kept 50.0%, wrong 25.0%" in lines


def test_worst_classes() -> None:
    """The class that is never found comes first."""
    assert class_lines(OUTCOMES, 1) == ["  0% found,   0% precise,   1: faq/b"]


def test_confusions_count_both_directions() -> None:
    """One pair, two examples, the surer first."""
    lines = confusion_lines(OUTCOMES, 5)
    assert lines[0] == "  2  faq/a <-> faq/b"
    assert lines[1].endswith("0.97] odd")


def test_suspicious_examples() -> None:
    """Only what another class claims surely."""
    assert suspicious_lines(OUTCOMES) == ["nlu/x.yml: [faq/a -> faq/b? 0.97] odd"]


def test_cross_validation_keeps_the_order() -> None:
    """Each example comes back once, judged by a model that has not seen it."""
    texts = {"pain": "does it hurt {} now", "price": "what does {} cost here"}
    examples = [
        Example(text.format(word), label, "x")
        for label, text in texts.items()
        for word in ("one", "two", "three", "four", "five", "six")
    ]
    outcomes = cross_validate(examples, 3, Settings(embeddings=False), [])
    assert [o.example for o in outcomes] == examples
    assert all(o.right for o in outcomes)
