"""Requests in other forms: no cell is a formula, no resource breaks a rule, and nothing is invented."""

from __future__ import annotations

import copy
import csv
import io
import json
import unicodedata
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.screening.fhir_rules import check_response
from assistant.screening.record import CheckRecord
from clinic import export
from clinic.bundle import check_bundle
from clinic.listing import Delivery, Listed
from tests.unit.screening.records import TEXTS, finished, full, records


def make(record: CheckRecord | None = None, **values: Any) -> Listed:
    """Returns a request."""
    given_ = {
        "id": "0b6f6a52-6a9c-4f53-9be5-8e0d5a7d1c11", "conversation": "web:1", "channel": "web", "locale": "en",
        "created": 1_790_000_000.0, "changed": 1_790_000_000.0, "state": "new", "name": "Ann Example",
        "phone": "+442079460000", "email": "ann@mail.example", "wish": "Call me", "consent_version": "2026-11",
        "consent_at": 1_790_000_000.5, "outcome": None, "slots": record.to_slots() if record else {},
        "note": "", **values,
    }  # fmt: skip
    return Listed(**given_)


def table(text: str, delimiter: str = ",") -> list[list[str]]:
    """Returns the cells of a CSV."""
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter))


class TestCsv:
    def test_what_it_tells(self) -> None:
        """A head, and a line for each request, with a mark by which Excel knows UTF-8."""
        one = make(
            outcome="contraindicated", wish='a "b", c\nd', deliveries=(Delivery("email", 1, 0, None, "X"),)
        )
        text = export.as_csv([one])
        assert text.startswith("\ufeff")
        head, row = table(text)
        told = dict(zip(head, row, strict=True))
        assert told["wish"] == 'a "b", c\nd'
        assert told["result"] == "contraindicated"
        assert told["created"] == "2026-09-21T14:13:20+00:00"
        assert told["deliveries"] == "email: failed"
        assert told["phone"] == "'+442079460000"

    @pytest.mark.parametrize(
        "harm",
        ["=1+1", "+1", "-1", "@SUM(1)", "\t=1", " =1", "\r\n=1", "a;=1", "a\t=1", 'a;"=1', "'=1", "＝1", "\0=1",
         '=HYPERLINK("http://x.example";"x")', "a\n@x"],
    )  # fmt: skip
    def test_formulas(self, harm: str) -> None:
        """Whatever the spreadsheet takes as the end of a cell, no formula begins behind it."""
        text = export.as_csv([make(name=harm, wish=harm, note=harm)])
        for delimiter in ",;\t":
            assert [] == [cell for line in table(text, delimiter) for cell in line if computed(cell)]

    @settings(max_examples=300, deadline=None)
    @given(st.text(st.one_of(st.sampled_from("=+-@;\t\n\r \"',x1＝"), st.characters()), max_size=30))
    def test_any_words(self, words: str) -> None:
        """Nothing that a patient can type becomes a formula, and no request is lost or doubled."""
        text = export.as_csv([make(name=words, email=words), make(wish=words)])
        assert len(table(text)) == 3
        for delimiter in ",;\t":
            assert [] == [cell for line in table(text, delimiter) for cell in line if computed(cell)]

    def test_harmless_words_stay(self) -> None:
        """Only what could be a formula is changed."""
        row = table(export.as_csv([make(wish="no, a-b = c; d", name="O'Neil-Smith")]))[1]
        assert "no, a-b = c; d" in row
        assert "O'Neil-Smith" in row


def computed(cell: str) -> bool:
    """Tells whether a spreadsheet could take a cell for a formula."""
    plain = unicodedata.normalize("NFKC", cell).strip().strip('"').strip()
    return plain[:1] in tuple("=+-@") and plain != ""


