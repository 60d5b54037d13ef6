"""Whatever the server does, the chat says one honest line and goes on."""

import io
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from scripts import chat
from scripts._env import CommandError
from scripts._ports import Ports


class Server(HTTPServer):
    """A stand-in for Rasa that answers as a test wishes and keeps what it was sent."""

    status = 200
    reply: bytes = b"[]"

    def __init__(self) -> None:
        self.received: list[dict[str, Any]] = []
        super().__init__(("127.0.0.1", 0), Handler)


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        """Answers a message."""
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.received.append(json.loads(body))
        self.send_response(self.server.status)
        self.end_headers()
        self.wfile.write(self.server.reply)

    def log_message(self, format: str, *args: Any) -> None:
        """Keeps the log of requests off the screen."""


@pytest.fixture
def server() -> Iterator[Server]:
    """A running stand-in for Rasa."""
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, args=(0.01,))
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def url(server: Server) -> str:
    """Returns the address of the REST channel."""
    return f"http://127.0.0.1:{server.server_port}/webhooks/rest/webhook"


def test_reply_is_returned(server: Server) -> None:
    """A message goes out with its sender and the replies come back."""
    server.reply = b'[{"text": "Hello"}]'
    assert chat.send(url(server), "me", "hi") == [{"text": "Hello"}]
    assert server.received == [{"sender": "me", "message": "hi"}]


@pytest.mark.parametrize(
    ("status", "reply", "said"),
    [
        (500, b"Traceback", "refused the message: 500"),
        (429, b"", "refused the message: 429"),
        (200, b"<html>", "no reply"),
        (200, b'{"text": "x"}', "no reply"),
        (200, b"[1]", "no reply"),
    ],
)
def test_trouble_is_one_line(server: Server, status: int, reply: bytes, said: str) -> None:
    """An error and a strange answer are each said in one line."""
    server.status, server.reply = status, reply
    with pytest.raises(CommandError, match=said) as caught:
        chat.send(url(server), "me", "hi")
    assert "\n" not in str(caught.value)


def test_server_that_went_away(server: Server) -> None:
    """A server that is gone is said to be."""
    server.shutdown()
    server.server_close()
    with pytest.raises(CommandError, match="cannot be reached"):
        chat.send(url(server), "me", "hi")


def test_conversation(
    server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """A number picks the button that is shown, blank lines are not sent and `exit` ends."""
    server.reply = b'[{"text": "Fever?", "buttons": [{"title": "Yes", "payload": "/yes"}]}]'
    monkeypatch.setattr("sys.stdin", io.StringIO("1\n\n1\n38\nexit\nnever\n"))
    chat.converse(Ports(server.server_port, 1))
    assert [message["message"] for message in server.received] == ["1", "/yes", "38"]
    assert len({message["sender"] for message in server.received}) == 1
    assert "  Fever?\n\n  [1] Yes" in capsys.readouterr().out


def test_silence(server: Server, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """No reply is told, with the way back from a take-over."""
    server.reply = b"[]"
    monkeypatch.setattr("sys.stdin", io.StringIO("hello\nexit\n"))
    chat.converse(Ports(server.server_port, 1))
    sender = server.received[0]["sender"]
    assert f"a person has taken over; make giveback SENDER={sender} ends it" in capsys.readouterr().out
