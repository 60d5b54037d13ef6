"""The summary as a FHIR R4 QuestionnaireResponse against our own Questionnaire.

The result is no answer: it stands in an extension, so that nobody takes it for a diagnosis
(research/screening.md 3.1). Who the patient is stands in it only with the patient's consent.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import Any

from assistant import locales
from assistant.screening.fhir_values import clean
from assistant.screening.items import Value, medicines_item
from assistant.screening.questionnaire import (
    CODE_OF,
    UCUM,
    Definition,
    base,
    canonical,
    link_id,
    loaded,
    options,
    units,
)
from assistant.screening.record import CheckRecord
from assistant.screening.report import NOTHING_ELSE, Circumstances, Consent, Entry, Measured, Report, report
from assistant.screening.summary import summary_text
from assistant.wording import wording

Resource = dict[str, Any]

#: Ends of the addresses of our extensions: the result, the document's hash, the channel.
OUTCOME, DOCUMENT, CHANNEL = "check-outcome", "check-document", "check-channel"
#: Id of the patient inside the resource.
PATIENT_ID = "patient"
#: All that is told beside the questions and the names of medicines: linkId -> type of the item.
_TOLD = {
    "consent": "group", "consent.at": "dateTime", "consent.version": "string",
    "readings": "group", "readings.typed": "string", "readings.temperature": "quantity",
    "readings.inferred": "boolean", "readings.systolic": "quantity", "readings.diastolic": "quantity",
    "off-list": "text",
    "red-flags": "group", "red-flags.sign": "string", "red-flags.at": "dateTime",
    "history": "group", "history.question": "choice", "history.how": "choice", "history.before": "choice",
    "history.value": "choice", "history.words": "text", "history.cue": "string", "history.at": "dateTime",
    "unanswered": "text",
}  # fmt: skip


@dataclass(frozen=True)
class _Answer:
    """An answer: its value (text, bool, code or (number, code of the unit)) and what stands below it."""

    value: Any
    below: _Told = field(default_factory=dict)


#: linkId -> the answers to a question, or the repetitions of a group.
_Told = Mapping[str, "list[_Answer | _Told]"]


def told_beside() -> dict[str, str]:
    """Return all that is told beside the questions: linkId -> type of the item."""
    asked = medicines_item()
    return {**_TOLD, **({f"{link_id(asked)}.names": "string"} if asked else {})}


def questionnaire_response(record: CheckRecord, about: Circumstances = NOTHING_ELSE) -> Resource:
    """Return the QuestionnaireResponse. The same record always gives the same.

    Args:
        record: the state of the check; it may be unfinished.
        about: number, channel, language, and with the consent who the patient is.

    Raises:
        DataFileError: the Questionnaire or a wording is missing.
    """
    definition = loaded()
    found = report(record, about)
    resource: Resource = {"resourceType": "QuestionnaireResponse", "language": about.language}
    # The clinic's language, whatever that of the conversation.
    resource["text"] = {"status": "generated", "div": _narrative(summary_text(record), locales.current())}
    if about.patient is not None:
        resource["contained"] = [_patient(about)]
    resource["extension"] = list(_extensions(found, base(definition)))
    if about.number:
        resource["identifier"] = {"system": f"{base(definition)}/check", "value": clean(about.number)}
    resource |= {"questionnaire": canonical(definition), "status": found.status}
    if about.patient is not None:
        resource["subject"] = {"reference": f"#{PATIENT_ID}"}
    if found.authored:
        resource["authored"] = found.authored
    items = _items(definition["item"], _told(found))
    return {**resource, "item": items} if items else resource


def to_json(resource: Resource) -> str:
    """Return the resource as text, with a line break at the end."""
    return json.dumps(resource, indent=2, ensure_ascii=False) + "\n"


def _patient(about: Circumstances) -> Resource:
    """Return the patient as a resource inside, with nothing that the patient did not give."""
    patient = about.patient
    assert patient is not None
    found: Resource = {"resourceType": "Patient", "id": PATIENT_ID}
    if patient.name.strip():
        found["name"] = [{"text": clean(patient.name)}]
    ways = (("phone", patient.phone), ("email", patient.email))
    telecom = [{"system": system, "value": clean(value)} for system, value in ways if value.strip()]
    return {**found, "telecom": telecom} if telecom else found


def _extensions(found: Report, start: str) -> Iterable[Resource]:
    def url(name: str) -> str:
        return f"{start}/StructureDefinition/{name}"

    if found.outcome:
        coding = {
            "system": f"{start}/CodeSystem/{OUTCOME}",
            "code": found.outcome,
            "display": wording(f"summary.result.{found.outcome}"),
        }
        concept = {"coding": [coding], "text": clean(found.because)}
        yield {"url": url(OUTCOME), "valueCodeableConcept": concept}
    yield {"url": url(DOCUMENT), "valueString": found.document}
    if found.about.channel:
        yield {"url": url(CHANNEL), "valueString": clean(found.about.channel)}


def _narrative(text: str, language: str) -> str:
    """Return the summary as XHTML; everything in it is text."""
    shown = escape(language)
    lines = "".join(f"<p>{escape(clean(line))}</p>" for line in text.splitlines() if line.strip())
    return f'<div xmlns="http://www.w3.org/1999/xhtml" lang="{shown}" xml:lang="{shown}">{lines}</div>'


def _told(found: Report) -> _Told:
    """Return all that is told, by linkId."""
    told: dict[str, list[_Answer | _Told]] = {}
    if found.about.consent:
        told["consent"] = [_consent(found.about.consent)]
    for answer in found.answers:
        if answer.value is not None:
            link = link_id(answer.item)
            below: dict[str, list[_Answer | _Told]] = {f"{link}.words": _texts(answer.words)}
            if answer.item == medicines_item():
                below[f"{link}.names"] = _texts(found.medicines)
            told[link] = [_Answer(_code(answer.value), below)]
    told["readings"] = [_reading(r) for r in found.readings]
    told["off-list"] = [_Answer(clean(words)) for words in found.off_list]
    told["red-flags"] = [
        {"red-flags.sign": [_Answer(clean(sign))], "red-flags.at": [_Answer(at)]}
        for sign, at in found.red_flags
    ]
    told["history"] = [_entry(e) for e in found.history]
    told["unanswered"] = [_Answer(clean(question)) for question in found.questions]
    return told


def _consent(consent: Consent) -> _Told:
    return {"consent.at": [_Answer(consent.at)], "consent.version": [_Answer(clean(consent.version))]}


def _texts(texts: Iterable[str]) -> list[_Answer | _Told]:
    """Return answers for texts, without empty ones (a button sends its words, an emoji is a word)."""
    return [_Answer(clean(text)) for text in texts if text.strip()]


def _code(value: Value) -> str:
    return CODE_OF[value][1]


def _reading(reading: Measured) -> _Told:
    told: dict[str, list[_Answer | _Told]] = {"readings.typed": [_Answer(clean(reading.typed))]}
    if (temperature := reading.temperature) is not None:
        unit = "[degF]" if temperature.unit == "F" else "Cel"
        told["readings.temperature"] = [_Answer((_number(temperature.given), unit))]
        if not temperature.unit_typed:
            told["readings.inferred"] = [_Answer(True)]
    if (pressure := reading.pressure) is not None:
        told["readings.systolic"] = [_Answer((pressure.systolic, "mm[Hg]"))]
        # 0 stands for a lower value that nobody named.
        if pressure.diastolic:
            told["readings.diastolic"] = [_Answer((pressure.diastolic, "mm[Hg]"))]
    return told


def _number(value: float) -> float | int:
    """Return 38 for 38.0: in FHIR the places that are written say how exact a number is."""
    return int(value) if value == int(value) else value


def _entry(entry: Entry) -> _Told:
    told: dict[str, list[_Answer | _Told]] = {
        "history.question": [_Answer(link_id(entry.item))],
        "history.how": [_Answer(entry.how)],
        "history.value": [_Answer(_code(entry.value))],
        "history.words": _texts([entry.words]),
        "history.cue": _texts([entry.cue]),
        "history.at": [_Answer(entry.at)],
    }
    if entry.before:
        told["history.before"] = [_Answer(_code(entry.before))]
    return told


def _items(definitions: list[Definition], told: _Told) -> list[Resource]:
    """Return the items of a response, in the order of the Questionnaire, without empty ones."""
    found: list[Resource] = []
    for item in definitions:
        given = told.get(item["linkId"], [])
        head = {"linkId": item["linkId"], "text": item["text"]}
        if item["type"] == "group":
            groups = [_items(item["item"], one) for one in given if isinstance(one, Mapping)]
            found += [{**head, "item": below} for below in groups if below]
        elif given:
            answers = [_answer(item, one) for one in given if isinstance(one, _Answer)]
            found.append({**head, "answer": answers})
    return found


def _answer(item: Definition, answer: _Answer) -> Resource:
    value: Any = answer.value
    if item["type"] == "choice":
        found: Resource = {"valueCoding": dict(next(o for o in options(item) if o["code"] == value))}
    elif item["type"] == "quantity":
        number, code = value
        unit = next(u["display"] for u in units(item) if u["code"] == code)
        found = {"valueQuantity": {"value": number, "unit": unit, "system": UCUM, "code": code}}
    elif item["type"] == "boolean":
        found = {"valueBoolean": value}
    elif item["type"] == "dateTime":
        found = {"valueDateTime": value}
    else:
        found = {"valueString": value}
    below = _items(item.get("item", []), answer.below)
    return {**found, "item": below} if below else found
