"""What patients said in this test run, and whether a log holds any of it.

The clients of the tests note what they send; what else was said is read from the conversations that
a server stored. The logs are read when their processes end, before their folders are removed.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

#: Characters of a text from which on it can't stand in a log by accident: "start the check" has 15.
TELLING = 12
#: So many of its first characters are enough, as a log may cut it.
SEEN = 24
#: What stands in every way of writing a text: no quotes, backslashes or letters beyond ASCII.
_PLAIN = re.compile(r"[ !#-&(-;=?-\[\]-~]+")


def telling(text: str) -> str:
    """Returns the part of a text to look for, in small letters; nothing when it has no telling part."""
    runs = (run.strip() for run in _PLAIN.findall(text.lower()))
    longest = max(runs, key=len, default="")[:SEEN]
    return longest if len(longest) >= TELLING and " " in longest else ""


@dataclass
class Silence:
    """What was said until now, and what was found where."""

    said: set[str] = field(default_factory=set)
    found: dict[str, set[str]] = field(default_factory=dict)
    logs: int = 0
    characters: int = 0
    _read: dict[Path, int] = field(default_factory=dict)

    def note(self, text: object) -> None:
        """Remembers what a patient says; what is no text or too short to be told apart is left out."""
        if isinstance(text, str) and (part := telling(text)):
            self.said.add(part)

    def spoken_in(self, log: str) -> set[str]:
        """Returns what was said and stands in a log."""
        low, begins = log.lower(), {part[:TELLING] for part in self.said}
        places = (i for i in range(len(low) - TELLING + 1) if low[i : i + TELLING] in begins)
        return {part for i in places for part in self.said if low.startswith(part, i)}

    def listen(self, name: str, log: str) -> None:
        """Looks through a log; what it finds is kept under its name."""
        self.logs += 1
        self.characters += len(log)
        if spoken := self.spoken_in(log):
            self.found.setdefault(name, set()).update(spoken)

    def listen_below(self, folder: Path) -> None:
        """Looks through all logs of a folder, after its conversations were read."""
        for database in sorted(folder.rglob("*.db")):
            for text in stored(database):
                self.note(text)
        for log in sorted(path for path in folder.rglob("*") if _is_log(path)):
            size = log.stat().st_size
            if self._read.get(log) != size:
                self._read[log] = size
                self.listen(str(log), log.read_text(errors="replace"))


def _is_log(path: Path) -> bool:
    return path.is_file() and (path.suffix == ".log" or path.name == "log")


def stored(database: Path) -> Iterator[str]:
    """Yields what patients said, of an SQLite database with conversations; nothing of any other file."""
    try:
        with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
            rows: Iterable[tuple[str]] = connection.execute(
                "SELECT data FROM events WHERE type_name = 'user'"
            ).fetchall()
    except sqlite3.Error:
        return
    for (data,) in rows:
        if text := json.loads(data).get("text"):
            yield str(text)


#: Of this test run.
silence = Silence()
