"""Texts about the state of a check: read-back, result and the summary for the specialist."""

from __future__ import annotations

from assistant import locales
from assistant.knowledge.content import content
from assistant.screening.items import (
    CONTRAINDICATIONS,
    ITEMS,
    UNSURE,
    YES,
    Item,
    medicine_given,
    medicines_item,
)
from assistant.screening.lexicon import STRONG
from assistant.screening.mentions import find_mentions
from assistant.screening.outcome import CONTRAINDICATED, REVIEW
from assistant.screening.record import DONE, CheckRecord
from assistant.text import shorten
from assistant.wording import wording


def item_line(record: CheckRecord, item: Item) -> str:
    """Return "Fever or high temperature: yes (“38.6 this morning”)"."""
    value = record.values[item]
    shown = wording(f"check.values.{value or 'none'}")
    line = f"{wording(f'items.{item}.name')}: {shown}"
    words = _telling(record, item)
    return f"{line} ({words})" if words and value is not None else line


def _telling(record: CheckRecord, item: Item) -> str:
    """Return the patient's words, without bare yes / no / not sure."""
    plain = {"yes", "no", "not sure", "nope", "none", "nah", "no."}
    said = [
        w for w in record.words_of(item) if w.strip().lower() not in plain and not locales.is_bare_answer(w)
    ]
    return "; ".join(f"“{shorten(w, 80)}”" for w in said[-3:])


def read_back(record: CheckRecord) -> str:
    """Return all answers, one a line, and how to change one."""
    lines = [wording("check.read_back"), *(f"- {item_line(record, i)}" for i in ITEMS)]
    return "\n".join([*lines, wording("check.change_hint")])


def result_text(record: CheckRecord) -> str:
    """Return the text of the result, with what it rests on.

    Raises:
        IncompleteAnswersError: an item has no answer.
    """
    outcome = record.outcome()
    named = grounds(record)
    text = wording(f"check.{outcome}", list=", ".join(named)) if named else wording(f"check.{outcome}")
    if medicine_given(record.values, YES):
        text += " " + wording("check.stop_med")
    return text


def grounds(record: CheckRecord) -> list[str]:
    """Return what the result rests on, in words; empty when none of the listed reasons was reported.

    Raises:
        IncompleteAnswersError: an item has no answer.
    """
    outcome = record.outcome()
    listed = {CONTRAINDICATED: (YES,), REVIEW: (YES, UNSURE)}.get(outcome, ())
    items = [i for i in ITEMS if record.values[i] in listed]
    if outcome == CONTRAINDICATED:
        items = [i for i in items if i in CONTRAINDICATIONS]
    named = [wording(f"items.{i}.short") for i in items]
    if outcome == REVIEW:
        if record.red_flags:
            named.append(wording("check.red_flag_item"))
        named += [wording("check.off_list_item", words=w) for w in record.off_list]
        named += [wording("check.unread_item", words=shorten(w, 80)) for w in record.unread]
    return named


def summary_text(record: CheckRecord) -> str:
    """Return the summary for the specialist as text for the chat."""
    if not (record.answered or record.off_list or record.unread):
        return wording("summary.empty")
    lines = [wording("summary.title")]
    if record.status == DONE and record.next_item is None:
        lines.append(wording(f"summary.result.{record.outcome()}"))
    else:
        lines.append(wording("summary.in_progress", done=record.done, count=len(ITEMS)))
    lines += [f"- {item_line(record, i)}" for i in ITEMS]
    names = named_medicines(record)
    if names:
        lines.append(wording("summary.recognised", names=", ".join(names)))
    if record.readings:
        lines.append(wording("summary.readings", readings=", ".join(record.readings)))
    if record.off_list:
        lines.append(wording("summary.off_list", words=", ".join(record.off_list)))
    if record.red_flags:
        lines.append(wording("summary.red_flags"))
    changes = [
        f"{wording('items.' + e['item'] + '.name')}: {_value(e['old'])} → {_value(e['value'])}"
        for e in record.entries
        if e["how"] == "correction" and e["old"] != e["value"]
    ]
    if changes:
        lines.append(wording("summary.corrections", changes="; ".join(changes)))
    if record.unanswered:
        lines.append(wording("summary.questions", questions="; ".join(open_questions(record))))
    lines.append(wording("summary.closing"))
    return "\n".join(lines)


def _value(value: str | None) -> str:
    return wording(f"check.values.{value or 'none'}")


def open_questions(record: CheckRecord) -> list[str]:
    """Return the questions that the document could not answer: "the price", or the patient's words."""
    silent = content().silent
    return [silent[n].silence if n in silent else n for n in record.unanswered]


def named_medicines(record: CheckRecord) -> list[str]:
    """Return the recognised names behind the present answer about medicines; none behind a no."""
    asked = medicines_item()
    stands = medicine_given(record.values, YES, UNSURE)
    return recognised_medicines(record.words_of(asked)) if asked and stands else []


def recognised_medicines(words: list[str]) -> list[str]:
    """Return the names of medicines in `words` as the lexicon spells them."""
    names: list[str] = []
    for text in words:
        mentions, _ = find_mentions(text)
        names += [m.term for m in mentions if m.label == medicines_item() and m.strength == STRONG]
    return list(dict.fromkeys(names))
