"""What turns note is stored some seconds later; nothing that fails there is felt by a turn."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Iterable, Mapping

import pytest

from assistant.datafiles import DataFileError
from clinic.database import ClinicDatabaseError
from clinic.insights import recorder as module
from clinic.insights import store
from clinic.insights.questions import Asked
from clinic.insights.recorder import Noted, Recorder
from clinic.insights.store import Key, Question
from tests.waiting import eventually

NOON = 1_796_000_000.0
DAY = store.day_of(NOON)


class Memory:
    """A database that may fail."""

    def __init__(self) -> None:
        self.counts: dict[Key, int] = {}
        self.questions: list[Question] = []
        self.calls = 0
        self.fails: Exception | None = None

    def add(self, counts: Mapping[Key, int], questions: Iterable[Question]) -> None:
        """Stores, or raises."""
        self.calls += 1
        if self.fails:
            raise self.fails
        for key, number in counts.items():
            self.counts[key] = self.counts.get(key, 0) + number
        self.questions.extend(questions)


@pytest.fixture
def memory() -> Memory:
    """An empty one."""
    return Memory()


@pytest.fixture
def recorder(memory: Memory) -> Recorder:
    """A recorder that is on; its thread sleeps, so that tests choose when it works."""
    found = Recorder(memory.add, step=3600)
    found.start()
    return found


def noted(text: str = "", *counts: str) -> Noted:
    """Returns a turn with a question and with counts."""
    asked = (Asked("unclear", "", text, text),) if text else ()
    return Noted(NOON, tuple((name, "web") for name in counts), asked)


def test_counts_add_up(recorder: Recorder, memory: Memory) -> None:
    """Over turns, and over what is stored."""
    for _ in range(2):
        for _ in range(3):
            recorder.note(noted("", "messages"))
        assert recorder.flush()
    assert memory.counts == {(DAY, "messages", "web"): 6}


def test_questions_are_scrubbed_before_they_are_stored(recorder: Recorder, memory: Memory) -> None:
    """Nothing else reaches the database."""
    recorder.note(noted("what does Zorvolex cost?"))
    recorder.flush()
    assert [q.text for q in memory.questions] == ["what does … cost?"]


def test_nothing_is_written_when_nothing_happened(recorder: Recorder, memory: Memory) -> None:
    """An idle server leaves the database alone."""
    recorder.flush()
    assert memory.calls == 0


def test_nothing_is_kept_while_it_is_off() -> None:
    """A process that records nothing keeps nothing in memory."""
    found = Recorder(Memory().add)
    found.note(noted("how much is it", "messages"))
    assert not found._queue


def test_a_database_that_fails(recorder: Recorder, memory: Memory, caplog: pytest.LogCaptureFixture) -> None:
    """All is kept and stored later, once; one line tells that it fails, and one that it works again."""
    memory.fails = ClinicDatabaseError("OperationalError")
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            recorder.note(noted("what does Zorvolex cost?", "messages"))
            assert not recorder.flush()
        memory.fails = None
        assert recorder.flush()
        assert recorder.flush()
    assert memory.counts == {(DAY, "messages", "web"): 3}
    assert len(memory.questions) == 3
    assert [r.getMessage() for r in caplog.records if r.name == module.logger.name] == [
        "insights: the clinic's database can't be used: OperationalError",
        "insights: the clinic's database can be used again",
    ]


def test_the_oldest_goes_when_too_much_waits(
    recorder: Recorder, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Memory has a limit, however long the database fails."""
    monkeypatch.setattr(module, "MOST_COUNTS", 10)
    memory.fails = ClinicDatabaseError("x")
    for number in range(module.MOST_QUESTIONS + 5):
        recorder.note(Noted(NOON + 86400 * number, (("messages", "web"),), noted("what is the price").asked))
        if number % 1000 == 0:
            recorder.flush()
    recorder.flush()
    memory.fails = None
    recorder.flush()
    assert len(memory.questions) == module.MOST_QUESTIONS
    assert max(day for day, _, _ in memory.counts) == store.day_of(NOON + 86400 * (module.MOST_QUESTIONS + 4))
    assert len(memory.counts) == 10


