"""The real servers when their database fails, and what their logs hold at DEBUG."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.own_stack import MANY, OwnStack, start_own
from tests.stack import Service
from tests.web_agent import eventually
from tests.web_client import Visitor, arrived

pytestmark = pytest.mark.stack
#: A word that no file of the project holds, and whole sentences with it.
WORD = "Zorvolex"
SECRET = f"I take {WORD} since my divorce"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnStack]:
    """The real assistant, which logs as much as it can."""
    settings = {
        "STRIA_WEB_SECRET": "a secret for the tests of production",
        "STRIA_WEB_RATE_IP": MANY,
        "STRIA_WEB_RATE_NEW": MANY,
        "STRIA_WEB_RATE_SESSION": MANY,
        "LOG_LEVEL": "DEBUG",
        "LOG_LEVEL_LIBRARIES": "DEBUG",
    }
    own = start_own(settings)
    command = [part for part in own.command("actions") if part != "--quiet"]
    old = own.service("actions")
    own.kill("actions")
    log = old.log.with_name("actions-debug.log")
    own.services[own.services.index(old)] = Service.start("actions", [*command, "--debug"], log, own.settings)
    eventually(lambda: own.ready()[0] == 200, 60)
    yield own
    own.stop()


@pytest.fixture
def visitor(own: OwnStack) -> Visitor:
    """Somebody with a new session."""
    return arrived(own.port)


def sql(own: OwnStack, *statements: str) -> None:
    """Changes the database behind Rasa's back."""
    assert own.folder is not None
    with closing(sqlite3.connect(own.folder / "stria.db", timeout=10)) as database:
        for statement in statements:
            database.execute(statement)
        database.commit()


def rest(visitor: Visitor, text: str) -> int:
    """Sends a message to the private channel; returns the status of the answer."""
    return visitor.request("POST", "/webhooks/rest/webhook", {"sender": "me", "message": text}).status


def test_a_store_that_fails(own: OwnStack, visitor: Visitor) -> None:
    """503 instead of a bot that forgets; afterwards the conversation goes on where it was."""
    visitor.say("start the check")
    visitor.say("no")
    before = own.query("SELECT count(*) FROM events")
    sql(own, "ALTER TABLE events RENAME TO away")
    try:
        assert visitor.say("no").error == (503, "unavailable")
        assert rest(visitor, "hello") == 503
        time.sleep(1.1)  # for so long an answer about readiness is repeated
        checks = {"model": True, "actions": True, "tracker_store": False, "lock_store": True}
        assert own.ready() == (503, {"status": "unavailable", "checks": checks})
    finally:
        sql(own, "ALTER TABLE away RENAME TO events")
    assert own.query("SELECT count(*) FROM events") == before
    assert "Question 3 of 6" in visitor.say("no").texts[-1]


