"""The items of the check and the values of their answers."""

from __future__ import annotations

from typing import Literal

Item = Literal["cardiovascular", "local_infection", "temperature", "systemic_skin", "herpes", "medicines"]
Value = Literal["yes", "no", "unsure"]

#: In the order in which they are asked; also the names of the slots.
ITEMS: tuple[Item, ...] = (
    "cardiovascular",
    "local_infection",
    "temperature",
    "systemic_skin",
    "herpes",
    "medicines",
)
#: The five contraindications of the document. `medicines` is the sixth question (F42).
CONTRAINDICATIONS: tuple[Item, ...] = ITEMS[:5]

YES: Value = "yes"
NO: Value = "no"
UNSURE: Value = "unsure"
VALUES: tuple[Value, ...] = (YES, NO, UNSURE)

_CAUTION = {None: 0, NO: 0, UNSURE: 1, YES: 2}


def most_cautious(*values: Value | None) -> Value | None:
    """Return the most cautious of `values`: yes, then unsure, then no, then None (not answered)."""
    best: Value | None = None
    for value in values:
        if value is None:
            continue
        if best is None or _CAUTION[value] > _CAUTION[best]:
            best = value
    return best
