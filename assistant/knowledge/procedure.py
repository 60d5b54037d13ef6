"""What the code has to know of the procedure beside its document: data/document/procedure.yml."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from assistant.datafiles import DataFileError, find, line_of, load_yaml
from assistant.text import has_phrase, squash

FILE = "document/procedure.yml"


@dataclass(frozen=True)
class Variants:
    """Names of the procedure's variants, and the classes that attract or only mention them.

    `alike` has the name that topics.yml uses for a variant -> all its names, that one among them.
    """

    names: tuple[str, ...]
    nouns: tuple[str, ...]
    about: frozenset[str]
    circumstance: frozenset[str]
    alike: Mapping[str, tuple[str, ...]]

    def named(self, text: str) -> frozenset[str]:
        """Return the variants, by their keys in `alike`, of which a name stands in `text`."""
        squashed = squash(text)
        return frozenset(
            key for key, names in self.alike.items() if any(has_phrase(squashed, squash(n)) for n in names)
        )


@dataclass(frozen=True)
class Procedure:
    """What procedure.yml says; the head of each of its sections explains the keys.

    Attributes:
        called, treated, spelling: words.
        danger, exam, off_list: ids of facts.
        what_is, contraindications: names of topics.
        permission, general, covered, personal: full names of classes.
        variants: see `Variants`.
    """

    called: tuple[str, ...]
    treated: tuple[str, ...]
    spelling: tuple[str, ...]
    danger: str
    exam: str
    off_list: str
    what_is: str
    contraindications: str
    permission: frozenset[str]
    general: frozenset[str]
    covered: frozenset[str]
    personal: frozenset[str]
    variants: Variants


@lru_cache(maxsize=1)
def procedure() -> Procedure:
    """Return what the code has to know of the procedure.

    Raises:
        DataFileError: a section, a key or a word is missing.
    """
    data = load_yaml(FILE)
    facts, topics, variants = (_section(data, name) for name in ("facts", "topics", "variants"))
    alike = _section(variants, "alike") if "alike" in variants else {}
    return Procedure(
        called=_words(data, "called", least=1),
        treated=_words(data, "treated", least=1),
        spelling=_words(data, "spelling"),
        danger=_text(facts, "danger"),
        exam=_text(facts, "exam"),
        off_list=_text(facts, "off_list"),
        what_is=_text(topics, "what_is"),
        contraindications=_text(topics, "contraindications"),
        permission=frozenset(_words(topics, "permission")),
        general=frozenset(_words(topics, "general")),
        covered=frozenset(_words(topics, "covered")),
        personal=frozenset(_words(topics, "personal")),
        variants=Variants(
            _words(variants, "names"),
            _words(variants, "nouns"),
            frozenset(_words(variants, "about")),
            frozenset(_words(variants, "circumstance")),
            {name: (name, *_words(alike, name)) for name in alike},
        ),
    )


def _section(data: Any, name: str) -> Mapping[str, Any]:
    found = data.get(name) if isinstance(data, dict) else None
    if not isinstance(found, dict):
        raise _error(name, f"no section {name!r}", "Add it; any other procedure.yml shows how")
    return found


def _text(data: Mapping[str, Any], name: str) -> str:
    if not isinstance(data.get(name), str):
        raise _error(name, f"{name!r} is missing", "Add the id or name")
    return str(data[name])


def _words(data: Mapping[str, Any], name: str, *, least: int = 0) -> tuple[str, ...]:
    value = data.get(name)
    if value == [] and least:
        raise _error(name, f"{name!r} is empty", "Give it at least one word")
    if not isinstance(value, list) or not all(isinstance(w, str) for w in value):
        raise _error(name, f"{name!r} is no list of words", "Write [word, word], or [] for none")
    return tuple(value)


def _error(name: str, problem: str, remedy: str) -> DataFileError:
    return DataFileError(find(FILE), problem, remedy, line_of(FILE, f"{name}:"))
