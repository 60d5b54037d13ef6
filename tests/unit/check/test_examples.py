"""Examples are enough, unambiguous, and no test sentence is among them."""

from pathlib import Path

import pytest

from assistant.check import examples
from assistant.check.project import Project

HEAD = 'version: "3.1"\nnlu:\n'


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    """A project with two classes of fifteen examples and one test sentence."""
    write(tmp_path / "data/nlu/a.yml", {"faq/one": [f"first number {n}" for n in range(15)]})
    write(tmp_path / "data/nlu/b.yml", {"faq/two": [f"second number {n}" for n in range(15)]})
    rows = '- {id: Q1, text: "Does this, perhaps, sting a lot?"}\n- {id: Q2, text: "oh no"}\n'
    (tmp_path / "tests/devset").mkdir(parents=True)
    (tmp_path / "tests/devset/questions.yml").write_text(rows, encoding="utf-8")
    monkeypatch.setenv("STRIA_DATA", str(tmp_path / "data"))
    return Project(tmp_path)


def write(path: Path, classes: dict[str, list[str]]) -> None:
    """Write a file of examples."""
    path.parent.mkdir(parents=True, exist_ok=True)
    blocks = (
        f"- intent: {name}\n  examples: |\n" + "".join(f"    - {row}\n" for row in rows)
        for name, rows in classes.items()
    )
    path.write_text(HEAD + "".join(blocks), encoding="utf-8")


def add(project: Project, name: str, *rows: str) -> str:
    """Add examples and return all findings, one a line."""
    write(project.data / "nlu" / "c.yml", {name: list(rows)})
    return "\n".join(str(f) for f in examples.check(project))


def test_good_examples_pass(project: Project) -> None:
    """Two classes without overlap have no findings but the note."""
    found = list(examples.check(project))
    assert [f.level for f in found] == ["note"]
    assert "0 of 1 test sentences share 5 words" in str(found[0])


def test_thin_class(project: Project) -> None:
    """A class with too few examples is named."""
    assert "c.yml:5: warning: faq/three has 1 examples" in add(project, "faq/three", "third")


def test_same_text_in_two_classes(project: Project) -> None:
    """Case and punctuation do not make two texts different; the line of each is given."""
    found = add(project, "faq/one", "hm", "Second number 3!")
    assert "data/nlu/c.yml:6: “Second number 3!” is an example of faq/one and of faq/two" in found
    assert "data/nlu/b.yml:8" in found


def test_same_words_in_two_classes(project: Project) -> None:
    """Another order of the same words is a near-duplicate."""
    assert "has the words of “second number 3”" in add(project, "faq/one", "number 3 second")


def test_exact_duplicate(project: Project) -> None:
    """The same line twice in a class is reported once."""
    assert add(project, "faq/one", "first number 3").count("stands there twice") == 1


def test_leak(project: Project) -> None:
    """A test sentence among the examples is an error, entity marks or not."""
    found = add(project, "faq/one", "does this perhaps [sting](feeling) a lot")
    assert "is a test sentence (tests/devset/questions.yml:1)" in found


def test_short_test_sentences_are_everybodys(project: Project) -> None:
    """Below four words the same text is no leak."""
    assert "is a test sentence" not in add(project, "faq/one", "oh no")


def test_shared_words_are_counted(project: Project) -> None:
    """A test sentence that shares five words in a row is counted, not failed."""
    assert "1 of 1 test sentences share" in add(project, "faq/one", "so does this perhaps sting a")


def test_emoji_are_told_apart(project: Project) -> None:
    """Texts without words are compared as they are."""
    assert "is an example of" not in add(project, "faq/one", "👍", "👎")
