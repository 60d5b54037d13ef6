"""Check 7: the FHIR questionnaire is sound and asks what the assistant asks."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import zip_longest
from typing import Any

from assistant.check.finding import Finding
from assistant.check.project import Project, load
from assistant.screening.items import ITEMS

FILE = "screening/questionnaire.r4.json"
#: http://hl7.org/fhir/R4/valueset-item-type.html
_TYPES = frozenset(
    "group display question boolean decimal integer date dateTime time string text url choice"
    " open-choice attachment reference quantity".split()
)
_CHOICES = frozenset(("choice", "open-choice"))


def check(project: Project) -> Iterator[Finding]:
    """Yield what is wrong with the questionnaire."""
    path = project.data / FILE
    try:
        text = path.read_text(encoding="utf-8")
        data: dict[str, Any] = json.loads(text)
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

    items = list(_all(data.get("item", [])))
    links = [str(item.get("linkId", "")) for item in items]
    for link in sorted({x for x in links if links.count(x) > 1 or not x}):
        yield at(link, f"the linkId {link!r} is not unique", "Rename one")
    for item in items:
        link = str(item.get("linkId", ""))
        if item.get("type") not in _TYPES:
            yield at(link, f"{link}: {item.get('type')!r} is no type of FHIR R4", "Mend the type")
        if item.get("required") and item.get("type") in _CHOICES and not item.get("answerOption"):
            yield at(link, f"{link}: required, but without answerOption", "Add the answers")
        for condition in item.get("enableWhen", ()):
            if condition.get("question") not in links:
                yield at(
                    link, f"{link}: enableWhen names the unknown {condition.get('question')!r}",
                    "Mend the name",
                )  # fmt: skip
        if len(item.get("enableWhen", ())) > 1 and "enableBehavior" not in item:
            yield at(link, f"{link}: several enableWhen need enableBehavior", "Add any or all")
    top = {str(item.get("linkId", "")): item for item in data.get("item", [])}
    yield from _questions(project, top, at)


def _questions(project: Project, top: dict[str, Any], at: Any) -> Iterator[Finding]:
    wanted = [item.replace("_", "-") for item in ITEMS]
    asked = [link for link in top if link in wanted]
    if asked != wanted:
        link = next((w for w, a in zip_longest(wanted, asked) if w and w != a), wanted[-1])
        order = f"Put them in this order: {', '.join(wanted)}"
        yield at(link, f"the questions are {', '.join(asked)}", order)
    responses = load(project.domain).get("responses", {})
    for number, (item, link) in enumerate(zip(ITEMS, wanted, strict=True), 1):
        said = [str(r.get("text", "")) for r in responses.get(f"utter_ask_{item}", [])]
        start = f"Question {number} of {len(ITEMS)}: "
        for text in said:
            if not text.startswith(start):
                yield project.finding(
                    project.domain, _line(project, f"utter_ask_{item}:"),
                    f"utter_ask_{item} does not start with “{start.strip()}”", "Say so",
                )  # fmt: skip
            if link in top and top[link].get("text") != text.removeprefix(start):
                yield at(
                    link, f"{link} asks something else than utter_ask_{item} in domain.yml",
                    f"Use its text: “{text.removeprefix(start)}”",
                )  # fmt: skip


def _line(project: Project, needle: str) -> int | None:
    lines = project.domain.read_text(encoding="utf-8").splitlines()
    return next((n for n, line in enumerate(lines, 1) if needle in line), None)


def _all(items: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    for item in items:
        yield item
        yield from _all(item.get("item", []))
