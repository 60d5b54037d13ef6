"""Requests to the clinic on the real assistant: servers fail and processes are killed, and none is lost."""

from __future__ import annotations

import json
import os
import signal
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from clinic.tables import outbox, requests
from scripts._env import child_environment, module
from scripts._ports import LOOPBACK, Ports
from scripts._stack import actions_are_up, rasa_command, rasa_state
from tests.mailbox import Mailbox, serving_mail
from tests.receiver import Receiver, receiving
from tests.stack import Service, Stack, StackError, free_port, start_stack

pytestmark = pytest.mark.stack
SECRET = "a-secret-of-the-test"
KEPT = "is now kept for the clinic's staff"


def wait_for(true: Callable[[], bool], seconds: float = 30) -> None:
    """Waits until something is true."""
    until = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < until, "it did not happen"
        time.sleep(0.05)


@dataclass
class House:
    """The assistant, whose processes can be killed, and the clinic's receivers."""

    stack: Stack
    ports: Ports
    receiver: Receiver
    mailbox: Mailbox
    mail_port: int
    settings: dict[str, str]

    def actions(self, point: str = "never") -> None:
        """Starts the action server anew, to be killed at a point."""
        self.stack.services[0].stop()
        command = [*module("tests.killing"), point, "--quiet", "--actions", "actions"]
        log = self.stack.services[0].log.with_name(f"actions-{uuid.uuid4().hex[:6]}.log")
        environment = child_environment({**self.settings, "SANIC_HOST": LOOPBACK})
        command += ["--port", str(self.ports.actions)]
        self.stack.services[0] = Service.start("actions", command, log, environment)
        wait_for(lambda: actions_are_up(self.ports), 60)

    def wait_for_death(self) -> None:
        """Waits until the action server was killed by itself."""
        process = self.stack.services[0].process
        assert process.wait(30) == -signal.SIGKILL

    def say(self, who: str, *texts: str) -> str:
        """Sends messages; returns the last reply, or what the server said when there was none."""
        for text in texts:
            try:
                said = self.stack.client.send(who, text).text
            except StackError as error:
                said = str(error)
        return said

    def patient(self, number: int = 0) -> tuple[str, str, str]:
        """Returns a conversation in which a request was read back, its id and its phone number."""
        who, phone = uuid.uuid4().hex, f"+49 171 23456{number:02}"
        self.say(who, "Talk to a person", "Yes, I agree", f"Patient {'ABCDEFGHIJ'[number]}", phone)
        assert "This is what" in self.say(who, f"my words {who}")
        return who, self.stack.client.slots(who)["contact_send"], phone

    def rows(self, table: Any) -> list[dict[str, Any]]:
        """Returns all rows of a table of the clinic's."""
        engine = sa.create_engine(self.settings["STRIA_CLINIC_DB"], future=True)
        with engine.begin() as connection:
            found = [dict(row) for row in connection.execute(sa.select(table)).mappings()]
        engine.dispose()
        return found

    def request_of(self, who: str) -> list[dict[str, Any]]:
        """Returns the stored requests of a conversation."""
        return [row for row in self.rows(requests) if row["conversation"] == who]

    def posts(self, number: str) -> list[dict[str, Any]]:
        """Returns what the webhook got of a request."""
        bodies = [json.loads(post.body) for post in list(self.receiver.got)]
        return [body for body in bodies if body["id"] == number]

    def mails(self, number: str) -> int:
        """Returns how often an e-mail about a request arrived."""
        return sum(f"<{number}@" in str(m["Message-ID"]) for m in list(self.mailbox.got))

    def delivered(self, *numbers: str) -> bool:
        """Tells whether nothing of these requests waits any more."""
        rows = [row for row in self.rows(outbox) if row["request"] in numbers]
        return len(rows) == 2 * len(numbers) and all(row["delivered"] for row in rows)


@pytest.fixture(scope="module")
def house() -> Iterator[House]:
    """With both ways of delivery on."""
    mailbox, mail_port = Mailbox(), free_port()
    with receiving() as receiver, serving_mail(mailbox, mail_port):
        settings = {
            "STRIA_WEBHOOK_URL": receiver.url, "STRIA_WEBHOOK_SECRET": SECRET,
            "STRIA_SMTP_HOST": LOOPBACK, "STRIA_SMTP_PORT": str(mail_port), "STRIA_SMTP_TLS": "off",
            "STRIA_SMTP_FROM": "bot@clinic.example", "STRIA_SMTP_TO": "desk@clinic.example",
        }  # fmt: skip
        stack = start_stack(settings)
        assert stack.folder is not None
        settings["STRIA_CLINIC_DB"] = f"sqlite:///{stack.folder / 'clinic.db'}"
        settings["TEST_HOLD_FILE"] = str(stack.folder / "hold")
        command = [str(part) for part in stack.services[0].process.args]  # type: ignore[union-attr]
        ports = Ports(int(stack.url.rsplit(":", 1)[1]), int(command[command.index("--port") + 1]))
        yield House(stack, ports, receiver, mailbox, mail_port, settings)
        stack.stop()


