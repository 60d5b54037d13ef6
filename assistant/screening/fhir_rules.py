"""Rules of FHIR R4 that `fhir.resources` does not check, for a QuestionnaireResponse of ours.

The library checks shapes only (research/screening.md 3.1). Here: a response fits its Questionnaire,
its units and codes are right, its result follows from its answers, and it names no patient without
a consent. A problem names the path and the remedy, and never quotes what somebody typed.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from assistant.screening.fhir import CHANNEL, DOCUMENT, OUTCOME, PATIENT_ID
from assistant.screening.fhir_values import Problem, answer_problems, is_date_time, is_text, mapping, rows
from assistant.screening.items import Item, Value
from assistant.screening.outcome import IncompleteAnswersError, compute_outcome
from assistant.screening.questionnaire import Definition, base, canonical, item_of, loaded, value_of
from assistant.screening.record import NOT_READ
from assistant.wording import wording

STATUSES = ("in-progress", "completed", "amended")
_ROOT = "QuestionnaireResponse"
_LANGUAGE = re.compile(r"[A-Za-z]{2,8}(?:-[A-Za-z0-9]{1,8})*")
_HASH = re.compile(r"sha256:[0-9a-f]{64}")
_XHTML = "{http://www.w3.org/1999/xhtml}"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SHOWABLE = re.compile(r"[\w.-]{1,64}")
#: Elements that can tell who somebody is, beside the two that a consent allows.
_WHO = ("author", "source", "encounter", "basedOn", "partOf")


def check_response(resource: Any, definition: Definition | None = None) -> list[Problem]:
    """Return the rules that a QuestionnaireResponse breaks; takes anything, and never raises for it.

    Args:
        resource: what JSON can hold.
        definition: the Questionnaire; ours when absent.
    """
    definition = definition or loaded()
    if not isinstance(resource, dict) or resource.get("resourceType") != _ROOT:
        return [Problem(_ROOT, "not a QuestionnaireResponse", f"Set resourceType to {_ROOT}")]
    complete = resource.get("status") in STATUSES[1:]
    items = _Items(_answers(resource.get("item")), complete)
    return [
        *_head(resource, definition, complete),
        *_people(resource),
        *_narrative(resource.get("text"), complete),
        *items.check(rows(definition.get("item")), resource.get("item"), _ROOT),
        *_extensions(resource, definition, complete),
    ]


def _head(resource: Mapping[str, Any], definition: Definition, complete: bool) -> Iterator[Problem]:
    wanted = canonical(definition)
    if resource.get("questionnaire") != wanted:
        yield Problem(f"{_ROOT}.questionnaire", "another Questionnaire or version", f"Write {wanted}")
    if resource.get("status") not in STATUSES:
        yield Problem(f"{_ROOT}.status", "no status that the check has", f"Use one of {', '.join(STATUSES)}")
    if not _LANGUAGE.fullmatch(str(resource.get("language", ""))):
        yield Problem(f"{_ROOT}.language", "no language", "Write its tag, such as en")
    authored = resource.get("authored")
    if (authored is not None or complete) and not is_date_time(authored):
        remedy = "Write it as 2026-01-31T09:30:00+00:00"
        yield Problem(f"{_ROOT}.authored", "no date and time with an offset", remedy)
    identifier = mapping(resource.get("identifier"))
    if "identifier" in resource and not (is_text(identifier.get("value")) and identifier.get("system")):
        yield Problem(f"{_ROOT}.identifier", "no number with a system", "Give it both, or leave it out")


def _people(resource: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield what tells who the patient is without a consent, or not as it should."""
    for name in (n for n in _WHO if n in resource):
        yield Problem(f"{_ROOT}.{name}", "can tell who the patient is", "Leave it out")
    inside, subject = resource.get("contained"), resource.get("subject")
    if inside is None and subject is None:
        return
    links = [mapping(i).get("linkId") for i in rows(resource.get("item"))]
    if "consent" not in links:
        remedy = "Leave subject and contained out, or add the consent"
        yield Problem(f"{_ROOT}.subject", "names the patient without a consent", remedy)
    if subject != {"reference": f"#{PATIENT_ID}"}:
        remedy = f"Refer to #{PATIENT_ID} inside the resource"
        yield Problem(f"{_ROOT}.subject", "not the patient inside (dom-3)", remedy)
    people = [mapping(p) for p in rows(inside)]
    known = {"resourceType", "id", "name", "telecom"}
    if len(people) != 1 or people[0].get("resourceType") != "Patient" or people[0].get("id") != PATIENT_ID:
        yield Problem(
            f"{_ROOT}.contained", "not one Patient", f"Put one Patient with the id {PATIENT_ID} there"
        )
    elif not known.issuperset(people[0]):
        remedy = "Keep the name and the ways to reach"
        yield Problem(f"{_ROOT}.contained[0]", "more about the patient than was given", remedy)


