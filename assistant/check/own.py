"""Check 1, for a project that stands on another one: what is about its procedure it has itself."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.check import shapes
from assistant.check.finding import Finding
from assistant.check.project import Project
from assistant.datafiles import base_dir
from assistant.knowledge.content import DOCUMENT, FACTS, PAIRS, QUESTIONS, SILENT, TOPICS, read_facts
from assistant.knowledge.procedure import FILE as PROCEDURE
from assistant.screening.items import FILE as ITEMS
from assistant.screening.lexicon import LEXICON
from assistant.screening.questionnaire import FILE as QUESTIONNAIRE
from assistant.wording import FILE as WORDING

#: The files that are about a document, in the order in which the guide has them written, with its step. A base's
#: would be about another document.
OWN = (
    (DOCUMENT, 2), (FACTS, 2), (shapes.CLAIMS, 3), (PAIRS, 3), (TOPICS, 4), (SILENT, 4), (QUESTIONS, 4), (PROCEDURE, 5),
    (ITEMS, 6), (LEXICON, 6), (QUESTIONNAIRE, 6), ("domain.yml", 7), (WORDING, 8), (shapes.READING, 8),
    ("nlu/faq.yml", 9), ("nlu/not_in_document.yml", 9), ("nlu/services.yml", 9),
)  # fmt: skip
GUIDE = "“A procedure of your own” in docs/content.md"


def check(project: Project) -> Iterator[Finding]:
    """Yield the files that are still to be written, and what is wrong with those that are there.

    Nothing when the project has no base, or has all of them: the other checks then say more.
    """
    if base_dir() is None:
        return
    places = {name: project.domain if name == "domain.yml" else project.data / name for name, _ in OWN}
    missing = [(name, step) for name, step in OWN if not places[name].exists()]
    if not missing:
        return
    there = {name for name, _ in OWN} - {name for name, _ in missing}
    misshapen = list(shapes.check_own(project, there))
    yield from misshapen
    if {DOCUMENT, FACTS} <= there and not any(f.file == project.show(places[FACTS]) for f in misshapen):
        yield from map(project.from_error, read_facts()[1])
    for name, step in missing:
        yield project.finding(
            places[name], 1, "still to be written; the base's would be about another document",
            f"It is step {step} of {GUIDE}; each project in examples/ shows one",
        )  # fmt: skip
