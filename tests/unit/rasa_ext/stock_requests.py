"""Requests over HTTP, with what Rasa and Sanic do about them without the mends; used by stock.py."""

from __future__ import annotations

import contextlib
import io
import json
import logging
import socket
import time
from collections.abc import Iterator
from http.client import HTTPConnection
from typing import Any

from rasa.core.lock_store import LockError
from sqlalchemy.exc import OperationalError

from rasa_ext.channels.rest import RestInput
from scripts._ports import LOOPBACK
from tests.channel_server import serving

#: A head that says more than what comes, and chunks that are none.
QUOTED = b"POST /webhooks/rest/webhook HTTP/1.1\r\nHost: x\r\nExpect: \xff\r\nContent-Length: 0\r\n\r\n"
UNREAD = b"POST /nowhere HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"
#: What Rasa's API can't use, by address.
BODIES: dict[str, Any] = {
    "/model/parse": {},
    "/conversations/a/messages": 5,
    "/conversations/a/trigger_intent": ["x"],
}
FAILURES: dict[str, Exception] = {
    "lock": LockError("Zorvolex"),
    "store": OperationalError("INSERT", {"data": "Zorvolex"}, Exception("Zorvolex")),
    "data": KeyError("Zorvolex"),
    "fault": ZeroDivisionError("Zorvolex"),
}


def post(port: int, address: str, body: Any) -> tuple[int, str]:
    """Posts JSON; returns status and body of the answer."""
    connection = HTTPConnection(LOOPBACK, port, timeout=20)
    connection.request("POST", address, json.dumps(body), {"Content-Type": "application/json"})
    answer = connection.getresponse()
    found = answer.status, answer.read().decode()
    connection.close()
    return found


def sent(port: int, raw: bytes, seconds: float = 5) -> bytes:
    """Sends bytes; returns all that comes until the server hangs up, or is silent for so long."""
    found = b""
    with socket.create_connection((LOOPBACK, port), timeout=seconds) as wire:
        wire.sendall(raw)
        with contextlib.suppress(TimeoutError, ConnectionError):
            while part := wire.recv(4096):
                found += part
    return found


def trickle(port: int, raw: bytes, end: float, pause: float = 0.1) -> float:
    """Sends a byte now and then; returns the seconds until the server hangs up, `end` when it does not."""
    started = time.monotonic()
    with socket.create_connection((LOOPBACK, port), timeout=pause) as wire:
        for byte in raw:
            if time.monotonic() - started > end:
                return end
            with contextlib.suppress(TimeoutError):
                try:
                    wire.sendall(bytes([byte]))
                    while wire.recv(4096):
                        pass
                except ConnectionError:
                    pass
                return time.monotonic() - started
        wire.settimeout(max(0.1, end - (time.monotonic() - started)))
        with contextlib.suppress(TimeoutError):
            with contextlib.suppress(ConnectionError):
                while wire.recv(4096):
                    pass
            return time.monotonic() - started
    return end


@contextlib.contextmanager
def error_log() -> Iterator[io.StringIO]:
    """Gives what is logged as an error meanwhile."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setLevel(logging.ERROR)
    logger = logging.getLogger("sanic.error")
    level, propagates, disabled = logger.level, logger.propagate, logging.root.manager.disable
    logging.disable(logging.NOTSET)
    logger.addHandler(handler)
    try:
        yield stream
    finally:
        logger.removeHandler(handler)
        logging.disable(disabled)
        logger.setLevel(level)
        logger.propagate = propagates


def requests() -> dict[str, Any]:
    """Returns what a server answers to a quoted byte and says about a rest that can't be read."""
    with serving(RestInput()) as server:
        first = sent(server.port, QUOTED).split(b"\r\n")[0].decode()
        with error_log() as logged:
            sent(server.port, UNREAD)
        slow = trickle(server.port, b"GET /" + b"a" * 100, end=2)
    return {"quoted": first, "unread": logged.getvalue(), "slow": slow}


def blamed(server: Any, agent: Any) -> dict[str, int]:
    """Returns the status of Rasa's API for each failure of a store, and each body that it can't use."""
    found = {}
    for name, failure in FAILURES.items():
        with server(agent(failure=failure)) as port:
            found[name] = post(port, "/conversations/a/messages", {"text": "hi", "sender": "user"})[0]
    with server(agent()) as port:
        for address, body in BODIES.items():
            found[address] = post(port, address, body)[0]
    return found
