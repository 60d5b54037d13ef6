"""Recognises attempts to give the assistant another role or to break its rules."""

from __future__ import annotations

import re
from functools import lru_cache

from assistant.datafiles import DataFileError, find, line_of, load_yaml
from assistant.text import squash

FILE = "safety/injection.yml"


@lru_cache(maxsize=1)
def _patterns() -> tuple[re.Pattern[str], ...]:
    out = []
    for pattern in load_yaml(FILE)["patterns"]:
        try:
            out.append(re.compile(pattern))
        except re.error as e:
            raise DataFileError(
                find(FILE), f"not a regular expression ({e})", "Mend it", line_of(FILE, pattern)
            ) from None
    return tuple(out)


def is_injection(text: str) -> bool:
    """Tell whether `text` tries to change what the assistant is. It has no power; this picks the reply."""
    squashed = squash(text)
    return any(p.search(squashed) for p in _patterns())
