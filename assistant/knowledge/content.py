"""The document and what is made of it: facts, pairs, topics, topics it does not cover."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import lru_cache
from typing import Any

from assistant.datafiles import DataFileError, find, line_at, load_yaml, read_text
from assistant.wording import section

DOCUMENT = "document/document.txt"
FACTS = "document/facts.yml"
PAIRS = "document/pairs.yml"
TOPICS = "document/topics.yml"
SILENT = "document/not_in_document.yml"
QUESTIONS = "responses/questions.yml"
#: The silent topic of questions that have no entry of their own.
OTHER = "other"
#: The list that each file holds, and what its entries need.
_NEEDED = {
    FACTS: ("facts", ("id", "section", "verbatim", "say")),
    PAIRS: ("pairs", ("id", "facts", "say")),
    TOPICS: ("topics", ("name", "parts")),
    SILENT: ("topics", ("id", "name", "silence", "nearest")),
}


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
        if kind == "not_in_document" and name in self.silent and name != OTHER:
            return self.silent[name].question
        return None


@lru_cache(maxsize=1)
def content() -> Content:
    """Load and check the content.

    Raises:
        DataFileError: an entry is incomplete, refers to something unknown, or a quote does not
            stand in the document.
    """
    loaded, faults = read_content()
    if faults:
        raise faults[0]
    return loaded


def read_content() -> tuple[Content, list[DataFileError]]:
    """Return the content and everything in it that does not fit together; it is only of use when nothing is.

    Raises:
        DataFileError: a file can't be read, or an entry lacks what it needs.
    """
    facts, misquoted = read_facts()
    pairs = [Pair(r["id"], tuple(r["facts"]), r["say"]) for r in _rows(PAIRS)]
    topics = [_topic(row) for row in _rows(TOPICS)]
    silent = [_silent(row) for row in _rows(SILENT)]
    loaded = Content(
        read_text(DOCUMENT),
        {f.id: f for f in facts},
        {p.id: p for p in pairs},
        {t.name: t for t in topics},
        {t.name: t for t in silent},
    )
    taken = [("id", FACTS, [f.id for f in facts]), ("id", PAIRS, [p.id for p in pairs])]
    apart = [("name", TOPICS, [t.name for t in topics]), ("name", SILENT, [t.name for t in silent])]
    faults = [*_twice(taken), *(f for part in apart for f in _twice([part]))]
    faults += [*_twice([("id", SILENT, [t.id for t in silent])])]
    if faults:  # nobody can tell which of two is meant
        return loaded, faults
    faults += [
        *misquoted,
        *_questions(topics, silent),
        *_references(facts, pairs, topics, silent),
    ]
    return loaded, faults


def read_facts() -> tuple[list[Fact], list[DataFileError]]:
    """Return the facts and those of their quotes that the document does not say. Raises as `read_content`."""
    facts = [_fact(row) for row in _rows(FACTS)]
    return facts, list(_quotes(read_text(DOCUMENT), facts))


def headings(document: str, facts: Iterable[Fact]) -> dict[int, str]:
    """Return the lines of the document (from 1) that are headings of facts, without their final sign."""
    named = {f.section.rstrip("?.") for f in facts}
    lines = enumerate(document.splitlines(), 1)
    return {number: line.strip().rstrip("?.") for number, line in lines if line.strip().rstrip("?.") in named}


def sections(document: str, facts: Iterable[Fact]) -> dict[str, str]:
    """Return what stands under each heading of facts, on one line; above the first one under "" (if anything)."""
    known, name = headings(document, facts), ""
    found: dict[str, list[str]] = {}
    for number, line in enumerate(document.splitlines(), 1):
        name = known.get(number, name)
        found.setdefault(name, []).extend(line.split())
    return {name: " ".join(words) for name, words in found.items()}


def _fact(row: dict[str, Any]) -> Fact:
    is_claim = row.get("claim") == "true"
    return Fact(row["id"], row["section"], row["verbatim"], row["say"], row.get("item", ""), is_claim)


def _quotes(document: str, facts: list[Fact]) -> Iterator[DataFileError]:
    """Yield the quotes that the document does not say, or not under that heading."""
    flat = " ".join(document.split())
    known, under = headings(document, facts), sections(document, facts)
    for number, fact in enumerate(facts):
        quote, section = " ".join(fact.verbatim.split()), fact.section.rstrip("?.")
        if not quote or quote not in flat:
            yield _error(
                FACTS, ("facts", number, "verbatim"), f"the quote of {fact.id} does not stand in document.txt",
                "Copy the sentence from the document",
            )  # fmt: skip
        elif section not in known.values():
            yield _error(
                FACTS,
                ("facts", number, "section"),
                f"the section of {fact.id} is no heading",
                "Copy the heading",
            )
        elif quote not in under[section]:
            found = next((name for name, text in under.items() if quote in text), "another heading")
            yield _error(
                FACTS, ("facts", number, "section"),
                f"the quote of {fact.id} does not stand under that heading, but under “{found}”",
                "Copy the heading above the sentence",
            )  # fmt: skip


def _question(full_name: str) -> str:
    """Return the question of a class as shown on buttons, from its Rasa response; empty when there is none."""
    data = load_yaml(QUESTIONS)
    responses = data.get("responses") if isinstance(data, dict) else None
    variations = responses.get(f"utter_{full_name}") if isinstance(responses, dict) else None
    try:
        return str(variations[0]["text"]) if variations else ""
    except (KeyError, TypeError):
        return ""


def _questions(topics: list[Topic], silent: list[SilentTopic]) -> Iterator[DataFileError]:
    both: tuple[tuple[str, str, Sequence[Topic | SilentTopic]], ...] = (
        ("faq", TOPICS, topics),
        ("not_in_document", SILENT, silent),
    )
    for parent, file, rows in both:
        for number, topic in enumerate(rows):
            if not topic.question:
                yield _error(
                    file, ("topics", number, "name"), f"{topic.name} has no question to show on a button",
                    f"Add the response utter_{parent}/{topic.name} to {QUESTIONS}, or mend the name",
                )  # fmt: skip


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


def _silent(row: dict[str, Any]) -> SilentTopic:
    question = _question(f"not_in_document/{row['name']}")
    return SilentTopic(
        row["id"],
        row["name"],
        question,
        row["silence"],
        tuple(row["nearest"]),
        row.get("own_health") == "true",
    )


def _rows(file: str) -> list[dict[str, Any]]:
    key, needed = _NEEDED[file]
    data = load_yaml(file)
    rows = data.get(key) if isinstance(data, dict) else None
    if not isinstance(rows, list):
        raise DataFileError(find(file), f"no list {key!r}", f"Start the file with `{key}:`", 1)
    for number, row in enumerate(rows):
        name = row.get("id") or row.get("name") if isinstance(row, dict) else None
        absent = [k for k in needed if not isinstance(row, dict) or k not in row]
        if absent:
            raise _error(
                file, (key, number), f"entry {number + 1} ({name or 'unnamed'}) lacks {', '.join(absent)}",
                "Add it",
            )  # fmt: skip
    return rows


def _twice(parts: list[tuple[str, str, list[str]]]) -> Iterator[DataFileError]:
    """Yield the names that stand twice among all of `parts`: key of the name, file, names in their order."""
    first: dict[str, tuple[str, int]] = {}
    for key, file, names in parts:
        rows = _NEEDED[file][0]
        for number, name in enumerate(names):
            if name in first:
                other, place = first[name]
                yield _error(
                    file, (rows, number, key), f"{name} stands there twice",
                    f"Rename or remove one; the other is at {other}:{line_at(other, _NEEDED[other][0], place)}",
                )  # fmt: skip
            first.setdefault(name, (file, number))


def _references(
    facts: list[Fact], pairs: list[Pair], topics: list[Topic], silent: list[SilentTopic]
) -> Iterator[DataFileError]:
    """Yield the names of facts, pairs and topics that do not exist."""
    ids, names = {f.id for f in facts}, {t.name for t in topics}
    known = ids | {p.id for p in pairs}
    for number, pair in enumerate(pairs):
        yield from _unknown(PAIRS, ("pairs", number, "facts"), pair.id, pair.facts, ids)
    for number, topic in enumerate(topics):
        if not topic.parts:
            yield _error(
                TOPICS, ("topics", number, "parts"), f"{topic.name} gives no fact",
                f"Write ids of {FACTS} into its parts",
            )  # fmt: skip
        lists = (("parts", topic.parts, known), ("list", topic.listed, ids), ("after", topic.after, known),
                 ("more", topic.more, names))  # fmt: skip
        for key, found, among in lists:
            yield from _unknown(TOPICS, ("topics", number, key), topic.name, found, among)
        for kind, target in topic.follow_ups.items():
            if isinstance(target, str):
                yield from _unknown(TOPICS, ("topics", number, kind), topic.name, (target,), known | names)
    if OTHER not in {t.name for t in silent}:
        yield _error(
            SILENT, ("topics",), f"there is no topic {OTHER}, for questions without an entry of their own",
            f"Add it: - {{id: N00, name: {OTHER}, silence: \"that\", nearest: []}}",
        )  # fmt: skip
    for number, other in enumerate(silent):
        yield from _unknown(SILENT, ("topics", number, "nearest"), other.name, other.nearest, ids)


def _unknown(
    file: str, place: tuple[str | int, ...], where: str, names: tuple[str, ...], known: set[str]
) -> Iterator[DataFileError]:
    for number, name in enumerate(names):
        if name not in known:
            # A hint among ids such as F12 would be a guess.
            like = get_close_matches(name, known, 1) if len(name) > 4 else []
            remedy = f"Did you mean {like[0]}? Mend the name" if like else "Mend the name"
            yield _error(file, (*place, number), f"{where} refers to {name!r}, which does not exist", remedy)


def _error(file: str, place: tuple[str | int, ...], problem: str, remedy: str) -> DataFileError:
    return DataFileError(find(file), problem, remedy, line_at(file, *place))
