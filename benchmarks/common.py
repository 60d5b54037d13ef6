"""What the measurements share: what they are given, what they find, and bars.

A measurement is a module with `BOTS`, the bots it starts; `measure(models, size)`, which returns what
it found as JSON can hold it; and `bars(found)`. `benchmarks.__main__` lists them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

Models = Mapping[str, Path]
Found = dict[str, Any]


@dataclass(frozen=True)
class Bar:
    """Something that must hold: `value` is at most, or at least, `limit`; "at least" is for speeds."""

    what: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def held(self) -> bool:
        """Whether it holds."""
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        """Returns it as a line of text."""
        sign = "≥" if self.at_least else "≤"
        return f"{'held  ' if self.held else 'MISSED'}  {self.what}: {self.value:.2f} ({sign} {self.limit:g})"


def scaled(count: int, size: float, least: int = 1) -> int:
    """Returns a count in proportion to the size of the run, which is 1 for a full one."""
    return max(round(count * size), least)
