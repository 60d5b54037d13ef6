"""Check 1: the content files load, are complete, and their numbers are plausible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from assistant import locales
from assistant.check.finding import Finding
from assistant.check.literals import calls, resolve
from assistant.check.project import Project, load
from assistant.datafiles import DataFileError, line_of, load_yaml
from assistant.handover.clinic_file import FILE as CLINIC
from assistant.handover.clinic_file import clinic
from assistant.handover.forms import FILE as CONTACT_FORMS
from assistant.handover.forms import forms
from assistant.knowledge.content import FACTS, PAIRS, QUESTIONS, SILENT, TOPICS, content
from assistant.knowledge.procedure import FILE as PROCEDURE
from assistant.knowledge.procedure import procedure
from assistant.nlu.training_data import read_examples
from assistant.records import records
from assistant.retention import retention
from assistant.safety.rules import FILE as RED_FLAGS
from assistant.safety.rules import rules, signed
from assistant.screening.answers import FORMS
from assistant.screening.items import FILE as ITEMS_FILE
from assistant.screening.items import neutral_words, policies
from assistant.screening.lexicon import CUES, LEXICON, MEDICINES, cues, terms
from assistant.wording import FILE as WORDING

THRESHOLDS = "screening/thresholds.yml"
#: Read by clinic.insights.
PLAIN_WORDS = "insights/plain_words.yml"
#: What the assistant reads while it runs.
_FILES = (
    *(FACTS, PAIRS, TOPICS, SILENT, QUESTIONS, WORDING),
    *(FORMS, CUES, ITEMS_FILE, LEXICON, MEDICINES, PROCEDURE, THRESHOLDS, RED_FLAGS),
    *(CLINIC, CONTACT_FORMS, PLAIN_WORDS),
)
#: The sections that the code reads.
_NEEDED = {
    FORMS: "yes_words yes_phrases no_words all_clear fillers soft_no unsure".split(),
    MEDICINES: "classes generic fever_reducers".split(),
    LEXICON: "items off_list only_when_asked".split(),
    PLAIN_WORDS: "plain everyday numbers joined named maybe_named names_too titles after_name".split(),
    CUES: "negation pseudo_negation doubt others hypothetical past recent".split(),
}
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
    shapeless = list(_shapes(project))
    if shapeless:
        yield from shapeless
        return
    loaders: tuple[Callable[[], object], ...] = (
        *(policies, neutral_words, procedure, content, terms, rules, _glossary, _languages, retention),
        *(clinic, forms),
    )
    for loader in loaders:
        yield from _caught(project, loader)
    yield from _lists(project)
    yield from _thresholds(project)


def check_rest(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the files that only training and development need."""
    yield from _caught(project, read_examples)
    yield from _caught(project, records)
    for path in (project.domain, *project.files("rules")):
        yield from _caught(project, lambda path=path: load(path))  # type: ignore[misc]
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


def _languages() -> None:
    for code in locales.codes():
        locales.locale(code)
        load_yaml(locales.file_of(code, WORDING))
        forms(code)
    for code in signed():
        rules(code)
    locales.wanted("")
    locales.offered("")


def _shapes(project: Project) -> Iterator[Finding]:
    """Yield the files that can't be read or hold no sections, as an empty file does."""
    for file in _FILES:
        try:
            if not isinstance(load_yaml(file), dict):
                yield project.finding(project.file(file), 1, "no sections", "Restore it from the repository")
        except DataFileError as e:
            yield project.from_error(e)


def _lists(project: Project) -> Iterator[Finding]:
    """Yield the lists of words that are missing or hold something else than words."""
    for file in (FORMS, CUES, MEDICINES, LEXICON, PLAIN_WORDS):
        data = load_yaml(file)
        flat = {k: v for k, v in data.items() if k not in ("classes", "items")}
        nested = data.get("classes") if isinstance(data.get("classes"), dict) else {}
        for part in (flat, nested):
            for name, words in part.items():
                if not isinstance(words, list) or not all(isinstance(w, str) for w in words):
                    yield project.finding(
                        project.file(file), line_of(file, f"{name}"),
                        f"{name!r} is no list of words", "Write [word, word] and quote numbers",
                    )  # fmt: skip
        for name in _NEEDED[file]:
            if name not in data:
                yield project.finding(project.file(file), 1, f"the section {name!r} is missing", "Restore it")
    yield from _contradictions(project)


def _contradictions(project: Project) -> Iterator[Finding]:
    forms = load_yaml(FORMS)
    kinds = {kind: {str(w) for w in forms.get(kind) or ()} for pair in _APART for kind in pair}
    for name, other in _APART:
        for word in sorted(kinds[name] & kinds[other]):
            yield project.finding(
                project.file(FORMS), line_of(FORMS, f"{name}:"),
                f"{word!r} stands in {name} and in {other}", "Keep it in the more cautious one",
            )  # fmt: skip


def _glossary() -> None:
    glossary = load_yaml(WORDING).get("glossary")
    if not isinstance(glossary, dict):
        raise DataFileError(WORDING, "no glossary", "Restore the section `glossary:`")
    for name, entry in glossary.items():
        if not isinstance(entry, dict) or not entry.get("terms") or not entry.get("text"):
            raise DataFileError(
                WORDING, f"the glossary entry {name!r} lacks terms or text", "Add it",
                line_of(WORDING, f"{name}:"),
            )  # fmt: skip


def _thresholds(project: Project) -> Iterator[Finding]:
    path = project.file(THRESHOLDS)
    flat = dict(_numbers(load_yaml(THRESHOLDS), ""))
    for part, rows in _ORDER.items():
        for row in rows:
            names = [f"{part}.{name}" for name in row]
            missing = [n for n in names if n not in flat]
            if missing:
                yield project.finding(path, 1, f"no number {missing[0]}", "Add it")
                continue
            for low, high in pairwise(names):
                if not flat[low] < flat[high]:
                    yield project.finding(
                        path, _line(low), f"{low} ({flat[low]}) is not below {high} ({flat[high]})",
                        "Put the numbers in order",
                    )  # fmt: skip
    for name, (low_end, high_end) in _SANE.items():
        if name in flat and not low_end <= flat[name] <= high_end:
            yield project.finding(
                path, _line(name), f"{name} ({flat[name]}) is not between {low_end} and {high_end}",
                "Correct the number",
            )  # fmt: skip
    for end in ("0", "1"):
        c, f = (flat.get(f"temperature.plausible_{u}.{end}") for u in "cf")
        if c is not None and f is not None and abs(c * 1.8 + 32 - f) > 2:
            yield project.finding(
                path, _line("x.plausible_f"), f"plausible_f ({f}) does not match plausible_c ({c})",
                "Convert °C to °F",
            )  # fmt: skip


def _line(name: str) -> int | None:
    return line_of(THRESHOLDS, name.split(".")[1] + ":")


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
    for source in project.code():
        for call, function in calls(source.tree, "cues"):
            for name in resolve(call.args[0], function) if call.args else ():
                if name == "*":
                    continue
                try:
                    cues(name)
                except DataFileError as e:
                    yield project.finding(source.path, call.lineno, f"cues({name!r}): {e.problem}", e.remedy)
