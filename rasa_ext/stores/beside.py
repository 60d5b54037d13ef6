"""Tables of ours beside the tracker's events, made where they are missing."""

from __future__ import annotations

from typing import Any
from weakref import WeakKeyDictionary

import sqlalchemy as sa

#: By engines: the tables that are there.
_there: WeakKeyDictionary[Any, set[str]] = WeakKeyDictionary()


def make(engine: Any, table: Any) -> None:
    """Make a table, once; another process may be doing the same."""
    there = _there.setdefault(engine, set())
    if table.name in there:
        return
    try:
        table.create(engine, checkfirst=True)
    except (sa.exc.OperationalError, sa.exc.ProgrammingError, sa.exc.IntegrityError):
        if not sa.inspect(engine).has_table(table.name):
            raise
    there.add(table.name)
