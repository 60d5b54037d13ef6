"""Names, numbers and addresses as patients type them; what is not accepted is not kept."""

from __future__ import annotations

import unicodedata

import phonenumbers
import pytest
from email_validator import validate_email
from hypothesis import given
from hypothesis import strategies as st

from assistant.handover.contact import (
    MAX_EMAIL,
    MAX_NAME,
    MAX_PHONE,
    MAX_WISH,
    Found,
    read_contact,
    read_name,
    read_wish,
)

#: Pieces that make texts look like contacts.
PIECES = st.sampled_from(
    ["+49 171 2345678", "0171", "2345678", "a@b.org", "@", "maria", ".com", " ", "\n", "(0)", "++", "00", "٣", "ü@é.fr",
     "my name is ", "O’Neill", "💥", "\x00", "\u202e", "-", "/", ",", "ext 5", "‭+1 202 456 1414", "\ud800"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=12).map("".join))
REGIONS = st.sampled_from(["", "DE", "US", "GB", "XX"])


@pytest.mark.parametrize(
    ("text", "region", "phone"),
    [
        ("+49 171 2345678", "", "+49 171 2345678"),
        ("0049 171 2345678", "", "+49 171 2345678"),
        ("0171/2345678", "DE", "+49 171 2345678"),
        ("my number is (020) 7946 0958, evenings", "GB", "+44 20 7946 0958"),
        ("202.456.1414", "US", "+1 202-456-1414"),
        ("+1 202 456 1414 ext. 12", "", "+1 202-456-1414 ext. 12"),
        ("\uff0b49 171 2345678", "", "+49 171 2345678"),
    ],
)
def test_phone_numbers(text: str, region: str, phone: str) -> None:
    """With their country, or with the clinic's."""
    assert read_contact(text, region) == Found(phone=phone)


@pytest.mark.parametrize(
    ("text", "email"),
    [
        ("maria.gomez@example.org", "maria.gomez@example.org"),
        ("It's Maria.Gomez+laser@EXAMPLE.org.", "Maria.Gomez+laser@example.org"),
        ("<a@b.org>", "a@b.org"),
        ("write to: jürgen@exämple.de please", "jürgen@exämple.de"),
    ],
)
def test_addresses(text: str, email: str) -> None:
    """Without the signs around them, and as the patient spelt the name."""
    assert read_contact(text).email == email


def test_both() -> None:
    """One message may hold an address and a number."""
    found = read_contact("a@b.org or +44 20 7946 0958")
    assert (found.email, found.phone) == ("a@b.org", "+44 20 7946 0958")


@pytest.mark.parametrize(
    ("text", "region", "problem"),
    [
        ("maria@", "", "email"),
        ("maria@example", "", "email"),
        ("a@b@c", "", "email"),
        ("0171 2345678", "", "country"),
        ("0171", "DE", "phone"),
        ("+49 1", "", "phone"),
        ("1234", "", "phone"),
        ("hello there", "", ""),
        ("after 5 on 2026-11-29 10:00", "US", "phone"),
    ],
)
def test_what_is_wrong(text: str, region: str, problem: str) -> None:
    """The patient is told what to mend, and nothing is kept."""
    found = read_contact(text, region)
    assert (found.any, found.problem) == (False, problem)


def test_a_number_that_no_plan_has() -> None:
    """It may still be right: it is named, and not taken."""
    found = read_contact("+49 1999 9999999")
    assert (found.any, found.problem) == (False, "doubtful")
    assert found.doubted.startswith("+49 1999")


def test_an_address_that_is_wrong_beside_a_number() -> None:
    """The number is taken, and the patient is told."""
    found = read_contact("+49 171 2345678 or maria@")
    assert (found.phone, found.email, found.problem) == ("+49 171 2345678", "", "email")


@given(TEXTS, REGIONS)
def test_only_what_is_accepted_is_returned(text: str, region: str) -> None:
    """Whatever is typed, nothing is raised, and what comes out is a whole number or address."""
    found = read_contact(text, region)
    assert len(found.phone) <= MAX_PHONE
    assert len(found.email) <= MAX_EMAIL
    if found.phone:
        assert phonenumbers.is_valid_number(phonenumbers.parse(found.phone))
    if found.email:
        assert validate_email(found.email, check_deliverability=False).normalized == found.email
    if found.doubted:
        assert not found.any


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Maria", "Maria"),
        ("my name is Maria Gomez", "Maria Gomez"),
        ("I'm Jean-Luc O’Neill", "Jean-Luc O’Neill"),
        ("My name's Bob", "Bob"),
        ("José, 0171", "José"),
        ("Dr. Ana María López", "Dr. Ana María López"),
        ("李小龙", "李小龙"),
        ("call me Ishmael", "Ishmael"),
        ("", ""),
        ("💥", ""),
        ("R2D2", ""),
        ("what does it cost?", ""),
        ("a@b.org", ""),
        ("x" * 81, ""),
        ("one two three four five six seven", ""),
    ],
)
def test_names(text: str, name: str) -> None:
    """By their letters; what stands before them is left out."""
    assert read_name(text, asked=True) == name


@pytest.mark.parametrize("text", ["Maria", "I'm tired", "this is Maria", "call me tomorrow"])
def test_a_name_that_nobody_asked_for(text: str) -> None:
    """Only "my name is ..." counts then."""
    assert read_name(text, asked=False) == ""
    assert read_name(f"my name is {'Maria'}", asked=False) == "Maria"


@given(TEXTS, st.booleans())
def test_a_name_is_made_of_letters(text: str, asked: bool) -> None:
    """Whatever is typed: no digits, no signs that steer anything, not too long."""
    name = read_name(text, asked=asked)
    assert len(name) <= MAX_NAME
    assert all(unicodedata.category(c)[0] in "LM" or c in " '’-.·‐" for c in name)
    assert name in " ".join(text.split())


@given(TEXTS)
def test_a_wish_is_what_was_typed(text: str) -> None:
    """Without control characters; its words stay as they are."""
    wish = read_wish(text)
    assert len(wish) <= MAX_WISH
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in wish.replace("\n", ""))
    rest = iter(wish.split())
    assert not wish or all(w in rest for w in text.split() if w.isalnum() and w.isascii())


def test_a_wish_that_is_too_long() -> None:
    """It is not cut: nobody would know what was meant."""
    assert read_wish("a" * (MAX_WISH + 1)) == ""
    assert read_wish("a" * MAX_WISH)
