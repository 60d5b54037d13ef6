"""Rules of FHIR R4 for our Questionnaire that `fhir.resources` does not check.

The numbers que-1 and so on are those of http://hl7.org/fhir/R4/questionnaire.html#invs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from assistant.screening.fhir_values import VALUE_OF, Problem, coding_problems, is_text, mapping, rows
from assistant.screening.questionnaire import UCUM, Definition, base, options, units, walk

_CHOICES = ("choice", "open-choice")
_OPERATORS = ("=", "!=", "exists")
_URL = re.compile(r"https?://[^\s|#]+/Questionnaire/[A-Za-z0-9.-]{1,64}")


def check_definition(definition: Mapping[str, Any]) -> list[Problem]:
    """Return the rules that a Questionnaire breaks, in the order of its items."""
    if definition.get("resourceType") != "Questionnaire":
        return [Problem("Questionnaire", "not a Questionnaire", "Set resourceType to Questionnaire")]
    found = list(_head(definition))
    items = list(walk(definition.get("item")))
    links = [str(item.get("linkId") or "") for item in items]
    for number, item in enumerate(items):
        if not links[number]:
            found.append(Problem("Questionnaire.item", "an item has no linkId", "Give it one"))
        elif links[number] in links[:number]:
            found.append(_at(item, f"the linkId {links[number]!r} is not unique", "Rename one"))
        else:
            own = base({"url": str(definition.get("url"))})
            found += [*_shape(item), *_codes(item, own), *_conditions(item, items[:number])]
    return found


def _head(definition: Mapping[str, Any]) -> Iterator[Problem]:
    if not _URL.fullmatch(str(definition.get("url"))):
        yield Problem(
            "Questionnaire.url",
            "no address of a Questionnaire",
            "Write https://<clinic>/fhir/Questionnaire/<name>",
        )
    if not re.fullmatch(r"[^\s|]+", str(definition.get("version") or "")):
        yield Problem(
            "Questionnaire.version", "no version", "Write one without blanks and bars, such as 1.0.0"
        )
    if definition.get("status") not in ("draft", "active", "retired", "unknown"):
        yield Problem("Questionnaire.status", "no status of R4", "Write draft or active")


def _at(item: Definition, problem: str, remedy: str) -> Problem:
    link = str(item.get("linkId") or "")
    return Problem(f"Questionnaire.item({link})", problem, remedy, link)


def _shape(item: Definition) -> Iterator[Problem]:
    link, kind = item["linkId"], item.get("type")
    if kind not in ("group", "display", *VALUE_OF):
        yield _at(item, f"{link}: {kind!r} is no type of FHIR R4", "Mend the type")
    if not is_text(item.get("text")):
        yield _at(item, f"{link}: no text", "Write what is asked or told")
    if kind == "group" and not item.get("item"):
        yield _at(item, f"{link}: a group without items (que-1)", "Add some, or remove it")
    if kind == "display":
        # que-1, que-3, que-6
        wrong = [key for key in ("item", "code", "required", "repeats") if item.get(key)]
        if wrong:
            yield _at(item, f"{link}: a display item with {', '.join(wrong)}", "Leave that out")
    given = options(item)
    if kind in _CHOICES and not given:
        yield _at(item, f"{link}: a choice without answerOption", "Add the answers, each with a valueCoding")
    if kind not in _CHOICES and "answerOption" in item:
        yield _at(item, f"{link}: answerOption, but no choice (que-5)", "Make it a choice, or remove them")
    if "answerValueSet" in item:
        yield _at(
            item, f"{link}: answerValueSet can't be checked here", "List the answers under answerOption"
        )
    pairs = [(o.get("system"), o.get("code")) for o in given]
    if len({*pairs}) < len(pairs):
        yield _at(item, f"{link}: the same answerOption twice", "Remove one")
    if kind == "quantity" and not units(item):
        yield _at(item, f"{link}: a quantity without units", "Add the extension questionnaire-unitOption")


def _codes(item: Definition, own: str) -> Iterator[Problem]:
    link = str(item["linkId"])
    groups: dict[str, list[Mapping[str, Any]]] = {
        "code": [mapping(c) for c in rows(item.get("code"))],
        "answerOption": [*options(item)],
        "unit": [*units(item)],
    }
    for name, codings in groups.items():
        for number, coding in enumerate(codings):
            yield from coding_problems(coding, f"Questionnaire.item({link}).{name}[{number}]", own, link)
            if name == "unit" and coding.get("system") != UCUM:
                yield _at(item, f"{link}: a unit that is not UCUM's", f"Write {UCUM}")


def _conditions(item: Definition, before: list[Definition]) -> Iterator[Problem]:
    link, conditions = item["linkId"], [mapping(c) for c in rows(item.get("enableWhen"))]
    earlier = {str(i.get("linkId")): i for i in before}
    if len(conditions) > 1 and item.get("enableBehavior") not in ("any", "all"):
        yield _at(item, f"{link}: several enableWhen need enableBehavior (que-12)", "Add any or all")
    for condition in conditions:
        question, operator = str(condition.get("question")), condition.get("operator")
        if question not in earlier:
            yield _at(
                item, f"{link}: enableWhen names {question!r}, which is not asked before", "Mend the name"
            )
            continue
        if operator not in _OPERATORS:
            yield _at(
                item, f"{link}: enableWhen has the operator {operator!r}", f"Use {', '.join(_OPERATORS)}"
            )
        answers = [key for key in condition if key.startswith("answer")]
        kinds = VALUE_OF.get(str(earlier[question].get("type")), ())
        wanted = (
            ("answerBoolean",) if operator == "exists" else tuple(k.replace("value", "answer") for k in kinds)
        )
        if len(answers) != 1 or answers[0] not in wanted:
            remedy = f"Give it one {' or '.join(wanted)}" if wanted else "Name a question"
            yield _at(item, f"{link}: enableWhen has no answer of the type of {question}", remedy)
        elif answers[0] == "answerCoding":
            coding = mapping(condition["answerCoding"])
            offered = [(o.get("system"), o.get("code")) for o in options(earlier[question])]
            if (coding.get("system"), coding.get("code")) not in offered:
                yield _at(
                    item,
                    f"{link}: enableWhen waits for an answer that {question} has not",
                    "Use one of its options",
                )