@pytest.mark.parametrize(
    "point",
    ["before_commit", "after_commit", "before_delivery", "during_delivery", "before_mark", "after_mark"],
)
def test_killed(house: House, point: str) -> None:
    """At each point of the hand-over: the request is there once, and arrives with its own id and words."""
    house.actions(point)
    who, number, phone = house.patient()
    other, other_number, _ = house.patient(1)
    said = house.say(who, "Yes, send it")
    house.wait_for_death()
    # What the patient was told is the truth, whatever has happened since.
    if KEPT in said:
        assert house.request_of(who)
        assert "commit" not in point
    else:
        assert said.startswith("Sorry, something went wrong on my side")
        assert house.stack.client.slots(who)["contact_send"] == number
    house.actions()
    if KEPT not in said:
        assert KEPT in house.say(who, "send")
    assert KEPT in house.say(other, "yes")
    wait_for(lambda: house.delivered(number, other_number))
    for conversation, wanted in ((who, number), (other, other_number)):
        (row,) = house.request_of(conversation)
        assert row["id"] == wanted
        assert row["wish"] == f"my words {conversation}"
    posts = house.posts(number)
    assert 1 <= len(posts) <= 2
    assert {(p["phone"], p["wish"]) for p in posts} == {(phone, f"my words {who}")}
    assert 1 <= house.mails(number) <= 2


def test_rasa_is_killed_before_it_stores_the_turn(house: House) -> None:
    """The request is stored, the conversation does not know: sent again, it is the same request."""
    house.actions("holds")
    who, number, _ = house.patient()
    hold = Path(house.settings["TEST_HOLD_FILE"])
    answer: list[str] = []
    thread = threading.Thread(target=lambda: answer.append(house.say(who, "yes")))
    thread.start()
    wait_for(hold.exists)
    rasa = house.stack.services[1]
    os.killpg(rasa.process.pid, signal.SIGKILL)
    rasa.process.wait(10)
    hold.unlink()
    thread.join(30)
    assert KEPT not in answer[0]
    environment = child_environment(
        {
            **house.settings,
            "ACTION_ENDPOINT_URL": f"{house.ports.actions_url}/webhook",
            "STRIA_DB": str(Path(house.settings["TEST_HOLD_FILE"]).with_name("stria.db")),
            "RASA_TOKEN": "",
        }
    )
    log = rasa.log.with_name("rasa-again.log")
    house.stack.services[1] = Service.start("rasa", rasa_command(house.ports, environment), log, environment)
    house.actions()
    wait_for(lambda: rasa_state(house.ports, None) == "ready", 120)
    assert house.stack.client.slots(who)["contact_send"] == number
    assert KEPT in house.say(who, "send")
    assert [row["id"] for row in house.request_of(who)] == [number]
    wait_for(lambda: house.delivered(number))
    # The action server was ended too: what it was sending just then goes out once more, by the same id.
    assert 1 <= len(house.posts(number)) <= 2
    assert 1 <= house.mails(number) <= 2


def test_receivers_that_are_down(house: House) -> None:
    """The patient is not kept waiting; it arrives when they come back."""
    house.actions()
    house.receiver.status = 503
    house.mailbox.refuse["data"] = "451 try later"
    who, number, _ = house.patient()
    try:
        assert KEPT in house.say(who, "yes")
        wait_for(lambda: all(r["attempts"] > 1 for r in house.rows(outbox) if r["request"] == number))
        errors = {r["way"]: r["error"] for r in house.rows(outbox) if r["request"] == number}
        assert errors == {"webhook": "HTTP 503", "email": "SMTPDataError"}
        assert house.mails(number) == 0
    finally:
        house.receiver.status = 200
        house.mailbox.refuse.clear()
    wait_for(lambda: house.delivered(number))
    assert house.mails(number) == 1


def test_the_database_is_away(house: House) -> None:
    """The patient is told, nothing typed is lost, and "send" works again."""
    house.actions()
    who, number, _ = house.patient()
    path = Path(house.settings["STRIA_CLINIC_DB"].removeprefix("sqlite:///"))
    blocker = sa.create_engine(house.settings["STRIA_CLINIC_DB"], future=True)
    with blocker.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        assert "it is not sent" in house.say(who, "yes")
    blocker.dispose()
    assert path.exists()
    assert house.request_of(who) == []
    assert house.stack.client.slots(who)["contact_send"] == number
    assert KEPT in house.say(who, "send")
    wait_for(lambda: house.delivered(number))


def test_many_patients_and_kills_at_any_time(house: House) -> None:
    """Each says "send" until told that it is kept; each has one request, with its own words."""
    house.actions()
    patients = [house.patient(number) for number in range(6)]
    told: dict[str, str] = {}

    def insist(who: str) -> None:
        until = time.monotonic() + 120
        while KEPT not in told.get(who, "") and time.monotonic() < until:
            told[who] = house.say(who, "send")

    threads = [threading.Thread(target=insist, args=(who,)) for who, _, _ in patients]
    for thread in threads:
        thread.start()
    for pause in (0.05, 0.3, 0.15):
        time.sleep(pause)
        os.killpg(house.stack.services[0].process.pid, signal.SIGKILL)
        house.actions()
    for thread in threads:
        thread.join()
    wait_for(lambda: house.delivered(*(number for _, number, _ in patients)), 60)
    for who, number, phone in patients:
        (row,) = house.request_of(who)
        assert (row["id"], row["phone"], row["wish"]) == (number, phone, f"my words {who}")
        posts = house.posts(number)
        assert posts
        assert {p["wish"] for p in posts} == {f"my words {who}"}
        assert house.mails(number) >= 1


def test_nothing_of_a_patient_in_the_logs(house: House) -> None:
    """Of all processes, and all that went wrong above."""
    assert house.stack.folder is not None
    names = ("Patient A", "Patient B", "23456", "my words", "desk@clinic", SECRET)
    for log in house.stack.folder.glob("*.log"):
        text = log.read_text(encoding="utf-8", errors="replace")
        assert [n for n in names if n in text] == [], log
