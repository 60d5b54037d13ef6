"""The items of the check, as data/screening/items.yml has them, and the values of their answers."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any, Literal, overload

from assistant.datafiles import DataFileError, find, line_of, load_yaml
from assistant.text import squash

FILE = "screening/items.yml"

#: The name of an item, which is also the name of its slot.
Item = str
Value = Literal["yes", "no", "unsure"]

YES: Value = "yes"
NO: Value = "no"
UNSURE: Value = "unsure"
VALUES: tuple[Value, ...] = (YES, NO, UNSURE)

_CAUTION = {None: 0, NO: 0, UNSURE: 1, YES: 2}

CONDITION, MEDICINES = "condition", "medicines"
LASTING, PASSING, RECURRING = "lasting", "passing", "recurring"
#: What the keys with a fixed choice may say; the first is meant when the key is left out.
_CHOICES = {
    "yes": ("contraindicated", "needs_specialist_review"),
    "kind": (CONDITION, MEDICINES),
    "course": (LASTING, PASSING, RECURRING),
    "reading": ("", "blood_pressure", "temperature"),
}
_LISTS = ("topics", "called", "beside_no")
_PLACE = ("marks", "on", "elsewhere", "begins")


@dataclass(frozen=True)
class Place:
    """Words for where an item counts as a yes, squashed; see the head of items.yml."""

    marks: tuple[str, ...]
    on: tuple[str, ...]
    elsewhere: tuple[str, ...]
    begins: tuple[str, ...]


@dataclass(frozen=True)
class Policy:
    """What items.yml says about an item; the head of the file explains the keys."""

    name: Item
    fact: str
    yes: str
    kind: str
    course: str
    reading: str
    topics: tuple[str, ...]
    vague: str
    called: tuple[str, ...]
    beside_no: tuple[str, ...]
    place: Place | None


@lru_cache(maxsize=1)
def policies() -> dict[Item, Policy]:
    """Return the items in the order in which they are asked.

    Raises:
        DataFileError: there is none, or an entry is incomplete or says what nobody knows.
    """
    data = load_yaml(FILE)
    rows = data.get("items") if isinstance(data, dict) else None
    if not isinstance(rows, dict) or not rows:
        raise DataFileError(find(FILE), "no items", "Start the file with `items:`")
    found = {str(name): _policy(str(name), row) for name, row in rows.items()}
    for key, of in (("kind", MEDICINES), ("reading", "blood_pressure"), ("reading", "temperature")):
        same = [p.name for p in found.values() if getattr(p, key) == of]
        if len(same) > 1:
            raise _error(same[1], f"{' and '.join(same)} both have {key}: {of}", "Leave it to one of them")
    return found


def _policy(name: Item, row: Any) -> Policy:
    if not isinstance(row, dict):
        raise _error(name, f"{name} has no keys", "See the head of the file")
    known = {"fact", "vague", "place", *_CHOICES, *_LISTS}
    for key in row:
        if key not in known:
            raise _error(name, f"{name}: nothing reads {key!r}", f"Use one of {', '.join(sorted(known))}")
    chosen = {key: str(row.get(key, choices[0])) for key, choices in _CHOICES.items()}
    for key, value in chosen.items():
        if value not in _CHOICES[key]:
            raise _error(
                name, f"{name}: {key} is {value!r}", f"Use one of {', '.join(c for c in _CHOICES[key] if c)}"
            )
    if not isinstance(row.get("fact"), str):
        raise _error(name, f"{name} has no fact", "Add the id of the fact that the question rests on")
    lists = {key: _words(name, key, row.get(key)) for key in _LISTS}
    place = row.get("place")
    if place is not None and not isinstance(place, dict):
        raise _error(name, f"{name}: place has no keys", "See the head of the file")
    return Policy(
        name=name,
        fact=row["fact"],
        yes=chosen["yes"],
        kind=chosen["kind"],
        course=chosen["course"],
        reading=chosen["reading"],
        topics=lists["topics"],
        vague=str(row.get("vague", lists["topics"][0])),
        called=lists["called"],
        beside_no=lists["beside_no"],
        place=_place(name, place) if place else None,
    )


def _place(name: Item, row: dict[str, Any]) -> Place:
    return Place(**{key: tuple(map(squash, _words(name, key, row.get(key)))) for key in _PLACE})


def _words(name: Item, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(w, str) for w in value):
        raise _error(name, f"{name}: {key} is no list of words", "Write [word, word] and quote numbers")
    return tuple(value)


def _error(name: Item, problem: str, remedy: str) -> DataFileError:
    return DataFileError(find(FILE), problem, remedy, line_of(FILE, f"  {name}:"))


class _Names(Sequence[Item]):
    """Names of items, read when they are needed and not when the module is imported."""

    def __init__(self, chosen: Callable[[Policy], bool]):
        self._chosen = chosen
        self._of: dict[Item, Policy] | None = None
        self._found: tuple[Item, ...] = ()

    def _names(self) -> tuple[Item, ...]:
        of = policies()
        if of is not self._of:  # the first time, or another project's
            self._found = tuple(p.name for p in of.values() if self._chosen(p))
            self._of = of
        return self._found

    @overload
    def __getitem__(self, index: int) -> Item: ...
    @overload
    def __getitem__(self, index: slice) -> tuple[Item, ...]: ...
    def __getitem__(self, index: int | slice) -> Item | tuple[Item, ...]:
        return self._names()[index]

    def __len__(self) -> int:
        return len(self._names())

    def __iter__(self) -> Iterator[Item]:
        return iter(self._names())


#: In the order in which they are asked; also the names of the slots.
ITEMS: Sequence[Item] = _Names(lambda policy: bool(policy.name))
#: The items of which a yes is a contraindication of the document.
CONTRAINDICATIONS: Sequence[Item] = _Names(lambda p: p.yes == "contraindicated")
#: The items whose words stand in lexicon.yml.
CONDITIONS: Sequence[Item] = _Names(lambda p: p.kind == CONDITION)


@cache
def medicines_item() -> Item | None:
    """Return the item that asks about medicines, if there is one."""
    return next((p.name for p in policies().values() if p.kind == MEDICINES), None)


@cache
def item_read_by(reading: str) -> Item | None:
    """Return the item that a `blood_pressure` or `temperature` answers, if there is one."""
    return next((p.name for p in policies().values() if p.reading == reading), None)


def neutral_words() -> tuple[str, ...]:
    """Return the words that claim nothing about any item. Raises DataFileError."""
    value = load_yaml(FILE).get("neutral")
    if not isinstance(value, list) or not all(isinstance(w, str) for w in value):
        raise DataFileError(find(FILE), "no list `neutral`", "Add it, even if empty: neutral: []")
    return tuple(value)


def most_cautious(*values: Value | None) -> Value | None:
    """Return the most cautious of `values`: yes, then unsure, then no, then None (not answered)."""
    best: Value | None = None
    for value in values:
        if value is None:
            continue
        if best is None or _CAUTION[value] > _CAUTION[best]:
            best = value
    return best


def medicine_given(values: Mapping[Item, Value | None], *among: Value) -> bool:
    """Tell whether the answer to the question about medicines, if it is asked, is one of `among`."""
    item = medicines_item()
    return item is not None and values.get(item) in among
