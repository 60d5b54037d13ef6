"""The document and what is made of it: facts, pairs, topics, topics it does not cover."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from assistant.datafiles import DataFileError, find, line_of, load_yaml, read_text
from assistant.wording import section

DOCUMENT = "document/document.txt"
FACTS = "document/facts.yml"
PAIRS = "document/pairs.yml"
TOPICS = "document/topics.yml"
SILENT = "document/not_in_document.yml"
QUESTIONS = "responses/questions.yml"


@dataclass(frozen=True)
class Fact:
    """A sentence of the document: `verbatim` letter by letter, `say` in plain words.

    `is_claim` marks a strong claim, which is only said as the document's.
    """

    id: str
    section: str
    verbatim: str
    say: str
    item: str = ""
    is_claim: bool = False


@dataclass(frozen=True)
class Pair:
    """Facts that are set side by side, with the text that does it."""

    id: str
    facts: tuple[str, ...]
    say: str


@dataclass(frozen=True)
class Topic:
    """Something patients ask and the document answers (NLU class faq/<name>)."""

    name: str
    question: str
    parts: tuple[str, ...]
    note: str = ""
    listed: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    more: tuple[str, ...] = ()
    offer: str = ""
    follow_ups: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class SilentTopic:
    """Something patients ask and the document does not answer (NLU class not_in_document/<name>)."""

    id: str
    name: str
    question: str
    silence: str
    nearest: tuple[str, ...]
    own_health: bool


@dataclass(frozen=True)
class Content:
    """All of it, by id or name."""

    document: str
    facts: dict[str, Fact]
    pairs: dict[str, Pair]
    topics: dict[str, Topic]
    silent: dict[str, SilentTopic]

    def facts_of(self, part: str) -> tuple[str, ...]:
        """Return the fact ids of a fact or pair id."""
        return self.pairs[part].facts if part in self.pairs else (part,)

    def say(self, part: str) -> str:
        """Return the text of a fact or pair id."""
        return self.pairs[part].say if part in self.pairs else self.facts[part].say

    def question(self, full_name: str) -> str | None:
        """Return the question to show on a button for a class name such as `faq/heat`."""
        kind, _, name = full_name.partition("/")
        if kind == "faq" and name in self.topics:
            return self.topics[name].question
        if kind == "not_in_document" and name in self.silent and name != "other":
            return self.silent[name].question
        return None


@lru_cache(maxsize=1)
def content() -> Content:
    """Load and check the content.

    Raises:
        DataFileError: an entry is incomplete, refers to something unknown, or a quote does not
            stand in the document.
    """
    document = read_text(DOCUMENT)
    flat = " ".join(document.split())
    facts = {}
    for row in _rows(FACTS, "facts", ("id", "section", "verbatim", "say")):
        fact = Fact(
            row["id"],
            row["section"],
            row["verbatim"],
            row["say"],
            row.get("item", ""),
            row.get("claim") == "true",
        )
        if " ".join(fact.verbatim.split()) not in flat:
            raise _error(
                FACTS, fact.id, f"the quote of {fact.id} does not stand in document.txt",
                "Copy the sentence from the document",
            )  # fmt: skip
        if fact.section not in document:
            raise _error(FACTS, fact.id, f"the section of {fact.id} is no heading", "Copy the heading")
        facts[fact.id] = fact
    pairs = {
        r["id"]: Pair(r["id"], tuple(r["facts"]), r["say"])
        for r in _rows(PAIRS, "pairs", ("id", "facts", "say"))
    }
    topics = {t.name: t for t in map(_topic, _rows(TOPICS, "topics", ("name", "parts")))}
    silent = {
        r["name"]: SilentTopic(
            r["id"], r["name"], _question(f"not_in_document/{r['name']}"), r["silence"], tuple(r["nearest"]),
            r.get("own_health") == "true",
        )
        for r in _rows(SILENT, "topics", ("id", "name", "silence", "nearest"))
    }  # fmt: skip
    loaded = Content(document, facts, pairs, topics, silent)
    _check_references(loaded)
    return loaded


def _question(full_name: str) -> str:
    """Return the question of a class as shown on buttons, from its Rasa response."""
    responses = load_yaml(QUESTIONS).get("responses") or {}
    variations = responses.get(f"utter_{full_name}")
    if not variations:
        raise DataFileError(
            find(QUESTIONS), f"no response utter_{full_name}", "Add it with the topic's question"
        )
    return str(variations[0]["text"])


def follow_up_kinds() -> tuple[str, ...]:
    """Return what elliptical questions may ask for: the follow-ups of wording.yml. `more` is always one."""
    return tuple(section("follow_up"))


def _topic(row: dict[str, Any]) -> Topic:
    follow_ups = {k: row[k] for k in follow_up_kinds() if k in row}
    return Topic(
        row["name"], _question(f"faq/{row['name']}"), tuple(row["parts"]), row.get("note", ""),
        tuple(row.get("list", ())), tuple(row.get("after", ())), tuple(row.get("more", ())),
        row.get("offer", ""), follow_ups,
    )  # fmt: skip


def _rows(file: str, key: str, needed: tuple[str, ...]) -> list[dict[str, Any]]:
    data = load_yaml(file)
    rows = data.get(key) if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise DataFileError(find(file), f"no list {key!r}", f"Start the file with `{key}:`")
    seen = set()
    for number, row in enumerate(rows, 1):
        name = row.get("id") or row.get("name") if isinstance(row, dict) else None
        absent = [k for k in needed if not isinstance(row, dict) or k not in row]
        if absent:
            raise _error(
                file, str(name or ""), f"entry {number} ({name or 'unnamed'}) lacks {', '.join(absent)}",
                "Add it",
            )  # fmt: skip
        unique = row.get("name", row.get("id"))
        if unique in seen:
            raise _error(file, str(unique), f"{unique} stands there twice", "Rename or remove one")
        seen.add(unique)
    return rows


def _check_references(c: Content) -> None:
    known = {*c.facts, *c.pairs}
    for pair in c.pairs.values():
        _need(PAIRS, pair.id, pair.facts, c.facts)
    for topic in c.topics.values():
        if not topic.parts:
            raise _error(
                TOPICS, f"name: {topic.name}", f"{topic.name} gives no fact",
                f"Write ids of {FACTS} into its parts",
            )  # fmt: skip
        _need(TOPICS, topic.name, (*topic.parts, *topic.after), known)
        _need(TOPICS, topic.name, topic.listed, c.facts)
        _need(TOPICS, topic.name, topic.more, c.topics)
        for target in topic.follow_ups.values():
            if isinstance(target, str):
                _need(TOPICS, topic.name, (target,), {*known, *c.topics})
    for silent in c.silent.values():
        _need(SILENT, silent.name, silent.nearest, c.facts)


def _need(file: str, where: str, names: tuple[str, ...], known: Any) -> None:
    for name in names:
        if name not in known:
            raise _error(file, where, f"{where} refers to {name!r}, which does not exist", "Mend the name")


def _error(file: str, needle: str, problem: str, remedy: str) -> DataFileError:
    return DataFileError(find(file), problem, remedy, line_of(file, needle))
