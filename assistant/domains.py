"""The domain as Rasa gets it: filled from the project's base, where it has one, and with the responses of languages."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

from assistant import locales
from assistant.datafiles import load_file
from assistant.screening.items import FILE as ITEMS_FILE
from assistant.screening.items import ITEMS

_LISTS = ("intents", "entities", "actions")
_MAPPINGS = ("slots", "responses", "forms")


def foreign_items(base: Path) -> tuple[str, ...]:
    """Return the items of the base's check that this project does not ask. Raises DataFileError."""
    return tuple(name for name in load_file(base / "data" / ITEMS_FILE)["items"] if name not in ITEMS)


def is_foreign(section: str, name: str, items: Collection[str]) -> bool:
    """Tell whether an entry of the base's domain belongs to one of its own items."""
    if section == "slots":
        return name in items
    return section == "responses" and any(name in (f"utter_ask_{i}", f"utter_help_{i}") for i in items)


def merged(own: Mapping[str, Any], base: Mapping[str, Any], foreign: Collection[str]) -> dict[str, Any]:
    """Return the domain `own`, filled from `base`.

    Args:
        own: the project's parsed domain file.
        base: its base's.
        foreign: items of the base whose slots and responses are left out.
    """
    filled = {**base, **own}
    for section in _LISTS:
        named = set(_names(own.get(section)))
        more = [e for e in base.get(section) or () if not named.intersection(_names([e]))]
        filled[section] = [*(own.get(section) or ()), *more]
    for section in _MAPPINGS:
        lent = {k: v for k, v in (base.get(section) or {}).items() if not is_foreign(section, k, foreign)}
        filled[section] = {**lent, **(own.get(section) or {})}
    return filled


def with_languages(domain: Mapping[str, Any]) -> dict[str, Any]:
    """Return a domain whose responses also have the variations of all languages, each on the condition of the slot.

    Raises:
        DataFileError: a language can't be used.
    """
    responses = {name: list(rows or ()) for name, rows in (domain.get("responses") or {}).items()}
    for code in locales.codes():
        condition = [{"type": "slot", "name": locales.SLOT, "value": code}]
        for name, variations in locales.locale(code).responses.items():
            if name in responses:
                responses[name] += [{**row, "condition": condition} for row in variations]
    return {**domain, "responses": responses}


def _names(entries: Any) -> Iterator[str]:
    for entry in entries or ():
        yield from entry if isinstance(entry, dict) else (entry,)
