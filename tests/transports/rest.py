"""The private REST channel."""

from __future__ import annotations

from tests.client import Reply
from tests.transports.base import Transport


class RestTransport(Transport):
    """Patients whose messages a program sends."""

    def send(self, sender: str, text: str) -> Reply:
        """Sends a message."""
        return self.client.send(sender, text)

    def conversation(self, sender: str) -> str:
        """Returns the sender: REST adds nothing to it."""
        return sender


TRANSPORT = RestTransport
