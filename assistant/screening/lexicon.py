"""The words of the check as data: conditions, medicines, off-list conditions and cues."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from assistant.datafiles import DataFileError, find, line_of, load_yaml
from assistant.screening.items import CONDITIONS, medicines_item
from assistant.text import squash

LEXICON = "screening/lexicon.yml"
MEDICINES = "screening/medicines.yml"
CUES = "screening/cues.yml"

#: Label of mentions beside the items of the check.
OFF_LIST = "off_list"

STRONG = "strong"
AMBIGUOUS = "ambiguous"
GENERIC = "generic"


@dataclass(frozen=True)
class Term:
    """One phrase of the lexicon: `label` is an item or `off_list`, `strength` strong/ambiguous/generic."""

    phrase: str
    label: str
    strength: str


@lru_cache(maxsize=1)
def terms() -> tuple[Term, ...]:
    """Return all phrases, squashed (lower case, hyphens as blanks, no apostrophes).

    Raises:
        DataFileError: a file lacks an item or a list, or an entry is not a word.
    """
    out: dict[tuple[str, str], Term] = {}

    def add(phrases: Any, label: str, strength: str, file: str) -> None:
        for phrase in _strings(phrases, file, f"{label}/{strength}"):
            key = (squash(phrase), label)
            # A phrase listed twice keeps its first, stronger reading.
            if key[0] and key not in out:
                out[key] = Term(key[0], label, strength)

    items = load_yaml(LEXICON).get("items", {})
    for item in CONDITIONS:
        if item not in items:
            raise DataFileError(
                find(LEXICON),
                f"item {item!r} is missing",
                "Add it under `items:`",
                line_of(LEXICON, "items:"),
            )
        add(items[item].get("strong"), item, STRONG, LEXICON)
        add(items[item].get("misspellings"), item, STRONG, LEXICON)
        add(items[item].get("ambiguous"), item, AMBIGUOUS, LEXICON)
    add(load_yaml(LEXICON).get("off_list"), OFF_LIST, STRONG, LEXICON)
    asked = medicines_item()
    if asked:
        medicines = load_yaml(MEDICINES)
        for phrases in (medicines.get("classes") or {}).values():
            add(phrases, asked, STRONG, MEDICINES)
        add(medicines.get("generic"), asked, GENERIC, MEDICINES)
    return tuple(out.values())


@lru_cache(maxsize=1)
def fever_reducers() -> frozenset[str]:
    """Return the medicines after which a normal temperature proves nothing."""
    return frozenset(squash(p) for p in load_yaml(MEDICINES)["fever_reducers"])


@cache
def cues(name: str) -> tuple[str, ...]:
    """Return the cue phrases of one kind, squashed, longest first.

    Raises:
        DataFileError: cues.yml has no such list.
    """
    found = load_yaml(CUES).get(name)
    phrases = {squash(p) for p in _strings(found, CUES, name)}
    return tuple(sorted(phrases - {""}, key=lambda p: (-len(p.split()), p)))


def _strings(value: Any, file: str, name: str) -> list[str]:
    if not isinstance(value, list) or not value:
        raise DataFileError(
            find(file),
            f"the list {name!r} is missing or empty",
            "Give it at least one word",
            line_of(file, name.split("/")[-1] + ":"),
        )
    for entry in value:
        if not isinstance(entry, str):
            raise DataFileError(
                find(file),
                f"{entry!r} in {name!r} is not a word",
                "Put it in quotes",
                line_of(file, str(entry)),
            )
    return value
