"""The FHIR questionnaire is sound and asks what the assistant asks."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from assistant.check import questionnaire
from assistant.check.project import Project
from assistant.screening.questionnaire import walk

Item = dict[str, Any]
Change = Callable[[Item], object]


def problems(project: Project) -> str:
    """All findings, one a line."""
    return "\n".join(str(f) for f in questionnaire.check(project))


def item(data: Item, link: str) -> Item:
    """One item, wherever it stands."""
    return next(i for i in walk(data["item"]) if i["linkId"] == link)


def herpes(data: Item) -> Item:
    """The question about herpes."""
    return item(data, "herpes")


def names(data: Item) -> Item:
    """The names of medicines: the item that is not always asked."""
    return item(data, "medicines.names")


def rename(data: Item) -> None:
    """Give two items the same linkId."""
    herpes(data)["item"][0]["linkId"] = "medicines"


def swap(data: Item) -> None:
    """Put two questions in the other order."""
    at = data["item"].index(herpes(data))
    data["item"][at : at + 2] = reversed(data["item"][at : at + 2])


def drop(link: str) -> Change:
    """Take an item out, from wherever it stands."""

    def change(data: Item) -> None:
        for holder in (data, *walk(data["item"])):
            holder["item"] = [i for i in holder.get("item", []) if i["linkId"] != link]
            if not holder["item"]:
                del holder["item"]

    return change


def snomed(code: str) -> Change:
    """Give the question about herpes a code."""
    coding = {"system": "http://snomed.info/sct", "code": code, "display": "Herpes simplex (disorder)"}
    return lambda d: herpes(d).update(code=[coding])


YES_NO = "http://terminology.hl7.org/CodeSystem/v2-0532"
FAULTS: list[tuple[str, Change, str]] = [
    ("no resource", lambda d: d.pop("resourceType"), "not a Questionnaire"),
    ("url", lambda d: d.update(url="check"), "no address of a Questionnaire"),
    ("version", lambda d: d.update(version="1|2"), "no version"),
    ("status", lambda d: d.update(status="final"), "no status of R4"),
    ("linkId twice", rename, "the linkId 'medicines' is not unique"),
    ("no linkId", lambda d: herpes(d).pop("linkId"), "an item has no linkId"),
    ("order", swap, "Put them in this order: cardiovascular"),
    ("missing", drop("herpes"), "the questions are cardiovascular"),
    ("type", lambda d: herpes(d).update(type="coding"), "'coding' is no type of FHIR R4"),
    ("empty text", lambda d: item(d, "readings").update(text=" "), "readings: no text"),
    ("empty group", lambda d: item(d, "readings").pop("item"), "que-1"),
    ("required help", lambda d: item(d, "herpes.help").update(required=True), "a display item with required"),
    ("no answers", lambda d: herpes(d).pop("answerOption"), "herpes: a choice without answerOption"),
    ("answers to a text", lambda d: item(d, "off-list").update(answerOption=[]), "que-5"),
    ("value set", lambda d: herpes(d).update(answerValueSet="http://x.example"), "answerValueSet can't be"),
    ("answer twice", lambda d: herpes(d)["answerOption"].append(herpes(d)["answerOption"][0]), "answerOption twice"),
    ("fewer answers", lambda d: herpes(d)["answerOption"].pop(), "has not the answers yes, no and not sure"),
    ("order of answers", lambda d: herpes(d)["answerOption"].reverse(), "has not the answers yes, no and not sure"),
    ("no units", lambda d: item(d, "readings.systolic").pop("extension"), "a quantity without units"),
    ("no Fahrenheit", lambda d: item(d, "readings.temperature")["extension"].pop(), "can't have the unit [degF]"),
    (
        "unit of another system",
        lambda d: item(d, "readings.systolic")["extension"][0]["valueCoding"].update(system=YES_NO, code="Y"),
        "a unit that is not UCUM's",
    ),
    ("code system", lambda d: option(d).update(system="http://x.example"), "not a known code system"),
    ("code of a system", lambda d: option(d).update(code="MAYBE"), f"not a code of {YES_NO}"),
    ("code without words", lambda d: option(d).pop("display"), "no words for the code"),
    ("SNOMED's check digit", snomed("88594006"), "not a code of http://snomed.info/sct"),
    ("several conditions", lambda d: names(d).pop("enableBehavior"), "need enableBehavior"),
    ("condition", lambda d: when(d).update(question="hermes"), "enableWhen names 'hermes', which is not"),
    ("condition on later", lambda d: when(d).update(question="off-list"), "which is not asked before"),
    ("operator", lambda d: when(d).update(operator=">"), "enableWhen has the operator '>'"),
    ("type of a condition", lambda d: when(d).update(answerBoolean=True), "no answer of the type of medicines"),
    ("condition never met", lambda d: when(d)["answerCoding"].update(code="X"), "an answer that medicines has not"),
    ("question", lambda d: herpes(d).update(text="Herpes?"), "herpes says something else than utter_ask_herpes"),
    ("help", lambda d: item(d, "herpes.help").update(text="Hm"), "herpes.help says something else than utter_help"),
    ("quote", lambda d: item(d, "herpes.source").update(text="“all herpes”"), "quotes what the document does not"),
    ("no place for words", drop("herpes.words"), "no herpes.words for the patient's own words"),
    ("no place for red flags", drop("red-flags"), "no red-flags of the type group"),
    ("type of a place", lambda d: item(d, "off-list").update(type="date"), "no off-list of the type text"),
    ("name", lambda d: option(d, "history.question").update(display="Heart"), "is called otherwise in wording.yml"),
    ("codes", lambda d: option(d, "history.how").update(code="told"), "history.how has other codes"),
    ("answers of the history", lambda d: item(d, "history.value")["answerOption"].pop(), "history.value has not"),
]  # fmt: skip


def option(data: Item, link: str = "herpes") -> Item:
    """The first answer that a question offers."""
    coding: Item = item(data, link)["answerOption"][0]["valueCoding"]
    return coding


def when(data: Item) -> Item:
    """The first condition of the names of medicines."""
    condition: Item = names(data)["enableWhen"][0]
    return condition


@pytest.mark.parametrize(("change", "expected"), [f[1:] for f in FAULTS], ids=[f[0] for f in FAULTS])
def test_wrong_questionnaire(copy: Project, change: Change, expected: str) -> None:
    """Each fault is named, at the line of its item."""
    path = copy.data / questionnaire.FILE
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    assert expected in problems(copy)


@pytest.mark.parametrize("code", ["88594005", "4740000", "95320005"])
def test_licensed_codes(copy: Project, code: str) -> None:
    """A clinic with a licence may add codes of SNOMED CT."""
    path = copy.data / questionnaire.FILE
    data = json.loads(path.read_text(encoding="utf-8"))
    snomed(code)(data)
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    assert problems(copy) == ""


def test_broken_json(copy: Project, edit: Callable[[str, str, str], None]) -> None:
    """A syntax error is reported with its line."""
    edit(f"data/{questionnaire.FILE}", '"Patient"\n ],', '"Patient"\n ,')
    assert "not valid JSON" in problems(copy)


def test_changed_question(copy: Project, edit: Callable[[str, str, str], None]) -> None:
    """A question that only domain.yml changes is reported as well."""
    edit("domain.yml", "Question 5 of 6: Do you have", "Question 5: Have you got")
    found = problems(copy)
    assert "utter_ask_herpes does not start with “Question 5 of 6:”" in found
    assert "herpes says something else" in found


def test_changed_buttons(copy: Project, edit: Callable[[str, str, str], None]) -> None:
    """Buttons that only domain.yml changes are reported."""
    edit("domain.yml", 'title: "Not sure", payload', 'title: "Dunno", payload')
    assert "utter_ask_cardiovascular has not the buttons yes, no, not sure" in problems(copy)


def test_line(copy: Project, edit: Callable[[str, str, str], None]) -> None:
    """A finding names the line of its item."""
    edit(f"data/{questionnaire.FILE}", "Our document: “rashes of herpes.”", "“no herpes”")
    path = copy.data / questionnaire.FILE
    lines = path.read_text(encoding="utf-8").splitlines()
    number = next(n for n, line in enumerate(lines, 1) if '"herpes.source"' in line)
    assert f"questionnaire.r4.json:{number}: herpes.source quotes" in problems(copy)
