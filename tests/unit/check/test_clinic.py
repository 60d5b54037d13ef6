"""Check 11: data/clinic.yml."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from assistant.check import clinic
from assistant.check.project import Project

Edit = Callable[[str, str, str], None]


def test_the_real_file(real: Project) -> None:
    """Nothing is wrong with it."""
    assert list(clinic.check(real)) == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('phone: ""', 'phone: "0170"', "phone is no phone number"),
        ('phone: ""', 'phone: "call us"', "phone is no phone number"),
        ('email: ""', 'email: "clinic"', "email is no e-mail address"),
        ('website: ""', 'website: "clinic.com"', "website is no address"),
        ('monday: ""', 'monday: "9 to 5"', "monday: '9 to 5' are no hours"),
        ('tuesday: ""', 'tuesday: "09:00-17:00"', "hours need a time zone"),
        ('time_zone: ""', 'time_zone: "Berlin"', "there is no time zone 'Berlin'"),
        ("closed: []", "closed: [christmas]", "closed: 'christmas' is no day"),
        ('phone_region: ""', "phone_region: Germany", "phone_region: 'GERMANY' is no country"),
        ('consent_version: "2026-11"', 'consent_version: ""', "consent_version has to be a short text"),
        ('  phone: ""', '  telephone: ""', "nothing reads 'telephone'"),
    ],
)
def test_what_is_wrong(copy: Project, edit: Edit, old: str, new: str, problem: str) -> None:
    """With the line, and a remedy."""
    edit("data/clinic.yml", old, new)
    found = [f for f in clinic.check(copy) if f.problem == problem]
    assert len(found) == 1, list(clinic.check(copy))
    assert found[0].file == "data/clinic.yml"
    assert found[0].remedy
    text = (copy.root / "data/clinic.yml").read_text(encoding="utf-8").splitlines()
    if "zone" not in problem and "consent" not in problem:
        assert any(part in text[found[0].line - 1] for part in new.replace('"', " ").split())


def test_all_at_once(copy: Project, edit: Edit) -> None:
    """Nobody mends one thing to hear of the next."""
    edit("data/clinic.yml", 'phone: ""', 'phone: "x"')
    edit("data/clinic.yml", 'email: ""', 'email: "x"')
    edit("data/clinic.yml", 'sunday: ""', 'sunday: "x"')
    assert len(list(clinic.check(copy))) == 3


def test_a_clinic_that_says_all(copy: Project, edit: Edit) -> None:
    """Nothing is wrong; a closed day that is over is noted."""
    for old, new in (
        ('phone: ""', 'phone: "030 901820"'), ('email: ""', 'email: "hello@clinic.com"'),
        ('website: ""', 'website: "https://clinic.com/contact"'), ('phone_region: ""', "phone_region: DE"),
        ('time_zone: ""', "time_zone: Europe/Berlin"), ('monday: ""', 'monday: "09:00-12:30, 14:00-24:00"'),
        ("closed: []", "closed: [2020-12-25, 2999-01-01]"),
    ):  # fmt: skip
        edit("data/clinic.yml", old, new)
    (note,) = clinic.check(copy)
    assert (note.level, note.problem) == ("note", "the closed day 2020-12-25 is over")