def _narrative(text: Any, complete: bool) -> Iterator[Problem]:
    path, div = f"{_ROOT}.text", mapping(text).get("div")
    if text is None and not complete:
        return
    if mapping(text).get("status") != "generated":
        yield Problem(f"{path}.status", "not generated from the answers", "Write generated")
    root = _parsed(div)
    if root is None or root.tag != f"{_XHTML}div":
        yield Problem(f"{path}.div", "not XHTML", "Escape all text, and put it into one div of XHTML")
        return
    for element in root.iter():
        allowed = {"lang", _XML_LANG} if element is root else set()
        if element.tag not in (f"{_XHTML}div", f"{_XHTML}p") or not allowed.issuperset(element.attrib):
            yield Problem(f"{path}.div", "more than paragraphs (txt-1)", "Escape all text")
            break
    if complete and wording("summary.closing") not in "".join(root.itertext()):
        remedy = "Put the summary's last line there (summary.closing)"
        yield Problem(f"{path}.div", "does not say that nobody was examined and nothing cleared", remedy)


def _parsed(div: Any) -> ElementTree.Element | None:
    # A document type could define entities that grow without end.
    if not isinstance(div, str) or "<!" in div:
        return None
    try:
        return ElementTree.fromstring(div)
    except (ElementTree.ParseError, ValueError):
        return None


class _Items:
    """The rules for items: which there are, in which order, and what they hold."""

    def __init__(self, answers: Mapping[str, list[Mapping[str, Any]]], complete: bool):
        """Take all answers by linkId, for enableWhen, and whether required items have to be there."""
        self._answers, self._complete = answers, complete

    def check(self, definitions: Sequence[Definition], given: Any, path: str) -> Iterator[Problem]:
        """Yield what is wrong with the items `given` in one place, and with those below them."""
        order = {str(d.get("linkId")): number for number, d in enumerate(definitions)}
        seen: list[str] = []
        if given is not None and not rows(given):
            yield Problem(f"{path}.item", "no list of items", "Leave it out, or list them")
        for number, item in enumerate(rows(given)):
            at, link = f"{path}.item[{number}]", str(mapping(item).get("linkId"))
            if link not in order:
                shown = link if _SHOWABLE.fullmatch(link) else "this linkId"
                yield Problem(f"{at}.linkId", f"{shown} is not here in the Questionnaire", "Use its linkIds")
                continue
            definition = definitions[order[link]]
            if seen and order[link] < max(order[s] for s in seen):
                yield Problem(at, f"{link} stands too late", "Keep the order of the Questionnaire", link)
            repeats = definition.get("type") == "group" and definition.get("repeats") is True
            if link in seen and not repeats:
                yield Problem(at, f"{link} is there twice", "Put all answers into one item", link)
            if not self._enabled(definition):
                yield Problem(
                    at, f"{link} is not asked after these answers (enableWhen)", "Leave it out", link
                )
            seen.append(link)
            yield from self._item(definition, item, at)
        for definition in definitions if self._complete else ():
            link = str(definition.get("linkId"))
            if definition.get("required") and link not in seen and self._enabled(definition):
                remedy = f"Answer it, or set the status to {STATUSES[0]}"
                yield Problem(f"{path}.item", f"{link} is required and not there", remedy, link)

    def _item(self, definition: Definition, item: Mapping[str, Any], at: str) -> Iterator[Problem]:
        link, kind = str(definition["linkId"]), definition.get("type")
        if item.get("text", definition.get("text")) != definition.get("text"):
            yield Problem(f"{at}.text", f"not the text of {link}", "Copy it from the Questionnaire", link)
        if kind in ("group", "display"):
            if "answer" in item:
                yield Problem(f"{at}.answer", f"{link} is no question", "Leave the answer out", link)
            if kind == "display" or not rows(item.get("item")):
                yield Problem(at, f"{link} tells nothing", "Leave it out", link)
            else:
                yield from self.check(rows(definition.get("item")), item.get("item"), at)
            return
        if "item" in item:
            remedy = "Put the items below the answer"
            yield Problem(f"{at}.item", f"items below the question {link} (qrs-1)", remedy, link)
        answers = rows(item.get("answer"))
        if not answers:
            yield Problem(f"{at}.answer", f"{link} has no answer", "Leave the item out", link)
        if len(answers) > 1 and not definition.get("repeats"):
            yield Problem(f"{at}.answer", f"{link} has several answers", "Keep one", link)
        for number, answer in enumerate(answers):
            where = f"{at}.answer[{number}]"
            yield from answer_problems(definition, mapping(answer), where)
            yield from self.check(rows(definition.get("item")), mapping(answer).get("item"), where)

    def _enabled(self, definition: Definition) -> bool:
        """Tell whether the answers let an item be asked."""
        conditions = [mapping(c) for c in rows(definition.get("enableWhen"))]
        if not conditions:
            return True
        met = [self._met(c) for c in conditions]
        return any(met) if definition.get("enableBehavior") == "any" else all(met)

    def _met(self, condition: Mapping[str, Any]) -> bool:
        given = self._answers.get(str(condition.get("question")), [])
        if condition.get("operator") == "exists":
            return bool(given) == condition.get("answerBoolean")
        key = next((k for k in condition if k.startswith("answer")), "")
        wanted = _comparable(condition.get(key))
        found = any(_comparable(answer.get(key.replace("answer", "value"))) == wanted for answer in given)
        return found == (condition.get("operator") == "=")


