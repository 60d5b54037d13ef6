"""The QuestionnaireResponse holds what the record holds, in FHIR's forms, and nobody's name unasked."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assistant.screening.fhir import questionnaire_response, to_json
from assistant.screening.fhir_rules import check_response
from assistant.screening.fhir_values import UNREADABLE, clean
from assistant.screening.items import ITEMS
from assistant.screening.questionnaire import link_id, questionnaire
from assistant.screening.record import ACTIVE, DONE, NOT_READ, CheckRecord
from assistant.screening.report import Circumstances, Patient
from tests.unit.screening.records import ANN, CONSENT, at, finished, full, timed

YES_NO = "http://terminology.hl7.org/CodeSystem/v2-0532"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"


def rows(resource: dict[str, Any], link: str) -> list[Any]:
    """Returns the items with a linkId, wherever they stand."""
    found, waiting = [], list(resource.get("item", []))
    while waiting:
        item = waiting.pop(0)
        if item["linkId"] == link:
            found.append(item)
        for holder in (item, *item.get("answer", [])):
            waiting += holder.get("item", [])
    return found


def values(resource: dict[str, Any], link: str) -> list[Any]:
    """Returns the answers to a question, without what stands below them."""
    answers = [a for row in rows(resource, link) for a in row["answer"]]
    return [next(v for k, v in a.items() if k.startswith("value")) for a in answers]


@pytest.fixture
def resource() -> dict[str, Any]:
    """The summary of a check with a bit of everything."""
    return questionnaire_response(full())


class TestAnswers:
    @pytest.mark.parametrize(
        ("value", "system", "code", "display"),
        [
            ("yes", YES_NO, "Y", "Yes"),
            ("no", YES_NO, "N", "No"),
            ("unsure", ABSENT, "asked-unknown", "Don't know"),
        ],
    )
    @pytest.mark.parametrize("item", ITEMS)
    def test_coding(self, item: str, value: Any, system: str, code: str, display: str) -> None:
        """Each answer is the Coding of HL7 for yes, no and don't know."""
        resource = questionnaire_response(finished(**{item: value}))
        link = item.replace("_", "-")
        assert values(resource, link) == [{"system": system, "code": code, "display": display}]

    def test_words(self, resource: dict[str, Any]) -> None:
        """The words behind the present answer stand below it; those before a correction in the history."""
        assert values(resource, "cardiovascular.words") == ["my heart skips a beat, 152 over 94"]
        assert values(resource, "herpes.words") == ["change herpes to no, it was a pimple"]
        assert "cold sore" in values(resource, "history.words")

    def test_order(self, resource: dict[str, Any]) -> None:
        """The items keep the order of the Questionnaire."""
        wanted = [i["linkId"] for i in questionnaire()["item"]]
        found = list(dict.fromkeys(i["linkId"] for i in resource["item"]))
        assert found == [link for link in wanted if link in found]
        assert set(map(link_id, ITEMS)) <= set(found)

    def test_open(self) -> None:
        """An open question is left out, and nothing is said for the patient."""
        record = CheckRecord(status=ACTIVE)
        record.answer("cardiovascular", "no", "nope", "answer")
        resource = questionnaire_response(timed(record))
        assert resource["status"] == "in-progress"
        assert [i["linkId"] for i in resource["item"]] == ["cardiovascular", "history"]

    def test_empty(self) -> None:
        """A check that never began has no items and no time."""
        resource = questionnaire_response(CheckRecord())
        assert {"item", "authored"}.isdisjoint(resource)


class TestReadings:
    def test_units(self, resource: dict[str, Any]) -> None:
        """Numbers are as given, in units of UCUM; a unit that was not typed is marked."""
        found = [
            {i["linkId"].partition(".")[2]: next(iter(i["answer"][0].values())) for i in group["item"]}
            for group in rows(resource, "readings")
        ]
        short = [
            {k: (v["value"], v["code"]) if isinstance(v, dict) else v for k, v in group.items()}
            for group in found
        ]
        assert short == [
            {"typed": "152 over 94", "systolic": (152, "mm[Hg]"), "diastolic": (94, "mm[Hg]")},
            {"typed": "38.6", "temperature": (38.6, "Cel"), "inferred": True},
            {"typed": "101.3", "temperature": (101.3, "[degF]"), "inferred": True},
            {"typed": "100.4 F", "temperature": (100.4, "[degF]")},
            {"typed": "bp was 185", "systolic": (185, "mm[Hg]")},
        ]

    def test_exactness(self) -> None:
        """39 is not written as 39.0, which would claim a tenth."""
        record = finished()
        record.readings = ["39 C"]
        (quantity,) = values(questionnaire_response(record), "readings.temperature")
        assert json.dumps(quantity["value"]) == "39"


class TestRest:
    def test_history(self, resource: dict[str, Any]) -> None:
        """The correction is there with the answer before and after, the words and the time."""
        last = rows(resource, "history")[-1]
        holder = {"item": [last]}
        assert values(holder, "history.question")[0]["code"] == "herpes"
        assert values(holder, "history.how")[0]["code"] == "correction"
        assert [values(holder, f"history.{n}")[0]["code"] for n in ("before", "value")] == ["Y", "N"]
        assert values(holder, "history.at") == [at(6)]

    @pytest.mark.parametrize(
        ("link", "expected"),
        [
            ("medicines.names", ["warfarin"]),
            ("off-list", ["pregnant"]),
            ("red-flags.sign", ["chest pain"]),
            ("red-flags.at", [at(0)]),
            ("unanswered", ["the price", "“may my dog come along?”"]),
        ],
    )
    def test_lists(self, resource: dict[str, Any], link: str, expected: list[str]) -> None:
        """What was told beside the questions is there."""
        assert values(resource, link) == expected

    def test_no_names_behind_a_no(self) -> None:
        """Names of medicines stand only below a yes or a don't know."""
        assert rows(questionnaire_response(finished()), "medicines.names") == []


