"""Reading the examples without Rasa."""

from __future__ import annotations

from pathlib import Path

import pytest

from assistant.datafiles import DataFileError
from assistant.nlu.training_data import Example, protected_names, read_examples

GOOD = """\
version: "3.1"
nlu:
- intent: faq/heat
  examples: |
    - is it [hot](word)?
    - does it [burn]{"entity": "word"} me
    - is it [hot](word)?
- synonym: x
  examples: |
    - y
- intent: affirm
  examples: |
    - yes
    -
"""


@pytest.fixture
def data(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A data folder of its own."""
    (tmp_path / "nlu").mkdir()
    monkeypatch.setenv("STRIA_DATA", str(tmp_path))
    return tmp_path / "nlu"


def test_examples(data: Path) -> None:
    """Entity marks are stripped, repetitions and empty lines left out, synonyms are no examples."""
    (data / "a.yml").write_text(GOOD)
    assert read_examples() == [
        Example("is it hot?", "faq/heat", "nlu/a.yml"),
        Example("does it burn me", "faq/heat", "nlu/a.yml"),
        Example("yes", "affirm", "nlu/a.yml"),
    ]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("nlu: 3", "no list"),
        ("[]", "no list"),
        ("nlu: [x]", "no mapping"),
        ("nlu: [{intent: a, examples: [b]}]", "examples are no text"),
    ],
)
def test_errors_name_the_file(data: Path, content: str, problem: str) -> None:
    """Whoever edits the examples is told what is wrong and where."""
    (data / "b.yml").write_text(content)
    with pytest.raises(DataFileError, match=rf"b\.yml.*{problem}"):
        read_examples()


def test_the_real_names_hold_medicines_and_conditions() -> None:
    """Both lexicons are read."""
    names = protected_names()
    assert "isotretinoin" in names
    assert "atrial fibrillation" in names


def test_the_real_examples_are_enough() -> None:
    """Each class has examples for five folds and more."""
    labels = [example.label for example in read_examples()]
    assert len(labels) > 4000
    assert min(labels.count(label) for label in set(labels)) >= 15
