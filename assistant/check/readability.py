"""Check 4: our own texts read at grade 6 or below (Flesch-Kincaid)."""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from typing import Any

from assistant.check.finding import Finding
from assistant.check.project import Project, scalars
from assistant.check.texts import BotText, written
from assistant.datafiles import DataFileError, find, load_yaml
from assistant.text import words

FILE = "safety/reading.yml"
_PROGRESS = re.compile(r"^Question \d+ of \d+: ")
_QUOTED = re.compile(r"“[^”]*”|\"[^\"]*\"")


def check(project: Project) -> Iterator[Finding]:
    """Yield texts that are too hard, and exceptions that nothing needs any more."""
    grade = _grader()
    if grade is None:
        yield project.finding(
            project.file(FILE), 1, "the reading grade was not checked: textstat is not installed",
            "Install the extra `dev`", "note",
        )  # fmt: skip
        return
    highest, limit, least, allowed = _rules()
    needed: set[str] = set()
    for text in written(project):
        plain = own_words(text)
        if text.kind != "text" or len(words(plain)) < least:
            continue
        if not project.says_itself(text.path):  # the base has reasons of its own
            continue
        found = grade(plain)
        if found <= highest:
            continue
        needed.add(text.name)
        if found > (limit if text.name in allowed else highest):
            yield project.finding(
                text.path, text.line,
                f"{text.name} reads at grade {found:.1f}: “{text.text[:60]}…”",
                f"Use shorter words and sentences, or give a reason in {FILE} (up to {limit:g})",
                "warning",
            )  # fmt: skip
    for scalar in scalars(project.file(FILE)) if project.is_own(FILE) else ():
        if scalar.keys[-1] == "name" and scalar.text not in needed:
            yield project.finding(
                project.file(FILE), scalar.line, f"{scalar.text} needs no exception any more",
                "Remove it", "warning",
            )  # fmt: skip


def own_words(text: BotText) -> str:
    """Return the text without quotes, with a short word for each quote and {placeholder}."""
    plain = _QUOTED.sub("that", _PROGRESS.sub("", text.text))
    plain = re.sub(r"\{\w+\}", "that", plain)
    # A line that ends without a stop is a sentence of its own.
    return re.sub(r"(?<![.!?:])\n+", ". ", plain).replace("\n", " ")


def _rules() -> tuple[float, float, int, frozenset[str]]:
    data: Any = load_yaml(FILE)
    try:
        allowed = frozenset(str(row["name"]) for row in data["allowed"] if row["why"])
        return float(data["grade"]), float(data["limit"]), int(data["from_words"]), allowed
    except (KeyError, TypeError, ValueError) as e:
        raise DataFileError(find(FILE), f"an entry is incomplete ({e})", "See its head") from None


def _grader() -> Callable[[str], float] | None:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # textstat 0.7.3 still imports pkg_resources
            import textstat
    except ImportError:
        return None

    def grade(text: str) -> float:
        return float(textstat.flesch_kincaid_grade(text))

    return grade
