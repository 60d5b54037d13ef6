"""Each rule refuses what breaks it, names the place and the remedy, and quotes nobody."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from assistant.screening import fhir_rules, fhir_values
from assistant.screening.fhir import questionnaire_response
from assistant.screening.fhir_rules import check_response
from assistant.screening.questionnaire import questionnaire
from assistant.screening.record import ACTIVE, CheckRecord
from assistant.screening.report import Circumstances
from tests.unit.screening.records import ANN, CONSENT, finished, full, timed

Resource = dict[str, Any]
Change = Callable[[Resource], object]
UNKNOWN = {"linkId": "hermes", "answer": [{"valueString": "secret"}]}
NO = {"system": "http://terminology.hl7.org/CodeSystem/v2-0532", "code": "N", "display": "No"}


def valid() -> Resource:
    """A resource that breaks no rule."""
    return questionnaire_response(full(), Circumstances("S-1", "web", consent=CONSENT, patient=ANN))


def item(resource: Resource, link: str, number: int = 0) -> Resource:
    """Returns one of the items with a linkId, wherever they stand."""
    found: list[Resource] = []
    waiting = list(resource["item"])
    while waiting:
        one = waiting.pop(0)
        if one["linkId"] == link:
            found.append(one)
        for holder in (one, *one.get("answer", [])):
            waiting += holder.get("item", [])
    return found[number]


def answer(resource: Resource, link: str, number: int = 0) -> Resource:
    """Returns the first answer of an item."""
    first: Resource = item(resource, link, number)["answer"][0]
    return first


def drop(resource: Resource, link: str) -> None:
    """Take out all top-level items with a linkId."""
    resource["item"] = [i for i in resource["item"] if i["linkId"] != link]


def outcome(resource: Resource) -> Resource:
    """Returns the Coding of the result."""
    coding: Resource = resource["extension"][0]["valueCodeableConcept"]["coding"][0]
    return coding


def swap(resource: Resource) -> None:
    """Put the second question before the first."""
    resource["item"][1:3] = reversed(resource["item"][1:3])


def say_no(resource: Resource) -> None:
    """Turn the answer about medicines into a no, with the names still below it."""
    answer(resource, "medicines")["valueCoding"] = NO


def unfinished(resource: Resource) -> None:
    """Call the check unfinished, with its result."""
    resource["status"] = "in-progress"


def harmless(resource: Resource) -> None:
    """Turn the fever into a no, and keep the result."""
    answer(resource, "temperature")["valueCoding"] = NO


def unlist(resource: Resource) -> None:
    """Take the extension of a name away."""
    resource["extension"] = [e for e in resource["extension"] if "check-document" not in e["url"]]


def div(text: str) -> Change:
    """Returns a change of the narrative."""
    return lambda r: r["text"].update(div=text)


XHTML = '<div xmlns="http://www.w3.org/1999/xhtml">'
#: what it is, the change, part of the path, part of the problem
MUTATIONS: list[tuple[str, Change, str, str]] = [
    ("another version", lambda r: r.update(questionnaire=r["questionnaire"] + "1"), ".questionnaire", "another"),
    ("status of FHIR that we lack", lambda r: r.update(status="stopped"), ".status", "no status"),
    ("no language", lambda r: r.pop("language"), ".language", "no language"),
    ("wrong language", lambda r: r.update(language="in English"), ".language", "no language"),
    ("time without offset", lambda r: r.update(authored="2026-11-22T09:36:00"), ".authored", "offset"),
    ("date only", lambda r: r.update(authored="2026-11-22"), ".authored", "offset"),
    ("day that is none", lambda r: r.update(authored="2026-02-30T09:36:00Z"), ".authored", "offset"),
    ("no time", lambda r: r.pop("authored"), ".authored", "offset"),
    ("number without system", lambda r: r["identifier"].pop("system"), ".identifier", "no number"),
    ("empty number", lambda r: r["identifier"].update(value=""), ".identifier", "no number"),
    ("author", lambda r: r.update(author={"display": "Ann"}), ".author", "who the patient is"),
    ("no consent", lambda r: drop(r, "consent"), ".subject", "without a consent"),
    ("subject elsewhere", lambda r: r.update(subject={"reference": "Patient/1"}), ".subject", "dom-3"),
    ("patient not referred to", lambda r: r.pop("subject"), ".subject", "dom-3"),
    ("subject of nobody", lambda r: r.pop("contained"), ".contained", "not one Patient"),
    ("two patients", lambda r: r["contained"].append(r["contained"][0]), ".contained", "not one Patient"),
    ("birth date", lambda r: r["contained"][0].update(birthDate="1990-01-01"), ".contained[0]", "more about"),
    ("no narrative", lambda r: r.pop("text"), ".text.status", "not generated"),
    ("narrative by hand", lambda r: r["text"].update(status="additional"), ".text.status", "not generated"),
    ("narrative not XML", div("<div>a & b</div>"), ".text.div", "not XHTML"),
    ("narrative not XHTML", div("<div>a</div>"), ".text.div", "not XHTML"),
    ("entities", div(f'<!DOCTYPE x [<!ENTITY a "b">]>{XHTML}&a;</div>'), ".text.div", "not XHTML"),
    ("script", div(f"{XHTML}<script>1</script></div>"), ".text.div", "txt-1"),
    ("event", div(f'{XHTML}<p onclick="a()">b</p></div>'), ".text.div", "txt-1"),
    ("no closing line", div(f"{XHTML}<p>All clear</p></div>"), ".text.div", "cleared"),
    ("no list of items", lambda r: item(r, "history").update(item={}), ".item[14]", "tells nothing"),
    ("items that are none", lambda r: r.update(item="x"), ".item", "no list"),
    ("unknown linkId", lambda r: r["item"].append(UNKNOWN), ".linkId", "hermes is not here"),
    ("child at the top", lambda r: r["item"].append(item(r, "herpes.words")), ".linkId", "herpes.words is not here"),
    ("linkId with words in it", lambda r: r["item"].append({"linkId": "my secret"}), ".linkId", "this linkId"),
    ("order", swap, ".item[2]", "cardiovascular stands too late"),
    ("twice", lambda r: r["item"].insert(2, r["item"][1]), ".item[2]", "cardiovascular is there twice"),
    ("enableWhen", say_no, ".item[1]", "medicines.names is not asked after"),
    ("another question", lambda r: item(r, "herpes").update(text="Well?"), ".text", "not the text of herpes"),
    ("group with an answer", lambda r: item(r, "readings").update(answer=[]), ".answer", "no question"),
    ("display", lambda r: answer(r, "herpes")["item"].insert(0, {"linkId": "herpes.help"}), "", "tells nothing"),
    ("item below a question", lambda r: item(r, "herpes").update(item=[]), ".item", "qrs-1"),
    ("no answer", lambda r: item(r, "herpes").update(answer=[]), ".answer", "herpes has no answer"),
    ("two answers", lambda r: item(r, "herpes")["answer"].append({"valueCoding": NO}), ".answer", "several"),
    ("two values", lambda r: answer(r, "herpes").update(valueString="x"), ".answer[0]", "not one value"),
    ("wrong type", lambda r: r["item"][5].update(answer=[{"valueBoolean": False}]), "[5].answer[0]", "not one value"),
    ("required", lambda r: drop(r, "herpes"), "Response.item", "herpes is required"),
    ("required below", lambda r: item(r, "red-flags")["item"].pop(0), ".item", "red-flags.sign is required"),
    ("no option", lambda r: answer(r, "herpes")["valueCoding"].update(code="UNK"), ".valueCoding", "no option"),
    (
        "right code of another system",
        lambda r: answer(r, "herpes")["valueCoding"].update(system="http://terminology.hl7.org/CodeSystem/v2-0136"),
        ".valueCoding",
        "no option of herpes",
    ),
    ("other words for a code", lambda r: answer(r, "herpes")["valueCoding"].update(display="Sure"), "", "display"),
    ("number as text", lambda r: quantity(r).update(value="38.6"), ".value", "no number"),
    ("unit without system", lambda r: quantity(r).pop("system"), ".system", "UCUM"),
    ("unit of another kind", lambda r: quantity(r).update(code="mm[Hg]", unit="mmHg"), ".code", "no unit"),
    ("unit that is none", lambda r: quantity(r).update(code="C"), ".code", "no unit"),
    ("unit shown otherwise", lambda r: quantity(r).update(unit="Celsius"), ".unit", "not how"),
    ("time of a day", lambda r: answer(r, "history.at").update(valueDateTime="09:36"), ".valueDateTime", "offset"),
    ("text for a truth", lambda r: answer(r, "readings.inferred").update(valueBoolean="yes"), "", "neither"),
    ("empty words", lambda r: answer(r, "off-list").update(valueString=""), ".valueString", "control"),
    ("control character", lambda r: answer(r, "off-list").update(valueString="a\x00"), ".valueString", "control"),
    ("endless", lambda r: answer(r, "off-list").update(valueString="a" * 1024 * 1025), ".valueString", "too long"),
    ("extension twice", lambda r: r["extension"].append(r["extension"][1]), ".extension[3]", "twice"),
    ("foreign extension", lambda r: r["extension"][2].update(url="http://x.example/y"), ".url", "not an extension"),
    ("no hash", lambda r: r["extension"][1].update(valueString="sha256:1"), ".extension[1]", "no hash"),
    ("empty channel", lambda r: r["extension"][2].update(valueString=""), ".extension[2]", "no channel"),
    ("no document", unlist, ".extension", "without check-document"),
    ("no result", lambda r: r["extension"].pop(0), ".extension", "without check-outcome"),
    ("result of others", lambda r: outcome(r).update(system="http://x.example"), "valueCodeable", "no one code"),
    ("result too early", unfinished, ".extension[0]", "not finished"),
    ("result with a question open", lambda r: drop(r, "herpes"), ".extension[0]", "without an answer to herpes"),
    ("false clearance", lambda r: outcome(r).update(code="no_listed_contraindication"), "", "does not follow"),
    ("answers lowered", harmless, ".extension[0]", "does not follow"),
]  # fmt: skip


def quantity(resource: Resource) -> Resource:
    """Returns the first temperature."""
    found: Resource = answer(resource, "readings.temperature")["valueQuantity"]
    return found


def test_valid() -> None:
    """What is changed below breaks no rule before."""
    assert check_response(valid()) == []


@pytest.mark.parametrize(
    ("change", "path", "problem"), [m[1:] for m in MUTATIONS], ids=[m[0] for m in MUTATIONS]
)
def test_refused(change: Change, path: str, problem: str) -> None:
    """One change breaks its rule; the problem names the place in the resource and a remedy."""
    resource = valid()
    change(resource)
    found = check_response(resource)
    assert [p for p in found if path in p.path and problem in p.problem], [str(p) for p in found]
    assert all(p.path.startswith("QuestionnaireResponse") and p.remedy for p in found)


@pytest.mark.parametrize("change", [m[1] for m in MUTATIONS], ids=[m[0] for m in MUTATIONS])
def test_quotes_nobody(change: Change) -> None:
    """No problem holds what a patient typed, or who that is: it may be logged."""
    resource = valid()
    change(resource)
    said = " ".join(map(str, check_response(resource)))
    typed = (
        "skips a beat",
        "this morning",
        "capsules",
        "pimple",
        "pregnant",
        "my dog",
        "Ann",
        "7946",
        "secret",
    )
    assert [] == [words for words in typed if words in said]


def test_every_rule_is_broken_above(monkeypatch: pytest.MonkeyPatch) -> None:
    """No rule stands in the code that no change above breaks."""
    broken: set[tuple[str, int]] = set()

    class Seen(fhir_values.Problem):
        def __init__(self, *args: Any):
            super().__init__(*args)
            frame = sys._getframe(1)
            broken.add((frame.f_code.co_filename, frame.f_lineno))

    monkeypatch.setattr(fhir_rules, "Problem", Seen)
    monkeypatch.setattr(fhir_values, "Problem", Seen)
    check_response(None)
    for _, change, _, _ in MUTATIONS:
        resource = valid()
        change(resource)
        check_response(resource)
    rules = set()
    for module in (fhir_rules, fhir_values):
        tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
        for function in ast.walk(tree):
            if isinstance(function, ast.FunctionDef) and function.name != "coding_problems":
                calls = [n for n in ast.walk(function) if isinstance(n, ast.Call)]
                rules |= {
                    (module.__file__, n.lineno) for n in calls if getattr(n.func, "id", "") == "Problem"
                }
    assert len(rules) > 30
    assert rules - broken == set()


class TestInProgress:
    @pytest.fixture
    def resource(self) -> Resource:
        """A check of which one question is answered."""
        record = CheckRecord(status=ACTIVE)
        record.answer("cardiovascular", "no", "no", "answer")
        return questionnaire_response(timed(record))

    def test_nothing_required(self, resource: Resource) -> None:
        """Open questions are no problem while the check goes on."""
        assert check_response(resource) == []

    def test_called_finished(self, resource: Resource) -> None:
        """Calling it finished asks for the rest."""
        resource["status"] = "completed"
        found = [p.problem for p in check_response(resource)]
        assert sum("is required" in p for p in found) == 5


class TestConditions:
    """Questionnaires of a clinic's own may use all operators that are allowed."""

    @pytest.mark.parametrize(
        ("condition", "herpes", "asked"),
        [
            ({"operator": "exists", "answerBoolean": True}, "no", True),
            ({"operator": "exists", "answerBoolean": False}, "no", False),
            ({"operator": "!=", "answerCoding": NO}, "yes", True),
            ({"operator": "!=", "answerCoding": NO}, "no", False),
            ({"operator": "=", "answerCoding": NO}, "no", True),
            ({"operator": "=", "answerCoding": NO}, "yes", False),
        ],
    )
    def test_operators(self, condition: Resource, herpes: Any, asked: bool) -> None:
        """An item that is there although its condition is not met is refused."""
        definition = questionnaire()
        unanswered = next(i for i in definition["item"] if i["linkId"] == "unanswered")
        unanswered["enableWhen"] = [{"question": "herpes", **condition}]
        record = finished(herpes=herpes)
        record.note_unanswered(["price"], "")
        found = check_response(questionnaire_response(record), definition)
        assert [] == found if asked else ["unanswered"] == [p.link for p in found]

    def test_all(self) -> None:
        """With `all`, one condition that is not met is enough."""
        definition = questionnaire()
        unanswered = next(i for i in definition["item"] if i["linkId"] == "unanswered")
        met = {"question": "herpes", "operator": "exists", "answerBoolean": True}
        unanswered.update(enableWhen=[met, {**met, "answerBoolean": False}], enableBehavior="all")
        record = finished()
        record.note_unanswered(["price"], "")
        assert ["unanswered"] == [p.link for p in check_response(questionnaire_response(record), definition)]