class TestFhir:
    def test_who_it_is(self) -> None:
        """The patient and the consent are in it, and the number of the request."""
        found = export.as_response(make(full()))
        assert check_response(found) == []
        assert found["contained"][0]["name"] == [{"text": "Ann Example"}]
        assert found["identifier"]["value"] == "0B6F6A52"
        consent = next(item for item in found["item"] if item["linkId"] == "consent")
        assert consent["item"][0]["answer"] == [{"valueDateTime": "2026-09-21T14:13:20+00:00"}]

    def test_without_a_check(self) -> None:
        """It says who agreed to what, and answers nothing: no result is made up."""
        found = export.as_response(make())
        assert check_response(found) == []
        assert found["status"] == "in-progress"
        assert [item["linkId"] for item in found["item"]] == ["consent"]
        assert "check-outcome" not in json.dumps(found)

    def test_many(self) -> None:
        """A Bundle that our rules and the library take, each request with an address of its own."""
        requests = [make(full()), make(finished(), id="no uuid"), make(id="1" * 36)]
        found = export.as_bundle(requests)
        assert check_bundle(found) == []
        Bundle.parse_obj(found)
        assert len({entry["fullUrl"] for entry in found["entry"]}) == 3

    def test_none(self) -> None:
        """An empty Bundle has no list."""
        found = export.as_bundle([])
        assert "entry" not in found
        assert check_bundle(found) == []
        Bundle.parse_obj(found)

    @settings(max_examples=100, deadline=None)
    @given(records(), TEXTS, TEXTS, TEXTS)
    def test_any_check(self, record: CheckRecord, name: str, phone: str, email: str) -> None:
        """Whatever a patient has said, both validators take it."""
        stored = json.loads(json.dumps(record.to_slots()))
        found = export.as_bundle([make(slots=stored, name=name, phone=phone, email=email)])
        assert check_bundle(found) == []
        Bundle.parse_obj(json.loads(json.dumps(found)))

    @pytest.mark.parametrize(
        "harm",
        [
            lambda b: b.update(resourceType="List"),
            lambda b: b.update(type="batch"),
            lambda b: b.update(total=1),
            lambda b: b.update(entry=[]),
            lambda b: b.pop("timestamp"),
            lambda b: b.update(timestamp="yesterday"),
            lambda b: b["entry"][0].pop("fullUrl"),
            lambda b: b["entry"][0].update(fullUrl="urn:uuid:x"),
            lambda b: b["entry"].append(b["entry"][0]),
            lambda b: b["entry"][0].update(search={}),
            lambda b: b["entry"][0].pop("resource"),
            lambda b: b["entry"][0]["resource"].update(status="done"),
            lambda b: b["entry"].append("x"),
        ],
    )
    def test_every_rule_is_kept(self, harm: Any) -> None:
        """Each change breaks one."""
        found = copy.deepcopy(export.as_bundle([make(full())]))
        harm(found)
        assert check_bundle(found) != []

    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(max_size=5),
                        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
                            st.sampled_from(["resourceType", "entry", "fullUrl", "resource", "type"]), inner)))  # fmt: skip
    def test_takes_anything(self, found: Any) -> None:
        """The rules never fail themselves."""
        assert check_bundle(found) != []


class TestSummaries:
    def test_text(self) -> None:
        """Contact, wish and note stand above the summary."""
        text = export.as_text(make(full(), note="call at noon"))
        assert "wish: Call me\n" in text
        assert "note: call at noon\n" in text
        assert "Summary for the specialist" in text
        assert "no check was begun" in export.as_text(make())

    def test_deliveries_in_text(self) -> None:
        """With tries and times; a spreadsheet gets the state alone."""
        made = make(
            deliveries=(
                Delivery("email", 3, 1_790_000_600.0, None, "Timeout"),
                Delivery("webhook", 0, 0.0, 1_790_000_000.0, ""),
            )
        )
        assert (
            "deliveries: email: failed, tries 3, the last error Timeout, next try 2026-09-21T14:23:20+00:00;"
            " webhook: delivered, 2026-09-21T14:13:20+00:00\n" in export.as_text(made)
        )
        assert table(export.as_csv([made]))[1][-1] == "email: failed, webhook: delivered"

    def test_page(self) -> None:
        """The page to print names the patient."""
        assert "Ann Example" in export.as_page(make(full()))

    @pytest.mark.parametrize(
        "slots",
        [
            None,
            {"check_record": {"off_list": 5}},
            {"check_record": {"entries": [{}], "off_list": ["x"]}},
            {"check_record": {"entries": "x", "red_flags": ["x"]}},
            {"check_record": {"entries": [{"item": "gone", "how": "asked"}], "off_list": ["x"]}},
        ],
    )
    def test_what_can_not_be_read(self, slots: Any) -> None:
        """Another version may have stored it: one kind of error, which quotes nothing."""
        request = make(slots=slots)
        for form in (export.as_letter, export.as_page, export.as_response):
            with pytest.raises(export.NoSummaryError, match="0b6f6a52-6a9c"):
                form(request)
        assert "can't be read" in export.as_text(request)

    def test_no_check(self) -> None:
        """There is nothing to show."""
        with pytest.raises(export.NoSummaryError, match="no check"):
            export.as_letter(make())
