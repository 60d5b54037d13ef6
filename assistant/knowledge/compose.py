"""Composes answers from facts: paired, attributed, each with the sentence it rests on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from assistant.knowledge.content import OTHER, Content, SilentTopic, Topic, content
from assistant.knowledge.procedure import procedure
from assistant.rendering.reply import Choice
from assistant.wording import wording

ANSWERED = "answered"
NOT_IN_DOCUMENT = "not_in_document"


@dataclass
class Part:
    """The answer to one question: its text, kind, fact ids and choices."""

    kind: str
    text: str
    facts: list[str] = field(default_factory=list)
    topic: str = ""
    choices: tuple[Choice, ...] = ()
    offer: str = ""
    unanswered: str = ""


def answer_topic(name: str, *, source: bool = True) -> Part:
    """Answer the document topic `name` (without `faq/`).

    Args:
        name: a topic of topics.yml.
        source: add the line with section and sentence.
    """
    c = content()
    topic = c.topics[name]
    facts = _unique(f for part in (*topic.parts, *topic.listed, *topic.after) for f in c.facts_of(part))
    sentences = [" ".join(c.say(part) for part in topic.parts)]
    if topic.listed:
        sentences.append("\n".join(f"- {c.facts[f].item or c.facts[f].say}" for f in topic.listed))
    tail = " ".join([*(c.say(part) for part in topic.after), *([topic.note] if topic.note else [])])
    if tail and topic.listed:
        sentences.append(tail)
    elif tail:
        sentences[0] += " " + tail
    if source and not topic.listed:
        sentences.append(source_line(c.facts_of(topic.parts[0])[0]))
    choices = tuple(Choice(c.topics[m].question) for m in topic.more)
    return Part(ANSWERED, "\n\n".join(sentences), facts, f"faq/{name}", choices, topic.offer)


def source_line(fact_id: str) -> str:
    """Return the line that names the section and quotes the sentence of a fact."""
    fact = content().facts[fact_id]
    path = "answer.source_claim" if fact.is_claim else "answer.source"
    return wording(path, section=fact.section.rstrip("?."), verbatim=fact.verbatim)


def refuse_topic(name: str, turn: int, *, noted: bool = True) -> Part:
    """Say that the document is silent on `name` (without `not_in_document/`), with the nearest fact.

    Args:
        name: a topic of not_in_document.yml; an unknown one is treated as `other`.
        turn: number of the message, so that wordings rotate.
        noted: say that the question is in the summary.
    """
    c = content()
    silent: SilentTopic = c.silent.get(name) or c.silent[OTHER]
    texts = [wording("answer.silence", turn, silence=silent.silence)]
    near = [f for f in silent.nearest if not (silent.own_health and f == procedure().exam)]
    if near:
        texts.append(wording("answer.nearest", say=" ".join(c.facts[f].say for f in near)))
    if silent.own_health:
        texts.append(wording("answer.own_body"))
    else:
        texts.append(wording("answer.refer", turn))
    if noted:
        texts.append(wording("answer.noted"))
    return Part(
        NOT_IN_DOCUMENT, " ".join(texts), list(silent.nearest), f"not_in_document/{silent.name}",
        unanswered=silent.name,
    )  # fmt: skip


def follow_up(kind: str, last_topic: str, last_facts: list[str], turn: int, asked: str = "") -> Part | None:
    """Answer an elliptical question ("why?", "how long?", "and the fractional one?", "tell me more").

    Args:
        kind: `more`, or one of `follow_up_kinds()`.
        last_topic: class name of the last answer, such as `faq/crust`.
        last_facts: its fact ids.
        turn: number of the message.
        asked: the message; it may name a variant of the procedure.

    Returns:
        None when there is nothing to refer to.
    """
    c = content()
    parent, _, name = last_topic.partition("/")
    if parent == "not_in_document" and name in c.silent:
        return refuse_topic(name, turn + 1, noted=False)
    topic = c.topics.get(name) if parent == "faq" else None
    if topic is None:
        return None
    if kind == "more":
        return _more(topic, last_facts, c)
    target: Any = topic.follow_ups.get(kind)
    if _about_this_variant(asked, target):
        return answer_topic(name)
    if target is None:
        text = wording(f"follow_up.{kind}")
        return Part(NOT_IN_DOCUMENT, text, [], last_topic)
    if isinstance(target, dict):
        text = wording("answer.silent_follow_up", turn, silence=target["silent"])
        return Part(NOT_IN_DOCUMENT, text, [], last_topic)
    if target in c.topics:
        return answer_topic(target)
    facts = list(c.facts_of(target))
    return Part(ANSWERED, f"{c.say(target)}\n\n{source_line(facts[0])}", facts, last_topic)


def _about_this_variant(asked: str, target: Any) -> bool:
    """Tell whether a message names another variant than a follow-up is about: the one that was just spoken of."""
    about = procedure().variants.named(str(target["silent"] if isinstance(target, dict) else target or ""))
    named = procedure().variants.named(asked)
    return bool(about and named) and about.isdisjoint(named)


def _more(topic: Topic, last_facts: list[str], c: Content) -> Part:
    """Give the sentences themselves, and the neighbouring topics as choices."""
    lines = []
    for fact_id in (last_facts or list(c.facts_of(topic.parts[0])))[:3]:
        fact = c.facts[fact_id]
        path = "answer.verbatim_claim" if fact.is_claim else "answer.verbatim"
        lines.append(wording(path, section=fact.section.rstrip("?."), verbatim=fact.verbatim))
    choices = tuple(Choice(c.topics[m].question) for m in topic.more)
    return Part(ANSWERED, "\n".join(lines), list(last_facts), f"faq/{topic.name}", choices)


def _unique(values: Any) -> list[str]:
    return list(dict.fromkeys(values))
