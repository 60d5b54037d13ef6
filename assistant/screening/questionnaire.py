"""The check as a FHIR R4 Questionnaire: the file, its address, and what its questions are called.

The file is the source of structure, linkIds and codes. `make check` proves that it asks what domain.yml asks.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from copy import deepcopy
from functools import lru_cache
from typing import Any

from assistant.datafiles import DataFileError, find, read_text
from assistant.screening.items import ITEMS, NO, UNSURE, YES, Item, Value

FILE = "screening/questionnaire.r4.json"

#: http://hl7.org/fhir/ValueSet/yesnodontknow in its present form (R4 had the older v2-0136).
YES_NO = "http://terminology.hl7.org/CodeSystem/v2-0532"
ABSENT = "http://terminology.hl7.org/CodeSystem/data-absent-reason"
UCUM = "http://unitsofmeasure.org"
UNIT_OPTION = "http://hl7.org/fhir/StructureDefinition/questionnaire-unitOption"

#: System and code that stand for an answer.
CODE_OF: dict[Value, tuple[str, str]] = {
    YES: (YES_NO, "Y"),
    NO: (YES_NO, "N"),
    UNSURE: (ABSENT, "asked-unknown"),
}

Definition = dict[str, Any]


def questionnaire() -> Definition:
    """Return the Questionnaire, to be changed or sent as one likes.

    Raises:
        DataFileError: The file is missing or not JSON, or has no url or no version.
    """
    return deepcopy(loaded())


@lru_cache(maxsize=1)
def loaded() -> Definition:
    """Return the Questionnaire as it is kept; not to be changed. Raises as `questionnaire` does."""
    path = find(FILE)
    try:
        data = json.loads(read_text(FILE))
    except json.JSONDecodeError as e:
        raise DataFileError(path, f"not valid JSON ({e.msg})", "Mend it there", e.lineno) from None
    if not isinstance(data, dict) or not all(isinstance(data.get(k), str) for k in ("url", "version")):
        raise DataFileError(path, "no Questionnaire with a url and a version", "Restore it")
    return data


def canonical(definition: Definition) -> str:
    """Return the address with the version, as a QuestionnaireResponse names it."""
    return f"{definition['url']}|{definition['version']}"


def base(definition: Definition) -> str:
    """Return the start that our own code systems and extensions share with the Questionnaire's address."""
    return str(definition["url"]).partition("/Questionnaire/")[0]


def link_id(item: Item) -> str:
    """Return the linkId of a question of the check."""
    return item.replace("_", "-")


def item_of(link: str) -> Item | None:
    """Return the question of the check that a linkId stands for, or None."""
    return next((item for item in ITEMS if link_id(item) == link), None)


def value_of(coding: Any) -> Value | None:
    """Return the answer that a Coding stands for, or None."""
    if not isinstance(coding, dict):
        return None
    pair = (coding.get("system"), coding.get("code"))
    return next((value for value, known in CODE_OF.items() if known == pair), None)


def walk(items: Any) -> Iterator[Definition]:
    """Yield all items of a Questionnaire, each before those below it; skips what is no item."""
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict):
            yield item
            yield from walk(item.get("item"))


def options(item: Definition) -> list[Definition]:
    """Return the Codings that a choice offers."""
    found = item.get("answerOption")
    rows = [o.get("valueCoding") for o in found if isinstance(o, dict)] if isinstance(found, list) else []
    return [coding for coding in rows if isinstance(coding, dict)]


def units(item: Definition) -> list[Definition]:
    """Return the Codings of the units that a quantity may have."""
    found = item.get("extension")
    rows = [e for e in found if isinstance(e, dict)] if isinstance(found, list) else []
    codings = [e.get("valueCoding") for e in rows if e.get("url") == UNIT_OPTION]
    return [coding for coding in codings if isinstance(coding, dict)]
