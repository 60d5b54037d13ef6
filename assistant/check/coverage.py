"""Check 1: every sentence of the document has a fact, every fact a topic, every topic examples."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from assistant.check.finding import Finding
from assistant.check.project import Project, load, scalars
from assistant.datafiles import content_files, read_text
from assistant.knowledge.content import (
    DOCUMENT,
    FACTS,
    PAIRS,
    SILENT,
    TOPICS,
    content,
    follow_up_kinds,
)

_TOPIC_KEYS = frozenset(("name", "parts", "note", "list", "after", "more", "offer"))
#: Responses of classes that are no topics; those of topics are needed to load them.
CLASSES = "responses/classes.yml"
COMPOSE = "assistant/knowledge/compose.py"
_ANSWERS = {
    "faq": TOPICS,
    "not_in_document": SILENT,
    "smalltalk": "domain.yml",
    "out_of_scope": CLASSES,
    "follow_up": COMPOSE,
}
_OFFERS = frozenset(("", "check", "list"))


def check(project: Project) -> Iterator[Finding]:
    """Yield what of the document can't be said, and what can't be asked."""
    yield from _sentences(project)
    yield from _reachable(project)
    yield from _entries(project)
    yield from _classes(project)


def lines_of(project: Project, file: str, key: str) -> dict[str, int]:
    """Return the line of each entry of a content file by the value of `key` (id or name)."""
    return {s.text: s.line for s in scalars(project.file(file)) if s.keys[-1] == key}


def classes(project: Project) -> dict[str, tuple[str, int]]:
    """Return the classes of data/nlu with the file (below data/) and line of their first block."""
    found: dict[str, tuple[str, int]] = {}
    for name in content_files("nlu"):
        for scalar in scalars(project.file(name)):
            if scalar.keys[-1] == "intent":
                where = (name, scalar.line)
                found.setdefault(scalar.text, where)
    return found


def _sentences(project: Project) -> Iterator[Finding]:
    headings = {f.section.rstrip("?.") for f in content().facts.values()}
    quotes = [" ".join(f.verbatim.split()) for f in content().facts.values()]
    for number, line in enumerate(read_text(DOCUMENT).splitlines(), 1):
        text = " ".join(line.replace("•", " ").split())
        if number == 1 or text.rstrip("?.") in headings:
            continue
        covered = [False] * len(text)
        for quote in quotes:
            at = text.find(quote)
            if at >= 0:
                covered[at : at + len(quote)] = [True] * len(quote)
        for match in re.finditer(r"\S.*?(?:[.?!:](?=\s)|$)", text):
            if any(c.isalnum() and not covered[match.start() + i] for i, c in enumerate(match.group())):
                yield project.finding(
                    project.file(DOCUMENT), number,
                    f"no fact covers “{match.group()[:60]}”", f"Add a fact to {FACTS}",
                )  # fmt: skip


def _reachable(project: Project) -> Iterator[Finding]:
    c = content()
    parts: set[str] = set()
    for topic in c.topics.values():
        targets = (t for t in topic.follow_ups.values() if isinstance(t, str))
        parts |= {
            *topic.parts,
            *topic.listed,
            *topic.after,
            *(t for t in targets if t not in c.topics),
        }
    facts = {f for part in parts for f in c.facts_of(part)}
    lines = lines_of(project, FACTS, "id")
    for fact in c.facts.values():
        if fact.id not in facts:
            yield project.finding(
                project.file(FACTS), lines.get(fact.id), f"no topic gives {fact.id}",
                f"Add it to the parts of a topic in {TOPICS}",
            )  # fmt: skip
    lines = lines_of(project, PAIRS, "id")
    for pair in c.pairs.values():
        if pair.id not in parts:
            yield project.finding(
                project.file(PAIRS), lines.get(pair.id), f"no topic gives {pair.id}",
                f"Use it in {TOPICS}, or remove it", "warning",
            )  # fmt: skip


def _entries(project: Project) -> Iterator[Finding]:
    path = project.file(TOPICS)
    lines = lines_of(project, TOPICS, "name")
    for row in load(path)["topics"]:
        line = lines.get(row["name"])
        for key in row:
            if key not in (*_TOPIC_KEYS, *follow_up_kinds()):
                yield project.finding(
                    path,
                    line,
                    f"{row['name']}: nothing reads {key!r}",
                    "Mend the key, or remove it",
                )
        if row.get("offer", "") not in _OFFERS:
            yield project.finding(
                path, line, f"{row['name']}: no such offer {row['offer']!r}", "Use check or list"
            )
        for key in follow_up_kinds():
            target = row.get(key)
            if isinstance(target, dict) and not target.get("silent"):
                yield project.finding(
                    path, line, f"{row['name']}: {key} is no {{silent: text}}", "Write the text"
                )


def _classes(project: Project) -> Iterator[Finding]:
    """Yield topics and responses without a class in data/nlu, and classes that nothing answers."""
    found = classes(project)
    answered: dict[str, dict[str, tuple[Path, int]]] = {
        "faq": _places(project, TOPICS),
        "not_in_document": _places(project, SILENT),
        "smalltalk": {},
        "out_of_scope": {},
        "follow_up": dict.fromkeys((*follow_up_kinds(), "more"), (project.root / COMPOSE, 1)),
    }
    responses = project.responses()
    for response, place in responses.items():
        parent, _, name = response.removeprefix("utter_").partition("/")
        if parent in ("smalltalk", "out_of_scope"):
            answered[parent][name] = place
        elif name and name not in answered.get(parent, {}):
            yield project.finding(*place, f"{response} has no topic", "Remove it, or add the topic")
    for parent, names in answered.items():
        trained = {n.partition("/")[2]: w for n, w in found.items() if n.startswith(f"{parent}/")}
        for name in sorted(set(names) & set(trained)):
            if f"utter_{parent}/{name}" not in responses:
                yield project.finding(
                    *names[name], f"{parent}/{name} has no response", f"Add it to {CLASSES}"
                )
        for name in sorted(set(names) - set(trained)):
            yield project.finding(*names[name], f"{name} has no examples", f"Add {parent}/{name} to data/nlu")
        for name in sorted(set(trained) - set(names)):
            file, line = trained[name]
            yield project.finding(
                project.file(file), line, f"nothing answers the class {parent}/{name}",
                f"Add an answer to {_ANSWERS[parent]}, or rename the class",
            )  # fmt: skip


def _places(project: Project, file: str) -> dict[str, tuple[Path, int]]:
    return {n: (project.file(file), line) for n, line in lines_of(project, file, "name").items()}
