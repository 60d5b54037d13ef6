"""Words and numbers that stand nowhere else, what patients say with them, and where they were found."""

from __future__ import annotations

import random
import sqlite3
import string
from collections.abc import Callable, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

#: What a marked word stands for in what is said.
KINDS = ("name", "surname", "condition", "medicine", "question", "wish", "correction", "answer", "place")


@dataclass(frozen=True)
class Secrets:
    """One person's words and numbers, none of which anybody else has."""

    words: dict[str, str]
    phone: str
    number: str

    @classmethod
    def made(cls, seed: str) -> Secrets:
        """Returns the secrets of a person; the same for the same seed."""
        chance = random.Random(seed)
        words = {kind: "".join(chance.choices(string.ascii_lowercase, k=14)) for kind in KINDS}
        digits = "".join(chance.choices("123456789", k=9))
        return cls(words, f"+4930{digits}", "".join(chance.choices("123456789", k=11)))

    @property
    def email(self) -> str:
        """An address of e-mail."""
        return f"{self.words['surname']}@{self.words['place']}.example"

    def all(self) -> list[str]:
        """Returns all that must not be found: words, and digits without signs."""
        return [*self.words.values(), self.phone[1:], self.phone[3:], self.number]

    def talk(self) -> list[str]:
        """Returns what the person says: questions, statements, the check, corrections, a request, nonsense."""
        w = self.words
        return [
            f"hello, I am {w['name']} {w['surname']} from {w['place']}",
            f"how long is recovery? my number is {self.phone}",
            f"what does {w['question']} cost?",
            f"is {w['question']} painful for {w['name']}, born 1987, insurance {self.number}?",
            f"I have {w['condition']} and lupus since {w['place']}",
            f"I take {w['medicine']} and isotretinoin, mail me at {self.email}",
            f"I can't breathe since {w['condition']}",
            "I'm fine",
            "start the check",
            f"no, but {w['answer']}",
            f"yes, {w['condition']} with pus",
            f"38.9 said {w['name']}",
            f"actually, change the answer about fever to no, {w['correction']} was wrong",
            f"what is {w['question']}?",
            f"my card is {self.number}",
            "not sure",
            f"yes, {w['medicine']} 20 mg",
            "show my summary",
            "stop",
            "I want to talk to a person",
            "yes",
            f"{w['name']} {w['surname']}",
            self.phone,
            self.email,
            f"please call me about {w['wish']}",
            "yes, send it",
            f'/inform_health{{"medicine": "{w["medicine"]}"}}',
            f"{w['wish']} {w['wish']}",
        ]


def found_in(text: str | bytes, secrets: Iterable[str]) -> list[str]:
    """Returns which of the secrets stand in a text, however they are written."""
    low = text.lower() if isinstance(text, bytes) else text.lower().encode("utf-8", "replace")
    return [secret for secret in secrets if secret.lower().encode() in low]


def found_in_files(folder: Path, secrets: list[str], skip: Callable[[Path], bool]) -> dict[str, list[str]]:
    """Returns the secrets that stand in the files below a folder, by file; but for files to `skip`."""
    found = {}
    for path in sorted(p for p in folder.rglob("*") if p.is_file() and not skip(p)):
        if hits := found_in(path.read_bytes(), secrets):
            found[str(path.relative_to(folder))] = hits
    return found


def found_in_tables(database: Path, secrets: list[str], skip: Iterable[str] = ()) -> dict[str, list[str]]:
    """Returns the secrets that stand in rows of an SQLite database, by table; but for tables to `skip`."""
    with closing(sqlite3.connect(database)) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        tables = [name for (name,) in connection.execute(query) if name not in set(skip)]
        rows = {name: repr(connection.execute(f'SELECT * FROM "{name}"').fetchall()) for name in tables}
    return {name: hits for name, text in rows.items() if (hits := found_in(text, secrets))}