def test_more_turns_than_the_queue_holds(recorder: Recorder, memory: Memory) -> None:
    """The first ones go; nobody waits."""
    for number in range(module.MOST_WAITING + 10):
        recorder.note(Noted(NOON, (("messages", str(number)),)))
    recorder.flush()
    assert len(memory.counts) == module.MOST_WAITING
    assert (DAY, "messages", "9") not in memory.counts


@pytest.mark.parametrize("error", [RuntimeError("Zorvolex"), DataFileError("x.yml", "Zorvolex", "mend it")])
def test_anything_else_that_fails(
    recorder: Recorder, memory: Memory, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    """Costs what was being stored, not the thread; its message could hold words of a patient."""
    memory.fails = error
    recorder.note(noted("", "messages"))
    with caplog.at_level(logging.DEBUG):
        assert not recorder.flush()
    memory.fails = None
    recorder.note(noted("", "answers"))
    assert recorder.flush()
    assert memory.counts == {(DAY, "answers", "web"): 1}
    assert "Zorvolex" not in caplog.text


def test_words_that_can_t_be_read(
    recorder: Recorder, memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing is kept unscrubbed; counting goes on."""

    def fail() -> None:
        raise DataFileError("x.yml", "broken", "Mend it")

    monkeypatch.setattr("clinic.insights.questions.project_scrubber", fail)
    recorder.note(noted("what does it cost?", "messages"))
    assert recorder.flush()
    assert memory.counts == {(DAY, "messages", "web"): 1}
    assert memory.questions == []


def test_the_thread(memory: Memory) -> None:
    """Stores by itself, and what is left when it is stopped; stopping twice is no harm."""
    days: list[tuple[str, str]] = []
    recorder = Recorder(memory.add, 0.01, lambda *of: days.append(of))
    recorder.start()
    recorder.start()
    assert [t.name for t in threading.enumerate()].count("insights") >= 1
    recorder.note(noted("", "messages"))
    eventually(lambda: memory.counts == {(DAY, "messages", "web"): 1})
    slow = Recorder(memory.add, step=3600)
    slow.start()
    slow.note(noted("", "messages"))
    slow.stop()
    slow.stop()
    assert memory.counts == {(DAY, "messages", "web"): 2}
    recorder.stop()
    recorder.note(noted("", "messages"))
    assert memory.counts == {(DAY, "messages", "web"): 2}
    # Requests are looked at far more seldom.
    today = time.time()
    assert days == [(store.day_of(today - 86400), store.day_of(today))]


def test_requests_that_can_t_be_counted(memory: Memory) -> None:
    """Are tried again later; all else goes on."""

    def fail(*_: str) -> None:
        raise ClinicDatabaseError("x")

    recorder = Recorder(memory.add, 0.01, fail)
    recorder.start()
    for _ in range(2):
        recorder.note(noted("", "messages"))
        eventually(lambda: not recorder._queue)
    recorder.stop()
    assert memory.counts == {(DAY, "messages", "web"): 2}


def test_it_can_be_switched_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """By STRIA_INSIGHTS=off."""
    monkeypatch.setenv(module.SETTING, "OFF")
    monkeypatch.setattr(module, "recorder", Recorder(Memory().add))
    module.start()
    assert module.recorder._thread is None


def test_the_cost_of_noting(recorder: Recorder) -> None:
    """Far less than the 0.1 ms that a message may cost."""
    turn = noted("what does it cost?", "messages", "answers")
    started = time.perf_counter()
    for _ in range(10_000):
        recorder.note(turn)
    cost = (time.perf_counter() - started) / 10_000
    print(f"\n{cost * 1e6:.2f} us a turn")
    assert cost < 0.0001
