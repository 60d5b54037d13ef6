"""Words that staff look for, as conditions of SQL that SQLite and PostgreSQL understand alike."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

#: Of a search, so much is looked at.
LONGEST, MOST_WORDS = 100, 8
#: A part of a phone number, as people write them.
_PHONE = re.compile(r"[0-9\s()+./-]+")
_LEAST_DIGITS = 4
#: The beginning of a request's number, which comes from a UUID.
_NUMBER = re.compile("[0-9a-fA-F-]{4,36}")
#: What stands between the digits of a number that is stored.
_BETWEEN = " -()./"
#: What has a meaning in a pattern, and how it loses it.
_SIGNS, _ESCAPED = re.compile("[%_/]"), r"/\g<0>"


def matches(search: str, columns: Sequence[Any], phone: Any, number: Any) -> list[Any]:
    """Return conditions that all have to hold: each word stands in one of the columns.

    Args:
        search: what was typed; blanks stand between words.
        columns: where the words may stand.
        phone: the column of the phone number; "020 7946" finds +44 20 7946 0000 in it.
        number: the column of which a word may be the beginning.
    """
    text = "".join(c if c.isprintable() else " " for c in search)[:LONGEST].strip()
    digits = re.sub("[^0-9]", "", text).lstrip("0")
    if _PHONE.fullmatch(text) and len(digits) >= _LEAST_DIGITS:
        as_words = sa.and_(*_words(text, columns, number))
        return [sa.or_(_without_signs(phone).like(f"%{digits}%"), as_words)]
    return _words(text, columns, number)


def _words(text: str, columns: Sequence[Any], number: Any) -> list[Any]:
    return [
        sa.or_(
            *(column.ilike(pattern, escape="/") for column in columns for pattern in _patterns(word)),
            *([number.ilike(f"{word}%")] if _NUMBER.fullmatch(word) else []),
        )
        for word in text.split()[:MOST_WORDS]
    ]


def _patterns(word: str) -> list[str]:
    """Return a word as it may be stored.

    SQLite, and PostgreSQL in some locales, know small and capital letters of English alone.
    """
    ways = [word, word.lower(), word.upper(), word.capitalize()]
    forms = [f(way) for way in ways for f in (_composed, _decomposed)]
    return [f"%{_SIGNS.sub(_ESCAPED, form)}%" for form in dict.fromkeys(forms)]


def _without_signs(column: Any) -> Any:
    for sign in _BETWEEN:
        column = sa.func.replace(column, sign, "")
    return column


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _decomposed(text: str) -> str:
    return unicodedata.normalize("NFD", text)
