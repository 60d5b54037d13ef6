"""What a check reports: one line with the place, the problem and the remedy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, order=True)
class Finding:
    """Something that is not in order.

    Attributes:
        file: path as shown.
        line: line number, from 1.
        problem: what is wrong, without a full stop.
        remedy: what to do about it.
        level: errors always fail, warnings unless they are allowed, notes never.
    """

    file: str
    line: int
    problem: str
    remedy: str
    level: Level = "error"

    def __str__(self) -> str:
        kind = "" if self.level == "error" else f"{self.level}: "
        end = f" {self.remedy}" if self.remedy else ""
        return f"{self.file}:{self.line}: {kind}{self.problem}.{end}"
