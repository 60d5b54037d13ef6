"""Check 3: each result says that only the exam decides, and no text shows a template brace."""

from __future__ import annotations

import re
from collections.abc import Iterator

from assistant.check.finding import Finding
from assistant.check.project import Project
from assistant.check.texts import composed, results, written
from assistant.knowledge.content import FACTS, PAIRS, SILENT, TOPICS
from assistant.screening.items import YES, medicine_given
from assistant.wording import FILE, wording

#: The document's sentence about the exam, in our words.
CLOSING = re.compile(r"\bfinal decision (?:comes|is made) only after a full exam\b", re.I)
#: Wordings that close a reply about the patient's health without being a result.
_OTHERS = ("condition.closing", "summary.closing")


def check(project: Project) -> Iterator[Finding]:
    """Yield results without the closing line or the warning not to stop a medicine."""
    path = project.file(FILE)
    lines = {t.name: t.line for t in written(project) if t.path == path}
    stop_med = wording("check.stop_med")
    done: set[tuple[str, str]] = set()
    for result in results():
        name = f"check.{result.outcome}"
        missing = []
        if not CLOSING.search(result.text):
            missing.append(("does not say that the decision comes after an exam",
                            "Add “The final decision comes only after a full exam.”"))  # fmt: skip
        if medicine_given(result.record.values, YES) and stop_med not in result.text:
            missing.append(("lacks check.stop_med when a medicine is taken", "Add it"))
        for problem, remedy in missing:
            if (name, problem) not in done:
                done.add((name, problem))
                yield project.finding(path, lines.get(name), f"{name} {problem}", remedy)
    for name in _OTHERS:
        if not CLOSING.search(wording(name)):
            yield project.finding(
                path, lines.get(name), f"{name} does not say that the decision comes after an exam",
                "Add “The final decision comes only after a full exam.”",
            )  # fmt: skip
    yield from _braces(project)


def _braces(project: Project) -> Iterator[Finding]:
    # Texts of the document have no placeholders; what the code fills in is looked at by `wordings`.
    plain = {project.file(file) for file in (FACTS, PAIRS, TOPICS, SILENT)}
    own = [t for t in written(project) if t.path in plain and ("{" in t.text or "}" in t.text)]
    for text in own:
        yield project.finding(text.path, text.line, f"{text.name} shows a template brace", "Remove it")
    seen: set[str] = set()
    for text in () if own else composed(project):
        if ("{" in text.text or "}" in text.text) and text.name not in seen:
            seen.add(text.name)
            yield project.finding(
                text.path, text.line, f"{text.name} shows a template brace", "Fill or remove it"
            )
