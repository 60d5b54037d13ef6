"""Whatever is answered and typed, the resource passes the library and our rules, and loses no caution."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest
from fhir.resources.R4B.questionnaire import Questionnaire
from fhir.resources.R4B.questionnaireresponse import QuestionnaireResponse
from hypothesis import given, settings
from hypothesis import strategies as st

from assistant.screening.fhir import questionnaire_response, to_json
from assistant.screening.fhir_definition import check_definition
from assistant.screening.fhir_rules import check_response
from assistant.screening.items import ITEMS, VALUES
from assistant.screening.outcome import compute_outcome
from assistant.screening.questionnaire import link_id, questionnaire, value_of
from assistant.screening.record import ACTIVE, DONE, CheckRecord
from assistant.screening.report import Circumstances
from tests.unit.screening.records import CIRCUMSTANCES, full, records, timed

SETTINGS = settings(max_examples=100, deadline=None, derandomize=True, database=None)


def problems(resource: dict[str, Any]) -> list[str]:
    """Returns what our rules say, after the library has read the resource as it would be sent."""
    sent = json.loads(to_json(resource))
    assert sent == resource
    QuestionnaireResponse.parse_obj(sent)
    return [str(p) for p in check_response(sent)]


def answered(resource: dict[str, Any]) -> dict[str, Any]:
    """Returns the answers to the six questions."""
    found = {}
    for item in ITEMS:
        for row in resource.get("item", []):
            if row["linkId"] == link_id(item):
                found[item] = value_of(row["answer"][0]["valueCoding"])
    return found


def of_values(values: tuple[Any, ...]) -> CheckRecord:
    """Returns a check with these answers; None is not answered."""
    record = CheckRecord()
    for item, value in zip(ITEMS, values, strict=True):
        if value:
            record.answer(item, value, value, "answer")
    record.status = ACTIVE if None in values else DONE
    return timed(record)


def test_questionnaire() -> None:
    """The Questionnaire passes both."""
    Questionnaire.parse_obj(questionnaire())
    assert check_definition(questionnaire()) == []


def test_every_finished_check() -> None:
    """All 729 combinations of answers pass both, with the answers and the result of the check."""
    for values in product(VALUES, repeat=len(ITEMS)):
        resource = questionnaire_response(of_values(values))
        assert problems(resource) == []
        assert resource["status"] == "completed"
        assert tuple(answered(resource).values()) == values
        (coding,) = resource["extension"][0]["valueCodeableConcept"]["coding"]
        assert coding["code"] == compute_outcome(dict(zip(ITEMS, values, strict=True)))


def test_every_unfinished_check() -> None:
    """All combinations with open questions pass our rules, and none has a result."""
    for values in product((None, *VALUES), repeat=len(ITEMS)):
        if None in values:
            resource = questionnaire_response(of_values(values))
            assert check_response(resource) == []
            assert resource["status"] == "in-progress"
            assert "check-outcome" not in str(resource["extension"])
            assert answered(resource) == {i: v for i, v in zip(ITEMS, values, strict=True) if v}


@SETTINGS
@given(records(), CIRCUMSTANCES)
def test_any_check(record: CheckRecord, about: Circumstances) -> None:
    """Any course of a check with any words passes both."""
    resource = questionnaire_response(record, about)
    assert problems(resource) == []
    assert answered(resource) == {i: v for i, v in record.values.items() if v}
    finished = resource["status"] != "in-progress"
    assert finished == (record.status == DONE)


@SETTINGS
@given(records(), CIRCUMSTANCES)
def test_same_again(record: CheckRecord, about: Circumstances) -> None:
    """The same record gives the same text, also after it has been in the tracker."""
    once = to_json(questionnaire_response(record, about))
    stored = CheckRecord.from_slots(json.loads(json.dumps(record.to_slots())))
    assert once == to_json(questionnaire_response(stored, about))


JSON = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=5), st.floats(allow_nan=False)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.dictionaries(
            st.sampled_from(["linkId", "answer", "item", "valueCoding", "system", "code", "div", "url", "x"]),
            inner,
            max_size=3,
        ),
    ),
    max_leaves=8,
)
PLACES = [
    (), ("text",), ("text", "div"), ("contained",), ("contained", 0), ("extension",), ("extension", 0),
    ("extension", 0, "valueCodeableConcept"), ("identifier",), ("subject",), ("item",), ("item", 0),
    ("item", 0, "linkId"), ("item", 1, "answer"), ("item", 1, "answer", 0),
    ("item", 1, "answer", 0, "valueCoding"), ("item", 1, "answer", 0, "item"), ("item", 7, "item"),
    ("item", 8, "item", 1, "answer", 0, "valueQuantity"), ("status",), ("authored",), ("language",),
]  # fmt: skip


@SETTINGS
@given(st.sampled_from(PLACES), JSON)
def test_rules_never_fail(place: tuple[Any, ...], value: Any) -> None:
    """Anything at all in the place of anything is judged, and none of it raises."""
    resource: Any = {"": questionnaire_response(full())}
    holder, key = resource, ""
    for step in place:
        holder, key = holder[key], step
        if isinstance(holder, dict):
            holder.setdefault(step, {})
    holder[key] = value
    assert all(str(p).endswith(".") for p in check_response(resource[""]))


@pytest.mark.parametrize("value", [None, [], "", 1, {}, {"resourceType": "Patient"}])
def test_no_response(value: Any) -> None:
    """What is no QuestionnaireResponse gets one problem that says so."""
    (problem,) = check_response(value)
    assert "not a QuestionnaireResponse" in str(problem)
