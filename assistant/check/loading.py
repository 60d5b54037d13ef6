"""Check 1: the content files load, are complete, and their numbers are plausible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from assistant import locales
from assistant.check import shapes
from assistant.check.finding import Finding
from assistant.check.literals import ANY, calls, resolve
from assistant.check.project import Project
from assistant.check.shapes import THRESHOLDS
from assistant.datafiles import DataFileError, line_at, load_yaml
from assistant.handover.clinic_file import clinic
from assistant.handover.forms import forms
from assistant.knowledge.content import read_content
from assistant.knowledge.procedure import procedure
from assistant.nlu.training_data import read_examples
from assistant.records import records
from assistant.retention import retention
from assistant.safety.injection import is_injection
from assistant.safety.phrases import phrases
from assistant.safety.rules import rules, signed
from assistant.screening.answers import FORMS
from assistant.screening.items import neutral_words, policies
from assistant.screening.lexicon import CUES, terms
from assistant.wording import FILE as WORDING

#: Forms of answers that exclude each other.
_APART = (
    ("yes_words", "no_words"),
    ("yes_words", "unsure"),
    ("no_words", "unsure"),
    ("no_words", "soft_no"),
)
#: In rising order. The first and last of each row are the plausible range.
_ORDER: dict[str, tuple[tuple[str, ...], ...]] = {
    "temperature": (
        ("plausible_c.0", "unsure_above_c", "yes_from_c", "urgent_from_c", "plausible_c.1"),
    ),
    "blood_pressure": (
        ("plausible_systolic.0", "unsure_systolic", "yes_systolic", "plausible_systolic.1"),
        ("plausible_diastolic.0", "unsure_diastolic", "yes_diastolic", "plausible_diastolic.1"),
        ("unsure_diastolic", "unsure_systolic"),
        ("yes_diastolic", "yes_systolic"),
    ),
}  # fmt: skip
#: Where the numbers must lie, whatever a clinic sets: a slip of the keyboard shows here.
_SANE: dict[str, tuple[float, float]] = {
    "temperature.yes_from_c": (37.5, 39.0),
    "temperature.unsure_above_c": (36.5, 38.0),
    "temperature.urgent_from_c": (39.0, 42.0),
    "blood_pressure.yes_systolic": (160, 220),
    "blood_pressure.yes_diastolic": (100, 140),
    "blood_pressure.unsure_systolic": (120, 160),
    "blood_pressure.unsure_diastolic": (80, 110),
}


def check_runtime(project: Project) -> Iterator[Finding]:
    """Yield what keeps the assistant from starting; used before each start."""
    misshapen = list(shapes.check_runtime(project))
    if misshapen:  # the readers would only stumble over it
        yield from misshapen
        return
    loaders: tuple[Callable[[], object], ...] = (
        *(policies, neutral_words, procedure, terms, rules, _injection, _languages, retention),
        *(clinic, forms),
    )
    for loader in loaders:
        yield from _caught(project, loader)
    yield from _content(project)
    yield from _contradictions(project)
    yield from _thresholds(project)


def check_rest(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the files that only training and development need."""
    yield from _caught(project, read_examples)
    yield from _caught(project, records)
    yield from _caught(project, project.domain_data)
    yield from _names_in_code(project)


def _caught(project: Project, loader: Callable[[], object]) -> Iterator[Finding]:
    try:
        loader()
    except DataFileError as e:
        yield project.from_error(e)
    except (AttributeError, KeyError, TypeError, ValueError) as e:
        # An entry of a shape that no reader expects, such as a number for a text.
        yield project.finding(
            project.data, 1, f"{loader.__name__}() can't use the content ({e!r})",
            "Compare the files with the last version that loaded",
        )  # fmt: skip


def _content(project: Project) -> Iterator[Finding]:
    """Yield all that does not fit together in the document's files: after a change it is seldom one thing."""
    found: list[DataFileError] = []
    yield from _caught(project, lambda: found.extend(read_content()[1]))
    yield from map(project.from_error, found)


def _injection() -> None:
    is_injection("")


def _languages() -> None:
    for code in locales.codes():
        locales.locale(code)
        load_yaml(locales.file_of(code, WORDING))
        forms(code)
    for code in signed():
        rules(code)
    phrases()
    locales.wanted("")
    locales.offered("")


def _contradictions(project: Project) -> Iterator[Finding]:
    forms = load_yaml(FORMS)
    kinds = {kind: {str(w) for w in forms.get(kind) or ()} for pair in _APART for kind in pair}
    for name, other in _APART:
        for word in sorted(kinds[name] & kinds[other]):
            yield project.finding(
                project.file(FORMS), line_at(FORMS, other, [str(w) for w in forms[other]].index(word)),
                f"{word!r} stands in {name} and in {other}", "Keep it in the more cautious one",
            )  # fmt: skip


def _thresholds(project: Project) -> Iterator[Finding]:
    path = project.file(THRESHOLDS)
    flat = dict(_numbers(load_yaml(THRESHOLDS), ""))
    odd = {name for name, (low, high) in _SANE.items() if name in flat and not low <= flat[name] <= high}
    for part, rows in _ORDER.items():
        for row in rows:
            names = [f"{part}.{name}" for name in row]
            missing = [n for n in names if n not in flat]
            if missing:
                yield project.finding(path, 1, f"no number {missing[0]}", "Add it")
                continue
            for low, high in pairwise(names):
                if not flat[low] < flat[high] and not {low, high} & odd:
                    yield project.finding(
                        path, _line(low), f"{low} ({flat[low]}) is not below {high} ({flat[high]})",
                        "Put the numbers in order",
                    )  # fmt: skip
    for name in sorted(odd):
        low_end, high_end = _SANE[name]
        unit = "°C" if name.startswith("temperature") else "mmHg"
        yield project.finding(
            path, _line(name), f"{name} ({flat[name]}) is not between {low_end} and {high_end}",
            f"Correct the number; it is in {unit}",
        )  # fmt: skip
    for end in ("0", "1"):
        c, f = (flat.get(f"temperature.plausible_{u}.{end}") for u in "cf")
        if c is not None and f is not None and abs(c * 1.8 + 32 - f) > 2:
            yield project.finding(
                path, _line("temperature.plausible_f"), f"plausible_f ({f}) does not match plausible_c ({c})",
                "Convert °C to °F",
            )  # fmt: skip


def _line(name: str) -> int | None:
    return line_at(THRESHOLDS, *name.split(".")[:2])


def _numbers(node: Any, name: str) -> Iterator[tuple[str, float]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield from _numbers(value, f"{name}.{key}" if name else str(key))
    elif isinstance(node, list):
        for number, value in enumerate(node):
            yield from _numbers(value, f"{name}.{number}")
    elif isinstance(node, int | float):
        yield name, node


def _names_in_code(project: Project) -> Iterator[Finding]:
    """Yield lists of cues that the code asks for by name and that do not exist."""
    asked: dict[str, str] = {}
    for source in project.code():
        for call, function in calls(source.tree, "cues"):
            for name in resolve(call.args[0], function) if call.args else ():
                asked.setdefault(name, f"{project.show(source.path)}:{call.lineno}")
    for name, place in asked.items():
        if name not in load_yaml(CUES) and name != ANY:
            yield project.finding(
                project.file(CUES),
                1,
                f"the list {name!r} is missing; {place} reads it",
                "Add it, or restore its name",
            )
