"""The words of the record of processing: data/records.yml, read and checked."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from assistant.datafiles import DataFileError, find, line_of, load_yaml
from assistant.retention import KINDS

FILE = "records.yml"
#: What each entry of a list has to have.
_ENTRIES = {
    "about": ("name", "text"),
    "kinds": ("name", "holds", "why", "basis", "kept", "seen"),
    "recipients": ("text",),
}
_TEXTS = ("title", "intro", "other", "rights")
_LABELS = (
    "open about kinds name holds why basis where kept seen days not_erased recipients processors "
    "no_processors rights measures numbers table rows oldest none places made consents"
).split()


def records() -> Mapping[str, Any]:
    """Return the words.

    Raises:
        DataFileError: Something is missing or of another shape.
    """
    data = load_yaml(FILE)
    if not isinstance(data, dict):
        raise DataFileError(find(FILE), "no sections", "Restore it from the repository")
    for name in _TEXTS:
        _text(data, name, name)
    for name, needed in _ENTRIES.items():
        for entry in _list(data, name):
            if not isinstance(entry, dict):
                raise _wrong(name, f"an entry of {name} is no mapping", "Write `- {name: ..., ...}`")
            for key in needed:
                _text(entry, key, f"{name}: {entry.get('name', '')}".strip())
    for kind in data["kinds"]:
        tables = kind.get("tables")
        if not isinstance(tables, list) or not tables or not all(isinstance(t, str) for t in tables):
            raise _wrong(kind["name"], f"{kind['name']}: no list of tables", "Add `tables: [name]`")
    for name in ("others", "measures"):
        if not all(isinstance(text, str) for text in _list(data, name)):
            raise _wrong(f"{name}:", f"{name} is no list of texts", "Put each text in quotes")
    for name in ("processors", "labels"):
        if not isinstance(data.get(name), dict):
            raise _wrong(f"{name}:", f"no section {name}", "Restore it")
    for name in data["processors"]:
        _text(data["processors"], name, "processors")
    for name in _LABELS:
        _text(data["labels"], name, "labels")
    return data


def is_of_retention(kept: str) -> bool:
    """Tell whether the days of a kind come from the configuration, and are no text."""
    return kept == "conversations" or kept in KINDS


def to_fill(data: Any) -> int:
    """Return how many texts the clinic still has to fill in."""
    return sum("[" in text for text in _texts(data))


def _texts(data: Any) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, Mapping):
        for value in data.values():
            yield from _texts(value)
    elif isinstance(data, list):
        for value in data:
            yield from _texts(value)


def _text(data: Mapping[str, Any], name: str, where: str) -> None:
    if not isinstance(data.get(name), str) or not data[name].strip():
        raise _wrong(where.partition(": ")[2] or f"{name}:", f"{where} lacks the text {name!r}", "Add it")


def _list(data: Mapping[str, Any], name: str) -> list[Any]:
    found = data.get(name)
    if not isinstance(found, list):
        raise _wrong(f"{name}:", f"no list {name}", "Restore it")
    return found


def _wrong(needle: str, problem: str, remedy: str) -> DataFileError:
    return DataFileError(find(FILE), problem, remedy, line_of(FILE, needle))
