"""Each kind of the clinic's data is erased after its days, and nothing else."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from assistant.datafiles import DataFileError, clear_caches
from assistant.retention import KINDS, retention
from clinic import tables
from clinic.database import transaction
from clinic.retention import DAY, forget_takeovers, purge, taken_over_before
from tests.unit.clinic.test_privacy import add_request

NOW = 2_000_000_000.0  # 2033-05-18


@pytest.fixture(autouse=True)
def _fresh() -> Iterator[None]:
    clear_caches()
    yield
    clear_caches()


@pytest.fixture
def days(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of content with days of the test's own."""
    monkeypatch.setenv("STRIA_DATA", str(tmp_path))
    lines = [f"  {kind}: {30 + number}" for number, kind in enumerate(KINDS)]
    (tmp_path / "retention.yml").write_text("\n".join(["days:", *lines]) + "\n")
    return tmp_path / "retention.yml"


def count(table: sa.Table) -> int:
    """Returns how many rows there are."""
    with transaction() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table)).scalar())


def test_requests(days: Path):
    """Done ones after 30 days without a change, others after 31, with their deliveries and ids."""
    for number, (state, old) in enumerate(
        [("done", 29), ("done", 30.1), ("new", 30.1), ("new", 31.1), ("in progress", 31.1)]
    ):
        add_request(f"web:{number}", state=state, changed=NOW - old * DAY)
    assert purge(NOW) == {"requests_done": 1, "requests_open": 2, "questions": 0, "audit": 5, "counts": 0}
    with transaction() as connection:
        left = set(connection.execute(sa.select(tables.requests.c.conversation)).scalars())
    assert left == {"web:0", "web:2"}
    assert count(tables.outbox) == 2


def test_days_and_times(days: Path):
    """Questions and counts by their day, the audit by its time."""
    with transaction() as connection:
        for day in ("2033-04-15", "2033-04-16"):  # 32 days before the 18th of May is the 16th of April
            row = {"day": day, "kind": "refused", "text": "does it hurt"}
            connection.execute(sa.insert(tables.questions), row)
        for day in ("2033-04-13", "2033-04-14"):
            connection.execute(sa.insert(tables.counts), {"day": day, "name": "a", "label": "", "count": 1})
        for old in (32.9, 33.1):
            row = {"at": NOW - old * DAY, "who": "anna", "action": "login"}
            connection.execute(sa.insert(tables.audit), row)
    assert purge(NOW) == {"requests_done": 0, "requests_open": 0, "questions": 1, "audit": 1, "counts": 1}
    assert purge(NOW) == dict.fromkeys(KINDS, 0)


def test_flags_of_conversations_that_are_over():
    """Found by their age; erased by name."""
    add_request("web:a")
    add_request("web:b")
    assert taken_over_before(1.0) == []
    assert sorted(taken_over_before(2.0)) == ["web:a", "web:b"]
    forget_takeovers(["web:a"])
    forget_takeovers([])
    assert taken_over_before(2.0) == ["web:b"]


def test_the_real_days():
    """The file of the project can be used."""
    assert retention()["requests_open"] >= retention()["requests_done"]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("days:", "tage:", "no section `days:`"),
        ("  audit: 33\n", "", "no days for audit. Add it"),
        (
            "audit: 33",
            "audit: 0",
            "retention.yml:5: audit has to be a whole number. Write one from 1 to 3650",
        ),
        ("audit: 33", "audit: 33.5", "audit has to be a whole number"),
        ("audit: 33", "audit: many", "audit has to be a whole number"),
        ("audit: 33", "audit: true", "audit has to be a whole number"),
        ("audit: 33", "audit: 99999", "audit has to be a whole number"),
        (
            "requests_open: 31",
            "requests_open: 7",
            "requests_open has to be a whole number. Write one from 30",
        ),
        (
            "audit: 33",
            "audit: 33\n  chats: 3",
            "retention.yml:6: chats is no kind of data. Use requests_done,",
        ),
        ("audit: 33", "audit: 33\n  conversations: 3", "conversations is set elsewhere. Remove it, and set"),
    ],
)
def test_mistakes_are_named(days: Path, old: str, new: str, problem: str):
    """File, line and remedy; nothing is erased."""
    text = days.read_text()
    assert old in text
    days.write_text(text.replace(old, new))
    clear_caches()
    add_request(state="done", changed=0.0)
    with pytest.raises(DataFileError) as caught:
        purge(NOW)
    assert problem in str(caught.value)
    assert count(tables.requests) == 1
