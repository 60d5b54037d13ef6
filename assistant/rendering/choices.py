"""The choices of a reply in the form that a platform has: buttons, a list, or numbers in the text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from assistant.text import shorten

#: What stands below choices that can only be typed.
HOW_TO_CHOOSE = "Reply with a number, or in your own words."


class Form(Enum):
    """How choices are shown."""

    NONE = "none"
    BUTTONS = "buttons"
    LIST = "list"
    NUMBERS = "numbers"


@dataclass(frozen=True)
class Limits:
    """What a platform can show.

    Attributes:
        buttons: How many buttons; 0 when it has none.
        label: Characters on a button.
        rows: How many rows of a list; 0 when it has none.
        row: Characters of a row's title.
        detail: Characters of the line below a row's title.
    """

    buttons: int = 0
    label: int = 0
    rows: int = 0
    row: int = 0
    detail: int = 0


@dataclass(frozen=True)
class Option:
    """One choice: its number from 1, what stands on it, and what stands below that (lists only)."""

    number: int
    label: str
    detail: str = ""


@dataclass(frozen=True)
class Offer:
    """The choices in their form. `lines` belong below the text of the reply."""

    form: Form
    options: tuple[Option, ...] = ()
    lines: tuple[str, ...] = ()

    def below(self, text: str) -> str:
        """Return the text with the lines below it."""
        return "\n\n".join(part for part in (text, "\n".join(self.lines)) if part)


def offer(titles: Sequence[str], limits: Limits) -> Offer:
    """Return the choices in the best form that the platform has.

    Labels that are too long are numbered and cut, and stand in full below the text, or, in a list,
    below the row. Nothing that a patient has to read is ever left out.
    """
    count = len(titles)
    if not count:
        return Offer(Form.NONE)
    longest = max(len(title) for title in titles)
    if count <= limits.buttons and longest <= limits.label:
        return Offer(Form.BUTTONS, tuple(Option(n, t) for n, t in enumerate(titles, 1)))
    if count <= limits.rows and longest <= max(limits.row, limits.detail):
        return Offer(Form.LIST, tuple(_row(n, t, limits) for n, t in enumerate(titles, 1)))
    lines = tuple(f"{n}. {title}" for n, title in enumerate(titles, 1))
    if count <= limits.buttons:
        return Offer(Form.BUTTONS, _numbered(titles, limits.label), lines)
    if count <= limits.rows:
        return Offer(Form.LIST, _numbered(titles, limits.row), lines)
    options = tuple(Option(n, title) for n, title in enumerate(titles, 1))
    return Offer(Form.NUMBERS, options, (*lines, HOW_TO_CHOOSE))


def _row(number: int, title: str, limits: Limits) -> Option:
    if len(title) <= limits.row:
        return Option(number, title)
    return Option(number, shorten(title, limits.row - 1), title)


def _numbered(titles: Sequence[str], limit: int) -> tuple[Option, ...]:
    return tuple(Option(n, _label(n, title, limit)) for n, title in enumerate(titles, 1))


def _label(number: int, title: str, limit: int) -> str:
    whole = f"{number}. {title}"
    return whole if len(whole) <= limit else shorten(whole, limit - 1)
