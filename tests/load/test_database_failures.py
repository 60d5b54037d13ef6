"""A PostgreSQL that is far away, frozen, or behind a network that swallows everything."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager

import pytest

from tests.load.one_server import OneServer, start_one
from tests.waiting import eventually
from tests.web_client import Visitor, new_id

pytestmark = pytest.mark.stack
#: The bar: seconds until a patient is told that it does not work.
LONGEST = 12.0
#: Seconds in which everything has to be answered that needs no database.
QUICK = 1.0


@pytest.fixture(scope="module")
def server() -> Iterator[OneServer]:
    """One server with PostgreSQL and Redis."""
    one = start_one()
    try:
        yield one
    finally:
        one.close()


def slowest_page(server: OneServer, going_on: Callable[[], bool]) -> float:
    """Asks for the page of the chat again and again; returns the longest time that it took."""
    slowest = 0.0
    while going_on():
        begun = time.monotonic()
        assert Visitor(server.port).get("chat").status == 200
        slowest = max(slowest, time.monotonic() - begun)
        time.sleep(0.05)
    return slowest


@contextmanager
def swallowing(server: OneServer) -> Iterator[None]:
    """The network to PostgreSQL lets nothing through."""
    with server.network.swallowing():
        yield


@contextmanager
def frozen(server: OneServer) -> Iterator[None]:
    """PostgreSQL is there and answers nobody."""
    with server.postgres.frozen():
        yield


@pytest.mark.parametrize("silent", [frozen, swallowing], ids=lambda f: str(f.__name__))
def test_a_silent_database(
    server: OneServer, silent: Callable[[OneServer], AbstractContextManager[None]]
) -> None:
    """Patients get 503 in time, pages are served meanwhile, and afterwards nothing is lost or doubled."""
    patients = [server.visitor() for _ in range(12)]
    ids = [new_id() for _ in patients]
    for patient in patients:
        assert "Question 1 of 6" in patient.say("start the check").texts[-1]
    with silent(server), ThreadPoolExecutor(len(patients)) as pool:
        begun = time.monotonic()
        answers = [pool.submit(p.say, "no", i) for p, i in zip(patients, ids, strict=True)]
        slowest = slowest_page(server, lambda: not all(a.done() for a in answers))
        took = time.monotonic() - begun
        assert Visitor(server.port).get("").status == 503
    statuses = {a.result().status for a in answers}
    print(f"\n{silent.__name__}: patients told after {took:.1f} s at most, pages within {slowest:.2f} s")
    assert statuses == {503}
    assert took < LONGEST
    assert slowest < QUICK
    eventually(lambda: Visitor(server.port).get("").status == 200, 15)
    for patient, message_id in zip(patients, ids, strict=True):
        assert "Question 2 of 6" in patient.say("no", message_id).texts[-1]
        assert patient.said() == ["start the check", "no"]
    stored = server.stored()
    assert all(stored.count(i) == 1 for i in ids)
    assert "Traceback" not in server.logs()


def test_silent_in_the_middle_of_turns(server: OneServer) -> None:
    """Whatever a turn was doing: a message counts once, and the check goes on where it was."""
    patients = [server.visitor() for _ in range(6)]
    stop = threading.Event()

    def talk(patient: Visitor) -> int:
        asked = 0
        assert patient.say("start the check").status == 200
        while not stop.is_set():
            message_id = new_id()
            while (
                answer := patient.say("is it painful?", message_id)
            ).status != 200 or b'"error"' in answer.body:
                time.sleep(0.1)
            assert "Question 1 of 6" in answer.texts[-1]
            asked += 1
        return asked

    with ThreadPoolExecutor(len(patients)) as pool:
        talking = [pool.submit(talk, patient) for patient in patients]
        for silent in (frozen, swallowing, frozen, swallowing):
            time.sleep(1.5)
            with silent(server):
                time.sleep(2.5)
        time.sleep(1)
        stop.set()
        counts = [one.result() for one in talking]
    assert [len(p.said()) for p in patients] == [1 + count for count in counts]
    stored = server.stored()
    assert len(stored) == len(set(stored))
    print(f"\n{sum(counts)} messages through 4 silences")


def test_far_away(server: OneServer) -> None:
    """25 ms there and 25 ms back: slower, and nobody keeps others from being served."""
    patients = [server.visitor() for _ in range(6)]
    server.network.delay = 0.025
    try:
        with ThreadPoolExecutor(len(patients)) as pool:
            begun = time.monotonic()
            turns = [
                pool.submit(lambda p: [p.say("is it painful?").status for _ in range(5)], p) for p in patients
            ]
            slowest = slowest_page(server, lambda: not all(t.done() for t in turns))
            took = time.monotonic() - begun
    finally:
        server.network.delay = 0.0
    assert {status for turn in turns for status in turn.result()} == {200}
    assert all(p.said() == ["is it painful?"] * 5 for p in patients)
    assert slowest < QUICK
    print(f"\n30 messages at 50 ms of distance: {took:.1f} s, pages within {slowest:.2f} s")
