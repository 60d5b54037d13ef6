"""Marked secrets are told on three channels, everything fails, and no log, metric or table of counts has them.

After "forget me" they are in no file of the databases either. Which tables there are is not listed
here: a new one is looked through as well.
"""

from __future__ import annotations

import contextlib
import http.client
import json
import sqlite3
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from clinic.tables import PERSONAL, outbox
from scripts._ports import LOOPBACK
from tests.own_stack import MANY, OwnStack, start_own
from tests.secrets import Secrets, found_in, found_in_files, found_in_tables
from tests.stack import free_port
from tests.transports.telegram import TelegramTransport
from tests.waiting import eventually
from tests.web_client import Visitor, arrived

pytestmark = pytest.mark.stack
RASA, ACTIONS, NOBODY = free_port(), free_port(), free_port()
#: The tables that may hold what a patient said: of conversations and of requests.
PERSONAL_TABLES = {table.name for table in PERSONAL} | {outbox.name}
#: Who writes on which channel.
REST, WEB, TELEGRAM = (Secrets.made(name) for name in ("rest", "web", "telegram"))
SENDER, CHAT = REST.words["name"] + "-rest", TELEGRAM.number
EVERYTHING = [*REST.all(), *WEB.all(), *TELEGRAM.all()]


@pytest.fixture(scope="module")
def telegram() -> Iterator[TelegramTransport]:
    """Telegram, as a fake."""
    transport = TelegramTransport()
    transport.start()
    yield transport
    transport.stop()


@pytest.fixture(scope="module")
def own(telegram: TelegramTransport, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OwnStack]:
    """The real assistant at DEBUG, with metrics, and with deliveries that nobody takes."""
    temporary = tmp_path_factory.mktemp("tmp")
    own = start_own(
        {
            **telegram.variables(),
            "TMPDIR": str(temporary),
            "LOG_LEVEL": "DEBUG",
            "STRIA_WEB_SECRET": "a secret for the tests of secrets",
            **dict.fromkeys(
                ("STRIA_WEB_RATE_IP", "STRIA_WEB_RATE_NEW", "STRIA_WEB_RATE_SESSION", "STRIA_WEB_RATE_READS"),
                MANY,
            ),
            "STRIA_METRICS_PORT": str(RASA),
            "STRIA_METRICS_ACTIONS_PORT": str(ACTIONS),
            "STRIA_SMTP_HOST": LOOPBACK,
            "STRIA_SMTP_PORT": str(NOBODY),
            "STRIA_SMTP_TLS": "off",
            "STRIA_SMTP_FROM": "bot@clinic.example",
            "STRIA_SMTP_TO": "desk@clinic.example",
            "STRIA_WEBHOOK_URL": f"http://{LOOPBACK}:{NOBODY}/hook",
            "STRIA_WEBHOOK_SECRET": "x" * 40,
        }
    )
    telegram.connect(own.client)
    yield own
    own.stop()


@pytest.fixture(scope="module")
def visitor(own: OwnStack) -> Visitor:
    """Somebody on the website."""
    return arrived(own.port)


@pytest.fixture(scope="module")
def people(own: OwnStack, visitor: Visitor, telegram: TelegramTransport) -> dict[str, Callable[[str], Any]]:
    """How each of the three says something; what goes wrong is part of it."""

    def by_rest(text: str) -> Any:
        body = json.dumps({"sender": SENDER, "message": text}).encode()
        connection = http.client.HTTPConnection(LOOPBACK, own.port, timeout=60)
        headers = {"Content-Type": "application/json"}
        connection.request("POST", "/webhooks/rest/webhook", body, headers)
        with closing(connection):
            return json.loads(connection.getresponse().read())

    def by_web(text: str) -> Any:
        answer = visitor.say(text)
        return answer.lines if answer.status == 200 else answer.json

    def by_telegram(text: str) -> Any:
        mark = len(telegram.fake.calls)
        telegram.post(telegram.text(CHAT, text))

        def shown() -> list[Any]:
            calls = [c for c in telegram.fake.calls[mark:] if c.method in telegram.shows]
            return [telegram.seen(call) for call in calls]

        eventually(lambda: bool(shown()), 60)
        eventually(lambda: CHAT in text or not _busy(telegram, mark), 60)
        return shown()

    return {"rest": by_rest, "web": by_web, "telegram": by_telegram}


