"""The summary of a check as the page of a request shows it: result, answers, and what else was said."""

from __future__ import annotations

from dataclasses import dataclass

from assistant.screening.items import ITEMS, NO
from assistant.screening.record import CheckRecord
from assistant.screening.report import Circumstances, report
from assistant.screening.summary_page import amount
from assistant.wording import section, wording


@dataclass(frozen=True)
class Row:
    """A question: its name, the answer, whether it needs a look, and the patient's own words."""

    name: str
    answer: str
    notable: bool
    words: tuple[str, ...]


@dataclass(frozen=True)
class Shown:
    """What is shown of a check.

    Attributes:
        result: in words, or how far the check got.
        because: what the result rests on; empty without one.
        rows: one for each question, in order.
        more: headings, each with its lines; empty ones are left out.
        closing: that nobody was examined.
    """

    result: str
    because: str
    rows: tuple[Row, ...]
    more: tuple[tuple[str, tuple[str, ...]], ...]
    closing: str


def shown(record: CheckRecord, about: Circumstances) -> Shown:
    """Return what is shown of a record.

    Raises:
        DataFileError: A wording is missing.
    """
    found = report(record, about)
    values, titles = section("check.values"), section("summary.page")
    changes = tuple(
        f"{wording(f'items.{e.item}.name')}: {values[e.before or 'none']} → {values[e.value]}"
        for e in found.changes
    )
    readings = tuple(f"{r.typed} ({amount(r)})" for r in found.readings)
    named = ", ".join(found.medicines)
    medicines = (f"{named}. {titles['medicines_note']}",) if named else ()
    more = (
        (titles["medicines"], medicines),
        (titles["readings"], readings),
        (titles["off_list"], found.off_list),
        (titles["changes"], changes),
        (titles["questions"], found.questions),
    )
    result = wording("summary.in_progress", done=record.done, count=len(ITEMS))
    return Shown(
        result=wording(f"summary.result.{found.outcome}") if found.outcome else result,
        because=found.because,
        rows=tuple(
            Row(
                name=wording(f"items.{a.item}.name"),
                answer=values[a.value or "none"],
                notable=a.value != NO,
                words=tuple(w for w in a.words if w.strip()),
            )
            for a in found.answers
        ),
        more=tuple((title, lines) for title, lines in more if lines),
        closing=wording("summary.closing"),
    )
