"""The figures and groups as tables of plain texts, the same for the terminal, the page and the inbox."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from assistant.knowledge.content import content
from assistant.screening.fhir_values import clean
from assistant.screening.items import ITEMS
from assistant.text import shorten
from assistant.wording import wording
from clinic.insights.groups import OTHER, SMALLEST, Group, Ranked
from clinic.insights.report import Figures, Weekly

_KINDS = {
    "answered": "answered",
    "not_in_document": "not in the document",
    "out_of_scope": "other subjects",
    "unclear": "not understood",
    "condition": "own health and the check",
    "smalltalk": "small talk and commands",
    "emergency": "emergencies",
    "person": "left to a person",
    "none": "failed",
}
_OUTCOMES = {
    "contraindicated": "a listed reason",
    "needs_specialist_review": "specialist to look",
    "no_listed_contraindication": "no listed reason",
}
_REASONS = {
    "stopped": "stopped",
    "emergency": "emergency",
    "restarted": "started over",
    "other": "other",
}
#: Characters of a cell in a terminal.
_WIDEST = 70
_LINES = 8
UNANSWERED = ("not_in_document", "out_of_scope", "unclear")


@dataclass(frozen=True)
class Sheet:
    """A table: `head` names the columns; the first cell of a row names the row."""

    name: str
    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


def figures_sheets(found: Weekly) -> list[Sheet]:
    """Return the tables of the weekly figures; one without any number is left out."""
    total = found.total
    sheets = [_weeks(found)]
    channels = _keys(total.conversations, total.messages, total.begun, total.hand_overs)
    sheets.append(
        Sheet(
            "channels", "Channels", ("Channel", "Conversations", "Messages", "Checks begun", "Hand-overs"),
            tuple(_row(c, total.conversations[c], total.messages[c], total.begun[c], total.hand_overs[c])
                  for c in channels),
        )
    )  # fmt: skip
    sheets.append(_drop_offs(total))
    sheets.append(
        Sheet(
            "refusals", "What the document does not say, by topic", ("Topic", "Questions"),
            tuple(_row(topic_name(t), n) for t, n in _by_number(total.refusals)),
        )
    )  # fmt: skip
    sheets.append(
        Sheet(
            "emergencies", "Emergencies", ("Kind", "Messages"),
            tuple(_row(k.replace("_", "-"), n) for k, n in _by_number(total.emergencies)),
        )
    )  # fmt: skip
    return [s for s in sheets if s.rows]


def group_sheet(found: Ranked) -> Sheet:
    """Return the ranked groups, and below them how many questions are in none."""
    rows = tuple(_row(g.number, g.size, g.label, _topic_of(g), g.first, g.last) for g in found.groups)
    return Sheet(
        "groups", "Questions without an answer", ("Group", "Questions", "Most typical", "Topic", "From", "To"),
        rows, " ".join(_remarks(found)),
    )  # fmt: skip


def group_lines(group: Group) -> list[str]:
    """Return some other questions of a group, the most central first."""
    return [clean(text) for text in group.questions if text != group.label][:_LINES]


def _topic_of(group: Group) -> str:
    if not group.topic:
        return "new"
    return f"part of: {topic_name(group.topic)}" if group.part else topic_name(group.topic)


def topic_name(name: str) -> str:
    """Return what a silent topic is about, in words; `other` has none of its own."""
    if name == OTHER:
        return "without a topic of its own"
    silent = content().silent.get(name)
    return silent.silence if silent else clean(name)


def _remarks(found: Ranked) -> Iterable[str]:
    if found.few:
        are = "question is" if found.few == 1 else "questions are"
        yield f"{found.few} more {are} in groups smaller than {SMALLEST}, which are not shown."
    if found.left_out:
        yield f"{found.left_out} older ones were left out."
    if not found.total:
        yield "There is none yet."


def _weeks(found: Weekly) -> Sheet:
    kinds = [k for k in _KINDS if found.total.answers[k] or k in ("answered", *UNANSWERED)]
    outcomes = list(_OUTCOMES)
    head = (
        "Week from", "Conversations", "Messages", *(_KINDS[k].capitalize() for k in kinds),
        "Checks begun", "Checks finished", *(_OUTCOMES[o].capitalize() for o in outcomes), "Hand-overs",
    )  # fmt: skip
    rows = []
    weeks = [(week.monday, week.figures) for week in found.weeks]
    for name, f in (*weeks, ("All", found.total)):
        numbers = [f.conversations.total(), f.messages.total(), *(f.answers[k] for k in kinds)]
        numbers += [f.begun.total(), f.finished.total(), *(f.finished[o] for o in outcomes)]
        rows.append(_row(name, *numbers, f.hand_overs.total()))
    return Sheet("weeks", "Weeks", head, tuple(rows))


def _drop_offs(total: Figures) -> Sheet:
    names = {item: wording(f"items.{item}.name") for item in ITEMS}
    rows = tuple(
        _row(names.get(d.item, "Before the first question"), d.asked, d.answered,
             *(d.left.get(reason, 0) for reason in _REASONS), d.silent)
        for d in total.drop_offs()
    )  # fmt: skip
    return Sheet(
        "drop_offs", "Where the check was left",
        ("Question", "Asked", "Answered", *(r.capitalize() for r in _REASONS.values()), "No more word"), rows,
        "No more word: still open, or the patient went away.",
    )  # fmt: skip


def _keys(*counters: Counter[str]) -> list[str]:
    return sorted({key for counter in counters for key in counter})


def _by_number(counter: Counter[str]) -> list[tuple[str, int]]:
    return sorted(counter.items(), key=lambda item: (-item[1], item[0]))


def _row(*cells: object) -> tuple[str, ...]:
    return tuple(clean(str(cell)) for cell in cells)


def as_text(sheet: Sheet, notes: Sequence[Sequence[str]] = ()) -> str:
    """Return a table for a terminal; `notes` are lines below each row.

    The words of a column's head stand one below the other.
    """
    shown = [tuple(shorten(cell, _WIDEST) for cell in row) for row in sheet.rows]
    heads = [head.split() for head in sheet.head]
    height = max(map(len, heads))
    above = [tuple((["", *[""] * height] + head)[-height + row] for head in heads) for row in range(height)]
    widths = [max(len(row[i]) for row in (*above, *shown)) for i in range(len(sheet.head))]
    numeric = [all(row[i].isdigit() for row in sheet.rows) for i in range(len(sheet.head))]
    lines = [sheet.title, "=" * len(sheet.title), ""] if sheet.title else []
    for number, row in enumerate((*above, *shown)):
        cells = [
            c.rjust(w) if right else c.ljust(w) for c, w, right in zip(row, widths, numeric, strict=True)
        ]
        lines.append("  ".join(cells).rstrip())
        if number >= height and number - height < len(notes):
            lines += [f"       - {line}" for line in notes[number - height]]
    return "\n".join([*lines, *([sheet.note] if sheet.note else [])])
