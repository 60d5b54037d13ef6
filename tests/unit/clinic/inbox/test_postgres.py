"""The same inbox on PostgreSQL: a day in it, and what is seen when the database goes and comes back."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import pytest

from clinic import database, takeovers
from tests.clinic_rows import add, audited, deliver, row
from tests.databases import Postgres, start_postgres
from tests.inbox import Visitor, make_app
from tests.unit.screening.records import full


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    """A new PostgreSQL."""
    server = start_postgres()
    yield server
    server.stop()


@pytest.fixture
def anna(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visitor]:
    """Somebody who has logged in, where the clinic's database is an empty one on PostgreSQL."""
    url = f"postgresql://stria@127.0.0.1:{postgres.port}/{postgres.new_database()}"
    monkeypatch.setenv(database.URL, url)
    database.close()
    yield Visitor(make_app()).log_in()
    database.close()


def test_a_day(anna: Visitor) -> None:
    """Everything that changes or reads something works as on SQLite."""
    known = add(1, full(), wish="ÄRGER mit Narben")
    deliver(known)
    assert "Ann Example 1" in anna.ask("/?search=ärger").text
    assert "warfrin" in anna.ask(f"/requests/{known}").text
    for part, fields in (
        ("state", {"state": "in_progress"}),
        ("note", {"note": "called", "seen": ""}),
        ("take", {}),
        ("give-back", {}),
    ):
        assert anna.post(f"/requests/{known}/{part}", **fields).status_code == 303
    assert (row(known).state, row(known).note, takeovers.taken()) == ("in_progress", "called", {})
    for form in ("csv", "fhir"):
        assert anna.post("/export", form=form).status_code == 200
    for path in ("/taken", "/questions", "/audit", f"/requests/{known}/summary"):
        assert anna.ask(path).status_code == 200
    anna.post("/logout")
    assert anna.ask("/").status_code == 303
    assert {
        "log_in",
        "search",
        "view",
        "in_progress",
        "note",
        "take_over",
        "export_fhir",
        "print",
        "log_out",
    } <= {action for _, action, _ in audited()}


def test_the_database_goes_and_comes_back(anna: Visitor, postgres: Postgres) -> None:
    """Meanwhile each page says so, within its time; afterwards the same session goes on."""
    known = add(1)
    postgres.kill()
    for _ in range(2):
        assert anna.ask("/").status_code == 503
    assert anna.ask("/ready").status_code == 503
    postgres.start()
    assert anna.ask("/ready").status_code == 200
    assert "Ann Example 1" in anna.ask("/").text
    assert row(known).state == "new"


def test_the_database_freezes(anna: Visitor, postgres: Postgres) -> None:
    """Stopped, with its connections open: more visitors than threads all get the page that says so, in time."""
    known = add(1)
    assert anna.ask("/").status_code == 200
    answers: list[tuple[int, str, float]] = []

    def look() -> None:
        began = time.monotonic()
        answer = anna.ask(f"/requests/{known}")
        answers.append((answer.status_code, answer.text, time.monotonic() - began))

    threads = [threading.Thread(target=look, daemon=True) for _ in range(6)]
    with postgres.frozen():
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(30)
        assert anna.ask("/health").status_code == 200
        assert anna.ask("/ready").status_code == 503
    assert [status for status, _, _ in answers] == [503] * 6
    assert all("can&#39;t reach its database" in text and "Nothing is lost" in text for _, text, _ in answers)
    assert max(seconds for _, _, seconds in answers) < 10
    assert anna.ask("/ready").status_code == 200
    assert "Ann Example 1" in anna.ask(f"/requests/{known}").text
