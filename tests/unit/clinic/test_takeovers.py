"""Taking conversations over and giving them back."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from clinic import database, tables, takeovers
from clinic.database import ClinicDatabaseError
from clinic.takeovers import GIVE_BACK, TAKE, audit_id, give_back, take, taken
from tests.databases import start_postgres

SENDER = "telegram:4917612345678"


def audited() -> list[tuple[str, str, str]]:
    """Returns who did what, oldest first."""
    with database.transaction() as connection:
        rows = connection.execute(sa.select(tables.audit).order_by(tables.audit.c.id)).all()
    return [(row.who, row.action, row.what) for row in rows]


def test_a_conversation_is_taken_over_and_given_back():
    """It is listed in between, with who has it and since when."""
    assert take(SENDER, "anna")
    (found,) = taken().values()
    assert (found.conversation, found.by) == (SENDER, "anna")
    assert found.since > 1.7e9
    assert give_back(SENDER, "ben")
    assert taken() == {}


def test_who_comes_second_changes_nothing():
    """Neither who has a conversation, nor since when, nor the audit."""
    take(SENDER, "anna")
    before = taken()
    assert not take(SENDER, "ben")
    assert taken() == before
    give_back(SENDER, "anna")
    assert not give_back(SENDER, "ben")
    assert [(who, action) for who, action, _ in audited()] == [("anna", TAKE), ("anna", GIVE_BACK)]


def test_the_audit_does_not_name_the_patient():
    """The name of a conversation can be a phone number."""
    take(SENDER, "anna")
    ((_, _, what),) = audited()
    assert what == audit_id(SENDER)
    assert len(what) == 16
    assert "4917" not in what


def test_postgresql_does_the_same(monkeypatch: pytest.MonkeyPatch):
    """Its inserts are written another way."""
    server = start_postgres()
    try:
        url = f"postgresql://stria@127.0.0.1:{server.port}/{server.new_database()}"
        monkeypatch.setenv(database.URL, url)
        assert [take(SENDER, "anna"), take(SENDER, "ben")] == [True, False]
        assert taken()[SENDER].by == "anna"
        assert [give_back(SENDER, "ben"), give_back(SENDER, "ben")] == [True, False]
        assert [action for _, action, _ in audited()] == [TAKE, GIVE_BACK]
    finally:
        database.close()
        server.stop()


def test_one_of_many_gets_it():
    """Of those who press at the same time, one is told that it worked."""
    got: list[bool] = []
    threads = [threading.Thread(target=lambda: got.append(take(SENDER, "anna"))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == [False] * 7 + [True]
    assert len(audited()) == 1


@pytest.mark.parametrize("do", [take, give_back])
@pytest.mark.parametrize("name", ["", "a" * 256, "web:1\n", "web:\x00", "web:\ud800"])
def test_what_is_no_name_is_refused(do: Callable[[str, str], bool], name: str):
    """The error does not repeat it."""
    with pytest.raises(ValueError, match="1 to 255 characters") as caught:
        do(name, "anna")
    assert not name or name not in str(caught.value)


@pytest.mark.parametrize("do", [take, give_back])
def test_it_has_to_be_known_who_does_it(do: Callable[[str, str], bool]):
    """The audit would be worth nothing."""
    with pytest.raises(ValueError, match="who"):
        do(SENDER, " ")


def test_without_its_record_nothing_is_taken_over(monkeypatch: pytest.MonkeyPatch):
    """Both are stored, or none."""
    monkeypatch.setattr(takeovers.audit, "record", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        take(SENDER, "anna")
    assert taken() == {}


def test_a_database_that_can_t_be_used_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path):
    """Whoever calls has to know that nothing was stored."""
    monkeypatch.setenv(database.URL, f"sqlite:///{tmp_path}")
    with pytest.raises(ClinicDatabaseError):
        take(SENDER, "anna")


STEPS = st.lists(st.tuples(st.sampled_from([take, give_back]), st.sampled_from("abc")), max_size=12)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(STEPS)
def test_it_is_a_set(steps: list[tuple[Callable[[str, str], bool], str]]):
    """Whatever is done in whatever order: what is taken over is what a set would hold."""
    for name in taken():
        give_back(name, "anna")
    expected: set[str] = set()
    for do, name in steps:
        assert do(name, "anna") == ((name in expected) != (do is take))
        expected = expected | {name} if do is take else expected - {name}
    assert set(taken()) == expected
