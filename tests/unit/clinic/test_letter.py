"""A request in the forms in which it leaves the house."""

from __future__ import annotations

import pytest

from assistant.screening.evidence import Reading
from assistant.screening.fhir_rules import check_response
from assistant.screening.record import CheckRecord
from clinic.letter import as_json, letter, page
from clinic.requests import Request
from tests.unit.clinic.made import finished, request


@pytest.mark.parametrize("more", [{"name": ""}, {"phone": "", "email": "a@b.org"}, {"wish": ""}])
def test_parts_that_were_left_out(more: dict[str, str]) -> None:
    """Nothing stands there in their place, and the resource is valid without them."""
    made = request(check=finished(), **more)
    text = letter(made)
    assert not any(line.endswith(": ") for line in text.splitlines())
    assert check_response(as_json(made)["fhir"]) == []


def test_only_questions_and_a_sign_of_an_emergency() -> None:
    """What the patient was told that goes along does go along, also without an answer to the check."""
    check = CheckRecord(unanswered=["price", "“is it loud?”"])
    check.flag("chest_pain", None)
    text = letter(request(check=check))
    assert "Questions the document could not answer: the price; “is it loud?”" in text
    assert "Signs of an emergency were described" in text
    assert "you have not answered" not in text


@pytest.mark.parametrize("kind", ["readings", "red_flags", "unread"])
def test_what_was_told_beside_the_questions_goes_along(kind: str) -> None:
    """Readings, signs of an emergency and words that nobody has read are told, also when no question has an answer."""
    check = CheckRecord()
    if kind == "readings":
        check.note(Reading(readings=["150/95"]))
    elif kind == "red_flags":
        check.flag("chest_pain", None)
    else:
        check.note_unread("herpes", "tengo herpes desde ayer")
    said = {
        "readings": "150/95",
        "red_flags": "Signs of an emergency",
        "unread": "“tengo herpes desde ayer”",
    }[kind]
    made = request(check=check)
    assert said in letter(made)
    assert "said nothing to the check" not in letter(made)
    fhir = as_json(made)["fhir"]
    assert check_response(fhir) == []
    assert said in fhir["text"]["div"]
    assert said.strip("“”") in (page(made) or "")


def test_no_check() -> None:
    """Said, and no page."""
    made = request()
    assert "The patient said nothing to the check." in letter(made)
    assert page(made) is None
    assert as_json(made)["fhir"] is None


@pytest.mark.parametrize(
    "stored",
    [
        "{", "[]", "null", "",
        '{"check_record": {"entries": [{}], "off_list": ["x"]}}',
        '{"check_record": {"off_list": ["x"], "readings": [{"kind": "pulse", "value": "x", "typed": "y"}]}}',
    ],
)  # fmt: skip
def test_a_check_that_can_not_be_read(stored: str) -> None:
    """It is said, and not that there was none; the request goes out all the same, and not for ever tried again."""
    made = Request.from_row({**request(check=finished()).row(), "slots": stored})
    assert "can't be read any more" in letter(made)
    assert "said nothing" not in letter(made)
    assert as_json(made)["phone"] == made.phone
    assert (page(made), as_json(made)["fhir"]) == (None, None)


def test_what_steers_a_terminal_or_a_page() -> None:
    """It is shown as what it is."""
    made = request(check=finished(), wish="\x1b[31m<script>\u202eabc", name="O\u2019Neill")
    assert "\x1b" not in letter(made)
    found = page(made)
    assert found is not None
    assert "<script>" not in found