def test_a_turn_that_can_not_be_stored(own: OwnStack, visitor: Visitor) -> None:
    """It is told, nothing of it is kept, and the same message is taken once it works again."""
    visitor.say("start the check")
    before = own.query("SELECT count(*) FROM events")
    sql(own, "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    try:
        answer = visitor.say("no", "message-1")
        assert answer.lines[-1]["error"]["code"] == "unavailable"
    finally:
        sql(own, "DROP TRIGGER full")
    assert own.query("SELECT count(*) FROM events") == before
    assert "Question 2 of 6" in visitor.say("no", "message-1").texts[-1]
    assert visitor.said() == ["start the check", "no"]


def test_a_long_conversation(own: OwnStack, visitor: Visitor) -> None:
    """It is cut into sessions in the middle of the check; nothing is forgotten, all is in the transcript."""
    before = own.senders()
    visitor.say("start the check")
    (sender,) = set(own.senders()) - set(before)
    texts = ["start the check", "no", *["is it painful?"] * 15, "yes"]
    for text in texts[1:-1]:
        visitor.say(text)
    assert "Question 3 of 6" in visitor.say("yes").texts[-1]
    assert visitor.said() == texts
    assert own.client.slots(sender)["local_infection"] == "yes"
    starts = own.query(
        "SELECT count(*) FROM events WHERE type_name = 'session_started' AND sender_id = ?", sender
    )
    assert starts[0][0] >= 2


def test_expired_conversations_are_erased_at_the_start(own: OwnStack, visitor: Visitor) -> None:
    """By plain `rasa run`; others are kept."""
    before = own.senders()
    visitor.say(f"hello, {SECRET}")
    (expired,) = set(own.senders()) - set(before)
    arrived(own.port).say("hello")
    sql(own, f"UPDATE events SET timestamp = timestamp - 31 * 86400 WHERE sender_id = '{expired}'")
    own.kill("rasa")
    own.start("rasa")
    eventually(lambda: expired not in own.senders())
    assert len(own.senders()) > 1


def test_no_word_gets_into_the_logs(own: OwnStack, visitor: Visitor) -> None:
    """At DEBUG of all servers and packages, whatever happens to the message."""
    visitor.say(f"hello. {SECRET}")
    visitor.say("start the check")
    for text in (
        SECRET,
        f"yes, {SECRET}",
        "no",
        f'/inform{{"medicine": "{WORD}"}}',
        f"/{WORD}",
        f"{WORD} 38.5",
    ):
        visitor.say(text)
        own.client.send("me", text)
    visitor.get("summary")
    visitor.messages()
    # Requests that are wrong, and words where none belong.
    visitor.request("POST", "webhook", raw=f'{{"message": "{WORD}'.encode())
    visitor.say(SECRET * 100)
    for address in (f"/{WORD}", f"/webhooks/web/{WORD}?text={WORD}", f"/conversations/{WORD}/tracker?{WORD}"):
        visitor.request("GET", address)
    visitor.request("POST", f"/conversations/{WORD}/messages", {"text": SECRET, "sender": "user"})
    visitor.request("POST", f"/conversations/{WORD}/trigger_intent", {"name": WORD})
    visitor.request("POST", f"/conversations/{WORD}/execute", {"name": WORD})
    visitor.request("POST", f"/conversations/{WORD}/tracker/events", {"event": WORD, "text": SECRET})
    visitor.request("POST", f"/conversations/{WORD}%00/messages", {"text": SECRET, "sender": "user"})
    visitor.request("POST", "/model/parse", {"text": SECRET})
    visitor.request("POST", "/model/parse", raw=WORD.encode())
    # The action server, to which Rasa sends everything.
    actions = Visitor(int(own.command("actions")[own.command("actions").index("--port") + 1]))
    tracker = own.client.tracker("me")
    for body in (
        {"next_action": WORD, "tracker": tracker},
        {"next_action": "action_answer", "tracker": SECRET},
    ):
        actions.request("POST", "/webhook", {"sender_id": WORD, "domain": {}, **body})
    actions.request("POST", "/webhook", raw=WORD.encode())
    # Everything fails.
    sql(own, "ALTER TABLE events RENAME TO away")
    visitor.say(SECRET)
    rest(visitor, SECRET)
    visitor.request("POST", f"/conversations/{WORD}/messages", {"text": SECRET, "sender": "user"})
    sql(own, "ALTER TABLE away RENAME TO events")
    sql(own, "CREATE TRIGGER full BEFORE INSERT ON events BEGIN SELECT RAISE(ABORT, 'disk full'); END")
    visitor.say(SECRET)
    sql(own, "DROP TRIGGER full")
    visitor.start(SECRET).close()
    own.kill("actions")
    visitor.say(SECRET)
    own.start("actions")
    own.client.send("me", SECRET)

    assert WORD.encode() in own.database_bytes()
    logs = own.all_logs()
    found = [line for line in logs.splitlines() if WORD in line or "divorce" in line]
    assert found == []
    # It did log: Rasa's and the action server's own lines at DEBUG, and errors with their places.
    for expected in ("processor.message.parse", "(withheld)", "tracker store failed: OperationalError"):
        assert expected in logs
