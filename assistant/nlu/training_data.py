"""Reads the examples of data/nlu/*.yml (Rasa's format) without Rasa."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from assistant.datafiles import DataFileError, content_files, find, load_yaml
from assistant.knowledge.procedure import procedure

_ENTITY = re.compile(r"\[([^\]]+)\](?:\([^)]*\)|\{[^}]*\})")
_EXAMPLE = re.compile(r"^\s*-\s?(.*)$")


@dataclass(frozen=True)
class Example:
    """One message of the training data, its full intent name and where it stands."""

    text: str
    label: str
    file: str


def example_files() -> list[str]:
    """Return the names of the example files, relative to data/, in order."""
    return content_files("nlu")


def read_examples(names: Iterable[str] | None = None) -> list[Example]:
    """Return all examples, duplicates of the same text and class removed, entity marks stripped.

    Args:
        names: files relative to data/; all of data/nlu when None.

    Raises:
        DataFileError: a file is not as Rasa expects it.
    """
    seen: set[tuple[str, str]] = set()
    out: list[Example] = []
    for name in example_files() if names is None else names:
        for example in _of_file(name):
            key = (example.text, example.label)
            if key not in seen:
                seen.add(key)
                out.append(example)
    return out


def _of_file(name: str) -> Iterable[Example]:
    content = load_yaml(name)
    blocks = content.get("nlu") if isinstance(content, dict) else None
    if not isinstance(blocks, list):
        raise DataFileError(find(name), "no list under the key nlu", "See any other file of data/nlu")
    for block in blocks:
        if not isinstance(block, dict):
            raise DataFileError(find(name), "an entry is no mapping", "Start it with '- intent:'")
        if "intent" not in block:  # synonyms, lookups, regexes
            continue
        examples = block.get("examples", "")
        if not isinstance(examples, str):
            raise DataFileError(find(name), f"{block['intent']}: examples are no text", "Write 'examples: |'")
        for line in examples.splitlines():
            found = _EXAMPLE.match(line)
            if found and found.group(1).strip():
                yield Example(_ENTITY.sub(r"\1", found.group(1)).strip(), str(block["intent"]), name)


def protected_names() -> list[str]:
    """Return names of conditions, medicines and the trade that spelling repair must keep."""
    items = load_yaml("screening/lexicon.yml")["items"].values()
    classes = load_yaml("screening/medicines.yml")["classes"].values()
    names = [str(n) for item in items for key in ("strong", "ambiguous") for n in item.get(key) or ()]
    names += [str(n) for group in classes for n in group or ()]
    return [*names, *procedure().spelling]
