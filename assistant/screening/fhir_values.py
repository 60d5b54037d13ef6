"""Rules of FHIR R4 for single values: types, codes, units, times and texts. See fhir_rules.py."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from unicodedata import category

from assistant.screening.questionnaire import ABSENT, UCUM, YES_NO, Definition, options, units

#: Type of a question -> the elements that an answer may have: http://hl7.org/fhir/R4/valueset-item-type.html
VALUE_OF = {
    "boolean": ("valueBoolean",),
    "decimal": ("valueDecimal",),
    "integer": ("valueInteger",),
    "date": ("valueDate",),
    "dateTime": ("valueDateTime",),
    "time": ("valueTime",),
    "string": ("valueString",),
    "text": ("valueString",),
    "url": ("valueUri",),
    "choice": ("valueCoding",),
    "open-choice": ("valueCoding", "valueString"),
    "attachment": ("valueAttachment",),
    "reference": ("valueReference",),
    "quantity": ("valueQuantity",),
}
#: A full date and time with an offset. R4 allows less, but then nobody knows when it was.
DATE_TIME = re.compile(
    r"\d{4}-\d\d-\d\dT([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,6})?(Z|[+-](?:0\d|1[0-3]):[0-5]\d|[+-]14:00)"
)
#: What stands in for words of which nothing can be written, and for each such character.
UNREADABLE = "\ufffd"
#: R4: "strings SHALL NOT exceed 1MB in size".
LONGEST = 1024 * 1024
#: How the problem of a wrong code begins; its system follows.
NOT_A_CODE = "not a code of "
SNOMED = "http://snomed.info/sct"
#: Code systems of others and which of their codes we know. A system that is not here, or ours, is a mistake.
CODES: dict[str, re.Pattern[str]] = {
    YES_NO: re.compile("Y|N"),
    ABSENT: re.compile("asked-unknown"),
    UCUM: re.compile(r"Cel|\[degF\]|mm\[Hg\]"),
    SNOMED: re.compile(r"\d{6,18}"),
    "http://hl7.org/fhir/sid/icd-10": re.compile(r"[A-Z]\d\d(?:\.\d{1,2})?"),
    "http://hl7.org/fhir/sid/icd-10-cm": re.compile(r"[A-Z]\d[0-9A-Z](?:\.[0-9A-Z]{1,4})?"),
}


@dataclass(frozen=True, order=True)
class Problem:
    """A rule that is broken.

    Attributes:
        path: where, from the resource on.
        problem: what is wrong, without a full stop.
        remedy: what to do about it, without a full stop.
        link: linkId of the item, when it is one of the Questionnaire's.
    """

    path: str
    problem: str
    remedy: str
    link: str = ""

    def __str__(self) -> str:
        return f"{self.path}: {self.problem}. {self.remedy}."


def rows(value: Any) -> list[Any]:
    """Return a list; anything else is an empty one."""
    return value if isinstance(value, list) else []


def mapping(value: Any) -> Mapping[str, Any]:
    """Return a mapping; anything else is an empty one."""
    return value if isinstance(value, dict) else {}


def answer_problems(item: Definition, answer: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Yield what is wrong with an answer to the question `item`; what stands below it is not looked at."""
    link = str(item["linkId"])
    allowed = VALUE_OF.get(str(item.get("type")), ())
    given = [key for key in answer if key.startswith("value")]
    if len(given) != 1 or given[0] not in allowed:
        remedy = f"Give it one {' or '.join(allowed)}" if allowed else "Leave the answer out"
        yield Problem(path, f"not one value of the type of {link}", remedy, link)
        return
    key = given[0]
    yield from value_problems(item, key, answer[key], f"{path}.{key}")


def value_problems(item: Definition, key: str, value: Any, path: str) -> Iterator[Problem]:
    """Yield what is wrong with the value of an answer, of which the element fits the question."""
    link = str(item["linkId"])
    if key == "valueCoding":
        yield from _choice(item, mapping(value), path)
    elif key == "valueQuantity":
        yield from _quantity(item, mapping(value), path)
    elif key == "valueDateTime":
        if not is_date_time(value):
            yield Problem(
                path, "no date and time with an offset", "Write it as 2026-01-31T09:30:00+00:00", link
            )
    elif key == "valueBoolean":
        if not isinstance(value, bool):
            yield Problem(path, "neither true nor false", "Write true or false", link)
    elif key == "valueString" and not is_text(value):
        yield Problem(path, "empty, too long, or with control characters", "Pass it through fhir.clean", link)


