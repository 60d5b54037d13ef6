"""Patients who use the chat through the edge, as the widget does it: what fails is sent again with its id.

Each goes through the check again and again. Its questions are numbered, so a turn that was lost or
taken twice shows in the next reply; afterwards all is compared with what the database holds.
"""

from __future__ import annotations

import json
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from itertools import chain, repeat
from typing import Any, Protocol

from tests.web_client import Visitor, new_id

#: Seconds between two messages of a patient, and before sending again.
PAUSE, AGAIN = 0.15, 0.2
#: Seconds after which a patient has waited in vain.
PATIENCE = 60.0
#: What is said when an action failed: nothing counts, and the same question is still open.
FAILED = "something went wrong"
FIRST = ("start the check", "Question 1 of 6")
#: What is said, and what the reply has to hold.
ROUND = (
    ("no", "Question 2 of 6"),
    ("is it painful?", "Question 2 of 6"),
    ("no", "Question 3 of 6"),
    ("no", "Question 4 of 6"),
    ("start over", "Question 1 of 6"),
)


class Queried(Protocol):
    """A PostgreSQL that can be asked."""

    def query(self, database: str, sql: str) -> list[Any]:
        """Runs a statement and returns its rows."""


@dataclass(frozen=True)
class Turn:
    """A message that was answered: its id, and the texts of the replies."""

    id: str
    replies: tuple[str, ...]


@dataclass
class Patient:
    """One of them: what was answered, what went wrong on the way, and how long it took."""

    visitor: Visitor
    turns: list[Turn] = field(default_factory=list)
    #: Attempts that brought no whole answer, by status; 0 for a broken connection.
    failures: Counter[int] = field(default_factory=Counter)
    waits: list[float] = field(default_factory=list)
    #: Turns that ended with the honest text that something failed.
    failed_turns: int = 0

    def arrive(self) -> None:
        """Starts a session."""
        assert self.visitor.open().status == 201

    def talk(self, going_on: Callable[[], bool]) -> None:
        """Goes through the check until told to stop."""
        steps: Iterator[tuple[str, str]] = chain([FIRST], chain.from_iterable(repeat(ROUND)))
        text, expected = next(steps)
        while going_on():
            turn = self.say(text)
            if any(FAILED in reply for reply in turn.replies):
                self.failed_turns += 1
            else:
                assert any(expected in reply for reply in turn.replies), (text, expected, turn)
                text, expected = next(steps)
            time.sleep(PAUSE)

    def say(self, text: str) -> Turn:
        """Sends a message until it is answered; fails when that takes too long."""
        message_id, begun = new_id(), time.monotonic()
        while (replies := self._try(text, message_id)) is None:
            assert time.monotonic() - begun < PATIENCE, f"not answered: {self.failures}"
            time.sleep(AGAIN)
        self.waits.append(time.monotonic() - begun)
        turn = Turn(message_id, replies)
        self.turns.append(turn)
        return turn

    def _try(self, text: str, message_id: str) -> tuple[str, ...] | None:
        """Sends a message once; returns the replies, or nothing when they are not all there."""
        try:
            answer = self.visitor.say(text, message_id)
            lines = answer.lines if answer.status == 200 else []
        except (OSError, HTTPException, ValueError):  # ValueError: half a line
            self.failures[0] += 1
            return None
        if not lines or lines[-1] != {"type": "done"}:
            self.failures[answer.status] += 1
            return None
        assert all(line["id"].startswith(f"{message_id}.") for line in lines[:-1]), "somebody else's answer"
        return tuple(line["text"] for line in lines[:-1])


@dataclass
class Ward:
    """Some patients, who all write at the same time."""

    patients: list[Patient]

    @property
    def worst(self) -> float:
        """The longest wait for an answer, in seconds."""
        return max(chain.from_iterable(p.waits for p in self.patients))

    @property
    def failures(self) -> Counter[int]:
        """Attempts that brought no whole answer, of all."""
        return sum((p.failures for p in self.patients), Counter())

    @property
    def failed_turns(self) -> int:
        """Turns that ended with an honest failure, of all."""
        return sum(p.failed_turns for p in self.patients)

    @property
    def count(self) -> int:
        """How many messages were answered."""
        return sum(len(p.turns) for p in self.patients)

    def talk(self, meanwhile: Callable[[], object], lead: float = 3.0, rest: float = 3.0) -> None:
        """Lets them talk while something happens; fails when one of them was not answered well.

        Args:
            meanwhile: What happens.
            lead: Seconds before it.
            rest: Seconds after it.
        """
        over = threading.Event()
        problems: list[BaseException] = []

        def one(patient: Patient) -> None:
            try:
                patient.talk(lambda: not over.is_set() and not problems)
            except BaseException as problem:
                problems.append(problem)

        threads = [threading.Thread(target=one, args=[patient]) for patient in self.patients]
        for thread in threads:
            thread.start()
        try:
            time.sleep(lead)
            meanwhile()
            time.sleep(rest)
        finally:
            over.set()
            for thread in threads:
                thread.join()
        if problems:
            raise problems[0]

    def compare(self, postgres: Queried, database: str) -> None:
        """Makes sure that the database holds what was answered: each once, in order, in one conversation."""
        stored = stored_turns(postgres, database)
        owner = {turn.id: name for name, turns in stored.items() for turn in turns}
        for patient in self.patients:
            names = {owner.get(turn.id) for turn in patient.turns}
            assert len(names) == 1, "an answered message is lost, or in another conversation"
            (name,) = names
            assert name is not None, "no answered message is stored"
            assert stored[name] == patient.turns

    def report(self, title: str) -> str:
        """Returns what happened, in a line."""
        failures = dict(sorted(self.failures.items()))
        return (
            f"{title}: {self.count} messages, worst wait {self.worst:.2f} s, attempts that failed {failures}, "
            f"turns with an honest failure {self.failed_turns}"
        )


def stored_turns(postgres: Queried, database: str) -> dict[str, list[Turn]]:
    """Returns what the database holds of each conversation."""
    sql = "SELECT sender_id, type_name, data FROM events WHERE type_name IN ('user', 'bot') ORDER BY id"
    found: dict[str, list[Turn]] = defaultdict(list)
    for sender, kind, data in postgres.query(database, sql):
        event = json.loads(data)
        if kind == "user":
            found[sender].append(Turn(event["message_id"], ()))
        elif event["text"]:
            last = found[sender][-1]
            found[sender][-1] = Turn(last.id, (*last.replies, event["text"]))
    return found
