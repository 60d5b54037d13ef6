"""A mailbox: a real mail server on this machine that keeps what it gets."""

from __future__ import annotations

import contextlib
import email
import email.policy
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any, cast

from aiosmtpd.controller import Controller

from scripts._ports import LOOPBACK
from tests.stack import free_port


@dataclass
class Mailbox:
    """Takes e-mails, unless `refuse` has an answer for a recipient or for `data`."""

    got: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    refuse: dict[str, str] = field(default_factory=dict)

    async def handle_RCPT(self, _s: Any, _session: Any, envelope: Any, address: str, _o: Any) -> str:  # noqa: N802
        """Takes or refuses a recipient."""
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _s: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """Takes or refuses an e-mail."""
        if "data" in self.refuse:
            return self.refuse["data"]
        message = email.message_from_bytes(envelope.content, policy=email.policy.default)
        self.got.append(cast(EmailMessage, message))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"


class _Server(Controller):
    def _trigger_server(self) -> None:
        # Without a handshake: nobody trusts the certificate of a test.
        socket.create_connection((self.hostname, self.port)).close()


@contextlib.contextmanager
def serving_mail(mailbox: Mailbox, port: int = 0, **options: Any) -> Iterator[int]:
    """Serves until the end of the block; gives the port."""
    server = _Server(mailbox, hostname=LOOPBACK, port=port or free_port(), **options)
    server.start()
    try:
        yield int(server.port)
    finally:
        server.stop()


def text_of(message: EmailMessage) -> str:
    """Returns the text of an e-mail."""
    body = message.get_body(("plain",))
    assert isinstance(body, EmailMessage)
    return str(body.get_content())
