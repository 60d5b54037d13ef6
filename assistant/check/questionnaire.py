"""Check 7: the FHIR questionnaire is sound, asks what the assistant asks, and can hold what it tells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from itertools import zip_longest
from typing import Any

from assistant.check.finding import Finding
from assistant.check.project import Project
from assistant.knowledge.content import content
from assistant.screening.fhir import told_beside
from assistant.screening.fhir_definition import check_definition
from assistant.screening.items import ITEMS, VALUES, Item
from assistant.screening.questionnaire import CODE_OF, FILE, Definition, link_id, options, units, walk
from assistant.screening.report import HOW
from assistant.wording import wording

#: A finding at the line of a linkId: linkId, problem, remedy.
_At = Callable[[str, str, str], Finding]
_QUOTE = re.compile(r"“([^”]+)”")
#: The units in which readings are written.
_UNITS = {
    "readings.temperature": ("Cel", "[degF]"),
    "readings.systolic": ("mm[Hg]",),
    "readings.diastolic": ("mm[Hg]",),
}


def check(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the questionnaire."""
    path = project.file(FILE)
    try:
        text = path.read_text(encoding="utf-8")
        data: Any = json.loads(text)
    except json.JSONDecodeError as e:
        yield project.finding(path, e.lineno, f"not valid JSON ({e.msg})", "Mend it there")
        return
    except (OSError, UnicodeDecodeError):
        yield project.finding(path, 1, "can't be read", "Restore it from the repository")
        return
    lines = text.splitlines()

    def at(link: str, problem: str, remedy: str) -> Finding:
        needle = f'"linkId": "{link}"'
        line = next((n for n, found in enumerate(lines, 1) if needle in found), None)
        return project.finding(path, line, problem, remedy)

    problems = check_definition(data if isinstance(data, dict) else {})
    for found in problems:
        yield at(found.link, found.problem if found.link else f"{found.path}: {found.problem}", found.remedy)
    if not any("linkId" in p.problem or "not a Q" in p.problem for p in problems):
        yield from _agreement(project, data, at)


def _agreement(project: Project, data: Definition, at: _At) -> Iterator[Finding]:
    """Yield where the questionnaire and the rest of the content say different things."""
    items = {str(item["linkId"]): item for item in walk(data["item"])}
    yield from _order([str(item["linkId"]) for item in data["item"]], at)
    for item in ITEMS:
        if link_id(item) in items:
            yield from _question(project, item, items, at)
    yield from _told(items, at)


def _order(top: list[str], at: _At) -> Iterator[Finding]:
    wanted = [link_id(item) for item in ITEMS]
    asked = [link for link in top if link in wanted]
    if asked != wanted:
        link = next((w for w, a in zip_longest(wanted, asked) if w and w != a), wanted[-1])
        order = f"Put them in this order: {', '.join(wanted)}"
        yield at(link, f"the questions are {', '.join(asked)}", order)


def _question(project: Project, item: Item, items: dict[str, Definition], at: _At) -> Iterator[Finding]:
    """Yield where a question, its help, its quote or its answers are not those of the assistant."""
    link, number = link_id(item), ITEMS.index(item) + 1
    start = f"Question {number} of {len(ITEMS)}: "
    for said in _responses(project, f"utter_ask_{item}"):
        text = str(said.get("text", ""))
        if not text.startswith(start):
            yield _in_domain(project, f"utter_ask_{item}", f"does not start with “{start.strip()}”", "Say so")
        yield from _same(items[link], link, text.removeprefix(start), f"utter_ask_{item}", at)
        titles = [str(b.get("title", "")).lower() for b in said.get("buttons", [])]
        values = [wording(f"check.values.{value}") for value in VALUES]
        if titles != values:
            yield _in_domain(
                project, f"utter_ask_{item}", f"has not the buttons {', '.join(values)}", "Name them so"
            )
    for said in _responses(project, f"utter_help_{item}"):
        if (shown := items.get(f"{link}.help")) is not None:
            yield from _same(shown, f"{link}.help", str(said.get("text", "")), f"utter_help_{item}", at)
    source = str(items.get(f"{link}.source", {}).get("text", ""))
    document = " ".join(content().document.split())
    for quote in _QUOTE.findall(source):
        if quote not in document:
            yield at(
                f"{link}.source", f"{link}.source quotes what the document does not say", "Mend the quote"
            )
    yield from _answers(items[link], link, at)


def _answers(item: Definition, link: str, at: _At) -> Iterator[Finding]:
    wanted = [CODE_OF[value] for value in VALUES]
    if [(o.get("system"), o.get("code")) for o in options(item)] != wanted:
        shown = ", ".join(f"{system}|{code}" for system, code in wanted)
        yield at(link, f"{link} has not the answers yes, no and not sure", f"Use {shown}")


def _same(item: Definition, link: str, text: str, response: str, at: _At) -> Iterator[Finding]:
    if item.get("text") != text:
        yield at(link, f"{link} says something else than {response} in domain.yml", f"Use its text: “{text}”")


def _told(items: dict[str, Definition], at: _At) -> Iterator[Finding]:
    """Yield what the summary tells and the questionnaire has no place for."""
    for item in ITEMS:
        link = f"{link_id(item)}.words"
        if items.get(link, {}).get("type") not in ("text", "string"):
            yield at(link_id(item), f"no {link} for the patient's own words", "Add it with the type text")
    for link, kind in told_beside().items():
        if items.get(link, {}).get("type") != kind:
            yield at(link, f"no {link} of the type {kind}, so the summary can't tell it", "Add it")
    for link, wanted in _UNITS.items():
        missing = {*wanted} - {u.get("code") for u in units(items.get(link, {}))}
        if missing:
            yield at(link, f"{link} can't have the unit {', '.join(sorted(missing))}", "Add the unit")
    for link in ("history.before", "history.value"):
        if link in items:
            yield from _answers(items[link], link, at)
    named: dict[str, list[str]] = {
        "history.how": [*HOW],
        "history.question": [link_id(i) for i in ITEMS],
    }
    for link, codes in named.items():
        if link in items and [o.get("code") for o in options(items[link])] != codes:
            yield at(link, f"{link} has other codes than the check", f"Use {', '.join(codes)}")
    for option in options(items.get("history.question", {})):
        for item in (i for i in ITEMS if link_id(i) == option.get("code")):
            if option.get("display") != wording(f"items.{item}.name"):
                yield at(
                    "history.question", f"{link_id(item)} is called otherwise in wording.yml",
                    f"Use its name: “{wording(f'items.{item}.name')}”",
                )  # fmt: skip


def _responses(project: Project, name: str) -> list[dict[str, Any]]:
    return list(project.domain_data().get("responses", {}).get(name, []))


def _in_domain(project: Project, response: str, problem: str, remedy: str) -> Finding:
    lines = project.domain.read_text(encoding="utf-8").splitlines()
    line = next((n for n, line in enumerate(lines, 1) if f"{response}:" in line), None)
    return project.finding(project.domain, line, f"{response} {problem}", remedy)
