"""Counts of all processes add up, questions have no order, on SQLite and on PostgreSQL."""

from __future__ import annotations

import datetime
import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise

import pytest
import sqlalchemy as sa

from clinic import database, tables
from clinic.insights import store
from clinic.insights.questions import Asked
from clinic.insights.recorder import Noted, Recorder
from clinic.insights.report import weekly
from clinic.insights.store import Question
from tests.databases import Postgres, start_postgres

DAY = "2026-11-29"


@pytest.fixture(scope="module")
def server() -> Iterator[Postgres]:
    """PostgreSQL."""
    found = start_postgres()
    yield found
    found.stop()


@pytest.fixture(params=["sqlite", "postgresql"], autouse=True)
def _database(request: pytest.FixtureRequest, clinic_db: object, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each test runs on both."""
    if request.param == "postgresql":
        server: Postgres = request.getfixturevalue("server")
        where = f"postgresql://stria@127.0.0.1:{server.port}/{server.new_database()}"
        monkeypatch.setenv(database.URL, where)
        database.close()


def asked(text: str, day: str = DAY, topic: str = "") -> Question:
    """Returns a question."""
    return Question(day, "unclear", topic, text)


def test_counts_add_up() -> None:
    """Each time, by day, name and label; other days stay as they are."""
    store.add({(DAY, "messages", "web"): 2, (DAY, "messages", "rest"): 1}, ())
    store.add({(DAY, "messages", "web"): 3, ("2026-11-28", "messages", "web"): 7}, ())
    assert store.read_counts(DAY, DAY) == {(DAY, "messages", "web"): 5, (DAY, "messages", "rest"): 1}
    assert len(store.read_counts("2026-11-28", DAY)) == 3


def test_many_writers() -> None:
    """None waits for another for ever, and no count is lost."""
    keys = [(DAY, "messages", str(number)) for number in range(20)]

    def write(number: int) -> None:
        order = keys if number % 2 else keys[::-1]
        store.add(dict.fromkeys(order, 1), [asked(str(number))])

    with ThreadPoolExecutor(8) as threads:
        list(threads.map(write, range(40)))
    assert set(store.read_counts(DAY, DAY).values()) == {40}
    assert len(store.read_questions(DAY, DAY)) == 40


def test_questions_have_no_order() -> None:
    """Neither their numbers nor their places tell which came first, or which belong together."""
    texts = [f"question {number:03}" for number in range(60)]
    for text in texts:
        store.add({}, [asked(text)])
    with database.transaction() as connection:
        rows = connection.execute(sa.select(tables.questions).order_by(tables.questions.c.id)).all()
    stored = [row.text for row in rows]
    assert sorted(stored) == texts
    assert stored != texts
    together = sum(abs(int(a[-3:]) - int(b[-3:])) == 1 for a, b in pairwise(stored))
    assert together < 15
    assert set(rows[0]._mapping) == {"id", "day", "kind", "topic", "locale", "text"}


def test_a_batch_is_shuffled() -> None:
    """Also within one writing."""
    texts = [f"question {number:03}" for number in range(60)]
    store.add({}, [asked(text) for text in texts])
    with database.transaction() as connection:
        stored = [row.text for row in connection.execute(sa.select(tables.questions.c.text))]
    assert stored != texts


def test_all_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What fails is not stored in part, or it would be counted twice later."""
    broken = Question(DAY, "unclear", "", None)  # type: ignore[arg-type]
    with pytest.raises(database.ClinicDatabaseError):
        store.add({(DAY, "messages", "web"): 1}, [broken])
    assert store.read_counts(DAY, DAY) == {}


def test_long_labels_are_cut() -> None:
    """To what the column holds; PostgreSQL would refuse them."""
    store.add({(DAY, "refusals", "x" * 100): 1}, [asked("a", topic="y" * 100)])
    assert list(store.read_counts(DAY, DAY)) == [(DAY, "refusals", "x" * 64)]
    assert store.read_questions(DAY, DAY)[0].topic == "y" * 64


def test_two_labels_that_are_cut_to_one() -> None:
    """Both count."""
    store.add({(DAY, "refusals", "x" * 64 + "a"): 1, (DAY, "refusals", "x" * 64 + "b"): 2}, ())
    assert store.read_counts(DAY, DAY) == {(DAY, "refusals", "x" * 64): 3}


def test_hand_overs() -> None:
    """Requests by day and channel; once counted, the number stays when one is erased."""
    row = {
        "conversation": "web:1", "locale": "en", "changed": 0.0, "state": "new", "consent_version": "1",
        "consent_at": 0.0,
    }  # fmt: skip
    at = {"a": ("web", 1_796_000_000.0), "b": ("web", 1_796_000_100.0), "c": ("rest", 1_795_900_000.0)}
    with database.transaction() as connection:
        for name, (channel, created) in at.items():
            connection.execute(
                sa.insert(tables.requests), {**row, "id": name, "channel": channel, "created": created}
            )
    days = store.day_of(1_795_900_000.0), store.day_of(1_796_000_000.0)
    assert store.read_hand_overs(*days) == {(days[1], "web"): 2, (days[0], "rest"): 1}
    assert store.read_hand_overs(days[1], days[1]) == {(days[1], "web"): 2}

    for _ in range(2):
        store.keep_hand_overs(*days)
    counted = {(days[0], "hand_overs", "rest"): 1, (days[1], "hand_overs", "web"): 2}
    assert store.read_counts(*days) == counted
    with database.transaction() as connection:
        connection.execute(sa.delete(tables.requests).where(tables.requests.c.id == "a"))
    store.keep_hand_overs(*days)
    assert store.read_counts(*days) == counted
    assert weekly(2, datetime.date.fromisoformat(days[1])).total.hand_overs == {"rest": 1, "web": 2}


@pytest.mark.parametrize("_database", ["postgresql"], indirect=True)
def test_a_server_that_dies(server: Postgres) -> None:
    """What is noted meanwhile waits, and is stored once when it is back; nothing is stored twice."""
    recorder = Recorder(step=3600)
    recorder.start()
    turn = Noted(1_796_000_000.0, (("messages", "web"),), (Asked("unclear", "", "what does it cost?", "x"),))
    day = store.day_of(turn.at)
    recorder.note(turn)
    assert recorder.flush()
    server.kill()
    try:
        for _ in range(2):
            recorder.note(turn)
            assert not recorder.flush()
    finally:
        server.start()
    recorder.note(turn)
    assert recorder.flush()
    assert recorder.flush()
    assert store.read_counts(day, day) == {(day, "messages", "web"): 4}
    assert [q.text for q in store.read_questions(day, day)] == ["what does it cost?"] * 4


def _write(url: str, times: int) -> None:
    os.environ[database.URL] = url
    recorder = Recorder(step=3600)
    recorder.start()
    for _ in range(times):
        recorder.note(Noted(1_796_000_000.0, (("messages", "web"), ("answers", "unclear"))))
        assert recorder.flush()


def test_several_processes() -> None:
    """They add up, as several servers do."""
    spawn = multiprocessing.get_context("spawn")
    writers = [spawn.Process(target=_write, args=(database.url(), 25)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
    assert [writer.exitcode for writer in writers] == [0, 0, 0]
    day = store.day_of(1_796_000_000.0)
    assert store.read_counts(day, day) == {(day, "messages", "web"): 75, (day, "answers", "unclear"): 75}
