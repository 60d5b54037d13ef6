"""Check 6: the examples of data/nlu are enough, unambiguous, and hold no test sentences."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from assistant.check.finding import Finding
from assistant.check.project import Project, scalars
from assistant.text import squash

LEAST = 15
#: Shorter test sentences ("yes please") are everybody's.
LEAK_WORDS = 4
SHARED_WORDS = 5

#: Several checks, and several runs in one process, ask for the words of the same texts.
_PLAIN: dict[str, str] = {}
_EXAMPLE = re.compile(r"^\s*-\s?(.*\S)\s*$")
_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")


@dataclass(frozen=True)
class Line:
    """An example or a test sentence with its place; `label` is its class."""

    text: str
    label: str
    path: Path
    line: int

    @cached_property
    def plain(self) -> str:
        """The words alone; what has no words (an emoji) stays as it is."""
        if self.text not in _PLAIN:
            _PLAIN[self.text] = squash(self.text) or self.text
        return _PLAIN[self.text]


def check(project: Project) -> Iterator[Finding]:
    """Yield thin classes, duplicates and leaks."""
    lines = list(examples(project))
    yield from _lost(project)
    yield from _thin(project, lines)
    yield from _duplicates(project, lines)
    yield from _near(project, lines)
    yield from _leaks(project, lines)


def examples(project: Project) -> Iterator[Line]:
    """Yield all examples of data/nlu with their lines, entity marks stripped."""
    for path in project.files("nlu"):
        for label, text, number in _rows(path):
            match = _EXAMPLE.match(text)
            if match:
                yield Line(_ENTITY.sub(r"\1", match.group(1)), label, path, number)


def _rows(path: Path) -> Iterator[tuple[str, str, int]]:
    """Yield each line of the examples of a file: its class, the line as it stands there, its number."""
    found = scalars(path)
    labels = {s.keys[:-1]: s.text for s in found if s.keys[-1] == "intent"}
    for s in found:
        if s.keys[-1] == "examples" and s.keys[:-1] in labels:
            for number, text in enumerate(s.text.splitlines()):
                yield labels[s.keys[:-1]], text, s.line + number


def _lost(project: Project) -> Iterator[Finding]:
    """Yield lines and classes that nobody reads: they would be lost in silence."""
    for path in project.files("nlu"):
        for label, text, number in _rows(path):
            if text.strip() and not _EXAMPLE.match(text):
                yield project.finding(
                    path,
                    number,
                    f"{label}: “{text.strip()}” is no example",
                    "Begin the line with `- ` and a text",
                )
        found = scalars(path)
        filled = {s.keys[:-1] for s in found if s.keys[-1] == "examples"}
        for s in found:
            if s.keys[-1] == "intent" and s.keys[:-1] not in filled:
                yield project.finding(
                    path, s.line, f"{s.text} has no examples there", "Write `examples: |` below it"
                )


def test_sentences(project: Project) -> Iterator[Line]:
    """Yield what the development tests say; the training must not know it."""
    tests = project.folder / "tests"
    paths = [*(tests / "devset").glob("*.yml"), tests / "conversations" / "dev.devset.yml"]
    if project.place:
        # The main project's other conversations also say what everybody says.
        paths = list((tests / "conversations").glob("*.conv.yml"))
    for path in sorted(p for p in paths if p.exists()):
        for s in scalars(path):
            if s.keys[-1] in ("text", "user"):
                yield Line(s.text, "", path, s.line)


def _thin(project: Project, lines: list[Line]) -> Iterator[Finding]:
    counts: dict[str, int] = defaultdict(int)
    first: dict[str, Line] = {}
    for line in lines:
        counts[line.label] += 1
        first.setdefault(line.label, line)
    for label, count in counts.items():
        if count < LEAST:
            yield project.finding(
                first[label].path, first[label].line,
                f"{label} has {count} examples, fewer than {LEAST}", "Write more", "warning",
            )  # fmt: skip


def _duplicates(project: Project, lines: list[Line]) -> Iterator[Finding]:
    exact: dict[tuple[str, str], Line] = {}
    plain: dict[str, Line] = {}
    for line in lines:
        same = exact.setdefault((line.text, line.label), line)
        if same is not line:
            yield project.finding(
                line.path, line.line, f"{line.label}: “{line.text}” stands there twice",
                f"Remove one; the other is at {_at(project, same)}", "warning",
            )  # fmt: skip
        other = plain.setdefault(line.plain, line)
        if other.label != line.label:
            yield project.finding(
                line.path, line.line,
                f"“{line.text}” is an example of {line.label} and of {other.label}",
                f"Keep one; the other is at {_at(project, other)}",
            )  # fmt: skip


def _near(project: Project, lines: list[Line]) -> Iterator[Finding]:
    sets: dict[frozenset[str], Line] = {}
    for line in lines:
        tokens = frozenset(line.plain.split())
        other = sets.setdefault(tokens, line)
        if other.label != line.label and other.plain != line.plain:
            yield project.finding(
                line.path, line.line,
                f"“{line.text}” ({line.label}) has the words of “{other.text}” ({other.label})",
                f"Reword one; the other is at {_at(project, other)}", "warning",
            )  # fmt: skip


def _leaks(project: Project, lines: list[Line]) -> Iterator[Finding]:
    trained = {line.plain: line for line in lines}
    runs = {run for line in lines for run in _runs(line.plain)}
    shared = total = 0
    for sentence in test_sentences(project):
        count = len(sentence.plain.split())
        if count < LEAK_WORDS:
            continue
        total += 1
        known = trained.get(sentence.plain)
        if known:
            yield project.finding(
                known.path, known.line,
                f"“{known.text}” is a test sentence ({_at(project, sentence)})",
                "Remove it from the examples: it must be unknown to the training",
            )  # fmt: skip
        shared += not runs.isdisjoint(_runs(sentence.plain))
    if total:
        yield project.finding(
            project.folder / "tests", 1,
            f"{shared} of {total} test sentences share {SHARED_WORDS} words in a row with examples",
            "", "note",
        )  # fmt: skip


def _runs(plain: str) -> Iterator[tuple[str, ...]]:
    tokens = plain.split()
    for start in range(len(tokens) - SHARED_WORDS + 1):
        yield tuple(tokens[start : start + SHARED_WORDS])


def _at(project: Project, line: Line) -> str:
    return f"{project.show(line.path)}:{line.line}"
