"""What is known of a conversation is told, and is erased as a whole or not at all."""

from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from assistant.dialogue.own_data import Wish
from clinic import database, privacy, tables, takeovers
from clinic.audit import record
from clinic.database import transaction

SECRET = "Zorvolex since my divorce"


def add_request(conversation: str = "web:a", **values: Any) -> str:
    """Stores a request with an e-mail that is to be delivered; returns its id."""
    request = str(uuid.uuid4())
    row = {
        "id": request,
        "conversation": conversation,
        "channel": "web",
        "locale": "en",
        "created": 1.0,
        "changed": 1.0,
        "state": "new",
        "name": SECRET,
        "wish": SECRET,
        "consent_version": "3",
        "consent_at": 2.0,
        "note": SECRET,
    }
    with transaction() as connection:
        connection.execute(sa.insert(tables.requests), {**row, **values})
        connection.execute(sa.insert(tables.outbox), {"request": request, "way": "email", "due": 1.0})
        connection.execute(
            sa.insert(tables.takeovers).prefix_with("OR IGNORE"),
            {"conversation": conversation, "since": 1.0, "by": "anna"},
        )
        record(connection, "anna", "done", request)
    return request


def everything() -> list[list[Any]]:
    """Returns all rows of all tables."""
    with transaction() as connection:
        return [
            row
            for table in tables.metadata.sorted_tables
            for row in map(list, connection.execute(sa.select(table)).all())
        ]


def test_known_tells_kinds_and_the_wish():
    """Time, state, consent, what was given, and the wish; no name, no number, and of a note only that it is."""
    add_request(phone="+49 1", email="", name="Ann", wish="please call", slots='{"herpes": "no"}')
    given = ("name", "phone", "check")
    assert privacy.known("web:a") == [
        Wish(1.0, "new", given, consent_at=2.0, consent_version="3", wish="please call", noted=True)
    ]
    add_request("web:c", name="", wish="", note="", email="a@b.org")
    assert privacy.known("web:c") == [Wish(1.0, "new", ("email",), 2.0, "3", noted=False)]
    assert privacy.known("web:b") == []


def test_erase_leaves_nothing_that_names_it():
    """No request, delivery or flag, and no id in the audit; the audit itself stays."""
    mine, other = add_request(), add_request("web:b")
    assert privacy.erase("web:a").rows == 2
    rows = everything()
    assert not [row for row in rows if mine in row or "web:a" in row]
    assert len([row for row in rows if other in row]) == 3
    assert len([row for row in rows if "done" in row]) == 2
    assert privacy.erase("web:a").rows == 0


def test_erase_leaves_no_hash_of_a_conversation():
    """All phone numbers can be hashed to find whose it is; also when the flag is long gone."""
    name, other = "whatsapp:+4915112345678", "whatsapp:+4915112345679"
    for conversation in (name, other):
        takeovers.take(conversation, "anna")
        takeovers.give_back(conversation, "anna")
    assert privacy.erase(name).rows == 0
    left = [row[-1] for row in everything() if "anna" in row]
    assert left == ["", "", takeovers.audit_id(other), takeovers.audit_id(other)]


@pytest.mark.parametrize(
    ("begun", "sent"),
    [({}, False), ({"delivered": 5.0}, True), ({"attempts": 1}, True), ({"leased": 9.0}, True)],
)
def test_what_may_have_left_is_told(begun: dict[str, Any], sent: bool):
    """A delivery that was tried can't be taken back."""
    add_request()
    if begun:
        with transaction() as connection:
            connection.execute(sa.update(tables.outbox).values(**begun))
    assert privacy.erase("web:a").sent == sent


def test_the_words_are_not_left_in_the_files(clinic_db: Path):
    """Neither in the database nor in its write-ahead log, while others keep it open."""
    for number in range(50):
        add_request(wish=f"{SECRET} {number}" * 40)
    with sqlite3.connect(clinic_db) as reader:
        assert reader.execute("SELECT count(*) FROM clinic_requests").fetchone() == (50,)
        privacy.erase("web:a")
        files = [p for p in clinic_db.parent.iterdir() if b"Zorvolex" in p.read_bytes()]
    assert files == []


def test_all_or_nothing(monkeypatch: pytest.MonkeyPatch):
    """When one table can't be erased, all rows are still there."""
    add_request()
    before = everything()
    monkeypatch.setitem(tables.PERSONAL, sa.Table("missing", sa.MetaData()), sa.column("conversation"))
    with pytest.raises(database.ClinicDatabaseError):
        privacy.erase("web:a")
    assert everything() == before


def test_a_log_that_can_not_be_emptied_is_no_failure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
):
    """The rows are gone; a line names the kind of the error."""

    def fail() -> None:
        raise database.ClinicDatabaseError(SECRET)

    add_request()
    monkeypatch.setattr(database, "forget_deleted", fail)
    assert privacy.erase("web:a").rows == 2
    assert "ClinicDatabaseError" in caplog.text
    assert "Zorvolex" not in caplog.text


NAMES = st.text(min_size=1, max_size=20).filter(lambda t: "\0" not in t and t.isprintable())


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(NAMES, min_size=1, max_size=4, unique=True), st.data())
def test_nobody_else_is_erased(names: list[str], data: st.DataObject):
    """Whatever conversations are called, only the one that is named goes."""
    with transaction() as connection:
        for table in reversed(tables.metadata.sorted_tables):
            connection.execute(sa.delete(table))
    for name in names:
        add_request(name)
    gone = data.draw(st.sampled_from(names))
    privacy.erase(gone)
    with transaction() as connection:
        left = set(connection.execute(sa.select(tables.requests.c.conversation)).scalars())
    assert left == set(names) - {gone}
