"""Check 11: the lists of words hold words, each once and with one meaning."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from assistant.check.finding import Finding
from assistant.check.project import Project, Scalar, scalars
from assistant.screening.answers import FORMS
from assistant.screening.lexicon import CUES, LEXICON, MEDICINES
from assistant.text import squash

#: Signs of a pattern. These lists are compared word by word, and such signs would be dropped in silence.
_PATTERN = re.compile(r"[*+?|\\^$()\[\]{}]")
#: Lists of an item in lexicon.yml that exclude each other: a word can't be both.
_STRONG, _AMBIGUOUS = ("strong", "misspellings"), ("ambiguous", "misspellings_ambiguous")


def check(project: Project) -> Iterator[Finding]:
    """Yield words that stand twice in a list, that contradict each other, and patterns."""
    for file in (LEXICON, MEDICINES, CUES, FORMS):
        lists: dict[tuple[str, ...], list[Scalar]] = defaultdict(list)
        for scalar in scalars(project.file(file)):
            lists[scalar.keys[:-1]].append(scalar)
        for words in lists.values():
            yield from _words(project, file, words)
        if file == LEXICON:
            yield from _both(project, lists)


def _words(project: Project, file: str, words: list[Scalar]) -> Iterator[Finding]:
    first: dict[str, Scalar] = {}
    path = project.file(file)
    for word in words:
        where = ": ".join(word.keys[:-1])
        same = first.setdefault(word.text.casefold(), word)
        if _PATTERN.search(word.text):
            yield project.finding(
                path, word.line, f"{where}: “{word.text}” looks like a pattern, and these are plain words",
                "Write out each word",
            )  # fmt: skip
        elif not squash(word.text):
            yield project.finding(path, word.line, f"{where}: “{word.text}” has no letters", "Remove it")
        elif same is not word:
            yield project.finding(
                path, word.line, f"{where}: “{word.text}” stands there twice",
                f"Remove one; the other is on line {same.line}", "warning",
            )  # fmt: skip


def _both(project: Project, lists: dict[tuple[str, ...], list[Scalar]]) -> Iterator[Finding]:
    for keys, words in lists.items():
        if keys[-1] not in _AMBIGUOUS:
            continue
        strong = {squash(s.text): s for name in _STRONG for s in lists.get((*keys[:-1], name), ())}
        for word in words:
            other = strong.get(squash(word.text))
            if other:
                yield project.finding(
                    project.file(LEXICON), word.line,
                    f"{keys[-2]}: “{word.text}” is {keys[-1]} and {other.keys[-2]}",
                    f"Keep one; the other is on line {other.line}",
                )  # fmt: skip
