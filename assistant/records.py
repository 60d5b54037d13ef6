"""The words of the record of processing: data/records.yml, read and checked."""

from __future__ import annotations

import re
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
#: Variables that switch a recipient on. Each has an entry, or the record would leave out who gets data.
SWITCHES = ("STRIA_SMTP_HOST", "STRIA_WEBHOOK_URL", "RABBITMQ_HOST")
#: What is filled in, by label.
_FILLED = {"days": {"days"}, "made": {"time", "version", "document"}}
_TEXTS = ("title", "intro", "other", "rights")
_PART = re.compile(r"\{(\w*)\}")
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
        if re.fullmatch(r"[a-z]+(?:_[a-z]+)*", kind["kept"]) and not is_of_retention(kind["kept"]):
            raise _wrong(f"kept: {kind['kept']}", f"kept: nothing is called {kind['kept']}",
                         f"Use conversations, one of {', '.join(KINDS)}, or a text")  # fmt: skip
        tables = kind.get("tables")
        if not isinstance(tables, list) or not tables or not all(isinstance(t, str) for t in tables):
            raise _wrong(kind["name"], f"{kind['name']}: no list of tables", "Add `tables: [name]`")
    _check_recipients(data["recipients"])
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
        _check_filled(data["labels"][name], f"{name}:", _FILLED.get(name, set()))
    return data


def _check_recipients(recipients: list[Any]) -> None:
    for entry in recipients:
        switch = entry.get("when")
        if switch is not None and switch not in SWITCHES:
            raise _wrong(str(switch), f"recipients: nothing is switched on by {switch}",
                         f"Use one of {', '.join(SWITCHES)}")  # fmt: skip
        if set(_PART.findall(entry["text"])) - ({"value"} if switch else set()):
            raise _wrong(entry["text"], "recipients: a part in { } is not filled in",
                         "Use {value} beside `when`, and no other")  # fmt: skip
    missing = set(SWITCHES) - {entry.get("when") for entry in recipients}
    for switch in sorted(missing):
        raise _wrong("recipients:", f"recipients: who gets data by {switch} is left out", "Restore it")


def _check_filled(text: str, where: str, parts: set[str]) -> None:
    if set(_PART.findall(text)) != parts:
        names = ", ".join(f"{{{part}}}" for part in sorted(parts)) or "nothing in { }"
        raise _wrong(where, f"{where} the parts to be filled in are wrong", f"Write {names}")


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
