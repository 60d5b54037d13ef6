"""Accounts of staff: names and passwords that can be used, and hashes that tell nothing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from clinic import database, staff, tables
from tests.clinic_rows import audited

GOOD = "correct horse battery"


def hashes() -> list[str]:
    """Returns what is stored of passwords."""
    with database.transaction() as connection:
        return [str(h) for h in connection.execute(sa.select(tables.staff.c.password)).scalars()]


def test_a_hash_is_kept_and_no_password() -> None:
    """Memory-hard, with a salt of its own for each."""
    assert staff.set_password("anna", GOOD, "x")
    assert staff.set_password("ben", GOOD, "x")
    first, second = hashes()
    assert first.startswith("scrypt:32768:8:1$")
    assert first != second
    assert GOOD not in first + second
    assert audited() == [("x", "password_set", "anna"), ("x", "password_set", "ben")]


def test_a_new_password() -> None:
    """The old one is worth nothing, and all sessions have ended."""
    staff.set_password("anna", GOOD, "x")
    before = staff.member("anna")
    assert not staff.set_password("ANNA ", GOOD + " staple", "x")
    after = staff.member("anna")
    assert before
    assert after
    assert after.valid_from > before.valid_from
    assert after.created == before.created
    assert staff.checked("anna", GOOD) == (None, "anna")
    assert staff.checked("Anna", GOOD + " staple")[0] == after


@pytest.mark.parametrize(
    ("password", "why"),
    [
        ("short", "12 characters"),
        ("x" * 257, "at most 256"),
        ("aaaaaaaaaaaaaaaa", "so few different"),
        ("1212121212121212", "so few different"),
        ("annaannaannaanna", "so few different"),
        ("", "12 characters"),
    ],
)
def test_passwords_that_are_easy_to_guess(password: str, why: str) -> None:
    """The message says why, and does not hold the password."""
    with pytest.raises(staff.StaffError, match=why) as caught:
        staff.set_password("anna", password, "x")
    assert not password or password not in str(caught.value)
    assert staff.members() == []


def test_a_password_that_is_the_name() -> None:
    """Also with a few signs behind it."""
    with pytest.raises(staff.StaffError, match="mostly the name"):
        staff.set_password("anna.example", "Anna.Example123", "x")


@pytest.mark.parametrize(
    "name", ["", " ", "a b", "ünna", "x" * 65, "-anna", "a\0b", "a\nb", "<b>", "a,b", "a;b"]
)
def test_names_that_can_not_be_used(name: str) -> None:
    """They say what a name is."""
    with pytest.raises(staff.StaffError, match="a name has"):
        staff.set_password(name, GOOD, "x")
    assert staff.checked(name, GOOD) == (None, "")


def test_removed() -> None:
    """Once; then there is nobody."""
    staff.set_password("anna", GOOD, "x")
    assert staff.remove("anna", "x")
    assert not staff.remove("anna", "x")
    assert staff.checked("anna", GOOD) == (None, "")
    assert [action for _, action, _ in audited()] == ["password_set", "staff_removed"]


@given(st.text(), st.text(max_size=300))
def test_nobody_gets_in(name: str, password: str) -> None:
    """Where there is nobody, no name and password fit, whatever they are."""
    staff_hash = staff._NOBODY
    try:
        staff._NOBODY = staff.generate_password_hash("", "scrypt:1024:8:1")
        assert staff.checked(name, password) == (None, "")
    finally:
        staff._NOBODY = staff_hash
