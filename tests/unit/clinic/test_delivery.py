"""A delivery from its claim to its end, with real servers that fail and come back."""

from __future__ import annotations

import http.client
import logging
import smtplib
import time
from collections.abc import Iterator
from typing import Any

import pytest

from assistant import logs
from clinic import delivery, letter, outbox, privacy, requests
from clinic.database import ClinicDatabaseError
from tests.clinic_rows import counts
from tests.mailbox import Mailbox, serving_mail
from tests.receiver import Receiver, receiving
from tests.stack import free_port
from tests.unit.clinic.made import finished, request


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    """A webhook that is switched on."""
    with receiving() as running:
        monkeypatch.setenv("STRIA_WEBHOOK_URL", running.url)
        monkeypatch.setenv("STRIA_WEBHOOK_SECRET", "s" * 20)
        yield running


@pytest.fixture
def mail_port(monkeypatch: pytest.MonkeyPatch) -> int:
    """E-mails are switched on; nobody listens yet."""
    port = free_port()
    settings = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "TLS": "off",
        "FROM": "bot@clinic.example",
        "TO": "desk@clinic.example",
    }
    for name, value in settings.items():
        monkeypatch.setenv(f"STRIA_SMTP_{name}", value)
    return port


def due_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets failed deliveries be due at once."""
    monkeypatch.setattr(outbox, "delay", lambda _attempts: 0.0)


def test_nothing_is_due() -> None:
    """Also when no way is on."""
    requests.add(request(), delivery.ways())
    assert delivery.deliver_one() == ""


def test_both_ways(receiver: Receiver, mail_port: int) -> None:
    """Each once."""
    made = request(check=finished())
    mailbox = Mailbox()
    requests.add(made, delivery.ways())
    with serving_mail(mailbox, mail_port):
        assert [delivery.deliver_one() for _ in range(3)] == ["delivered", "delivered", ""]
    assert len(mailbox.got) == len(receiver.got) == 1
    assert counts() == {"delivered": 2, "waiting": 0, "failed": 0}


@pytest.mark.parametrize("status", [500, 302])
def test_a_receiver_that_refuses_and_comes_back(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, status: int
) -> None:
    """It gets it later, with the same id; the log tells the kind alone."""
    due_now(monkeypatch)
    made = request()
    requests.add(made, delivery.ways())
    receiver.status = status
    assert delivery.deliver_one() == "waiting"
    receiver.status = 200
    assert delivery.deliver_one() == "delivered"
    assert {post.headers["Stria-Request-Id"] for post in receiver.got} == {made.id}
    assert f"delivery by webhook failed: HTTP {status}" in caplog.text
    assert not any(w in caplog.text for w in ("Maria", "171", made.id))


def test_a_mail_server_that_is_away_and_comes_back(mail_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is lost meanwhile."""
    due_now(monkeypatch)
    for _ in range(3):
        requests.add(request(), delivery.ways())
    assert [delivery.deliver_one() for _ in range(4)] == ["waiting"] * 4
    mailbox = Mailbox()
    with serving_mail(mailbox, mail_port):
        while delivery.deliver_one():
            pass
    assert len({m["Message-ID"] for m in mailbox.got}) == len(mailbox.got) == 3


def test_one_way_fails_and_the_other_does_not(receiver: Receiver, mail_port: int) -> None:
    """They do not wait for each other."""
    requests.add(request(), delivery.ways())
    assert sorted([delivery.deliver_one(), delivery.deliver_one()]) == ["delivered", "waiting"]
    assert len(receiver.got) == 1


def test_wrong_settings_keep_what_is_to_be_delivered(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Until somebody mends them."""
    due_now(monkeypatch)
    monkeypatch.setenv("STRIA_WEBHOOK_SECRET", "short")
    requests.add(request(), delivery.ways())
    assert delivery.deliver_one() == "waiting"
    monkeypatch.setenv("STRIA_WEBHOOK_SECRET", "s" * 20)
    assert delivery.deliver_one() == "delivered"


def test_an_error_of_our_own_is_one_of_the_way(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """A request that can't be told must not keep others from going out."""
    requests.add(request(), delivery.ways())
    requests.add(request(), delivery.ways())
    real, told = letter.letter, []

    def fails_once(made: requests.Request) -> str:
        told.append(made.id)
        if len(told) == 1:
            raise KeyError("what a patient typed")
        return real(made)

    monkeypatch.setattr(letter, "letter", fails_once)
    assert [delivery.deliver_one(), delivery.deliver_one()] == ["waiting", "delivered"]


def test_the_database_goes_away_after_the_delivery(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not marked, so it goes out once more when the claim has ended: repeated, not lost."""
    made = request()
    requests.add(made, delivery.ways())

    def away(*_: object) -> None:
        raise ClinicDatabaseError("OperationalError")

    with monkeypatch.context() as broken:
        broken.setattr(outbox, "delivered", away)
        with pytest.raises(ClinicDatabaseError):
            delivery.deliver_one()
    assert delivery.deliver_one() == ""
    monkeypatch.setattr(outbox, "LEASE", 0.0)
    later = time.time() + 200
    monkeypatch.setattr(time, "time", lambda: later)
    assert delivery.deliver_one() == "delivered"
    assert [p.headers["Stria-Request-Id"] for p in receiver.got] == [made.id] * 2


def test_kinds_survive_the_logs_of_a_running_server(
    receiver: Receiver, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where texts are withheld, way and kind are still told."""
    logs.install()
    monkeypatch.setattr(logs, "_armed", True)
    receiver.status = 503
    requests.add(request(), delivery.ways())
    with caplog.at_level(logging.WARNING):
        delivery.deliver_one()
    assert "webhook failed: HTTP 503" in caplog.text


@pytest.mark.parametrize("way", ["email", "webhook"])
def test_erased_while_the_connection_is_made(
    receiver: Receiver, mail_port: int, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """What its patient erases meanwhile does not leave, and the worker goes on with the next."""
    gone, stays, mailbox = request("web:gone"), request("web:stays"), Mailbox()
    kind: Any = smtplib.SMTP if way == "email" else http.client.HTTPConnection
    connect, erased = kind.connect, []

    def erase_then(*args: Any, **more: Any) -> Any:
        answer = connect(*args, **more)
        erased.append(privacy.erase("web:gone"))
        return answer

    monkeypatch.setattr(kind, "connect", erase_then)
    requests.add(gone, (way,))
    requests.add(stays, (way,))
    with serving_mail(mailbox, mail_port):
        assert [delivery.deliver_one() for _ in range(3)] == ["erased", "delivered", ""]
    # Honest rather than exact: at that moment nobody knew what the worker would do.
    assert erased[0].sent
    left = [m["Message-ID"] for m in mailbox.got] + [p.headers["Stria-Request-Id"] for p in receiver.got]
    assert [stays.id in name for name in left] == [True]
    assert counts() == {"delivered": 1, "waiting": 0, "failed": 0}


def test_nothing_leaves_while_nobody_can_look(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database goes away after the claim: it is kept, and goes out when the claim has ended."""
    requests.add(request(), ("webhook",))

    def away(*_: object) -> None:
        raise ClinicDatabaseError("OperationalError")

    with monkeypatch.context() as broken:
        broken.setattr(outbox, "transaction", away)
        broken.setattr(outbox, "claim", lambda *_: claimed)
        claimed = outbox.Delivery(1, "webhook", 0, request())
        with pytest.raises(ClinicDatabaseError):
            delivery.deliver_one()
    assert receiver.got == []
    assert delivery.deliver_one() == "delivered"