def _comparable(value: Any) -> Any:
    """Return what makes two answers the same: of a Coding, system and code."""
    return (value.get("system"), value.get("code")) if isinstance(value, dict) else value


def _answers(items: Any) -> dict[str, list[Mapping[str, Any]]]:
    """Return all answers in a response by linkId."""
    found: dict[str, list[Mapping[str, Any]]] = {}
    waiting = [mapping(i) for i in rows(items)]
    while waiting:
        item = waiting.pop()
        answers = [mapping(a) for a in rows(item.get("answer"))]
        found.setdefault(str(item.get("linkId")), []).extend(answers)
        for holder in (item, *answers):
            waiting += [mapping(i) for i in rows(holder.get("item"))]
    return found


def _extensions(resource: Mapping[str, Any], definition: Definition, complete: bool) -> Iterator[Problem]:
    start = f"{base(definition)}/StructureDefinition/"
    seen: list[Any] = []
    for number, row in enumerate(rows(resource.get("extension"))):
        extension, path = mapping(row), f"{_ROOT}.extension[{number}]"
        url = extension.get("url")
        if url in seen:
            yield Problem(path, "the same extension twice", "Keep one")
        seen.append(url)
        if url == start + OUTCOME:
            yield from _outcome(extension, resource, definition, complete, path)
        elif url == start + DOCUMENT:
            if not _HASH.fullmatch(str(extension.get("valueString"))):
                yield Problem(path, "no hash of the document", "Write sha256: and 64 digits")
        elif url != start + CHANNEL:
            names = ", ".join((OUTCOME, DOCUMENT, CHANNEL))
            yield Problem(f"{path}.url", "not an extension of ours", f"Use {start} with {names}")
        elif not is_text(extension.get("valueString")):
            yield Problem(path, "no channel", "Write its name, or leave the extension out")
    for name in (OUTCOME, DOCUMENT):
        if complete and start + name not in seen:
            yield Problem(f"{_ROOT}.extension", f"a finished check without {name}", "Add it")


def _outcome(
    extension: Mapping[str, Any],
    resource: Mapping[str, Any],
    definition: Definition,
    complete: bool,
    path: str,
) -> Iterator[Problem]:
    """Yield what is wrong with the result: it has to follow from the answers beside it."""
    concept = mapping(extension.get("valueCodeableConcept"))
    codings = [mapping(c) for c in rows(concept.get("coding"))]
    if len(codings) != 1 or codings[0].get("system") != f"{base(definition)}/CodeSystem/{OUTCOME}":
        yield Problem(
            f"{path}.valueCodeableConcept", "no one code of our results", "Write the code of the result"
        )
        return
    if not complete:
        yield Problem(path, "a result of a check that is not finished", "Leave it out")
        return
    answers = _answers(resource.get("item"))
    values: dict[Item, Value | None] = {}
    for link, given in answers.items():
        item = item_of(link)
        if item and len(given) == 1:
            values[item] = value_of(given[0].get("valueCoding"))
    # Words that nobody has read count as well.
    unread = any(cue.get("valueString") == NOT_READ for cue in answers.get("history.cue", ()))
    concerns = "off-list" in answers or "red-flags" in answers or unread
    try:
        expected = compute_outcome(values, other_concerns=concerns)
    except IncompleteAnswersError as error:
        missing = ", ".join(str(m) for m in error.missing)
        yield Problem(path, f"a result without an answer to {missing}", "Answer it, or leave the result out")
        return
    if codings[0].get("code") != expected:
        yield Problem(path, "the result does not follow from the answers", f"Write {expected}")
