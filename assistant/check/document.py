"""Check 10: the document is still the one that the facts were read against, section by section."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

from assistant.check.finding import Finding
from assistant.check.project import Project
from assistant.datafiles import data_dir, read_text
from assistant.knowledge.content import DOCUMENT, FACTS, Content, headings, read_content, sections
from assistant.screening.items import policies
from assistant.screening.questionnaire import FILE as QUESTIONNAIRE

#: As sha256sum writes it; below the document's own sum there is one for each of its sections.
FILE = "document/document.sha256"
#: What stands above the first heading.
TITLE = "(title)"
COMMAND = "make document-read"


def check(project: Project) -> Iterator[Finding]:
    """Yield what of the document changed since its sums were written, and what rests on it."""
    loaded, _ = read_content()
    now = sums(loaded)
    if not project.is_own(FILE):  # the sum of a base is of another document
        yield project.finding(
            project.data / FILE, 1, "the document has no sum", f"Read {FACTS} against it, then run {COMMAND}"
        )
        return
    text = read_text(FILE)
    before = {name: value for value, _, name in (line.partition("  ") for line in text.splitlines()) if name}
    if before == now:
        return
    changed = {name for name in now if now[name] != before.get(name)} - {Path(DOCUMENT).name}
    places = {name: line for line, name in headings(loaded.document, loaded.facts.values()).items()}
    if len(before) < 2 or not changed:
        yield project.finding(
            project.file(DOCUMENT), 1, "the document changed since its facts were read",
            f"Read {FACTS} against it, then run {COMMAND}",
        )  # fmt: skip
        return
    for name in sorted(changed, key=lambda name: places.get(name, 1)):
        title = f"“{name}”" if name in places else "what stands above the first heading of a fact"
        yield project.finding(
            project.file(DOCUMENT), places.get(name, 1), f"{title} changed since its facts were read",
            f"Read {_resting_on(loaded, name)} against it, then run {COMMAND}",
        )  # fmt: skip


def sums(loaded: Content) -> dict[str, str]:
    """Return the sum of the document and of each of its sections, by name."""
    parts = sections(loaded.document, loaded.facts.values())
    whole = {Path(DOCUMENT).name: _sum(loaded.document)}
    return whole | {name or TITLE: _sum(text) for name, text in parts.items()}


def write_sums() -> Path:
    """Write the sums of the document as it is now into the project's own file; return it. Raises DataFileError."""
    loaded, faults = read_content()
    if faults:
        raise faults[0]
    path = data_dir() / FILE
    path.write_text("".join(f"{value}  {name}\n" for name, value in sums(loaded).items()), encoding="utf-8")
    return path


def _sum(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8")).hexdigest()


def _resting_on(loaded: Content, section: str) -> str:
    """Return in words what was written from a section: facts, pairs, topics and questions of the check."""
    facts = [f.id for f in loaded.facts.values() if f.section.rstrip("?.") == section]
    pairs = [p.id for p in loaded.pairs.values() if not set(facts).isdisjoint(p.facts)]
    topics = [
        t.name
        for t in loaded.topics.values()
        if not {*facts, *pairs}.isdisjoint((*t.parts, *t.listed, *t.after))
    ]
    items = [p.name for p in policies().values() if p.fact in facts]
    parts = (
        ("facts", facts),
        ("pairs", pairs),
        ("the notes of the topics", topics),
        ("the questions", items),
    )
    said = [f"{what} {', '.join(names)}" for what, names in parts if names]
    if items:
        said[-1] += f" with their quotes and the version of {QUESTIONNAIRE}"
    return "; ".join(said) or FACTS
