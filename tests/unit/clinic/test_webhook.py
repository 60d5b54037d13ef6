"""Webhooks, to a real HTTP server on this machine."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import time
from collections.abc import Iterator
from typing import Any

import pytest

from assistant.screening.fhir_rules import check_response
from clinic import webhook
from clinic.settings import Webhook
from tests.receiver import Receiver, receiving
from tests.stack import free_port
from tests.unit.clinic.made import finished, request

SECRET = "not-to-be-guessed"


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A server that answers 200."""
    with receiving() as running:
        yield running


def to(receiver: Receiver, path: str = "/hook?token=1") -> Webhook:
    """Returns its settings."""
    return Webhook(receiver.url + path, SECRET)


def test_signed(receiver: Receiver) -> None:
    """As docs/handover.md says: over the time, a dot and the body, with the id beside it."""
    made = request(check=finished())
    webhook.send(made, to(receiver))
    (got,) = receiver.got
    at = got.headers["Stria-Timestamp"]
    expected = hmac.new(SECRET.encode(), at.encode() + b"." + got.body, hashlib.sha256).hexdigest()
    assert got.headers["Stria-Signature"] == f"v1={expected}"
    assert abs(int(at) - time.time()) < 60
    assert got.headers["Stria-Request-Id"] == made.id
    assert got.path == "/hook?token=1"
    assert got.headers["Content-Type"].startswith("application/json")


def test_another_secret_or_body_has_another_signature() -> None:
    """So a receiver can tell."""
    first = webhook.sign(SECRET, "1", b"{}")
    assert first not in (
        webhook.sign("other", "1", b"{}"), webhook.sign(SECRET, "2", b"{}"), webhook.sign(SECRET, "1", b"{ }"),
    )  # fmt: skip


def test_the_body(receiver: Receiver) -> None:
    """All of the request, its summary as text and as a FHIR resource that is valid."""
    made = request(check=finished(), email="m@example.org", wish="🙂 \ud800")
    webhook.send(made, to(receiver))
    body: dict[str, Any] = json.loads(receiver.got[0].body)
    assert (body["id"], body["name"], body["phone"], body["email"]) == (
        made.id, "Maria Gomez", "+49 171 2345678", "m@example.org",
    )  # fmt: skip
    assert body["consent"]["version"] == "2026-11"
    assert body["outcome"] == "contraindicated"
    assert "Herpes rash or cold sore: yes" in body["summary"]
    assert check_response(body["fhir"]) == []
    assert body["fhir"]["resourceType"] == "QuestionnaireResponse"


def test_without_a_check(receiver: Receiver) -> None:
    """There is no resource then."""
    webhook.send(request(), to(receiver))
    body = json.loads(receiver.got[0].body)
    assert (body["fhir"], body["outcome"]) == (None, None)


@pytest.mark.parametrize("status", [100, 204, 299])
def test_taken(receiver: Receiver, status: int) -> None:
    """Any success; an answer in between is waited out."""
    receiver.status = 200 if status == 100 else status
    webhook.send(request(), to(receiver))
    assert len(receiver.got) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 503])
def test_refused(receiver: Receiver, status: int) -> None:
    """Also a redirect: nothing goes where the clinic has not said."""
    with receiving() as elsewhere:
        receiver.status, receiver.location = status, elsewhere.url
        with pytest.raises(webhook.RefusedError, match=str(status)):
            webhook.send(request(), to(receiver))
        assert elsewhere.got == []


def test_no_answer(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    """In time, or at all."""
    monkeypatch.setattr(webhook, "TIMEOUT", 0.2)
    receiver.silent = True
    with pytest.raises(TimeoutError):
        webhook.send(request(), to(receiver))
    with pytest.raises(ConnectionRefusedError):
        webhook.send(request(), Webhook(f"http://127.0.0.1:{free_port()}/", SECRET))


def test_https_needs_a_trusted_certificate() -> None:
    """A server that speaks no TLS gets nothing."""
    with socket.create_server(("127.0.0.1", 0)) as plain:
        plain.listen()
        port = plain.getsockname()[1]
        import threading

        def answer() -> None:
            connection, _ = plain.accept()
            connection.recv(100)
            connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
            connection.close()

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(OSError, match="SSL"):
            webhook.send(request(), Webhook(f"https://localhost:{port}/", SECRET))
        thread.join()
