"""The clinic's database: transactions, errors, and nothing of a patient in them."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from clinic import database, tables

ROW = {"conversation": "web:1", "since": 1.0, "by": "anna"}


def count() -> int:
    """Returns how many rows there are."""
    with database.transaction() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(tables.takeovers)).scalar()


def test_a_transaction_is_stored_as_a_whole():
    """What was done before an error is not stored."""

    def fail() -> None:
        with database.transaction() as connection:
            connection.execute(sa.insert(tables.takeovers), ROW)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert count() == 0


def test_an_error_tells_its_kind_and_no_value():
    """The message of an exception could reach a log."""
    with database.transaction() as connection:
        connection.execute(sa.insert(tables.takeovers), ROW)

    def again() -> None:
        with database.transaction() as connection:
            connection.execute(sa.insert(tables.takeovers), ROW)

    with pytest.raises(database.ClinicDatabaseError) as caught:
        again()
    assert str(caught.value) == "IntegrityError"


def test_an_address_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """As a secret is mounted; a file that is missing is an error of its kind."""
    address = database.url()
    file = tmp_path / "address"
    file.write_text(f"{address}\n")
    monkeypatch.setenv("STRIA_CLINIC_DB_FILE", str(file))
    monkeypatch.delenv(database.URL)
    assert database.url() == address
    file.unlink()
    assert not database.ready()


def test_a_database_that_is_not_there_is_not_ready(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A folder is no database."""
    monkeypatch.setenv(database.URL, f"sqlite:///{tmp_path}")
    assert not database.ready()


def test_many_threads_write_at_once():
    """Each waits for the others, the first ones while the tables are made."""
    errors: list[Exception] = []

    def write(number: int) -> None:
        try:
            with database.transaction() as connection:
                connection.execute(sa.insert(tables.takeovers), {**ROW, "conversation": f"web:{number}"})
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=write, args=(n,)) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    assert count() == 20


def test_personal_tables_name_their_conversation():
    """A table with a conversation that is not listed would survive "forget me"."""
    named = {t.name for t in tables.metadata.tables.values() if "conversation" in t.c}
    assert named == {t.name for t in tables.PERSONAL}


@pytest.mark.parametrize(
    "address",
    ["mysql://clinic:hunter2@host/db", "oracle://host/db", "postgresql://clinic:hun@ter2:hunter2/db", "hunter2", "sqlite://",
     "sqlite:////proc/hunter2/clinic.db", "postgresql+nothing://host/db", "://"],
)  # fmt: skip
def test_an_address_that_can_not_be_used(address: str, monkeypatch: pytest.MonkeyPatch):
    """One kind of error, which tells nothing of the address: a part of it is a password."""
    monkeypatch.setenv(database.URL, address)
    for use in (count, database.forget_deleted):
        with pytest.raises(database.ClinicDatabaseError) as caught:
            use()
        assert "hunter2" not in str(caught.value)
    assert not database.ready()
