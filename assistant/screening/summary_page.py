"""The summary for the specialist as a page to print: one HTML file on A4 that needs nothing else.

Everything a patient typed is escaped and kept apart from the text around it, also when it runs from
right to left. The page allows itself no scripts, pictures or requests.
"""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template

from assistant import locales
from assistant.screening.fhir_values import clean
from assistant.screening.items import ITEMS
from assistant.screening.record import CheckRecord
from assistant.screening.report import NOTHING_ELSE, Circumstances, Measured, Report, report
from assistant.screening.summary_letter import about_lines, moment
from assistant.wording import section, wording

_FOLDER = Path(__file__).parent
_TEMPLATE, _STYLE = "summary_page.html.j2", "summary_page.css"

#: Cues that tell no more than how something was said.
_PLAIN = ("answer", "correction")


def summary_page(record: CheckRecord, about: Circumstances = NOTHING_ELSE) -> str:
    """Return the page. The same record always gives the same.

    Args:
        record: the state of the check; it may be unfinished.
        about: number, channel, language, and with the consent who the patient is.

    Raises:
        DataFileError: the Questionnaire or a wording is missing.
    """
    found = report(record, about)
    texts = section("summary.page")
    style = (_FOLDER / _STYLE).read_text(encoding="utf-8")
    page = _template().render(
        report=found,
        # The clinic's: that of the conversation is told below.
        language=locales.current(),
        t=texts,
        style=_Trusted(style),
        policy=_policy(style),
        title=wording("summary.title"),
        closing=wording("summary.closing"),
        result=_result(record, found),
        names={item: wording(f"items.{item}.name") for item in ITEMS},
        values=section("check.values"),
        lists=_lists(found, texts),
        plain_cues=_PLAIN,
        about=about_lines(found),
    )
    return clean(page) + "\n"


def page_policy() -> str:
    """Return the policy that the page has inside, for whoever serves it with one of theirs."""
    return _policy((_FOLDER / _STYLE).read_text(encoding="utf-8"))


class _Trusted(str):
    """Our own style sheet, which is not escaped."""

    def __html__(self) -> str:
        return self


@lru_cache(maxsize=1)
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True
    )
    environment.filters |= {"moment": moment, "amount": amount}
    return environment.get_template(_TEMPLATE)


def _policy(style: str) -> str:
    """Return a policy that allows the style sheet and nothing else, should anything ever slip through."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _result(record: CheckRecord, found: Report) -> str:
    if found.outcome:
        return wording(f"summary.result.{found.outcome}")
    return wording("summary.in_progress", done=record.done, count=len(ITEMS))


def _lists(found: Report, texts: dict[str, Any]) -> list[tuple[str, str, list[str]]]:
    """Return the plain lists of the page: heading, id, lines."""
    values = section("check.values")
    changes = [
        f"{wording(f'items.{e.item}.name')}: {values[e.before or 'none']} → {values[e.value]}"
        for e in found.changes
    ]
    return [
        (texts["changes"], "changes", changes),
        (texts["questions"], "questions", list(found.questions)),
    ]


def amount(reading: Measured) -> str:
    """Return the number of a reading with its unit, and how it was converted."""
    if (pressure := reading.pressure) is not None:
        if not pressure.diastolic:
            return f"{pressure.systolic} mmHg ({wording('summary.page.upper_only')})"
        return f"{pressure.systolic}/{pressure.diastolic} mmHg"
    if (temperature := reading.temperature) is None:
        return wording("summary.page.not_read")
    if temperature.unit == "F":
        return f"{temperature.given:g} °F ({temperature.celsius:.1f} °C)"
    return f"{temperature.given:g} °C"
