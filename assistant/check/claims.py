"""Check 9: strong claims of the document are marked, and none is given without what stands beside it."""

from __future__ import annotations

from collections.abc import Iterator

from assistant.check.coverage import lines_of
from assistant.check.finding import Finding
from assistant.check.forbidden import load_claims
from assistant.check.project import Project
from assistant.knowledge.content import FACTS, PAIRS, TOPICS, Topic, content
from assistant.text import has_phrase, squash


def check(project: Project) -> Iterator[Finding]:
    """Yield claims that nobody marked, and topics that give one alone."""
    words = load_claims().words
    lines = lines_of(project, FACTS, "id")
    for fact in content().facts.values():
        claim = next((w for w in words if has_phrase(squash(fact.verbatim), w)), None)
        if claim and not fact.is_claim:
            yield project.finding(
                project.file(FACTS), lines.get(fact.id), f"{fact.id} makes the strong claim “{claim}”",
                "Add `claim: true` to the fact",
            )  # fmt: skip
    lines = lines_of(project, TOPICS, "name")
    for topic in content().topics.values():
        for problem, remedy in _alone(topic):
            yield project.finding(project.file(TOPICS), lines.get(topic.name), problem, remedy)


def _alone(topic: Topic) -> Iterator[tuple[str, str]]:
    c = content()
    parts = (*topic.parts, *topic.listed, *topic.after)
    given = {fact for part in parts for fact in c.facts_of(part)}
    for claim in (p for p in parts if p in c.facts and c.facts[p].is_claim):
        pairs = [p for p in c.pairs.values() if claim in p.facts]
        beside = [set(p.facts) - {claim} for p in pairs if len(p.facts) > 1]
        if any(facts <= given for facts in beside):
            continue
        if beside:
            names = " or ".join(p.id for p in pairs if len(p.facts) > 1)
            yield (
                f"{topic.name} gives the strong claim {claim} without the facts that stand beside it",
                f"Put {names} in its parts",
            )
        elif not topic.note:
            yield (
                f"{topic.name} gives the strong claim {claim}, and nothing stands beside it",
                f"Write a pair in {PAIRS}, or a note that says what the claim leaves open",
            )
