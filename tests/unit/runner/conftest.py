"""A fake assistant for the tests of the runner: scripted, as an object and as an HTTP server."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from tests.client import Button, Reply


class FakeChat:
    """Answers each known message with fixed messages and sets fixed slots."""

    def __init__(self) -> None:
        """Knows nothing; everything is answered with `Pardon?`."""
        self.answers: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {}
        self.sent: list[tuple[str, str]] = []
        self.memory: dict[str, dict[str, Any]] = {}

    def say(self, user: str, *texts: str, buttons: Any = (), **slots: Any) -> FakeChat:
        """Teaches an answer; buttons are titles, or (title, payload), on the last text."""
        messages: list[dict[str, Any]] = [{"recipient_id": "x", "text": text} for text in texts]
        pairs = [one if isinstance(one, tuple) else (one, one) for one in buttons]
        if pairs:
            messages[-1]["buttons"] = [{"title": t, "payload": p} for t, p in pairs]
        self.answers[user] = (messages, slots)
        return self

    def messages(self, sender: str, text: str) -> list[dict[str, Any]]:
        """Returns the messages for a text and remembers what it sets."""
        self.sent.append((sender, text))
        messages, slots = self.answers.get(text, ([{"text": "Pardon?"}], {}))
        self.memory.setdefault(sender, {}).update(slots)
        return messages

    def send(self, sender: str, text: str) -> Reply:
        """Answers like `Client.send`."""
        return Reply.from_messages(self.messages(sender, text), 0.01)

    def press(self, sender: str, button: Button) -> Reply:
        """Answers like `Client.press`."""
        return self.send(sender, button.payload)

    def slots(self, sender: str) -> dict[str, Any]:
        """Answers like `Client.slots`."""
        return self.memory.get(sender, {})


@pytest.fixture
def chat() -> FakeChat:
    """A scripted assistant that knows nothing yet."""
    return FakeChat()


@pytest.fixture
def server(chat: FakeChat) -> Iterator[str]:
    """The address of an HTTP server that answers as `chat` does, in Rasa's format."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            """Serves the root page and trackers."""
            if self.path == "/":
                self._answer(b"Hello from Rasa: 3.6.21")
            elif self.path.startswith("/conversations/"):
                sender = self.path.split("/")[2]
                self._answer(json.dumps({"slots": chat.slots(sender)}).encode())
            else:
                self.send_error(404, "no such page")

        def do_POST(self) -> None:
            """Serves the REST channel."""
            body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            if body["message"] == "crash":
                self.send_error(500, "broken")
                return
            self._answer(json.dumps(chat.messages(body["sender"], body["message"])).encode())

        def _answer(self, body: bytes) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Says nothing."""

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=httpd.serve_forever, args=(0.01,), daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_port}"
    httpd.shutdown()
    httpd.server_close()


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a file below a temporary folder and returns its path."""

    def write_file(name: str, text: str) -> Path:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return path

    return write_file
