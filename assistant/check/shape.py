"""A small language for what a YAML file may hold, and its faults by line."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from typing import Any, NamedTuple

import yaml

_NUMBER = re.compile(r"[-+]?(?:\d[\d_]*)?\.?\d+(?:[eE][-+]?\d+)?")
#: What stands where nothing does.
_NOTHING = (None, "", "~", "null")
#: Keys that name an entry of a list for the reader of a message.
_NAMES = ("id", "name", "intent", "rule", "story", "say", "sentence")


class Fault(NamedTuple):
    """What is wrong at a line (from 1); problem and remedy without full stops."""

    line: int
    problem: str
    remedy: str


@dataclass(frozen=True)
class Text:
    """A text that is not empty; one of `among`, when that is given."""

    among: tuple[str, ...] = ()
    may_be_empty: bool = False


@dataclass(frozen=True)
class Number:
    """A number with a point, never a comma, and without a unit."""


@dataclass(frozen=True)
class Words:
    """A list of words, at least so many."""

    least: int = 1


@dataclass(frozen=True)
class Numbers:
    """A list of so many numbers."""

    count: int = 2


@dataclass(frozen=True)
class Anything:
    """Whatever stands there; others look at it."""


@dataclass(frozen=True)
class Keys:
    """A mapping with these keys; `others` is the shape of keys that are not named, if any may stand there."""

    needed: Mapping[str, Shape] = field(default_factory=dict)
    more: Mapping[str, Shape] = field(default_factory=dict)
    others: Shape | None = None


@dataclass(frozen=True)
class Rows:
    """A list of entries of one shape."""

    each: Shape
    least: int = 1


@dataclass(frozen=True)
class Either:
    """One of several shapes, told apart by how they begin: a text, a list or keys."""

    shapes: tuple[Shape, ...]


Shape = Text | Number | Words | Numbers | Anything | Keys | Rows | Either


def faults(node: Any, shape: Shape, where: str = "") -> Iterator[Fault]:
    """Yield what in `node` is not as `shape` wants it.

    Args:
        node: a node of PyYAML, made by a loader that keeps everything as text; None for an empty file.
        shape: what is wanted.
        where: what the node is, in words; empty for the whole file.
    """
    if isinstance(shape, Anything):
        return
    if isinstance(shape, Either):
        shape = next((s for s in shape.shapes if _kind(s) == _found(node)), shape.shapes[0])
    if _kind(shape) != _found(node):
        yield _wrong_kind(node, shape, where)
    elif isinstance(shape, Keys):
        yield from _keys(node, shape, where)
    elif isinstance(shape, Rows):
        if len(node.value) < shape.least:
            yield Fault(_line(node), f"{where or 'the list'} is empty", "Add an entry")
        for number, row in enumerate(node.value, 1):
            yield from faults(row, shape.each, _of_row(row, number, where))
    elif isinstance(shape, Words | Numbers):
        yield from _list(node, shape, where)
    else:
        yield from _scalar(node, shape, where)


def _kind(shape: Shape) -> str:
    if isinstance(shape, Keys):
        return "keys"
    return "list" if isinstance(shape, Rows | Words | Numbers) else "text"


def _found(node: Any) -> str:
    if isinstance(node, yaml.MappingNode):
        return "keys"
    return "list" if isinstance(node, yaml.SequenceNode) else "text"


def _wrong_kind(node: Any, shape: Shape, where: str) -> Fault:
    line = _line(node)
    if not where:
        remedy = "Restore it from the repository, or see the head of the file"
        return Fault(line, "no sections", remedy)
    if isinstance(shape, Keys):
        return Fault(line, f"{where} has no keys", "Write `key: text` below it, as in the entries beside it")
    if isinstance(shape, Rows):
        return Fault(line, f"{where} is no list", "Begin each entry with `- `")
    if isinstance(shape, Words | Numbers):
        what = "words" if isinstance(shape, Words) else "numbers"
        example = "[word, word]" if isinstance(shape, Words) else "[1.0, 2.0]"
        return Fault(line, f"{where} is no list of {what}", f"Write {example}")
    return Fault(line, f"{where} is no text", "Write one text, in quotes")


def _keys(node: Any, shape: Keys, where: str) -> Iterator[Fault]:
    known = {**shape.needed, **shape.more}
    found: dict[str, tuple[int, Any]] = {
        str(key.value): (_line(key), value) for key, value in node.value if isinstance(key, yaml.ScalarNode)
    }
    missing = [key for key in shape.needed if key not in found]
    strange = sum(key not in known for key in found)
    for key, (line, value) in found.items():
        name = f"{where}: {key}" if where else key
        if key in known:
            yield from faults(value, known[key], name)
        elif shape.others is not None:
            yield from faults(value, shape.others, name)
        else:
            like = get_close_matches(key, missing or known, 1, 0.5)
            if not like and len(missing) == 1 and strange == 1:
                like = missing
            hint = f"Did you mean {like[0]}?" if like else f"Use one of {', '.join(known)}, or remove it"
            missing = [key for key in missing if key not in like]
            yield Fault(line, f"{where + ': ' if where else ''}nothing reads {key!r}", hint)
    if missing and where:
        yield Fault(_line(node), f"{where} lacks {', '.join(missing)}", "Add it")
    for key in missing if not where else ():
        yield Fault(1, f"the section {key!r} is missing", "Restore it, or mend its name")


def _list(node: Any, shape: Words | Numbers, where: str) -> Iterator[Fault]:
    what = "words" if isinstance(shape, Words) else "numbers"
    if isinstance(shape, Words) and len(node.value) < shape.least:
        yield Fault(_line(node), f"{where} is empty", "Give it at least one word")
    if isinstance(shape, Numbers) and len(node.value) != shape.count:
        yield Fault(_line(node), f"{where} has {len(node.value)} numbers", f"Give it {shape.count}")
    for entry in node.value:
        if _found(entry) != "text":
            yield Fault(_line(entry), f"{where} is no list of {what}", "Write [word, word] and quote signs")
        else:
            yield from _scalar(
                entry, Text() if isinstance(shape, Words) else Number(), f"an entry of {where}"
            )


def _scalar(node: Any, shape: Shape, where: str) -> Iterator[Fault]:
    # A block of lines begins below its mark.
    text, plain, line = str(node.value), not node.style, _line(node)
    blank = not text.strip() or (plain and text in _NOTHING)
    if isinstance(shape, Number):
        if not _NUMBER.fullmatch(text):
            yield Fault(line, f"{where} is no number: “{text}”", "Write a number like 38.0, without its unit")
    elif isinstance(shape, Text):
        if blank and not shape.may_be_empty:
            yield Fault(line, f"{where} is empty", "Write a text, or remove it")
        elif shape.among and text not in shape.among:
            named = ", ".join(word for word in shape.among if word)
            yield Fault(line, f"{where} is {text!r}", f"Use one of {named}")
        elif plain and where.startswith("an entry of ") and _NUMBER.fullmatch(text):
            yield Fault(line, f"{where} is the number {text}", f'Put it in quotes: "{text}"')


def _of_row(row: Any, number: int, where: str) -> str:
    pairs = row.value if isinstance(row, yaml.MappingNode) else ()
    named = {str(k.value): str(v.value) for k, v in pairs if isinstance(v, yaml.ScalarNode)}
    name = next((named[key] for key in _NAMES if named.get(key) not in _NOTHING), "")
    name = f"“{name}”" if " " in name else name
    return name if name else f"{where}, entry {number}" if where else f"entry {number}"


def _line(node: Any) -> int:
    return int(node.start_mark.line) + 1 if node is not None else 1
