"""What the real servers keep of questions without an answer, and what they count; also when they are killed."""

from __future__ import annotations

import os
import re
import signal
import sqlite3
import time
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


@pytest.fixture
def own() -> Iterator[OwnStack]:
    """The real assistant, for each test anew: what they count is compared."""
    own = start_own(
        {
            "STRIA_WEB_SECRET": "a secret for the tests of insights",
            "STRIA_WEB_RATE_IP": MANY,
            "STRIA_WEB_RATE_NEW": MANY,
            "STRIA_WEB_RATE_SESSION": MANY,
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


def counted(own: OwnStack) -> dict[tuple[str, str], int]:
    """Returns the counts of all days."""
    found = rows(own, "SELECT name, label, sum(count) FROM clinic_counts GROUP BY name, label")
    return {(name, label): number for name, label, number in found}


def messages(own: OwnStack) -> int:
    """Returns how many messages were counted."""
    return sum(number for (name, _), number in counted(own).items() if name == store.MESSAGES)


def questions(own: OwnStack) -> list[tuple[str, str, str]]:
    """Returns kind, topic and text of the questions."""
    return sorted(rows(own, "SELECT kind, topic, text FROM clinic_questions"))


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


def test_what_is_kept_and_counted(own: OwnStack) -> None:
    """Scrubbed questions, right numbers, and no trace of a secret or of a conversation."""
    talk(own, arrived(own.port))
    eventually(lambda: messages(own) == 13, SOON)

    found = questions(own)
    print(found, counted(own))
    assert [(kind, topic) for kind, topic, _ in found if topic == "price"] == [
        ("not_in_document", "price")
    ] * 2
    assert any("cost" in text and "…" in text for _, _, text in found)
    assert not any("cold sore" in text or "breathe" in text for _, _, text in found)
    assert own.folder is not None
    stored = b"".join(p.read_bytes() for p in own.folder.glob("clinic.db*")).lower()
    senders = [s for s in own.senders() if s != "me"]
    marks = [WORD, NAME, MAIL, "07700", "900123", *senders, *(s.partition(":")[2] for s in senders)]
    assert [mark for mark in marks if mark and mark.lower().encode() in stored] == []
    assert [text for _, _, text in found if re.search(r"\d|@", text)] == []
    (day,) = {row[0] for row in rows(own, "SELECT day FROM clinic_questions")}
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", day)

    got = counted(own)
    assert got[store.CONVERSATIONS, "web"] == got[store.CONVERSATIONS, "rest"] == 1
    assert (got[store.MESSAGES, "web"], got[store.MESSAGES, "rest"]) == (7, 6)
    assert got[store.BEGUN, "rest"] == 1
    assert got[store.EMERGENCIES, "emergency"] == 1
    assert got[store.ANSWERS, "emergency"] == 1
    assert sum(n for (name, _), n in got.items() if name == store.ANSWERS) == 13
    assert got[store.REFUSALS, "price"] >= 2
    assert [label for name, label in got if name == store.LEFT] != []
    log = own.all_logs()
    assert [mark for mark in (WORD, NAME, PHONE, MAIL) if mark.lower() in log.lower()] == []


def test_a_server_that_is_stopped_stores_what_is_left(own: OwnStack) -> None:
    """Before it ends, without waiting for the next look."""
    own.client.send("me", "what does it cost?")
    own.client.send("me", "how long is recovery?")
    process = own.service("rasa").process
    os.killpg(process.pid, signal.SIGTERM)
    process.wait(30)
    assert messages(own) == 2
    assert len(questions(own)) == 1


def test_a_server_that_is_killed_loses_the_last_seconds(own: OwnStack) -> None:
    """Of counts and questions, and nothing else; after the start all goes on."""
    own.client.send("me", "what does it cost?")
    eventually(lambda: messages(own) == 1, SOON)
    own.client.send("me", "how long is recovery?")
    own.kill("rasa")
    lost = 2 - messages(own)
    own.start("rasa")
    assert len(own.user_turns("me")) == 2
    own.client.send("me", "does it hurt?")
    eventually(lambda: messages(own) == 3 - lost, SOON)
    assert 0 <= lost <= 1
    assert counted(own)[store.CONVERSATIONS, "rest"] == 1
    assert {topic for _, topic, _ in questions(own)} == {"price", "pain"}


def test_a_database_that_is_locked(own: OwnStack) -> None:
    """No turn waits for it; what was counted meanwhile is stored afterwards."""
    own.client.send("me", "hello")
    eventually(lambda: messages(own) == 1, SOON)
    assert own.folder is not None
    with closing(sqlite3.connect(own.folder / "clinic.db", isolation_level=None)) as database:
        database.execute("BEGIN EXCLUSIVE")
        until, slowest = time.monotonic() + 12, 0.0
        sent = 0
        while time.monotonic() < until:
            slowest = max(slowest, own.client.send("me", "what does it cost?").seconds)
            sent += 1
            time.sleep(0.5)
        database.execute("ROLLBACK")
    print(f"{sent} turns, the slowest took {slowest * 1000:.0f} ms")
    eventually(lambda: messages(own) == sent + 1, 15)
    assert len(questions(own)) == sent
    assert slowest < 4
    told = own.all_logs()
    assert told.count("insights: the clinic's database can't be used") == 1
    assert told.count("insights: the clinic's database can be used again") == 1
