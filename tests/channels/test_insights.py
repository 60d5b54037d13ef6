"""What the real servers keep of questions without an answer, and what they count; also when they are killed."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from clinic.insights import store
from clinic.insights.recorder import STEP
from tests.own_stack import MANY, OwnStack, start_own
from tests.waiting import eventually
from tests.web_client import Visitor, arrived

pytestmark = pytest.mark.stack
#: Marks that no file of the project holds.
WORD, NAME = "Zorvolex", "Quillfeather"
PHONE, MAIL = "07700 900123", "quill@zorvolex.example"
#: Seconds until what happened has to be stored.
SOON = STEP + 5


@pytest.fixture(scope="module")
def own() -> Iterator[OwnStack]:
    """The real assistant."""
    own = start_own(
        {
            "STRIA_WEB_SECRET": "a secret for the tests of insights",
            "STRIA_WEB_RATE_IP": MANY,
            "STRIA_WEB_RATE_NEW": MANY,
            "STRIA_WEB_RATE_SESSION": MANY,
            "LOG_LEVEL": "DEBUG",
        }
    )
    yield own
    own.stop()


def rows(own: OwnStack, sql: str) -> list[Any]:
    """Returns rows of the clinic's database; none while it is empty."""
    assert own.folder is not None
    with closing(sqlite3.connect(own.folder / "clinic.db", timeout=10)) as database:
        try:
            return database.execute(sql).fetchall()
        except sqlite3.OperationalError:
            # The tables are made with the first writing.
            return []


class Grown:
    """What was kept and counted since it was made, when all before was stored."""

    def __init__(self, own: OwnStack):
        self._own = own
        self._counts, self._questions = self._counted(), self._kept()

    def _counted(self) -> Counter[tuple[str, str]]:
        found = rows(self._own, "SELECT name, label, sum(count) FROM clinic_counts GROUP BY name, label")
        return Counter({(name, label): number for name, label, number in found})

    def _kept(self) -> Counter[tuple[str, str, str]]:
        return Counter(rows(self._own, "SELECT kind, topic, text FROM clinic_questions"))

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """The counts of all days."""
        return self._counted() - self._counts

    @property
    def messages(self) -> int:
        """How many messages were counted."""
        return sum(number for (name, _), number in self.counts.items() if name == store.MESSAGES)

    @property
    def questions(self) -> list[tuple[str, str, str]]:
        """Kind, topic and text of the questions."""
        return sorted((self._kept() - self._questions).elements())


@pytest.fixture
def grown(own: OwnStack) -> Grown:
    """What is kept and counted in a test."""
    return Grown(own)


def talk(own: OwnStack, visitor: Visitor) -> None:
    """Asks in vain, tells secrets, begins a check and stops it, over both channels."""
    for text in (
        f"hello, my name is {NAME}",
        f"what does it cost for {NAME}? call me on {PHONE} or {MAIL}",
        f"I am {NAME}, does {WORD} hurt?",
        f"who won the {WORD} match in {NAME}?",
        "how long is recovery?",
        f"I have a cold sore and {WORD}, what does it cost?",
        f"I can't breathe, {NAME}",
    ):
        visitor.say(text)
    for text in (
        f"is there parking near {NAME}? my number is {PHONE}",
        "start the check",
        f"no {NAME}",
        f"what does the laser cost, {WORD}?",
        f"it is {WORD}",
        "stop",
    ):
        own.client.send(NAME, text)


def test_what_is_kept_and_counted(own: OwnStack, grown: Grown) -> None:
    """Scrubbed questions, right numbers, and no trace of a secret or of a conversation."""
    talk(own, arrived(own.port))
    eventually(lambda: grown.messages == 13, SOON)

    found = grown.questions
    print(found, grown.counts)
    assert [kind for kind, topic, _ in found if topic == "price"] == ["not_in_document"] * 2
    assert ("not_in_document", "pain", "i am …, does … hurt?") in found
    assert not any("cold sore" in text or "breathe" in text for _, _, text in found)
    assert [text for _, _, text in found if re.search(r"\d|@", text)] == []
    assert own.folder is not None
    stored = b"".join(p.read_bytes() for p in own.folder.glob("clinic.db*")).lower()
    senders = list(own.senders())
    assert len(senders) == 2
    marks = [WORD, NAME, MAIL, "07700", "900123", *senders, *(s.partition(":")[2] for s in senders)]
    assert [mark for mark in marks if mark and mark.lower().encode() in stored] == []
    (day,) = {row[0] for row in rows(own, "SELECT day FROM clinic_questions")}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", day)

    got = grown.counts
    assert got[store.CONVERSATIONS, "web"] == got[store.CONVERSATIONS, "rest"] == 1
    assert (got[store.MESSAGES, "web"], got[store.MESSAGES, "rest"]) == (7, 6)
    assert got[store.BEGUN, "rest"] == 1
    assert got[store.LEFT, "cardiovascular/stopped"] == 1
    assert got[store.EMERGENCIES, "emergency"] == got[store.ANSWERS, "emergency"] == 1
    assert sum(n for (name, _), n in got.items() if name == store.ANSWERS) == 13
    assert got[store.REFUSALS, "price"] == 2
    log = own.all_logs().lower()
    assert [mark for mark in (WORD, NAME, PHONE, MAIL) if mark.lower() in log] == []


def test_a_server_that_is_killed_loses_the_last_seconds(own: OwnStack, grown: Grown) -> None:
    """Of counts and questions, and nothing else; after the start all goes on."""
    own.client.send("killed", "what does it cost?")
    eventually(lambda: grown.messages == 1, SOON)
    own.client.send("killed", "how long is recovery?")
    own.kill("rasa")
    lost = 2 - grown.messages
    own.start("rasa")
    assert len(own.user_turns("killed")) == 2
    own.client.send("killed", "does it hurt?")
    eventually(lambda: grown.messages == 3 - lost, SOON)
    assert 0 <= lost <= 1
    assert grown.counts[store.CONVERSATIONS, "rest"] == 1
    assert [topic for _, topic, _ in grown.questions] == ["pain", "price"]


def test_a_database_that_is_locked(own: OwnStack, grown: Grown) -> None:
    """No turn waits for it; what was counted meanwhile is stored afterwards, once."""
    assert own.folder is not None
    with closing(sqlite3.connect(own.folder / "clinic.db", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        until, took = time.monotonic() + 12, []
        while time.monotonic() < until:
            took.append(own.client.send("locked", "what does it cost?").seconds)
            time.sleep(0.5)
        database.execute("ROLLBACK")
    print(f"{len(took)} turns, the slowest took {max(took) * 1000:.0f} ms")
    eventually(lambda: grown.messages == len(took), 15)
    assert len(grown.questions) == len(took)
    # SQLite waits five seconds for a lock: no turn did.
    assert max(took) < 4
    told = own.all_logs()
    assert told.count("insights: the clinic's database can't be used") == 1
    assert told.count("insights: the clinic's database can be used again") == 1


def test_a_server_that_is_stopped_stores_what_is_left(own: OwnStack, grown: Grown) -> None:
    """Before it ends, without waiting for the next look."""
    own.client.send("stopped", "what does it cost?")
    own.client.send("stopped", "how long is recovery?")
    process = own.service("rasa").process
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(30)
    assert grown.messages == 2
    assert len(grown.questions) == 1
