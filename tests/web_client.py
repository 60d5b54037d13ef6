"""A visitor of the web channel: does over HTTP what the chat's frame does in a browser."""

from __future__ import annotations

import json
import socket
import uuid
from dataclasses import dataclass, field
from http.client import HTTPConnection, HTTPMessage
from typing import Any

from scripts._ports import LOOPBACK
from tests.silence import silence

PREFIX = "/webhooks/web/"
CONSENT = "2026-11-01"


@dataclass(frozen=True)
class WebAnswer:
    """An HTTP answer of the web channel."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        """The body, read as JSON."""
        return json.loads(self.body)

    @property
    def error(self) -> tuple[int, str]:
        """Status and code of an error of ours; fails when it is none."""
        found = self.json["error"]
        assert set(found) == {"code", "message"}
        assert found["message"].endswith(".")
        return self.status, str(found["code"])

    @property
    def lines(self) -> list[dict[str, Any]]:
        """The lines of a stream; fails when it is none."""
        assert (self.status, self.headers["content-type"]) == (200, "application/x-ndjson"), self.body
        return [json.loads(line) for line in self.body.decode().splitlines()]

    @property
    def replies(self) -> list[dict[str, Any]]:
        """The replies of a stream that ended well."""
        *replies, last = self.lines
        assert last == {"type": "done"}
        assert {r["type"] for r in replies} == {"message"}
        return replies

    @property
    def texts(self) -> list[str]:
        """The texts of the replies."""
        return [reply["text"] for reply in self.replies]


def new_id() -> str:
    """Returns an id for a message."""
    return uuid.uuid4().hex


@dataclass
class Visitor:
    """One browser: keeps its cookie or its token, as the server sets them."""

    port: int
    cookie: str = ""
    token: str = ""
    more: dict[str, str] = field(default_factory=dict)
    #: Where the visitor calls from, when it matters: any address of this machine.
    address: str = ""
    #: Where the server is.
    host: str = LOOPBACK

    def headers(self) -> dict[str, str]:
        """Returns the headers of every request."""
        found = {"X-Stria": "1", "Content-Type": "application/json", **self.more}
        if self.cookie:
            found["Cookie"] = f"other=1; stria_session={self.cookie}"
        if self.token:
            found["Authorization"] = f"Bearer {self.token}"
        return found

    def request(
        self,
        method: str,
        path: str,
        data: Any = None,
        headers: dict[str, str | None] | None = None,
        raw: bytes | None = None,
    ) -> WebAnswer:
        """Sends one request; `headers` replace the usual ones, None leaves one out."""
        if isinstance(data, dict):
            silence.note(data.get("message"))
        merged = {**self.headers(), **(headers or {})}
        body = raw if raw is not None else (None if data is None else json.dumps(data).encode())
        connection = self.connection()
        address = path if path.startswith("/") else PREFIX + path
        connection.request(method, address, body, {k: v for k, v in merged.items() if v is not None})
        answer = connection.getresponse()
        found = WebAnswer(answer.status, answer.headers, answer.read())
        connection.close()
        self._keep(found)
        return found

    def connection(self) -> HTTPConnection:
        """Returns a connection to the server that is not open yet."""
        source = (self.address, 0) if self.address else None
        return HTTPConnection(self.host, self.port, timeout=60, source_address=source)

    def _keep(self, answer: WebAnswer) -> None:
        if set_cookie := answer.headers["set-cookie"]:
            self.cookie = set_cookie.split(";")[0].partition("=")[2]

    def get(self, path: str, **more: Any) -> WebAnswer:
        """Gets an address of the channel."""
        return self.request("GET", path, **more)

    def open(self, storage: bool = False, consent: Any = CONSENT, **more: Any) -> WebAnswer:
        """Starts a session."""
        answer = self.request("POST", "session", {"consent": consent, "storage": storage}, **more)
        if answer.status == 201:
            self.token = answer.json["session"].get("token", "")
        return answer

    def say(self, text: Any = "hello", message_id: Any = None, **more: Any) -> WebAnswer:
        """Sends a message."""
        return self.request("POST", "webhook", {"message": text, "id": message_id or new_id()}, **more)

    def start(self, text: str, message_id: str | None = None) -> socket.socket:
        """Sends a message and returns the connection without waiting for an answer."""
        silence.note(text)
        body = json.dumps({"message": text, "id": message_id or new_id()}).encode()
        connection = socket.create_connection((LOOPBACK, self.port), timeout=60)
        headers = {**self.headers(), "Host": f"{LOOPBACK}:{self.port}", "Content-Length": str(len(body))}
        head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        connection.sendall(f"POST {PREFIX}webhook HTTP/1.1\r\n{head}\r\n".encode() + body)
        return connection

    def restart(self) -> WebAnswer:
        """Starts over."""
        return self.request("POST", "restart", {})

    def delete(self) -> WebAnswer:
        """Deletes everything."""
        return self.request("DELETE", "session")

    def messages(self) -> list[dict[str, Any]]:
        """Returns the transcript."""
        answer = self.get("messages")
        assert answer.status == 200, answer.body
        return list(answer.json["messages"])

    def said(self) -> list[str]:
        """Returns what the transcript says that the visitor typed."""
        return [m["text"] for m in self.messages() if m["from"] == "user"]


def arrived(port: int) -> Visitor:
    """Returns a visitor with a new session."""
    visitor = Visitor(port)
    assert visitor.open().status == 201
    return visitor
