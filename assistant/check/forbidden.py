"""Check 2: no clearance, advice or diagnosis in any text; strong claims only as the document's."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from assistant.check.finding import Finding
from assistant.check.project import Project, scalars
from assistant.check.texts import BotText, composed, sentences, written
from assistant.datafiles import DataFileError, data_dir, load_yaml
from assistant.knowledge.content import content
from assistant.screening.items import CONTRAINDICATIONS
from assistant.screening.lexicon import terms
from assistant.text import has_phrase, squash

FILE = "safety/forbidden.yml"
_QUOTE = re.compile(r"“([^”]*)”")


@dataclass(frozen=True)
class Forbidden:
    """What forbidden.yml says. Phrases are squashed (see assistant.text)."""

    phrases: dict[str, str]
    diagnosis: tuple[str, ...]
    unless_after: frozenset[str]
    why_diagnosis: str
    claims: tuple[str, ...]
    attributed: tuple[str, ...]
    why_claims: str
    allowed: frozenset[str]
    document: str = ""
    conditions: frozenset[str] = field(default_factory=frozenset)


def load_forbidden() -> Forbidden:
    """Return the rules of forbidden.yml.

    Raises:
        DataFileError: a section or a reason is missing.
    """
    data: Any = load_yaml(FILE)
    try:
        diagnosis, claims = data["diagnosis"], data["claims"]
        return Forbidden(
            phrases={squash(row["say"]): str(row["why"]) for row in data["phrases"]},
            diagnosis=tuple(squash(s) for s in diagnosis["starts"]),
            unless_after=frozenset(diagnosis["unless_after"]),
            why_diagnosis=str(diagnosis["why"]),
            claims=tuple(squash(s) for s in claims["words"]),
            attributed=tuple(str(s) for s in claims["after"]),
            why_claims=str(claims["why"]),
            allowed=frozenset(
                " ".join(str(row["sentence"]).split()) for row in data["allowed"] if row["why"]
            ),
            document=" ".join(content().document.split()),
            conditions=frozenset(t.phrase for t in terms() if t.label in CONTRAINDICATIONS),
        )
    except (KeyError, TypeError) as e:
        raise DataFileError(
            data_dir() / FILE, f"an entry or a section is incomplete ({e})", "See its head"
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
    for scalar in scalars(project.data / FILE):
        if scalar.keys[-1] == "sentence" and " ".join(scalar.text.split()) not in seen:
            yield project.finding(
                project.data / FILE, scalar.line, f"nobody says “{scalar.text}” any more",
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
    for claim in rules.claims:
        if has_phrase(said, claim):
            yield f"strong claim “{claim}” in our own voice", f"Attribute it: {rules.why_claims}"


def _quoted(words: str, rules: Forbidden) -> bool:
    return " ".join(words.split()) in rules.document


def _attributed(sentence: str, rules: Forbidden) -> bool:
    # "What it does say: Our document says ..." is attributed as well.
    starts = (sentence, *(sentence[m.end() :] for m in re.finditer(r":\s", sentence)))
    return any(s.startswith(a) for s in starts for a in rules.attributed)


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
