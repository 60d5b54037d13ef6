"""A name server for tests, as Docker and Kubernetes have one: a name stands for several addresses."""

from __future__ import annotations

import socket
import struct
import threading
from collections.abc import Sequence

from scripts._ports import LOOPBACK

#: Kind and class of a question for an IPv4 address.
_ADDRESS = struct.pack("!HH", 1, 1)
_FOUND, _UNKNOWN = 0x8180, 0x8183


class NameServer:
    """Answers over UDP on loopback what `names` says at this moment."""

    def __init__(self) -> None:
        """Listens at a free port."""
        self.names: dict[str, Sequence[str]] = {}
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind((LOOPBACK, 0))
        self.address = f"{LOOPBACK}:{self._socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Stops answering."""
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                asked, who = self._socket.recvfrom(512)
                self._socket.sendto(self._answer(asked), who)
            except OSError:
                return

    def _answer(self, asked: bytes) -> bytes:
        labels, at = [], 12
        while asked[at]:
            labels.append(asked[at + 1 : at + 1 + asked[at]].decode())
            at += 1 + asked[at]
        question = asked[12 : at + 5]
        known = self.names.get(".".join(labels))
        addresses = (known or ()) if question.endswith(_ADDRESS) else ()
        flags = _UNKNOWN if known is None else _FOUND
        head = asked[:2] + struct.pack("!HHHHH", flags, 1, len(addresses), 0, 0)
        # 0xC00C: the name that stands in the question.
        record = struct.pack("!HHHIH", 0xC00C, 1, 1, 1, 4)
        return head + question + b"".join(record + socket.inet_aton(a) for a in addresses)
