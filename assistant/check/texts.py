"""All texts that the assistant can say: those that are written, and those that are composed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from pathlib import Path
from typing import Literal

from assistant.check.coverage import lines_of
from assistant.check.project import Project, Scalar, scalars
from assistant.dialogue.condition import condition_reply
from assistant.dialogue.no_condition import DENIED, NOT_LISTED, OTHER_PERSON
from assistant.knowledge.compose import answer_topic, follow_up, refuse_topic
from assistant.knowledge.content import (
    FACTS,
    PAIRS,
    QUESTIONS,
    SILENT,
    TOPICS,
    content,
    follow_up_kinds,
)
from assistant.screening.evidence import Reading
from assistant.screening.items import ITEMS, NO, UNSURE, VALUES, YES
from assistant.screening.outcome import Outcome
from assistant.screening.record import CheckRecord
from assistant.screening.summary import result_text
from assistant.wording import FILE as WORDING

Kind = Literal["text", "choice", "part"]

#: Covers every combination of the variations in wording.yml, of which there are at most four.
TURNS = 12
_SENTENCE_END = re.compile(r"(?:(?<=[.!?])|(?<=[.!?][”\"]))\s+|\n+")


@dataclass(frozen=True)
class BotText:
    """A text that patients may see.

    Attributes:
        name: what it is called: a response, a wording, a fact.
        text: the text; written ones may have {placeholders}.
        path: where it comes from.
        line: line there.
        kind: `text`, `choice` (a button, in the patient's words) or `part` (of a sentence).
    """

    name: str
    text: str
    path: Path
    line: int
    kind: Kind = "text"


@dataclass(frozen=True)
class Result:
    """The text of a result of the check, and the answers that it stands for."""

    record: CheckRecord
    outcome: Outcome
    text: str


def sentences(text: str) -> list[str]:
    """Return the sentences of a text; entries of lists are sentences of their own."""
    found = (" ".join(s.split()).removeprefix("- ") for s in _SENTENCE_END.split(text))
    return [s for s in found if s]


def written(project: Project) -> Iterator[BotText]:
    """Yield the texts as they stand in the files."""
    kind: Kind
    for path, s in project.response_scalars():
        if s.keys[-1] in ("text", "title", "payload"):
            # Questions of topics are shown as buttons.
            own = s.keys[-1] == "text" and path != project.file(QUESTIONS)
            kind = "text" if own else "choice"
            yield BotText(s.keys[1], s.text, path, s.line, kind)
    for path, s in project.wordings():
        if "terms" not in s.keys:
            name = ".".join(s.keys[:-1] if s.keys[-1].isdigit() else s.keys)
            kind = "part" if s.keys[0] == "items" and s.keys[-1] != "why" else "text"
            yield BotText(name, s.text, path, s.line, kind)
    for file in (FACTS, PAIRS, TOPICS, SILENT):
        yield from _of_rows(project, file)


def _of_rows(project: Project, file: str) -> Iterator[BotText]:
    found = scalars(project.file(file))
    names: dict[str, Scalar] = {}
    for key in ("name", "id"):
        names.update({s.keys[1]: s for s in found if len(s.keys) == 3 and s.keys[2] == key})
    kinds: dict[str, Kind] = {"say": "text", "item": "part"}
    if file == TOPICS:  # elsewhere `note` is for the people who keep the file
        kinds["note"] = "text"
    for s in found:
        if len(s.keys) == 3 and s.keys[2] in kinds:
            name = f"{names[s.keys[1]].text}.{s.keys[2]}"
            yield BotText(name, s.text, project.file(file), s.line, kinds[s.keys[2]])


@cache
def composed(project: Project) -> tuple[BotText, ...]:
    """Return all answers, refusals, follow-ups, replies to statements and results."""
    return tuple(_composed(project))


def _composed(project: Project) -> Iterator[BotText]:
    c = content()
    path, lines = project.file(TOPICS), lines_of(project, TOPICS, "name")
    for name in c.topics:
        answer = answer_topic(name)
        yield BotText(f"faq/{name}", answer.text, path, lines[name])
        for kind in (*follow_up_kinds(), "more"):
            for turn in range(TURNS if kind != "more" else 1):
                part = follow_up(kind, f"faq/{name}", answer.facts, turn)
                if part is not None:
                    yield BotText(f"faq/{name}, {kind}", part.text, path, lines[name])
    path, lines = project.file(SILENT), lines_of(project, SILENT, "name")
    for name in c.silent:
        for turn in range(TURNS):
            text = refuse_topic(name, turn).text
            yield BotText(f"not_in_document/{name}", text, path, lines[name])
    lines = {t.name: t.line for t in written(project) if t.path.name == WORDING}
    path = project.file(WORDING)
    for result in results():
        name = f"check.{result.outcome}"
        yield BotText(name, result.text, path, lines.get(name, 1))
    for name, text in _statements():
        yield BotText(name, text, path, lines.get("condition.closing", 1))


@cache
def results() -> tuple[Result, ...]:
    """Return the result for every combination of answers, off-list conditions and red flags."""
    concerns: tuple[list[list[str]], list[list[dict[str, str]]]] = (
        [[], ["asthma"]],
        [[], [{"sign": "chest pain", "at": ""}]],
    )
    found = []
    for values in product(VALUES, repeat=len(ITEMS)):
        for off_list, red_flags in product(*concerns):
            record = CheckRecord(dict(zip(ITEMS, values, strict=True)))
            record.off_list, record.red_flags = list(off_list), list(red_flags)
            found.append(Result(record, record.outcome(), result_text(record)))
    return tuple(found)


def _statements() -> Iterator[tuple[str, str]]:
    for item, value in product(ITEMS, (YES, UNSURE, NO)):
        reading = Reading(values={item: value})
        for status in ("none", "stopped"):
            reply = condition_reply(reading, status=status)
            yield f"statement about {item} ({value})", reply.messages[0].text
    yield "statement, denied", condition_reply(Reading(denied=[ITEMS[0]]), status="none").messages[0].text
    reply = condition_reply(Reading(off_list=["asthma"]), status="none")
    yield "statement off the list", reply.messages[0].text
    for none in (None, DENIED, NOT_LISTED, OTHER_PERSON):
        reply = condition_reply(Reading(), status="none", none=none)
        yield "statement", reply.messages[0].text
