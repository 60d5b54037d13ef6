"""The FHIR questionnaire is sound and asks what the assistant asks."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from assistant.check import questionnaire
from assistant.check.project import Project

Item = dict[str, Any]


def problems(project: Project) -> str:
    """All findings, one a line."""
    return "\n".join(str(f) for f in questionnaire.check(project))


def herpes(data: Item) -> Item:
    """The question about herpes."""
    return next(i for i in data["item"] if i["linkId"] == "herpes")


def rename(data: Item) -> None:
    """Give two items the same linkId."""
    herpes(data)["item"][0]["linkId"] = "medicines"


def swap(data: Item) -> None:
    """Put the last two questions in the other order."""
    at = data["item"].index(herpes(data))
    data["item"][at : at + 2] = reversed(data["item"][at : at + 2])


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (rename, "the linkId 'medicines' is not unique"),
        (swap, "Put them in this order: cardiovascular"),
        (lambda d: herpes(d).update(type="coding"), "'coding' is no type of FHIR R4"),
        (lambda d: herpes(d).pop("answerOption"), "herpes: required, but without answerOption"),
        (lambda d: herpes(d).update(text="Herpes?"), "herpes asks something else than utter_ask_h"),
        (lambda d: herpes(d)["item"][0].pop("enableBehavior"), "need enableBehavior"),
        (
            lambda d: herpes(d)["item"][0]["enableWhen"][0].update(question="hermes"),
            "enableWhen names the unknown 'hermes'",
        ),
        (lambda d: d["item"].remove(herpes(d)), "the questions are cardiovascular"),
    ],
)
def test_wrong_questionnaire(copy: Project, change: Callable[[Item], object], expected: str) -> None:
    """Each fault is named with the linkId."""
    path = copy.data / questionnaire.FILE
    data = json.loads(path.read_text(encoding="utf-8"))
    change(data)
    path.write_text(json.dumps(data, indent=1), encoding="utf-8")
    assert expected in problems(copy)


def test_broken_json(copy: Project, edit: Callable[[str, str, str], None]) -> None:
    """A syntax error is reported with its line."""
    edit(f"data/{questionnaire.FILE}", '"Patient"\n ],', '"Patient"\n ,')
    assert "not valid JSON" in problems(copy)


def test_changed_question(copy: Project, edit: Callable[[str, str, str], None]) -> None:
    """A question that only domain.yml changes is reported as well."""
    edit("domain.yml", "Question 5 of 6: Do you have", "Question 5: Have you got")
    found = problems(copy)
    assert "utter_ask_herpes does not start with “Question 5 of 6:”" in found
    assert "herpes asks something else" in found
