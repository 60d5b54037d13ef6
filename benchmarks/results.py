"""The measured figures: results/benchmarks.json, which docs/benchmarks.md is made from.

An entry is named `part/name`, such as `accuracy/stria`, and is replaced as a whole when it is measured
again. Each says when, where, of what commit and under which load it was measured.
"""

from __future__ import annotations

import datetime
import json
import os
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from scripts._env import ROOT, CommandError
from scripts._eval_machine import commit, machine

PATH = ROOT / "results" / "benchmarks.json"
FORMAT = 1
Figures = dict[str, Any]


@dataclass(frozen=True)
class Measured:
    """When and where an entry was measured.

    Attributes:
        date: UTC, to the minute.
        commit, machine: see scripts._eval_machine.
        load: load averages of the machine before and after.
        minutes: how long it took.
    """

    date: str
    commit: str
    machine: str
    load: tuple[float, float]
    minutes: float


@dataclass(frozen=True)
class Entry:
    """Figures, and when they were measured."""

    measured: Measured
    figures: Figures


Results = dict[str, Entry]


def load(path: Path) -> Results:
    """Reads all entries; none when there is no file yet.

    Raises:
        CommandError: The file was written by another version or is damaged.
    """
    if not path.exists():
        return {}
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        if content["format"] != FORMAT:
            raise ValueError(f"format {content['format']}")
        return {
            name: Entry(
                Measured(**{**one["measured"], "load": tuple(one["measured"]["load"])}), one["figures"]
            )
            for name, one in content["entries"].items()
        }
    except (ValueError, KeyError, TypeError) as error:
        raise CommandError(f"{path} cannot be used ({error}); remove it and measure again") from error


def store(name: str, entry: Entry, path: Path) -> None:
    """Puts one entry into the file; the others stay."""
    entries = {**load(path), name: entry}
    content = {"format": FORMAT, "entries": {key: asdict(entries[key]) for key in sorted(entries)}}
    path.parent.mkdir(parents=True, exist_ok=True)
    new = path.with_suffix(".new")
    new.write_text(json.dumps(content, indent=1) + "\n", encoding="utf-8")
    new.replace(path)


def measure(work: Callable[[], Figures]) -> Entry:
    """Measures something, and notes when and where."""
    begun, before = time.monotonic(), os.getloadavg()[0]
    date = f"{datetime.datetime.now(datetime.timezone.utc):%Y-%m-%d %H:%M}"
    figures = work()
    loads = (round(before, 1), round(os.getloadavg()[0], 1))
    minutes = round((time.monotonic() - begun) / 60, 1)
    return Entry(Measured(date, commit(), machine(), loads, minutes), figures)
