"""The private port of the metrics: off unless set, on loopback, and never in the way of the server."""

from __future__ import annotations

import asyncio
import logging
import socket
import threading
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing, contextmanager

import prometheus_client
import pytest

from assistant.observability import port
from tests.counted import counted
from tests.ports import free_port

VARIABLE = "STRIA_METRICS_PORT"


@contextmanager
def serving(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Stops what is served at the end of the block; tells on which address it was."""
    started, addresses = [], []

    def start(number: int, address: str) -> None:
        server, thread = prometheus_client.start_http_server(number, address)
        started.append((server, thread))
        addresses.append(f"{address}:{number}")

    monkeypatch.setattr(port, "start_http_server", start)
    yield addresses
    for server, thread in started:
        server.shutdown()
        server.server_close()
        thread.join(5)


def test_off_by_default(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the variable nothing listens, and nothing is said."""
    monkeypatch.delenv(VARIABLE, raising=False)
    with serving(monkeypatch) as addresses:
        assert not port.serve(VARIABLE)
    assert addresses == []


def test_on_loopback(monkeypatch: pytest.MonkeyPatch) -> None:
    """Unless another address is set; it tells the metrics and the process."""
    number = free_port()
    monkeypatch.setenv(VARIABLE, str(number))
    monkeypatch.delenv("STRIA_METRICS_HOST", raising=False)
    with serving(monkeypatch) as addresses:
        assert port.serve(VARIABLE)
        told = urllib.request.urlopen(f"http://127.0.0.1:{number}/metrics", timeout=5).read().decode()
        assert addresses == [f"127.0.0.1:{number}"]
    assert "# TYPE stria_turn_seconds histogram" in told
    assert "process_resident_memory_bytes" in told
    assert "_created" not in told


def test_on_another_address(monkeypatch: pytest.MonkeyPatch) -> None:
    """For a container, where Prometheus comes from outside."""
    monkeypatch.setenv(VARIABLE, str(number := free_port()))
    monkeypatch.setenv("STRIA_METRICS_HOST", "0.0.0.0")
    with serving(monkeypatch) as addresses:
        assert port.serve(VARIABLE)
    assert addresses == [f"0.0.0.0:{number}"]


@pytest.mark.parametrize("value", ["metrics", "0", "70000", "-1", "9005 ", "٩٠٠٥"])
def test_a_port_that_is_none(
    value: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """One line, and the server goes on; blanks around a number do no harm."""
    monkeypatch.setenv(VARIABLE, value)
    with serving(monkeypatch):
        assert port.serve(VARIABLE) == (value == "9005 ")
    if value != "9005 ":
        (line,) = (r.getMessage() for r in caplog.records)
        assert f"STRIA_METRICS_PORT={value} at 127.0.0.1 can't be used (it has to be a number" in line


def test_a_port_that_is_taken(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """One line that says so, and the server goes on."""
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        number = taken.getsockname()[1]
        monkeypatch.setenv(VARIABLE, str(number))
        assert not port.serve(VARIABLE)
    assert [(r.levelno, r.getMessage()) for r in caplog.records] == [
        (
            logging.ERROR,
            f"metrics: STRIA_METRICS_PORT={number} at 127.0.0.1 can't be used (Address already in use); "
            "going on without",
        )
    ]


def test_an_address_that_is_none(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    """As with a port."""
    monkeypatch.setenv(VARIABLE, str(free_port()))
    monkeypatch.setenv("STRIA_METRICS_HOST", "192.0.2.1")
    assert not port.serve(VARIABLE)
    assert len(caplog.records) == 1


async def test_the_loop_is_late(monkeypatch: pytest.MonkeyPatch) -> None:
    """What holds it up is measured."""
    monkeypatch.setattr(port, "STEP", 0.02)
    with counted() as grown:
        watching = asyncio.ensure_future(port.watch_loop())
        await asyncio.sleep(0.05)
        time.sleep(0.3)
        await asyncio.sleep(0.05)
        watching.cancel()
    assert grown["stria_loop_lag_seconds_count"] >= 2
    late = {
        s.labels["le"]: s.value
        for metric in port.metrics.LOOP_LAG.collect()
        for s in metric.samples
        if s.name.endswith("_bucket")
    }
    assert late["+Inf"] > late["0.25"]


def test_it_answers_while_the_loop_is_held_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """It has a thread of its own: a server that hangs can be seen to hang."""
    number = free_port()
    monkeypatch.setenv(VARIABLE, str(number))
    answered = threading.Event()

    def ask() -> None:
        urllib.request.urlopen(f"http://127.0.0.1:{number}/metrics", timeout=5).read()
        answered.set()

    async def hang() -> None:
        threading.Thread(target=ask).start()
        deadline = time.monotonic() + 5
        while not answered.is_set() and time.monotonic() < deadline:
            time.sleep(0.01)

    with serving(monkeypatch):
        assert port.serve(VARIABLE)
        asyncio.run(hang())
    assert answered.is_set()