class TestHead:
    def test_questionnaire(self, resource: dict[str, Any]) -> None:
        """It names our Questionnaire with its version, and the time with its offset."""
        definition = questionnaire()
        assert resource["questionnaire"] == f"{definition['url']}|{definition['version']}"
        assert (resource["status"], resource["authored"]) == ("amended", at(6))
        assert at(6).endswith("+00:00")

    def test_outcome(self, resource: dict[str, Any]) -> None:
        """The result is an extension with its reason; no answer holds it."""
        concept = resource["extension"][0]["valueCodeableConcept"]
        assert concept["coding"][0]["code"] == "contraindicated"
        assert "a fever or high temperature" in concept["text"]
        assert "contraindicated" not in json.dumps(resource["item"])

    def test_narrative(self, resource: dict[str, Any]) -> None:
        """What people see says that nobody was examined and nothing cleared."""
        assert "No clearance was given" in resource["text"]["div"]

    def test_escaped(self) -> None:
        """What a patient types is text, never markup."""
        record = finished()
        record.off_list = ["<img src=x onerror=alert(1)>"]
        div = questionnaire_response(record)["text"]["div"]
        assert "<img" not in div
        assert "&lt;img src=x" in div

    def test_channel_and_number(self) -> None:
        """Number, channel and language are told when they are given, else left out."""
        about = Circumstances(number="S-17", channel="web", language="es")
        resource = questionnaire_response(finished(), about)
        assert resource["identifier"]["value"] == "S-17"
        assert resource["extension"][-1]["valueString"] == "web"
        assert resource["language"] == "es"
        # The narrative is written in the clinic's language.
        assert ' lang="en"' in resource["text"]["div"]
        plain = questionnaire_response(finished())
        assert "identifier" not in plain
        assert "check-channel" not in json.dumps(plain)


class TestIdentity:
    def test_none(self, resource: dict[str, Any]) -> None:
        """Nobody is named by default."""
        assert {"subject", "contained", "source", "author"}.isdisjoint(resource)

    def test_consent_alone(self) -> None:
        """A consent without a name names nobody."""
        resource = questionnaire_response(full(), Circumstances(consent=CONSENT))
        assert "subject" not in resource
        assert values(resource, "consent.at") == [CONSENT.at]
        assert values(resource, "consent.version") == [CONSENT.version]

    def test_given(self) -> None:
        """With a consent, the patient is inside with what was given, and the subject."""
        resource = questionnaire_response(full(), Circumstances(consent=CONSENT, patient=ANN))
        assert resource["subject"] == {"reference": "#patient"}
        assert resource["contained"] == [
            {
                "resourceType": "Patient",
                "id": "patient",
                "name": [{"text": "Ann Example"}],
                "telecom": [
                    {"system": "phone", "value": "+44 20 7946 0000"},
                    {"system": "email", "value": "ann@mail.example"},
                ],
            }
        ]

    def test_partly(self) -> None:
        """What was not given is not there, not even empty."""
        about = Circumstances(consent=CONSENT, patient=Patient(phone="020 7946 0000"))
        (patient,) = questionnaire_response(full(), about)["contained"]
        assert patient.keys() == {"resourceType", "id", "telecom"}


class TestClean:
    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ("  a cold sore\n", "a cold sore"),
            ("a\tb\r\nc", "a\tb\r\nc"),
            ("a\x00b\x1b", f"a{UNREADABLE}b{UNREADABLE}"),
            ("\ud83d half \udc00x\ud83d", f"{UNREADABLE} half {UNREADABLE}x{UNREADABLE}"),
            ("\ud83d\ude00", "😀"),
            ("\ufffe", UNREADABLE),
            ("a\u2028b\xa0c", "a b c"),
            ("кашель 😀 👩\u200d⚕️ \u202eabc", "кашель 😀 👩\u200d⚕️ \u202eabc"),
            (" ", UNREADABLE),
            ("", UNREADABLE),
        ],
    )
    def test_text(self, typed: str, expected: str) -> None:
        """Everything readable stays as typed; what FHIR can't hold is marked, never dropped."""
        assert clean(typed) == expected

    def test_again(self) -> None:
        """A cleaned text stays as it is."""
        assert clean(clean("\x00 a\u2028")) == clean("\x00 a\u2028")


def test_json() -> None:
    """It is written as readable UTF-8 with a line break at the end."""
    record = finished()
    record.off_list = ["кашель"]
    text = to_json(questionnaire_response(record))
    assert "кашель" in text
    assert text.endswith("}\n")


def test_words_that_nobody_read() -> None:
    """They stand beside their question and in the history; the result follows from them, and the rules know it."""
    record = CheckRecord(status=ACTIVE)
    record.note_unread("cardiovascular", "tengo arritmia")
    for item in ITEMS:
        record.answer(item, "no", "No", "answer")
    record.status = DONE
    resource = questionnaire_response(record, Circumstances(language="es"))
    assert resource["language"] == "es"
    assert "tengo arritmia" in json.dumps(resource)
    assert [str(problem) for problem in check_response(resource)] == []
    record.entries = [e for e in record.entries if e["cue"] != NOT_READ]
    changed = questionnaire_response(record)
    changed["extension"][0] = resource["extension"][0]
    assert any("does not follow" in str(problem) for problem in check_response(changed))
