"""Check 2: no clearance, advice or diagnosis in any text; strong claims only as the document's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.check.finding import Finding
from assistant.check.project import Project, scalars
from assistant.check.texts import BotText, composed, sentences, written
from assistant.datafiles import DataFileError, find, load_yaml
from assistant.knowledge.content import content
from assistant.screening.items import CONDITIONS
from assistant.screening.lexicon import terms
from assistant.text import has_phrase, squash

FILE = "safety/forbidden.yml"
CLAIMS = "document/claims.yml"
_QUOTE = re.compile(r"“([^”]*)”")


@dataclass(frozen=True)
class Claims:
    """What claims.yml says: the words, squashed, the starts that attribute them, and why."""

    words: tuple[str, ...]
    after: tuple[str, ...]
    why: str


@dataclass(frozen=True)
class Forbidden:
    """What forbidden.yml says. Phrases are squashed (see assistant.text)."""

    phrases: dict[str, str]
    diagnosis: tuple[str, ...]
    unless_after: frozenset[str]
    why_diagnosis: str
    claims: Claims
    allowed: frozenset[str]
    document: str = ""
    conditions: frozenset[str] = field(default_factory=frozenset)


def load_claims() -> Claims:
    """Return the document's strong claims.

    Raises:
        DataFileError: a section of claims.yml is missing.
    """
    data: Any = load_yaml(CLAIMS)
    try:
        words = tuple(squash(s) for s in data["words"])
        return Claims(words, tuple(str(s) for s in data["after"]), str(data["why"]))
    except (KeyError, TypeError) as e:
        raise DataFileError(find(CLAIMS), f"no section {e}", "See its head") from None


def load_forbidden() -> Forbidden:
    """Return the rules of forbidden.yml.

    Raises:
        DataFileError: a section or a reason is missing.
    """
    data: Any = load_yaml(FILE)
    try:
        diagnosis = data["diagnosis"]
        return Forbidden(
            phrases={squash(row["say"]): str(row["why"]) for row in data["phrases"]},
            diagnosis=tuple(squash(s) for s in diagnosis["starts"]),
            unless_after=frozenset(diagnosis["unless_after"]),
            why_diagnosis=str(diagnosis["why"]),
            claims=load_claims(),
            allowed=frozenset(
                " ".join(str(row["sentence"]).split()) for row in data["allowed"] if row["why"]
            ),
            document=" ".join(content().document.split()),
            conditions=frozenset(t.phrase for t in terms() if t.label in CONDITIONS),
        )
    except (KeyError, TypeError) as e:
        raise DataFileError(
            find(FILE), f"an entry or a section is incomplete ({e})", "See its head"
        ) from None


def check(project: Project) -> Iterator[Finding]:
    """Yield each sentence that must not be said, once, at the first text that holds it."""
    rules = load_forbidden()
    seen: set[str] = set()
    for text in (*written(project), *composed(project)):
        for sentence in sentences(text.text):
            if sentence in seen:
                continue
            seen.add(sentence)
            if sentence in rules.allowed:
                continue
            for problem, remedy in _problems(sentence, text, rules):
                yield project.finding(text.path, text.line, f"{problem}: “{sentence}” ({text.name})", remedy)
    for scalar in scalars(project.file(FILE)) if project.is_own(FILE) else ():
        if scalar.keys[-1] == "sentence" and " ".join(scalar.text.split()) not in seen:
            yield project.finding(
                project.file(FILE), scalar.line, f"nobody says “{scalar.text}” any more",
                "Remove the exception", "warning",
            )  # fmt: skip


def _problems(sentence: str, text: BotText, rules: Forbidden) -> Iterator[tuple[str, str]]:
    own = squash(_QUOTE.sub(lambda m: "“”" if _quoted(m.group(1), rules) else m.group(), sentence))
    for phrase, why in rules.phrases.items():
        if has_phrase(own, phrase):
            yield f"forbidden phrase “{phrase}”", f"Say it differently: {why}"
    condition = _diagnosis(own, rules) if text.kind != "choice" else None
    if condition:
        yield f"reads as a diagnosis (“{condition}”)", f"Say it differently: {rules.why_diagnosis}"
    if sentence.endswith("?") or text.kind == "part":  # asserts nothing by itself
        return
    if _attributed(sentence, rules):
        return
    said = squash(sentence)
    found = [c for c in rules.claims.words if has_phrase(said, c)]
    for claim in found:
        if not any(claim != other and has_phrase(other, claim) for other in found):
            yield f"strong claim “{claim}” in our own voice", f"Attribute it: {rules.claims.why}"


def _quoted(words: str, rules: Forbidden) -> bool:
    return " ".join(words.split()) in rules.document


def _attributed(sentence: str, rules: Forbidden) -> bool:
    # "What it does say: Our document says ..." is attributed as well.
    starts = (sentence, *(sentence[m.end() :] for m in re.finditer(r":\s", sentence)))
    return any(s.startswith(a) for s in starts for a in rules.claims.after)


def _diagnosis(said: str, rules: Forbidden) -> str | None:
    for start in rules.diagnosis:
        for match in re.finditer(rf"(?:^|(\S+) ){re.escape(start)} (.*)", said):
            if match.group(1) in rules.unless_after:
                continue
            words = [w for w in match.group(2).split()[:7] if w not in ("a", "an", "the")]
            for size in range(1, min(5, len(words)) + 1):
                if " ".join(words[:size]) in rules.conditions:
                    return f"{start} {' '.join(words[:size])}"
    return None