def is_date_time(value: Any) -> bool:
    """Tell whether `value` is a date and time with an offset that a calendar has."""
    found = DATE_TIME.fullmatch(value) if isinstance(value, str) else None
    if not found:
        return False
    try:
        datetime.fromisoformat(value[:19])
    except ValueError:
        return False
    return True


def is_text(value: Any) -> bool:
    """Tell whether `value` is a text that FHIR can hold."""
    return isinstance(value, str) and value == clean(value) and len(value.encode()) <= LONGEST


def clean(text: str) -> str:
    """Return `text` as FHIR can hold it: no control characters, no half characters, never empty."""
    # Two halves that belong together are one character, as they are for whoever reads the JSON.
    whole = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    kept = "".join(_writable(c) for c in whole).strip()
    return kept or UNREADABLE


def _writable(char: str) -> str:
    """Return what stands for a character: itself, a blank, or the sign for what can't be read."""
    if char in "\t\n\r":
        return char
    if char.isspace():
        return " "
    # Control characters, and what Unicode will never make a character.
    never = ord(char) & 0xFFFE == 0xFFFE or 0xFDD0 <= ord(char) <= 0xFDEF
    return UNREADABLE if never or category(char) == "Cc" else char


def _choice(item: Definition, coding: Mapping[str, Any], path: str) -> Iterator[Problem]:
    link = str(item["linkId"])
    for option in options(item):
        if (option.get("system"), option.get("code")) == (coding.get("system"), coding.get("code")):
            if coding.get("display", option.get("display")) != option.get("display"):
                yield Problem(
                    path,
                    "the display is not that of the option",
                    "Copy the option of the Questionnaire",
                    link,
                )
            return
    codes = ", ".join(str(o.get("code")) for o in options(item))
    yield Problem(
        path, f"no option of {link}", f"Use one of its answerOption ({codes}) with its system", link
    )


def _quantity(item: Definition, quantity: Mapping[str, Any], path: str) -> Iterator[Problem]:
    link = str(item["linkId"])
    number = quantity.get("value")
    if isinstance(number, bool) or not isinstance(number, int | float):
        yield Problem(f"{path}.value", "no number", "Write the number without quotes", link)
    if quantity.get("system") != UCUM:
        yield Problem(f"{path}.system", "the units are not those of UCUM", f"Write {UCUM}", link)
    allowed = {u.get("code"): u.get("display") for u in units(item)}
    code = quantity.get("code")
    if not isinstance(code, str) or code not in allowed:
        codes = ", ".join(str(c) for c in allowed)
        yield Problem(f"{path}.code", f"no unit of {link}", f"Use one of its units ({codes})", link)
    elif quantity.get("unit") != allowed[code]:
        yield Problem(f"{path}.unit", "not how the unit is shown", f"Write {allowed[code]}", link)


def coding_problems(coding: Mapping[str, Any], path: str, own: str, link: str = "") -> Iterator[Problem]:
    """Yield what is wrong with a Coding of the Questionnaire.

    Args:
        coding: the Coding.
        path: where it stands.
        own: start of the addresses of our own code systems.
        link: linkId of the item that it belongs to.
    """
    system, code = coding.get("system"), coding.get("code")
    if not isinstance(system, str) or not (system in CODES or system.startswith(f"{own}/CodeSystem/")):
        known = ", ".join(CODES)
        yield Problem(
            f"{path}.system", "not a known code system", f"Use {own}/CodeSystem/... or one of {known}", link
        )
        return
    pattern = CODES.get(system, re.compile(r"[a-z][a-z0-9-]*"))
    right = isinstance(code, str) and pattern.fullmatch(code)
    if not right or (system == SNOMED and not _verhoeff(str(code))):
        yield Problem(
            f"{path}.code", f"{NOT_A_CODE}{system}", "Look it up in the code system's browser", link
        )
    if not is_text(coding.get("display")):
        yield Problem(f"{path}.display", "no words for the code", "Add the display of the code system", link)


_TURN = (1, 5, 7, 6, 2, 8, 3, 0, 9, 4)


def _verhoeff(code: str) -> bool:
    """Tell whether the last digit of a SNOMED CT code fits the others (Verhoeff's check digit)."""
    check, shift = 0, list(range(10))
    for digit in reversed(code):
        check = _times(check, shift[int(digit)])
        shift = [_TURN[d] for d in shift]
    return check == 0


def _times(a: int, b: int) -> int:
    """Multiply in the dihedral group of ten elements."""
    if a < 5:
        return (a + b) % 5 if b < 5 else (a + b) % 5 + 5
    return (a - b) % 5 + 5 if b < 5 else (a - b) % 5
