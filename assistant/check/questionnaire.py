"""Check 7: the FHIR questionnaire is sound, asks what the assistant asks, and can hold what it tells."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from difflib import get_close_matches
from itertools import pairwise, zip_longest
from typing import Any

from assistant.check.finding import Finding
from assistant.check.project import Project
from assistant.datafiles import read_path, read_text
from assistant.knowledge.content import content
from assistant.screening.fhir import told_beside
from assistant.screening.fhir_definition import check_definition
from assistant.screening.fhir_values import CODES, NOT_A_CODE
from assistant.screening.items import FILE as ITEMS_FILE
from assistant.screening.items import ITEMS, VALUES, Item
from assistant.screening.questionnaire import CODE_OF, FILE, Definition, link_id, options, units, walk
from assistant.screening.report import HOW
from assistant.wording import wording
from assistant.yaml_text import line_in

#: A finding at the line of a linkId: linkId, problem, remedy.
_At = Callable[[str, str, str], Finding | None]
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
    text = read_text(FILE)
    twice: list[str] = []
    try:
        data: Any = json.loads(text, object_pairs_hook=lambda pairs: _unique(pairs, twice))
    except (json.JSONDecodeError, RecursionError) as e:
        yield project.finding(path, _line_of_error(text, e), *_json_problem(e))
        return
    lines = text.splitlines()
    for key in twice:
        # The second one on a line of its own, when there is one.
        found = [n for n, line in enumerate(lines, 1) if f'"{key}":' in line]
        near = next((b for a, b in pairwise(found) if b == a + 1), found[-1] if found else 1)
        yield project.finding(path, near, f"the key {key!r} stands there twice", "Remove one")
    if twice:
        return

    def at(link: str, problem: str, remedy: str) -> Finding:
        needle = f'"linkId": "{link}"'
        named = [n for n, found in enumerate(lines, 1) if needle in found]
        if not link:  # such as Questionnaire.version: …
            key = problem.partition(":")[0].rpartition(".")[2]
            named = [n for n, found in enumerate(lines, 1) if f'"{key}":' in found]
        if named and problem.startswith(NOT_A_CODE):
            named = [_line_of_code(lines, named[0], problem.removeprefix(NOT_A_CODE))]
        last = "not unique" in problem
        return project.finding(path, named[-1 if last else 0] if named else _start(lines), problem, remedy)

    problems = check_definition(data if isinstance(data, dict) else {})
    for broken in problems:
        told = broken.problem if broken.link else f"{broken.path}: {broken.problem}"
        yield at(broken.link, told, broken.remedy)
    if not any("linkId" in p.problem or "not a Q" in p.problem for p in problems):
        reported = {p.link for p in problems}

        def unless_reported(link: str, problem: str, remedy: str) -> Finding | None:
            return None if link in reported else at(link, problem, remedy)

        yield from (f for f in _agreement(project, data, unless_reported) if f is not None)


def _unique(pairs: list[tuple[str, Any]], twice: list[str]) -> dict[str, Any]:
    """Return an object of JSON; keys that stand in it twice are added to `twice`."""
    found = dict(pairs)
    names = [key for key, _ in pairs]
    twice.extend(key for key in found if names.count(key) > 1)
    return found


def _line_of_error(text: str, error: json.JSONDecodeError | RecursionError) -> int:
    """Return the line where a comma or a bracket is missing, which is before the place where reading stopped."""
    if isinstance(error, RecursionError):
        return 1
    before = text[: error.pos].rstrip() if "delimiter" in error.msg else text[: error.pos]
    return before.count("\n") + 1


def _json_problem(error: json.JSONDecodeError | RecursionError) -> tuple[str, str]:
    if isinstance(error, RecursionError):
        return "brackets within brackets without end", "Restore the file"
    remedy = "Write a comma or close the bracket there" if "delimiter" in error.msg else "Mend it there"
    return f"not valid JSON ({error.msg})", remedy


def _line_of_code(lines: list[str], start: int, system: str) -> int:
    """Return the line of the first code of a system, from line `start` on, that the system does not have."""
    for number in range(start, len(lines)):
        code = re.search(r'"code": "([^"]*)"', lines[number])
        if (
            code
            and f'"{system}"' in lines[number - 1]
            and not CODES.get(system, re.compile(r"[a-z][a-z0-9-]*")).fullmatch(code[1])
        ):
            return number + 1
    return start


def _start(lines: list[str]) -> int:
    """Return the line on which the items begin."""
    return next((n for n, line in enumerate(lines, 1) if '"item": [' in line), 1)


def _agreement(project: Project, data: Definition, at: _At) -> Iterator[Finding | None]:
    """Yield where the questionnaire and the rest of the content say different things."""
    items = {str(item["linkId"]): item for item in walk(data["item"])}
    yield from _order(data["item"], at)
    for item in ITEMS:
        if link_id(item) in items:
            yield from _question(project, item, items, at)
    yield from _told(items, at)


def _order(top: list[Definition], at: _At) -> Iterator[Finding | None]:
    wanted = [link_id(item) for item in ITEMS]
    asked = [str(item["linkId"]) for item in top if item["linkId"] in wanted]
    # Questions that are answered as those of the check are.
    answers = [CODE_OF[value] for value in VALUES]
    strange = [
        str(item["linkId"]) for item in top
        if item["linkId"] not in wanted and [(o.get("system"), o.get("code")) for o in options(item)] == answers
    ]  # fmt: skip
    for link in strange:
        like = get_close_matches(link, [w for w in wanted if w not in asked], 1)
        remedy = f"Did you mean {like[0]}?" if like else f"Add the item to {ITEMS_FILE}, or remove it here"
        yield at(link, f"nothing asks {link}", remedy)
        asked = wanted if {*like} == {*wanted} - {*asked} else asked
    if asked != wanted:
        link = next((w for w, a in zip_longest(wanted, asked) if w and w != a), wanted[-1])
        order = f"Put them in this order: {', '.join(wanted)}"
        yield at(link, f"the questions are {', '.join(asked)}", order)


def _question(
    project: Project, item: Item, items: dict[str, Definition], at: _At
) -> Iterator[Finding | None]:
    """Yield where a question, its help, its quote or its answers are not those of the assistant."""
    link, number = link_id(item), ITEMS.index(item) + 1
    start = f"Question {number} of {len(ITEMS)}: "
    for said in _responses(project, f"utter_ask_{item}"):
        text = str(said.get("text", ""))
        if not text.startswith(start):
            yield _in_domain(project, f"utter_ask_{item}", f"does not start with “{start.strip()}”", "Say so")
            text = re.sub(r"^Question \d+ of \d+: ", "", text)
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


def _answers(item: Definition, link: str, at: _At) -> Iterator[Finding | None]:
    wanted = [CODE_OF[value] for value in VALUES]
    if [(o.get("system"), o.get("code")) for o in options(item)] != wanted:
        shown = ", ".join(f"{system}|{code}" for system, code in wanted)
        yield at(link, f"{link} has not the answers yes, no and not sure", f"Use {shown}")


def _same(item: Definition, link: str, text: str, response: str, at: _At) -> Iterator[Finding | None]:
    if item.get("text") != text:
        yield at(link, f"{link} says something else than {response} in domain.yml", f"Use its text: “{text}”")


def _told(items: dict[str, Definition], at: _At) -> Iterator[Finding | None]:
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
    line = line_in(read_path(project.domain), "responses", response, 0, "text")
    return project.finding(project.domain, line, f"{response} {problem}", remedy)
