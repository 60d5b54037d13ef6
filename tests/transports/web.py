"""The channel of the website's chat."""

from __future__ import annotations

import hashlib
import time

import jwt

from tests.client import Reply, StackError
from tests.transports.base import Transport
from tests.web_client import Visitor, arrived

RATES = ("SESSION", "IP", "NEW", "READS")


class WebTransport(Transport):
    """Visitors of a website, each with a session of its own."""

    def start(self) -> dict[str, str]:
        """Allows many messages: a test types faster than people."""
        self._visitors: dict[str, Visitor] = {}
        return {f"STRIA_WEB_RATE_{name}": "100000/minute" for name in RATES}

    def send(self, sender: str, text: str) -> Reply:
        """Sends a message and reads the stream to its end."""
        port = int(self.client.url.rsplit(":", 1)[1])
        visitor = self._visitors.get(sender) or arrived(port)
        self._visitors[sender] = visitor
        started = time.perf_counter()
        answer = visitor.say(text)
        if answer.status != 200:
            raise StackError(f"web: HTTP {answer.status} {answer.body[:300]!r}")
        return Reply.from_messages(answer.replies, time.perf_counter() - started)

    def conversation(self, sender: str) -> str:
        """Returns the name that the server makes of the session in the cookie."""
        claims = jwt.decode(self._visitors[sender].cookie, options={"verify_signature": False})
        return f"web:{hashlib.sha256(claims['sid'].encode()).hexdigest()}"


TRANSPORT = WebTransport