def _busy(telegram: TelegramTransport, mark: int) -> bool:
    """Tells whether more was shown within a moment."""
    before = len(telegram.fake.calls)
    time.sleep(0.15)
    return len(telegram.fake.calls) != before


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Lets nobody write to an SQLite database for a while."""
    with closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield
        connection.execute("ROLLBACK")


@pytest.fixture(scope="module")
def told(own: OwnStack, visitor: Visitor, telegram: TelegramTransport, people: dict[str, Any]) -> OwnStack:
    """Everything is said, in every way, and everything fails in between."""
    assert own.folder
    of = {"rest": REST, "web": WEB, "telegram": TELEGRAM}
    for name, say in people.items():
        for text in of[name].talk():
            say(text)
    _malformed(own, visitor, telegram)
    own.kill("actions")
    for name, say in people.items():
        say(f"start the check, {of[name].words['name']}")
        say(f"no, {of[name].words['answer']}")
    own.start("actions")
    with locked(own.folder / "stria.db"):
        for name in ("rest", "web"):
            people[name](f"I have {of[name].words['condition']}")
    with locked(own.folder / "clinic.db"):
        for name in ("rest", "web"):
            people[name]("what do you know about me")
    # While the database was locked, no answered message could be struck out.
    eventually(lambda: own.query("SELECT count(*) FROM stria_received") == [(0,)], 20)
    return own


def _malformed(own: OwnStack, visitor: Visitor, telegram: TelegramTransport) -> None:
    word = WEB.words["question"]
    visitor.say(word * 200)
    visitor.request("POST", "webhook", raw=f'{{"message": "{word}'.encode())
    visitor.request("POST", "webhook", {"message": {word: word}, "id": word})
    visitor.request("POST", f"/webhooks/web/{word}?{word}", {word: word})
    visitor.request("GET", "webhook", headers={"Origin": f"https://{word}.example"})
    visitor.request("POST", "/webhooks/rest/webhook", {"sender": word * 20, "message": word})
    visitor.request("POST", "/webhooks/rest/webhook", {"sender": word, "message": [word]})
    visitor.request("POST", f"/conversations/{word}/execute", {"name": word})
    visitor.request("POST", f"/conversations/{word}/tracker/events", {"event": "slot", "value": word})
    word = TELEGRAM.words["question"]
    telegram.post(telegram.text(CHAT, word * 200))
    telegram.status(telegram.forged(telegram.text(CHAT, word))[0])
    telegram.post(telegram.signed(json.dumps({"update_id": word, "message": {"text": word}}).encode()))


def scraped(port: int) -> str:
    """Returns what Prometheus would read."""
    return urllib.request.urlopen(f"http://{LOOPBACK}:{port}/metrics", timeout=10).read().decode()


def names(own: OwnStack) -> list[str]:
    """Returns the names of the three conversations, and the bare ones."""
    found = [s for s in own.senders() if s == SENDER or s.startswith(("web:", "telegram:"))]
    return [*found, *(s.partition(":")[2] for s in found if ":" in s)]


def test_the_talk_was_stored(told: OwnStack) -> None:
    """Else the rest proves nothing: the words are in the conversations."""
    assert told.folder
    hits = found_in_tables(told.folder / "stria.db", EVERYTHING)
    assert list(hits) == ["events"]
    for person in (REST, WEB, TELEGRAM):
        assert {*person.words.values()} - {*hits["events"]} == set()
    assert len(names(told)) == 5


def test_no_log_has_them(told: OwnStack) -> None:
    """All processes, at DEBUG, also those that were killed."""
    logs = told.all_logs()
    assert found_in(logs, [*EVERYTHING, *names(told)]) == []
    assert len(logs) > 20_000
    assert "failed" in logs


def test_no_metric_has_them(told: OwnStack) -> None:
    """Neither Rasa's nor the action server's."""
    for port in (RASA, ACTIONS):
        assert found_in(scraped(port), [*EVERYTHING, *names(told)]) == []


def test_no_other_table_and_no_other_file_has_them(told: OwnStack) -> None:
    """Only the conversations and the requests: no counts, no questions, no audit, no temporary file."""
    assert told.folder
    secrets = [*EVERYTHING, *names(told)]
    assert found_in_tables(told.folder / "clinic.db", secrets, PERSONAL_TABLES) == {}
    assert found_in_tables(told.folder / "stria.db", secrets, ["events"]) == {}

    def of_databases(path: Path) -> bool:
        return path.name.startswith(("stria.db", "clinic.db"))

    assert found_in_files(told.folder, secrets, of_databases) == {}
    assert found_in_files(Path(told.settings["TMPDIR"]), secrets, lambda _: False) == {}


class TestForgotten:
    """Each of the three says "forget me"; the tests stand in the order of what happens."""

    def test_a_database_that_fails_is_told(self, told: OwnStack, people: dict[str, Any]) -> None:
        """Nothing is said to be deleted, and the next try works."""
        assert told.folder
        people["rest"]("forget me")
        with locked(told.folder / "clinic.db"):
            assert "could not delete it all" in str(people["rest"]("yes"))
        assert found_in_tables(told.folder / "stria.db", REST.all())

    def test_everything_is_gone(
        self, told: OwnStack, visitor: Visitor, people: dict[str, Any], telegram: TelegramTransport
    ) -> None:
        """No row and no byte in any file of the databases; the reply came, and the chat is empty."""
        assert told.folder
        before = names(told)
        for say in people.values():
            said = str(say("forget me"))
            if "delete all that is stored" in said:
                said = str(say("yes"))
            assert "I have deleted all that was stored" in said
        assert visitor.messages() == []
        assert visitor.get("summary").error == (404, "no_summary")
        secrets = [*EVERYTHING, *before]
        # The messenger's id stays until the reply was sent.
        eventually(lambda: not found_in_files(told.folder, secrets, lambda _: False), 20)
        assert found_in_tables(told.folder / "stria.db", secrets) == {}
        assert found_in_tables(told.folder / "clinic.db", secrets) == {}
        assert told.query("SELECT * FROM stria_claims") == []
        assert set(before) & set(told.senders()) == set()
        # Pages, free places and write-ahead logs.
        assert found_in_files(told.folder, secrets, lambda _: False) == {}
        assert found_in(told.all_logs(), secrets) == []

    def test_the_next_message_begins_anew(self, told: OwnStack, visitor: Visitor) -> None:
        """With the consent, in a conversation that knows nothing."""
        visitor.say("what do you know about me")
        first, reply = visitor.messages()
        assert first["text"] == "what do you know about me"
        assert "This is your first message" in reply["text"]
        assert "You agreed to this" not in first["text"]
        (event,) = told.query(
            "SELECT data FROM events WHERE sender_id LIKE 'web:%' AND type_name = 'user' ORDER BY id"
        )
        assert json.loads(event[0])["metadata"]["consent"]["version"] == "2026-11-01"

    def test_deletion_by_the_menu(self, told: OwnStack) -> None:
        """The same on the website's button."""
        assert told.folder
        other = Secrets.made("menu")
        visitor = arrived(told.port)
        for text in other.talk()[:12]:
            visitor.say(text)
        sender = told.newest_sender()
        assert found_in_tables(told.folder / "stria.db", other.all())
        assert visitor.delete().status == 200
        assert found_in_files(told.folder, [*other.all(), sender, sender[4:]], lambda _: False) == {}
