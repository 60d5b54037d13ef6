"""What a process that answers patients knows of take-overs."""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from clinic import database, takeover_watch
from clinic.database import ClinicDatabaseError
from clinic.takeover_watch import Watch
from clinic.takeovers import give_back, take, taken
from scripts._env import ROOT
from tests.waiting import eventually


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Reads a hundred times a second."""
    made = Watch(0.01)
    yield made
    made.stop()


def broken() -> None:
    """Fails as a database does that is away."""
    raise ClinicDatabaseError("OperationalError")


def test_the_first_question_is_answered_from_the_table(watch: Watch):
    """After a restart nobody is answered who is taken over."""
    take("web:1", "anna")
    assert watch.seen() == {"web:1": taken()["web:1"].since}


def test_changes_are_seen(watch: Watch):
    """In both directions, and by the name of the conversation."""
    assert watch.seen() == {}
    take("web:1", "anna")
    eventually(lambda: set(watch.seen() or ()) == {"web:1"})
    take("web:2", "anna")
    give_back("web:1", "anna")
    eventually(lambda: set(watch.seen() or ()) == {"web:2"})


def test_a_message_costs_no_sql(watch: Watch, monkeypatch: pytest.MonkeyPatch):
    """Ten thousand questions, and only the thread has read."""
    watch.seen()
    readers: set[str] = set()
    monkeypatch.setattr(
        takeover_watch, "taken", lambda: readers.add(threading.current_thread().name) or taken()
    )
    for _ in range(10_000):
        watch.seen()
    eventually(lambda: bool(readers))
    assert readers == {"stria-takeovers"}


def test_the_last_state_holds(
    watch: Watch, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """While the database is away; said once when it goes, and once when it is back."""
    caplog.set_level(logging.INFO)
    take("web:1", "anna")
    before = watch.seen()
    tries: list[int] = []
    monkeypatch.setattr(takeover_watch, "taken", lambda: tries.append(1) or broken())
    eventually(lambda: len(tries) > 3)
    assert watch.seen() == before
    monkeypatch.setattr(takeover_watch, "taken", taken)
    give_back("web:1", "anna")
    eventually(lambda: watch.seen() == {})
    assert [(r.levelname, r.getMessage()) for r in caplog.records] == [
        ("ERROR", "take-overs can't be read, the last state holds: OperationalError"),
        ("WARNING", "take-overs can be read again"),
    ]


def test_what_was_never_read_is_not_known(watch: Watch, monkeypatch: pytest.MonkeyPatch):
    """Whoever asks has to know it from "nobody has taken over"; the wait is short."""
    monkeypatch.setattr(takeover_watch, "taken", broken)
    assert watch.seen() is None
    started = time.perf_counter()
    watch.seen()
    assert time.perf_counter() - started < 0.1


def test_a_database_that_hangs_holds_nobody_up_for_long(watch: Watch, monkeypatch: pytest.MonkeyPatch):
    """The first message waits as long as was said, and no message waits for a later reading."""
    monkeypatch.setattr(takeover_watch, "FIRST", 0.1)
    release = threading.Event()
    monkeypatch.setattr(takeover_watch, "taken", lambda: release.wait(10) and {})
    started = time.perf_counter()
    assert watch.seen() is None
    assert 0.09 < time.perf_counter() - started < 2
    release.set()
    eventually(lambda: watch.seen() == {})


def test_one_thread_reads(watch: Watch):
    """However many ask first at the same time."""
    others = set(threading.enumerate())
    threads = [threading.Thread(target=watch.seen) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    begun = set(threading.enumerate()) - others
    assert [thread.name for thread in begun] == ["stria-takeovers"]


def test_a_stopped_one_begins_again(watch: Watch):
    """As after a fork, which leaves threads behind."""
    watch.seen()
    watch.stop()
    take("web:1", "anna")
    assert watch.seen() is not None
    eventually(lambda: set(watch.seen() or ()) == {"web:1"})


def test_the_process_ends_when_it_wants():
    """And with its own status: the thread keeps nobody."""
    code = "from clinic.takeover_watch import watch; print(watch.seen())"
    env = {"STRIA_CLINIC_DB": database.url(), "PATH": "/usr/bin:/bin"}
    started = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "{}\n", "")
    assert time.perf_counter() - started < 30
