"""Files to take away: one request, or all that the list shows."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from assistant.screening.fhir_rules import check_response
from clinic import export
from clinic.bundle import check_bundle
from clinic.inbox import exports
from tests.clinic_rows import add, audited
from tests.inbox import Visitor
from tests.unit.screening.records import full


class TestExports:
    def test_csv(self, anna: Visitor) -> None:
        """What the list shows, all pages of it, as a file."""
        for number in range(1, 31):
            add(number, name=f"=cmd{number}", state="done" if number == 30 else "new")
        answer = anna.post("/export", form="csv", search="cmd")
        assert answer.headers["Content-Type"] == "text/csv; charset=utf-8"
        assert re.fullmatch(
            r'attachment; filename="requests-\d{4}-\d\d-\d\d\.csv"', answer.headers["Content-Disposition"]
        )
        rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
        assert [r["name"] for r in rows] == [f"'=cmd{n}" for n in range(1, 30)]
        assert len([entry for entry in audited() if entry[1] == "export_csv"]) == 29

    def test_fhir(self, anna: Visitor) -> None:
        """A Bundle of many, a response of one; both keep all rules."""
        known = add(1, full())
        add(2)
        answer = anna.post("/export", form="fhir")
        assert answer.headers["Content-Type"].startswith("application/fhir+json")
        assert check_bundle(json.loads(answer.text)) == []
        assert len(json.loads(answer.text)["entry"]) == 2
        one = anna.post(f"/requests/{known}/export", form="fhir")
        assert check_response(json.loads(one.text)) == []
        assert audited()[-1] == ("anna", "export_fhir", known)

    def test_text(self, anna: Visitor) -> None:
        """One request as a file of text."""
        answer = anna.post(f"/requests/{add(1, full())}/export", form="text")
        assert "Summary for the specialist" in answer.text
        assert 'filename="request-00000000-' in answer.headers["Content-Disposition"]

    @pytest.mark.parametrize("form", ["", "pdf", "html", "csv\r\nX: y"])
    def test_unknown(self, anna: Visitor, form: str) -> None:
        """There are no other forms."""
        known = add(1)
        assert anna.post("/export", form=form).status_code == 400
        assert anna.post(f"/requests/{known}/export", form=form).status_code == 400

    def test_too_many(self, anna: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        """They are refused, with what to do."""
        add(1), add(2)
        monkeypatch.setattr(exports, "MOST", 1)
        answer = anna.post("/export", form="csv")
        assert answer.status_code == 400
        assert "2 requests were found" in answer.text

    def test_one_that_can_not_be_told(self, anna: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
        """Nothing leaves, and nothing is said to have left."""
        add(1, full())
        monkeypatch.setattr(export, "check_response", lambda _: ["broken"])
        assert anna.post("/export", form="fhir").status_code == 409
        assert not [entry for entry in audited() if entry[1].startswith("export")]
